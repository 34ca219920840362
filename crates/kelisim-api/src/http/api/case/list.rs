//! Pages of cases, with filters.

use super::view::{CaseView, Lookup, allowed_actions, open_view};
use crate::{
    app::{self, AppError, Tx},
    http::{answer::Answer, call::Call},
};
use actix_web::{HttpRequest, HttpResponse, get};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate, Utc};
use kelisim_domain::{
    case::{Class, Stage},
    code::{CategoryCode, OfficeCode, PartnerCode},
    fault::{FaultKind, Faults},
    id::MediatorId,
    input::day,
    policy::CaseScope,
    text::line,
};
use kelisim_persistence::store::{
    case_list::{CaseCursor, CaseFilter, CaseSort, case_page},
    office, partner,
};
use utoipa::IntoParams;

/// The largest page (R31).
const LIMIT_MOST: i64 = 100;
/// A page when nothing is said.
const LIMIT: i64 = 50;

/// The parameters of every list.
#[derive(Debug, IntoParams)]
pub(super) struct PageQuery {
    /// How many, at most 100.
    #[param(default = 50, maximum = 100)]
    pub(super) limit: i64,
    /// Where the page before ended: from its `next`.
    pub(super) after: Option<String>,
}

/// A parameter that is no cursor of ours.
pub(super) fn bad_cursor() -> AppError {
    AppError::invalid(
        "after",
        FaultKind::BadForm {
            example: "the value of next",
        },
    )
}

fn pairs(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

fn limit_of(value: &str) -> Result<i64, FaultKind> {
    let limit = value
        .parse::<i64>()
        .map_err(|_| FaultKind::WrongType { expected: "number" })?;
    if (1..=LIMIT_MOST).contains(&limit) {
        Ok(limit)
    } else {
        Err(FaultKind::OutOfRange {
            least: 1,
            most: LIMIT_MOST,
        })
    }
}

impl PageQuery {
    /// Reads `limit` and `after`, and refuses everything else.
    ///
    /// # Errors
    /// Every fault.
    pub(super) fn read(query: &str) -> Result<Self, AppError> {
        let mut faults = Faults::new();
        let mut page = PageQuery {
            limit: LIMIT,
            after: None,
        };
        for (name, value) in pairs(query) {
            match name.as_str() {
                "limit" => page.limit = faults.take("limit", limit_of(&value)).unwrap_or(LIMIT),
                "after" => page.after = Some(value),
                _ => faults.push(name, FaultKind::UnknownField { nearest: None }),
            }
        }
        faults.finish(Some(page)).map_err(AppError::Invalid)
    }

    /// The limit as a length.
    pub(super) fn size(&self) -> usize {
        usize::try_from(self.limit).unwrap_or_default()
    }
}

/// The mediator that a question names.
///
/// # Errors
/// Not an id, or another parameter.
pub(super) fn explained_mediator(query: &str) -> Result<Option<MediatorId>, AppError> {
    let mut faults = Faults::new();
    let mut mediator = None;
    for (name, value) in pairs(query) {
        match name.as_str() {
            "mediator" => mediator = faults.take("mediator", id(&value)),
            _ => faults.push(
                name,
                FaultKind::UnknownField {
                    nearest: Some("mediator".into()),
                },
            ),
        }
    }
    faults.finish(Some(mediator)).map_err(AppError::Invalid)
}

fn id<T: std::str::FromStr>(text: &str) -> Result<T, FaultKind> {
    text.parse().map_err(|_| FaultKind::BadForm {
        example: "0193c6f0-7c1e-7a2b-9b1d-2f6a3c4d5e6f",
    })
}

/// Cases within the reader's scope.
#[utoipa::path(tag = "cases", params(PageQuery,
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
        ("sort" = Option<String>, Query, description = "`-filed_at` (default), `filed_at` or `number`.")),
    responses((status = 200, body = [CaseView]), (status = 401), (status = 404), (status = 422)))]
#[get("/cases")]
pub(super) async fn list(call: Call, request: HttpRequest) -> HttpResponse {
    let query = request.query_string().to_owned();
    call.get(move |tx| {
        let scope = CaseScope::of(&tx.actor);
        if scope.is_empty() {
            return Err(AppError::NotFound);
        }
        let wish = wish(tx, &query)?;
        page(tx, &scope, &wish, &query)
    })
    .await
}

/// What the reader asks for.
struct Wish {
    filter: CaseFilter,
    sort: CaseSort,
    after: Option<CaseCursor>,
    limit: i64,
    /// A filter names something that does not exist for the reader: the page is empty.
    nothing: bool,
}

fn wish(tx: &mut Tx<'_>, query: &str) -> Result<Wish, AppError> {
    let mut faults = Faults::new();
    let mut wish = Wish {
        filter: CaseFilter::default(),
        sort: CaseSort::Newest,
        after: None,
        limit: LIMIT,
        nothing: false,
    };
    let (mut offices, mut partners, mut cursor) = (Vec::new(), Vec::new(), None);
    for (name, value) in pairs(query) {
        let parts = || value.split(',').filter(|part| !part.is_empty());
        let filter = &mut wish.filter;
        match name.as_str() {
            "office" => offices = list_of(&mut faults, &name, parts(), OfficeCode::parse),
            "partner" => partners = list_of(&mut faults, &name, parts(), PartnerCode::parse),
            "stage" => filter.stages = list_of(&mut faults, &name, parts(), str::parse::<Stage>),
            "class" => filter.classes = list_of(&mut faults, &name, parts(), str::parse::<Class>),
            "step" => {
                let steps = list_of(
                    &mut faults,
                    &name,
                    parts(),
                    kelisim_domain::code::StepId::parse,
                );
                filter.steps = steps.into_iter().map(|step| step.to_string()).collect();
            }
            "category" => {
                let categories = list_of(&mut faults, &name, parts(), CategoryCode::parse);
                filter.categories = categories
                    .into_iter()
                    .map(|category| category.to_string())
                    .collect();
            }
            "mediator" => filter.mediators = list_of(&mut faults, &name, parts(), id),
            "q" => filter.q = faults.take("q", line(&value, 100)),
            "filed_from" => {
                filter.filed_from = faults
                    .take("filed_from", day(&value))
                    .map(|day| start(tx, day))
            }
            "filed_to" => {
                let last = faults.take("filed_to", day(&value));
                filter.filed_before = last
                    .and_then(|day| day.succ_opt())
                    .map(|day| start(tx, day));
            }
            "sort" => wish.sort = faults.take("sort", sort(&value)).unwrap_or_default(),
            "limit" => wish.limit = faults.take("limit", limit_of(&value)).unwrap_or(LIMIT),
            "after" => cursor = Some(value),
            _ => {
                let nearest = kelisim_domain::input::nearest(&name, &NAMES).map(str::to_owned);
                faults.push(name, FaultKind::UnknownField { nearest });
            }
        }
    }
    let mut wish = faults.finish(Some(wish)).map_err(AppError::Invalid)?;
    if let Some(text) = cursor {
        wish.after = Some(read_cursor(&text, wish.sort).ok_or_else(bad_cursor)?);
    }
    resolve(tx, &mut wish, &offices, &partners)?;
    Ok(wish)
}

const NAMES: [&str; 13] = [
    "office",
    "stage",
    "step",
    "class",
    "mediator",
    "category",
    "partner",
    "q",
    "filed_from",
    "filed_to",
    "sort",
    "limit",
    "after",
];

fn list_of<'v, T>(
    faults: &mut Faults,
    name: &str,
    parts: impl Iterator<Item = &'v str>,
    parse: impl Fn(&str) -> Result<T, FaultKind>,
) -> Vec<T> {
    parts
        .filter_map(|part| faults.take(name, parse(part)))
        .collect()
}

/// Codes become ids; a code that does not exist matches no case.
fn resolve(
    tx: &mut Tx<'_>,
    wish: &mut Wish,
    offices: &[OfficeCode],
    partners: &[PartnerCode],
) -> Result<(), AppError> {
    let region = tx.region();
    if !offices.is_empty() {
        let codes: Vec<&str> = offices.iter().map(OfficeCode::as_str).collect();
        wish.filter.offices = office::office_ids(tx.db, region, &codes)?
            .into_iter()
            .map(|(_, id)| id)
            .collect();
        wish.nothing |= wish.filter.offices.is_empty();
    }
    for code in partners {
        match partner::partner_by_code(tx.db, region, code) {
            Ok(partner) => wish.filter.partners.push(partner.id),
            Err(kelisim_persistence::Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    wish.nothing |= !partners.is_empty() && wish.filter.partners.is_empty();
    Ok(())
}

fn start(tx: &Tx<'_>, day: NaiveDate) -> DateTime<Utc> {
    tx.zone().start_of(day)
}

fn sort(text: &str) -> Result<CaseSort, FaultKind> {
    match text {
        "-filed_at" => Ok(CaseSort::Newest),
        "filed_at" => Ok(CaseSort::Oldest),
        "number" => Ok(CaseSort::Number),
        _ => Err(FaultKind::UnknownCode {
            known: vec!["-filed_at".into(), "filed_at".into(), "number".into()],
        }),
    }
}

fn page(tx: &mut Tx<'_>, scope: &CaseScope, wish: &Wish, query: &str) -> Result<Answer, AppError> {
    let mut cases = if wish.nothing {
        Vec::new()
    } else {
        case_page(
            tx.db,
            scope,
            &wish.filter,
            wish.sort,
            wish.after.as_ref(),
            wish.limit + 1,
        )?
    };
    let size = usize::try_from(wish.limit).unwrap_or_default();
    let more = cases.len() > size;
    cases.truncate(size);
    let next = cases.last().filter(|_| more).map(|last| {
        let cursor = write_cursor(&CaseCursor::after(last, wish.sort));
        let mut kept = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in pairs(query).iter().filter(|(name, _)| name != "after") {
            kept.append_pair(name, value);
        }
        kept.append_pair("after", &cursor);
        format!("/api/v1/cases?{}", kept.finish())
    });
    let lookup = Lookup::of(tx, cases.iter())?;
    let mut items = Vec::with_capacity(cases.len());
    for case in &cases {
        let definition = app::case::definition_of(tx, case)?;
        // Whether the office has a head matters for content only, and a list shows none.
        let allowed = allowed_actions(tx, &definition, case, true);
        items.push(open_view(tx, case, &lookup, allowed));
    }
    Ok(Answer::page(&items, next))
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
        CaseSort::Number => Some(CaseCursor::Number(plain)),
        CaseSort::Newest | CaseSort::Oldest => {
            let (at, id) = plain.split_once('/')?;
            Some(CaseCursor::Filed(
                DateTime::from_timestamp_micros(at.parse().ok()?)?,
                id.parse().ok()?,
            ))
        }
    }
}
