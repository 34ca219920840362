//! Rows of `register_timer`.

use chrono::NaiveDate;
use diesel::{Insertable, Queryable, Selectable};

use crate::schema::register_timer;
use crate::types::{Ts, Uid};

/// A reminder of a last day in a register.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = register_timer, treat_none_as_default_value = false)]
pub(crate) struct RegisterTimerRow {
    pub(crate) region_id: Uid,
    pub(crate) object_kind: String,
    pub(crate) object_id: Uid,
    pub(crate) name: String,
    pub(crate) state: String,
    pub(crate) due_at: Ts,
    pub(crate) due_local: String,
    pub(crate) zone: String,
    pub(crate) last_day: NaiveDate,
    pub(crate) armed_by: i32,
    pub(crate) lease_token: Option<Uid>,
    pub(crate) lease_until: Option<Ts>,
    pub(crate) settled_at: Option<Ts>,
    pub(crate) failures: i32,
    pub(crate) fault: Option<String>,
}
