//! The SMTP transport against a server that misbehaves at every stage.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use crate::letters::{self, stay};
use kelisim_api::mail::{
    probe::probe,
    settings::{SmtpSettings, Timeouts},
    smtp::SmtpTransport,
    transport::{Letter, Outcome, Phase, Transport},
};
use kelisim_tests::smtp_sink::{Act, Protection, SmtpSink, Stage};

/// A letter whose content has everything that a mail server might trip over.
fn letter(to: &str) -> Letter {
    let content = b"Subject: test\r\n\r\n.\r\n..two\r\n.dot at the start\r\nend\r\n";
    letters::letter(to, content)
}

fn transport(sink: &SmtpSink) -> SmtpTransport {
    transport_with(&sink.url(), Some(sink.root_pem()))
}

fn transport_with(url: &str, root: Option<Vec<u8>>) -> SmtpTransport {
    let mut settings = SmtpSettings::parse(url, None, "kelisim.example").unwrap();
    settings.root_certificate = root;
    settings.timeouts = Timeouts {
        connect: Duration::from_secs(2),
        command: Duration::from_millis(500),
        after_dot: Duration::from_millis(500),
        idle: Duration::from_secs(60),
    };
    SmtpTransport::new(settings).unwrap()
}

async fn deliver(transport: &SmtpTransport, letter: &Letter) -> (Outcome, bool) {
    let asked = AtomicBool::new(false);
    let outcome = transport
        .deliver(
            letter,
            Box::new(|| {
                asked.store(true, Ordering::SeqCst);
                Box::pin(async { true })
            }),
        )
        .await;
    (outcome, asked.load(Ordering::SeqCst))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn a_letter_arrives_byte_for_byte_by_every_protection() {
    for protection in [Protection::Clear, Protection::StartTls, Protection::Tls] {
        let sink = SmtpSink::start_with(protection, Some(("user", "word")), "localhost");
        let letter = letter("a@example.kz");
        let (outcome, asked) = deliver(&transport(&sink), &letter).await;
        assert!(
            matches!(outcome, Outcome::Sent(_)),
            "{protection:?}: {outcome:?}"
        );
        assert!(asked);
        let taken = sink.taken();
        assert_eq!(taken.len(), 1);
        // SMTP ends every message with an end of line of its own.
        assert_eq!(taken[0].data, [letter.bytes.as_slice(), b"\r\n"].concat());
        assert_eq!(taken[0].to, ["a@example.kz"]);
        assert_eq!(taken[0].protected, protection != Protection::Clear);
        if protection != Protection::Clear {
            assert!(!contains(&sink.clear_bytes(), b"AUTH"));
            assert!(!contains(&sink.clear_bytes(), b"Subject"));
        }
    }
}

/// What the sink does at a stage, and what the outbox must hear.
struct Cell {
    stage: Stage,
    act: Act,
    class: &'static str,
    reason: &'static str,
}

fn cell(stage: Stage, act: Act, class: &'static str, reason: &'static str) -> Cell {
    Cell {
        stage,
        act,
        class,
        reason,
    }
}

/// promises.md T3: each stage with each way to fail, and who owns the letter then.
fn matrix() -> Vec<Cell> {
    use Act::{Disconnect, Reply, Silence, TakeAndDisconnect, TakeAndSilence};
    use Stage::{AfterDot, Auth, Banner, Body, Data, Ehlo, Mail, Rcpt, StartTls};
    let mut cells = Vec::new();
    for (stage, phase) in [
        (Banner, "banner"),
        (Ehlo, "ehlo"),
        (StartTls, "tls"),
        (Auth, "auth"),
    ] {
        cells.push(cell(stage, Disconnect, "relay", phase));
        cells.push(cell(stage, Silence, "relay", phase));
    }
    cells.extend([
        cell(Banner, Reply("554 5.3.2 not today"), "relay", "banner_554"),
        cell(Banner, Reply("421 4.3.2 too busy"), "relay", "banner_421"),
        cell(Ehlo, Reply("550 5.7.1 no"), "relay", "ehlo_550"),
        cell(Ehlo, Reply("421 4.3.2 bye"), "relay", "ehlo_421"),
        cell(
            StartTls,
            Reply("454 4.7.0 no certificate"),
            "relay",
            "tls_454",
        ),
        cell(StartTls, Reply("220 go\r\n250 injected"), "relay", "tls"),
        cell(Auth, Reply("535 5.7.8 wrong password"), "relay", "auth_535"),
        cell(Auth, Reply("454 4.7.0 later"), "relay", "auth_454"),
        cell(Mail, Reply("530 5.7.0 sign in first"), "relay", "mail_530"),
    ]);
    for (stage, phase) in [(Mail, "mail"), (Rcpt, "rcpt"), (Data, "data")] {
        cells.push(cell(stage, Disconnect, "transient", phase));
        cells.push(cell(stage, Silence, "transient", phase));
    }
    // A short letter has left our hands, dot and all, before the break is noticed.
    cells.push(cell(Body, Disconnect, "uncertain", "after_dot"));
    cells.push(cell(AfterDot, Disconnect, "uncertain", "after_dot"));
    cells.push(cell(AfterDot, Silence, "uncertain", "after_dot"));
    cells.push(cell(AfterDot, TakeAndDisconnect, "uncertain", "after_dot"));
    cells.push(cell(AfterDot, TakeAndSilence, "uncertain", "after_dot"));
    for (code, line) in [
        (421, "421 4.3.2 closing"),
        (450, "450 4.2.1 greylisted"),
        (451, "451 4.3.0 local error"),
        (452, "452 4.3.1 full"),
    ] {
        for (stage, phase) in [
            (Mail, "mail"),
            (Rcpt, "rcpt"),
            (Data, "data"),
            (AfterDot, "after_dot"),
        ] {
            let reason = format!("{phase}_{code}").leak();
            cells.push(cell(stage, Reply(line), "transient", reason));
        }
    }
    for (code, line) in [
        (550, "550 5.1.1 no such user"),
        (552, "552 5.3.4 too big"),
        (553, "553 5.1.3 bad name"),
        (554, "554 5.7.1 policy"),
    ] {
        for (stage, phase) in [
            (Mail, "mail"),
            (Rcpt, "rcpt"),
            (Data, "data"),
            (AfterDot, "after_dot"),
        ] {
            let reason = format!("{phase}_{code}").leak();
            cells.push(cell(stage, Reply(line), "permanent", reason));
        }
    }
    cells
}

#[tokio::test]
async fn t03_every_stage_with_every_failure_says_who_owns_the_letter() {
    let mut cells = 0;
    for protection in [Protection::StartTls, Protection::Tls] {
        for Cell {
            stage,
            act,
            class,
            reason,
        } in matrix()
        {
            if stage == Stage::StartTls && protection != Protection::StartTls {
                continue;
            }
            let sink = SmtpSink::start_with(protection, Some(("user", "word")), "localhost");
            sink.rule(stage, None, None, act.clone());
            let (outcome, asked) = deliver(&transport(&sink), &letter("a@example.kz")).await;
            let (got, fault) = match outcome {
                Outcome::RelayFault(fault) => ("relay", fault),
                Outcome::Transient(fault) => ("transient", fault),
                Outcome::Permanent(fault) => ("permanent", fault),
                Outcome::Uncertain(fault) => ("uncertain", fault),
                other => panic!("{protection:?} {stage:?} {act:?}: {other:?}"),
            };
            let where_ = format!("{protection:?} {stage:?} {act:?}: {fault:?}");
            assert_eq!((got, fault.reason().as_str()), (class, reason), "{where_}");
            let expected = fault.phase >= Phase::Data;
            assert_eq!(
                asked, expected,
                "asked before DATA and never earlier: {where_}"
            );
            let takes = matches!(act, Act::TakeAndDisconnect | Act::TakeAndSilence);
            assert_eq!(sink.taken().len(), usize::from(takes), "{where_}");
            for secret in [b"AUTH".as_slice(), b"MAIL FROM", b"Subject"] {
                assert!(!contains(&sink.clear_bytes(), secret), "in clear: {where_}");
            }
            cells += 1;
        }
    }
    assert!(cells >= 90, "{cells} cells");
}

#[tokio::test]
async fn a_break_before_the_final_dot_is_certain() {
    let sink = SmtpSink::start(Protection::Clear);
    sink.rule(Stage::Body, None, None, Act::Disconnect);
    let mut long = letter("a@example.kz");
    long.bytes = b"0123456789abcdef0123456789abcdef0123456789abcdef\r\n".repeat(1 << 19);
    let (outcome, asked) = deliver(&transport(&sink), &long).await;
    let Outcome::Transient(fault) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!((fault.phase, fault.code, asked), (Phase::Body, None, true));
}

#[tokio::test]
async fn a_server_that_offers_no_starttls_hears_nothing_more() {
    // The sink offers none, the settings demand it: what an attacker in between would do.
    let sink = SmtpSink::start_with(Protection::Clear, Some(("user", "word")), "localhost");
    let url = sink.url().replace("smtp://", "smtp+starttls://");
    let transport = transport_with(&url, Some(sink.root_pem()));
    let (outcome, asked) = deliver(&transport, &letter("a@example.kz")).await;
    let Outcome::RelayFault(fault) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!((fault.phase, asked), (Phase::Tls, false));
    assert_eq!(fault.detail, "the server does not offer STARTTLS");
    let said = String::from_utf8(sink.clear_bytes()).unwrap();
    assert!(!said.contains("AUTH") && !said.contains("MAIL"), "{said}");
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_or_not_theirs_stops_everything() {
    for protection in [Protection::StartTls, Protection::Tls] {
        let unknown = SmtpSink::start_with(protection, Some(("user", "word")), "localhost");
        let stranger = SmtpSink::start_with(protection, Some(("user", "word")), "other.example");
        let untrusting = transport_with(&unknown.url(), None);
        let named = transport(&stranger);
        for (sink, transport) in [(&unknown, untrusting), (&stranger, named)] {
            let (outcome, asked) = deliver(&transport, &letter("a@example.kz")).await;
            assert!(!asked);
            let Outcome::RelayFault(fault) = outcome else {
                panic!("{outcome:?}")
            };
            assert_eq!(fault.phase, Phase::Tls, "{fault:?}");
            for secret in [b"AUTH".as_slice(), b"MAIL FROM", b"DATA", b"Subject"] {
                assert!(!contains(&sink.clear_bytes(), secret));
            }
            assert!(sink.taken().is_empty());
        }
    }
}

#[tokio::test]
async fn nobody_at_home_is_the_relays_fault() {
    let transport = transport_with("smtp://127.0.0.1:1", None);
    let (outcome, _) = deliver(&transport, &letter("a@example.kz")).await;
    let Outcome::RelayFault(fault) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!((fault.phase, fault.code), (Phase::Connect, None));
}

#[tokio::test]
async fn connections_are_reused_and_a_refusal_does_not_cost_one() {
    let sink = SmtpSink::start(Protection::Tls);
    sink.rule(Stage::Rcpt, Some("gone"), None, Act::Reply("550 5.1.1 no"));
    let transport = transport(&sink);
    for to in [
        "a@example.kz",
        "gone@example.kz",
        "b@example.kz",
        "c@example.kz",
    ] {
        deliver(&transport, &letter(to)).await;
    }
    assert_eq!((sink.taken().len(), sink.connections()), (3, 1));
    transport.close().await;
}

#[tokio::test]
async fn a_connection_that_died_while_idle_is_no_fault() {
    let sink = SmtpSink::start(Protection::Clear);
    let transport = transport(&sink);
    let (first, _) = deliver(&transport, &letter("a@example.kz")).await;
    assert!(matches!(first, Outcome::Sent(_)));
    // The kept connection is alive for RSET and gone at MAIL: the nastiest moment.
    sink.rule(Stage::Mail, None, Some(1), Act::Disconnect);
    let (second, _) = deliver(&transport, &letter("b@example.kz")).await;
    assert!(matches!(second, Outcome::Sent(_)), "{second:?}");
    assert_eq!((sink.taken().len(), sink.connections()), (2, 2));
}

#[tokio::test]
async fn a_withheld_letter_leaves_no_content_and_keeps_the_connection() {
    let sink = SmtpSink::start(Protection::Clear);
    let transport = transport(&sink);
    let first = letter("a@example.kz");
    let outcome = transport.deliver(&first, stay()).await;
    assert_eq!(outcome, Outcome::Withheld);
    assert!(!contains(&sink.clear_bytes(), b"DATA"));
    deliver(&transport, &letter("b@example.kz")).await;
    assert_eq!((sink.taken().len(), sink.connections()), (1, 1));
}

#[tokio::test]
async fn a_silent_receiver_delays_nobody_else() {
    let sink = SmtpSink::start(Protection::Clear);
    sink.rule(Stage::AfterDot, Some("silent"), None, Act::Silence);
    let mut settings = SmtpSettings::parse(&sink.url(), None, "kelisim.example").unwrap();
    settings.timeouts.after_dot = Duration::from_secs(30);
    let transport = SmtpTransport::new(settings).unwrap();
    let silent = letter("silent@example.kz");
    let begun = Instant::now();
    let good = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        deliver(&transport, &letter("good@example.kz")).await
    };
    tokio::select! {
        _ = deliver(&transport, &silent) => panic!("the silent one answered"),
        (outcome, _) = good => assert!(matches!(outcome, Outcome::Sent(_))),
    }
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn an_address_beyond_ascii_needs_a_server_that_takes_it() {
    let sink = SmtpSink::start(Protection::Clear);
    let (outcome, _) = deliver(&transport(&sink), &letter("әсел@example.kz")).await;
    assert!(matches!(outcome, Outcome::Permanent(_)), "{outcome:?}");
    assert!(sink.taken().is_empty());
}

#[tokio::test]
async fn many_at_once_arrive_once_each() {
    let sink = SmtpSink::start(Protection::Tls);
    let transport = transport(&sink);
    let sent = AtomicUsize::new(0);
    let letters: Vec<Letter> = (0..60)
        .map(|n| letter(&format!("m{n}@example.kz")))
        .collect();
    for batch in letters.chunks(6) {
        let deliveries = batch.iter().map(|letter| async {
            if let (Outcome::Sent(_), _) = deliver(&transport, letter).await {
                sent.fetch_add(1, Ordering::SeqCst);
            }
        });
        futures_util::future::join_all(deliveries).await;
    }
    assert_eq!(sent.load(Ordering::SeqCst), 60);
    let mut to: Vec<String> = sink.taken().iter().map(|one| one.to[0].clone()).collect();
    to.sort();
    to.dedup();
    assert_eq!(to.len(), 60);
    assert!(sink.connections() <= 12, "{}", sink.connections());
}

#[tokio::test]
async fn the_probe_names_the_step_that_fails() {
    let sink = SmtpSink::start_with(Protection::Tls, Some(("user", "word")), "localhost");
    let good = probe(&transport(&sink), &letter("a@example.kz")).await;
    assert!(good.is_sent());
    assert_eq!(good.key(), "mail-probe-sent");
    sink.rule(
        Stage::Auth,
        None,
        None,
        Act::Reply("535 5.7.8 wrong password"),
    );
    let bad = probe(&transport(&sink), &letter("a@example.kz")).await;
    assert_eq!(bad.key(), "mail-probe-auth");
    assert_eq!(bad.passed.last(), Some(&Phase::Tls));
    assert_eq!(bad.fault.unwrap().reason(), "auth_535");
}
