//! Rows of `idempotency_key`.

use diesel::{Insertable, Queryable, Selectable};

use crate::schema::idempotency_key;
use crate::types::{Ts, Uid};

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_key, treat_none_as_default_value = false)]
pub(crate) struct IdempotencyRow {
    pub(crate) region_id: Uid,
    pub(crate) account_id: Uid,
    pub(crate) key: String,
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) status: i32,
    pub(crate) data_key_id: Uid,
    pub(crate) answer: Vec<u8>,
    pub(crate) created_at: Ts,
}
