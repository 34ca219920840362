//! Ten restore drills in a row, each while cases are filed: nothing that was acknowledged is missing,
//! and nothing is sent unasked (G10, T18).

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use kelisim_tests::{
    Backend, OnBackend, TestDatabase, binary,
    house::{House, Server},
    http::Client,
    on_both_databases,
};
use serde_json::{Value, json};

const CASES: &str = "1000";
const DRILLS: usize = 10;

/// The demo's network on a database of either kind.
struct Network {
    house: House,
    /// The office of the head, and a mediator of it.
    office: String,
    mediator: String,
    tokens: BTreeMap<String, String>,
}

/// A change that was answered: the case and its version.
type Answered = (String, i64);

impl OnBackend for Network {
    /// The invented year comes by way of a backup: the demo makes SQLite only.
    fn on(backend: Backend) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = demo(folder.path());
        let accounts = made["accounts"].as_array().unwrap();
        let of = |role: &str| accounts.iter().find(|it| it["role"] == role).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let tokens: BTreeMap<String, String> = ["office_head", "coordinator", "mediator"]
            .map(|role| (role.to_owned(), text(&of(role)["token"])))
            .into();
        let demo = folder.path().join("demo");
        let database = TestDatabase::create_empty_durable(backend);
        let house = House::around(database, tokens.clone());
        give_key(&demo, &house);
        let file = folder.path().join("first");
        kelisim(&[
            "backup",
            &named(&file),
            "--config",
            made["config"].as_str().unwrap(),
        ]);
        house.done(&["restore", &named(&file), "--yes"]);
        let coordinator = text(&of("coordinator")["email"]);
        house.done(&[
            "release",
            "--as",
            &coordinator,
            "--reason",
            "First use",
            "--yes",
        ]);
        Network {
            house,
            office: text(&of("office_head")["scope"]["office"]),
            mediator: text(&of("mediator")["scope"]["mediator"]),
            tokens,
        }
    }
}

fn demo(folder: &Path) -> Value {
    let data = folder.join("demo");
    let arguments = ["demo", "--no-serve", "--json", "--cases", CASES, "--data"];
    let out = kelisim(&[&arguments[..], &[&named(&data)]].concat());
    serde_json::from_str(&out).unwrap()
}

/// Runs a command that belongs to no house.
fn kelisim(arguments: &[&str]) -> String {
    let output = std::process::Command::new(binary())
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn named(path: &Path) -> String {
    path.display().to_string()
}

/// The master key goes from hand to hand, apart from every backup.
fn give_key(folder: &Path, to: &House) {
    fs::copy(
        folder.join("master.key"),
        to.database.folder().join("master.key"),
    )
    .unwrap();
}

impl Network {
    /// Files a case for a partner and assigns it; notes each answer when it has come.
    fn change(&self, client: &Client, answered: &Mutex<Vec<Answered>>) {
        let note = |case: &Value| {
            let id = case["id"].as_str().unwrap().replace('-', "");
            let version = case["version"].as_i64().unwrap();
            answered.lock().unwrap().push((id, version));
        };
        let body = json!({
            "office": self.office, "category": "school", "language": "kk", "summary": "Two pupils and a seat.",
            "parties": [
                {"side": "A", "kind": "person", "name": "Demo Applicant", "phone": "8 701 123 45 67"},
                {"side": "B", "kind": "person", "name": "Demo Other"},
            ],
            "referral": {"source": "education", "partner": "EDU", "reference": "214"},
        });
        let case = client.post("cases", &body).expect(201);
        note(&case);
        let assign = json!({
            "action": "assign", "mediator": self.mediator, "over_limit_reason": "Nobody else is here",
        });
        let path = format!("cases/{}/transitions", case["id"].as_str().unwrap());
        let request = client.request("POST", &path).if_match(1).json(&assign);
        note(&request.send().expect(201)["case"]);
    }

    /// One drill: a backup under load, a restore elsewhere, a look, a release.
    fn drill(&self, server: &Server, number: usize, answered: &Mutex<Vec<Answered>>) {
        let folder = tempfile::tempdir().unwrap();
        let file = named(&folder.path().join("backup"));
        self.change(&self.house.by("office_head", server), answered);
        let before = answered.lock().unwrap().clone();
        self.while_cases_are_filed(server, answered, || {
            self.house.done(&["backup", &file]);
        });
        let target = self.target();
        target.done(&["restore", &file, "--yes"]);

        everything_is_there(&self.house.database, &target.database, &before);
        let doubtful = restored_messages(&self.house.database, &target.database);
        assert!(!doubtful.is_empty());
        let there = target.serve(&[]);
        let head = target.by("office_head", &there);
        assert_eq!(head.get("/readyz").expect(200)["held"], true);
        head.get("me").expect(200);
        let (id, _) = &before[before.len() - 1];
        let shown = head.get(&format!("cases/{}", dashed(id))).expect(200);
        assert_eq!(shown["confidential"]["summary"], "Two pupils and a seat.");
        let held = &target.by("coordinator", &there).get("notices").expect(200)["held"];
        assert!(held["detail"].is_string(), "{held}");
        self.change(&head, &Mutex::default());
        if number == 0 {
            // Two rounds of the worker, which the new case had woken besides.
            thread::sleep(Duration::from_millis(2_100));
        }
        let new = ids(&target.database, "state = 'waiting'");
        assert!(!new.is_empty());
        assert_eq!(target.letters(), Vec::<String>::new(), "sent unasked");

        let again = number % 2 == 1;
        self.release(&target, again);
        target.mail_is_quiet();
        there.program.stop();
        only_the_right_ones_were_sent(&target, &new, &doubtful, again);
    }

    fn while_cases_are_filed(
        &self,
        server: &Server,
        answered: &Mutex<Vec<Answered>>,
        work: impl FnOnce(),
    ) {
        let (stop, begun) = (AtomicBool::new(false), answered.lock().unwrap().len());
        let client = self.house.by("office_head", server);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    self.change(&client, answered);
                }
            });
            work();
            stop.store(true, Ordering::Relaxed);
        });
        assert!(
            answered.lock().unwrap().len() > begun,
            "nothing was filed meanwhile"
        );
    }

    fn target(&self) -> House {
        let database = TestDatabase::create_empty_durable(self.house.database.backend());
        let target = House::around(database, self.tokens.clone());
        give_key(self.house.database.folder(), &target);
        target
    }

    fn release(&self, target: &House, again: bool) {
        let person = [
            "release",
            "--reason",
            "The drill went well",
            "--yes",
            "--as",
        ];
        let by = |email: &str, more: &[&str]| {
            let arguments = [&person[..], &[email], more].concat();
            target.command(&arguments).output().unwrap()
        };
        let stranger = by("nobody@example.kz", &[]);
        assert_eq!(stranger.status.code(), Some(1));
        let first = |role: &str| {
            let from = format!(
                "account a JOIN account_grant g ON g.account_id = a.id WHERE g.role = '{role}'"
            );
            let emails: BTreeSet<String> = target
                .database
                .lines("a.email", &from)
                .into_iter()
                .collect();
            emails.into_iter().next().unwrap()
        };
        let refused = by(&first("mediator"), &[]);
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(
            said.contains("neither coordinator nor administrator"),
            "{said}"
        );
        assert_eq!(target.database.count("hold"), 1);
        let more: &[&str] = if again { &["--resend-staff"] } else { &[] };
        let released = by(&first("coordinator"), more);
        assert!(released.status.success(), "{released:?}");
        assert_eq!(
            target
                .database
                .count("audit_entry WHERE action = 'hold.release' AND actor_id IS NOT NULL"),
            2
        );
    }
}

/// What a column is called as text on a database: ids and hashes as hexadecimal digits.
fn digits(database: &TestDatabase, column: &str) -> String {
    match (database.backend(), column) {
        (Backend::Sqlite, _) => format!("lower(hex({column}))"),
        (Backend::Postgres, "hash") => format!("encode({column}, 'hex')"),
        (Backend::Postgres, _) => format!("replace({column}::text, '-', '')"),
    }
}

fn dashed(id: &str) -> String {
    format!(
        "{}-{}-{}-{}-{}",
        &id[..8],
        &id[8..12],
        &id[12..16],
        &id[16..20],
        &id[20..]
    )
}

/// Events, as `case/seq/hash`.
fn events(database: &TestDatabase) -> BTreeSet<String> {
    let (case, hash) = (digits(database, "case_id"), digits(database, "hash"));
    let event = format!("{case} || '/' || seq || '/' || {hash}");
    database.lines(&event, "case_event").into_iter().collect()
}

/// Every change that was answered before the backup began, and no event that the source has not.
fn everything_is_there(source: &TestDatabase, target: &TestDatabase, before: &[Answered]) {
    let (of_source, of_target) = (events(source), events(target));
    assert!(
        of_target.is_subset(&of_source),
        "an event is not the one that was acknowledged"
    );
    let there: BTreeSet<(String, i64)> = of_target
        .iter()
        .map(|event| {
            let mut parts = event.split('/');
            let case = parts.next().unwrap().to_owned();
            (case, parts.next().unwrap().parse().unwrap())
        })
        .collect();
    for change in before {
        assert!(
            there.contains(change),
            "{change:?} was acknowledged and is lost"
        );
    }
    assert!(target.count("cases") >= 1_000);
    let keys = "data_key k JOIN cases c ON c.region_id = k.region_id AND c.data_key_id = k.id";
    assert_eq!(target.count(keys), target.count("cases"));
}

/// The messages that were not finished are uncertain with their reason, every other as it was.
fn restored_messages(source: &TestDatabase, target: &TestDatabase) -> BTreeSet<String> {
    let open = ids(source, "state IN ('waiting', 'attempting')");
    let there = ids(target, "TRUE");
    let doubtful = ids(target, "state = 'uncertain' AND reason = 'restored'");
    assert_eq!(doubtful, open.intersection(&there).cloned().collect());
    assert!(ids(target, "state IN ('waiting', 'attempting')").is_empty());
    assert_eq!(ids(target, "state = 'sent'"), ids(source, "state = 'sent'"));
    doubtful
}

fn ids(database: &TestDatabase, filter: &str) -> BTreeSet<String> {
    let id = digits(database, "id");
    let from = format!("outbox WHERE {filter}");
    database.lines(&id, &from).into_iter().collect()
}

/// After the release: the new messages, and those to staff when that was asked for.
fn only_the_right_ones_were_sent(
    target: &House,
    new: &BTreeSet<String>,
    doubtful: &BTreeSet<String>,
    again: bool,
) {
    let staff = ids(&target.database, "audience = 'staff'");
    let mut right = new.clone();
    if again {
        right.extend(doubtful.intersection(&staff).cloned());
    }
    let sent: BTreeSet<String> = target
        .letters()
        .iter()
        .map(|name| {
            let id = name.trim_end_matches(".eml").rsplit('_').next().unwrap();
            id.replace('-', "")
        })
        .collect();
    assert_eq!(sent, right);
    let left = ids(
        &target.database,
        "state = 'uncertain' AND reason = 'restored'",
    );
    assert_eq!(left, doubtful.difference(&right).cloned().collect());
}

on_both_databases! {
    fn g10_ten_drills_in_a_row_lose_nothing_and_send_nothing_unasked(network: Network) {
        let house = &network.house;
        // The mail of the source waits, so that every backup has messages that are not finished.
        let server = house.serve(&[("WORKER__ENABLED", "false")]);
        let answered = Mutex::default();
        for number in 0..DRILLS {
            let started = Instant::now();
            network.drill(&server, number, &answered);
            println!("drill {number}: {:.1} s", started.elapsed().as_secs_f64());
        }
        let folder = tempfile::tempdir().unwrap();
        let file = named(&folder.path().join("last"));
        let first: Value = serde_json::from_str(&house.done(&["backup", "--json", &file])).unwrap();
        assert_eq!(first["last_drill"], Value::Null);
        let check = house.done(&["restore", "--check", "--json", &file]);
        let check: Value = serde_json::from_str(&check).unwrap();
        assert_eq!(check["drill_noted"], true, "{check}");
        let again = house.done(&["backup", "--json", "--overwrite", &file]);
        let again: Value = serde_json::from_str(&again).unwrap();
        assert_eq!(again["last_drill"]["days_ago"], 0, "{again}");
        assert_eq!(house.database.count("hold"), 0, "a check holds nothing");
        println!("backup {} s, check {} ms", first["seconds"], check["milliseconds"]);
        server.program.stop();
    }
}
