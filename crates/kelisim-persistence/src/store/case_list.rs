//! Pages of cases. Every query here takes a [`CaseScope`]: what is outside it does not exist for the reader (R2).
//!
//! A list is asked for in parts (see `case_query`): each part is one walk along an index.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use kelisim_domain::{
    calendar::Zone,
    case::{Case, Class, Stage},
    id::{CaseId, MediatorId, OfficeId, PartnerId},
    policy::CaseScope,
};

use crate::connection::Db;
use crate::error::Error;
use crate::store::case_query::{COLUMNS, Line, LineSql, NAMES, Sql};
use crate::store::case_search;
use crate::types::{Ts, Uid};

pub use crate::store::case_query::Listed;

/// More offices or mediators than these are not walked one by one: then so many cases are theirs that a walk along
/// all cases of the region meets the next one soon.
const PARTS_MOST: usize = 16;

/// Which cases a reader wants to see; an empty list means all.
#[derive(Debug, Clone, Default)]
pub struct CaseFilter {
    /// At these offices.
    pub offices: Vec<OfficeId>,
    /// In these stages.
    pub stages: Vec<Stage>,
    /// At these steps.
    pub steps: Vec<String>,
    /// In these classes.
    pub classes: Vec<Class>,
    /// With these mediators.
    pub mediators: Vec<MediatorId>,
    /// Of these categories.
    pub categories: Vec<String>,
    /// Referred by these partners.
    pub partners: Vec<PartnerId>,
    /// The beginning of a word in the number, or beginnings of words of the mediator's name. It is never logged.
    pub q: Option<String>,
    /// Filed at or after.
    pub filed_from: Option<DateTime<Utc>>,
    /// Filed before.
    pub filed_before: Option<DateTime<Utc>>,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CaseSort {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest first.
    Oldest,
    /// By number.
    Number,
}

/// Where the page before ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseCursor {
    /// At an instant of filing.
    Filed(DateTime<Utc>, CaseId),
    /// At a number.
    Number(String),
}

impl CaseCursor {
    /// The cursor after a case, in an order.
    pub fn after(case: &Case, sort: CaseSort) -> Self {
        match sort {
            CaseSort::Newest | CaseSort::Oldest => Self::Filed(case.filed_at, case.id),
            CaseSort::Number => Self::Number(case.number.to_string()),
        }
    }
}

/// What is asked for, without the words of a search.
#[derive(Debug, Clone)]
pub(crate) struct Wanted<'a> {
    pub(crate) scope: &'a CaseScope,
    pub(crate) filter: &'a CaseFilter,
    /// The zone of the region: numbers count its years.
    pub(crate) zone: Zone,
    pub(crate) sort: CaseSort,
    pub(crate) after: Option<&'a CaseCursor>,
    pub(crate) limit: usize,
}

/// What narrows a list further: one half of a search. None means all, an empty list nobody.
#[derive(Debug, Clone, Default)]
pub(crate) struct Half {
    pub(crate) offices: Option<Vec<Uid>>,
    pub(crate) mediators: Option<Vec<Uid>>,
    pub(crate) filed_from: Option<DateTime<Utc>>,
    pub(crate) filed_before: Option<DateTime<Utc>>,
    /// A LIKE pattern for the number.
    pub(crate) number_like: Option<String>,
    /// Numbers from the first on, before the second.
    pub(crate) numbers: Option<(String, String)>,
}

/// A page of cases: at most `limit`, after `after`.
///
/// # Errors
/// As the database.
pub fn case_page(
    db: &mut Db,
    scope: &CaseScope,
    filter: &CaseFilter,
    zone: Zone,
    sort: CaseSort,
    after: Option<&CaseCursor>,
    limit: usize,
) -> Result<Vec<Listed>, Error> {
    let wanted = Wanted {
        scope,
        filter,
        zone,
        sort,
        after,
        limit,
    };
    let mut found = match &filter.q {
        None => page(db, &wanted, &Half::default())?,
        Some(q) => case_search::page(db, &wanted, q)?,
    };
    found.truncate(limit);
    Ok(found)
}

/// A page without the words of a search, or of one half of it.
pub(crate) fn page(db: &mut Db, wanted: &Wanted<'_>, half: &Half) -> Result<Vec<Listed>, Error> {
    let parts = parts(wanted, half);
    if parts.is_empty() {
        return Ok(Vec::new());
    }
    let lines: Vec<Line> = statement(wanted, half, &parts).load(db)?;
    lines.into_iter().map(Listed::try_from).collect()
}

/// Along which index a part walks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Path {
    Region,
    Numbers,
    Office(Uid),
    Mediator(Uid),
    /// What a mediator is asked to take.
    Asked(Uid),
    /// What an account filed and nobody was assigned to yet.
    Filer(Uid),
}

/// A walk, with what a case on the way must have.
#[derive(Debug, Clone)]
struct Part {
    path: Path,
    stages: Vec<Stage>,
    offices: Vec<Uid>,
    mediators: Vec<Uid>,
}

/// The values that both wish for; none when one of them wishes for none of the other's.
fn both<T: PartialEq + Copy>(filter: &[T], half: Option<&[T]>) -> Option<Vec<T>> {
    let common: Vec<T> = match half {
        None => return Some(filter.to_vec()),
        Some(half) if filter.is_empty() => half.to_vec(),
        Some(half) => half
            .iter()
            .filter(|id| filter.contains(id))
            .copied()
            .collect(),
    };
    (!common.is_empty()).then_some(common)
}

pub(crate) fn uids<T: Copy + Into<Uid>>(ids: &[T]) -> Vec<Uid> {
    let mut uids: Vec<Uid> = ids.iter().map(|id| (*id).into()).collect();
    uids.sort_unstable();
    uids.dedup();
    uids
}

/// The walks of a page; none when nothing can be found.
fn parts(wanted: &Wanted<'_>, half: &Half) -> Vec<Part> {
    let (scope, filter) = (wanted.scope, wanted.filter);
    let offices = both(&uids(&filter.offices), half.offices.as_deref());
    let mediators = both(&uids(&filter.mediators), half.mediators.as_deref());
    let (Some(offices), Some(mediators)) = (offices, mediators) else {
        return Vec::new();
    };
    let part = |path, offices: &[Uid], mediators: &[Uid]| Part {
        path,
        stages: filter.stages.clone(),
        offices: offices.to_vec(),
        mediators: mediators.to_vec(),
    };
    let wants = |office: &Uid| offices.is_empty() || offices.contains(office);
    if half.numbers.is_some() {
        return vec![part(Path::Numbers, &offices, &mediators)];
    }
    let mut parts = Vec::new();
    if scope.whole_region {
        if (1..=PARTS_MOST).contains(&offices.len()) {
            parts.extend(
                offices
                    .iter()
                    .map(|id| part(Path::Office(*id), &[], &mediators)),
            );
        } else if (1..=PARTS_MOST).contains(&mediators.len()) {
            parts.extend(
                mediators
                    .iter()
                    .map(|id| part(Path::Mediator(*id), &offices, &[])),
            );
        } else {
            parts.push(part(Path::Region, &offices, &mediators));
        }
    } else {
        let mut own = uids(&scope.offices);
        own.retain(wants);
        if own.len() > PARTS_MOST {
            parts.push(part(Path::Region, &own, &mediators));
        } else {
            parts.extend(
                own.iter()
                    .map(|id| part(Path::Office(*id), &[], &mediators)),
            );
        }
        let mut own = uids(&scope.mediators);
        own.retain(|id| mediators.is_empty() || mediators.contains(id));
        parts.extend(
            own.iter()
                .map(|id| part(Path::Mediator(*id), &offices, &[])),
        );
        let asked = uids(&scope.mediators);
        parts.extend(
            asked
                .iter()
                .map(|id| part(Path::Asked(*id), &offices, &mediators)),
        );
        if let Some((account, at)) = &scope.filed_by {
            let mut at = uids(at);
            at.retain(wants);
            if !at.is_empty() {
                parts.push(part(Path::Filer(Uid::from(*account)), &at, &mediators));
            }
        }
    }
    parts
        .iter()
        .flat_map(|part| part.by_stage(wanted.sort))
        .collect()
}

impl Part {
    /// One part for each stage, for the stage stands before the time in each index but that of who filed.
    fn by_stage(&self, sort: CaseSort) -> Vec<Part> {
        let in_order = matches!(self.path, Path::Filer(_) | Path::Numbers);
        if in_order || sort == CaseSort::Number {
            return vec![self.clone()];
        }
        let all = &[
            Stage::Filed,
            Stage::Assigned,
            Stage::Reconciled,
            Stage::Closed,
        ];
        let stages = match self.stages.as_slice() {
            [] => all.as_slice(),
            some => some,
        };
        all.iter()
            .filter(|stage| stages.contains(stage))
            .map(|stage| Part {
                stages: vec![*stage],
                ..self.clone()
            })
            .collect()
    }
}

/// The columns of the order, the order, and how a cursor compares.
fn order(sort: CaseSort) -> (&'static str, &'static str, &'static str) {
    match sort {
        CaseSort::Newest => ("filed_at, id", "filed_at DESC, id DESC", "<"),
        CaseSort::Oldest => ("filed_at, id", "filed_at, id", ">"),
        CaseSort::Number => ("number, id", "number", ">"),
    }
}

/// Pages are read in two lengths, so that not every length has a statement of its own.
pub(crate) fn length(limit: usize) -> usize {
    if limit <= 51 { 51 } else { limit.max(101) }
}

fn statement(wanted: &Wanted<'_>, half: &Half, parts: &[Part]) -> Sql<LineSql> {
    let (keys, order, _) = order(wanted.sort);
    let length = length(wanted.limit);
    let mut sql = Sql::new("SELECT ");
    sql.push(COLUMNS).push(" FROM (");
    // Cases of one's offices may be one's own as a mediator too.
    let kinds: Vec<_> = parts
        .iter()
        .map(|part| std::mem::discriminant(&part.path))
        .collect();
    let join = match kinds.iter().all(|kind| *kind == kinds[0]) {
        true => " UNION ALL ",
        false => " UNION ",
    };
    for (at, part) in parts.iter().enumerate() {
        if parts.len() > 1 {
            let before = if at == 0 { "" } else { join };
            sql.push(before).push("SELECT ").push(keys).push(" FROM (");
        }
        sql.push("SELECT ").push(keys).push(" FROM cases WHERE ");
        conditions(&mut sql, wanted, half, part);
        sql.push(&format!(" ORDER BY {order} LIMIT {length}"));
        if parts.len() > 1 {
            sql.push(&format!(") AS part{at}"));
        }
    }
    if parts.len() > 1 {
        sql.push(&format!(" ORDER BY {order} LIMIT {length}"));
    }
    // CROSS: SQLite then reads the keys first.
    sql.push(") AS k CROSS JOIN cases AS c").push(NAMES);
    sql.push(" WHERE c.region_id = ")
        .value(Uid::from(wanted.scope.region));
    sql.push(" AND c.id = k.id ORDER BY ")
        .push(match wanted.sort {
            CaseSort::Newest => "c.filed_at DESC, c.id DESC",
            CaseSort::Oldest => "c.filed_at, c.id",
            CaseSort::Number => "c.number",
        });
    sql
}

/// What a case of a part must have.
fn conditions<T>(sql: &mut Sql<T>, wanted: &Wanted<'_>, half: &Half, part: &Part) {
    sql.push("region_id = ")
        .value(Uid::from(wanted.scope.region));
    match part.path {
        Path::Region | Path::Numbers => {}
        Path::Office(id) => _ = sql.push(" AND office_id = ").value(id),
        Path::Mediator(id) => _ = sql.push(" AND mediator_id = ").value(id),
        Path::Asked(id) => _ = sql.push(" AND asked_id = ").value(id),
        Path::Filer(id) => {
            _ = sql
                .push(" AND accepted_at IS NULL AND filed_by = ")
                .value(id)
        }
    }
    let is_last = match part.path {
        Path::Region => wanted.sort == CaseSort::Number,
        Path::Numbers | Path::Filer(_) => true,
        Path::Office(_) | Path::Mediator(_) | Path::Asked(_) => false,
    };
    stages(sql, if is_last { "+stage" } else { "stage" }, &part.stages);
    sql.one_of("+office_id", &part.offices);
    sql.one_of("+mediator_id", &part.mediators);
    if part.path == Path::Numbers {
        within(sql, wanted.scope, "+");
    }
    narrow(sql, wanted, half, "");
}

/// The filters that no index knows, the time, and where the page before ended; columns of `table`, as in `c.`.
pub(crate) fn narrow<T>(sql: &mut Sql<T>, wanted: &Wanted<'_>, half: &Half, table: &str) {
    let filter = wanted.filter;
    let column = |name: &str| format!("{table}{name}");
    sql.one_of(&column("step"), &filter.steps);
    let classes: Vec<&str> = filter.classes.iter().map(|class| class.code()).collect();
    sql.one_of(&column("class"), &classes);
    sql.one_of(&column("category"), &filter.categories);
    sql.one_of(&column("partner_id"), &uids(&filter.partners));
    let filed_at = column("filed_at");
    for from in [filter.filed_from, half.filed_from].into_iter().flatten() {
        sql.push(&format!(" AND {filed_at} >= "))
            .value(Ts::from(from));
    }
    for before in [filter.filed_before, half.filed_before]
        .into_iter()
        .flatten()
    {
        sql.push(&format!(" AND {filed_at} < "))
            .value(Ts::from(before));
    }
    let number = column("number");
    if let Some((from, before)) = &half.numbers {
        sql.push(&format!(" AND {number} >= ")).value(from.clone());
        sql.push(&format!(" AND {number} < ")).value(before.clone());
    }
    if let Some(pattern) = &half.number_like {
        sql.push(&format!(" AND {number} LIKE "))
            .value(pattern.clone());
    }
    let (_, _, compares) = order(wanted.sort);
    match wanted.after {
        Some(CaseCursor::Filed(at, id)) if wanted.sort != CaseSort::Number => {
            sql.push(&format!(" AND ({filed_at}, {}) {compares} (", column("id")));
            sql.value(Ts::from(*at))
                .push(", ")
                .value(Uid::from(*id))
                .push(")");
        }
        Some(CaseCursor::Number(after)) if wanted.sort == CaseSort::Number => {
            sql.push(&format!(" AND {number} {compares} "))
                .value(after.clone());
        }
        _ => {}
    }
}

/// Stages stand in the text itself: there are four, and PostgreSQL plans with how many cases each has.
pub(crate) fn stages<T>(sql: &mut Sql<T>, column: &str, stages: &[Stage]) {
    match stages {
        [] => {}
        [only] => {
            _ = sql
                .push(" AND ")
                .column(column)
                .push(&format!(" = '{}'", only.code()))
        }
        some => {
            let codes: Vec<String> = some
                .iter()
                .map(|stage| format!("'{}'", stage.code()))
                .collect();
            sql.push(" AND ")
                .column(column)
                .push(&format!(" IN ({})", codes.join(", ")));
        }
    }
}

/// The scope as a condition on one case; columns of `table`, as in `+c.`.
pub(crate) fn within<T>(sql: &mut Sql<T>, scope: &CaseScope, table: &str) {
    if scope.whole_region {
        return;
    }
    // What is false begins the list, so that each part can begin with OR; `one_of` begins with AND.
    sql.push(" AND (1 = 0");
    let any = |sql: &mut Sql<T>, column: &str, ids: &[Uid]| {
        if !ids.is_empty() {
            sql.push(" OR (1 = 1")
                .one_of(&format!("{table}{column}"), ids)
                .push(")");
        }
    };
    any(sql, "office_id", &uids(&scope.offices));
    any(sql, "mediator_id", &uids(&scope.mediators));
    any(sql, "asked_id", &uids(&scope.mediators));
    if let Some((account, offices)) = &scope.filed_by {
        sql.push(" OR (")
            .column(&format!("{table}accepted_at"))
            .push(" IS NULL");
        sql.one_of(&format!("{table}filed_by"), &[Uid::from(*account)]);
        sql.one_of(&format!("{table}office_id"), &uids(offices))
            .push(")");
    }
    sql.push(")");
}
