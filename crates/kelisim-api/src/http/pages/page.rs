//! What every page shares: the frame, the words, the answers for what went wrong.

use super::{
    guest::{Guest, Help},
    visit::{Cookie, Visit},
};
use crate::{
    app::AppError,
    http::problem,
    locale::{self, Arguments, arguments, text, text_with},
};
use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use kelisim_domain::{
    calendar::Zone,
    fault::Fault,
    language::{Language, Names},
    policy::{Actor, CaseScope, RegisterAct, Role},
    sign_in::SessionStage,
};

/// The words of a page, in one language.
#[derive(Clone, Copy)]
pub(crate) struct Say {
    language: Language,
    zone: Zone,
}

impl Say {
    pub(crate) fn new(language: Language, zone: Zone) -> Self {
        Say { language, zone }
    }

    /// A text.
    pub(crate) fn t(&self, key: &str) -> String {
        text(self.language, key)
    }

    /// A text with one argument.
    pub(crate) fn with(&self, key: &str, name: &'static str, value: &str) -> String {
        let given: Arguments = arguments([(name, value.to_owned().into())]);
        text_with(self.language, key, &given)
    }

    /// A text with several arguments.
    pub(crate) fn told(&self, key: &str, given: &Arguments) -> String {
        text_with(self.language, key, given)
    }

    /// A text with a number, which has its plural.
    pub(crate) fn count(&self, key: &str, value: &i64) -> String {
        text_with(self.language, key, &arguments([("count", (*value).into())]))
    }

    /// The name of a role.
    pub(crate) fn role(&self, role: &Role) -> String {
        problem::role_name(*role, self.language)
    }

    /// What is wrong with a field.
    pub(crate) fn fault(&self, fault: &Fault) -> String {
        problem::fault_sentence(fault, self.language)
    }

    /// The reader's language.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// What has a name in every language.
    pub(crate) fn name<'n>(&self, names: &'n Names) -> &'n str {
        names.get(self.language)
    }

    /// A day with the name of its month.
    pub(crate) fn day(&self, day: &NaiveDate) -> String {
        locale::day(self.language, *day)
    }

    /// A text that names a day.
    pub(crate) fn on(&self, key: &str, day: &NaiveDate) -> String {
        self.with(key, "day", &self.day(day))
    }

    /// How far a day is away; less than none for one that has passed.
    pub(crate) fn days_left(&self, days: &i64) -> String {
        match *days < 0 {
            true => self.count("page-days-over", &-days),
            false => self.count("page-days-left", days),
        }
    }

    /// The local day of an instant.
    pub(crate) fn day_of(&self, at: &DateTime<Utc>) -> NaiveDate {
        self.zone.day(*at)
    }

    /// An instant as people of the region read it.
    pub(crate) fn time(&self, at: &DateTime<Utc>) -> String {
        self.zone.wall(*at).format("%d.%m.%Y %H:%M").to_string()
    }
}

/// The frame of a page.
pub(crate) struct Page {
    pub(crate) say: Say,
    /// The title; it says first when something is wrong.
    pub(crate) title: String,
    pub(crate) language: &'static str,
    /// The languages to choose from: code, name of its own, and whether the page is in it.
    pub(crate) tongues: [(&'static str, &'static str, bool); 3],
    /// The name of whoever is signed in.
    pub(crate) name: Option<String>,
    /// Where whoever is signed in may go, and no other place.
    pub(crate) ways: Vec<Way>,
    /// Whom they call for help.
    pub(crate) help: Option<Help>,
    /// The token of every form on the page.
    pub(crate) token: String,
    /// The path, to come back to after the language was changed.
    pub(crate) path: String,
    /// Whether the page has a form whose typed text must survive a change of language.
    pub(crate) has_form: bool,
    /// Whether something on it has to be looked at again: then the title says so first.
    pub(crate) is_wrong: bool,
    /// Whether it needs more room than a letter, on a desk.
    pub(crate) is_wide: bool,
    /// Whether everything here is invented.
    pub(crate) is_demo: bool,
    pub(crate) style: &'static str,
    /// The mark, for the browser's tab.
    pub(crate) mark: &'static str,
    /// Whether the browser is to give up the pages that it keeps for "back".
    pub(crate) forgets: bool,
    /// A cookie that the page needs.
    cookie: Option<String>,
}

impl Page {
    /// The frame of a page that anybody may see.
    pub(crate) fn open(visit: &Visit, title: &str) -> Self {
        Page::framed(visit, title, None)
    }

    /// The frame of a page for somebody who is signed in, or half way.
    pub(crate) fn of(visit: &Visit, visitor: &Guest, title: &str) -> Self {
        Page::framed(visit, title, Some(visitor))
    }

    fn framed(visit: &Visit, title: &str, visitor: Option<&Guest>) -> Self {
        let language = visitor.map_or(visit.language(), |one| one.actor.language);
        let zone = match visitor {
            Some(one) => visit.app.laws.of(one.actor.region).zone(),
            None => visit.app.laws.otherwise().zone(),
        };
        let say = Say::new(language, zone);
        let (secret, is_new) = visit.form_secret();
        let full = visitor.filter(|one| one.session.stage == SessionStage::Full);
        Page {
            title: say.t(title),
            language: language.code(),
            tongues: [
                (Language::Kk, "Қазақша"),
                (Language::Ru, "Русский"),
                (Language::En, "English"),
            ]
            .map(|(one, name)| (one.code(), name, one == language)),
            name: visitor.map(|one| one.name.to_string()),
            ways: full
                .map(|one| ways(&one.actor, say, &visit.path))
                .unwrap_or_default(),
            help: full.and_then(|one| one.help().cloned()),
            token: visit.token(&secret),
            path: visit.path.clone(),
            has_form: false,
            is_wrong: false,
            is_wide: false,
            is_demo: visit.app.door.is_demo,
            style: super::assets::style_path(),
            mark: super::assets::mark_path(),
            forgets: false,
            cookie: is_new.then(|| Cookie::Form.set(&secret, visit.is_secure)),
            say,
        }
    }

    /// The same frame for a page after the end of a session.
    pub(crate) fn that_forgets(self) -> Self {
        Page {
            forgets: true,
            ..self
        }
    }

    /// The same frame for a page whose main form has the switch of the language.
    pub(crate) fn with_form(self) -> Self {
        Page {
            has_form: true,
            ..self
        }
    }

    /// The same frame for a page that says what is wrong with its form.
    pub(crate) fn noting(self, wrong: &[(String, String)]) -> Self {
        Page {
            is_wrong: !wrong.is_empty(),
            ..self
        }
    }

    /// The same frame with more room on a desk.
    pub(crate) fn wide(self) -> Self {
        Page {
            is_wide: true,
            ..self
        }
    }

    /// The same frame under a title of its own.
    pub(crate) fn titled(self, title: String) -> Self {
        Page { title, ..self }
    }

    /// The answer with a page.
    pub(crate) fn answer(
        status: StatusCode,
        template: &impl Template,
        page: &Page,
    ) -> HttpResponse {
        let html = match template.render() {
            Ok(html) => html,
            Err(error) => {
                tracing::error!(%error, "a page cannot be rendered");
                return HttpResponse::InternalServerError().finish();
            }
        };
        let mut response = HttpResponse::build(status);
        response.insert_header((header::CONTENT_LANGUAGE, page.language));
        response.insert_header((header::CONTENT_SECURITY_POLICY, POLICY));
        if let Some(cookie) = &page.cookie {
            response.append_header((header::SET_COOKIE, cookie.as_str()));
        }
        response.content_type("text/html; charset=utf-8").body(html)
    }

    /// A page that tells one thing.
    pub(crate) fn told(visit: &Visit, status: StatusCode, title: &str, body: &str) -> HttpResponse {
        let page = Page::open(visit, title);
        let text = page.say.t(body);
        Page::answer(
            status,
            &Told {
                page: &page,
                text,
                request: None,
            },
            &page,
        )
    }

    /// The page for an error: plain words and one next step, and no word of a library (R19).
    pub(crate) fn error(visit: &Visit, error: &AppError) -> HttpResponse {
        let (status, code) = problem::status_and_code(error);
        let key = code.replace('_', "-");
        let page = Page::open(visit, &format!("problem-{key}-title"));
        let text = match error {
            AppError::TooMany { seconds } => {
                let minutes = (seconds + 59) / 60;
                let given = arguments([("minutes", minutes.into())]);
                text_with(page.say.language, "problem-too-many", &given)
            }
            AppError::Refused(refusals) | AppError::NotPermitted(refusals)
                if !refusals.is_empty() =>
            {
                let told = refusals
                    .iter()
                    .map(|one| problem::RefusalView::of(one, page.say.language).detail);
                told.collect::<Vec<_>>().join(" ")
            }
            AppError::Internal(context) => {
                tracing::error!(
                    context,
                    request = visit.place.request.as_deref(),
                    "internal error"
                );
                page.say.t("problem-internal-about")
            }
            _ => page.say.t(&format!("problem-{key}-about")),
        };
        let request = (status >= 500)
            .then(|| visit.place.request.clone())
            .flatten();
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = Page::answer(
            status,
            &Told {
                page: &page,
                text,
                request,
            },
            &page,
        );
        let wait = match error {
            AppError::TooMany { seconds } => Some((*seconds).max(1)),
            AppError::Busy | AppError::Unavailable => Some(1),
            _ => None,
        };
        if let Some(wait) = wait {
            let value = header::HeaderValue::from(wait);
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        response
    }
}

/// What a page of ours may load: its own style, its own pictures, and nothing else (R14).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'; object-src 'none'";

/// A place in the menu.
pub(crate) struct Way {
    pub(crate) to: &'static str,
    pub(crate) word: String,
    /// Whether this is the place, or one below it.
    pub(crate) is_here: bool,
}

fn ways(actor: &Actor, say: Say, path: &str) -> Vec<Way> {
    let way = |to: &'static str, word: &str| Way {
        to,
        word: say.t(word),
        is_here: path == to || (to != "/" && path.strip_prefix(to).is_some_and(below)),
    };
    let mut ways = vec![way("/", "page-way-home")];
    if !CaseScope::of(actor).is_empty() {
        ways.push(way("/cases", "page-way-cases"));
    }
    if RegisterAct::ReadAudit.allowed(actor) {
        ways.push(way("/audit", "page-way-audit"));
    }
    if RegisterAct::KeepAccounts.allowed(actor) {
        ways.push(way("/people", "page-way-people"));
        ways.push(way("/set-up", "page-way-set-up"));
    }
    ways.push(way("/account", "page-way-account"));
    ways
}

fn below(rest: &str) -> bool {
    rest.starts_with('/')
}

#[derive(Template)]
#[template(path = "pages/told.html")]
struct Told<'a> {
    page: &'a Page,
    text: String,
    request: Option<String>,
}
