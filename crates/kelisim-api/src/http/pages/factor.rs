//! Setting up a second factor, and the recovery codes that come with it.

use super::{
    FULL, SETTING_UP, Stop, acted,
    guest::Guest,
    page::Page,
    seen, set_cookies, status_of, told_faults, tried,
    visit::{Posted, Visit, see},
};
use crate::app::{AppError, own, own_factor};
use actix_web::{HttpResponse, get, http::StatusCode, post, web};
use askama::Template;
use kelisim_domain::{
    fault::Fault,
    sign_in::{SessionStage, must_have_second_factor},
};
use kelisim_persistence::store::account::account_find;

/// Registers the pages.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(form)
        .service(picture)
        .service(begin)
        .service(confirm)
        .service(remove);
}

#[derive(Template)]
#[template(path = "pages/factor.html")]
struct Factor<'a> {
    page: &'a Page,
    wrong: Vec<(String, String)>,
    /// The secret as people type it, once one waits.
    typed: Option<String>,
    is_needed: bool,
    /// Whoever signs in at this moment has just typed it.
    asks_password: bool,
}

fn shown(visit: &Visit, visitor: &Guest, typed: Option<String>, faults: &[Fault]) -> HttpResponse {
    let page = Page::of(visit, visitor, "page-factor-title");
    let wrong = told_faults(page.say, faults);
    let page = page.noting(&wrong);
    let status = status_of(&wrong);
    let template = Factor {
        page: &page,
        wrong,
        typed,
        is_needed: must_have_second_factor(&visitor.actor.grants),
        asks_password: visitor.session.stage == SessionStage::Full,
    };
    Page::answer(status, &template, &page)
}

fn waiting(tx: &mut crate::app::Tx<'_>) -> Result<Option<String>, AppError> {
    match own_factor::waiting(tx) {
        Ok(secret) => secret.typed().map(Some),
        Err(AppError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The form.
#[get("/second-factor")]
async fn form(visit: Visit) -> HttpResponse {
    match seen(&visit, SETTING_UP, |tx, _| waiting(tx)).await {
        Ok((visitor, typed)) => shown(&visit, &visitor, typed, &[]),
        Err(answer) => answer,
    }
}

/// The picture that the app reads: a file of ours, so that the policy of the page need not be opened.
#[get("/second-factor/picture.svg")]
async fn picture(visit: Visit) -> HttpResponse {
    let drawn = seen(&visit, SETTING_UP, |tx, visitor| {
        let account = account_find(tx.db, visitor.actor.region, visitor.actor.account)?;
        own_factor::waiting(tx)?.picture(account.email.as_str())
    });
    match drawn.await {
        Ok((_, svg)) => HttpResponse::Ok()
            .content_type("image/svg+xml; charset=utf-8")
            .body(svg),
        Err(answer) => answer,
    }
}

/// Makes a secret. Whoever is signed in already says the password first.
#[post("/second-factor/begin")]
async fn begin(posted: Posted) -> HttpResponse {
    let visit = &posted.visit;
    let visitor = match seen(visit, SETTING_UP, |_, _| Ok(())).await {
        Ok((visitor, ())) => visitor,
        Err(answer) => return answer,
    };
    if visitor.session.stage == SessionStage::Full
        && let Err(error) = own::confirm(&visit.app, &visitor, posted.field("current")).await
    {
        return match Stop::Error(error).faults(visit) {
            Ok(faults) => shown(visit, &visitor, None, &faults),
            Err(answer) => answer,
        };
    }
    match acted(visit, SETTING_UP, |tx, _| {
        own_factor::pending(tx, true).map(drop)
    })
    .await
    {
        Ok(_) => see("/second-factor"),
        Err(answer) => answer,
    }
}

#[derive(Template)]
#[template(path = "pages/codes.html")]
struct Codes<'a> {
    page: &'a Page,
    codes: &'a [String],
}

/// The recovery codes, shown once.
pub(super) fn codes_shown(visit: &Visit, visitor: &Guest, codes: &[String]) -> HttpResponse {
    let page = Page::of(visit, visitor, "page-codes-title");
    Page::answer(StatusCode::OK, &Codes { page: &page, codes }, &page)
}

/// A first code of the new secret: from now on it counts.
#[post("/second-factor")]
async fn confirm(posted: Posted) -> HttpResponse {
    let (visit, code) = (&posted.visit, posted.field("code").to_owned());
    let caller = visit.caller.clone();
    let typed = tried(visit, SETTING_UP, move |tx, visitor| {
        let confirmed = own_factor::confirm(tx, visitor, &code, &caller)?;
        Ok((confirmed, waiting(tx)?))
    });
    match typed.await {
        Ok((mut visitor, (Ok(confirmed), _))) => {
            visitor.session.stage = SessionStage::Full;
            // The page has a token of the new session, whose cookie comes with it.
            let mut renewed = posted.visit.clone();
            renewed.session = Some(confirmed.opened.cookie.clone());
            let mut response = codes_shown(&renewed, &visitor, &confirmed.codes);
            set_cookies(&mut response, visit, &confirmed.opened);
            response
        }
        Ok((visitor, (Err(error), typed))) => match Stop::Error(error).faults(visit) {
            Ok(faults) => shown(visit, &visitor, typed, &faults),
            Err(answer) => answer,
        },
        Err(stop) => stop.answer(visit),
    }
}

/// Takes the second factor away, where no role asks for one.
#[post("/second-factor/remove")]
async fn remove(posted: Posted) -> HttpResponse {
    let (visit, code) = (&posted.visit, posted.field("code").to_owned());
    let caller = visit.caller.clone();
    let removed = tried(visit, FULL, move |tx, visitor| {
        own_factor::remove(tx, visitor, &code, &caller)
    });
    match removed.await {
        Ok((_, Ok(()))) => see("/account?done=factor"),
        Ok((_, Err(error))) => match Stop::Error(error).faults(visit) {
            Ok(faults) => super::account::shown(visit, None, faults).await,
            Err(answer) => answer,
        },
        Err(stop) => stop.answer(visit),
    }
}
