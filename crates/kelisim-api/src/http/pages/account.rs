//! One's own account: devices, second factor, password, tokens (S2).

use super::{
    FULL, Stop, acted, entered,
    factor::codes_shown,
    guest::Guest,
    home::roles,
    left,
    page::Page,
    seen, status_of, told_faults, tried,
    visit::{Posted, Visit, see},
};
use crate::app::{
    AppError,
    own::{self, Own, TokenWish},
    own_factor,
};
use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, post, web};
use askama::Template;
use kelisim_domain::{
    fault::Fault,
    id::{SessionId, TokenId},
    policy::Role,
    sign_in::{TokenScope, must_have_second_factor},
};
use kelisim_persistence::store::token::PersonalToken;

/// Registers the pages.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(own_account)
        .service(end_session)
        .service(end_everywhere)
        .service(new_codes)
        .service(change_password)
        .service(make_token)
        .service(end_token);
}

#[derive(Template)]
#[template(path = "pages/account.html")]
struct Account<'a> {
    page: &'a Page,
    wrong: Vec<(String, String)>,
    done: Option<&'static str>,
    own: Own,
    roles: Vec<(Role, String)>,
    here: SessionId,
    has_factor: bool,
    is_needed: bool,
}

impl Account<'_> {
    fn scope_key(&self, token: &PersonalToken) -> &'static str {
        match token.scope {
            TokenScope::Read => "page-scope-read",
            TokenScope::Write => "page-scope-write",
        }
    }
}

/// What was done before, by the word in the address: nothing else than these is ever shown from there.
fn done(request: &HttpRequest) -> Option<&'static str> {
    match request.query_string() {
        "done=session" => Some("page-done-session"),
        "done=token" => Some("page-done-token"),
        "done=factor" => Some("page-done-factor"),
        _ => None,
    }
}

/// The page, with what was done or what is wrong.
pub(super) async fn shown(
    visit: &Visit,
    done: Option<&'static str>,
    faults: Vec<Fault>,
) -> HttpResponse {
    let looked = seen(visit, FULL, |tx, visitor| {
        let roles = roles(tx, &visitor.actor.grants)?;
        Ok((own::show(tx)?, roles))
    });
    match looked.await {
        Ok((visitor, (own, roles))) => {
            let page = Page::of(visit, &visitor, "page-account-title");
            let wrong = told_faults(page.say, &faults);
            let page = page.noting(&wrong);
            let status = status_of(&wrong);
            let template = Account {
                page: &page,
                wrong,
                done,
                own,
                roles,
                here: visitor.session.id,
                has_factor: visitor.has_second_factor,
                is_needed: must_have_second_factor(&visitor.actor.grants),
            };
            Page::answer(status, &template, &page)
        }
        Err(answer) => answer,
    }
}

/// One's own account.
#[get("/account")]
async fn own_account(visit: Visit, request: HttpRequest) -> HttpResponse {
    shown(&visit, done(&request), Vec::new()).await
}

/// Ends one of one's sessions.
#[post("/account/sessions/end")]
async fn end_session(posted: Posted) -> HttpResponse {
    let id: Option<SessionId> = posted.field("session").parse().ok();
    let end = acted(&posted.visit, FULL, move |tx, _| match id {
        Some(id) => own::end_session(tx, id),
        None => Err(AppError::NotFound),
    });
    match end.await {
        Ok(_) => see("/account?done=session"),
        Err(answer) => answer,
    }
}

/// Signs out everywhere, here too.
#[post("/account/sessions/end-all")]
async fn end_everywhere(posted: Posted) -> HttpResponse {
    match acted(&posted.visit, FULL, |tx, _| own::end_everywhere(tx)).await {
        Ok(_) => left(),
        Err(answer) => answer,
    }
}

/// Who is here, and whether the password was right.
async fn confirmed(posted: &Posted) -> Result<Guest, HttpResponse> {
    let visit = &posted.visit;
    let (visitor, ()) = seen(visit, FULL, |_, _| Ok(())).await?;
    match own::confirm(&visit.app, &visitor, posted.field("current")).await {
        Ok(()) => Ok(visitor),
        Err(error) => match Stop::Error(error).faults(visit) {
            Ok(faults) => Err(shown(visit, None, faults).await),
            Err(answer) => Err(answer),
        },
    }
}

/// A new set of recovery codes.
#[post("/account/codes")]
async fn new_codes(posted: Posted) -> HttpResponse {
    if let Err(answer) = confirmed(&posted).await {
        return answer;
    }
    let made = acted(&posted.visit, FULL, |tx, visitor| {
        match visitor.has_second_factor {
            true => own_factor::new_codes(tx),
            false => Err(AppError::NotFound),
        }
    });
    match made.await {
        Ok((visitor, codes)) => codes_shown(&posted.visit, &visitor, &codes),
        Err(answer) => answer,
    }
}

/// Another password: every session ends, and this one goes on under a new secret.
#[post("/account/password")]
async fn change_password(posted: Posted) -> HttpResponse {
    let visit = &posted.visit;
    let visitor = match seen(visit, FULL, |_, _| Ok(())).await {
        Ok((visitor, ())) => visitor,
        Err(answer) => return answer,
    };
    let (current, wanted) = (posted.field("current"), posted.field("password"));
    match own::change_password(
        &visit.app,
        visitor.into_visitor(),
        current,
        wanted,
        &visit.caller,
    )
    .await
    {
        Ok(opened) => entered(visit, &opened, Some("/account")),
        Err(error) => match Stop::Error(error).faults(visit) {
            Ok(faults) => shown(visit, None, faults).await,
            Err(answer) => answer,
        },
    }
}

#[derive(Template)]
#[template(path = "pages/token.html")]
struct Token<'a> {
    page: &'a Page,
    text: &'a str,
}

/// A personal token, shown once.
#[post("/account/tokens")]
async fn make_token(posted: Posted) -> HttpResponse {
    let visit = &posted.visit;
    let field = |name| posted.field(name);
    let wish = match TokenWish::parse(
        field("label"),
        field("scope"),
        field("days"),
        field("exports") == "yes",
    ) {
        Ok(wish) => wish,
        Err(faults) => return shown(visit, None, faults).await,
    };
    if let Err(answer) = confirmed(&posted).await {
        return answer;
    }
    match tried(visit, FULL, move |tx, _| own::make_token(tx, &wish)).await {
        Ok((visitor, text)) => {
            let page = Page::of(visit, &visitor, "page-token-title");
            let template = Token {
                page: &page,
                text: &text,
            };
            Page::answer(StatusCode::OK, &template, &page)
        }
        Err(stop) => stop.answer(visit),
    }
}

/// Ends a token.
#[post("/account/tokens/end")]
async fn end_token(posted: Posted) -> HttpResponse {
    let id: Option<TokenId> = posted.field("id").parse().ok();
    let end = acted(&posted.visit, FULL, move |tx, _| match id {
        Some(id) => own::end_token(tx, id),
        None => Err(AppError::NotFound),
    });
    match end.await {
        Ok(_) => see("/account?done=token"),
        Err(answer) => answer,
    }
}
