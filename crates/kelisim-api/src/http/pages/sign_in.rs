//! Signing in: address and password, then the second factor (S2).

use super::{
    ANY, Stop, append_cookie, entered, kept,
    page::Page,
    seen, status_of, told_faults, tried,
    visit::{Cookie, Posted, Visit, append_language, see},
};
use crate::{
    app::{AppError, prove, session},
    door,
};
use actix_web::{HttpResponse, get, http::StatusCode, post, web};
use askama::Template;
use kelisim_domain::{
    fault::{Fault, FaultKind},
    sign_in::{Password, SessionStage},
};
use kelisim_persistence::{Db, store::session::session_end_by_digest};
use std::sync::Arc;

/// Half way between password and second factor.
const HALF_WAY: &[SessionStage] = &[SessionStage::SecondFactor];

const TITLE: &str = "page-sign-in-title";

/// Registers the pages.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(form)
        .service(sign_in)
        .service(code_form)
        .service(enter_code);
}

#[derive(Template)]
#[template(path = "pages/sign_in.html")]
struct SignIn<'a> {
    page: &'a Page,
    wrong: Vec<(String, String)>,
    email: &'a str,
    next: &'a str,
    kept: &'a str,
}

/// What a sign-in leads to: a place, or what was typed before.
#[derive(Clone, Copy, Default)]
struct On<'a> {
    next: Option<&'a str>,
    kept: &'a str,
}

fn shown(visit: &Visit, email: &str, on: On<'_>, failed: Option<&AppError>) -> HttpResponse {
    filled(Page::open(visit, TITLE), email, on, failed)
}

fn filled(page: Page, email: &str, on: On<'_>, failed: Option<&AppError>) -> HttpResponse {
    let page = page.with_form();
    let (status, wrong) = match failed {
        None => (StatusCode::OK, Vec::new()),
        Some(_) => {
            let sentence = page.say.t("page-sign-in-wrong");
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                vec![(String::new(), sentence)],
            )
        }
    };
    let page = page.noting(&wrong);
    let template = SignIn {
        page: &page,
        wrong,
        email,
        next: on.next.unwrap_or_default(),
        kept: on.kept,
    };
    Page::answer(status, &template, &page)
}

/// The form for whoever has typed something on a page that asks who they are.
pub(super) fn again(visit: &Visit, kept: &str) -> HttpResponse {
    let on = On { next: None, kept };
    shown(visit, "", on, None)
}

/// The form. Whoever is signed in goes on.
#[get("/sign-in")]
async fn form(visit: Visit) -> HttpResponse {
    let on = On {
        next: visit.next.as_deref(),
        kept: "",
    };
    if visit.session.is_none() {
        return shown(&visit, "", on, None);
    }
    match seen(&visit, ANY, |_, _| Ok(())).await {
        Ok((visitor, ())) if visitor.session.stage == SessionStage::Full => {
            see(visit.next.as_deref().unwrap_or("/"))
        }
        Ok(_) => shown(&visit, "", on, None),
        Err(_) => over(&visit, on),
    }
}

/// The form, where a session has ended: what it showed goes from this browser with it (J10).
fn over(visit: &Visit, on: On<'_>) -> HttpResponse {
    // The form is one of somebody without a session: the token of the old one goes with its cookie.
    let mut stranger = visit.clone();
    stranger.session = None;
    let page = Page::open(&stranger, TITLE).that_forgets();
    let mut response = filled(page, "", on, None);
    append_cookie(&mut response, &Cookie::Session.remove(visit.is_secure));
    response
}

/// Address and password.
#[post("/sign-in")]
async fn sign_in(posted: Posted) -> HttpResponse {
    let (visit, email, next) = (&posted.visit, posted.field("email"), posted.next());
    let on = On {
        next: next.as_deref(),
        kept: posted.field("kept"),
    };
    if let Some(language) = posted.switch() {
        let mut changed = posted.visit.clone();
        changed.place.language = language;
        let mut response = shown(&changed, email, on, None);
        append_language(&mut response, visit, language);
        return response;
    }
    let password = Password::offered(posted.field("password"));
    let proven = match prove::by_password(&visit.app, email, password, &visit.caller).await {
        Ok(proven) => proven,
        Err(error @ AppError::Unauthenticated) => {
            return shown(visit, email, on, Some(&error));
        }
        Err(error) => return Page::error(visit, &error),
    };
    let (app, caller) = (Arc::clone(&visit.app), visit.caller.clone());
    let before = visit.session.as_deref().map(door::digest);
    let begin = move |db: &mut Db| {
        let now = app.clock.now();
        // Whoever signs in anew leaves no older session of this browser behind.
        if let Some(before) = before {
            session_end_by_digest(db, &before, now)?;
        }
        session::begin(db, &app, &proven, &caller, now)
    };
    match visit.app.database.at_door().write(begin).await {
        Ok(opened) => led(visit, &opened, on),
        Err(error @ AppError::Unauthenticated) => shown(visit, email, on, Some(&error)),
        Err(error) => Page::error(visit, &error),
    }
}

/// Leads on: to what was typed before, where something was, else to the place.
fn led(visit: &Visit, opened: &session::Opened, on: On<'_>) -> HttpResponse {
    let kept = match opened.stage {
        SessionStage::Full => kept::go_on(visit, opened, on.kept),
        SessionStage::SecondFactor => kept::code(visit, opened, on.kept),
        SessionStage::SetUp => None,
    };
    kept.unwrap_or_else(|| entered(visit, opened, on.next))
}

#[derive(Template)]
#[template(path = "pages/code.html")]
struct Code<'a> {
    page: &'a Page,
    wrong: Vec<(String, String)>,
    next: &'a str,
    kept: &'a str,
}

/// The form for whoever has typed something on a page that asks who they are.
pub(super) fn code_again(visit: &Visit, kept: &str) -> HttpResponse {
    let on = On { next: None, kept };
    code_shown(visit, on, &[])
}

fn code_shown(visit: &Visit, on: On<'_>, faults: &[Fault]) -> HttpResponse {
    let page = Page::open(visit, "page-code-title").with_form();
    let wrong = told_faults(page.say, faults);
    let page = page.noting(&wrong);
    let status = status_of(&wrong);
    let template = Code {
        page: &page,
        wrong,
        next: on.next.unwrap_or_default(),
        kept: on.kept,
    };
    Page::answer(status, &template, &page)
}

/// The form for the second factor.
#[get("/sign-in/code")]
async fn code_form(visit: Visit) -> HttpResponse {
    match seen(&visit, HALF_WAY, |_, _| Ok(())).await {
        Ok(_) => {
            let on = On {
                next: visit.next.as_deref(),
                kept: "",
            };
            code_shown(&visit, on, &[])
        }
        Err(answer) => answer,
    }
}

/// A code of the app, or a recovery code.
#[post("/sign-in/code")]
async fn enter_code(posted: Posted) -> HttpResponse {
    let (visit, next) = (&posted.visit, posted.next());
    let on = On {
        next: next.as_deref(),
        kept: posted.field("kept"),
    };
    if let Some(language) = posted.switch() {
        let mut changed = posted.visit.clone();
        changed.place.language = language;
        let mut response = code_shown(&changed, on, &[]);
        append_language(&mut response, visit, language);
        return response;
    }
    let (code, caller) = (posted.field("code").to_owned(), visit.caller.clone());
    let entered_code = tried(visit, HALF_WAY, move |tx, visitor| {
        session::second_factor(tx, visitor, &code, &caller)
    });
    match entered_code.await {
        Ok((_, Ok(opened))) => led(visit, &opened, on),
        Ok((_, Err(AppError::Unauthenticated))) => {
            let wrong = Fault::new("/code", FaultKind::NotHere);
            code_shown(visit, on, &[wrong])
        }
        Ok((_, Err(error))) => Stop::Error(error).answer(visit),
        Err(stop) => stop.answer(visit),
    }
}
