//! Passes over running cases: a move to another version of their workflow, its undoing, deadlines worked out anew.
//!
//! A pass goes by the ids of the cases, in batches. Each batch is one transaction that changes its cases and moves the
//! cursor and the counts of the pass, so what was interrupted goes on behind the last case that was committed, and two
//! who drive one pass cannot do a batch twice.
//!
//! Here are the passes themselves and the cases that they are about; `passing` reads and changes the cases.
//! Absent on purpose: anything confidential in what these functions show.

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use kelisim_domain::{
    case::{Case, Stage},
    id::{AccountId, CaseId, GrantId, PassId, RegionId},
    publish::PassKind,
    workflow::StepMap,
};

use crate::connection::{Db, MultiBackend};
use crate::error::Error;
use crate::row::case::CaseRow;
use crate::schema::{case_pass, case_pass_refusal, cases};
use crate::types::{Json, Ts, Uid, Word};

/// A pass as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// The region.
    pub region: RegionId,
    /// Its id.
    pub id: PassId,
    /// What it does.
    pub kind: PassKind,
    /// The workflow; of deadlines worked out anew, the word of what was published.
    pub key: String,
    /// The version to which it moves, or from which it goes back, or that was published.
    pub version: i32,
    /// Where the steps go.
    pub steps: StepMap,
    /// How many batches were committed.
    pub batch: i32,
    /// The last case that was looked at.
    pub cursor: Option<CaseId>,
    /// Cases that were changed.
    pub changed: i32,
    /// Cases that were left as they are.
    pub refused: i32,
    /// Who asked for it.
    pub actor: Option<AccountId>,
    /// Under which grant.
    pub grant: Option<GrantId>,
    /// Why.
    pub reason: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When its last batch was committed.
    pub touched_at: DateTime<Utc>,
    /// When it was over; none while it runs.
    pub finished_at: Option<DateTime<Utc>>,
    /// How often it has begun at the first case, this time included.
    pub round: i32,
}

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = case_pass, treat_none_as_null = true)]
struct PassRow {
    region_id: Uid,
    id: Uid,
    kind: Word<PassKind>,
    key: String,
    version: i32,
    steps: Json<StepMap>,
    state: String,
    batch: i32,
    cursor_id: Option<Uid>,
    changed: i32,
    refused: i32,
    actor_id: Option<Uid>,
    grant_id: Option<Uid>,
    reason: String,
    started_at: Ts,
    touched_at: Ts,
    finished_at: Option<Ts>,
    round: i32,
}

/// The state of a pass that goes on.
const RUNNING: &str = "running";

impl From<&Pass> for PassRow {
    fn from(pass: &Pass) -> Self {
        let state = match pass.finished_at {
            None => RUNNING,
            Some(_) => "done",
        };
        Self {
            region_id: pass.region.into(),
            id: pass.id.into(),
            kind: Word(pass.kind),
            key: pass.key.clone(),
            version: pass.version,
            steps: Json(pass.steps.clone()),
            state: state.to_owned(),
            batch: pass.batch,
            cursor_id: pass.cursor.map(Uid::from),
            changed: pass.changed,
            refused: pass.refused,
            actor_id: pass.actor.map(Uid::from),
            grant_id: pass.grant.map(Uid::from),
            reason: pass.reason.clone(),
            started_at: pass.started_at.into(),
            touched_at: pass.touched_at.into(),
            finished_at: pass.finished_at.map(Ts::from),
            round: pass.round,
        }
    }
}

impl From<PassRow> for Pass {
    fn from(row: PassRow) -> Self {
        Self {
            region: row.region_id.into(),
            id: row.id.into(),
            kind: row.kind.0,
            key: row.key,
            version: row.version,
            steps: row.steps.0,
            batch: row.batch,
            cursor: row.cursor_id.map(Into::into),
            changed: row.changed,
            refused: row.refused,
            actor: row.actor_id.map(Into::into),
            grant: row.grant_id.map(Into::into),
            reason: row.reason,
            started_at: row.started_at.into(),
            touched_at: row.touched_at.into(),
            finished_at: row.finished_at.map(Into::into),
            round: row.round,
        }
    }
}

/// Begins a pass.
///
/// # Errors
/// [`Error::Conflict`] when one over the same workflow runs.
pub fn pass_insert(db: &mut Db, new: &Pass) -> Result<(), Error> {
    diesel::insert_into(case_pass::table)
        .values(PassRow::from(new))
        .execute(db)?;
    Ok(())
}

/// A pass by its id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn pass_find(db: &mut Db, region: RegionId, id: PassId) -> Result<Pass, Error> {
    let row = case_pass::table
        .find((Uid::from(region), Uid::from(id)))
        .select(PassRow::as_select())
        .first(db)?;
    Ok(row.into())
}

/// The pass over a workflow that runs, if one does.
///
/// # Errors
/// Those of the database.
pub fn pass_running(db: &mut Db, region: RegionId, key: &str) -> Result<Option<Pass>, Error> {
    let row = case_pass::table
        .filter(case_pass::region_id.eq(Uid::from(region)))
        .filter(case_pass::key.eq(key))
        .filter(case_pass::state.eq(RUNNING))
        .select(PassRow::as_select())
        .first(db)
        .optional()?;
    Ok(row.map(Pass::from))
}

/// The last pass of a kind over a workflow.
///
/// # Errors
/// Those of the database.
pub fn pass_last(
    db: &mut Db,
    region: RegionId,
    key: &str,
    kind: PassKind,
) -> Result<Option<Pass>, Error> {
    let row = case_pass::table
        .filter(case_pass::region_id.eq(Uid::from(region)))
        .filter(case_pass::key.eq(key))
        .filter(case_pass::kind.eq(Word(kind)))
        .order((case_pass::started_at.desc(), case_pass::id.desc()))
        .select(PassRow::as_select())
        .first(db)
        .optional()?;
    Ok(row.map(Pass::from))
}

/// Where a pass is found.
pub type PassKey = (RegionId, PassId);

/// The passes of every region that run and had no batch since an instant: nobody drives them.
///
/// Their keys alone, so that a row that cannot be read stands in nobody's way.
///
/// # Errors
/// Those of the database.
pub fn pass_list_left(db: &mut Db, since: DateTime<Utc>) -> Result<Vec<PassKey>, Error> {
    let keys: Vec<(Uid, Uid)> = case_pass::table
        .filter(case_pass::state.eq(RUNNING))
        .filter(case_pass::touched_at.le(Ts::from(since)))
        .order((case_pass::region_id, case_pass::id))
        .select((case_pass::region_id, case_pass::id))
        .load(db)?;
    let key = |(region, id): (Uid, Uid)| (region.into(), id.into());
    Ok(keys.into_iter().map(key).collect())
}

/// How many passes run, and how many of them had no batch since an instant, for metrics.
///
/// # Errors
/// Those of the database.
pub fn pass_counts(db: &mut Db, since: DateTime<Utc>) -> Result<(i64, i64), Error> {
    let running = || case_pass::table.filter(case_pass::state.eq(RUNNING));
    let stands = running().filter(case_pass::touched_at.le(Ts::from(since)));
    Ok((
        running().count().get_result(db)?,
        stands.count().get_result(db)?,
    ))
}

/// Puts a pass in the place of the one before it: `after.batch` is one more.
///
/// # Errors
/// [`Error::Conflict`] when somebody else has done this batch.
pub fn pass_step(db: &mut Db, after: &Pass) -> Result<(), Error> {
    let before = case_pass::table
        .filter(case_pass::region_id.eq(Uid::from(after.region)))
        .filter(case_pass::id.eq(Uid::from(after.id)))
        .filter(case_pass::batch.eq(after.batch - 1))
        .filter(case_pass::state.eq(RUNNING));
    match diesel::update(before)
        .set(PassRow::from(after))
        .execute(db)?
    {
        1 => Ok(()),
        _ => Err(Error::conflict("case_pass.batch")),
    }
}

/// A case that a pass left as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The case.
    pub case: CaseId,
    /// Its number; empty before it was read back.
    pub number: String,
    /// The code of the reason.
    pub code: String,
    /// The step that the reason names.
    pub step: String,
    /// What else it names.
    pub about: String,
}

/// Notes cases that a pass leaves as they are.
///
/// # Errors
/// Those of the database.
pub fn left_insert(db: &mut Db, pass: &Pass, left: &[Left]) -> Result<(), Error> {
    for one in left {
        diesel::insert_into(case_pass_refusal::table)
            .values((
                case_pass_refusal::region_id.eq(Uid::from(pass.region)),
                case_pass_refusal::pass_id.eq(Uid::from(pass.id)),
                case_pass_refusal::case_id.eq(Uid::from(one.case)),
                case_pass_refusal::code.eq(&one.code),
                case_pass_refusal::step.eq(&one.step),
                case_pass_refusal::about.eq(&one.about),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// The cases that a pass left as they are, by their ids: at most `limit` behind `after`.
///
/// # Errors
/// Those of the database.
pub fn left_list(
    db: &mut Db,
    region: RegionId,
    pass: PassId,
    after: Option<CaseId>,
    limit: i64,
) -> Result<Vec<Left>, Error> {
    let mut list = case_pass_refusal::table
        .inner_join(
            cases::table.on(cases::region_id
                .eq(case_pass_refusal::region_id)
                .and(cases::id.eq(case_pass_refusal::case_id))),
        )
        .filter(case_pass_refusal::region_id.eq(Uid::from(region)))
        .filter(case_pass_refusal::pass_id.eq(Uid::from(pass)))
        .into_boxed::<MultiBackend>();
    if let Some(after) = after {
        list = list.filter(case_pass_refusal::case_id.gt(Uid::from(after)));
    }
    let rows: Vec<(Uid, String, String, String, String)> = list
        .order(case_pass_refusal::case_id)
        .limit(limit)
        .select((
            case_pass_refusal::case_id,
            cases::number,
            case_pass_refusal::code,
            case_pass_refusal::step,
            case_pass_refusal::about,
        ))
        .load(db)?;
    let left = |(case, number, code, step, about): (Uid, String, String, String, String)| Left {
        case: case.into(),
        number,
        code,
        step,
        about,
    };
    Ok(rows.into_iter().map(left).collect())
}

/// Which running cases a pass is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over<'a> {
    /// Those of a workflow that are on a version below this one.
    Below {
        /// The workflow.
        key: &'a str,
        /// The version.
        version: i32,
    },
    /// Those of a workflow that are on this version.
    On {
        /// The workflow.
        key: &'a str,
        /// The version.
        version: i32,
    },
    /// All of the region.
    All,
}

type CasesOf<'a> = cases::BoxedQuery<'a, MultiBackend>;

fn over<'a>(region: RegionId, over: Over<'a>, after: Option<CaseId>) -> CasesOf<'a> {
    let mut list = cases::table
        .filter(cases::region_id.eq(Uid::from(region)))
        .filter(cases::stage.ne(Word(Stage::Closed)))
        .into_boxed();
    match over {
        Over::Below { key, version } => {
            list = list
                .filter(cases::workflow_key.eq(key))
                .filter(cases::workflow_version.lt(version));
        }
        Over::On { key, version } => {
            list = list
                .filter(cases::workflow_key.eq(key))
                .filter(cases::workflow_version.eq(version));
        }
        Over::All => {}
    }
    if let Some(after) = after {
        list = list.filter(cases::id.gt(Uid::from(after)));
    }
    list.order(cases::id)
}

/// The next running cases behind one, by their ids; those that the pass has left are not among them.
///
/// # Errors
/// Those of the database.
pub fn pass_next(
    db: &mut Db,
    pass: &Pass,
    wanted: Over<'_>,
    limit: i64,
) -> Result<Vec<CaseId>, Error> {
    let left = case_pass_refusal::table
        .filter(case_pass_refusal::region_id.eq(Uid::from(pass.region)))
        .filter(case_pass_refusal::pass_id.eq(Uid::from(pass.id)))
        .filter(case_pass_refusal::case_id.eq(cases::id));
    let ids: Vec<Uid> = over(pass.region, wanted, pass.cursor)
        .filter(not(exists(left)))
        .limit(limit)
        .select(cases::id)
        .load(db)?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// Running cases as they stand, by their ids, for whoever only looks.
#[derive(Debug, Default)]
pub struct RunningPage {
    /// Those that can be read.
    pub cases: Vec<Case>,
    /// Those whose rows are not what this program writes, with their numbers.
    pub unreadable: Vec<(CaseId, String)>,
    /// The last of them all; none when there is none.
    pub last: Option<CaseId>,
}

/// A page of running cases: at most `limit` behind `after`.
///
/// # Errors
/// Those of the database.
pub fn running_page(
    db: &mut Db,
    region: RegionId,
    wanted: Over<'_>,
    after: Option<CaseId>,
    limit: i64,
) -> Result<RunningPage, Error> {
    let mut page = RunningPage::default();
    let rows = over(region, wanted, after).limit(limit);
    let rows: Result<Vec<CaseRow>, Error> = rows
        .select(CaseRow::as_select())
        .load(db)
        .map_err(Error::from);
    let read = rows.and_then(|rows| rows.iter().map(CaseRow::case).collect());
    match read {
        Err(Error::Broken { .. }) => {}
        read => {
            page.cases = read?;
            page.last = page.cases.last().map(|case| case.id);
            return Ok(page);
        }
    }
    let ids: Vec<(Uid, String)> = over(region, wanted, after)
        .limit(limit)
        .select((cases::id, cases::number))
        .load(db)?;
    for (id, number) in ids {
        let row: Result<CaseRow, Error> = cases::table
            .find((Uid::from(region), id))
            .select(CaseRow::as_select())
            .first(db)
            .map_err(Error::from);
        match row.and_then(|row| row.case()) {
            Ok(case) => page.cases.push(case),
            Err(Error::Broken { .. }) => page.unreadable.push((id.into(), number)),
            Err(error) => return Err(error),
        }
        page.last = Some(id.into());
    }
    Ok(page)
}

/// How many running cases stand at each step of each version of a workflow.
///
/// # Errors
/// Those of the database.
pub fn steps_in_use(
    db: &mut Db,
    region: RegionId,
    key: &str,
) -> Result<Vec<(i32, String, i64)>, Error> {
    Ok(cases::table
        .filter(cases::region_id.eq(Uid::from(region)))
        .filter(cases::workflow_key.eq(key))
        .filter(cases::stage.ne(Word(Stage::Closed)))
        .group_by((cases::workflow_version, cases::step))
        .order((cases::workflow_version, cases::step))
        .select((
            cases::workflow_version,
            cases::step,
            diesel::dsl::count_star(),
        ))
        .load(db)?)
}
