//! Tables of what is published, and of the passes over running cases that follow.

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Binary, Integer, Text};

    workflow_definition (region_id, key, version) {
        region_id -> SqlUuid,
        key -> Text,
        version -> Integer,
        text -> Text,
        digest -> Binary,
        published_at -> SqlTime,
    }
}

diesel::table! {
    use crate::types::SqlUuid;
    use diesel::sql_types::{Integer, Text};

    edition (region_id, kind) {
        region_id -> SqlUuid,
        kind -> Text,
        number -> Integer,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Binary, Integer, Text};

    law_text (region_id, kind, version) {
        region_id -> SqlUuid,
        kind -> Text,
        version -> Integer,
        text -> Text,
        digest -> Binary,
        published_at -> SqlTime,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Integer, Nullable, Text};

    publication (region_id, kind, key, version, act) {
        region_id -> SqlUuid,
        kind -> Text,
        key -> Text,
        version -> Integer,
        act -> Text,
        at -> SqlTime,
        actor_id -> Nullable<SqlUuid>,
        reason -> Text,
    }
}

diesel::table! {
    use crate::types::{SqlJson, SqlTime, SqlUuid};
    use diesel::sql_types::{Integer, Text};

    draft (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        kind -> Text,
        title -> Text,
        text -> Text,
        steps -> SqlJson,
        version -> Integer,
        author_id -> SqlUuid,
        created_at -> SqlTime,
        updated_at -> SqlTime,
    }
}

diesel::table! {
    use crate::types::{SqlJson, SqlTime, SqlUuid};
    use diesel::sql_types::{Integer, Nullable, Text};

    case_pass (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        kind -> Text,
        key -> Text,
        version -> Integer,
        steps -> SqlJson,
        state -> Text,
        batch -> Integer,
        cursor_id -> Nullable<SqlUuid>,
        changed -> Integer,
        refused -> Integer,
        actor_id -> Nullable<SqlUuid>,
        grant_id -> Nullable<SqlUuid>,
        reason -> Text,
        started_at -> SqlTime,
        touched_at -> SqlTime,
        finished_at -> Nullable<SqlTime>,
        round -> Integer,
    }
}

diesel::table! {
    use crate::types::SqlUuid;
    use diesel::sql_types::Text;

    case_pass_refusal (region_id, pass_id, case_id) {
        region_id -> SqlUuid,
        pass_id -> SqlUuid,
        case_id -> SqlUuid,
        code -> Text,
        step -> Text,
        about -> Text,
    }
}

diesel::table! {
    use crate::types::{SqlJson, SqlTime, SqlUuid};
    use diesel::sql_types::{Binary, Integer, Nullable, Text};

    rehearsal (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        key -> Text,
        version -> Integer,
        fingerprint -> Binary,
        steps -> SqlJson,
        law_edition -> Integer,
        running -> Integer,
        as_they_are -> Integer,
        with_deadlines -> Integer,
        cannot_go -> Integer,
        at -> SqlTime,
        actor_id -> Nullable<SqlUuid>,
    }
}
