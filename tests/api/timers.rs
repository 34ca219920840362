//! Deadlines: each fires once, not before its time, and through the same decision as a person's act (G7, 3.4).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use kelisim_api::app::timer::{self, Fired};
use kelisim_api::outgoing::Workers;
use kelisim_api::worker::timers::{Options, Timers};
use kelisim_domain::id::{AccountId, CaseId, EventId};
use kelisim_persistence::store::due::{Claiming, DueTimer, timer_claim};
use kelisim_persistence::store::erase::{Erasing, case_erase};
use kelisim_persistence::{Error, Failpoints, Faults, Point, SystemPart};
use kelisim_tests::mediation::Mediation;
use kelisim_tests::network;
use kelisim_tests::{Backend, TestApp, TestDatabase, block_on, on_both_databases};
use serde_json::{Value, json};
use uuid::Uuid;

fn timers(t: &TestApp) -> Timers {
    let options = Options {
        poll: Duration::from_millis(20),
        ..Options::default()
    };
    Timers::new(Arc::clone(&t.app), options)
}

/// Lets fire what is due at an instant; gives how many have fired.
#[track_caller]
fn at(t: &TestApp, instant: &str) -> u64 {
    t.clock.set(instant.parse().unwrap());
    block_on(timers(t).drain()).unwrap()
}

/// The states of a timer's rows, in the order in which they were armed.
fn states(t: &TestApp, name: &str) -> Vec<String> {
    let rows = format!("timer WHERE name = '{name}' ORDER BY case_id, armed_by");
    t.database.lines("state", &rows)
}

fn history(t: &TestApp, case: &Value) -> Vec<Value> {
    let path = format!("cases/{}/events", case["id"].as_str().unwrap());
    let page = t.by("head").get(&path).expect(200);
    page["items"].as_array().unwrap().clone()
}

/// Claims what is due, as a worker does that never comes to anything.
fn claim(t: &TestApp, until: TimeDelta) -> Vec<DueTimer> {
    use kelisim_api::clock::Clock;
    let now = t.clock.now();
    t.write(move |db| {
        let claiming = Claiming {
            due: now,
            now,
            lease_until: now + until,
        };
        let tokens: Vec<Uuid> = (0..8).map(Uuid::from_u128).collect();
        timer_claim(db, claiming, &tokens, &Failpoints::NONE)
    })
}

fn fire(t: &TestApp, due: &DueTimer) -> Fired {
    let (app, due) = (Arc::clone(&t.app), due.clone());
    let fired = t
        .app
        .database
        .as_system(SystemPart::Worker)
        .write_blocking(move |db| timer::run(db, &app, &due));
    fired.unwrap_or_else(|error| panic!("{error:?}"))
}

/// Does something once, at a point.
struct Once(Point, Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl Faults for Once {
    fn at(&self, point: Point) -> Result<(), Error> {
        let act = (point == self.0)
            .then(|| self.1.lock().unwrap().take())
            .flatten();
        if let Some(act) = act {
            act();
        }
        Ok(())
    }
}

/// The id of a case.
fn id(case: &Value) -> Uuid {
    case["id"].as_str().unwrap().parse().unwrap()
}

on_both_databases! {
    fn r20_erasing_a_case_ends_its_deadlines_with_it(m: Mediation) {
        let t = &m.0;
        let (case, other) = (m.filed(), m.filed());
        let erase = |number: u128| {
            let erasing = Erasing {
                case: CaseId(id(&case)),
                event: EventId(Uuid::from_u128(number)),
                actor: AccountId(Uuid::nil()),
                reason: "The time to keep it is over".to_owned(),
                at: network::start(),
            };
            t.write(move |db| case_erase(db, network::REGION, erasing))
        };
        assert_eq!((erase(1), erase(2)), (true, false));
        assert_eq!(t.database.count("timer WHERE state = 'cancelled'"), 1);
        let erased = m.now(&case);
        assert_eq!((&erased["erased"], &erased["due"]), (&json!(true), &json!([])));
        assert_eq!(history(t, &case).pop().unwrap()["kind"], "timers_moved");
        // Nothing fires for it any more, and the other one goes on.
        assert_eq!(at(t, "2026-11-25T19:00:00Z"), 1);
        assert_eq!(t.database.count("outbox WHERE kind = 'case_unattended'"), 2, "head and coordinator, of the other");
        assert_eq!(m.now(&other)["version"], json!(2));
    }

    /// As after a restore with the keys of a later day: the timers are those of the backup, and the key is gone.
    fn r20_a_timer_of_a_case_without_its_key_fires_once_and_tells_nobody(m: Mediation) {
        let t = &m.0;
        let (filed, proposed) = (m.filed(), m.proposed("2026-11-22"));
        t.database.execute("UPDATE data_key SET wrapped = NULL, destroyed_at = created_at WHERE subject_kind = 'case'");
        assert_eq!(at(t, "2026-12-03T06:00:00Z"), 2);
        assert_eq!(t.database.count("timer WHERE state = 'armed' OR failures > 0"), 0);
        assert_eq!(t.database.count("outbox WHERE kind IN ('case_unattended', 'case_lapsed')"), 0);
        for case in [filed, proposed] {
            let last = history(t, &case).pop().unwrap();
            assert_eq!((&last["kind"], &last["data"]["refused"]), (&json!("timer_fired"), &json!(["erased"])));
            assert_ne!(m.now(&case)["stage"], json!("closed"), "and no action is taken");
        }
        assert_eq!(at(t, "2027-12-03T06:00:00Z"), 0);
    }

    fn g07_an_unattended_case_is_told_of_once_and_not_before_its_time(m: Mediation) {
        let t = &m.0;
        // Sunday; Monday, Tuesday and Wednesday are the three working days.
        let case = m.filed();
        assert_eq!(at(t, "2026-11-25T18:59:59.999999Z"), 0);
        assert_eq!(at(t, "2026-11-25T19:00:00Z"), 1);
        assert_eq!(at(t, "2026-12-25T19:00:00Z"), 0);
        assert_eq!(t.database.count("outbox WHERE kind = 'case_unattended'"), 2, "head and coordinator");
        assert_eq!(states(t, "act_on_new"), ["fired"]);

        let after = m.now(&case);
        assert_eq!((&after["step"], &after["version"]), (&json!("registered"), &json!(2)));
        let last = history(t, &case).pop().unwrap();
        assert_eq!(last["kind"], "timer_fired", "{last}");
        assert_eq!(last["actor"], Value::Null, "nobody acts: {last}");
        assert_eq!(t.database.count("case_event WHERE actor_id IS NULL AND grant_id IS NULL"), 1);
    }

    fn l09_silence_closes_the_case_through_its_workflow(m: Mediation) {
        let t = &m.0;
        let case = m.proposed("2026-11-22");
        assert_eq!(states(t, "act_on_new"), ["cancelled"]);
        // Ten calendar days: 2 December is the last one.
        assert_eq!(at(t, "2026-12-02T18:59:59Z"), 0);
        assert_eq!(at(t, "2026-12-03T06:00:00Z"), 1);
        let closed = m.now(&case);
        assert_eq!(closed["stage"], "closed", "{closed}");
        assert_eq!(closed["closure"]["ground"], "proposal_rejected");
        assert_eq!(closed["closure"]["effective_on"], "2026-12-02", "the last day for an answer");
        assert_eq!(states(t, "proposal_answer"), ["fired"]);
    }

    fn d18_the_term_ends_and_two_working_days_later_the_case_is_closed(m: Mediation) {
        let t = &m.0;
        let case = m.in_mediation("2026-11-22");
        // After a downtime of a year everything that was missed fires once, in order; and on Monday the mediator has
        // the two days all the same.
        let mut fired = at(t, "2027-11-22T00:00:00Z");
        assert_eq!(m.now(&case)["step"], "term_over");
        assert_eq!(at(t, "2027-11-23T18:59:59Z"), 0);
        fired += at(t, "2027-11-23T19:00:00Z");
        let events = history(t, &case);
        let by: Vec<&str> = events.iter().filter_map(|event| {
            event["data"]["timer"].as_str().or(event["data"]["by"].as_str())
        }).collect();
        assert_eq!(by, ["term_warning_7", "term_warning_2", "term", "late_entry"]);
        assert_eq!(fired, 4);
        let closed = m.now(&case);
        assert_eq!(closed["closure"]["ground"], "term_expired", "{closed}");
        assert_eq!(closed["closure"]["effective_on"], "2026-12-22");
    }

    fn a_case_that_went_on_has_ended_its_timers(m: Mediation) {
        let t = &m.0;
        let case = m.offered();
        assert_eq!(states(t, "offer_answer"), ["armed"]);
        t.moved("aigul", &case, &json!({"action": "accept", "declaration": {"result": "none"}}));
        assert_eq!(states(t, "offer_answer"), ["cancelled"]);
        assert_eq!(states(t, "contract_due"), ["armed"]);
        assert_eq!(at(t, "2026-11-24T19:00:00Z"), 0, "the answer would have been due");
    }

    fn r25_a_worker_that_comes_too_late_changes_nothing(m: Mediation) {
        let t = &m.0;
        let case = m.filed();
        t.clock.set("2026-11-26T00:00:00Z".parse().unwrap());
        let lost = claim(t, TimeDelta::seconds(60)).remove(0);
        assert!(claim(t, TimeDelta::seconds(60)).is_empty(), "claimed already");
        assert_eq!(at(t, "2026-11-26T00:00:59Z"), 0, "the lease holds");
        assert_eq!(at(t, "2026-11-26T00:01:01Z"), 1, "and ends by itself");
        assert!(matches!(fire(t, &lost), Fired::Lost));
        assert_eq!(m.now(&case)["version"], 2);
    }

    fn a_claim_alone_is_no_right_to_be_early(m: Mediation) {
        let t = &m.0;
        let case = m.filed();
        t.clock.set("2026-11-25T19:00:00Z".parse().unwrap());
        let due = claim(t, TimeDelta::days(400)).remove(0);
        t.clock.set("2026-11-25T18:59:59Z".parse().unwrap());
        assert!(matches!(fire(t, &due), Fired::Early));
        assert_eq!(m.now(&case)["version"], 1);
    }

    fn g10_a_restored_system_lets_nothing_fire_until_it_is_released(m: Mediation) {
        let t = &m.0;
        m.filed();
        let id = match t.database.backend() {
            Backend::Sqlite => "x'00000000000000000000000000000001'",
            Backend::Postgres => "'00000000-0000-0000-0000-000000000001'",
        };
        t.database.execute(&format!(
            "INSERT INTO hold VALUES ('restored', '2026-11-22T05:00:00.000000Z', {id}, '2026-11-22T05:00:00.000000Z')"
        ));
        assert_eq!(at(t, "2026-12-01T00:00:00Z"), 0);
        assert!(claim(t, TimeDelta::seconds(60)).is_empty());
        t.database.execute("DELETE FROM hold");
        assert_eq!(at(t, "2026-12-01T00:00:00Z"), 1);
    }

    fn r27_what_is_broken_waits_alone_and_is_never_given_up(m: Mediation) {
        let t = &m.0;
        let broken = m.filed();
        let other = m.filed();
        let number = broken["number"].as_str().unwrap();
        // A version that nobody can read any more.
        let newer = kelisim_domain::workflow::MEDIATION.replace("version = 1\n", "version = 99\n");
        t.write(move |db| network::publish(db, &newer));
        t.database.execute("UPDATE workflow_definition SET text = 'x' WHERE version = 99");
        t.database.execute(&format!("UPDATE cases SET workflow_version = 99 WHERE number = '{number}'"));
        assert_eq!(at(t, "2026-11-26T00:00:00Z"), 1);
        assert_eq!(m.now(&other)["version"], 2);
        let row = || t.database.lines("failures || ' ' || fault", "timer WHERE failures > 0");
        assert_eq!(row(), ["1 internal"]);
        assert_eq!(at(t, "2026-11-26T00:00:29Z"), 0);
        assert_eq!(row(), ["1 internal"], "it rests");
        assert_eq!(at(t, "2026-11-26T00:00:31Z"), 0);
        assert_eq!(row(), ["2 internal"], "and is tried again");
        t.database.execute("UPDATE cases SET workflow_version = 1");
        assert_eq!(at(t, "2026-11-26T00:02:00Z"), 1);
    }

    fn a_person_is_faster_than_the_clock(backend: Backend) {
        let act: Arc<Once> = Arc::new(Once(Point::BeforeFire, Mutex::default()));
        let options = kelisim_persistence::Options {
            faults: Failpoints::new(act.clone()),
            ..TestDatabase::options()
        };
        let m = Mediation(TestApp::start_with(backend, kelisim_domain::workflow::MEDIATION, &options));
        let t = &m.0;
        let case = m.filed();
        let (head, case_id) = (t.by("head"), case["id"].as_str().unwrap().to_owned());
        *act.1.lock().unwrap() = Some(Box::new(move || {
            let body = json!({"action": "screen", "exclusions": kelisim_tests::mediation::nothing_excludes()});
            let path = format!("cases/{case_id}/transitions");
            head.request("POST", &path).if_match(1).json(&body).send().expect(201);
        }));
        t.clock.set("2026-11-26T00:00:00Z".parse::<DateTime<Utc>>().unwrap());
        let worker = timers(t);
        assert_eq!(block_on(worker.drain()).unwrap(), 0);
        assert_eq!(worker.counts().outrun, 1);
        assert_eq!(states(t, "act_on_new"), ["cancelled"]);
        assert_eq!(t.database.count("outbox WHERE kind = 'case_unattended'"), 0);
        assert_eq!(m.now(&case)["step"], "screening");
    }

    fn a_commit_wakes_the_worker(m: Mediation) {
        let t = &m.0;
        // Signed five weeks ago and entered today: its timers are due as soon as they are armed.
        let case = m.accepted();
        t.clock.set("2027-01-10T05:00:00Z".parse().unwrap());
        let worker = Timers::new(Arc::clone(&t.app), Options { poll: Duration::from_secs(3_600), ..Options::default() });
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        std::thread::scope(|scope| {
            let run = worker.clone();
            scope.spawn(move || block_on(run.run(async { stopped.await.unwrap() })));
            kelisim_tests::program::wait_until("what was due already", Duration::from_secs(20), || worker.counts().fired == 2);
            let contract = json!({"signed_on": "2026-11-25", "all_signed": true, "elements": kelisim_tests::mediation::CONTRACT});
            let case = m.now(&case);
            t.moved("aigul", &case, &json!({"action": "record_contract", "contract": contract}));
            kelisim_tests::program::wait_until("the timers of the contract", Duration::from_secs(20), || worker.counts().fired >= 5);
            stop.send(()).unwrap();
        });
        // D18: what was signed in December can be entered for two working days all the same.
        assert_eq!(m.now(&case)["step"], "term_over");
    }

    fn the_metrics_show_how_late_the_timers_are(m: Mediation) {
        let t = &m.0;
        m.filed();
        t.clock.set("2026-11-25T19:01:30Z".parse().unwrap());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (app, (tell, handle)) = (Arc::clone(&t.app), std::sync::mpsc::channel());
        let serving = std::thread::spawn(move || block_on(async move {
            let server = kelisim_api::http::metrics::serve(app, None::<Workers>, listener).unwrap();
            tell.send(server.handle()).unwrap();
            server.await.unwrap();
        }));
        let handle = handle.recv().unwrap();
        let page = || kelisim_tests::http::Client::new(&base).get("/metrics").text;
        let late = page();
        assert!(late.contains("\nkelisim_timer_lag_seconds 90\n") && late.contains("\nkelisim_timers_due 1\n"), "{late}");
        block_on(timers(t).drain()).unwrap();
        let quiet = page();
        assert!(quiet.contains("\nkelisim_timer_lag_seconds 0\n") && quiet.contains("\nkelisim_timers_due 0\n"), "{quiet}");
        block_on(handle.stop(false));
        serving.join().unwrap();
    }
}
