//! How long data are kept, and erasing: looking at what is due, confirming it, and seeing how far it has come.

use crate::{
    app::{self, AppError, Tx},
    http::{answer::Answer, body::Body, call::Call},
    locale::text,
};
use actix_web::{HttpResponse, get, patch, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use kelisim_domain::{
    erasure::{ErasureReason, ErasureWhy, LetterNumber, Trouble},
    fault::{FaultKind, Faults},
    input::{Input, id},
    policy::RegisterAct::{Erase, ReadRetention},
    publish::reason,
    retention::{DataKind, Kept, MONTHS_MOST, look_holds_until},
};
use kelisim_persistence::store::{
    erasure::{Erasure, Retention, erasure_list, retention_of},
    erasure_report::erasure_report,
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Erasures that are listed, and numbers of cases that one of them shows.
const LISTED: i64 = 100;
const NUMBERS: i64 = 100;

/// Registers the routes.
pub fn configure(routes: &mut ServiceConfig<'_>) {
    routes
        .service(retention)
        .service(set_retention)
        .service(list)
        .service(look)
        .service(one)
        .service(confirm);
}

/// How long a kind of data is kept, and what for.
#[derive(Serialize, ToSchema)]
struct RetentionView {
    kind: &'static str,
    /// What the data are there for, in the reader's language.
    purpose: String,
    /// `as_set`, `days`, `with_the_entry` or `always`.
    kept: &'static str,
    /// How many months after closing; none as long as nobody has set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    months: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<i64>,
    /// Also the `ETag` of a kind that can be set.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    set_at: Option<DateTime<Utc>>,
}

fn retention_view(tx: &Tx<'_>, kind: DataKind, set: Option<Retention>) -> RetentionView {
    let (kept, days) = match kind.kept() {
        Kept::AsSet => ("as_set", None),
        Kept::Days(days) => ("days", Some(days)),
        Kept::WithTheEntry => ("with_the_entry", None),
        Kept::Always => ("always", None),
    };
    RetentionView {
        kind: kind.code(),
        purpose: text(tx.language(), &format!("purpose-{}", kind.code())),
        kept,
        months: set.as_ref().and_then(|set| set.months),
        days,
        version: set.as_ref().map(|set| set.version),
        set_at: set.and_then(|set| set.set_at),
    }
}

/// A page of kinds of data.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a page, which is made of its entries")]
struct RetentionList {
    items: Vec<RetentionView>,
    next: Option<String>,
}

/// How long each kind of data is kept, and what for.
#[utoipa::path(tag = "protection", responses((status = 200, body = RetentionList), (status = 401), (status = 404)))]
#[get("/retention")]
async fn retention(call: Call) -> HttpResponse {
    call.get(|tx| {
        tx.allow(ReadRetention)?;
        let mut items = Vec::new();
        for kind in DataKind::ALL {
            let set = match kind.kept() {
                Kept::AsSet => Some(retention_of(tx.db, tx.actor.region, *kind)?),
                _ => None,
            };
            items.push(retention_view(tx, *kind, set));
        }
        Ok(Answer::page(&items, None))
    })
    .await
}

/// How long data of a kind shall be kept.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct SetBody {
    /// Months after closing, at most 1200; `null` means for ever.
    #[schema(example = 60)]
    months: Option<i32>,
    /// Why: one line.
    reason: String,
}

/// Set how long data of a kind are kept. Nothing is erased by that.
#[utoipa::path(tag = "protection", params(("kind" = String, Path, description = "`case`.")), request_body = SetBody,
    responses((status = 200, body = RetentionView), (status = 401), (status = 403), (status = 404), (status = 412), (status = 422), (status = 428)))]
#[patch("/retention/{kind}")]
async fn set_retention(call: Call, kind: web::Path<String>) -> HttpResponse {
    call.change(
        move |tx| {
            tx.allow(ReadRetention)?;
            let kind: DataKind = kind.parse().map_err(|_| AppError::NotFound)?;
            if kind.kept() != Kept::AsSet {
                return Err(AppError::NotFound);
            }
            tx.allow_write(ReadRetention, Erase)?;
            let before = retention_of(tx.db, tx.actor.region, kind)?;
            let version = before.version;
            Ok((before, version))
        },
        |tx, before, body| {
            let body = body.object()?;
            let mut faults = Faults::new();
            let mut input = Input::new(&body, &mut faults);
            let months = match input.mentions("months") {
                true => input.number_if("months", 1, i64::from(MONTHS_MOST)),
                false => {
                    input.fault("months", FaultKind::Missing);
                    None
                }
            };
            let why = input.text("reason", reason);
            input.finish();
            let (months, why) = faults.finish(months.zip(why)).map_err(AppError::Invalid)?;
            let months = months.and_then(|months| i32::try_from(months).ok());
            let after = app::erase::set(tx, &before, months, why)?;
            let view = retention_view(tx, after.kind, Some(after.clone()));
            Ok(Answer::ok(&view).version(after.version))
        },
    )
    .await
}

/// An erasure.
#[derive(Serialize, ToSchema)]
struct ErasureView {
    id: Uuid,
    /// Also the `ETag`.
    version: i32,
    /// `looked_at`, `confirmed` or `done`.
    state: &'static str,
    /// The months by which it was looked at; none for a case that was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    months: Option<i32>,
    /// Cases closed before that day.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_before: Option<NaiveDate>,
    /// How many cases.
    cases: i32,
    looked_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    looked_at_by: Option<Uuid>,
    /// Until then it may be confirmed.
    holds_until: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed_by: Option<Uuid>,
    /// A code; of erasures that were confirmed before there were codes, what was typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The number of the letter that asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    letter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<DateTime<Utc>>,
    /// Only of one that is asked for by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<ReportView>,
}

/// What an erasure is about.
#[derive(Serialize, ToSchema)]
struct ReportView {
    /// How many cases are erased by now.
    erased: i64,
    /// Cases of each office, for whoever sees the cases.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    offices: BTreeMap<String, i64>,
    /// The first hundred numbers, for the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    numbers: Vec<String>,
    /// How many could not be erased when it was tried last, by what keeps them: `damaged`, `at_odds` or `no_key`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    troubles: BTreeMap<String, i64>,
    /// The first hundred of these, for whoever sees the cases.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left: Vec<LeftCaseView>,
}

/// A case that could not be erased; the others are, and it is tried again.
#[derive(Serialize, ToSchema)]
struct LeftCaseView {
    case: Uuid,
    number: String,
    #[schema(value_type = String, example = "damaged")]
    trouble: Trouble,
    /// When it was tried last.
    tried_at: DateTime<Utc>,
}

fn erasure_view(erasure: &Erasure) -> ErasureView {
    let state = match (erasure.confirmed_at, erasure.finished_at) {
        (None, _) => "looked_at",
        (Some(_), None) => "confirmed",
        (Some(_), Some(_)) => "done",
    };
    ErasureView {
        id: erasure.id.0,
        version: erasure.version,
        state,
        months: erasure.months,
        closed_before: erasure.closed_before,
        cases: erasure.cases,
        looked_at: erasure.at,
        looked_at_by: erasure.actor.map(|account| account.0),
        holds_until: look_holds_until(erasure.at),
        confirmed_at: erasure.confirmed_at,
        confirmed_by: erasure.confirmed_by.map(|account| account.0),
        reason: erasure.reason.clone(),
        letter: erasure.letter.clone(),
        finished_at: erasure.finished_at,
        report: None,
    }
}

/// An erasure with its report.
fn whole(tx: &mut Tx<'_>, erasure: &Erasure) -> Result<Answer, AppError> {
    let mut report = erasure_report(tx.db, erasure, NUMBERS)?;
    // The auditor sees how many, and no case.
    if !Erase.allowed(&tx.actor) {
        report.offices.clear();
        report.numbers.clear();
        report.left.clear();
    }
    let troubles = report.troubles.iter();
    let left = report.left.into_iter().map(|left| LeftCaseView {
        case: left.case.0,
        number: left.number,
        trouble: left.trouble,
        tried_at: left.tried_at,
    });
    let view = ErasureView {
        report: Some(ReportView {
            erased: report.erased,
            offices: report.offices.into_iter().collect(),
            numbers: report.numbers,
            troubles: troubles
                .map(|(trouble, cases)| (trouble.code().to_owned(), *cases))
                .collect(),
            left: left.collect(),
        }),
        ..erasure_view(erasure)
    };
    Ok(Answer::ok(&view).version(erasure.version))
}

/// A page of erasures.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a page, which is made of its entries")]
struct ErasureList {
    items: Vec<ErasureView>,
    next: Option<String>,
}

/// The last hundred erasures, the newest first.
#[utoipa::path(tag = "protection", responses((status = 200, body = ErasureList), (status = 401), (status = 404)))]
#[get("/erasures")]
async fn list(call: Call) -> HttpResponse {
    call.get(|tx| {
        tx.allow(ReadRetention)?;
        let found = erasure_list(tx.db, tx.actor.region, LISTED)?;
        let items: Vec<ErasureView> = found.iter().map(erasure_view).collect();
        Ok(Answer::page(&items, None))
    })
    .await
}

/// What shall be looked at.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct LookBody {
    /// One closed case, by its id; all that is due when left out.
    case: Option<Uuid>,
}

/// Look at what would be erased. Nothing is; the cases that were found are put on record.
#[utoipa::path(tag = "protection", request_body = LookBody,
    responses((status = 201, body = ErasureView), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
#[post("/erasures")]
async fn look(call: Call) -> HttpResponse {
    call.post(
        |tx| tx.allow_write(ReadRetention, Erase),
        |tx, (), body: Body| {
            let body = body.object()?;
            let mut faults = Faults::new();
            let mut input = Input::new(&body, &mut faults);
            let named = input.text_if("case", id);
            input.finish();
            let named = faults.finish(named).map_err(AppError::Invalid)?;
            let erasure = app::erase::look(tx, named)?;
            let location = format!("/api/v1/erasures/{}", erasure.id);
            Ok(Answer {
                status: 201,
                location: Some(location),
                ..whole(tx, &erasure)?
            })
        },
    )
    .await
}

/// One erasure, with what it is about and how far it has come.
#[utoipa::path(tag = "protection", params(("id" = String, Path, description = "The erasure.")),
    responses((status = 200, body = ErasureView), (status = 401), (status = 404)))]
#[get("/erasures/{id}")]
async fn one(call: Call, path: web::Path<String>) -> HttpResponse {
    call.get(move |tx| {
        tx.allow(ReadRetention)?;
        let erasure = app::erase::find(tx, path.parse().map_err(|_| AppError::NotFound)?)?;
        whole(tx, &erasure)
    })
    .await
}

/// Why it shall be erased.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct ConfirmBody {
    /// `time_over` for all that is due; `person_asked`, `court`, `authority` or `mistake` for a case that was named.
    #[schema(example = "person_asked")]
    reason: String,
    /// The number of the letter that asks for it: digits, few letters, and the signs between them.
    #[schema(example = "ЗТ-О-125/2026")]
    letter: Option<String>,
}

fn why(body: &serde_json::Map<String, serde_json::Value>) -> Result<ErasureWhy, AppError> {
    let mut faults = Faults::new();
    let mut input = Input::new(body, &mut faults);
    let reason = input.text("reason", str::parse::<ErasureReason>);
    let letter = input.text_if("letter", LetterNumber::parse);
    input.finish();
    let why = reason.zip(letter);
    let why = why.map(|(reason, letter)| ErasureWhy { reason, letter });
    faults.finish(why).map_err(AppError::Invalid)
}

/// Confirm exactly what was looked at: its keys are destroyed, and nothing brings the content back.
#[utoipa::path(tag = "protection", params(("id" = String, Path, description = "The erasure.")), request_body = ConfirmBody,
    responses((status = 200, body = ErasureView), (status = 401), (status = 403), (status = 404), (status = 409), (status = 412), (status = 422), (status = 428)))]
#[post("/erasures/{id}/confirm")]
async fn confirm(call: Call, path: web::Path<String>) -> HttpResponse {
    call.change(
        move |tx| {
            tx.allow(ReadRetention)?;
            let erasure = app::erase::find(tx, path.parse().map_err(|_| AppError::NotFound)?)?;
            tx.allow_write(ReadRetention, Erase)?;
            let version = erasure.version;
            Ok((erasure, version))
        },
        |tx, erasure, body| {
            let why = why(&*body.object()?)?;
            let confirmed = app::erase::confirm(tx, &erasure, &why)?;
            whole(tx, &confirmed)
        },
    )
    .await
}
