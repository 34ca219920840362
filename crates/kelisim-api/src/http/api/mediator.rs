//! The register of mediators.

use crate::{
    app::{AppError, Tx, mediator, reading::Reading, register},
    http::{answer::Answer, call::Call, query::Query},
};
use actix_web::{HttpResponse, get, patch, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use kelisim_domain::{
    code::OfficeCode,
    fault::FaultKind,
    id::MediatorId,
    input::merge,
    mediator::{Before, Mediator, MediatorEntry, MediatorKind, StatusStep},
    policy::RegisterAct::{ReadMediatorSecrets, ReadMediators, WriteMediators},
    register::Known,
};
use kelisim_persistence::store::{
    mediator::{MediatorLine, MediatorPage, SealedMediator, mediator_list},
    office::office_ids,
};
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
        .service(change);
}

/// What somebody says of a mediator. In a change every field may be left out, and `null` takes one away.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct MediatorBody {
    /// public or professional
    #[schema(example = "public")]
    kind: String,
    name_kk: String,
    name_ru: String,
    register_no: String,
    /// The language of messages to them: kk, ru or en.
    language: String,
    /// Codes of the languages they mediate in.
    languages: Vec<String>,
    /// Codes of kinds of dispute.
    specialisations: Vec<String>,
    home_settlement: String,
    /// Codes of offices.
    offices: Vec<String>,
    max_open_cases: i32,
    documents_valid_to: Option<NaiveDate>,
    /// For a public mediator, once elected.
    protocol: Option<Protocol>,
    /// For a professional mediator, once certified.
    certificate: Option<Certificate>,
    unavailable: Vec<PeriodView>,
    /// Twelve digits.
    iin: String,
    birth_date: Option<NaiveDate>,
    phone: Option<String>,
    email: Option<String>,
    affiliations: Vec<AffiliationView>,
    /// candidate, active, suspended or removed; other than candidate only by the registrar.
    status: Option<String>,
    /// From which day; today when left out.
    status_since: Option<NaiveDate>,
    /// Why; needed for every change of the status.
    status_reason: Option<String>,
}

/// The protocol of an election.
#[derive(Serialize, ToSchema)]
struct Protocol {
    number: String,
    on: NaiveDate,
    /// The gathering that elected.
    body: String,
}

/// A certificate.
#[derive(Serialize, ToSchema)]
struct Certificate {
    number: String,
    on: NaiveDate,
    organisation: String,
}

/// Days, both included.
#[derive(Serialize, ToSchema)]
struct PeriodView {
    from: NaiveDate,
    to: NaiveDate,
}

/// A tie to others.
#[derive(Serialize, ToSchema)]
struct AffiliationView {
    /// employer, council, political_party or relative
    kind: &'static str,
    name: String,
}

/// A step of the status.
#[derive(Serialize, ToSchema)]
struct StatusStepView {
    status: &'static str,
    since: NaiveDate,
    reason: String,
    at: DateTime<Utc>,
}

/// A mediator.
#[derive(Serialize, ToSchema)]
struct MediatorView {
    id: Uuid,
    kind: &'static str,
    name_kk: String,
    name_ru: String,
    register_no: String,
    status: &'static str,
    status_since: NaiveDate,
    status_history: Vec<StatusStepView>,
    language: &'static str,
    languages: Vec<String>,
    specialisations: Vec<String>,
    home_settlement: String,
    offices: Vec<String>,
    max_open_cases: i32,
    documents_valid_to: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<Protocol>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<Certificate>,
    unavailable: Vec<PeriodView>,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// Only for the keepers of the register.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidential: Option<SecretsView>,
}

/// What only the keepers of the register read.
#[derive(Serialize, ToSchema)]
struct SecretsView {
    /// The last four digits of the personal number; the others are shown to nobody.
    iin_last4: String,
    birth_date: Option<NaiveDate>,
    phone: Option<String>,
    email: Option<String>,
    affiliations: Vec<AffiliationView>,
    /// What looks wrong and blocks nothing: iin_checksum, iin_birth_date.
    warnings: Vec<&'static str>,
}

/// A mediator as a list shows them.
#[derive(Serialize, ToSchema)]
struct LineView {
    id: Uuid,
    kind: &'static str,
    name_kk: String,
    name_ru: String,
    register_no: String,
    status: &'static str,
    status_since: NaiveDate,
    languages: Vec<String>,
    home_settlement: String,
    offices: Vec<String>,
    version: i32,
}

/// A page of mediators.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a page, which is made of its entries")]
struct MediatorList {
    items: Vec<LineView>,
    /// The address of the next page.
    next: Option<String>,
}

fn view(mediator: Mediator, steps: Vec<StatusStep>, with_secrets: bool) -> MediatorView {
    let entry = mediator.entry;
    let (mut protocol, mut certificate) = (None, None);
    if let Some(basis) = entry.basis {
        let (number, on) = (basis.number, basis.on);
        match entry.kind {
            MediatorKind::Public => {
                protocol = Some(Protocol {
                    number,
                    on,
                    body: basis.by,
                })
            }
            MediatorKind::Professional => {
                certificate = Some(Certificate {
                    number,
                    on,
                    organisation: basis.by,
                })
            }
        }
    }
    let secrets = entry.secrets.reveal();
    let confidential = with_secrets.then(|| SecretsView {
        iin_last4: secrets.iin.last_four().to_owned(),
        birth_date: secrets.birth_date,
        phone: secrets.phone.as_ref().map(ToString::to_string),
        email: secrets.email.as_ref().map(ToString::to_string),
        affiliations: secrets
            .affiliations
            .iter()
            .map(|tie| AffiliationView {
                kind: tie.kind.code(),
                name: tie.name.clone(),
            })
            .collect(),
        warnings: secrets
            .warnings()
            .into_iter()
            .map(|warning| warning.code())
            .collect(),
    });
    MediatorView {
        id: mediator.id.0,
        kind: entry.kind.code(),
        name_kk: entry.name_kk.to_string(),
        name_ru: entry.name_ru.to_string(),
        register_no: entry.register_no,
        status: mediator.status.code(),
        status_since: mediator.status_since,
        status_history: steps
            .into_iter()
            .map(|step| StatusStepView {
                status: step.status.code(),
                since: step.since,
                reason: step.reason,
                at: step.at,
            })
            .collect(),
        language: entry.language.code(),
        languages: entry.languages,
        specialisations: entry
            .specialisations
            .iter()
            .map(ToString::to_string)
            .collect(),
        home_settlement: entry.home_settlement,
        offices: entry
            .offices
            .iter()
            .map(|office| office.code.to_string())
            .collect(),
        max_open_cases: entry.max_open_cases,
        documents_valid_to: entry.documents_valid_to,
        protocol,
        certificate,
        unavailable: entry
            .unavailable
            .into_iter()
            .map(|period| PeriodView {
                from: period.from,
                to: period.to,
            })
            .collect(),
        version: mediator.version,
        created_at: mediator.created_at,
        updated_at: mediator.updated_at,
        confidential,
    }
}

fn line_view(line: MediatorLine) -> LineView {
    LineView {
        id: line.id.0,
        kind: line.kind.code(),
        name_kk: line.name_kk.to_string(),
        name_ru: line.name_ru.to_string(),
        register_no: line.register_no,
        status: line.status.code(),
        status_since: line.status_since,
        languages: line.languages,
        home_settlement: line.home_settlement,
        offices: line.offices.iter().map(ToString::to_string).collect(),
        version: line.version,
    }
}

/// The mediators of the region, by name.
#[utoipa::path(
    tag = "mediators",
    params(
        ("q" = Option<String>, Query, description = "Beginnings of words of the names or the register number"),
        ("office" = Option<String>, Query, description = "Codes of offices, separated by commas"),
        ("status" = Option<String>, Query, description = "candidate, active, suspended, removed; separated by commas"),
        ("limit" = Option<i64>, Query, description = "At most 100"),
        ("after" = Option<Uuid>, Query, description = "The last id of the page before"),
    ),
    responses((status = 200, body = MediatorList), (status = 401), (status = 404), (status = 422))
)]
#[get("/mediators")]
async fn list(call: Call, mut query: Query) -> HttpResponse {
    call.get(move |tx| {
        tx.allow(ReadMediators)?;
        let region = tx.region();
        let offices = query.many("office", OfficeCode::parse);
        let mut page = MediatorPage {
            q: query.search(),
            offices: Vec::new(),
            statuses: query.many("status", str::parse),
            after: query.one("after", cursor),
            limit: 0,
        };
        let paging = query.finish()?;
        page.limit = paging.load();
        if !offices.is_empty() {
            let codes: Vec<&str> = offices.iter().map(OfficeCode::as_str).collect();
            let known = office_ids(tx.db, region, &codes)?;
            if known.len() < offices.len() {
                return Err(AppError::invalid(
                    "office",
                    FaultKind::UnknownCode { known: Vec::new() },
                ));
            }
            page.offices = known.into_iter().map(|(_, id)| id).collect();
        }
        let lines = match mediator_list(tx.db, region, &page) {
            Err(kelisim_persistence::Error::NotFound) => {
                return Err(AppError::invalid("after", bad_cursor()));
            }
            lines => lines?,
        };
        Ok(paging.answer(lines, |line| line.id.to_string(), line_view))
    })
    .await
}

fn bad_cursor() -> FaultKind {
    FaultKind::BadForm {
        example: "0193c6f0-7c1e-7a2b-9b1d-2f6a3c4d5e6f",
    }
}

fn cursor(text: &str) -> Result<MediatorId, FaultKind> {
    text.parse().map_err(|_| bad_cursor())
}

/// One mediator.
#[utoipa::path(tag = "mediators", responses((status = 200, body = MediatorView), (status = 304), (status = 401), (status = 404)))]
#[get("/mediators/{id}")]
async fn read(call: Call, id: web::Path<String>) -> HttpResponse {
    call.get(move |tx| {
        tx.allow(ReadMediators)?;
        let found = find(tx, &id)?;
        answer(tx, found)
    })
    .await
}

/// Enters a mediator.
#[utoipa::path(
    tag = "mediators",
    request_body = MediatorBody,
    responses((status = 201, body = MediatorView), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422))
)]
#[post("/mediators")]
async fn create(call: Call) -> HttpResponse {
    call.post(
        |tx| tx.allow_write(ReadMediators, WriteMediators),
        |tx, (), body| {
            let body = body.object()?;
            let known = known(tx, &body)?;
            let (entry, wish) =
                MediatorEntry::parse(&body, &known, None, tx.today()).map_err(AppError::Invalid)?;
            let made = mediator::create(tx, entry, wish)?;
            let place = format!("/api/v1/mediators/{}", made.mediator.id);
            let shown = answer(tx, made)?;
            Ok(Answer {
                status: 201,
                location: Some(place),
                ..shown
            })
        },
    )
    .await
}

/// Changes a mediator's entry; the registrar also records elections, suspensions and removals.
#[utoipa::path(
    tag = "mediators",
    request_body = MediatorBody,
    responses(
        (status = 200, body = MediatorView), (status = 401), (status = 403), (status = 404), (status = 409),
        (status = 412), (status = 422), (status = 428)
    )
)]
#[patch("/mediators/{id}")]
async fn change(call: Call, id: web::Path<String>) -> HttpResponse {
    call.change(
        move |tx| {
            tx.allow(ReadMediators)?;
            let found = find(tx, &id)?;
            tx.allow_write(ReadMediators, WriteMediators)?;
            let version = found.mediator.version;
            Ok((found, version))
        },
        |tx, before, body| {
            let mediator = &before.mediator;
            let mut form = mediator.entry.open_form();
            form.extend(mediator.entry.secret_form().into_revealed());
            form.insert("status".into(), json!(mediator.status));
            merge(&mut form, &*body.object()?);
            let known = known(tx, &form)?;
            let stands = Before {
                status: mediator.status,
                since: mediator.status_since,
            };
            let (entry, wish) = MediatorEntry::parse(&form, &known, Some(stands), tx.today())
                .map_err(AppError::Invalid)?;
            let after = mediator::change(tx, before, entry, wish)?;
            answer(tx, after)
        },
    )
    .await
}

fn find(tx: &mut Tx<'_>, id: &str) -> Result<SealedMediator, AppError> {
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    mediator::load(tx, id)
}

fn answer(tx: &mut Tx<'_>, found: SealedMediator) -> Result<Answer, AppError> {
    let steps = mediator::history(tx, found.mediator.id)?;
    let (id, version) = (found.mediator.id, found.mediator.version);
    let with_secrets = ReadMediatorSecrets.allowed(&tx.actor);
    let view = view(found.mediator, steps, with_secrets);
    Ok(Answer::ok(&view)
        .version(version)
        .reads(with_secrets.then(|| Reading::mediator(id)))
        .sealed_by(Some(found.key)))
}

fn known(tx: &mut Tx<'_>, body: &Map<String, Value>) -> Result<Known, AppError> {
    let offices = body.get("offices").and_then(Value::as_array);
    let offices: Vec<&str> = offices
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    register::known(tx, &offices, &[])
}
