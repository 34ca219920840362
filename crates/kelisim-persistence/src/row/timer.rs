//! Rows of `timer`.

use diesel::{Insertable, Queryable, Selectable};
use kelisim_domain::case::Armed;

use crate::schema::timer;
use crate::types::{Json, Ts, Uid};

/// A deadline as it was worked out.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = timer, treat_none_as_default_value = false)]
pub(crate) struct TimerRow {
    pub(crate) region_id: Uid,
    pub(crate) case_id: Uid,
    pub(crate) name: String,
    pub(crate) state: String,
    pub(crate) starts_at: Ts,
    pub(crate) due_at: Ts,
    pub(crate) due_local: String,
    pub(crate) zone: String,
    pub(crate) basis: Json<Armed>,
    pub(crate) armed_by: i32,
    pub(crate) lease_token: Option<Uid>,
    pub(crate) lease_until: Option<Ts>,
    pub(crate) settled_at: Option<Ts>,
    pub(crate) failures: i32,
    pub(crate) fault: Option<String>,
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
