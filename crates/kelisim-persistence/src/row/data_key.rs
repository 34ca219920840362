//! Rows of `master_key` and `data_key`.

use diesel::{Insertable, Queryable, Selectable};

use crate::schema::{data_key, master_key};
use crate::types::{Ts, Uid};

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = master_key)]
pub(crate) struct MasterKeyRow {
    pub(crate) id: Uid,
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) created_at: Ts,
    pub(crate) retired_at: Option<Ts>,
    /// The key that this one replaces; none of the first.
    pub(crate) replaces: Option<Uid>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = data_key)]
pub(crate) struct DataKeyRow {
    pub(crate) region_id: Uid,
    pub(crate) id: Uid,
    pub(crate) subject_kind: String,
    pub(crate) subject_id: Uid,
    pub(crate) master_key_id: Uid,
    pub(crate) wrapped: Option<Vec<u8>>,
    pub(crate) created_at: Ts,
    pub(crate) destroyed_at: Option<Ts>,
}
