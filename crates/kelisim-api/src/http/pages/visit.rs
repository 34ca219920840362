//! One visit of a browser: its cookies, where it comes from, and whether a form came from a page of ours.
//!
//! A page takes cookies only, and `/api` takes bearer tokens only, so neither can be used through the other.
//! A form is taken when three things agree: what the browser says of where it comes from (R13), its Origin, and the token of
//! the form, which is made from the visitor's own cookie.

use super::page::Page;
use crate::{
    app::{App, AppError, prove::Caller},
    door,
    http::{body::arrived, call, problem},
};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    error::InternalError,
    http::{StatusCode, header},
    web,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use constant_time_eq::constant_time_eq;
use futures_util::{StreamExt, future::LocalBoxFuture};
use kelisim_domain::language::Language;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use url::{Url, form_urlencoded};
use zeroize::{Zeroize, Zeroizing};

/// The largest form, in bytes: a story of the longest kind in Cyrillic, where a letter of a form is six, and the rest of a page.
const FORM_MOST: usize = 200_000;
/// How long a form may take to arrive.
const FORM_TIME: Duration = Duration::from_secs(60);
/// The longest that a browser keeps the cookie of a device, in seconds.
const DEVICE_SECONDS: i64 = 90 * 24 * 3600;

/// A cookie of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cookie {
    /// The session.
    Session,
    /// Makes the tokens of forms before somebody has signed in.
    Form,
    /// The device, known from one sign-in to the next.
    Device,
    /// The language, before somebody has signed in.
    Language,
}

impl Cookie {
    fn name(self) -> &'static str {
        match self {
            Cookie::Session => "kelisim_session",
            Cookie::Form => "kelisim_form",
            Cookie::Device => "kelisim_device",
            Cookie::Language => "kelisim_language",
        }
    }

    /// The header that sets it. `is_secure` is no for http on a loopback address alone, where no browser would keep the cookie.
    pub(crate) fn set(self, value: &str, is_secure: bool) -> String {
        let age = match self {
            Cookie::Device | Cookie::Language => format!("; Max-Age={DEVICE_SECONDS}"),
            Cookie::Session | Cookie::Form => String::new(),
        };
        self.header(value, &age, is_secure)
    }

    /// The header that takes it away.
    pub(crate) fn remove(self, is_secure: bool) -> String {
        self.header("", "; Max-Age=0", is_secure)
    }

    fn header(self, value: &str, age: &str, is_secure: bool) -> String {
        let (prefix, secure) = match is_secure {
            true => ("__Host-", "; Secure"),
            false => ("", ""),
        };
        let name = self.name();
        format!("{prefix}{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}")
    }
}

/// A visit.
#[derive(Clone)]
pub(crate) struct Visit {
    pub(crate) app: Arc<App>,
    pub(crate) place: problem::Place,
    pub(crate) caller: Caller,
    /// The path, without its query.
    pub(crate) path: String,
    /// The secret of the session's cookie.
    pub(crate) session: Option<String>,
    form: Option<String>,
    /// Whether cookies are sent over https alone.
    pub(crate) is_secure: bool,
    /// Where to go after signing in.
    pub(crate) next: Option<String>,
}

impl Visit {
    pub(super) fn of(request: &HttpRequest) -> Option<Self> {
        let app = Arc::clone(request.app_data::<web::Data<App>>()?);
        let is_secure = !is_loopback_http(&app.public_url);
        let cookie = |cookie: Cookie| cookie_of(request, cookie, is_secure);
        let mut place = call::place(request, &app.public_url);
        if let Some(language) = cookie(Cookie::Language).and_then(|code| code.parse().ok()) {
            place.language = language;
        }
        let forwarded = request.headers().get_all("x-forwarded-for");
        let forwarded: Vec<&str> = forwarded.filter_map(|value| value.to_str().ok()).collect();
        let peer = request.peer_addr().map(|peer: SocketAddr| peer.ip());
        let agent = request.headers().get(header::USER_AGENT);
        let agent = agent.and_then(|agent| agent.to_str().ok());
        let query = form_urlencoded::parse(request.query_string().as_bytes());
        let next = query.filter(|(name, _)| name == "next").map(|(_, to)| to);
        let next = next.last().map(std::borrow::Cow::into_owned);
        Some(Visit {
            caller: Caller {
                address: app.door.client(peer, &forwarded),
                device: cookie(Cookie::Device).map(|secret| door::digest(&secret)),
                label: device_label(agent.unwrap_or_default()),
            },
            session: cookie(Cookie::Session),
            form: cookie(Cookie::Form),
            path: request.path().to_owned(),
            next: next.filter(|to| is_inside(to)),
            place,
            app,
            is_secure,
        })
    }

    /// The visitor's language: that of the account, once somebody is known.
    pub(crate) fn language(&self) -> Language {
        self.place.language
    }

    /// The secret from which the tokens of forms are made, and whether it is a new one that has to be set.
    pub(crate) fn form_secret(&self) -> (String, bool) {
        match self.session.as_ref().or(self.form.as_ref()) {
            Some(secret) => (secret.clone(), false),
            None => (self.app.door.secret().0, true),
        }
    }

    /// A token for a form. It is another one in every answer, so that its bytes tell nothing of it where an answer is
    /// compressed on its way.
    pub(crate) fn token(&self, secret: &str) -> String {
        let mut bytes = [0; 32];
        self.app.door.secrets.fill(&mut bytes);
        let mut token = bytes.to_vec();
        let mac = door::subject("form", secret.as_bytes());
        token.extend(mac.iter().zip(bytes).map(|(mac, mask)| mac ^ mask));
        URL_SAFE_NO_PAD.encode(token)
    }

    fn is_token(&self, token: &str) -> bool {
        let Some(secret) = self.session.as_ref().or(self.form.as_ref()) else {
            return false;
        };
        match URL_SAFE_NO_PAD.decode(token) {
            Ok(token) if token.len() == 64 => {
                let (mask, masked) = token.split_at(32);
                let mac: Vec<u8> = masked
                    .iter()
                    .zip(mask)
                    .map(|(one, mask)| one ^ mask)
                    .collect();
                constant_time_eq(&mac, &door::subject("form", secret.as_bytes()))
            }
            _ => false,
        }
    }
}

impl FromRequest for Visit {
    type Error = actix_web::Error;
    type Future = std::future::Ready<Result<Visit, actix_web::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visit = Visit::of(request);
        let visit =
            visit.ok_or_else(|| actix_web::error::ErrorInternalServerError("no application"));
        std::future::ready(visit)
    }
}

/// A form that was sent from a page of ours.
pub(crate) struct Posted {
    pub(crate) visit: Visit,
    fields: Fields,
}

/// What was typed, a password among it: overwritten when it goes away.
struct Fields(Vec<(String, String)>);

impl Drop for Fields {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(|(_, value)| value.zeroize());
    }
}

impl Posted {
    /// A field; empty when it is not there.
    pub(crate) fn field(&self, name: &str) -> &str {
        let mut values = self.fields.0.iter().filter(|(key, _)| key == name);
        values.next().map_or("", |(_, value)| value.as_str())
    }

    /// Every field, in the order of the form.
    pub(crate) fn fields(&self) -> &[(String, String)] {
        &self.fields.0
    }

    /// The fields that are filled, but for some.
    pub(crate) fn filled_but(&self, apart: &[&str]) -> Vec<(String, String)> {
        let fields = self.fields.0.iter();
        let fields =
            fields.filter(|(name, value)| !value.is_empty() && !apart.contains(&name.as_str()));
        fields.cloned().collect()
    }

    /// The language that somebody changes to: the switch is a button of the form, so that what was typed survives (J13).
    pub(crate) fn switch(&self) -> Option<Language> {
        self.field("switch").parse().ok()
    }

    /// Where to go after signing in.
    pub(crate) fn next(&self) -> Option<String> {
        Some(self.field("next"))
            .filter(|to| is_inside(to))
            .map(str::to_owned)
    }
}

impl FromRequest for Posted {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Posted, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let visit = Visit::of(&request)
                .ok_or_else(|| actix_web::error::ErrorInternalServerError("no application"))?;
            if !is_from_here(&request, &visit) {
                return Err(refused(&visit));
            }
            let read = tokio::time::timeout(FORM_TIME, read(&request, payload)).await;
            let fields = read.unwrap_or(Err(AppError::TooSlow));
            let fields = fields.map_err(|error| {
                InternalError::from_response("form", Page::error(&visit, &error))
            })?;
            let posted = Posted { visit, fields };
            match posted.visit.is_token(posted.field("token")) {
                true => Ok(posted),
                false => Err(refused(&posted.visit)),
            }
        })
    }
}

/// 403 for a form that did not come from a page of ours; whoever is real opens the page anew.
fn refused(visit: &Visit) -> actix_web::Error {
    let answer = Page::told(
        visit,
        StatusCode::FORBIDDEN,
        "page-foreign-title",
        "page-foreign",
    );
    InternalError::from_response("foreign form", answer).into()
}

/// R13: what the browser says of where the request comes from; else its Origin; without both, a request with a cookie of ours
/// is not taken.
fn is_from_here(request: &HttpRequest, visit: &Visit) -> bool {
    let text = |name: &str| {
        request
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap_or("?"))
    };
    let site = text("sec-fetch-site");
    let origin = text("origin");
    if site.is_some_and(|site| site != "same-origin" && site != "none") {
        return false;
    }
    match (origin, site) {
        (Some(origin), _) => is_our_origin(origin, &visit.app.public_url),
        (None, Some(_)) => true,
        (None, None) => visit.session.is_none() && visit.form.is_none(),
    }
}

/// Whether an Origin is that of the configured address. On loopback, its names stand for one another: people type
/// `localhost` where the address says `127.0.0.1`.
fn is_our_origin(origin: &str, public_url: &str) -> bool {
    let (Ok(origin), Ok(ours)) = (Url::parse(origin), Url::parse(public_url)) else {
        return false;
    };
    let both_loopback = is_loopback_http(origin.as_str()) && is_loopback_http(public_url);
    let same_port = origin.port_or_known_default() == ours.port_or_known_default();
    origin.origin() == ours.origin() || (both_loopback && same_port)
}

/// Whether an address is http on this machine: a demo, or a try.
fn is_loopback_http(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else {
        return false;
    };
    let is_loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && is_loopback
}

async fn read(request: &HttpRequest, mut payload: Payload) -> Result<Fields, AppError> {
    let media = request.headers().get(header::CONTENT_TYPE);
    let media = media
        .and_then(|media| media.to_str().ok())
        .unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(AppError::MediaType);
    }
    let mut bytes: Zeroizing<Vec<u8>> = Zeroizing::default();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| AppError::Malformed { line: 1, column: 1 })?;
        if bytes.len() + chunk.len() > FORM_MOST {
            return Err(AppError::TooLarge { most: FORM_MOST });
        }
        arrived(&mut bytes, &chunk);
    }
    let fields = form_urlencoded::parse(&bytes).into_owned();
    Ok(Fields(fields.collect()))
}

fn cookie_of(request: &HttpRequest, cookie: Cookie, is_secure: bool) -> Option<String> {
    let prefix = if is_secure { "__Host-" } else { "" };
    let name = format!("{prefix}{}", cookie.name());
    let lines = request.headers().get_all(header::COOKIE);
    let lines = lines.filter_map(|line| line.to_str().ok());
    let mut pairs = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let value = pairs.find(|(key, _)| *key == name)?.1;
    let is_ours = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (!value.is_empty() && value.len() <= 64 && value.chars().all(is_ours)).then(|| value.to_owned())
}

/// A path of ours: never another host, however it is written.
pub(crate) fn is_inside(path: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_');
    path.starts_with('/') && !path.starts_with("//") && path.chars().all(is_plain)
}

/// What an owner knows a device by: the browser and the system, out of closed lists, so that no foreign text is kept.
fn device_label(agent: &str) -> String {
    let find = |words: &[(&str, &'static str)]| {
        let mut found = words.iter().filter(|(word, _)| agent.contains(word));
        found.next().map(|(_, name)| *name)
    };
    let browser = find(&[
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("YaBrowser", "Yandex"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    let parts: Vec<&str> = browser.into_iter().chain(system).collect();
    match parts.is_empty() {
        true => "?".to_owned(),
        false => parts.join(", "),
    }
}

/// Sets the language of this browser.
pub(crate) fn append_language(response: &mut HttpResponse, visit: &Visit, language: Language) {
    super::append_cookie(
        response,
        &Cookie::Language.set(language.code(), visit.is_secure),
    );
}

/// The answer for a page that moved on: 303, so that going back sends nothing again.
pub(crate) fn see(to: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, to))
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r10_a_cookie_is_bound_to_the_host_and_to_https_but_for_http_on_this_machine() {
        let set = Cookie::Session.set("x", true);
        assert_eq!(
            set,
            "__Host-kelisim_session=x; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
        let plain = Cookie::Session.set("x", false);
        assert_eq!(plain, "kelisim_session=x; Path=/; HttpOnly; SameSite=Lax");
        assert!(Cookie::Device.remove(true).contains("Max-Age=0"));
        for (address, is_loopback) in [
            ("http://127.0.0.1:8080", true),
            ("http://localhost", true),
            ("http://[::1]:1", true),
            ("https://127.0.0.1", false),
            ("http://example.kz", false),
            ("http://127.0.0.1.example.kz", false),
        ] {
            assert_eq!(is_loopback_http(address), is_loopback, "{address}");
        }
    }

    #[test]
    fn r13_only_the_configured_address_is_our_origin() {
        let ours = "https://kelisim.example.kz";
        assert!(is_our_origin("https://kelisim.example.kz", ours));
        for other in [
            "null",
            "http://kelisim.example.kz",
            "https://example.kz",
            "https://kelisim.example.kz:444",
            "?",
        ] {
            assert!(!is_our_origin(other, ours), "{other}");
        }
        assert!(is_our_origin(
            "http://localhost:8080",
            "http://127.0.0.1:8080"
        ));
        assert!(!is_our_origin(
            "http://localhost:8081",
            "http://127.0.0.1:8080"
        ));
    }

    #[test]
    fn a_way_on_leads_nowhere_else() {
        for good in [
            "/",
            "/account",
            "/cases/0193c6f0-7c1e-7a2b-9b1d-2f6a3c4d5e6f",
        ] {
            assert!(is_inside(good), "{good}");
        }
        for bad in [
            "",
            "//evil.kz",
            "https://evil.kz",
            "/\\evil.kz",
            "/a?b",
            "/a:b",
            "/\u{0}",
            "javascript:x",
        ] {
            assert!(!is_inside(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_device_is_called_by_words_of_ours() {
        let agent =
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36";
        assert_eq!(device_label(agent), "Chrome, Android");
        assert_eq!(device_label("<script>"), "?");
    }
}
