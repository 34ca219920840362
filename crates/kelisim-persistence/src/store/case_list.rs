//! Pages of cases. Every query here takes a [`CaseScope`]: what is outside it does not exist for the reader (R2).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use kelisim_domain::{
    case::{Case, Class, Stage},
    id::{CaseId, MediatorId, OfficeId, PartnerId},
    policy::CaseScope,
    text::search_key,
};

use crate::connection::{Db, MultiBackend};
use crate::error::Error;
use crate::row::case::CaseRow;
use crate::schema::{cases, mediator};
use crate::types::{Ts, Uid, Word};

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
    /// The beginning of a word in the number or the mediator's name. It is never logged.
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
            CaseSort::Number => Self::Number(search_key(&case.number.to_string())),
        }
    }
}

type Query<'a> = cases::BoxedQuery<'a, MultiBackend>;

/// A page of cases: at most `limit`, after `after`.
///
/// # Errors
/// As the database.
pub fn case_page(
    db: &mut Db,
    scope: &CaseScope,
    filter: &CaseFilter,
    sort: CaseSort,
    after: Option<&CaseCursor>,
    limit: i64,
) -> Result<Vec<Case>, Error> {
    if scope.is_empty() {
        return Ok(Vec::new());
    }
    let mediators = match &filter.q {
        Some(q) => mediators_called(db, scope, q)?,
        None => Vec::new(),
    };
    let query = filtered(scoped(scope), filter, mediators);
    let rows: Vec<CaseRow> = sorted(query, sort, after)
        .limit(limit)
        .select(CaseRow::as_select())
        .load(db)?;
    rows.iter().map(CaseRow::case).collect()
}

/// The cases in scope, and nothing else.
fn scoped<'a>(scope: &CaseScope) -> Query<'a> {
    let query = cases::table
        .filter(cases::region_id.eq(Uid::from(scope.region)))
        .into_boxed::<MultiBackend>();
    if scope.whole_region {
        return query;
    }
    let uids = |ids: &[OfficeId]| ids.iter().map(|id| Uid::from(*id)).collect::<Vec<Uid>>();
    let mediators: Vec<Uid> = scope.mediators.iter().map(|id| Uid::from(*id)).collect();
    let own = cases::office_id
        .eq_any(uids(&scope.offices))
        .or(cases::mediator_id.eq_any(mediators).assume_not_null());
    match &scope.filed_by {
        None => query.filter(own),
        Some((account, offices)) => query.filter(
            own.or(cases::filed_by
                .eq(Uid::from(*account))
                .and(cases::accepted_at.is_null())
                .and(cases::office_id.eq_any(uids(offices)))),
        ),
    }
}

fn filtered<'a>(mut query: Query<'a>, filter: &CaseFilter, mediators: Vec<Uid>) -> Query<'a> {
    fn uids<T: Copy + Into<Uid>>(ids: &[T]) -> Vec<Uid> {
        ids.iter().map(|id| (*id).into()).collect()
    }
    if !filter.offices.is_empty() {
        query = query.filter(cases::office_id.eq_any(uids(&filter.offices)));
    }
    if !filter.stages.is_empty() {
        let stages: Vec<Word<Stage>> = filter.stages.iter().map(|stage| Word(*stage)).collect();
        query = query.filter(cases::stage.eq_any(stages));
    }
    if !filter.steps.is_empty() {
        query = query.filter(cases::step.eq_any(filter.steps.clone()));
    }
    if !filter.classes.is_empty() {
        let classes: Vec<Word<Class>> = filter.classes.iter().map(|class| Word(*class)).collect();
        query = query.filter(cases::class.eq_any(classes));
    }
    if !filter.mediators.is_empty() {
        query = query.filter(
            cases::mediator_id
                .eq_any(uids(&filter.mediators))
                .assume_not_null(),
        );
    }
    if !filter.categories.is_empty() {
        query = query.filter(cases::category.eq_any(filter.categories.clone()));
    }
    if !filter.partners.is_empty() {
        query = query.filter(
            cases::partner_id
                .eq_any(uids(&filter.partners))
                .assume_not_null(),
        );
    }
    if let Some(from) = filter.filed_from {
        query = query.filter(cases::filed_at.ge(Ts::from(from)));
    }
    if let Some(before) = filter.filed_before {
        query = query.filter(cases::filed_at.lt(Ts::from(before)));
    }
    if let Some(q) = &filter.q {
        let word = like(q);
        let in_number = cases::search_key
            .like(format!("{word}%"))
            .escape('\\')
            .or(cases::search_key.like(format!("%-{word}%")).escape('\\'))
            .or(cases::search_key.like(format!("%/{word}%")).escape('\\'));
        query = query.filter(in_number.or(cases::mediator_id.eq_any(mediators).assume_not_null()));
    }
    query
}

fn sorted<'a>(query: Query<'a>, sort: CaseSort, after: Option<&CaseCursor>) -> Query<'a> {
    match (sort, after) {
        (CaseSort::Newest, Some(CaseCursor::Filed(at, id))) => {
            let (at, id) = (Ts::from(*at), Uid::from(*id));
            query
                .filter(
                    cases::filed_at
                        .lt(at)
                        .or(cases::filed_at.eq(at).and(cases::id.lt(id))),
                )
                .order((cases::filed_at.desc(), cases::id.desc()))
        }
        (CaseSort::Newest, _) => query.order((cases::filed_at.desc(), cases::id.desc())),
        (CaseSort::Oldest, Some(CaseCursor::Filed(at, id))) => {
            let (at, id) = (Ts::from(*at), Uid::from(*id));
            query
                .filter(
                    cases::filed_at
                        .gt(at)
                        .or(cases::filed_at.eq(at).and(cases::id.gt(id))),
                )
                .order((cases::filed_at, cases::id))
        }
        (CaseSort::Oldest, _) => query.order((cases::filed_at, cases::id)),
        (CaseSort::Number, Some(CaseCursor::Number(number))) => query
            .filter(cases::search_key.gt(number.clone()))
            .order(cases::search_key),
        (CaseSort::Number, _) => query.order(cases::search_key),
    }
}

/// The search word with the signs of LIKE made plain.
fn like(q: &str) -> String {
    let mut plain = String::with_capacity(q.len());
    for c in search_key(q).chars() {
        if matches!(c, '%' | '_' | '\\') {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

/// The mediators of the region with a word of their name that begins so.
fn mediators_called(db: &mut Db, scope: &CaseScope, q: &str) -> Result<Vec<Uid>, Error> {
    const MOST: i64 = 500;
    let word = like(q);
    Ok(mediator::table
        .filter(mediator::region_id.eq(Uid::from(scope.region)))
        .filter(
            mediator::search_key
                .like(format!("{word}%"))
                .escape('\\')
                .or(mediator::search_key.like(format!("% {word}%")).escape('\\')),
        )
        .select(mediator::id)
        .limit(MOST)
        .load(db)?)
}
