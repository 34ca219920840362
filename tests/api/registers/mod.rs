//! The registers over HTTP: who may, what is stored, and that a refusal stores and sends nothing.

mod mediator;
mod memorandum;
mod office;
mod partner;

use kelisim_domain::id::PartnerId;
use kelisim_domain::policy::Standing;
use kelisim_tests::http::{Client, Reply};
use kelisim_tests::{Backend, OnBackend, TestApp, network};
use serde_json::{Value, json};

/// Everybody who has to do with registers, and a second partner, HLT, with a contact's account.
struct Registers {
    coordinator: Client,
    registrar: Client,
    administrator: Client,
    auditor: Client,
    head: Client,
    mediator: Client,
    partner: Client,
    stranger: Client,
    nobody: Client,
    app: TestApp,
}

impl OnBackend for Registers {
    fn on(backend: Backend) -> Self {
        let app = TestApp::on(backend);
        let body = json!({
            "code": "HLT", "kind": "health", "name_kk": "Денсаулық", "name_ru": "Здоровье", "name_en": "Health",
            "level": "region",
        });
        let made = app.by("coordinator").post("partners", &body).expect(201);
        let partner: PartnerId = made["id"].as_str().unwrap().parse().unwrap();
        let standing = Standing::Partner { partner };
        app.write(move |db| network::person(db, 200, "stranger", &[standing]));
        Registers {
            coordinator: app.by("coordinator"),
            registrar: app.by("registrar"),
            administrator: app.by("administrator"),
            auditor: app.by("auditor"),
            head: app.by("head"),
            mediator: app.by("aigul"),
            partner: app.by("partner"),
            stranger: app.by("stranger"),
            nobody: app.nobody(),
            app,
        }
    }
}

impl Registers {
    /// Sends what must be refused, and checks that not one row has changed.
    #[track_caller]
    fn refused(&self, send: impl FnOnce() -> Reply) -> Reply {
        let before = self.app.database.contents();
        let reply = send();
        assert_eq!(before, self.app.database.contents(), "{reply:?}");
        reply
    }

    /// Sends what was sent before, which changes nothing: but what it shows once more is entered as read (R21).
    fn repeated(&self, send: impl FnOnce() -> Reply) -> Reply {
        let before = self.app.database.contents();
        let reply = send();
        let mut after = self.app.database.contents();
        let entries = after.get_mut("audit_entry").unwrap();
        entries.retain(|row| before["audit_entry"].contains(row) || !row.contains(".read"));
        assert_eq!(before, after, "{reply:?}");
        reply
    }

    /// What each of these answers, in their order.
    fn statuses(&self, who: &[&Client], send: impl Fn(&Client) -> Reply) -> Vec<u16> {
        let each = who
            .iter()
            .map(|client| self.refused(|| send(client)).status);
        each.collect()
    }

    /// The audit entries that hold a word, each as one line of text.
    fn audited(&self, word: &str) -> Vec<String> {
        let contents = self.app.database.contents();
        let entries = contents["audit_entry"].iter();
        entries
            .filter(|line| line.contains(word))
            .cloned()
            .collect()
    }

    /// How many messages wait, by kind.
    fn messages(&self, kind: &str) -> i64 {
        self.app
            .database
            .count(&format!("outbox WHERE kind = '{kind}'"))
    }
}

/// A body with some fields replaced.
fn with(base: &Value, change: Value) -> Value {
    let mut body = base.clone();
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// The pointers and codes of faults, in the order of their pointers.
#[track_caller]
fn faults(reply: &Reply) -> Vec<String> {
    reply.expect_problem(422, "invalid");
    let mut faults = reply.faults();
    faults.sort();
    faults
}

/// The codes of the refusals of a problem.
#[track_caller]
fn refusals(reply: &Reply, status: u16, code: &str) -> Vec<String> {
    let body = reply.expect_problem(status, code);
    let refusals = body["refusals"].as_array().cloned().unwrap_or_default();
    let words = refusals.iter().map(|refusal| {
        assert!(
            refusal["detail"]
                .as_str()
                .is_some_and(|text| !text.is_empty() && !text.starts_with("refusal-"))
        );
        format!(
            "{} {}",
            refusal["rule"].as_str().unwrap(),
            refusal["lifted_by"]
        )
    });
    words.collect()
}

/// The values of one field in a list.
fn column(list: &Value, name: &str) -> Vec<String> {
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item[name].as_str().unwrap().to_owned())
        .collect()
}

/// A body that is wrong in every way that a body can be, whatever it is about.
fn unreadable() -> Vec<(&'static str, &'static str, u16, &'static str)> {
    vec![
        ("application/json", "{", 400, "malformed"),
        ("application/json", "[1]", 422, "invalid"),
        ("text/plain", "{}", 415, "media_type"),
    ]
}

fn office_body() -> Value {
    json!({
        "code": "ORL-07", "name_kk": "Кітапхана", "name_ru": "Библиотека", "name_en": "Library", "kind": "library",
        "district": "ORL", "settlement": "Oral", "address": "Abai 7", "phone": "8 7112 50 00 07", "hours": "9-18",
        "languages": ["kk", "ru"], "active_from": "2020-01-01", "parent": "ORL-01",
    })
}
