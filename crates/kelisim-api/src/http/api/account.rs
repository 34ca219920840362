//! Accounts and grants, for the administrator.

use crate::{
    app::{AppError, Tx, people, register},
    http::{answer::Answer, call::Call, query::Query},
};
use actix_web::{HttpResponse, delete, get, patch, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use kelisim_domain::{
    account::{AccountWish, GrantWish, role},
    fault::Faults,
    id::{AccountId, GrantId},
    input::{Input, merge},
    policy::{Grant, RegisterAct::KeepAccounts, Role, Standing},
    register::Known,
    text::EmailAddress,
};
use kelisim_persistence::store::{
    account_entry::{AccountEntry, AccountPage},
    office::office_code,
    partner::partner_code,
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
        .service(change)
        .service(give)
        .service(set_end)
        .service(end)
        .service(invite)
        .service(reset_second_factor);
}

/// What somebody says of an account. In a change every field may be left out.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct AccountBody {
    email: String,
    name: String,
    /// `kk`, `ru` or `en`; `kk` unless said.
    language: Option<String>,
    /// A stopped account loses its sessions, tokens and links at once; yes unless said.
    active: Option<bool>,
}

/// A new account, with its first role. The person gets a letter with a link that works once, for an hour.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct NewAccountBody {
    email: String,
    name: String,
    language: Option<String>,
    active: Option<bool>,
    grant: Option<GrantBody>,
}

/// A role with the scope that belongs to it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct GrantBody {
    /// mediator, office_head, registrar, coordinator, partner, auditor or administrator.
    #[schema(example = "office_head")]
    role: String,
    /// The office of a head or a mediator.
    #[schema(example = "ORL-03")]
    office: Option<String>,
    /// The mediator's entry in the register.
    mediator: Option<Uuid>,
    /// The agency of a contact.
    partner: Option<String>,
    /// The first day; today unless said.
    from: Option<NaiveDate>,
    /// The last day.
    to: Option<NaiveDate>,
}

/// The last day of a grant.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct EndBody {
    to: NaiveDate,
}

/// An account.
#[derive(Serialize, ToSchema)]
struct AccountView {
    id: Uuid,
    email: String,
    name: String,
    language: &'static str,
    active: bool,
    /// Whether the person has set a password; until then only an invitation leads in.
    has_password: bool,
    has_second_factor: bool,
    /// All of them, those that are over and those to come too.
    grants: Vec<GrantView>,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A role of an account.
#[derive(Serialize, ToSchema)]
struct GrantView {
    id: Uuid,
    #[schema(value_type = String)]
    role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    office: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mediator: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partner: Option<String>,
    from: NaiveDate,
    to: Option<NaiveDate>,
    /// Whether it holds today.
    holds: bool,
}

/// A page of accounts.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a page, which is made of its entries")]
struct AccountList {
    items: Vec<AccountView>,
    next: Option<String>,
}

fn view(tx: &mut Tx<'_>, entry: AccountEntry) -> Result<AccountView, AppError> {
    let mut grants = Vec::with_capacity(entry.grants.len());
    for grant in &entry.grants {
        grants.push(grant_view(tx, grant)?);
    }
    Ok(AccountView {
        id: entry.account.id.0,
        email: entry.account.email.to_string(),
        name: entry.account.name.to_string(),
        language: entry.account.language.code(),
        active: entry.account.active,
        has_password: entry.has_password,
        has_second_factor: entry.has_second_factor,
        grants,
        version: entry.version,
        created_at: entry.created_at,
        updated_at: entry.updated_at,
    })
}

fn grant_view(tx: &mut Tx<'_>, grant: &Grant) -> Result<GrantView, AppError> {
    let region = tx.region();
    let (office, mediator, partner) = match grant.standing {
        Standing::Mediator { office, mediator } => (Some(office), Some(mediator.0), None),
        Standing::OfficeHead { office } => (Some(office), None, None),
        Standing::Partner { partner } => (None, None, Some(partner)),
        Standing::Registrar
        | Standing::Coordinator
        | Standing::Auditor
        | Standing::Administrator => (None, None, None),
    };
    let office = office
        .map(|id| office_code(tx.db, region, id))
        .transpose()?;
    let partner = partner
        .map(|id| partner_code(tx.db, region, id))
        .transpose()?;
    Ok(GrantView {
        id: grant.id.0,
        role: grant.standing.role(),
        office: office.map(|code| code.to_string()),
        mediator,
        partner: partner.map(|code| code.to_string()),
        from: grant.from,
        to: grant.to,
        holds: grant.holds_on(tx.today()),
    })
}

fn answer(tx: &mut Tx<'_>, entry: AccountEntry) -> Result<Answer, AppError> {
    let version = entry.version;
    Ok(Answer::ok(&view(tx, entry)?).version(version))
}

fn find(tx: &mut Tx<'_>, id: &str) -> Result<AccountEntry, AppError> {
    let id: AccountId = id.parse().map_err(|_| AppError::NotFound)?;
    people::load(tx, id)
}

fn known(tx: &mut Tx<'_>, grant: &Map<String, Value>) -> Result<Known, AppError> {
    let code = |name: &str| grant.get(name).and_then(Value::as_str);
    let offices: Vec<&str> = code("office").into_iter().collect();
    let partners: Vec<&str> = code("partner").into_iter().collect();
    register::known(tx, &offices, &partners)
}

/// The accounts of the region, by address.
#[utoipa::path(
    tag = "accounts",
    params(
        ("email" = Option<String>, Query, description = "The beginning of an address"),
        ("role" = Option<String>, Query, description = "Only who was ever given this role"),
        ("limit" = Option<i64>, Query, description = "At most 100"),
        ("after" = Option<String>, Query, description = "The last address of the page before"),
    ),
    responses((status = 200, body = AccountList), (status = 401), (status = 404), (status = 422))
)]
#[get("/accounts")]
async fn list(call: Call, mut query: Query) -> HttpResponse {
    call.get(move |tx| {
        tx.allow(KeepAccounts)?;
        let begins = query.one("email", |text| kelisim_domain::text::line(text, 254));
        let mut page = AccountPage {
            begins: begins.map(|text| text.to_lowercase()),
            role: query.one("role", role),
            after: query.one("after", EmailAddress::parse),
            limit: 0,
        };
        let paging = query.finish()?;
        page.limit = paging.load();
        let mut views = Vec::new();
        for entry in people::list(tx, &page)? {
            views.push(view(tx, entry)?);
        }
        Ok(paging.answer(views, |view| view.email.clone(), |view| view))
    })
    .await
}

/// One account.
#[utoipa::path(tag = "accounts", responses((status = 200, body = AccountView), (status = 304), (status = 401), (status = 404)))]
#[get("/accounts/{id}")]
async fn read(call: Call, id: web::Path<String>) -> HttpResponse {
    call.get(move |tx| {
        tx.allow(KeepAccounts)?;
        let entry = find(tx, &id)?;
        answer(tx, entry)
    })
    .await
}

/// Makes an account and invites the person.
#[utoipa::path(
    tag = "accounts",
    request_body = NewAccountBody,
    responses((status = 201, body = AccountView), (status = 401), (status = 404), (status = 409), (status = 422))
)]
#[post("/accounts")]
async fn create(call: Call) -> HttpResponse {
    call.post(
        |tx| tx.allow(KeepAccounts),
        |tx, (), body| {
            let body = body.object()?;
            let nested = body.get("grant").and_then(Value::as_object);
            let known = known(tx, &nested.cloned().unwrap_or_default())?;
            let today = tx.today();
            let mut faults = Faults::new();
            let mut input = Input::new(&body, &mut faults);
            let wish = AccountWish::read(&mut input);
            let grant = input.object_if("grant", |inner| GrantWish::read(inner, &known, today));
            input.finish();
            let both = || Some((wish?, grant?));
            let (wish, grant) = faults.finish(both()).map_err(AppError::Invalid)?;
            let entry = people::create(tx, wish, grant.as_ref())?;
            made(tx, entry)
        },
    )
    .await
}

/// Where an account stands.
fn place(entry: &AccountEntry) -> String {
    format!("/api/v1/accounts/{}", entry.account.id)
}

/// The answer for an account that was made, or that was given something.
fn made(tx: &mut Tx<'_>, entry: AccountEntry) -> Result<Answer, AppError> {
    let (place, version) = (place(&entry), entry.version);
    Ok(Answer::created(place, &view(tx, entry)?).version(version))
}

/// Changes an account, or stops it.
#[utoipa::path(
    tag = "accounts",
    request_body = AccountBody,
    responses(
        (status = 200, body = AccountView), (status = 401), (status = 404), (status = 409), (status = 412),
        (status = 422), (status = 428)
    )
)]
#[patch("/accounts/{id}")]
async fn change(call: Call, id: web::Path<String>) -> HttpResponse {
    call.change(
        move |tx| versioned(tx, &id),
        |tx, before, body| {
            let mut after = people::wish_of(&before.account).form();
            merge(&mut after, &*body.object()?);
            let wish = AccountWish::parse(&after).map_err(AppError::Invalid)?;
            let entry = people::change(tx, before, wish)?;
            answer(tx, entry)
        },
    )
    .await
}

fn versioned(tx: &mut Tx<'_>, id: &str) -> Result<(AccountEntry, i32), AppError> {
    tx.allow(KeepAccounts)?;
    let entry = find(tx, id)?;
    let version = entry.version;
    Ok((entry, version))
}

/// Gives one more role.
#[utoipa::path(
    tag = "accounts",
    request_body = GrantBody,
    responses((status = 201, body = AccountView), (status = 401), (status = 404), (status = 409), (status = 422))
)]
#[post("/accounts/{id}/grants")]
async fn give(call: Call, id: web::Path<String>) -> HttpResponse {
    call.post(
        move |tx| versioned(tx, &id).map(|(entry, _)| entry),
        |tx, before, body| {
            let body = body.object()?;
            let known = known(tx, &body)?;
            let wish = GrantWish::parse(&body, &known, tx.today()).map_err(AppError::Invalid)?;
            let entry = people::give(tx, before, &wish)?;
            made(tx, entry)
        },
    )
    .await
}

/// Sets the last day of a grant; `If-Match` is the version of the account.
#[utoipa::path(
    tag = "accounts",
    request_body = EndBody,
    responses(
        (status = 200, body = AccountView), (status = 401), (status = 404), (status = 409), (status = 412),
        (status = 422), (status = 428)
    )
)]
#[patch("/accounts/{id}/grants/{grant}")]
async fn set_end(call: Call, path: web::Path<(String, String)>) -> HttpResponse {
    call.change(
        move |tx| with_grant(tx, &path),
        |tx, (before, grant), body| {
            let body = body.object()?;
            let mut faults = Faults::new();
            let mut input = Input::new(&body, &mut faults);
            let to = input.date("to");
            input.finish();
            let to = faults.finish(to).map_err(AppError::Invalid)?;
            let entry = people::take(tx, before, grant, Some(to))?;
            answer(tx, entry)
        },
    )
    .await
}

/// Ends a grant at once: it does not hold with the next request any more. `If-Match` is the version of the account.
#[utoipa::path(
    tag = "accounts",
    responses(
        (status = 200, body = AccountView), (status = 401), (status = 404), (status = 409), (status = 412),
        (status = 422), (status = 428)
    )
)]
#[delete("/accounts/{id}/grants/{grant}")]
async fn end(call: Call, path: web::Path<(String, String)>) -> HttpResponse {
    call.change(
        move |tx| with_grant(tx, &path),
        |tx, (before, grant), _| {
            let entry = people::take(tx, before, grant, None)?;
            answer(tx, entry)
        },
    )
    .await
}

type Found = ((AccountEntry, GrantId), i32);

fn with_grant(tx: &mut Tx<'_>, path: &(String, String)) -> Result<Found, AppError> {
    let (entry, version) = versioned(tx, &path.0)?;
    let id: GrantId = path.1.parse().map_err(|_| AppError::NotFound)?;
    match entry.grants.iter().any(|grant| grant.id == id) {
        true => Ok(((entry, id), version)),
        false => Err(AppError::NotFound),
    }
}

/// Sends the person a letter with a link to set a password: an invitation, or another password.
#[utoipa::path(
    tag = "accounts",
    responses((status = 201), (status = 401), (status = 404), (status = 422))
)]
#[post("/accounts/{id}/invite")]
async fn invite(call: Call, id: web::Path<String>) -> HttpResponse {
    call.post(
        move |tx| versioned(tx, &id).map(|(entry, _)| entry),
        |tx, entry, _| {
            people::invite(tx, &entry)?;
            Ok(Answer::created(place(&entry), &json!({"invited": true})))
        },
    )
    .await
}

/// Takes away the second factor of somebody who has lost it; `If-Match` is the version of the account.
#[utoipa::path(
    tag = "accounts",
    responses(
        (status = 200, body = AccountView), (status = 401), (status = 404), (status = 412), (status = 428)
    )
)]
#[delete("/accounts/{id}/second_factor")]
async fn reset_second_factor(call: Call, id: web::Path<String>) -> HttpResponse {
    call.change(
        move |tx| versioned(tx, &id),
        |tx, before, _| {
            let entry = people::reset_second_factor(tx, before)?;
            answer(tx, entry)
        },
    )
    .await
}
