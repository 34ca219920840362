//! Drafts: what is written and not published. A draft is nobody's law; it can be changed and thrown away.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use kelisim_domain::id::{AccountId, DraftId, RegionId};
use kelisim_domain::publish::PublishKind;
use kelisim_domain::workflow::StepMap;

use crate::connection::Db;
use crate::error::Error;
use crate::schema::draft;
use crate::types::{Json, Ts, Uid, Word};

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its id.
    pub id: DraftId,
    /// What it is a draft of.
    pub kind: PublishKind,
    /// How its author calls it.
    pub title: String,
    /// The text.
    pub text: String,
    /// For a workflow: where the steps of running cases go, as far as somebody said.
    pub steps: StepMap,
    /// Rises with every change.
    pub version: i32,
    /// Who began it.
    pub author: AccountId,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = draft)]
struct DraftRow {
    region_id: Uid,
    id: Uid,
    kind: Word<PublishKind>,
    title: String,
    text: String,
    steps: Json<StepMap>,
    version: i32,
    author_id: Uid,
    created_at: Ts,
    updated_at: Ts,
}

fn row(region: RegionId, draft: &Draft) -> DraftRow {
    DraftRow {
        region_id: region.into(),
        id: draft.id.into(),
        kind: Word(draft.kind),
        title: draft.title.clone(),
        text: draft.text.clone(),
        steps: Json(draft.steps.clone()),
        version: draft.version,
        author_id: draft.author.into(),
        created_at: draft.created_at.into(),
        updated_at: draft.updated_at.into(),
    }
}

impl From<DraftRow> for Draft {
    fn from(row: DraftRow) -> Self {
        Self {
            id: row.id.into(),
            kind: row.kind.0,
            title: row.title,
            text: row.text,
            steps: row.steps.0,
            version: row.version,
            author: row.author_id.into(),
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
        }
    }
}

/// Enters a draft.
///
/// # Errors
/// Those of the database.
pub fn draft_insert(db: &mut Db, region: RegionId, new: &Draft) -> Result<(), Error> {
    diesel::insert_into(draft::table)
        .values(row(region, new))
        .execute(db)?;
    Ok(())
}

/// Replaces version `draft.version - 1` of a draft; the answer is no when that is not what stands there.
///
/// # Errors
/// Those of the database.
pub fn draft_update(db: &mut Db, region: RegionId, after: &Draft) -> Result<bool, Error> {
    let before = draft::table
        .filter(draft::region_id.eq(Uid::from(region)))
        .filter(draft::id.eq(Uid::from(after.id)))
        .filter(draft::version.eq(after.version - 1));
    Ok(diesel::update(before).set(row(region, after)).execute(db)? == 1)
}

/// A draft by its id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn draft_find(db: &mut Db, region: RegionId, id: DraftId) -> Result<Draft, Error> {
    let row = draft::table
        .find((Uid::from(region), Uid::from(id)))
        .select(DraftRow::as_select())
        .first(db)?;
    Ok(row.into())
}

/// The drafts of a region, the newest first: at most `limit` that are older than `after`.
///
/// # Errors
/// Those of the database.
pub fn draft_list(
    db: &mut Db,
    region: RegionId,
    after: Option<DraftId>,
    limit: i64,
) -> Result<Vec<Draft>, Error> {
    let mut list = draft::table
        .filter(draft::region_id.eq(Uid::from(region)))
        .into_boxed();
    if let Some(after) = after {
        list = list.filter(draft::id.lt(Uid::from(after)));
    }
    let rows = list
        .order(draft::id.desc())
        .limit(limit)
        .select(DraftRow::as_select())
        .load(db)?;
    Ok(rows.into_iter().map(Draft::from).collect())
}

/// Throws a draft away; the answer is no when there is none.
///
/// # Errors
/// Those of the database.
pub fn draft_delete(db: &mut Db, region: RegionId, id: DraftId) -> Result<bool, Error> {
    let there = draft::table.find((Uid::from(region), Uid::from(id)));
    Ok(diesel::delete(there).execute(db)? == 1)
}
