//! Partner agencies and their contacts.

use crate::{
    app::{AppError, Tx, partner, reading::Reading},
    http::{answer::Answer, call::Call, query::Query},
};
use actix_web::{HttpResponse, get, patch, post, web};
use chrono::{DateTime, Utc};
use kelisim_domain::{
    code::PartnerCode,
    input::merge,
    partner::{Contact, ContactWish, Partner, PartnerEntry},
    policy::RegisterAct::{ManagePartners, ReadPartners},
};
use kelisim_persistence::store::{contact::SealedContact, partner::PartnerPage};
use serde::Serialize;
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
    routes
        .service(contacts)
        .service(contact_create)
        .service(contact_read)
        .service(contact_change);
}

/// What somebody says of a partner. In a change every field may be left out.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct PartnerBody {
    /// Never changed.
    #[schema(example = "EDU")]
    code: String,
    /// Such as education, police or council_of_elders.
    #[schema(example = "education")]
    kind: String,
    name_kk: String,
    name_ru: String,
    name_en: String,
    /// district or region
    level: String,
    /// Yes when left out.
    active: Option<bool>,
}

/// A partner agency. Whoever does not manage partners sees code and names.
#[derive(Serialize, ToSchema)]
struct PartnerView {
    code: String,
    name_kk: String,
    name_ru: String,
    name_en: String,
    #[serde(flatten)]
    managed: Option<ManagedView>,
}

/// What those see who manage partners.
#[derive(Serialize, ToSchema)]
struct ManagedView {
    id: Uuid,
    kind: &'static str,
    level: &'static str,
    active: bool,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A page of partners.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a page, which is made of its entries")]
struct PartnerList {
    items: Vec<PartnerView>,
    /// The address of the next page.
    next: Option<String>,
}

/// What somebody says of a contact. In a change every field may be left out, and `null` takes one away.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct ContactBody {
    name: String,
    email: String,
    phone: Option<String>,
    /// The language of messages to them: kk, ru or en.
    language: String,
    /// Yes when left out.
    active: Option<bool>,
    /// That the coordinator vouches for the address; a new address clears it.
    verified: Option<bool>,
}

/// A person at a partner agency. An address that nobody verified receives nothing.
#[derive(Serialize, ToSchema)]
struct ContactView {
    id: Uuid,
    name: String,
    email: String,
    phone: Option<String>,
    language: &'static str,
    active: bool,
    verified_at: Option<DateTime<Utc>>,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// The contacts of a partner.
#[derive(Serialize, ToSchema)]
struct ContactList {
    items: Vec<ContactView>,
    /// Always none: a partner has few contacts.
    next: Option<String>,
}

fn view(partner: Partner, managed: bool) -> PartnerView {
    let Partner {
        id,
        entry,
        version,
        created_at,
        updated_at,
    } = partner;
    PartnerView {
        code: entry.code.to_string(),
        name_kk: entry.name_kk.to_string(),
        name_ru: entry.name_ru.to_string(),
        name_en: entry.name_en.to_string(),
        managed: managed.then(|| ManagedView {
            id: id.0,
            kind: entry.kind.code(),
            level: entry.level.code(),
            active: entry.active,
            version,
            created_at,
            updated_at,
        }),
    }
}

fn contact_view(contact: Contact) -> ContactView {
    let secrets = contact.secrets.into_revealed();
    ContactView {
        id: contact.id.0,
        name: secrets.name.to_string(),
        email: secrets.email.to_string(),
        phone: secrets.phone.map(|phone| phone.to_string()),
        language: contact.language.code(),
        active: contact.active,
        verified_at: contact.verified_at,
        version: contact.version,
        created_at: contact.created_at,
        updated_at: contact.updated_at,
    }
}

/// The partner agencies of the region, by code.
#[utoipa::path(
    tag = "partners",
    params(
        ("q" = Option<String>, Query, description = "Beginnings of words of the code or the names"),
        ("limit" = Option<i64>, Query, description = "At most 100"),
        ("after" = Option<String>, Query, description = "The last code of the page before"),
    ),
    responses((status = 200, body = PartnerList), (status = 401), (status = 404), (status = 422))
)]
#[get("/partners")]
async fn list(call: Call, mut query: Query) -> HttpResponse {
    call.get(move |tx| {
        tx.allow(ReadPartners)?;
        let mut page = PartnerPage {
            q: query.search(),
            after: query.one("after", PartnerCode::parse),
            limit: 0,
        };
        let paging = query.finish()?;
        page.limit = paging.load();
        let partners = partner::list(tx, &page)?;
        let managed = ManagePartners.allowed(&tx.actor);
        Ok(paging.answer(
            partners,
            |partner| partner.entry.code.to_string(),
            |partner| view(partner, managed),
        ))
    })
    .await
}

/// One partner.
#[utoipa::path(tag = "partners", responses((status = 200, body = PartnerView), (status = 304), (status = 401), (status = 404)))]
#[get("/partners/{code}")]
async fn read(call: Call, code: web::Path<String>) -> HttpResponse {
    call.get(move |tx| {
        tx.allow(ReadPartners)?;
        let partner = find(tx, &code)?;
        Ok(answer(tx, partner))
    })
    .await
}

/// Enters a partner.
#[utoipa::path(
    tag = "partners",
    request_body = PartnerBody,
    responses((status = 201, body = PartnerView), (status = 401), (status = 403), (status = 404), (status = 422))
)]
#[post("/partners")]
async fn create(call: Call) -> HttpResponse {
    call.post(
        |tx| tx.allow_write(ReadPartners, ManagePartners),
        |tx, (), body| {
            let entry = PartnerEntry::parse(&*body.object()?, None).map_err(AppError::Invalid)?;
            let partner = partner::create(tx, entry)?;
            let place = format!("/api/v1/partners/{}", partner.entry.code);
            Ok(Answer {
                status: 201,
                location: Some(place),
                ..answer(tx, partner)
            })
        },
    )
    .await
}

/// Changes a partner.
#[utoipa::path(
    tag = "partners",
    request_body = PartnerBody,
    responses(
        (status = 200, body = PartnerView), (status = 401), (status = 403), (status = 404), (status = 412),
        (status = 422), (status = 428)
    )
)]
#[patch("/partners/{code}")]
async fn change(call: Call, code: web::Path<String>) -> HttpResponse {
    call.change(
        move |tx| {
            tx.allow(ReadPartners)?;
            let partner = find(tx, &code)?;
            tx.allow_write(ReadPartners, ManagePartners)?;
            let version = partner.version;
            Ok((partner, version))
        },
        |tx, before, body| {
            let mut form = before.entry.form();
            merge(&mut form, &*body.object()?);
            let entry =
                PartnerEntry::parse(&form, Some(&before.entry)).map_err(AppError::Invalid)?;
            let after = partner::change(tx, before, entry)?;
            Ok(answer(tx, after))
        },
    )
    .await
}

/// The contacts of a partner, oldest first.
#[utoipa::path(tag = "partners", responses((status = 200, body = ContactList), (status = 401), (status = 404)))]
#[get("/partners/{code}/contacts")]
async fn contacts(call: Call, code: web::Path<String>) -> HttpResponse {
    call.get(move |tx| {
        let partner = managed(tx, &code)?;
        let contacts = partner::contacts(tx, partner.id)?;
        let ids: Vec<_> = contacts.iter().map(|contact| contact.id).collect();
        let reading = Reading::contacts(partner.entry.code.as_str(), &ids);
        let page = ContactList {
            items: contacts.into_iter().map(contact_view).collect(),
            next: None,
        };
        Ok(Answer::ok(&page).reads((!ids.is_empty()).then_some(reading)))
    })
    .await
}

/// One contact.
#[utoipa::path(tag = "partners", responses((status = 200, body = ContactView), (status = 304), (status = 401), (status = 404)))]
#[get("/partners/{code}/contacts/{id}")]
async fn contact_read(call: Call, path: web::Path<(String, String)>) -> HttpResponse {
    call.get(move |tx| {
        let found = find_contact(tx, &path)?;
        Ok(contact_answer(found))
    })
    .await
}

/// Enters a contact.
#[utoipa::path(
    tag = "partners",
    request_body = ContactBody,
    responses((status = 201, body = ContactView), (status = 401), (status = 403), (status = 404), (status = 422))
)]
#[post("/partners/{code}/contacts")]
async fn contact_create(call: Call, code: web::Path<String>) -> HttpResponse {
    call.post(
        move |tx| {
            tx.allow(ReadPartners)?;
            let partner = find(tx, &code)?;
            tx.allow_write(ReadPartners, ManagePartners)?;
            Ok(partner)
        },
        |tx, partner, body| {
            let wish =
                ContactWish::parse(&*body.object()?, None, true).map_err(AppError::Invalid)?;
            let made = partner::contact_create(tx, partner.id, wish)?;
            let place = format!(
                "/api/v1/partners/{}/contacts/{}",
                partner.entry.code, made.contact.id
            );
            Ok(Answer {
                status: 201,
                location: Some(place),
                ..contact_answer(made)
            })
        },
    )
    .await
}

/// Changes a contact; `verified` says that the coordinator vouches for the address, and a new address clears it.
#[utoipa::path(
    tag = "partners",
    request_body = ContactBody,
    responses(
        (status = 200, body = ContactView), (status = 401), (status = 403), (status = 404), (status = 412),
        (status = 422), (status = 428)
    )
)]
#[patch("/partners/{code}/contacts/{id}")]
async fn contact_change(call: Call, path: web::Path<(String, String)>) -> HttpResponse {
    call.change(
        move |tx| {
            let found = find_contact(tx, &path)?;
            let version = found.contact.version;
            Ok((found, version))
        },
        |tx, before, body| {
            let patch = body.object()?;
            let mut form = before.contact.form().into_revealed();
            merge(&mut form, &patch);
            let asked = patch.contains_key("verified");
            let wish = ContactWish::parse(&form, Some(&before.contact), asked)
                .map_err(AppError::Invalid)?;
            let after = partner::contact_change(tx, before, wish)?;
            Ok(contact_answer(after))
        },
    )
    .await
}

fn find(tx: &mut Tx<'_>, code: &str) -> Result<Partner, AppError> {
    let code = PartnerCode::parse(code).map_err(|_| AppError::NotFound)?;
    partner::load(tx, &code)
}

/// The partner, for whoever may know of its contacts; for others it has none.
fn managed(tx: &mut Tx<'_>, code: &str) -> Result<Partner, AppError> {
    tx.allow(ManagePartners)?;
    find(tx, code)
}

fn find_contact(tx: &mut Tx<'_>, (code, id): &(String, String)) -> Result<SealedContact, AppError> {
    let partner = managed(tx, code)?;
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    partner::contact(tx, partner.id, id)
}

fn answer(tx: &Tx<'_>, partner: Partner) -> Answer {
    let version = partner.version;
    Answer::ok(&view(partner, ManagePartners.allowed(&tx.actor))).version(version)
}

fn contact_answer(found: SealedContact) -> Answer {
    let (id, version) = (found.contact.id, found.contact.version);
    Answer::ok(&contact_view(found.contact))
        .version(version)
        .reads([Reading::contact(id)])
        .sealed_by(Some(found.key))
}
