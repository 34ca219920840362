//! Bytes that are no request, or try to be two: smuggling, broken chunks, huge heads (RFC 9112, 6 and 11).

use super::shot::{Expect, Shot};
use crate::{network, proofs::dice::Dice};

/// A filing that would be done if somebody took it out of the body of another request.
fn hidden() -> String {
    let body = r#"{"office":"ORL-01","category":"family","language":"kk","summary":"smuggled","parties":[{"side":"A","kind":"person","name":"Demo Smuggled"}]}"#;
    format!(
        "POST /api/v1/cases HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        network::token("head"),
        body.len()
    )
}

/// Something that must be refused or cut off, and of which nothing is done.
pub(super) fn shot(dice: &Dice) -> Shot {
    let (name, bytes) = match dice.below(10) {
        0..=3 => smuggled(dice),
        4 | 5 => chunks(dice),
        6 | 7 => heads(dice),
        _ => lines(dice),
    };
    Shot {
        name: name.to_owned(),
        bytes,
        expect: Expect::Wire,
        to_head: false,
    }
}

type Attack = (&'static str, Vec<u8>);

/// Two ways to say how long a body is, or one that another reader takes for something else.
fn smuggled(dice: &Dice) -> Attack {
    let hidden = hidden();
    let post = |lines: &str, body: &str| {
        let head = "POST /api/v1/me HTTP/1.1\r\nhost: x\r\n";
        format!("{head}{lines}\r\n{body}").into_bytes()
    };
    let length = hidden.len();
    match dice.below(16) {
        0 => (
            "length and chunks",
            post(
                &format!(
                    "content-length: {}\r\ntransfer-encoding: chunked\r\n",
                    length + 5
                ),
                &format!("0\r\n\r\n{hidden}"),
            ),
        ),
        1 => (
            "chunks and length",
            post(
                "transfer-encoding: chunked\r\ncontent-length: 4\r\n",
                &format!("{length:x}\r\n{hidden}\r\n0\r\n\r\n"),
            ),
        ),
        2 => (
            "two lengths",
            post(
                &format!("content-length: 0\r\ncontent-length: {length}\r\n"),
                &hidden,
            ),
        ),
        3 => (
            "a list of lengths",
            post(&format!("content-length: 0, {length}\r\n"), &hidden),
        ),
        4 => (
            "a length with a sign",
            post(&format!("content-length: +{length}\r\n"), &hidden),
        ),
        5 => ("a negative length", post("content-length: -1\r\n", &hidden)),
        6 => (
            "a length past every number",
            post("content-length: 99999999999999999999999999\r\n", &hidden),
        ),
        7 => (
            "a length in hexadecimal",
            post("content-length: 0x10\r\n", &hidden),
        ),
        8 => (
            "chunks in other words",
            post(
                "transfer-encoding: xchunked\r\n",
                &format!("0\r\n\r\n{hidden}"),
            ),
        ),
        9 => (
            "chunks behind a comma",
            post(
                "transfer-encoding: identity, chunked, x\r\n",
                &format!("0\r\n\r\n{hidden}"),
            ),
        ),
        10 => (
            "chunks behind a tab",
            post(
                "transfer-encoding:\u{b}chunked\r\ncontent-length: 3\r\n",
                &format!("0\r\n\r\n{hidden}"),
            ),
        ),
        11 => (
            "a space before the colon",
            post(
                &format!("transfer-encoding : chunked\r\ncontent-length: {length}\r\n"),
                &hidden,
            ),
        ),
        12 => (
            "a folded line",
            post(&format!("x: 1\r\n content-length: {length}\r\n"), &hidden),
        ),
        13 => (
            "a length in no letters",
            post("content-length: \u{661}\u{662}\r\n", &hidden),
        ),
        14 => (
            "two hosts",
            post(&format!("host: y\r\ncontent-length: {length}\r\n"), &hidden),
        ),
        _ => (
            "chunks of an old version",
            format!(
                "POST /api/v1/me HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
            )
            .into_bytes(),
        ),
    }
}

/// Pieces that are no pieces.
fn chunks(dice: &Dice) -> Attack {
    let token = network::token("head");
    let file = |body: &str| {
        format!("POST /api/v1/cases HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n{body}")
            .into_bytes()
    };
    match dice.below(12) {
        0 => ("a size of no number", file("zz\r\n{}\r\n0\r\n\r\n")),
        1 => ("a negative size", file("-2\r\n{}\r\n0\r\n\r\n")),
        2 => (
            "a size past every number",
            file("ffffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
        ),
        3 => (
            "the largest size",
            file("ffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
        ),
        4 => ("more than was said", file("1\r\n{}\r\n0\r\n\r\n")),
        5 => ("no end of a line", file("2\n{}\n0\n\n")),
        6 => ("an empty size", file("\r\n{}\r\n0\r\n\r\n")),
        7 => (
            "a long extension",
            file(&format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "a".repeat(60_000))),
        ),
        8 => (
            "a size of many noughts",
            file(&format!("{}2\r\n{{}}\r\n0\r\n\r\n", "0".repeat(10_000))),
        ),
        9 => ("a NUL in the size", file("2\0\r\n{}\r\n0\r\n\r\n")),
        10 => (
            "trailers",
            file("1\r\n{\r\n0\r\nauthorization: Bearer x\r\ncontent-length: 5\r\n\r\n"),
        ),
        _ => (
            "one byte a piece, not JSON",
            file(&format!("{}0\r\n\r\n", "1\r\n[\r\n".repeat(5_000))),
        ),
    }
}

/// Heads that are too large.
fn heads(dice: &Dice) -> Attack {
    let get = |lines: &str| format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{lines}\r\n").into_bytes();
    let long = "a".repeat(100_000);
    match dice.below(9) {
        0 => ("a value of 100 KB", get(&format!("x: {long}\r\n"))),
        1 => ("a name of 100 KB", get(&format!("x{long}: 1\r\n"))),
        2 => (
            "a name of 66 KB",
            get(&format!("x{}: 1\r\n", &long[..66_000])),
        ),
        3 => (
            "an address of 100 KB",
            format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n").into_bytes(),
        ),
        4 => (
            "a method of 100 KB",
            format!("{long} / HTTP/1.1\r\nhost: x\r\n\r\n").into_bytes(),
        ),
        5 => ("97 headers", get(&"x: 1\r\n".repeat(97))),
        6 => ("20,000 headers", get(&"x: 1\r\n".repeat(20_000))),
        7 => ("a head without an end", vec![b'a'; 200_000]),
        _ => ("a name of 66 KB behind another request", {
            let first = "GET /problems/none HTTP/1.1\r\nhost: x\r\n\r\n";
            format!(
                "{first}GET /healthz HTTP/1.1\r\nhost: x\r\nx{}: 1\r\n\r\n",
                &long[..66_000]
            )
            .into_bytes()
        }),
    }
}

/// First lines and headers that HTTP does not have.
fn lines(dice: &Dice) -> Attack {
    let hidden = hidden();
    match dice.below(22) {
        0 => ("an old protocol", b"GET /healthz\r\n\r\n".to_vec()),
        1 => ("the beginning of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec()),
        2 => ("a version that is none", b"GET /healthz HTTP/9.9\r\nhost: x\r\n\r\n".to_vec()),
        3 => ("the beginning of TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec()),
        4 => ("no host", b"GET /api/v1/me HTTP/1.1\r\n\r\n".to_vec()),
        5 => ("a NUL in a header", b"GET /healthz HTTP/1.1\r\nhost: x\r\nx: a\0b\r\n\r\n".to_vec()),
        6 => ("a NUL in the address", b"GET /health\0z HTTP/1.1\r\nhost: x\r\n\r\n".to_vec()),
        7 => ("a raw letter in the address", "GET /api/v1/offices?q=қ HTTP/1.1\r\nhost: x\r\n\r\n".into()),
        8 => ("a space in the address", b"GET /api/v1/offices?q=a b HTTP/1.1\r\nhost: x\r\n\r\n".to_vec()),
        9 => ("a header without a name", b"GET /healthz HTTP/1.1\r\nhost: x\r\n: 1\r\n\r\n".to_vec()),
        10 => ("a header without a colon", b"GET /healthz HTTP/1.1\r\nhost: x\r\nnothing\r\n\r\n".to_vec()),
        11 => ("a bare return", b"GET /healthz HTTP/1.1\r\nhost: x\r\nx: a\rb\r\n\r\n".to_vec()),
        12 => ("a space before everything", b" GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n".to_vec()),
        13 => ("random bytes", (0..2_000).map(|_| u8::try_from(dice.below(256)).unwrap_or(0)).chain(*b"\r\n\r\n").collect()),
        14 => ("a tunnel", format!("CONNECT x:80 HTTP/1.1\r\nhost: x\r\n\r\n{hidden}").into_bytes()),
        15 => ("another protocol asked for", format!("GET /api/v1/none HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n{hidden}").into_bytes()),
        16 => ("a body that never comes", b"POST /api/v1/cases HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{}".to_vec()),
        17 => ("a whole address of another", b"GET http://other.example/api/v1/none HTTP/1.1\r\nhost: x\r\n\r\n".to_vec()),
        18 => ("a star", b"GET * HTTP/1.1\r\nhost: x\r\n\r\n".to_vec()),
        19 => ("dots", b"GET /api/v1/../../../../etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n".to_vec()),
        20 => ("a fragment", b"GET /api/v1/none#frag HTTP/1.1\r\nhost: x\r\n\r\n".to_vec()),
        _ => ("an expectation that nobody has", b"POST /api/v1/cases HTTP/1.1\r\nhost: x\r\nexpect: 200-ok, 100-continue\r\ncontent-length: 2\r\n\r\n{}".to_vec()),
    }
}
