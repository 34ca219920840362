//! Legal profiles and days off as they were published.

use crate::{
    app::{App, AppError},
    http::{
        answer::Answer,
        api::{
            draft::ReasonBody,
            retire::{Version, retire},
        },
        call::Call,
    },
};
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use kelisim_domain::{policy::RegisterAct::ReadPublished, publish::PublishKind};
use kelisim_persistence::store::publication::{LawText, law_text_list, retired_list};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the routes.
pub fn configure(routes: &mut ServiceConfig<'_>) {
    routes.service(list_laws).service(retire_law);
}

/// A published text of the law.
#[derive(Serialize, ToSchema)]
struct LawView {
    /// profile or holidays.
    kind: &'static str,
    version: i32,
    /// published or retired.
    status: &'static str,
    /// As it was published (TOML).
    text: String,
    published_at: DateTime<Utc>,
}

/// All of them.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a page, which is made of its entries")]
struct LawList {
    items: Vec<LawView>,
    /// There is one page.
    next: Option<String>,
}

fn view(text: LawText, retired: &BTreeSet<(String, i32)>) -> LawView {
    let is_retired = retired.contains(&(text.kind.code().to_owned(), text.version));
    LawView {
        kind: text.kind.code(),
        version: text.version,
        status: if is_retired { "retired" } else { "published" },
        text: text.text,
        published_at: text.published_at,
    }
}

/// Every legal profile and list of days off that was published, by kind and version. The profile that came with the
/// program is not among them; it holds until another one is published.
#[utoipa::path(tag = "laws", responses((status = 200, body = LawList), (status = 401), (status = 404)))]
#[get("/laws")]
async fn list_laws(call: Call) -> HttpResponse {
    call.get(|tx| {
        tx.allow(ReadPublished)?;
        let region = tx.region();
        let mut retired = BTreeSet::new();
        for kind in [PublishKind::Profile, PublishKind::Holidays] {
            retired.extend(retired_list(tx.db, region, kind)?);
        }
        let texts = law_text_list(tx.db, region)?.into_iter();
        let items: Vec<LawView> = texts.map(|text| view(text, &retired)).collect();
        Ok(Answer::page(&items, None))
    })
    .await
}

/// Retires a profile or a list of days off. Deadlines that have not fired are worked out anew without the days. The
/// versions of a profile hold to the end of the day, and no result that they gave changes, then or later.
#[utoipa::path(tag = "laws", request_body = ReasonBody,
    params(("kind" = String, Path, description = "profile or holidays"), ("n" = i32, Path, description = "The version.")),
    responses((status = 200, body = LawView), (status = 401), (status = 403), (status = 404), (status = 409),
        (status = 422)))]
#[post("/laws/{kind}/versions/{n}/retire")]
async fn retire_law(
    call: Call,
    app: web::Data<App>,
    path: web::Path<(String, String)>,
) -> HttpResponse {
    retire(
        call,
        app,
        move |tx| {
            let kind = path
                .0
                .parse::<PublishKind>()
                .map_err(|_| AppError::NotFound)?;
            let version: i32 = path.1.parse().map_err(|_| AppError::NotFound)?;
            let region = tx.region();
            // A workflow is no law, and no text of one is found here.
            let texts = law_text_list(tx.db, region)?.into_iter();
            let mut texts = texts.filter(|text| text.kind == kind && text.version == version);
            let text = texts.next().ok_or(AppError::NotFound)?;
            let key = kind.code().to_owned();
            Ok((Version { kind, key, version }, text))
        },
        |tx, text| {
            let region = tx.region();
            let retired = retired_list(tx.db, region, text.kind)?;
            Ok(Answer::ok(&view(text, &retired)))
        },
    )
    .await
}
