//! Memoranda of cooperation.

use crate::{
    app::{
        AppError, Tx, memorandum,
        memorandum::{Sight, sight},
        partner, register,
    },
    http::{answer::Answer, call::Call, query::Query},
};
use actix_web::{HttpResponse, get, patch, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use kelisim_domain::{
    code::PartnerCode,
    fault::FaultKind,
    id::MemorandumId,
    input::merge,
    memorandum::{Draft, Memorandum, Signing, Termination},
    policy::RegisterAct::ManageMemoranda,
    register::Known,
};
use kelisim_persistence::store::memorandum::MemorandumPage;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Registers the routes.
pub fn configure(routes: &mut ServiceConfig<'_>) {
    routes
        .service(list)
        .service(create)
        .service(read)
        .service(change)
        .service(sign)
        .service(terminate);
}

/// What somebody says of a memorandum. In a change every field may be left out, and `null` takes one away.
/// Once it is signed, only `renewal_owner` changes.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct MemorandumBody {
    #[schema(example = "12/2026")]
    number: String,
    /// By code.
    #[schema(example = "EDU")]
    partner: String,
    /// The first day; the day of signing when left out.
    valid_from: Option<NaiveDate>,
    /// The last day; none for an open end.
    valid_to: Option<NaiveDate>,
    signatories: Vec<String>,
    renewal_owner: Option<String>,
    /// `"all"`, or codes of kinds of dispute; an empty list covers nothing.
    categories: Value,
    /// `"all"`, or codes of districts; an empty list covers nothing.
    districts: Value,
    /// received, assigned, started, ended
    events: Vec<String>,
    /// count_only, procedural or procedural_with_ref
    data_level: String,
    /// No when left out.
    may_name_mediator: Option<bool>,
    /// No when left out.
    may_tell_attendance: Option<bool>,
}

/// A signature.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct SignBody {
    /// Today when left out.
    signed_on: Option<NaiveDate>,
}

/// An early end.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct TerminateBody {
    reason: String,
    /// The first day on which it holds no more; today when left out.
    terminated_on: Option<NaiveDate>,
}

/// A memorandum.
#[derive(Serialize, ToSchema)]
struct MemorandumView {
    id: Uuid,
    number: String,
    partner: String,
    /// draft, signed, in_force, expiring, expired or terminated: follows from the dates.
    status: &'static str,
    signed_on: Option<NaiveDate>,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    terminated_on: Option<NaiveDate>,
    /// Only for those who keep the memoranda.
    #[serde(skip_serializing_if = "Option::is_none")]
    termination_reason: Option<Option<String>>,
    signatories: Vec<String>,
    /// Only for those who keep the memoranda.
    #[serde(skip_serializing_if = "Option::is_none")]
    renewal_owner: Option<Option<String>>,
    /// `"all"`, or codes of kinds of dispute.
    categories: Value,
    /// `"all"`, or codes of districts.
    districts: Value,
    events: Vec<&'static str>,
    data_level: &'static str,
    may_name_mediator: bool,
    may_tell_attendance: bool,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A page of memoranda.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a page, which is made of its entries")]
struct MemorandumList {
    items: Vec<MemorandumView>,
    /// The address of the next page.
    next: Option<String>,
}

fn view(memorandum: Memorandum, today: NaiveDate, sight: Sight) -> MemorandumView {
    let status = memorandum.status(today).code();
    let terms = memorandum.terms;
    MemorandumView {
        id: memorandum.id.0,
        number: terms.number,
        partner: terms.partner.code.to_string(),
        status,
        signed_on: memorandum.signed_on,
        valid_from: terms.valid_from,
        valid_to: terms.valid_to,
        terminated_on: memorandum.terminated_on,
        termination_reason: (sight == Sight::All).then_some(memorandum.termination_reason),
        signatories: terms.signatories,
        renewal_owner: (sight == Sight::All).then_some(memorandum.renewal_owner),
        categories: json!(terms.categories),
        districts: json!(terms.districts),
        events: terms.events.iter().map(|event| event.code()).collect(),
        data_level: terms.data_level.code(),
        may_name_mediator: terms.may_name_mediator,
        may_tell_attendance: terms.may_tell_attendance,
        version: memorandum.version,
        created_at: memorandum.created_at,
        updated_at: memorandum.updated_at,
    }
}

/// Memoranda, newest first; a partner's contact sees those of its agency that were signed.
#[utoipa::path(
    tag = "memoranda",
    params(
        ("partner" = Option<String>, Query, description = "The code of a partner"),
        ("limit" = Option<i64>, Query, description = "At most 100"),
        ("after" = Option<Uuid>, Query, description = "The last id of the page before"),
    ),
    responses((status = 200, body = MemorandumList), (status = 401), (status = 404), (status = 422))
)]
#[get("/memoranda")]
async fn list(call: Call, mut query: Query) -> HttpResponse {
    call.get(move |tx| {
        let sight = sight(&tx.actor)?;
        let code = query.one("partner", PartnerCode::parse);
        let mut page = MemorandumPage {
            after: query.one("after", cursor),
            ..MemorandumPage::default()
        };
        let paging = query.finish()?;
        page.limit = paging.load();
        if let Some(code) = code {
            page.partner = Some(match partner::load(tx, &code) {
                Err(AppError::NotFound) => {
                    return Err(AppError::invalid(
                        "partner",
                        FaultKind::UnknownCode { known: Vec::new() },
                    ));
                }
                found => found?.id,
            });
        }
        let today = tx.today();
        let memoranda = memorandum::list(tx, &page, sight)?;
        Ok(paging.answer(
            memoranda,
            |memorandum| memorandum.id.to_string(),
            |memorandum| view(memorandum, today, sight),
        ))
    })
    .await
}

fn cursor(text: &str) -> Result<MemorandumId, FaultKind> {
    text.parse().map_err(|_| FaultKind::BadForm {
        example: "0193c6f0-7c1e-7a2b-9b1d-2f6a3c4d5e6f",
    })
}

/// One memorandum.
#[utoipa::path(tag = "memoranda", responses((status = 200, body = MemorandumView), (status = 304), (status = 401), (status = 404)))]
#[get("/memoranda/{id}")]
async fn read(call: Call, id: web::Path<String>) -> HttpResponse {
    call.get(move |tx| {
        let sight = sight(&tx.actor)?;
        let memorandum = find(tx, &id, sight)?;
        Ok(answer(tx, memorandum, sight))
    })
    .await
}

/// Enters a draft.
#[utoipa::path(
    tag = "memoranda",
    request_body = MemorandumBody,
    responses((status = 201, body = MemorandumView), (status = 401), (status = 404), (status = 422))
)]
#[post("/memoranda")]
async fn create(call: Call) -> HttpResponse {
    call.post(
        |tx| tx.allow(ManageMemoranda),
        |tx, (), body| {
            let body = body.object()?;
            let known = known(tx, &body)?;
            let draft = Draft::parse(&body, &known, None).map_err(AppError::Invalid)?;
            let memorandum = memorandum::create(tx, draft)?;
            let place = format!("/api/v1/memoranda/{}", memorandum.id);
            Ok(Answer {
                status: 201,
                location: Some(place),
                ..answer(tx, memorandum, Sight::All)
            })
        },
    )
    .await
}

/// Changes a draft; of a signed memorandum only who sees to its renewal.
#[utoipa::path(
    tag = "memoranda",
    request_body = MemorandumBody,
    responses(
        (status = 200, body = MemorandumView), (status = 401), (status = 403), (status = 404), (status = 412),
        (status = 422), (status = 428)
    )
)]
#[patch("/memoranda/{id}")]
async fn change(call: Call, id: web::Path<String>) -> HttpResponse {
    call.change(
        move |tx| managed(tx, &id),
        |tx, before, body| {
            let mut form = before.form();
            merge(&mut form, &*body.object()?);
            let known = known(tx, &form)?;
            let draft = Draft::parse(&form, &known, Some(&before)).map_err(AppError::Invalid)?;
            let after = memorandum::change(tx, before, draft)?;
            Ok(answer(tx, after, Sight::All))
        },
    )
    .await
}

/// Signs a memorandum: its terms are frozen, its partner's verified contacts and the coordinators are told.
#[utoipa::path(
    tag = "memoranda",
    request_body = SignBody,
    responses(
        (status = 200, body = MemorandumView), (status = 401), (status = 403), (status = 404), (status = 409),
        (status = 412), (status = 422), (status = 428)
    )
)]
#[post("/memoranda/{id}/sign")]
async fn sign(call: Call, id: web::Path<String>) -> HttpResponse {
    call.change(
        move |tx| managed(tx, &id),
        |tx, before, body| {
            let signing =
                Signing::parse(&*body.object()?, &before, tx.today()).map_err(AppError::Invalid)?;
            let after = memorandum::sign(tx, before, &signing)?;
            Ok(answer(tx, after, Sight::All))
        },
    )
    .await
}

/// Ends a memorandum early: its partner's verified contacts and the coordinators are told.
#[utoipa::path(
    tag = "memoranda",
    request_body = TerminateBody,
    responses(
        (status = 200, body = MemorandumView), (status = 401), (status = 403), (status = 404), (status = 409),
        (status = 412), (status = 422), (status = 428)
    )
)]
#[post("/memoranda/{id}/terminate")]
async fn terminate(call: Call, id: web::Path<String>) -> HttpResponse {
    call.change(
        move |tx| managed(tx, &id),
        |tx, before, body| {
            let end = Termination::parse(&*body.object()?, &before, tx.today())
                .map_err(AppError::Invalid)?;
            let after = memorandum::terminate(tx, before, end)?;
            Ok(answer(tx, after, Sight::All))
        },
    )
    .await
}

fn find(tx: &mut Tx<'_>, id: &str, sight: Sight) -> Result<Memorandum, AppError> {
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    memorandum::load(tx, id, sight)
}

/// A memorandum to change, with its version; whoever only reads it is told that this is not theirs to do.
fn managed(tx: &mut Tx<'_>, id: &str) -> Result<(Memorandum, i32), AppError> {
    let sight = sight(&tx.actor)?;
    let memorandum = find(tx, id, sight)?;
    if sight != Sight::All {
        return Err(AppError::NotPermitted(Vec::new()));
    }
    let version = memorandum.version;
    Ok((memorandum, version))
}

fn answer(tx: &Tx<'_>, memorandum: Memorandum, sight: Sight) -> Answer {
    let version = memorandum.version;
    Answer::ok(&view(memorandum, tx.today(), sight)).version(version)
}

fn known(tx: &mut Tx<'_>, body: &Map<String, Value>) -> Result<Known, AppError> {
    let partner: Vec<&str> = body
        .get("partner")
        .and_then(Value::as_str)
        .into_iter()
        .collect();
    register::known(tx, &[], &partner)
}
