//! Every principal at every route and every thing, and what each answer says against the table.

use std::collections::{BTreeMap, BTreeSet};

use kelisim_api::door::subject;
use serde_json::{Value, json};
use uuid::Uuid;

use super::pages;
use super::scene::{MISSING, Scene};
use super::table::{Answer, PEOPLE, Route, Table};
use crate::http::Reply;
use crate::network::{AIGUL, BERIK};
use crate::proofs::dice::Dice;

/// Entries of readings.
const READS: &str = "action LIKE '%.read%' OR action LIKE '%.list' OR action LIKE '%.export'";

/// What the walk came to.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Requests that were sent.
    pub(super) calls: usize,
    /// Requests that were refused.
    pub(super) denied: usize,
    /// Let through, and must not be.
    pub(super) wrong_allow: Vec<String>,
    /// Refused, and must not be, or not in this way.
    pub(super) wrong_deny: Vec<String>,
    /// Refused, and something is stored otherwise than before.
    pub(super) left_a_trace: Vec<String>,
    /// 404 that differs from that of what is not there.
    pub(super) told_apart: Vec<String>,
    /// 5xx.
    pub(super) broken: Vec<String>,
    /// Lists that show what is not theirs, or not all that is.
    pub(super) wrong_list: Vec<String>,
    /// Routes of the document without a row, and rows without a route.
    pub(super) without_rows: Vec<String>,
}

impl Outcome {
    /// Whether nothing is wrong.
    pub(super) fn is_clean(&self) -> bool {
        [
            &self.wrong_allow,
            &self.wrong_deny,
            &self.left_a_trace,
            &self.told_apart,
            &self.broken,
            &self.wrong_list,
            &self.without_rows,
        ]
        .iter()
        .all(|list| list.is_empty())
    }
}

/// How close the walk looks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Care {
    /// At the size of a release: looks at all that is stored around everything that one person is refused at a route.
    Full,
    /// Looks around a route, and lets whoever is unknown ask for one thing of each.
    Quick,
    /// As quick, at the routes of these nouns and at no page.
    Only(&'static [&'static str]),
}

/// Walks everything, in an order that the dice give.
pub(super) fn walk(scene: &Scene, care: Care, dice: &Dice) -> Outcome {
    let table = Table::read();
    let mut outcome = Outcome {
        without_rows: without_rows(scene, &table),
        ..Outcome::default()
    };
    let mut routes = table.routes.clone();
    if let Care::Only(nouns) = care {
        routes.retain(|route| nouns.contains(&route.noun.as_str()));
    }
    shuffle(&mut routes, dice);
    let each_person = matches!(care, Care::Full);
    for route in &routes {
        let paths = scene.paths(&route.path, &route.noun);
        let mut people: Vec<&str> = PEOPLE.iter().map(|(name, _)| *name).collect();
        shuffle(&mut people, dice);
        let readers = readers(&table, route, paths.len());
        let mut before = stored(scene, &readers);
        for who in people {
            let asked = Asked {
                scene,
                table: &table,
                route,
                who,
                paths: &paths,
            };
            asked.all(&mut outcome, each_person, dice);
            if each_person {
                let after = stored(scene, &readers);
                if before != after {
                    let what = format!("{who} {} {}", route.method, route.path);
                    outcome.left_a_trace.push(what);
                    before = after;
                }
            }
        }
        if !each_person && before != stored(scene, &readers) {
            let what = format!("{} {}", route.method, route.path);
            outcome.left_a_trace.push(what);
        }
    }
    lists(scene, &table, &mut outcome);
    readings(scene, &table, &mut outcome);
    if !matches!(care, Care::Only(_)) {
        pages::walk(scene, &mut outcome);
    }
    outcome
}

/// Who may read something at a route.
fn readers(table: &Table, route: &Route, things: usize) -> Vec<&'static str> {
    let reads = |who: &&str| {
        let mut answers = (0..things).map(|thing| table.answer(route, who, thing));
        !route.changes() && answers.any(|answer| answer == Some(Answer::Allowed))
    };
    PEOPLE.iter().map(|(who, _)| *who).filter(reads).collect()
}

/// All that is stored, but for what readers leave: an entry of what they read that is confidential, and how often they have
/// looked for a name.
pub(super) fn stored(scene: &Scene, readers: &[&str]) -> BTreeMap<String, Vec<String>> {
    let mut contents = scene.t.database.contents();
    if let Some(rates) = contents.get_mut("rate")
        && rates.iter().any(|row| row.contains("search"))
    {
        let counted = counted(scene, readers);
        rates.retain(|row| !counted.iter().any(|one| row.to_lowercase().contains(one)));
    }
    let emails: Vec<String> = readers
        .iter()
        .map(|who| format!("'{who}@example.kz'"))
        .collect();
    let theirs = format!(
        "SELECT id FROM account WHERE email IN ({})",
        [emails, vec!["''".to_owned()]].concat().join(", ")
    );
    let others = format!(
        "audit_entry WHERE NOT ({READS}) OR actor_id IS NULL OR actor_id NOT IN ({theirs}) ORDER BY id"
    );
    let entries = scene.t.database.lines("#id#", &others);
    contents.insert("audit_entry".to_owned(), entries);
    contents
}

/// Under what the searches of some people are counted, in hexadecimal digits.
fn counted(scene: &Scene, people: &[&str]) -> Vec<String> {
    let digits = |line: &String| {
        let (email, id) = line.split_once(' ')?;
        let who = email.split('@').next()?;
        let id: Uuid = id.parse().ok()?;
        let digest = subject("search", id.as_bytes());
        let digits = digest.iter().map(|byte| format!("{byte:02x}"));
        people.contains(&who).then(|| digits.collect())
    };
    let accounts = scene.t.database.lines("email || ' ' || #id#", "account");
    accounts.iter().filter_map(digits).collect()
}

/// Every entry of a reading is of somebody who may read that.
fn readings(scene: &Scene, table: &Table, outcome: &mut Outcome) {
    let entered = format!(
        "audit_entry e JOIN account a ON a.region_id = e.region_id AND a.id = e.actor_id WHERE {READS}"
    );
    let columns = "a.email || ' ' || e.object_kind || ' ' || e.object_id";
    for line in scene.t.database.lines(columns, &entered) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [email, kind, object @ ..] = words.as_slice() else {
            continue;
        };
        let who = email.split('@').next().unwrap_or_default();
        if !PEOPLE.iter().any(|(name, _)| *name == who) {
            continue;
        }
        let of = |nouns: &[&str]| nouns.iter().any(|noun| !table.seen(noun, who).is_empty());
        let may = match (*kind, object) {
            ("case", [id]) => {
                let mut seen = table.seen("case", who).into_iter();
                seen.any(|name| scene.cases.get(name).is_some_and(|case| case == id))
            }
            ("mediator", _) => of(&["register"]),
            ("contact" | "partner", _) => of(&["contacts", "contact"]),
            ("danger_report", _) => of(&["danger"]),
            _ => of(&["audit"]),
        };
        if !may {
            outcome
                .wrong_allow
                .push(format!("{who} read {kind} {object:?}"));
        }
    }
}

/// One person at one route.
struct Asked<'a> {
    scene: &'a Scene,
    table: &'a Table,
    route: &'a Route,
    who: &'a str,
    paths: &'a [String],
}

impl Asked<'_> {
    fn all(&self, outcome: &mut Outcome, each_thing: bool, dice: &Dice) {
        let mut things: Vec<usize> = (0..self.paths.len()).collect();
        shuffle(&mut things, dice);
        if !each_thing
            && self.table.answer(self.route, self.who, things[0]) == Some(Answer::Unknown)
        {
            things.truncate(1);
        }
        // Variant of the request → the 404 of each thing.
        let mut missing: BTreeMap<bool, Vec<(usize, String)>> = BTreeMap::new();
        for thing in things {
            let Some(expected) = self.table.answer(self.route, self.who, thing) else {
                continue;
            };
            // A request that would change something if it were let through is sent where it must not be.
            let is_reading = self.route.method == "GET";
            let variants: &[bool] = match (is_reading, expected) {
                (false, Answer::Forbidden | Answer::Missing | Answer::Unknown) => &[false, true],
                _ => &[false],
            };
            for whole in variants {
                let reply = self.send(&self.paths[thing], *whole, outcome.calls);
                outcome.calls += 1;
                self.judge(outcome, thing, expected, &reply);
                if expected == Answer::Missing && reply.status == 404 {
                    missing
                        .entry(*whole)
                        .or_default()
                        .push((thing, shown(&reply)));
                }
            }
        }
        // The last thing of every noun is the one that is not there.
        let last = self.paths.len() - 1;
        for answers in missing.values() {
            let Some((_, model)) = answers.iter().find(|(thing, _)| *thing == last) else {
                continue;
            };
            for (thing, answer) in answers.iter().filter(|(_, answer)| answer != model) {
                outcome
                    .told_apart
                    .push(format!("{}: {answer} and not {model}", self.named(*thing)));
            }
        }
    }

    fn judge(&self, outcome: &mut Outcome, thing: usize, expected: Answer, reply: &Reply) {
        let found = Answer::of(reply.status);
        if reply.status >= 500 {
            outcome
                .broken
                .push(format!("{}: {}", self.named(thing), reply.status));
        }
        if found != Answer::Allowed {
            outcome.denied += 1;
        }
        if found != expected {
            let what = format!(
                "{}: {expected:?} wanted, {} found",
                self.named(thing),
                reply.status
            );
            match found {
                Answer::Allowed => outcome.wrong_allow.push(what),
                _ => outcome.wrong_deny.push(what),
            }
        }
    }

    fn send(&self, path: &str, whole: bool, number: usize) -> Reply {
        let client = self.scene.client(self.who);
        let path = format!("/api/v1{path}");
        let request = client.request(&self.route.method, &path);
        match (self.route.method.as_str(), whole) {
            ("GET", _) => request.send(),
            (_, false) => request.json(&json!({})).send(),
            (_, true) => {
                // Another key for each, so that none is the repeat of another.
                let request = request
                    .header("if-match", "*")
                    .key(&format!("request-{number}"));
                request
                    .json(&body(&self.route.method, &self.route.path))
                    .send()
            }
        }
    }

    fn named(&self, thing: usize) -> String {
        let things = self.table.things[&self.route.noun].as_slice();
        format!(
            "{} {} {} ({})",
            self.who, self.route.method, self.route.path, things[thing]
        )
    }
}

/// What somebody who may not know of a thing gets to see: status, headers and body, without what is of the request alone.
fn shown(reply: &Reply) -> String {
    let own = ["date", "x-request-id"];
    let headers: BTreeMap<&String, &String> = reply
        .headers
        .iter()
        .filter(|(name, _)| !own.contains(&name.as_str()))
        .collect();
    let mut body: Value = serde_json::from_str(&reply.text).unwrap_or(Value::Null);
    if let Some(body) = body.as_object_mut() {
        body.remove("instance");
    }
    format!("{} {headers:?} {body}", reply.status)
}

/// A body that would be taken from somebody who may.
fn body(method: &str, path: &str) -> Value {
    let words = |noun: &str| json!({"name_kk": noun, "name_ru": noun, "name_en": noun});
    let mut body = match (method, path) {
        ("POST", "/cases") => crate::TestApp::filing(),
        ("PATCH", "/cases/{id}") => json!({"category": "debts_contracts"}),
        ("POST", "/cases/{id}/transitions") => json!({"action": "reassign", "mediator": BERIK.0}),
        ("POST", "/cases/{id}/hand-up") => json!({"reason": "As it is"}),
        ("POST", "/erasures/{id}/confirm") => json!({"reason": "mistake"}),
        ("POST", "/cases/search") => json!({"name": "Demo"}),
        ("PATCH", "/retention/{kind}") => json!({"months": 60, "reason": "As it is"}),
        ("POST", "/cases/{id}/consents") => json!({
            "party": MISSING, "to": "mediation", "form": "written", "given_on": "2026-11-20",
        }),
        ("POST", "/cases/{id}/consents/{consent}/withdraw") => {
            json!({"withdrawn_on": "2026-11-21"})
        }
        ("POST", "/danger-reports") => json!({
            "facts": "A fact", "body": "A body", "informed_on": "2026-11-20", "receiver": "head@example.kz",
        }),
        ("POST", "/offices") => json!({
            "code": "ORL-77", "kind": "library", "district": "ORL", "settlement": "Oral", "address": "Abai 1",
            "phone": "+77112500000", "hours": "9-18", "languages": ["kk"], "active_from": "2019-06-06",
        }),
        ("PATCH", "/offices/{code}" | "/partners/{code}") => words("Changed"),
        ("POST", "/mediators") => json!({
            "kind": "public", "name_kk": "Жаңа", "name_ru": "Новая", "register_no": "WK-077", "language": "kk",
            "languages": ["kk"], "specialisations": [], "home_settlement": "Oral", "offices": ["ORL-01"],
            "max_open_cases": 3, "protocol": {"number": "7", "on": "2026-01-15", "body": "Gathering"},
            "iin": "010203045670", "email": "new@example.kz", "status": "active",
        }),
        ("PATCH", "/mediators/{id}") => json!({"max_open_cases": 9}),
        ("POST", "/partners") => json!({"code": "NEW", "kind": "ngo", "level": "region"}),
        ("POST", "/partners/{code}/contacts") => {
            json!({"name": "Somebody", "email": "somebody@example.kz", "language": "ru"})
        }
        ("PATCH", "/partners/{code}/contacts/{id}") => json!({"language": "kk"}),
        ("POST", "/memoranda") => json!({
            "number": "9/2026", "partner": "EDU", "valid_from": "2026-01-01", "signatories": ["Demo"],
            "categories": "all", "districts": "all", "events": ["received"], "data_level": "procedural",
        }),
        ("PATCH", "/memoranda/{id}") => json!({"renewal_owner": "Somebody"}),
        ("POST", "/memoranda/{id}/sign") => json!({"signed_on": "2026-02-01"}),
        ("POST", "/memoranda/{id}/terminate") => {
            json!({"terminated_on": "2026-11-22", "reason": "No more"})
        }
        ("POST", "/accounts") => json!({
            "email": "somebody.new@example.kz", "name": "Somebody New", "grant": {"role": "coordinator"},
        }),
        ("PATCH", "/accounts/{id}") => json!({"name": "Changed"}),
        ("POST", "/accounts/{id}/grants") => json!({"role": "coordinator"}),
        ("PATCH", "/accounts/{id}/grants/{grant}") => json!({"to": "2026-12-31"}),
        ("POST", "/drafts") => json!({"kind": "workflow", "title": "Mine", "text": "key = 4"}),
        ("PATCH", "/drafts/{id}") => json!({"title": "Changed"}),
        ("POST", "/drafts/{id}/publish") => json!({"reason": "Now"}),
        (
            "POST",
            "/workflows/{key}/undo"
            | "/workflows/{key}/versions/{n}/retire"
            | "/laws/{kind}/versions/{n}/retire",
        ) => {
            json!({"reason": "No more"})
        }
        _ => json!({}),
    };
    if matches!((method, path), ("POST", "/offices" | "/partners")) {
        let named = words("New");
        for (name, value) in named.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
    }
    body
}

/// Every list and every search shows each reader exactly what the table says that they see.
fn lists(scene: &Scene, table: &Table, outcome: &mut Outcome) {
    let near = |who: &str| !who.starts_with("far_");
    let known = PEOPLE
        .iter()
        .filter(|(who, role)| *role != "-" && near(who));
    for (who, _) in known {
        let sees: BTreeSet<&str> = table
            .seen("case", who)
            .iter()
            .map(|name| scene.cases[name].as_str())
            .collect();
        let client = scene.client(who);
        let mut questions = vec!["cases?limit=100".to_owned()];
        questions.extend(
            ["-filed_at", "filed_at", "number"].map(|sort| format!("cases?limit=100&sort={sort}")),
        );
        questions.push("cases?limit=100&q=2026".to_owned());
        questions.push("cases?limit=100&q=orl&sort=number".to_owned());
        questions.push(format!("cases?limit=100&mediator={AIGUL},{BERIK}"));
        questions.push("cases?limit=100&office=ORL-01,AKZ-01&partner=EDU".to_owned());
        for (at, question) in questions.iter().enumerate() {
            let reply = client.get(question);
            outcome.calls += 1;
            if reply.status == 404 {
                continue;
            }
            let found = ids(&reply, "id");
            let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
            let is_right = match at {
                // Without a narrower question, or with one that all cases answer.
                0..=4 => found == sees,
                _ => found.is_subset(&sees),
            };
            if !is_right {
                outcome
                    .wrong_list
                    .push(format!("{who} {question}: {found:?} and not {sees:?}"));
            }
        }
        let reply = client.get("memoranda?limit=100");
        outcome.calls += 1;
        if reply.status == 200 {
            let found: BTreeSet<String> = ids(&reply, "id").into_iter().collect();
            let papers = scene.paths("{id}", "memorandum");
            let papers = table.things["memorandum"].iter().zip(papers);
            let seen = table.seen("memorandum", who);
            let sees = papers.filter(|(name, _)| seen.contains(&name.as_str()));
            let sees: BTreeSet<String> = sees.map(|(_, id)| id).collect();
            if found != sees {
                outcome
                    .wrong_list
                    .push(format!("{who} memoranda: {found:?} and not {sees:?}"));
            }
        }
        let reply = client.get("notices?limit=100");
        outcome.calls += 1;
        let told = ids(&reply, "case");
        let foreign: Vec<&String> = told
            .iter()
            .filter(|case| !sees.contains(case.as_str()))
            .collect();
        if !foreign.is_empty() {
            outcome
                .wrong_list
                .push(format!("{who} is shown messages of {foreign:?}"));
        }
    }
}

fn ids(reply: &Reply, field: &str) -> Vec<String> {
    let body: Value = serde_json::from_str(&reply.text).unwrap_or(Value::Null);
    let items = body["items"].as_array().cloned().unwrap_or_default();
    items
        .iter()
        .filter_map(|item| item[field].as_str().map(str::to_owned))
        .collect()
}

/// The routes of the interface's own document, against the rows of the table.
fn without_rows(scene: &Scene, table: &Table) -> Vec<String> {
    let document = scene.t.nobody().get("openapi.json").expect(200);
    let mut described = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        let path = path.strip_prefix("/api/v1").unwrap_or(path);
        for method in methods
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name)
        {
            described.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let rows: BTreeSet<String> = table
        .routes
        .iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    described.symmetric_difference(&rows).cloned().collect()
}

fn shuffle<T>(list: &mut [T], dice: &Dice) {
    for at in (1..list.len()).rev() {
        list.swap(at, dice.below(at + 1));
    }
}
