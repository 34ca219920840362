//! What a client did and was told: the measure against which a database is held after a crash.

use std::sync::atomic::{AtomicUsize, Ordering};

use kelisim_persistence::entropy::Entropy;
use kelisim_tests::http::{Client, Reply};
use serde_json::{Value, json};

use crate::house::{filed_on, referred};

/// A change with its key, and the answer when there was one.
pub(crate) struct Change {
    by: By,
    path: String,
    version: Option<i64>,
    body: Value,
    key: String,
    pub(crate) told: Option<Told>,
}

/// Who sends it.
#[derive(Debug, Clone, Copy)]
enum By {
    Head,
    Mediator,
}

/// An acknowledged answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    version: Option<String>,
    text: String,
}

/// A client that leads one case after the other, with everything that it did.
pub(crate) struct Journal {
    name: String,
    mediator: String,
    pub(crate) changes: Vec<Change>,
    /// The open case as it was last told.
    case: Option<Value>,
}

/// The two accounts of a client, on the server of this moment.
pub(crate) struct Hands {
    pub(crate) head: Client,
    pub(crate) mediator: Client,
}

impl Change {
    /// Sends it; nothing when the server is gone before it has answered.
    pub(crate) fn send(&self, hands: &Hands) -> Option<Told> {
        let client = match self.by {
            By::Head => &hands.head,
            By::Mediator => &hands.mediator,
        };
        let mut request = client.request("POST", &self.path).key(&self.key);
        if let Some(version) = self.version {
            request = request.if_match(version);
        }
        let reply: Reply = request.json(&self.body).try_send()?;
        assert_eq!(
            reply.status, 201,
            "{} {}: {}",
            self.path, self.body, reply.text
        );
        Some(Told {
            version: reply.header("etag").map(str::to_owned),
            text: reply.text,
        })
    }

    /// The case after an answered change.
    pub(crate) fn case(&self) -> Option<Value> {
        let answer: Value = serde_json::from_str(&self.told.as_ref()?.text).unwrap();
        Some(match answer.get("case") {
            Some(case) => case.clone(),
            None => answer,
        })
    }

    /// The messages that the answer named.
    pub(crate) fn notices(&self) -> Vec<String> {
        let answer: Value = serde_json::from_str(&self.told.as_ref().unwrap().text).unwrap();
        let notices = answer["notices"].as_array().cloned().unwrap_or_default();
        let id = |notice: &Value| notice["id"].as_str().unwrap().to_owned();
        notices.iter().map(id).collect()
    }

    /// How many messages the change must cause: to the mediator, and to the partner of a referred case.
    pub(crate) fn messages(&self) -> i64 {
        let is_referred = !self.case().unwrap()["referral"]["partner"].is_null();
        let partner = i64::from(is_referred);
        match self.body["action"].as_str() {
            None => partner,
            Some("assign") => 1 + partner,
            Some("close") if self.body.get("ground").is_none() => 0,
            Some(_) => partner,
        }
    }
}

impl Journal {
    pub(crate) fn new(name: String, mediator: String) -> Self {
        Self {
            name,
            mediator,
            changes: Vec::new(),
            case: None,
        }
    }

    /// Works until the server is gone, or until there was enough.
    pub(crate) fn work(&mut self, hands: &Hands, dice: &dyn Entropy, told: &AtomicUsize) {
        loop {
            if self
                .changes
                .last()
                .is_none_or(|change| change.told.is_some())
            {
                let next = self.next(dice);
                self.changes.push(next);
            }
            if !self.resolve(hands) {
                return;
            }
            told.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Sends the last change, if it has no answer yet: with its key, for it may have taken effect.
    pub(crate) fn resolve(&mut self, hands: &Hands) -> bool {
        let Some(change) = self.changes.last_mut() else {
            return true;
        };
        if change.told.is_none() {
            change.told = change.send(hands);
        }
        let Some(case) = change.case() else {
            return false;
        };
        self.case = Some(case).filter(|case| case["stage"] != "closed");
        true
    }

    fn next(&self, dice: &dyn Entropy) -> Change {
        let key = format!("{}-{}", self.name, self.changes.len());
        let mut random = [0];
        dice.fill(&mut random);
        let Some(case) = &self.case else {
            let mut body = referred();
            if random[0] % 3 == 0 {
                body.as_object_mut().unwrap().remove("referral");
            }
            let by = if random[0] % 2 == 0 {
                By::Head
            } else {
                By::Mediator
            };
            return Change {
                by,
                path: "cases".to_owned(),
                version: None,
                body,
                key,
                told: None,
            };
        };
        let agreement = json!({"signed_on": filed_on(case), "summary": "The cow stays out."});
        let (by, body) = match case["stage"].as_str() {
            Some("filed") if random[0] % 5 == 0 => {
                (By::Head, json!({"action": "close", "ground": "withdrawn"}))
            }
            Some("filed") => (
                By::Head,
                json!({"action": "assign", "mediator": self.mediator}),
            ),
            Some("assigned") => (
                By::Mediator,
                json!({"action": "reconcile", "agreement": agreement}),
            ),
            _ => (By::Mediator, json!({"action": "close"})),
        };
        let path = format!("cases/{}/transitions", case["id"].as_str().unwrap());
        let version = case["version"].as_i64();
        Change {
            by,
            path,
            version,
            body,
            key,
            told: None,
        }
    }
}
