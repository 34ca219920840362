//! People who act in the middle of a race: they send again what is stuck, and give a case whose
//! message still waits to somebody else.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread::sleep,
    time::Duration,
};

use serde_json::{Value, json};
use uuid::Uuid;

use super::house::{number_of, token};
use crate::{
    http::Client,
    network::{AIGUL, BERIK},
};

/// What people did.
#[derive(Debug, Default)]
pub(super) struct Acts {
    /// Messages that they sent again.
    pub(super) retried: AtomicU64,
    /// Messages that had moved on meanwhile.
    pub(super) too_late: AtomicU64,
    /// Cases that they gave to somebody else.
    pub(super) reassigned: AtomicU64,
    /// Requests that found the database busy.
    pub(super) busy: AtomicU64,
    /// Answers that should not be.
    pub(super) wrong: AtomicU64,
}

/// Acts until it is over.
pub(super) fn act(server: &Client, mut case: Value, acts: &Acts, over: &AtomicBool) {
    let coordinator = server.with_token(&token("coordinator"));
    let head = server.with_token(&token("head"));
    for round in 0_u64.. {
        if over.load(Ordering::Relaxed) {
            return;
        }
        // A page each, so that many of one state do not hide those of another.
        for state in ["failed", "uncertain", "held"] {
            retry_stuck(&coordinator, state, acts);
        }
        if round.is_multiple_of(4) {
            pass_on(&head, &mut case, acts);
        }
        sleep(Duration::from_millis(500));
    }
}

/// Sends again what failed or is held, and half of what is uncertain: the rest stays for others.
fn retry_stuck(coordinator: &Client, state: &str, acts: &Acts) {
    let Some(page) = coordinator.try_get(&format!("notices?state={state}&limit=100")) else {
        acts.busy.fetch_add(1, Ordering::Relaxed);
        return;
    };
    if !acts.judge(page.status, 200) {
        return;
    }
    for notice in page.json()["items"].as_array().unwrap() {
        let id = notice["id"].as_str().unwrap();
        let number = number_of(id.parse::<Uuid>().unwrap()).unwrap_or_default();
        if notice["state"] == "uncertain" && (number / 2).is_multiple_of(2) {
            continue;
        }
        let answer = coordinator.post(&format!("notices/{id}/retry"), &json!({}));
        match answer.status {
            409 => _ = acts.too_late.fetch_add(1, Ordering::Relaxed),
            status if acts.judge(status, 200) => {
                acts.retried.fetch_add(1, Ordering::Relaxed);
            }
            _ => {}
        }
    }
}

/// The message to the former mediator may be on its way, or waits and must never leave (D11).
fn pass_on(head: &Client, case: &mut Value, acts: &Acts) {
    let to = match case["mediator"]["id"].as_str() {
        Some(id) if id == AIGUL.to_string() => BERIK,
        _ => AIGUL,
    };
    let action = match case["stage"].as_str() {
        Some("filed") => "assign",
        _ => "reassign",
    };
    let path = format!("cases/{}/transitions", case["id"].as_str().unwrap());
    let answer = head
        .request("POST", &path)
        .if_match(case["version"].as_i64().unwrap())
        .json(&json!({"action": action, "mediator": to}))
        .send();
    if acts.judge(answer.status, 201) {
        *case = answer.json()["case"].clone();
        acts.reassigned.fetch_add(1, Ordering::Relaxed);
    }
}

impl Acts {
    /// Whether an answer is the one that is wanted; a busy database is no fault.
    fn judge(&self, status: u16, wanted: u16) -> bool {
        match status {
            _ if status == wanted => return true,
            503 => self.busy.fetch_add(1, Ordering::Relaxed),
            _ => self.wrong.fetch_add(1, Ordering::Relaxed),
        };
        false
    }
}
