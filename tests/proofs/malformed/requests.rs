//! Requests for what the document describes, each with something wrong.

use super::{
    bodies,
    document::{Document, Operation},
    nasty,
    shot::{Ask, Expect, Shot},
    world::Names,
};
use crate::{network, proofs::dice::Dice};

/// A request with one or two things wrong, and now and then with none.
pub(super) fn request(document: &Document, names: &Names, dice: &Dice) -> Shot {
    let number = dice.below(document.operations.len());
    let operation = &document.operations[number];
    let mut ask = Ask::new(&operation.method, "");
    who(&mut ask, dice);
    let (path, query) = target(&mut ask, operation, names, dice);
    conditions(&mut ask, operation, dice);
    content(&mut ask, operation, document, dice);
    if dice.is(10) {
        odd_header(&mut ask, dice);
    }
    ask.target = match query.is_empty() {
        true => path,
        false => format!("{path}?{query}"),
    };
    let refused = ask.refused;
    // A path of another shape may be another route.
    match ask.wrongs.contains(&"path of another shape") {
        true => ask.shot(Expect::NoRoute),
        false => ask.shot(Expect::Operation { number, refused }),
    }
}

/// An address that does not exist, or one that does not know the method.
pub(super) fn no_route(document: &Document, dice: &Dice) -> Shot {
    let operation = dice.one_of(&document.operations);
    let known = |method: &str, path: &str| {
        let mut all = document.operations.iter();
        all.any(|operation| operation.method == method && operation.path == path)
    };
    let methods = [
        "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "PATCH", "POST", "GET", "QUERY", "get", "A",
        "PROPFIND",
    ];
    let method = *dice.one_of(&methods);
    let path = match dice.below(4) {
        0 => format!("{}/", operation.path),
        1 => format!("/api/v1/{}", nasty::encoded(dice)),
        2 => format!("/api/v2{}", operation.path),
        _ if known(method, &operation.path) => format!("{}/x/y/z/w", operation.path),
        _ => operation.path.clone(),
    };
    let mut ask = Ask::new(method, &path.replace(['{', '}'], ""));
    ask.wrong("no such route", true);
    who(&mut ask, dice);
    if dice.is(30) {
        ask.header("content-type", "application/json");
        ask.body = b"{}".to_vec();
    }
    ask.shot(Expect::NoRoute)
}

/// The pages that need no token.
pub(super) fn open_page(dice: &Dice) -> Shot {
    let pages = [
        "/healthz",
        "/readyz",
        "/api/docs",
        "/problems/invalid",
        "/problems/",
        "/api/openapi.json",
    ];
    let method = *dice.one_of(&["GET", "GET", "POST", "HEAD"]);
    let mut ask = Ask::new(method, dice.one_of::<&str>(&pages));
    if dice.is(50) {
        ask.target = format!("/problems/{}", nasty::encoded(dice));
    }
    if dice.is(50) {
        ask.target = format!("{}?{}", ask.target, nasty::encoded(dice));
    }
    odd_header(&mut ask, dice);
    ask.shot(Expect::Open)
}

/// One of the people, a stranger, or something that is no token.
fn who(ask: &mut Ask, dice: &Dice) {
    let (name, _) = dice.one_of(&network::PEOPLE);
    match dice.below(40) {
        0 => ask.wrong("no token", false),
        1 => {
            ask.header(
                "authorization",
                format!(
                    "Bearer klsm_{}",
                    nasty::percent(nasty::text(dice).as_bytes())
                ),
            );
            ask.wrong("a token of nobody", false);
        }
        2 => {
            ask.header("authorization", b"Bearer klsm_\xff\xfe".to_vec());
            ask.wrong("a token of no letters", false);
        }
        3 => {
            let value = dice.one_of(&[
                "Basic YTpi",
                "Bearer",
                "",
                "Bearer  ",
                "bearer,bearer",
                "Negotiate x",
            ]);
            ask.header("authorization", *value);
            ask.wrong("another kind of token", false);
        }
        // Whoever has a right to most things gets furthest.
        4..=22 => ask.header(
            "authorization",
            format!("Bearer {}", network::token("coordinator")),
        ),
        _ => ask.header("authorization", format!("Bearer {}", network::token(name))),
    }
}

fn target(ask: &mut Ask, operation: &Operation, names: &Names, dice: &Dice) -> (String, String) {
    let mut path = String::new();
    for part in operation.path.split('/').skip(1) {
        path.push('/');
        match part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'))
        {
            None => path.push_str(part),
            Some(_) if dice.is(82) => path.push_str(&names.one_of(&operation.path, dice)),
            Some("n") => {
                path.push_str(&nasty::percent(dice.one_of(&nasty::NUMBERS).as_bytes()));
                ask.wrong("number in the path", false);
            }
            Some(_) => {
                let text = nasty::encoded(dice);
                // Nothing makes another path of it; an encoded slash does not.
                let shape = text.is_empty();
                let what = if shape {
                    "path of another shape"
                } else {
                    "path"
                };
                ask.wrong(what, false);
                path.push_str(&text);
            }
        }
    }
    let mut pairs = Vec::new();
    for name in &operation.query {
        if dice.is(25) {
            let value = match name.as_str() {
                "limit" => (*dice.one_of(&[
                    "0",
                    "-1",
                    "101",
                    "1e3",
                    "99999999999999999999",
                    "",
                    "1.0",
                    "%31",
                    "5",
                ]))
                .to_owned(),
                "after" => nasty::percent(names.cursor(dice).as_bytes()),
                _ => nasty::encoded(dice),
            };
            let refused = name == "limit" && !["", "%31", "5"].contains(&value.as_str());
            ask.wrong("query", refused);
            pairs.push(format!("{name}={value}"));
            if dice.is(10) && !value.is_empty() {
                pairs.push(format!("{name}={value}"));
                ask.wrong("parameter twice", true);
            }
        }
    }
    if dice.is(10) {
        pairs.push(format!("{}={}", nasty::encoded(dice), nasty::encoded(dice)));
        ask.wrong("unknown parameter", false);
    }
    if dice.is(3) {
        pairs.push("&&&=&==;#".to_owned());
        ask.wrong("no query", false);
    }
    (path, pairs.join("&"))
}

fn conditions(ask: &mut Ask, operation: &Operation, dice: &Dice) {
    const BROKEN: [&str; 8] = ["1", "\"", "", "\"1", "W/1", "\"1\", \"2\"x", "''", "\u{1f}"];
    const OTHER: [&str; 6] = [
        "\"99999999999\"",
        "W/\"1\"",
        "\"-1\"",
        "\"a\"",
        "\"\"",
        "\"2147483647\"",
    ];
    if operation.is_conditional || dice.is(5) {
        match dice.below(10) {
            0 => ask.wrong("no If-Match", operation.is_conditional),
            1 => {
                ask.header("if-match", *dice.one_of(&BROKEN[..7]));
                ask.wrong("broken If-Match", operation.is_conditional);
            }
            2 => {
                ask.header("if-match", *dice.one_of(&OTHER));
                ask.wrong("stale If-Match", operation.is_conditional);
            }
            3 => {
                ask.header("if-match", b"\"\xff\"".to_vec());
                ask.wrong("If-Match of no letters", operation.is_conditional);
            }
            4 => ask.header("if-match", "\"1\""),
            _ => ask.header("if-match", "*"),
        }
    }
    if operation.takes_key && dice.is(40) {
        let long = "k".repeat(201);
        match dice.below(8) {
            0 => {
                ask.header("idempotency-key", long);
                ask.wrong("long key", true);
            }
            1 => {
                ask.header("idempotency-key", "");
                ask.wrong("empty key", true);
            }
            2 => {
                ask.header("idempotency-key", b"\xff\xfe".to_vec());
                ask.wrong("key of no letters", true);
            }
            // A few keys for many requests: some meet the same, some another one.
            _ => ask.header("idempotency-key", format!("key-{}", dice.below(20))),
        }
    }
    if dice.is(10) {
        ask.header("if-none-match", *dice.one_of(&OTHER));
    }
}

fn content(ask: &mut Ask, operation: &Operation, document: &Document, dice: &Dice) {
    let Some(schema) = &operation.body else {
        if dice.is(10) {
            ask.header("content-type", "application/json");
            ask.body = b"{\"a\": 1}".to_vec();
            ask.wrong("a body that nobody reads", false);
        }
        return;
    };
    match dice.is(75) {
        true => bodies::wrong(ask, schema, document, dice),
        false => ask.body = bodies::sound(schema, dice).to_string().into_bytes(),
    }
    if dice.is(88) {
        return ask.header("content-type", "application/json");
    }
    let media: [&[u8]; 8] = [
        b"text/plain",
        b"application/x-www-form-urlencoded",
        b"multipart/form-data; boundary=x",
        b"application/json+xml",
        b"\xff/\xfe",
        b"application",
        b"*/*",
        b"application/xml;application/json",
    ];
    ask.header("content-type", *dice.one_of(&media));
    ask.wrong("media type", !ask.body.is_empty());
}

fn odd_header(ask: &mut Ask, dice: &Dice) {
    let long = ",".repeat(8_000);
    match dice.below(12) {
        0 => ask.header("accept-language", "xx;q=1e400, ru;q=-1, en;q=NaN, kk;q="),
        1 => ask.header("accept-language", long),
        2 => ask.header("accept", "application/xml;q=\"\\"),
        3 => ask.header("accept-encoding", "gzip, br, identity;q=0"),
        4 => ask.header("range", "bytes=0-0,-1,99999999999999999999-"),
        5 => ask.header("x-forwarded-for", "127.0.0.1, ::1, \"evil\"; DROP"),
        6 => ask.header("cookie", "a=b; __Host-kelisim=\"; =; ;;"),
        7 => ask.header("x-http-method-override", "DELETE"),
        8 => ask.header("forwarded", "for=127.0.0.1;host=evil.example;proto=https"),
        9 => ask.header("x-request-id", "\t \t"),
        10 => ask.header("if-modified-since", "Thu, 99 Foo 99999 99:99:99 GMT"),
        _ => ask.header("x-odd", b"\xd2\x9b\xff".to_vec()),
    }
    ask.wrong("odd header", false);
}
