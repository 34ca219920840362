//! A client that leads cases and writes down what it did: the measure against which a database is
//! held after a crash.

use std::{
    fs::File,
    io::Write,
    path::Path,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread::sleep,
    time::Duration,
};

use serde_json::{Value, json};

use super::dice::Dice;
use crate::{
    house::{House, Server, filed_on, referred},
    http::Client,
};

/// A change, how it was asked for, and the answer when there was one.
pub struct Change {
    by: By,
    method: &'static str,
    path: String,
    version: Option<i64>,
    body: Value,
    key: String,
    /// Whether it was sent before without an answer, so that it may have taken effect.
    is_repeat: bool,
    /// The answer.
    pub told: Option<Told>,
    /// What the answer says of the case.
    pub seen: Option<Seen>,
}

/// What an answer says.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The id of the case, without dashes.
    pub case: String,
    /// Its version.
    pub version: i64,
    /// Its stage.
    pub stage: String,
    /// Whether a partner referred it.
    pub is_referred: bool,
    /// The ids of the messages that were named, without dashes.
    pub notices: Vec<String>,
}

/// Who sends it.
#[derive(Debug, Clone, Copy)]
enum By {
    Head,
    Mediator,
}

/// An acknowledged answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    status: u16,
    text: String,
}

/// What became of sending.
enum Sent {
    Told(Told),
    /// An answer that promises nothing: try again.
    Later,
    /// The server is gone.
    Gone,
    /// An answer that nobody expects.
    Wrong(String),
}

/// The accounts of a client, on the server of this moment.
pub struct Hands {
    head: Client,
    mediator: Client,
}

/// A client that leads one case after the other, with everything that it did.
pub struct Writer {
    name: String,
    mediator: usize,
    mediator_id: String,
    dice: Dice,
    journal: File,
    /// Everything it asked for, oldest first.
    pub changes: Vec<Change>,
    /// What must not have happened.
    pub wrong: Vec<String>,
    case: Option<Value>,
    are_all_referred: bool,
}

impl Change {
    fn send(&self, hands: &Hands) -> Sent {
        let client = match self.by {
            By::Head => &hands.head,
            By::Mediator => &hands.mediator,
        };
        let mut request = client.request(self.method, &self.path).key(&self.key);
        if let Some(version) = self.version {
            request = request.if_match(version);
        }
        let Some(reply) = request.json(&self.body).try_send() else {
            return Sent::Gone;
        };
        match reply.status {
            200 | 201 => Sent::Told(Told {
                status: reply.status,
                text: reply.text,
            }),
            500..=599 => Sent::Later,
            409 if reply.text.contains("key_running") => Sent::Later,
            // A correction has a version and no key: the first try took effect.
            412 if self.method == "PATCH" && self.is_repeat => self.read(client),
            status => {
                let Self {
                    method,
                    path,
                    body,
                    key,
                    version,
                    ..
                } = self;
                let said = format!("{method} {path} {body} version {version:?} key {key}");
                Sent::Wrong(format!("{said}: {status} {}", reply.text))
            }
        }
    }

    /// What a correction came to whose answer was lost.
    fn read(&self, client: &Client) -> Sent {
        match client.try_get(&self.path) {
            None => Sent::Gone,
            Some(reply) if reply.status == 200 => Sent::Told(Told {
                status: 412,
                text: reply.text,
            }),
            Some(_) => Sent::Later,
        }
    }

    /// Reads the answer; gives the case as it is after the change.
    fn read_answer(&mut self) -> Option<Value> {
        let mut answer = self.answer()?;
        let text = |value: &Value| value.as_str().unwrap_or_default().replace('-', "");
        let notices = answer["notices"].as_array().cloned().unwrap_or_default();
        let case = match answer.get_mut("case") {
            Some(case) => case.take(),
            None => answer,
        };
        self.seen = Some(Seen {
            case: text(&case["id"]),
            version: case["version"].as_i64()?,
            stage: text(&case["stage"]),
            is_referred: !case["referral"]["partner"].is_null(),
            notices: notices.iter().map(|notice| text(&notice["id"])).collect(),
        });
        Some(case)
    }

    fn answer(&self) -> Option<Value> {
        serde_json::from_str(&self.told.as_ref()?.text).ok()
    }

    /// How many messages the change must cause: to the mediator, and to the partner of a referred case.
    pub fn messages(&self) -> usize {
        let partner = usize::from(self.seen.as_ref().is_some_and(|seen| seen.is_referred));
        match self.body["action"].as_str() {
            _ if self.method == "PATCH" => 0,
            None => partner,
            Some("assign") => 1 + partner,
            Some("close") if self.body.get("ground").is_none() => 0,
            Some(_) => partner,
        }
    }

    fn is_post(&self) -> bool {
        self.method == "POST"
    }
}

impl Writer {
    /// A client with a journal in `folder`.
    ///
    /// # Panics
    /// The journal cannot be made.
    pub fn new(house: &House, number: usize, seed: u64, folder: &Path, all_referred: bool) -> Self {
        let mediator = number % house.mediators.len();
        Self {
            name: format!("c{number}"),
            mediator,
            mediator_id: house.mediators[mediator].clone(),
            dice: Dice::new(seed ^ (0x00c0_ffee << 8) ^ number as u64),
            journal: File::create(folder.join(format!("journal-{number}"))).unwrap(),
            changes: Vec::new(),
            wrong: Vec::new(),
            case: None,
            are_all_referred: all_referred,
        }
    }

    /// The accounts with which it works.
    pub fn hands(&self, house: &House, server: &Server) -> Hands {
        Hands {
            head: house.by("head", server),
            mediator: house.by(&format!("mediator{}", self.mediator), server),
        }
    }

    /// Works until the server is gone or somebody says stop.
    pub fn work(&mut self, hands: &Hands, told: &AtomicUsize, stop: &AtomicBool) {
        self.repeat(hands);
        while !stop.load(Ordering::Relaxed) {
            if self.changes.last().is_none_or(|last| last.told.is_some()) {
                let next = self.next();
                self.changes.push(next);
            }
            match self.try_last(hands) {
                Some(true) => drop(told.fetch_add(1, Ordering::Relaxed)),
                Some(false) => sleep(Duration::from_millis(5)),
                None => return,
            }
        }
    }

    /// Sends the last acknowledged change once more: it must give the first answer.
    fn repeat(&mut self, hands: &Hands) {
        let told = |change: &&Change| change.told.is_some() && change.is_post();
        let Some(last) = self.changes.iter().rev().find(told) else {
            return;
        };
        let wrong = match last.send(hands) {
            Sent::Told(again) if Some(&again) == last.told.as_ref() => return,
            Sent::Later | Sent::Gone => return,
            Sent::Told(again) => again.text,
            Sent::Wrong(said) => said,
        };
        let first = last.told.as_ref().map_or("", |told| &told.text);
        let key = &last.key;
        self.wrong
            .push(format!("key {key} was answered {first} and then {wrong}"));
    }

    /// Repeats some acknowledged changes, chosen by the dice; gives how many.
    pub fn repeat_some(&mut self, hands: &Hands, most: usize) -> usize {
        let posts: Vec<usize> = (0..self.changes.len())
            .filter(|index| self.changes[*index].is_post() && self.changes[*index].told.is_some())
            .collect();
        let count = most.min(posts.len());
        for _ in 0..count {
            let change = &self.changes[posts[self.dice.below(posts.len())]];
            let said = match change.send(hands) {
                Sent::Told(again) if Some(&again) == change.told.as_ref() => continue,
                Sent::Told(again) => again.text,
                Sent::Wrong(said) => said,
                Sent::Later | Sent::Gone => "no answer".to_owned(),
            };
            self.wrong
                .push(format!("a repeat of key {} got {said}", change.key));
        }
        count
    }

    /// Brings the last change to an answer: with its key, for it may have taken effect.
    pub fn resolve(&mut self, hands: &Hands) {
        for _ in 0..200 {
            if self.changes.last().is_none_or(|last| last.told.is_some()) {
                return;
            }
            if self.try_last(hands).is_none() {
                break;
            }
            sleep(Duration::from_millis(20));
        }
        if self.changes.last().is_some_and(|last| last.told.is_none()) {
            self.wrong.push("a repeat is never answered".to_owned());
        }
    }

    /// Sends the last change; nothing when it makes no sense to go on.
    fn try_last(&mut self, hands: &Hands) -> Option<bool> {
        let change = self.changes.last_mut()?;
        // Before it is sent, and after it was answered: what a client relies on is on its disk.
        note(&mut self.journal, "send", &change.key);
        let sent = change.send(hands);
        change.is_repeat = true;
        match sent {
            Sent::Told(told) => {
                note(&mut self.journal, "told", &change.key);
                change.told = Some(told);
                let Some(case) = change.read_answer() else {
                    self.wrong
                        .push(format!("no case in the answer to key {}", change.key));
                    return None;
                };
                let (wanted, found) = (change.version.map_or(1, |at| at + 1), &case["version"]);
                if *found != wanted {
                    let key = &change.key;
                    self.wrong
                        .push(format!("key {key} made version {found}, not {wanted}"));
                }
                self.case = Some(case).filter(|case| case["stage"] != "closed");
                Some(true)
            }
            Sent::Later => Some(false),
            Sent::Gone => None,
            Sent::Wrong(said) => {
                self.wrong.push(said);
                None
            }
        }
    }

    fn next(&mut self) -> Change {
        let key = format!("{}-{}", self.name, self.changes.len());
        let dice = self.dice.below(60);
        let Some(case) = &self.case else {
            return self.filing(key, dice);
        };
        let path = format!("cases/{}", case["id"].as_str().unwrap_or_default());
        let (version, signed_on) = (case["version"].as_i64(), filed_on(case));
        if dice % 6 == 5 {
            let body = json!({"amount": 1_000 + dice});
            return change(By::Mediator, "PATCH", path, version, body, key).by_who_may(case);
        }
        let agreement = json!({"signed_on": signed_on, "summary": "The cow stays out."});
        let (by, body) = match case["stage"].as_str() {
            Some("filed") if dice.is_multiple_of(5) => {
                (By::Head, json!({"action": "close", "ground": "withdrawn"}))
            }
            Some("filed") => (
                By::Head,
                json!({"action": "assign", "mediator": self.mediator_id}),
            ),
            Some("assigned") => (
                By::Mediator,
                json!({"action": "reconcile", "agreement": agreement}),
            ),
            _ => (By::Mediator, json!({"action": "close"})),
        };
        change(by, "POST", path + "/transitions", version, body, key)
    }

    fn filing(&self, key: String, dice: usize) -> Change {
        let mut body = referred();
        if dice.is_multiple_of(3) && !self.are_all_referred {
            body.as_object_mut().map(|body| body.remove("referral"));
        }
        let by = if dice.is_multiple_of(2) {
            By::Head
        } else {
            By::Mediator
        };
        change(by, "POST", "cases".to_owned(), None, body, key)
    }
}

fn change(
    by: By,
    method: &'static str,
    path: String,
    version: Option<i64>,
    body: Value,
    key: String,
) -> Change {
    Change {
        by,
        method,
        path,
        version,
        body,
        key,
        is_repeat: false,
        told: None,
        seen: None,
    }
}

impl Change {
    /// Before a case has its mediator, the head corrects it.
    fn by_who_may(mut self, case: &Value) -> Self {
        if case["mediator"].is_null() {
            self.by = By::Head;
        }
        self
    }
}

fn note(journal: &mut File, what: &str, key: &str) {
    writeln!(journal, "{what} {key}").unwrap();
    journal.sync_data().unwrap();
}
