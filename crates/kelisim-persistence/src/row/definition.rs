//! Rows of `workflow_definition`.

use diesel::{Insertable, Queryable, Selectable};

use crate::schema::workflow_definition;
use crate::types::{Ts, Uid};

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = workflow_definition)]
pub(crate) struct DefinitionRow {
    pub(crate) region_id: Uid,
    pub(crate) key: String,
    pub(crate) version: i32,
    pub(crate) text: String,
    pub(crate) digest: Vec<u8>,
    pub(crate) published_at: Ts,
}
