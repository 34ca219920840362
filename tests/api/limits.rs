//! R31: how large, how deep, how slow and how many, and what whoever goes over it is told.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use kelisim_api::http::server::{Limits, Times};
use kelisim_tests::wire::{Raw, Wire};
use kelisim_tests::{Served, TestApp, network, on_both_databases};

/// Longer than anything here may take.
const PATIENCE: Duration = Duration::from_secs(8);

fn wire(served: &Served) -> Wire {
    Wire::open(served.address(), PATIENCE).unwrap()
}

/// The application where nobody may be slow.
fn quick(t: &TestApp) -> Served {
    let times = Times {
        head: Duration::from_millis(300),
        body: Duration::from_millis(300),
        stall: Duration::from_millis(300),
        answer: Duration::from_millis(600),
    };
    t.serve_beside(Limits {
        times,
        ..Limits::default()
    })
}

fn usual(t: &TestApp) -> Served {
    t.serve_beside(Limits::default())
}

/// A problem with its words and the headers that every answer has.
#[track_caller]
fn is_problem(raw: &Raw, status: u16, code: &str) {
    assert_eq!(
        (raw.status, raw.code().as_deref()),
        (status, Some(code)),
        "{raw:?}"
    );
    assert_eq!(
        raw.header("content-type"),
        Some("application/problem+json"),
        "{raw:?}"
    );
    assert_eq!(
        raw.header("x-content-type-options"),
        Some("nosniff"),
        "{raw:?}"
    );
    let problem = raw.json().unwrap();
    for text in ["title", "detail", "instance"] {
        assert!(
            problem[text].as_str().is_some_and(|text| !text.is_empty()),
            "{problem}"
        );
    }
}

/// The head of a request with a body of JSON, without the line that says how long it is.
fn filing_head() -> String {
    let token = network::token("head");
    format!(
        "POST /api/v1/cases HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n"
    )
}

/// Sends until somebody stops us.
fn trickle(wire: &mut Wire, piece: &[u8], pause: Duration) -> io::Result<()> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        wire.send(piece)?;
        thread::sleep(pause);
    }
    Ok(())
}

on_both_databases! {
    fn r31_a_large_head_is_refused_however_it_is_made(t: TestApp) {
        let served = usual(&t);
        let long = "a".repeat(100_000);
        for head in [
            format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: {long}\r\n\r\n"),
            format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx-{long}: 1\r\n\r\n"),
            format!("GET /healthz?{long} HTTP/1.1\r\nhost: x\r\n\r\n"),
            format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{}\r\n", "x-one: 1\r\n".repeat(4_000)),
            format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{}\r\n", "x-one: 1\r\n".repeat(100)),
            format!("{long}{long}"),
        ] {
            let mut wire = wire(&served);
            // The other end may have stopped listening by then.
            wire.send(&head).ok();
            let raw = wire.answer(false).unwrap_or_else(|| panic!("no answer to {}", &head[..80]));
            is_problem(&raw, 431, "head_too_large");
            assert!(wire.is_closed());
        }
    }

    fn r31_a_large_head_is_refused_behind_other_requests_too(t: TestApp) {
        let served = usual(&t);
        let long = "a".repeat(70_000);
        let first = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
        let with_body = format!("{}content-length: 2\r\n\r\n{{}}", filing_head());
        let unread = "POST /healthz HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
        for (before, status, is_told) in [(first, 200, true), (&with_body, 422, true), (unread, 404, false)] {
            let mut wire = wire(&served);
            wire.send(format!("{before}GET /healthz HTTP/1.1\r\nhost: x\r\nx-{long}: 1\r\n\r\n")).ok();
            let answer = wire.answer(false).unwrap();
            assert_eq!(answer.status, status, "{answer:?}");
            match wire.answer(false) {
                Some(raw) => is_problem(&raw, 431, "head_too_large"),
                None => assert!(!is_told, "nothing behind {before}"),
            }
        }
    }

    fn r31_requests_behind_each_other_are_all_answered(t: TestApp) {
        let served = usual(&t);
        let mut wire = wire(&served);
        let me = format!("GET /api/v1/me HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n", network::token("head"));
        let body = TestApp::filing().to_string();
        let file = format!("{}content-length: {}\r\n\r\n{body}", filing_head(), body.len());
        wire.send(format!("{me}{file}{me}{file}{me}").repeat(4)).unwrap();
        for _ in 0..4 {
            for status in [200, 201, 200, 201, 200] {
                assert_eq!(wire.answer(false).map(|raw| raw.status), Some(status));
            }
        }
    }

    fn r31_what_is_no_http_is_told_so(t: TestApp) {
        let served = usual(&t);
        for bytes in [
            &b"nonsense\r\n\r\n"[..],
            b"GET /healthz HTTP/1.1\r\n\r\n",
            b"GET /\xd2\x9b HTTP/1.1\r\nhost: x\r\n\r\n",
            b"GET /healthz HTTP/1.1\r\nhost: x\r\nx: a\0b\r\n\r\n",
            b"POST /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}",
            b"POST /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        ] {
            let mut wire = wire(&served);
            wire.send(bytes).unwrap();
            let raw = wire.answer(false).unwrap_or_else(|| panic!("{}", bytes.escape_ascii()));
            is_problem(&raw, 400, "not_http");
            assert!(wire.is_closed());
        }
    }

    fn r31_a_slow_head_is_not_waited_for(t: TestApp) {
        let served = quick(&t);
        // A byte now and then buys no time.
        let mut dripping = wire(&served);
        dripping.send("GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ").unwrap();
        trickle(&mut dripping, b"a", Duration::from_millis(20)).unwrap_err();
        let mut silent = wire(&served);
        silent.send("GET /healthz HTTP/1.1\r\nhost: x\r\n").unwrap();
        is_problem(&silent.answer(false).unwrap(), 408, "too_slow");
        assert!(silent.is_closed());
        let mut mute = wire(&served);
        assert!(mute.is_closed(), "who says nothing is not waited for either");
    }

    fn r31_the_second_head_of_a_connection_may_not_be_slower_than_the_first(t: TestApp) {
        let served = quick(&t);
        let mut wire = wire(&served);
        for _ in 0..3 {
            wire.send("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
            assert_eq!(wire.answer(false).unwrap().status, 200);
            thread::sleep(Duration::from_millis(100));
        }
        // With the end of one request comes the beginning of the next, and then nothing.
        wire.send("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /hea").unwrap();
        assert_eq!(wire.answer(false).unwrap().status, 200);
        let begun = Instant::now();
        assert!(wire.is_closed());
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    }

    fn r31_a_slow_body_is_not_waited_for(t: TestApp) {
        let served = quick(&t);
        let before = t.database.contents();
        let mut wire = wire(&served);
        wire.send(format!("{}content-length: 5000\r\n\r\n{{", filing_head())).unwrap();
        is_problem(&wire.answer(false).unwrap(), 408, "too_slow");
        assert!(wire.is_closed());
        assert!(before == t.database.contents());
    }

    fn r31_a_body_that_nobody_asked_for_is_not_read_for_ever(t: TestApp) {
        let served = usual(&t);
        let mut wire = wire(&served);
        wire.send("POST /healthz HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n").unwrap();
        let raw = wire.answer(false).unwrap();
        assert_eq!((raw.status, raw.header("connection")), (404, Some("close")), "{raw:?}");
        let begun = Instant::now();
        trickle(&mut wire, b"1\r\n \r\n", Duration::from_millis(20)).unwrap_err();
        assert!(begun.elapsed() < Duration::from_secs(7), "{:?}", begun.elapsed());
    }

    fn r31_who_does_not_read_is_not_written_to_for_ever(t: TestApp) {
        let served = quick(&t);
        let mut wire = wire(&served);
        // More answers than the buffers of both ends hold.
        let ask = "GET /api/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n";
        for _ in 0..200 {
            if wire.send(ask).is_err() {
                break;
            }
        }
        thread::sleep(Duration::from_secs(2));
        let mut answers = 0;
        while wire.answer(false).is_some() {
            answers += 1;
        }
        assert!((1..200).contains(&answers), "{answers}");
    }

    fn r31_a_connection_too_many_waits_for_its_turn(t: TestApp) {
        let served = t.serve_beside(Limits {
            connections: 2,
            ..Limits::default()
        });
        let ask = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
        let mut held: Vec<Wire> = Vec::new();
        for _ in 0..2 {
            let mut wire = wire(&served);
            wire.send(ask).unwrap();
            assert_eq!(wire.answer(false).unwrap().status, 200);
            held.push(wire);
        }
        let mut third = Wire::open(served.address(), Duration::from_millis(500)).unwrap();
        third.send(ask).unwrap();
        assert_eq!(third.answer(false), None, "a third connection is open beside two");
        drop(held);
        let mut fourth = wire(&served);
        fourth.send(ask).unwrap();
        assert_eq!(fourth.answer(false).unwrap().status, 200);
    }

    fn r31_a_body_may_be_large_but_not_larger(t: TestApp) {
        let served = usual(&t);
        for (length, status, code) in [(1_000_000, 422, "invalid"), (1_000_001, 413, "too_large"), (3_000_000, 413, "too_large")] {
            let body = format!("{{\"summary\": \"{}\"}}", "a".repeat(length - 15));
            let chunked = format!("{}transfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", filing_head(), body.len());
            let whole = format!("{}content-length: {}\r\n\r\n{body}", filing_head(), body.len());
            assert_eq!(body.len(), length);
            for request in [chunked, whole] {
                let mut wire = wire(&served);
                wire.send(request).unwrap();
                is_problem(&wire.answer(false).unwrap(), status, code);
            }
        }
    }

    fn r31_json_may_be_deep_but_not_deeper(t: TestApp) {
        let nested = |depth: usize| format!("{{\"summary\": {}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
        for (depth, status, code) in [(32, 422, "invalid"), (33, 400, "malformed"), (400_000, 400, "malformed")] {
            let request = t.by("head").request("POST", "cases").header("content-type", "application/json");
            request.body(nested(depth)).send().expect_problem(status, code);
        }
    }
}
