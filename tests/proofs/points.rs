//! A failpoint that nothing passes would be a kill that never comes: each is passed by some run.

use std::{collections::BTreeSet, fs, time::Duration};

use kelisim_persistence::Point;
use kelisim_tests::{
    Backend, OnBackend,
    house::{House, referred},
    on_both_databases,
    program::wait_until,
    proofs::time,
    smtp_sink::{Act, Protection, SmtpSink, Stage},
};
use serde_json::json;

const WHILE: Duration = Duration::from_secs(30);

/// A minute goes by.
const LATER: &str = "
    UPDATE outbox SET lease_until = '2020-01-01T00:00:00.000000Z' WHERE lease_until IS NOT NULL;
    UPDATE outbox SET next_at = created_at WHERE state = 'waiting';";

/// The worker dies with `attempting` committed; the next one finds that.
fn a_worker_dies(house: &House, note: &str) {
    let plan = format!("{note},worker.after_attempting=kill@1");
    let mut server = house.serve(&[("KELISIM_FAILPOINTS", &plan)]);
    house
        .by("head", &server)
        .post("cases", &referred())
        .expect(201);
    wait_until("the end of the process", WHILE, || server.program.is_over());
    assert_eq!(house.messages("attempting"), 1);
    house.database.execute(LATER);
}

/// A case is led, a request repeated, another refused; the letters go into the folder.
fn a_day_goes_well(house: &House, note: &str) {
    let server = house.serve(&[("KELISIM_FAILPOINTS", note)]);
    let head = house.by("head", &server);
    let file = || {
        head.request("POST", "cases")
            .key("once")
            .json(&referred())
            .send()
    };
    assert_eq!(file().expect(201), file().expect(201));
    head.post("cases", &json!({})).expect(422);
    house.walk(&server, &referred(), "The cow stays out.");
    house.mail_is_quiet();
    server.program.stop();
}

/// The relay takes one letter and keeps silent about another until the worker must stop.
fn a_relay_falls_silent(house: &House, note: &str) {
    let sink = SmtpSink::start(Protection::Clear);
    sink.rule(Stage::AfterDot, None, Some(1), Act::Silence);
    let url = sink.url();
    let server = house.serve(&[
        ("KELISIM_FAILPOINTS", note),
        ("MAIL__TRANSPORT", "smtp"),
        ("MAIL__SMTP_URL", &url),
        ("LIMITS__STOP_SECONDS", "1"),
    ]);
    house.walk(&server, &referred(), "The cow stays out.");
    wait_until("a letter", WHILE, || !sink.taken().is_empty());
    wait_until("one under way", WHILE, || house.messages("attempting") == 1);
    server.program.stop();
}

on_both_databases! {
    fn every_failpoint_is_passed(house: House) {
        let path = house.database.folder().join("points");
        let note = format!("note={}", path.display());
        a_worker_dies(&house, &note);
        a_day_goes_well(&house, &note);
        a_relay_falls_silent(&house, &note);
        // Some of them fail at first, and are given back.
        let fails = format!("{note},timers.fire_read=error:unavailable%40");
        time::a_worker_at_work(house.database.backend(), &fails);

        let passed = fs::read_to_string(path).unwrap();
        let passed: BTreeSet<&str> = passed.lines().collect();
        let missed: Vec<&str> = Point::ALL.into_iter().map(Point::code).filter(|code| !passed.contains(code)).collect();
        assert!(missed.is_empty(), "no run passes {missed:?}");
    }
}

#[test]
fn a_plan_that_makes_no_sense_is_no_start() {
    let house = House::on(Backend::Sqlite);
    let plan = [("KELISIM_FAILPOINTS", "db.befor_commit=kill")];
    let mut program = house.start(&["serve"], &plan);
    let status = program.ended(WHILE);
    assert_eq!(status.code(), Some(2), "{}", program.log());
    let said = "the nearest is db.before_commit";
    assert!(program.log().contains(said), "{}", program.log());
}
