//! Forgotten passwords, and the page of a link that works once (S1, S2).

use super::{
    entered,
    page::Page,
    status_of, told_faults,
    visit::{Posted, Visit, append_language},
};
use crate::app::{AppError, link};
use actix_web::{HttpResponse, get, http::StatusCode, post, web};
use askama::Template;
use kelisim_domain::{fault::Fault, sign_in::LinkKind};

/// Registers the pages.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(form)
        .service(forgot)
        .service(look)
        .service(set_password);
}

#[derive(Template)]
#[template(path = "pages/forgot.html")]
struct Forgot<'a> {
    page: &'a Page,
    email: &'a str,
    sent: bool,
}

fn shown(visit: &Visit, email: &str, sent: bool) -> HttpResponse {
    let page = Page::open(visit, "page-forgot-title");
    let page = if sent { page } else { page.with_form() };
    let template = Forgot {
        page: &page,
        email,
        sent,
    };
    Page::answer(StatusCode::OK, &template, &page)
}

/// The form.
#[get("/forgot")]
async fn form(visit: Visit) -> HttpResponse {
    shown(&visit, "", false)
}

/// Asks for a letter. The answer is the same whether there is such an account or not (R12).
#[post("/forgot")]
async fn forgot(posted: Posted) -> HttpResponse {
    let (visit, email) = (&posted.visit, posted.field("email"));
    if let Some(language) = posted.switch() {
        let mut changed = posted.visit.clone();
        changed.place.language = language;
        let mut response = shown(&changed, email, false);
        append_language(&mut response, visit, language);
        return response;
    }
    match link::forgot(&visit.app, email, &visit.caller).await {
        Ok(()) => shown(visit, "", true),
        Err(error) => Page::error(visit, &error),
    }
}

#[derive(Template)]
#[template(path = "pages/link.html")]
struct LinkPage<'a> {
    page: &'a Page,
    wrong: Vec<(String, String)>,
    email: &'a str,
}

fn link_shown(visit: &Visit, shown: &link::Shown, faults: &[Fault]) -> HttpResponse {
    let title = match shown.link.kind {
        LinkKind::Invitation => "page-link-invitation",
        LinkKind::Reset => "page-link-reset",
    };
    let page = Page::open(visit, title).with_form();
    let wrong = told_faults(page.say, faults);
    let page = page.noting(&wrong);
    let status = status_of(&wrong);
    let template = LinkPage {
        page: &page,
        wrong,
        email: shown.account.email.as_str(),
    };
    Page::answer(status, &template, &page)
}

/// What is shown when a link does not work, whatever the reason.
fn over(visit: &Visit, error: &AppError) -> HttpResponse {
    match error {
        AppError::NotFound => Page::told(
            visit,
            StatusCode::NOT_FOUND,
            "page-link-over-title",
            "page-link-over",
        ),
        error => Page::error(visit, error),
    }
}

/// The page of a link, in the language of the account unless the browser has chosen one. It changes nothing (R11, C30).
#[get("/link/{secret}")]
async fn look(visit: Visit, secret: web::Path<String>) -> HttpResponse {
    match link::look(&visit.app, &secret, &visit.caller).await {
        Ok(shown) => link_shown(&visit, &shown, &[]),
        Err(error) => over(&visit, &error),
    }
}

/// Sets the password, and goes on as after every sign-in.
#[post("/link/{secret}")]
async fn set_password(posted: Posted, secret: web::Path<String>) -> HttpResponse {
    let visit = &posted.visit;
    let shown = match link::look(&visit.app, &secret, &visit.caller).await {
        Ok(shown) => shown,
        Err(error) => return over(visit, &error),
    };
    if let Some(language) = posted.switch() {
        let mut changed = posted.visit.clone();
        changed.place.language = language;
        let mut response = link_shown(&changed, &shown, &[]);
        append_language(&mut response, visit, language);
        return response;
    }
    let password = posted.field("password");
    match link::set_password(&visit.app, &secret, password, &visit.caller).await {
        Ok(opened) => entered(visit, &opened, None),
        Err(AppError::Invalid(faults)) => link_shown(visit, &shown, &faults),
        Err(error) => over(visit, &error),
    }
}
