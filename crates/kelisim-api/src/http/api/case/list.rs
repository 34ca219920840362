//! Pages of cases, with filters.

use super::{
    lookup::Lookup,
    view::{CaseList, allowed_actions, open_view},
};
use crate::{
    app::{self, AppError, Tx},
    http::{
        call::Call,
        query::{LIMIT_DEFAULT, LIMIT_MOST, Paging, Query, instant},
    },
};
use actix_web::{HttpResponse, get};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kelisim_domain::{
    case::{Class, Stage},
    code::{CategoryCode, OfficeCode, PartnerCode, StepId},
    fault::FaultKind,
    input::{day, id},
    policy::CaseScope,
};
use kelisim_persistence::Defect;
use kelisim_persistence::store::{
    case_due::case_due_first,
    case_list::{CaseCursor, CaseFilter, CaseSort, Listed, case_page},
    office, partner,
};
use std::str::FromStr;

/// Cases within the reader's scope.
#[utoipa::path(tag = "cases", params(
        ("office" = Option<String>, Query, description = "Codes of offices, with commas."),
        ("stage" = Option<String>, Query, description = "Stages, with commas."),
        ("step" = Option<String>, Query, description = "Steps, with commas."),
        ("class" = Option<String>, Query, description = "Classes, with commas."),
        ("mediator" = Option<String>, Query, description = "Ids of mediators, with commas."),
        ("category" = Option<String>, Query, description = "Categories, with commas."),
        ("partner" = Option<String>, Query, description = "Codes of partners, with commas."),
        ("q" = Option<String>, Query, description = "The beginning of a word in the number or the mediator's name."),
        ("filed_from" = Option<String>, Query, description = "Filed on or after this local day."),
        ("filed_to" = Option<String>, Query, description = "Filed on or before this local day."),
        ("sort" = Option<String>, Query, description = "`-filed_at` (default), `filed_at` or `number`."),
        ("limit" = Option<i64>, Query, description = "At most 100."),
        ("after" = Option<String>, Query, description = "Where the page before ended.")),
    responses((status = 200, body = CaseList), (status = 401), (status = 404), (status = 422)))]
#[get("/cases")]
pub(super) async fn list(call: Call, query: Query) -> HttpResponse {
    call.get(move |tx| {
        let Found {
            cases,
            paging,
            sort,
        } = find(tx, query, (LIMIT_DEFAULT, LIMIT_MOST))?;
        let lookup = Lookup::listed(tx, &cases)?;
        let mut shown = Vec::with_capacity(cases.len());
        for Listed { case, .. } in cases {
            let definition = app::case::definition_of(tx, &case)?;
            // Whether the office has a head matters for content only, and a list shows none.
            let allowed = allowed_actions(tx, &definition, &case, true);
            let view = open_view(tx, &case, &lookup, allowed);
            shown.push((case, view));
        }
        let cursor = |(case, _): &(_, _)| write_cursor(&CaseCursor::after(case, sort));
        Ok(paging.answer(shown, cursor, |(_, view)| view))
    })
    .await
}

/// What a query has found: one more case than a page shows, when there is a next page.
pub(crate) struct Found {
    pub(crate) cases: Vec<Listed>,
    paging: Paging,
    sort: CaseSort,
}

impl Found {
    /// Leaves the cases of this page, and gives the address of the next when there is one.
    pub(crate) fn cut(&mut self) -> Option<String> {
        let sort = self.sort;
        let cursor = |one: &Listed| write_cursor(&CaseCursor::after(&one.case, sort));
        self.paging.cut(&mut self.cases, cursor)
    }
}

/// Finds cases within the reader's scope: the one way, for this list and for the page that shows it.
///
/// # Errors
/// Not found, for a reader who sees no case; every fault of the query.
pub(crate) fn find(
    tx: &mut Tx<'_>,
    mut query: Query,
    (default, most): (i64, i64),
) -> Result<Found, AppError> {
    let mut scope = CaseScope::of(&tx.actor);
    if scope.is_empty() {
        return Err(AppError::NotFound);
    }
    scope.whole_region |= tx.app.faults.has(Defect::DropCaseScope);
    let wish = Wish::read(tx, &mut query);
    let paging = query.finish_within(default, most)?;
    let after = wish.cursor()?;
    let cases = match wish.resolve(tx)? {
        Some(filter) => case_page(
            tx.db,
            &scope,
            &filter,
            tx.zone(),
            wish.sort,
            after.as_ref(),
            usize::try_from(paging.load()).unwrap_or_default(),
        )?,
        None => Vec::new(),
    };
    Ok(Found {
        cases,
        paging,
        sort: wish.sort,
    })
}

/// Finds the cases of a query whose time comes first: the part of a long list that is looked at first.
///
/// # Errors
/// As [`find`].
pub(crate) fn find_due_first(tx: &mut Tx<'_>, mut query: Query) -> Result<Vec<Listed>, AppError> {
    let scope = CaseScope::of(&tx.actor);
    if scope.is_empty() {
        return Err(AppError::NotFound);
    }
    let wish = Wish::read(tx, &mut query);
    query.finish_within(LIMIT_DEFAULT, LIMIT_MOST)?;
    match wish.resolve(tx)? {
        Some(filter) => Ok(case_due_first(tx.db, &scope, &filter, tx.zone())?),
        None => Ok(Vec::new()),
    }
}

/// What the reader asks for.
struct Wish {
    filter: CaseFilter,
    sort: CaseSort,
    after: Option<String>,
    offices: Vec<OfficeCode>,
    partners: Vec<PartnerCode>,
}

impl Wish {
    fn read(tx: &Tx<'_>, query: &mut Query) -> Self {
        let zone = tx.zone();
        let steps = query.many("step", StepId::parse);
        let categories = query.many("category", CategoryCode::parse);
        let last = query.one("filed_to", day);
        let filter = CaseFilter {
            offices: Vec::new(),
            partners: Vec::new(),
            stages: query.many("stage", Stage::from_str),
            steps: steps.iter().map(ToString::to_string).collect(),
            classes: query.many("class", Class::from_str),
            mediators: query.many("mediator", id),
            categories: categories.iter().map(ToString::to_string).collect(),
            q: query.search(),
            filed_from: query.one("filed_from", day).map(|day| zone.start_of(day)),
            filed_before: last
                .and_then(|day| day.succ_opt())
                .map(|day| zone.start_of(day)),
        };
        Wish {
            filter,
            sort: query.one("sort", sort).unwrap_or_default(),
            after: query.one("after", |text| Ok(text.to_owned())),
            offices: query.many("office", OfficeCode::parse),
            partners: query.many("partner", PartnerCode::parse),
        }
    }

    /// Codes become ids; none when a filter names only what does not exist, for then no case matches.
    fn resolve(&self, tx: &mut Tx<'_>) -> Result<Option<CaseFilter>, AppError> {
        let region = tx.region();
        let mut filter = self.filter.clone();
        if !filter.classes.is_empty() || !filter.steps.is_empty() {
            // A class or a step belongs to a stage (D21), and cases are found by their stage.
            let definitions = &tx.app.definitions;
            let (stages, is_all) = definitions.stages(region, &filter.classes, &filter.steps);
            if is_all {
                filter.classes.clear();
                filter.steps.clear();
            }
            filter.stages = match filter.stages.is_empty() {
                true => stages,
                false => stages
                    .into_iter()
                    .filter(|stage| filter.stages.contains(stage))
                    .collect(),
            };
            if filter.stages.is_empty() {
                return Ok(None);
            }
        }
        if !self.offices.is_empty() {
            let codes: Vec<&str> = self.offices.iter().map(OfficeCode::as_str).collect();
            let found = office::office_ids(tx.db, region, &codes)?;
            filter.offices = found.into_iter().map(|(_, id)| id).collect();
            if filter.offices.is_empty() {
                return Ok(None);
            }
        }
        let codes: Vec<&str> = self.partners.iter().map(PartnerCode::as_str).collect();
        let found = partner::partner_ids(tx.db, region, &codes)?;
        filter.partners = found.into_iter().map(|(_, id)| id).collect();
        let nothing = !self.partners.is_empty() && filter.partners.is_empty();
        Ok((!nothing).then_some(filter))
    }

    fn cursor(&self) -> Result<Option<CaseCursor>, AppError> {
        let Some(text) = &self.after else {
            return Ok(None);
        };
        let read = read_cursor(text, self.sort);
        read.map(Some).ok_or_else(|| {
            AppError::invalid(
                "after",
                FaultKind::BadForm {
                    example: "the after of next",
                },
            )
        })
    }
}

fn sort(text: &str) -> Result<CaseSort, FaultKind> {
    match text {
        "-filed_at" => Ok(CaseSort::Newest),
        "filed_at" => Ok(CaseSort::Oldest),
        "number" => Ok(CaseSort::Number),
        _ => Err(FaultKind::UnknownCode {
            known: ["-filed_at", "filed_at", "number"]
                .map(str::to_owned)
                .into(),
        }),
    }
}

/// A cursor is opaque to clients; it holds what the next page's query compares with.
fn write_cursor(cursor: &CaseCursor) -> String {
    let plain = match cursor {
        CaseCursor::Filed(at, id) => format!("{}/{id}", at.timestamp_micros()),
        CaseCursor::Number(number) => number.clone(),
    };
    URL_SAFE_NO_PAD.encode(plain)
}

fn read_cursor(text: &str, sort: CaseSort) -> Option<CaseCursor> {
    let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    match sort {
        // A number is plain ASCII; a NUL, say, is nothing that a database compares with.
        CaseSort::Number => plain
            .bytes()
            .all(|byte| byte.is_ascii_graphic())
            .then_some(CaseCursor::Number(plain)),
        CaseSort::Newest | CaseSort::Oldest => {
            let (at, id) = plain.split_once('/')?;
            Some(CaseCursor::Filed(instant(at)?, id.parse().ok()?))
        }
    }
}
