//! Pages for people: forms with what no person types, with and without the token of a form.

use super::{
    nasty,
    shot::{Ask, Expect, Shot},
};
use crate::{browser::PASSWORD, proofs::dice::Dice, wire::Raw};

/// The pages, and the fields of their forms.
const PAGES: [(&str, &[&str]); 29] = [
    ("/", &[]),
    ("/sign-in", &["email", "password", "next", "switch", "kept"]),
    ("/sign-in/code", &["code", "next", "kept"]),
    ("/forgot", &["email", "switch"]),
    ("/link/", &["password"]),
    ("/set-up", &[]),
    ("/language", &["switch", "back"]),
    ("/assets/", &[]),
    ("/account", &[]),
    ("/account/sessions/end", &["session"]),
    ("/account/codes", &["password"]),
    ("/account/password", &["old", "password"]),
    ("/account/tokens", &["label", "scope", "days", "exports"]),
    ("/account/tokens/end", &["token_id"]),
    (
        "/audit/export",
        &["from", "to", "action", "actor", "object_kind", "object_id"],
    ),
    ("/second-factor", &["code"]),
    ("/second-factor/begin", &["password"]),
    ("/second-factor/remove", &["password"]),
    ("/second-factor/picture.svg", &[]),
    ("/people", &["q", "after"]),
    (
        "/people/new",
        &["email", "name", "language", "role", "office"],
    ),
    ("/people/", &[]),
    ("/cases", &["q", "stage", "sort", "from", "after"]),
    ("/cases/search", &["name", "after", "switch"]),
    (
        "/cases/new",
        &[
            "at",
            "go",
            "key",
            "again",
            "f.office",
            "f.parties.0.name",
            "f.amount",
        ],
    ),
    (
        "/cases/0190d0e0-0000-7000-8000-000000000001/actions/close",
        &["at", "go", "key", "version", "f.ground", "f.effective_on:d"],
    ),
    (
        "/people/0190d0e0-0000-7000-8000-000000000001/grants",
        &["role", "office", "from", "to"],
    ),
    (
        "/people/0190d0e0-0000-7000-8000-000000000001/active",
        &["active"],
    ),
    (
        "/people/0190d0e0-0000-7000-8000-000000000001/grants/x/end",
        &[],
    ),
];

/// Who is signed in on the pages: somebody who needs no second step for it.
pub(super) const SIGNED_IN: &str = "auditor";

/// What a browser keeps of a page with a form.
#[derive(Clone)]
pub(super) struct Kept {
    cookie: String,
    token: String,
}

/// A visit of a page that gives a token.
pub(super) fn opening(kept: Option<&Kept>) -> Shot {
    let mut ask = Ask::new(
        "GET",
        if kept.is_some() {
            "/account"
        } else {
            "/sign-in"
        },
    );
    if let Some(kept) = kept {
        ask.header("cookie", kept.cookie.as_bytes());
    }
    ask.shot(Expect::Page)
}

/// The right password.
pub(super) fn signing_in(kept: &Kept) -> Shot {
    let mut ask = Ask::new("POST", "/sign-in");
    ask.header("cookie", kept.cookie.as_bytes());
    ask.header("content-type", "application/x-www-form-urlencoded");
    let email = format!("{SIGNED_IN}%40example.kz");
    let password = nasty::percent(PASSWORD.as_bytes());
    let fields = format!("token={}&email={email}&password={password}", kept.token);
    ask.body = fields.into_bytes();
    ask.shot(Expect::Page)
}

/// What an answer gave, and what was kept before.
pub(super) fn kept(raw: &Raw, before: Option<&Kept>) -> Option<Kept> {
    let set = raw.head.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_set = name.eq_ignore_ascii_case("set-cookie");
        is_set.then(|| value.split(';').next().unwrap_or_default().trim())
    });
    let old = before.map(|kept| kept.cookie.as_str());
    // The newest one first: it is the one that counts.
    let cookie = set.chain(old).collect::<Vec<_>>().join("; ");
    let text = String::from_utf8_lossy(&raw.body);
    let token = text.split_once("name=\"token\" value=\"");
    let token = token.and_then(|(_, rest)| rest.split('"').next());
    let token = token.map(str::to_owned);
    Some(Kept {
        cookie,
        token: token.or_else(|| before.map(|kept| kept.token.clone()))?,
    })
}

/// A visit or a form.
pub(super) fn shot(kept: Option<&Kept>, dice: &Dice) -> Shot {
    let (path, fields) = dice.one_of(&PAGES);
    let mut ask = Ask::new(dice.one_of::<&str>(&["GET", "POST", "POST", "HEAD"]), path);
    if path.ends_with('/') || dice.is(10) {
        ask.target = format!("{path}{}", nasty::encoded(dice));
    }
    if dice.is(20) {
        ask.target = format!(
            "{}?next={}&{}",
            ask.target,
            nasty::encoded(dice),
            nasty::encoded(dice)
        );
        ask.wrong("query", false);
    }
    if let Some(kept) = kept.filter(|_| dice.is(80)) {
        ask.header("cookie", kept.cookie.as_bytes());
    } else {
        ask.header(
            "cookie",
            dice.one_of::<&str>(&[
                "kelisim_form=\"",
                "kelisim_session=a; kelisim_session=b",
                "=;;=",
                "kelisim_device=%00",
            ])
            .as_bytes(),
        );
        ask.wrong("cookie", false);
    }
    if dice.is(20) {
        let from = dice.one_of::<&str>(&["null", "https://evil.example", "?", "http://"]);
        ask.header("origin", from.as_bytes());
        ask.wrong("origin", false);
    }
    if ask.method == "POST" {
        form(&mut ask, fields, kept, dice);
    }
    ask.shot(Expect::Page)
}

fn form(ask: &mut Ask, fields: &[&str], kept: Option<&Kept>, dice: &Dice) {
    let mut pairs = Vec::new();
    if let Some(kept) = kept.filter(|_| dice.is(85)) {
        pairs.push(format!("token={}", kept.token));
    }
    for field in fields {
        for _ in 0..1 + usize::from(dice.is(5)) {
            pairs.push(format!("{field}={}", nasty::encoded(dice)));
        }
    }
    if dice.is(10) {
        pairs.push(format!("{}={}", nasty::encoded(dice), "a".repeat(210_000)));
    }
    ask.body = pairs.join("&").into_bytes();
    if dice.is(5) {
        ask.body.extend_from_slice(b"&\xff\xfe=%&%%%=\0");
    }
    let media = match dice.is(95) {
        true => "application/x-www-form-urlencoded",
        false => "multipart/form-data; boundary=",
    };
    ask.header("content-type", media);
    ask.wrong("form", false);
}
