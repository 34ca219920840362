//! The pages, which take sessions and no tokens: who is let in, who is led elsewhere first, and who finds nothing.
//!
//! The pages come from the sources, so that a new one fails until it has a row. A form that must not be taken is sent with
//! a true token of a form, which belongs to the very session: what refuses it is the check of who asks.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::TimeDelta;
use kelisim_api::app::{AppError, own_factor};
use kelisim_api::door;
use kelisim_domain::id::{AccountId, SessionId};
use kelisim_domain::sign_in::SessionStage;
use kelisim_persistence::SystemPart;
use kelisim_persistence::store::account::account_find;
use kelisim_persistence::store::session::{Session, session_insert};
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use super::scene::Scene;
use super::walk::{Outcome, stored};
use crate::TestApp;
use crate::http::Reply;
use crate::network::{REGION, start};

/// Whose session, how far it has come, and what becomes of it: a name here, the account, and where its owner is led.
const VISITORS: [(&str, &str, Led); 16] = [
    ("nobody", "", Led::To("/sign-in")),
    ("guessed", "", Led::To("/sign-in")),
    ("ended", "coordinator", Led::To("/sign-in")),
    ("over", "coordinator", Led::To("/sign-in")),
    ("idle", "coordinator", Led::To("/sign-in")),
    ("stopped", "stopped", Led::To("/sign-in")),
    ("half_way", "administrator", Led::To("/sign-in/code")),
    ("setting_up", "administrator", Led::To("/second-factor")),
    // Signed in, without the second factor that their role asks for since.
    ("promoted", "head", Led::To("/second-factor")),
    ("lapsed", "lapsed", Led::In),
    ("mediator", "mediator", Led::In),
    ("registrar", "registrar", Led::In),
    ("auditor", "auditor", Led::In),
    ("partner", "partner", Led::In),
    // Both have a second factor.
    ("coordinator", "coordinator", Led::In),
    ("administrator", "administrator", Led::In),
];

/// How far a visitor comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Led {
    /// Signed in.
    In,
    /// Something comes first.
    To(&'static str),
}

/// For whom a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    /// Everybody; a form of these tells who asks, so it is not sent here (tests/api/sign_in.rs sends it).
    Everybody,
    /// Who is half way to being signed in.
    HalfWay,
    /// Who is signed in, or sets up a second factor.
    SettingUp,
    /// Who is signed in at all, half way too.
    AnySession,
    /// Who is signed in.
    SignedIn,
    /// The administrator; to everybody else who is signed in it is not there.
    Administrator,
    /// The auditor, in the same way.
    Auditor,
    /// Who sees cases, and of a case's pages the case that is shown here; to everybody else it is not there.
    CaseReader,
}

const PAGES: [(&str, &str, For); 45] = [
    ("GET", "/sign-in", For::Everybody),
    ("POST", "/sign-in", For::Everybody),
    ("GET", "/forgot", For::Everybody),
    ("POST", "/forgot", For::Everybody),
    ("GET", "/link/{secret}", For::Everybody),
    ("POST", "/link/{secret}", For::Everybody),
    ("POST", "/language", For::Everybody),
    ("GET", "/assets/{name}", For::Everybody),
    ("GET", "/sign-in/code", For::HalfWay),
    ("POST", "/sign-in/code", For::HalfWay),
    ("GET", "/second-factor", For::SettingUp),
    ("GET", "/second-factor/picture.svg", For::SettingUp),
    ("POST", "/second-factor/begin", For::SettingUp),
    ("POST", "/second-factor", For::SettingUp),
    ("POST", "/second-factor/remove", For::SignedIn),
    ("POST", "/sign-out", For::AnySession),
    ("GET", "/", For::SignedIn),
    ("GET", "/account", For::SignedIn),
    ("POST", "/account/sessions/end", For::SignedIn),
    ("POST", "/account/sessions/end-all", For::SignedIn),
    ("POST", "/account/codes", For::SignedIn),
    ("POST", "/account/password", For::SignedIn),
    ("POST", "/account/tokens", For::SignedIn),
    ("POST", "/account/tokens/end", For::SignedIn),
    ("GET", "/set-up", For::Administrator),
    ("GET", "/people", For::Administrator),
    ("GET", "/people/new", For::Administrator),
    ("POST", "/people/new", For::Administrator),
    ("GET", "/people/{id}", For::Administrator),
    ("POST", "/people/{id}/grants", For::Administrator),
    (
        "POST",
        "/people/{id}/grants/{grant}/end",
        For::Administrator,
    ),
    ("POST", "/people/{id}/invite", For::Administrator),
    ("POST", "/people/{id}/active", For::Administrator),
    ("POST", "/people/{id}/second-factor", For::Administrator),
    ("GET", "/audit", For::Auditor),
    ("POST", "/audit/export", For::Auditor),
    ("GET", "/cases", For::CaseReader),
    ("POST", "/cases/search", For::CaseReader),
    // Whoever files cases reads them here too.
    ("GET", "/cases/new", For::CaseReader),
    ("POST", "/cases/new", For::CaseReader),
    ("GET", "/cases/{id}/filed", For::CaseReader),
    ("GET", "/cases/{id}", For::CaseReader),
    ("GET", "/cases/{id}/way.svg", For::CaseReader),
    ("GET", "/cases/{id}/actions/{action}", For::CaseReader),
    ("POST", "/cases/{id}/actions/{action}", For::CaseReader),
];

/// The cookies of a visitor.
pub(super) fn cookie(who: &str) -> String {
    match who {
        "nobody" => "__Host-kelisim_form=nobody".to_owned(),
        _ => format!("__Host-kelisim_session={}", secret(who)),
    }
}

fn secret(who: &str) -> String {
    format!("secret_of_{who}")
}

/// Begins the sessions of all visitors, and ends those that are over.
pub(super) fn sessions(t: &TestApp) {
    let id = |name: &str| {
        let found = t.database.lines(
            "#id#",
            &format!("account WHERE email = '{name}@example.kz'"),
        );
        AccountId(Uuid::parse_str(&found[0]).unwrap())
    };
    let mut all = Vec::new();
    for (number, (who, account, _)) in (900..).zip(VISITORS) {
        if !account.is_empty() {
            all.push(session(number, who, id(account)));
        }
    }
    t.write(move |db| all.iter().try_for_each(|one| session_insert(db, one)));
    let (app, factors) = (Arc::clone(&t.app), ["coordinator", "administrator"].map(id));
    let behind = t.app.database.as_system(SystemPart::Test);
    let set: Result<(), AppError> = behind.write_blocking(move |db| {
        for id in factors {
            let account = account_find(db, REGION, id)?;
            own_factor::set_blocking(db, &app, &account, start())?;
        }
        Ok(())
    });
    set.unwrap();
    t.database.execute(
        "UPDATE session SET ended_at = '2026-11-22T04:59:59.000000Z' WHERE device = 'ended'",
    );
}

fn session(number: u128, who: &str, account: AccountId) -> Session {
    let now = start();
    let (seen_at, expires_at) = match who {
        "over" => (now, now - TimeDelta::seconds(1)),
        "idle" => (now - TimeDelta::minutes(31), now + TimeDelta::hours(11)),
        _ => (now, now + TimeDelta::hours(12)),
    };
    Session {
        region: REGION,
        id: SessionId(Uuid::from_u128(number)),
        account,
        digest: door::digest(&secret(who)),
        stage: match who {
            "half_way" => SessionStage::SecondFactor,
            "setting_up" => SessionStage::SetUp,
            _ => SessionStage::Full,
        },
        device: who.to_owned(),
        created_at: now - TimeDelta::hours(1),
        seen_at,
        expires_at,
    }
}

/// Walks all pages.
pub(super) fn walk(scene: &Scene, outcome: &mut Outcome) {
    outcome.without_rows.extend(without_rows());
    for (method, page, whom) in PAGES {
        if whom == For::Everybody {
            continue;
        }
        let inside = VISITORS
            .iter()
            .filter(|(who, _, led)| lets_in(whom, who, *led));
        let readers: Vec<&str> = inside.map(|(_, account, _)| *account).collect();
        let before = stored(scene, &readers);
        for (who, _, led) in VISITORS {
            let is_in = lets_in(whom, who, led);
            // A form that is taken changes something; that is tested elsewhere.
            if is_in && method == "POST" {
                continue;
            }
            let path = paths(scene, page);
            let reply = ask(scene, method, &path[0], who);
            outcome.calls += 1;
            judge(
                outcome,
                (method, page, who),
                is_in,
                wanted(whom, led),
                &reply,
            );
            if page.contains("{id}") && method == "GET" && is_in {
                foreign(scene, outcome, (page, &path[1..]), who);
            }
        }
        if before != stored(scene, &readers) {
            outcome.left_a_trace.push(format!("{method} {page}"));
        }
    }
}

/// The path for a thing of the region, for its twin across the border, and for nothing. People are shown of the auditor,
/// cases of the mediator's own.
fn paths(scene: &Scene, page: &str) -> [String; 3] {
    let auditor = Uuid::from_u128(super::scene::AUDITOR).to_string();
    let grant = Uuid::from_u128(super::scene::AUDITOR * 10).to_string();
    let (here, far) = match page.starts_with("/cases") {
        true => (scene.cases["own"].clone(), scene.far_case()),
        false => (auditor, scene.far_auditor()),
    };
    [&here, far, super::scene::MISSING].map(|id| {
        let page = page.replace("{id}", id).replace("{grant}", &grant);
        page.replace("{action}", "close")
    })
}

fn lets_in(whom: For, who: &str, led: Led) -> bool {
    let (half_way, setting_up) = (
        led == Led::To("/sign-in/code"),
        led == Led::To("/second-factor"),
    );
    match whom {
        For::Everybody => true,
        For::HalfWay => half_way,
        For::SettingUp => setting_up || led == Led::In,
        For::AnySession => half_way || setting_up || led == Led::In,
        For::SignedIn => led == Led::In,
        For::Administrator => who == "administrator",
        For::Auditor => who == "auditor",
        For::CaseReader => ["mediator", "coordinator"].contains(&who),
    }
}

/// Where somebody who is not let in is led; 404 for whoever is signed in.
fn wanted(whom: For, led: Led) -> Option<&'static str> {
    match (led, whom) {
        (Led::To(place), _) => Some(place),
        (Led::In, For::HalfWay) => Some("/"),
        (Led::In, _) => None,
    }
}

fn judge(
    outcome: &mut Outcome,
    (method, page, who): (&str, &str, &str),
    is_in: bool,
    wanted: Option<&str>,
    reply: &Reply,
) {
    let place = reply.header("location").unwrap_or_default();
    let place = place.split('?').next().unwrap_or_default();
    let what = format!("{who} {method} {page}: {} {place}", reply.status);
    if reply.status >= 500 {
        outcome.broken.push(what.clone());
    }
    if is_in {
        // There is no picture where no secret waits for its first code, and an action may not be possible now.
        let is_shown = match reply.status {
            200 => true,
            404 => page == "/second-factor/picture.svg",
            status => status == 409 && page.ends_with("{action}"),
        };
        if !is_shown {
            outcome.wrong_deny.push(what);
        }
        return;
    }
    outcome.denied += 1;
    // These two ask who it is on the spot, and keep what was typed (W7).
    let keeps = method == "POST" && (page == "/cases/new" || page.ends_with("{action}"));
    let is_kept_out = match wanted {
        Some(wanted) if keeps && wanted.starts_with("/sign-in") => {
            let asks = format!("action=\"{wanted}\"");
            reply.status == 401 && reply.text.contains(&asks)
        }
        Some(wanted) => (reply.status, place) == (303, wanted),
        None => reply.status == 404,
    };
    if !is_kept_out {
        outcome.wrong_allow.push(what);
    }
}

/// Somebody across the border is shown as nobody is.
fn foreign(scene: &Scene, outcome: &mut Outcome, (page, paths): (&str, &[String]), who: &str) {
    let [far, missing] = [0, 1].map(|at| {
        let reply = ask(scene, "GET", &paths[at], who);
        (reply.status, reply.text.replace(&paths[at], page))
    });
    outcome.calls += 2;
    let without_tokens = |text: &str| -> String {
        let mut parts = text.split("name=\"token\" value=\"");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |all, part| {
            all + part.split_once('"').map_or("", |(_, rest)| rest)
        })
    };
    if far.0 != 404 || missing.0 != 404 || without_tokens(&far.1) != without_tokens(&missing.1) {
        outcome
            .told_apart
            .push(format!("{who} {page}: {} and {}", far.0, missing.0));
    }
}

fn ask(scene: &Scene, method: &str, path: &str, who: &str) -> Reply {
    let client = scene.t.nobody().with_header("cookie", &cookie(who));
    if method == "GET" {
        return client.get(path);
    }
    // The page of a forgotten password has a token for this cookie; the door takes the cookie of a session that has ended.
    let token = ["/forgot", "/account"].iter().find_map(|page| {
        let text = client.get(page).text;
        let (_, rest) = text.split_once("name=\"token\" value=\"")?;
        Some(rest.split('"').next().unwrap_or_default().to_owned())
    });
    let mut form = Serializer::new(String::new());
    form.append_pair("token", &token.expect("a form"));
    for (name, value) in [
        ("email", "new@example.kz"),
        ("name", "Somebody"),
        ("language", "kk"),
        ("role", "registrar"),
        ("active", "no"),
        ("version", "1"),
        ("label", "Mine"),
        ("scope", "write"),
        ("days", "30"),
        ("code", "000000"),
        ("current", "as it was before"),
        ("password", "quite another pass phrase"),
        ("go", "act"),
        ("at", "check"),
        ("key", "a-key-of-somebody-who-may-not"),
        ("f.ground", "withdrawn"),
    ] {
        form.append_pair(name, value);
    }
    let request = client.request("POST", path);
    let request = request
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    request.body(form.finish()).send()
}

/// The pages of the sources: `GET /people`.
pub(in crate::proofs) fn written() -> BTreeSet<String> {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../crates/kelisim-api/src/http/pages"
    );
    let mut written = BTreeSet::new();
    let mut files = Vec::new();
    sources(Path::new(folder), &mut files);
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        assert!(!text.contains(".route("), "a page that this does not find");
        for method in ["get", "post", "put", "patch", "delete"] {
            for rest in text.split(&format!("#[{method}(\"")).skip(1) {
                let page = rest.split('"').next().unwrap_or_default();
                written.insert(format!("{} {page}", method.to_uppercase()));
            }
        }
    }
    written
}

/// The pages of the sources against the rows.
fn without_rows() -> Vec<String> {
    let rows = PAGES
        .iter()
        .map(|(method, page, _)| format!("{method} {page}"));
    written()
        .symmetric_difference(&rows.collect())
        .cloned()
        .collect()
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => sources(&path, files),
            false => files.push(path),
        }
    }
}

/// How many pages have a row.
pub(super) fn rows() -> usize {
    PAGES.len()
}
