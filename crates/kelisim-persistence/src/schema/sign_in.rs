//! Tables of how people get in: passwords, second factors, sessions, links, and how often was tried.

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Text};

    credential (region_id, account_id) {
        region_id -> SqlUuid,
        account_id -> SqlUuid,
        password -> Text,
        changed_at -> SqlTime,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{BigInt, Binary, Text};

    second_factor (region_id, account_id, state) {
        region_id -> SqlUuid,
        account_id -> SqlUuid,
        state -> Text,
        data_key_id -> SqlUuid,
        secret -> Binary,
        last_step -> BigInt,
        created_at -> SqlTime,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Binary, Nullable};

    recovery_code (region_id, account_id, digest) {
        region_id -> SqlUuid,
        account_id -> SqlUuid,
        digest -> Binary,
        created_at -> SqlTime,
        used_at -> Nullable<SqlTime>,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Binary, Nullable, Text};

    session (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        account_id -> SqlUuid,
        digest -> Binary,
        stage -> Text,
        device -> Text,
        created_at -> SqlTime,
        seen_at -> SqlTime,
        expires_at -> SqlTime,
        ended_at -> Nullable<SqlTime>,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Binary, Nullable, Text};

    link (region_id, id) {
        region_id -> SqlUuid,
        id -> SqlUuid,
        account_id -> SqlUuid,
        kind -> Text,
        digest -> Binary,
        created_at -> SqlTime,
        expires_at -> SqlTime,
        used_at -> Nullable<SqlTime>,
    }
}

diesel::table! {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Binary};

    device (region_id, account_id, digest) {
        region_id -> SqlUuid,
        account_id -> SqlUuid,
        digest -> Binary,
        created_at -> SqlTime,
        seen_at -> SqlTime,
    }
}

diesel::table! {
    use crate::types::SqlTime;
    use diesel::sql_types::{Binary, Text};

    rate (kind, subject) {
        kind -> Text,
        subject -> Binary,
        full_at -> SqlTime,
    }
}
