//! The register of offices.

use crate::{
    app::{AppError, Tx, office, office::Shown, register},
    http::{answer::Answer, call::Call, query::Query},
};
use actix_web::{HttpResponse, get, patch, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use kelisim_domain::{
    code::OfficeCode,
    input::merge,
    office::{Office, OfficeEntry},
    policy::RegisterAct::{ReadOffices, WriteOffices},
    register::Known,
};
use kelisim_persistence::store::office::OfficePage;
use serde::Serialize;
use serde_json::{Map, Value};
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

/// What somebody says of an office. In a change every field may be left out, and `null` takes one away.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct OfficeBody {
    /// The district's code and two digits; never changed, never used again.
    #[schema(example = "ORL-03")]
    code: String,
    name_kk: String,
    name_ru: String,
    name_en: String,
    /// Whose house: akimat, library, house_of_culture, school, clinic, house_of_friendship, enterprise.
    #[schema(example = "library")]
    kind: String,
    /// The same as in the code.
    #[schema(example = "ORL")]
    district: String,
    settlement: String,
    address: String,
    #[schema(example = "+77112500000")]
    phone: String,
    hours: String,
    /// Codes of languages spoken there.
    languages: Vec<String>,
    active_from: NaiveDate,
    /// The last day; none while it is open.
    active_to: Option<NaiveDate>,
    /// The regional centre, by code.
    parent: Option<String>,
}

/// An office.
#[derive(Serialize, ToSchema)]
struct OfficeView {
    id: Uuid,
    code: String,
    name_kk: String,
    name_ru: String,
    name_en: String,
    kind: &'static str,
    district: String,
    settlement: String,
    address: String,
    phone: String,
    hours: String,
    languages: Vec<String>,
    active_from: NaiveDate,
    active_to: Option<NaiveDate>,
    parent: Option<String>,
    /// Who heads it today; none means that its matters go to the coordinator.
    head: Option<HeadView>,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// The head of an office.
#[derive(Serialize, ToSchema)]
struct HeadView {
    /// The account.
    id: Uuid,
    name: String,
}

/// A page of offices.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a page, which is made of its entries")]
struct OfficeList {
    items: Vec<OfficeView>,
    /// The address of the next page.
    next: Option<String>,
}

fn view(shown: Shown) -> OfficeView {
    let Office {
        id,
        entry,
        version,
        created_at,
        updated_at,
    } = shown.office;
    OfficeView {
        id: id.0,
        code: entry.code.to_string(),
        name_kk: entry.name_kk.to_string(),
        name_ru: entry.name_ru.to_string(),
        name_en: entry.name_en.to_string(),
        kind: entry.kind.code(),
        district: entry.district.to_string(),
        settlement: entry.settlement,
        address: entry.address,
        phone: entry.phone.to_string(),
        hours: entry.hours,
        languages: entry.languages,
        active_from: entry.active_from,
        active_to: entry.active_to,
        parent: entry.parent.map(|parent| parent.code.to_string()),
        head: shown.head.map(|head| HeadView {
            id: head.account.0,
            name: head.name,
        }),
        version,
        created_at,
        updated_at,
    }
}

/// The offices of the region, by code.
#[utoipa::path(
    tag = "offices",
    params(
        ("q" = Option<String>, Query, description = "Beginnings of words of code, names or settlement"),
        ("limit" = Option<i64>, Query, description = "At most 100"),
        ("after" = Option<String>, Query, description = "The last code of the page before"),
    ),
    responses((status = 200, body = OfficeList), (status = 401), (status = 404), (status = 422))
)]
#[get("/offices")]
async fn list(call: Call, mut query: Query) -> HttpResponse {
    call.get(move |tx| {
        tx.allow(ReadOffices)?;
        let mut page = OfficePage {
            q: query.search(),
            after: query.one("after", OfficeCode::parse),
            limit: 0,
        };
        let paging = query.finish()?;
        page.limit = paging.load();
        let offices = office::list(tx, &page)?;
        Ok(paging.answer(offices, |shown| shown.office.entry.code.to_string(), view))
    })
    .await
}

/// One office.
#[utoipa::path(tag = "offices", responses((status = 200, body = OfficeView), (status = 304), (status = 401), (status = 404)))]
#[get("/offices/{code}")]
async fn read(call: Call, code: web::Path<String>) -> HttpResponse {
    call.get(move |tx| {
        tx.allow(ReadOffices)?;
        let office = find(tx, &code)?;
        answer(tx, office)
    })
    .await
}

/// Opens an office.
#[utoipa::path(
    tag = "offices",
    request_body = OfficeBody,
    responses((status = 201, body = OfficeView), (status = 401), (status = 403), (status = 404), (status = 422))
)]
#[post("/offices")]
async fn create(call: Call) -> HttpResponse {
    call.post(
        |tx| tx.allow_write(ReadOffices, WriteOffices),
        |tx, (), body| {
            let body = body.object()?;
            let known = known(tx, &body)?;
            let entry = OfficeEntry::parse(&body, &known, None).map_err(AppError::Invalid)?;
            let office = office::create(tx, entry)?;
            let place = format!("/api/v1/offices/{}", office.entry.code);
            let version = office.version;
            let shown = office::show(tx, office)?;
            Ok(Answer::created(place, &view(shown)).version(version))
        },
    )
    .await
}

/// Changes an office.
#[utoipa::path(
    tag = "offices",
    request_body = OfficeBody,
    responses(
        (status = 200, body = OfficeView), (status = 401), (status = 403), (status = 404), (status = 412),
        (status = 422), (status = 428)
    )
)]
#[patch("/offices/{code}")]
async fn change(call: Call, code: web::Path<String>) -> HttpResponse {
    call.change(
        move |tx| {
            tx.allow(ReadOffices)?;
            let office = find(tx, &code)?;
            tx.allow_write(ReadOffices, WriteOffices)?;
            let version = office.version;
            Ok((office, version))
        },
        |tx, before, body| {
            let mut body_after = before.entry.form();
            merge(&mut body_after, &*body.object()?);
            let known = known(tx, &body_after)?;
            let entry = OfficeEntry::parse(&body_after, &known, Some(&before.entry))
                .map_err(AppError::Invalid)?;
            let office = office::change(tx, before, entry)?;
            answer(tx, office)
        },
    )
    .await
}

fn find(tx: &mut Tx<'_>, code: &str) -> Result<Office, AppError> {
    let code = OfficeCode::parse(code).map_err(|_| AppError::NotFound)?;
    office::load(tx, &code)
}

fn answer(tx: &mut Tx<'_>, office: Office) -> Result<Answer, AppError> {
    let version = office.version;
    let shown = office::show(tx, office)?;
    Ok(Answer::ok(&view(shown)).version(version))
}

fn known(tx: &mut Tx<'_>, body: &Map<String, Value>) -> Result<Known, AppError> {
    let parent: Vec<&str> = body
        .get("parent")
        .and_then(Value::as_str)
        .into_iter()
        .collect();
    register::known(tx, &parent, &[])
}
