//! T11: nothing confidential leaves by a partner's way, a log, a metric or an error (G6, G13).
//!
//! Every confidential field of every case gets a word that stands nowhere else. Cases are led by whatever their workflows
//! allow, with forms filled as `explain` describes them, so that a new field enters by itself; and a field that a reader of
//! the content sees without such a word is a failure of the proof, not of the program.

mod canary;
mod disk;
mod pages;
mod register;
mod search;
mod walk;

use std::{collections::BTreeSet, fs};

use serde_json::json;

use super::{Order, Report, report::number};
use crate::{
    OnBackend,
    house::{House, Server, free_address},
    http::{Client, Reply},
};

pub use canary::{Canaries, letter_texts};
pub use register::CLOSER_CONTACT;
use walk::Walk;

/// Words of a release, and of the test command: promises.md asks for two hundred.
const CANARIES_LEAST: f64 = 200.0;
/// Ids that are put into each route.
const IDS_MOST: usize = 12;
/// Panics, and errors at places where content is at hand.
const TROUBLES: &str = "defect.stumble_over_nul;http.after_act=error:broken%20;once.before_keep=error:broken%20;\
    case.after_store=error:broken%20;worker.after_prepare=error:broken%30;folder.before_write=error:broken%30;seed=7";
/// Filings that run into them.
const STUMBLES: usize = 24;
/// Those who read no content of a case, and may not come across a word of it either.
const OUTSIDERS: [&str; 4] = ["partner", "coordinator", "registrar", "auditor"];
/// Why somebody did something to a case: sealed with its entry of the history.
const REASONS: [&str; 2] = ["form.over_limit_reason", "ground.reason"];
/// What a release and a test run look through at least, of each kind.
const PAGES_LEAST: f64 = 8.0;
const COMMANDS_LEAST: f64 = 12.0;

/// Runs the proof.
pub fn prove(order: &Order) -> Report {
    run(order, if order.is_quick { 14 } else { 80 }, "")
}

/// As [`prove`], with a number of cases and with a defect that the program is given.
///
/// # Panics
/// The program cannot be run at all.
pub fn run(order: &Order, cases: usize, defect: &str) -> Report {
    let mut report = Report::begin("T11", order);
    let mut house = House::on(order.backend);
    for role in ["auditor", "administrator"] {
        house.enrol(role, &[role]);
    }
    house.enrol("partner", &["partner", "--partner", "EDU"]);
    pages::sign_in(&house);
    let canaries = Canaries::new(order.seed);
    let mut seen = Seen::default();
    for workflow in ["basic", "mediation"] {
        let metrics = free_address();
        let settings = [
            ("WORKFLOW__DEFAULT", workflow),
            ("METRICS__LISTEN", metrics.as_str()),
            ("KELISIM_FAILPOINTS", defect),
        ];
        let settings = &settings[..if defect.is_empty() { 2 } else { 3 }];
        let server = house.serve(settings);
        let mut walk = Walk::new(&house, &server, (workflow, order.seed), &canaries);
        if workflow == "basic" {
            walk.closer_partner();
        }
        walk.register();
        for number in 0..cases.div_ceil(2) {
            walk.lead(number);
        }
        walk.mistakes();
        seen.flows += walk.actions;
        seen.corrections += walk.corrections;
        seen.grounds += walk.grounds;
        seen.reasons.append(&mut walk.reasons);
        seen.closed.append(&mut walk.closed);
        seen.blind.append(&mut walk.blind);
        seen.ids.append(&mut walk.ids);
        seen.read.append(&mut walk.read);
        house.mail_is_quiet();
        look_around(&house, &server, &canaries, &mut seen);
        let closed = seen.closed.clone();
        pages::open_all(&house, &server, (&canaries, &closed), &mut seen);
        search::counts(&house, &server, (&canaries, &walk.names), &mut seen);
        let page = Client::new(format!("http://{metrics}")).get("/metrics");
        seen.scan(&canaries, "metrics", page.text.as_bytes());
        let log = server.program.stop();
        seen.log_lines += log.lines().count();
        seen.scan(&canaries, "log", log.as_bytes());
        seen.scan_addresses("log", log.as_bytes());
    }
    troubles(&house, (order.seed, &canaries), defect, &mut seen);
    letters(&house, &canaries, &mut seen);
    let closed = seen.closed.first().cloned().unwrap_or_default();
    disk::commands(&house, (&canaries, &closed), &mut seen);
    figures(&mut report, &canaries, &seen);
    report.end()
}

/// What was looked at, and what was found.
#[derive(Default)]
struct Seen {
    /// Words where they must not be.
    found: Vec<String>,
    /// Confidential fields that a reader sees without a word of ours.
    blind: Vec<String>,
    /// Ids of everything, for routes that take one.
    ids: BTreeSet<String>,
    /// Cases that are closed.
    closed: Vec<String>,
    /// Words that a reader of the content has read back.
    read: BTreeSet<String>,
    /// Pages that were shown to somebody, and those that were shown to nobody.
    pages: BTreeSet<String>,
    shut: BTreeSet<String>,
    /// Commands that were given, and what did not succeed.
    commands: usize,
    failed: Vec<String>,
    /// Names that a search within the scope found, and searches that were compared.
    names_found: usize,
    searches: usize,
    corrections: usize,
    grounds: usize,
    /// Fields whose words a reader found as the reasons of a history.
    reasons: BTreeSet<String>,
    bytes: usize,
    answers: usize,
    letters: usize,
    log_lines: usize,
    flows: usize,
    panics: usize,
    errors: usize,
}

impl Seen {
    fn scan(&mut self, canaries: &Canaries, place: &str, bytes: &[u8]) {
        self.bytes += bytes.len();
        for (word, field) in canaries.found_in(bytes) {
            self.found.push(format!("{field} ({word}) in {place}"));
        }
    }

    /// A partner gets back the number that it gave its own referral, where its memorandum says so: one does, one does not.
    fn letter(&mut self, canaries: &Canaries, place: &str, bytes: &[u8]) {
        self.bytes += bytes.len();
        for (word, field) in canaries.found_in(bytes) {
            if field != "reference" || !place.contains(crate::house::CONTACT) {
                self.found.push(format!("{field} ({word}) in {place}"));
            }
        }
    }

    /// Addresses of people belong into letters, and into no log.
    fn scan_addresses(&mut self, place: &str, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        for address in ["mediator0@", "head@example", crate::house::CONTACT] {
            if text.contains(address) {
                self.found.push(format!("the address {address} in {place}"));
            }
        }
    }

    fn answer(&mut self, canaries: &Canaries, who: &str, what: &str, reply: &Reply) {
        self.answers += 1;
        let place = format!("{what} for {who} ({})", reply.status);
        let headers: String = reply
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\n"))
            .collect();
        for (part, text) in [("body", &reply.text), ("headers", &headers)] {
            self.bytes += text.len();
            for (word, field) in canaries.found_in(text.as_bytes()) {
                if !may_read(who, &field) {
                    self.found
                        .push(format!("{field} ({word}) in {place}, {part}"));
                }
            }
        }
    }
}

/// The registers have readers of their own: those who keep them.
fn may_read(who: &str, field: &str) -> bool {
    match who {
        // The personal number is shown to nobody (D33).
        _ if field == "mediator.iin" => false,
        "coordinator" => field.starts_with("mediator.") || field.starts_with("contact."),
        "registrar" => field.starts_with("mediator."),
        _ => false,
    }
}

/// Every route that reads, with every id there is, as everybody who reads no content; and each that changes, with nothing.
fn look_around(house: &House, server: &Server, canaries: &Canaries, seen: &mut Seen) {
    let document = server.client().get("/api/openapi.json").expect(200);
    let paths = document["paths"].as_object().unwrap().clone();
    // Enough of each kind: an id more is one more answer of the same kind.
    let every = seen.ids.len().div_ceil(IDS_MOST).max(1);
    let ids: Vec<String> = seen.ids.iter().step_by(every).cloned().collect();
    for who in OUTSIDERS {
        let client = house.by(who, server);
        for (path, methods) in &paths {
            for method in methods.as_object().unwrap().keys() {
                for path in filled(path, &ids) {
                    let method = method.to_uppercase();
                    let request = client.request(&method, &path);
                    let reply = match method.as_str() {
                        "GET" => request.send(),
                        _ => request.json(&json!({})).send(),
                    };
                    seen.answer(canaries, who, &format!("{method} {path}"), &reply);
                }
            }
        }
        for path in [
            "/problems/refused",
            "/problems/invalid",
            "/healthz",
            "/readyz",
            "/api/docs",
            "/nowhere",
        ] {
            let reply = client.get(path);
            seen.answer(canaries, who, path, &reply);
        }
    }
}

/// The paths of a route, with everything that may stand in its places.
fn filled(path: &str, ids: &[String]) -> Vec<String> {
    let codes = ["EDU".to_owned(), "ORL-01".to_owned()];
    let mut paths = vec![path.to_owned()];
    for (place, values) in [
        ("{id}", ids),
        ("{code}", &codes[..]),
        ("{key}", &["basic".to_owned(), "mediation".to_owned()][..]),
        ("{n}", &["1".to_owned()][..]),
        ("{consent}", &ids[..ids.len().min(2)]),
        ("{kind}", &["case".to_owned(), "holidays".to_owned()][..]),
    ] {
        paths = paths
            .iter()
            .flat_map(|path| match path.contains(place) {
                true => values
                    .iter()
                    .map(|value| path.replacen(place, value, 1))
                    .collect(),
                false => vec![path.clone()],
            })
            .collect();
    }
    paths
}

/// What the program says when it panics or fails over content, in the log and to the client.
fn troubles(house: &House, (seed, canaries): (u64, &Canaries), defect: &str, seen: &mut Seen) {
    let points = [defect, TROUBLES].join(";");
    let server = house.serve(&[
        ("WORKFLOW__DEFAULT", "basic"),
        ("KELISIM_FAILPOINTS", points.trim_start_matches(';')),
    ]);
    let walk = Walk::new(house, &server, ("basic", seed), canaries);
    for number in 0..STUMBLES {
        let reply = walk.stumble(number);
        if reply.status >= 500 {
            seen.errors += 1;
            seen.answer(canaries, "nobody", "a filing that failed", &reply);
        }
    }
    let log = server.program.stop();
    seen.panics += log.matches("panicked").count();
    seen.log_lines += log.lines().count();
    seen.scan(canaries, "log of troubles", log.as_bytes());
    seen.scan_addresses("log of troubles", log.as_bytes());
}

/// Every letter as it lies in the folder, and what a reader of mail makes of it; to partners and to staff alike.
fn letters(house: &House, canaries: &Canaries, seen: &mut Seen) {
    for name in house.letters() {
        let raw = fs::read(house.mail().join(&name)).unwrap();
        seen.letters += 1;
        seen.letter(
            canaries,
            &format!("the name of a letter {name}"),
            name.as_bytes(),
        );
        seen.letter(canaries, &format!("letter {name}"), &raw);
        for text in letter_texts(&raw) {
            seen.letter(
                canaries,
                &format!("letter {name}, decoded"),
                text.as_bytes(),
            );
        }
    }
}

fn figures(report: &mut Report, canaries: &Canaries, seen: &Seen) {
    let unread: Vec<String> = canaries
        .fields()
        .filter(|(word, _)| !seen.read.contains(word))
        .map(|(word, field)| format!("{field} ({word})"))
        .collect();
    report.none("canaries found", &seen.found);
    report.none("confidential fields without a canary", &seen.blind);
    report.at_least(
        "canaries that a reader of the content read back",
        CANARIES_LEAST,
        number(seen.read.len()),
    );
    report.noted("canaries that were sent", number(canaries.fields().count()));
    report.noted(
        "of these refused, or changed by a later act",
        number(unread.len()),
    );
    report.noted(
        "different confidential fields",
        number(canaries.kinds().len()),
    );
    report.at_least("actions taken", 20.0, number(seen.flows));
    report.at_least("letters", 20.0, number(seen.letters));
    report.at_least(
        "answers to those who read no content",
        500.0,
        number(seen.answers),
    );
    report.at_least("lines of log", 500.0, number(seen.log_lines));
    report.at_least("panics over content", 1.0, number(seen.panics));
    report.at_least(
        "requests that failed over content",
        4.0,
        number(seen.errors),
    );
    report.none("commands and files that failed", &seen.failed);
    report.at_least("commands given", COMMANDS_LEAST, number(seen.commands));
    let shut: Vec<String> = seen.shut.difference(&seen.pages).cloned().collect();
    report.none("pages that were shown to nobody", &shut);
    report.at_least(
        "pages shown to somebody",
        PAGES_LEAST,
        number(seen.pages.len()),
    );
    report.at_least(
        "names found within the scope",
        2.0,
        number(seen.names_found),
    );
    report.at_least("searches without the scope", 20.0, number(seen.searches));
    report.at_least("corrections", 2.0, number(seen.corrections));
    report.at_least("grounds corrected", 1.0, number(seen.grounds));
    let unread = REASONS
        .iter()
        .filter(|field| !seen.reasons.contains(**field));
    let unread: Vec<String> = unread.map(|field| (*field).to_owned()).collect();
    report.none("reasons that no reader found in a history", &unread);
    report.noted("bytes looked through", number(seen.bytes));
}
