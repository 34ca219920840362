//! Pages: HTML made on the server, whole without a script.
//!
//! A page calls the same use cases as the interface for programs. It takes a session's cookie and never a bearer token, and
//! every change is a form, answered with 303.

mod account;
pub(crate) mod assets;
mod audit;
mod case;
mod factor;
mod forgot;
mod guest;
mod home;
mod home_own;
mod kept;
mod page;
mod people;
mod people_form;
mod sign_in;
mod visit;

use crate::app::{
    AppError, Tx,
    reading::{self, Reading},
    session,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use chrono::TimeDelta;
use guest::Guest;
use kelisim_domain::{audit::AuditEntry, fault::Fault, sign_in::SessionStage};
use kelisim_persistence::{
    Db,
    store::session::{Visitor, session_touch},
};
use page::Page;
use std::sync::Arc;
use visit::{Cookie, Visit, see};

/// Registers every page.
pub(crate) fn configure(routes: &mut web::ServiceConfig) {
    routes.service(assets::asset);
    home::configure(routes);
    sign_in::configure(routes);
    forgot::configure(routes);
    factor::configure(routes);
    account::configure(routes);
    people::configure(routes);
    audit::configure(routes);
    case::configure(routes);
}

/// Only for whoever is signed in.
const FULL: &[SessionStage] = &[SessionStage::Full];
/// Also for whoever must set up a second factor first.
const SETTING_UP: &[SessionStage] = &[SessionStage::SetUp, SessionStage::Full];
/// Also for whoever is half way.
const ANY: &[SessionStage] = SessionStage::ALL;

/// How long a session is used before that is written down, in seconds.
const TOUCH_SECONDS: i64 = 60;

type Outcome<T> = Result<Result<(Guest, T), SessionStage>, AppError>;

/// Runs a reading job for whoever is signed in.
async fn seen<T: Send + 'static>(
    visit: &Visit,
    stages: &'static [SessionStage],
    job: impl FnOnce(&mut Tx<'_>, &Visitor) -> Result<T, AppError> + Send + 'static,
) -> Result<(Guest, T), HttpResponse> {
    let Some(cookie) = visit.session.clone() else {
        return Err(turned_away(visit, None));
    };
    let app = Arc::clone(&visit.app);
    let look = move |db: &mut Db| -> Outcome<T> {
        let now = app.clock.now();
        let visitor = session::visitor(db, &cookie, now)?;
        if !stages.contains(&visitor.session.stage) {
            return Ok(Err(visitor.session.stage));
        }
        let run = Tx::run(db, &app, visitor.actor.clone(), now, |tx| {
            let value = job(tx, &visitor)?;
            Ok((Guest::of(tx, visitor)?, value))
        });
        run.map(Ok)
    };
    let found = settled(visit, visit.app.database.at_door().read(look).await)?;
    touch(visit, &found.0);
    Ok(found)
}

/// As [`seen`], of a job that says what it shows that is confidential: that is entered into the audit log before the page
/// leaves (R21).
async fn seen_and_noted<T: Send + 'static>(
    visit: &Visit,
    stages: &'static [SessionStage],
    job: impl FnOnce(&mut Tx<'_>, &Visitor) -> Result<(T, Vec<Reading>), AppError> + Send + 'static,
) -> Result<(Guest, T), HttpResponse> {
    let look = move |tx: &mut Tx<'_>, visitor: &Visitor| {
        let (value, reads) = job(tx, visitor)?;
        let entry = |read: &Reading| read.entry(tx.app, &tx.actor, tx.now);
        let entries: Vec<AuditEntry> = reads.iter().map(entry).collect();
        Ok((value, entries))
    };
    let (guest, (value, entries)) = seen(visit, stages, look).await?;
    match reading::record(&visit.app, entries).await {
        Ok(()) => Ok((guest, value)),
        Err(error) => Err(Page::error(visit, &error)),
    }
}

/// Runs a changing job for whoever is signed in.
async fn acted<T: Send + 'static>(
    visit: &Visit,
    stages: &'static [SessionStage],
    job: impl FnOnce(&mut Tx<'_>, &Visitor) -> Result<T, AppError> + Send + 'static,
) -> Result<(Guest, T), HttpResponse> {
    let outcome = tried(visit, stages, job).await;
    outcome.map_err(|stop| stop.answer(visit))
}

/// As [`acted`], where the caller shows the faults of a form itself.
async fn tried<T: Send + 'static>(
    visit: &Visit,
    stages: &'static [SessionStage],
    job: impl FnOnce(&mut Tx<'_>, &Visitor) -> Result<T, AppError> + Send + 'static,
) -> Result<(Guest, T), Stop> {
    let Some(cookie) = visit.session.clone() else {
        return Err(Stop::Stage(None));
    };
    let app = Arc::clone(&visit.app);
    let act = move |db: &mut Db| -> Outcome<T> {
        let now = app.clock.now();
        let visitor = session::visitor(db, &cookie, now)?;
        if !stages.contains(&visitor.session.stage) {
            return Ok(Err(visitor.session.stage));
        }
        session_touch(db, visitor.actor.region, visitor.session.id, now)?;
        let run = Tx::run(db, &app, visitor.actor.clone(), now, |tx| {
            let value = job(tx, &visitor)?;
            Ok((Guest::of(tx, visitor)?, value))
        });
        run.map(Ok)
    };
    let outcome = visit.app.database.at_door().write(act).await;
    visit.app.wake();
    match outcome {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(stage)) => Err(Stop::Stage(Some(stage))),
        Err(AppError::Unauthenticated) => Err(Stop::Stage(None)),
        Err(error) => Err(Stop::Error(error)),
    }
}

/// Why a page is not shown.
enum Stop {
    /// The session is none, or not far enough.
    Stage(Option<SessionStage>),
    Error(AppError),
}

impl Stop {
    fn answer(self, visit: &Visit) -> HttpResponse {
        match self {
            Stop::Stage(stage) => turned_away(visit, stage),
            Stop::Error(error) => Page::error(visit, &error),
        }
    }

    /// The faults of a form, or the answer for everything else.
    #[expect(
        clippy::result_large_err,
        reason = "an answer is made once a request, and moved once"
    )]
    fn faults(self, visit: &Visit) -> Result<Vec<Fault>, HttpResponse> {
        match self {
            Stop::Error(AppError::Invalid(faults)) => Ok(faults),
            other => Err(other.answer(visit)),
        }
    }
}

#[expect(
    clippy::result_large_err,
    reason = "an answer is made once a request, and moved once"
)]
fn settled<T>(visit: &Visit, outcome: Outcome<T>) -> Result<(Guest, T), HttpResponse> {
    match outcome {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(stage)) => Err(turned_away(visit, Some(stage))),
        Err(AppError::Unauthenticated) => Err(turned_away(visit, None)),
        Err(error) => Err(Page::error(visit, &error)),
    }
}

/// Leads to what has to come first.
fn turned_away(visit: &Visit, stage: Option<SessionStage>) -> HttpResponse {
    let to = match stage {
        None => "/sign-in",
        Some(SessionStage::SecondFactor) => "/sign-in/code",
        Some(SessionStage::SetUp) => "/second-factor",
        Some(SessionStage::Full) => "/",
    };
    let is_way = visit.path != "/" && matches!(stage, None | Some(SessionStage::SecondFactor));
    match is_way {
        true => see(&format!("{to}?next={}", visit.path)),
        false => see(to),
    }
}

/// The way out of a session that its owner has ended. What was typed and not sent goes; the sign-in page takes the cookie,
/// and sees by it that the pages kept for "back" have to go too.
fn left() -> HttpResponse {
    let mut response = see("/sign-in");
    let what = header::HeaderValue::from_static("\"storage\"");
    response.headers_mut().insert(header::CLEAR_SITE_DATA, what);
    response
}

/// The page of an address that does not exist, for a browser; a program is answered with a problem.
pub(super) fn not_found(request: &HttpRequest) -> Option<HttpResponse> {
    let accepts = request.headers().get(header::ACCEPT)?.to_str().ok()?;
    let is_page = accepts.contains("text/html") && !request.path().starts_with("/api/");
    let visit = is_page.then(|| Visit::of(request)).flatten()?;
    Some(Page::error(&visit, &AppError::NotFound))
}

/// Notes now and then that a session is in use; the reader does not wait for it.
fn touch(visit: &Visit, visitor: &Visitor) {
    let now = visit.app.clock.now();
    if now - visitor.session.seen_at < TimeDelta::seconds(TOUCH_SECONDS) {
        return;
    }
    let (database, session) = (visit.app.database.at_door(), visitor.session.clone());
    tokio::spawn(async move {
        let touched = database.write(move |db| session_touch(db, session.region, session.id, now));
        if let Err(error) = touched.await {
            tracing::warn!(%error, "the use of a session was not noted");
        }
    });
}

/// Leads a browser into the session that has begun.
fn entered(visit: &Visit, opened: &session::Opened, next: Option<&str>) -> HttpResponse {
    let to = match opened.stage {
        SessionStage::Full => next.unwrap_or("/").to_owned(),
        SessionStage::SetUp => "/second-factor".to_owned(),
        SessionStage::SecondFactor => match next {
            Some(next) => format!("/sign-in/code?next={next}"),
            None => "/sign-in/code".to_owned(),
        },
    };
    let mut response = see(&to);
    set_cookies(&mut response, visit, opened);
    response
}

/// The cookies of a session that has begun.
fn set_cookies(response: &mut HttpResponse, visit: &Visit, opened: &session::Opened) {
    let language = opened.language.code();
    let mut cookies = vec![
        Cookie::Session.set(&opened.cookie, visit.is_secure),
        Cookie::Language.set(language, visit.is_secure),
        Cookie::Form.remove(visit.is_secure),
    ];
    let device = opened.device.as_ref();
    cookies.extend(device.map(|device| Cookie::Device.set(device, visit.is_secure)));
    for cookie in cookies {
        append_cookie(response, &cookie);
    }
}

fn append_cookie(response: &mut HttpResponse, cookie: &str) {
    if let Ok(value) = header::HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// What is wrong with a form, for its page: the id of the field, and the sentence.
fn told_faults(say: page::Say, faults: &[Fault]) -> Vec<(String, String)> {
    let told = |fault: &Fault| {
        let field = fault.pointer.trim_start_matches('/').replace('/', "-");
        let sentence = match field.as_str() {
            "current" => say.t("page-current-wrong"),
            "code" => say.t("page-code-wrong"),
            _ => say.fault(fault),
        };
        (field, sentence)
    };
    faults.iter().map(told).collect()
}

/// 422 for a page whose form has faults, else 200.
fn status_of(wrong: &[(String, String)]) -> StatusCode {
    match wrong.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
