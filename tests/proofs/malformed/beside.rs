//! Who is there at the same time: a crowd that holds connections as slowly as it may, and a user who does their work.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread::sleep,
    time::{Duration, Instant},
};

use super::world::World;
use crate::{
    TestApp, network,
    proofs::{dice::Dice, report::percentile},
    wire::Wire,
};

/// Connections that are held open for nothing.
const CROWD: usize = 60;
/// Between two bytes of the crowd.
const DRIP: Duration = Duration::from_millis(250);

/// Holds connections and sends a byte now and then, until it is told to stop; gives how many connections it took.
pub(super) fn crowd(address: &str, seed: u64, stop: &AtomicBool) -> usize {
    let dice = Dice::new(seed);
    let mut held: Vec<(Wire, &'static [u8])> = Vec::new();
    let mut taken = 0;
    while !stop.load(Ordering::Relaxed) {
        while held.len() < CROWD {
            let Ok(mut wire) = Wire::open(address, Duration::from_secs(1)) else {
                break;
            };
            let (first, drip) = slow(&dice);
            wire.send(first).ok();
            held.push((wire, drip));
            taken += 1;
        }
        sleep(DRIP);
        held.retain_mut(|(wire, drip)| wire.send(&**drip).is_ok());
    }
    taken
}

/// What is sent at once, and what comes after it, again and again.
fn slow(dice: &Dice) -> (String, &'static [u8]) {
    let token = network::token("head");
    let post = format!(
        "POST /api/v1/cases HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n"
    );
    let get = "GET /healthz HTTP/1.1\r\nhost: x\r\n";
    match dice.below(7) {
        0 => (get.to_owned(), b"x: 1\r\n"),
        1 => (format!("{get}x: "), b"a"),
        2 => (
            format!("{post}content-length: 900000\r\n\r\n{{\"summary\":\""),
            b"a",
        ),
        3 => (
            format!("{post}transfer-encoding: chunked\r\n\r\n"),
            b"1\r\n \r\n",
        ),
        4 => (String::new(), b""),
        // The first request is quick, and the second is not.
        5 => (format!("{get}\r\nGET /heal"), b"t"),
        // Nothing of the answers is ever read.
        _ => (
            "GET /api/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(40),
            b"",
        ),
    }
}

/// Sends good requests as fast as they are answered, until it is told to stop: what everybody beside them has to bear anyway.
pub(super) fn well_meant(address: &str, stop: &AtomicBool) {
    let token = network::token("coordinator");
    let asks = ["me", "cases?limit=20", "offices", "mediators"].map(|path| {
        format!("GET /api/v1/{path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n")
    });
    let mut kept: Option<Wire> = None;
    for ask in asks.iter().cycle() {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let open = || Wire::open(address, Duration::from_secs(30)).ok();
        let Some(mut wire) = kept.take().or_else(open) else {
            continue;
        };
        wire.send(ask).ok();
        if wire.answer(false).is_some() {
            kept = Some(wire);
        }
    }
}

/// How a user fared.
#[derive(Debug, Default)]
pub(super) struct Fared {
    /// Milliseconds of each request.
    times: Vec<f64>,
    /// What went wrong.
    pub(super) wrong: Vec<String>,
}

impl Fared {
    /// How many requests there were.
    pub(super) fn count(&self) -> usize {
        self.times.len()
    }

    /// The time under which 99 of a hundred were answered, in milliseconds.
    pub(super) fn p99(&self) -> f64 {
        percentile(&mut self.times.clone(), 99)
    }
}

/// Reads a case and a list, and files a case now and then, until `done` says that it is enough.
pub(super) fn user(world: &World, mut done: impl FnMut(usize) -> bool) -> Fared {
    let user = world.user();
    let case = format!("cases/{}", world.case);
    let mut fared = Fared::default();
    while !done(fared.count()) {
        let begun = Instant::now();
        let reply = match fared.count() % 5 {
            0 => user.request("GET", "me").try_send(),
            1 | 2 => user.request("GET", &case).try_send(),
            3 => user.request("GET", "cases?limit=20").try_send(),
            _ => user
                .request("POST", "cases")
                .json(&TestApp::filing())
                .try_send(),
        };
        fared.times.push(begun.elapsed().as_secs_f64() * 1_000.0);
        match reply {
            Some(reply) if reply.status < 400 => {}
            Some(reply) => fared.wrong.push(format!("{} {}", reply.status, reply.text)),
            None => fared.wrong.push("no answer".to_owned()),
        }
        sleep(Duration::from_millis(10));
    }
    fared
}
