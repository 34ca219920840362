//! The first page, signing out, the language, and what is missing before the first case (S1).

use super::{
    ANY, FULL, acted, append_cookie, left,
    page::Page,
    seen,
    visit::{Cookie, Posted, Visit, see},
};
use crate::app::{AppError, Tx, own, session};
use actix_web::{HttpResponse, get, http::StatusCode, post, web};
use askama::Template;
use kelisim_domain::policy::{Grant, RegisterAct, Role, Standing};
use kelisim_persistence::store::{
    mediator::{MediatorPage, mediator_list},
    notice::notice_count,
    office::{OfficePage, office_code, office_list},
    outbox::State,
    partner::partner_code,
    region::region_find,
};

/// Registers the pages.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(home)
        .service(set_up)
        .service(sign_out)
        .service(speak);
}

#[derive(Template)]
#[template(path = "pages/home.html")]
struct Home<'a> {
    page: &'a Page,
    roles: Vec<(Role, String)>,
}

/// The first page: who somebody is here, and where they may go.
#[get("/")]
async fn home(visit: Visit) -> HttpResponse {
    match seen(&visit, FULL, |tx, visitor| roles(tx, &visitor.actor.grants)).await {
        Ok((visitor, roles)) => {
            let page = Page::of(&visit, &visitor, "page-home-title");
            Page::answer(StatusCode::OK, &Home { page: &page, roles }, &page)
        }
        Err(answer) => answer,
    }
}

/// Roles with the code of their office or partner.
pub(super) fn roles(tx: &mut Tx<'_>, grants: &[Grant]) -> Result<Vec<(Role, String)>, AppError> {
    let scoped = |grant: &Grant| Ok((grant.standing.role(), scope(tx, grant)?));
    grants.iter().map(scoped).collect()
}

/// The code of a grant's office or partner; empty for the region.
pub(super) fn scope(tx: &mut Tx<'_>, grant: &Grant) -> Result<String, AppError> {
    let region = tx.region();
    Ok(match grant.standing {
        Standing::Mediator { office, .. } | Standing::OfficeHead { office } => {
            office_code(tx.db, region, office)?.to_string()
        }
        Standing::Partner { partner } => partner_code(tx.db, region, partner)?.to_string(),
        Standing::Registrar
        | Standing::Coordinator
        | Standing::Auditor
        | Standing::Administrator => String::new(),
    })
}

#[derive(Template)]
#[template(path = "pages/set_up.html")]
struct SetUp<'a> {
    page: &'a Page,
    network: String,
    /// Whether it is there, what it is, and what to do.
    steps: Vec<(bool, &'static str, &'static str)>,
}

/// What is still missing before the first case.
#[get("/set-up")]
async fn set_up(visit: Visit) -> HttpResponse {
    let looked = seen(&visit, FULL, |tx, visitor| {
        tx.allow(RegisterAct::KeepAccounts)?;
        let region = tx.region();
        let first = OfficePage {
            limit: 1,
            ..OfficePage::default()
        };
        let office = !office_list(tx.db, region, &first)?.is_empty();
        let first = MediatorPage {
            limit: 1,
            ..MediatorPage::default()
        };
        let mediator = !mediator_list(tx.db, region, &first)?.is_empty();
        let counts = notice_count(tx.db, region)?;
        let mail = counts
            .iter()
            .any(|one| one.state == State::Sent && one.count > 0);
        let people = crate::app::people::is_staffed(tx)?;
        let network = region_find(tx.db, region)?.names;
        let steps = vec![
            (office, "page-set-up-offices", "page-set-up-offices-next"),
            (
                mediator,
                "page-set-up-mediators",
                "page-set-up-mediators-next",
            ),
            (people, "page-set-up-people", "page-set-up-people-next"),
            (mail, "page-set-up-mail", "page-set-up-mail-next"),
        ];
        Ok((network.get(visitor.actor.language).to_owned(), steps))
    });
    match looked.await {
        Ok((visitor, (network, steps))) => {
            let page = Page::of(&visit, &visitor, "page-set-up-title");
            let template = SetUp {
                page: &page,
                network,
                steps,
            };
            Page::answer(StatusCode::OK, &template, &page)
        }
        Err(answer) => answer,
    }
}

/// Ends the session of this browser.
#[post("/sign-out")]
async fn sign_out(posted: Posted) -> HttpResponse {
    let ended = acted(&posted.visit, ANY, |tx, visitor| {
        session::end(tx, visitor.session.id)
    });
    ended.await.map_or_else(|answer| answer, |_| left())
}

/// Changes the language: of the account, once somebody is signed in, and of this browser in any case.
#[post("/language")]
async fn speak(posted: Posted) -> HttpResponse {
    let back = Some(posted.field("back")).filter(|to| super::visit::is_inside(to));
    let mut response = see(back.unwrap_or("/"));
    let Some(language) = posted.switch() else {
        return response;
    };
    if posted.visit.session.is_some() {
        // Whoever is not signed in any more changes the language of the browser alone.
        let _ = super::tried(&posted.visit, ANY, move |tx, _| {
            own::set_language(tx, language)
        })
        .await;
    }
    let cookie = Cookie::Language.set(language.code(), posted.visit.is_secure);
    append_cookie(&mut response, &cookie);
    response
}
