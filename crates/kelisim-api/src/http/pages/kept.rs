//! What somebody typed when their session had ended: it goes with them through the sign-in, and back into its page (W7, J14).
//!
//! It travels in the pages themselves, as it does between the pages of a form, so nothing is stored of somebody who is not
//! signed in. What they wanted to do with it is left out: they see their answers again before anything is done.

use super::{
    page::Page,
    set_cookies, sign_in,
    visit::{Posted, Visit, is_inside},
};
use crate::app::session::Opened;
use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use askama::Template;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use url::form_urlencoded::{self, Serializer};

/// What stands in front of the fields: where they belong.
const PATH: &str = "path";
/// Fields that belong to one page and one moment.
const LEFT_OUT: [&str; 3] = ["token", "go", "switch"];

/// Typed fields, and the page that they belong to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Kept {
    path: String,
    fields: Vec<(String, String)>,
}

impl Kept {
    fn of(posted: &Posted) -> Self {
        let fields = posted.fields().iter();
        let fields = fields.filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()));
        Kept {
            path: posted.visit.path.clone(),
            fields: fields.cloned().collect(),
        }
    }

    /// As a field of a form.
    fn written(&self) -> String {
        let mut pairs = Serializer::new(String::new());
        pairs
            .append_pair(PATH, &self.path)
            .extend_pairs(&self.fields);
        URL_SAFE_NO_PAD.encode(pairs.finish())
    }

    fn read(text: &str) -> Option<Self> {
        let plain = URL_SAFE_NO_PAD.decode(text).ok()?;
        let mut pairs = form_urlencoded::parse(&plain).into_owned();
        let (_, path) = pairs.next().filter(|(name, _)| name == PATH)?;
        is_inside(&path).then(|| Kept {
            path,
            fields: pairs.collect(),
        })
    }
}

/// The answer to a form, or, where it leads to the sign-in, the sign-in with what was typed.
pub(super) fn or_kept(posted: &Posted, answer: HttpResponse) -> HttpResponse {
    let to = answer.headers().get(header::LOCATION);
    let to = to.and_then(|to| to.to_str().ok()).unwrap_or_default();
    let is_to_code = to.starts_with("/sign-in/code");
    if answer.status() != StatusCode::SEE_OTHER || !to.starts_with("/sign-in") {
        return answer;
    }
    let kept = Kept::of(posted).written();
    let mut response = match is_to_code {
        true => sign_in::code_again(&posted.visit, &kept),
        false => sign_in::again(&posted.visit, &kept),
    };
    // Not the page that was asked for.
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response
}

#[derive(Template)]
#[template(path = "pages/kept.html")]
struct GoOn<'a> {
    page: &'a Page,
    kept: &'a Kept,
}

/// The way back for whoever is signed in again; none where nothing was kept.
pub(super) fn go_on(visit: &Visit, opened: &Opened, kept: &str) -> Option<HttpResponse> {
    let kept = Kept::read(kept)?;
    let renewed = renewed(visit, opened, &kept.path);
    let page = Page::open(&renewed, "page-kept-title").with_form();
    let template = GoOn {
        page: &page,
        kept: &kept,
    };
    let mut response = Page::answer(StatusCode::OK, &template, &page);
    set_cookies(&mut response, visit, opened);
    Some(response)
}

/// The question for the code, with what was typed; none where nothing was kept.
pub(super) fn code(visit: &Visit, opened: &Opened, kept: &str) -> Option<HttpResponse> {
    Kept::read(kept)?;
    let renewed = renewed(visit, opened, "/sign-in/code");
    let mut response = sign_in::code_again(&renewed, kept);
    set_cookies(&mut response, visit, opened);
    Some(response)
}

/// The visit in the session that has begun with this very answer.
fn renewed(visit: &Visit, opened: &Opened, path: &str) -> Visit {
    let mut renewed = visit.clone();
    renewed.session = Some(opened.cookie.clone());
    renewed.place.language = opened.language;
    path.clone_into(&mut renewed.path);
    renewed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w7_what_is_kept_comes_back_as_it_was_and_leads_nowhere_else() {
        let kept = Kept {
            path: "/cases/new".into(),
            fields: vec![("f.summary".into(), "Дуал & су\nекі".into())],
        };
        assert_eq!(Kept::read(&kept.written()), Some(kept.clone()));
        let elsewhere = Kept {
            path: "//evil.kz".into(),
            ..kept
        };
        assert_eq!(Kept::read(&elsewhere.written()), None);
        assert_eq!(Kept::read("?"), None);
        assert_eq!(Kept::read(""), None);
    }
}
