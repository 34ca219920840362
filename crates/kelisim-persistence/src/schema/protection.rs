//! Tables that serve confidentiality: how names are found, who opened a case to the coordinator, what was erased, what sides consented
//! to, and reports of a danger to a child.

diesel::table! {
    use crate::types::SqlUuid;
    use diesel::sql_types::Binary;

    party_token (region_id, token, case_id) {
        region_id -> SqlUuid,
        token -> Binary,
        case_id -> SqlUuid,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Binary, Integer, Nullable};

    handing_up (region_id, case_id, seq) {
        region_id -> SqlUuid,
        case_id -> SqlUuid,
        seq -> Integer,
        at -> SqlTime,
        actor_id -> SqlUuid,
        reason -> Binary,
        ended_at -> Nullable<SqlTime>,
        ended_by -> Nullable<SqlUuid>,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Integer, Nullable, Text};

    retention (region_id, kind) {
        region_id -> SqlUuid,
        kind -> Text,
        months -> Nullable<Integer>,
        version -> Integer,
        set_at -> SqlTime,
        set_by -> Nullable<SqlUuid>,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Date, Integer, Nullable, Text};

    erasure (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        kind -> Text,
        months -> Nullable<Integer>,
        closed_before -> Nullable<Date>,
        cases -> Integer,
        version -> Integer,
        at -> SqlTime,
        actor_id -> Nullable<SqlUuid>,
        confirmed_at -> Nullable<SqlTime>,
        confirmed_by -> Nullable<SqlUuid>,
        reason -> Nullable<Text>,
        finished_at -> Nullable<SqlTime>,
        letter -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Nullable, Text};

    erasure_case (region_id, erasure_id, case_id) {
        region_id -> SqlUuid,
        erasure_id -> SqlUuid,
        case_id -> SqlUuid,
        erased_at -> Nullable<SqlTime>,
        trouble -> Nullable<Text>,
        tried_at -> Nullable<SqlTime>,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Binary, Integer};

    consent (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        case_id -> SqlUuid,
        version -> Integer,
        at -> SqlTime,
        actor_id -> SqlUuid,
        secret -> Binary,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::Binary;

    danger_report (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        at -> SqlTime,
        actor_id -> SqlUuid,
        receiver_id -> SqlUuid,
        secret -> Binary,
    }
}
