//! Rows of `timer`.

use diesel::{Queryable, Selectable};
use kelisim_domain::case::Armed;

use crate::schema::timer;
use crate::types::{Json, Ts, Uid};

/// A deadline as it was worked out, when it begins to run.
#[derive(Debug, Clone)]
pub(crate) struct ArmedRow {
    pub(crate) region_id: Uid,
    pub(crate) case_id: Uid,
    pub(crate) name: String,
    pub(crate) starts_at: Ts,
    pub(crate) due_at: Ts,
    pub(crate) due_local: String,
    pub(crate) zone: &'static str,
    pub(crate) basis: Json<Armed>,
    pub(crate) armed_by: i32,
}

/// What a worker has to know of a timer that it claims.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = timer)]
pub(crate) struct DueRow {
    pub(crate) region_id: Uid,
    pub(crate) case_id: Uid,
    pub(crate) armed_by: i32,
    pub(crate) name: String,
    pub(crate) due_at: Ts,
    pub(crate) failures: i32,
}
