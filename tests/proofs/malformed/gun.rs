//! Sends shots, over connections that it keeps as long as they last.

use std::time::Duration;

use super::{
    bodies,
    document::Document,
    judge::Tally,
    pages, requests,
    shot::{Ask, Expect, Shot},
    wires,
    world::Names,
};
use crate::{
    network,
    proofs::dice::Dice,
    wire::{Raw, Wire},
};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the answer to what is no request is waited for, when it was not even sent to its end.
const GLANCE: Duration = Duration::from_millis(200);

/// A client that means harm.
pub(super) struct Gun<'a> {
    pub(super) address: &'a str,
    pub(super) document: &'a Document,
    pub(super) names: &'a Names,
    pub(super) dice: Dice,
    kept: Option<Wire>,
    page: Option<pages::Kept>,
    pub(super) tally: Tally,
}

impl<'a> Gun<'a> {
    pub(super) fn new(
        address: &'a str,
        document: &'a Document,
        names: &'a Names,
        seed: u64,
    ) -> Self {
        Self {
            address,
            document,
            names,
            dice: Dice::new(seed),
            kept: None,
            page: None,
            tally: Tally::default(),
        }
    }

    /// Sends the next shot.
    pub(super) fn fire(&mut self) {
        let dice = &self.dice;
        let shot = match dice.below(100) {
            0..=73 => requests::request(self.document, self.names, dice),
            74..=79 => requests::no_route(self.document, dice),
            80..=81 => requests::open_page(dice),
            82 => return self.visit(),
            _ => wires::shot(dice),
        };
        let answers = match shot.expect {
            Expect::Wire => self.loose(&shot),
            _ => self.ask(&shot).into_iter().collect(),
        };
        self.tally.judge(self.document, &shot, &answers);
    }

    /// A page for people, now and then in another session.
    fn visit(&mut self) {
        if self.page.is_none() || self.dice.is(3) {
            self.page = None;
            self.turn(&pages::opening(None));
            if let Some(page) = self.page.clone().filter(|_| self.dice.is(70)) {
                self.turn(&pages::signing_in(&page));
                let page = self.page.clone();
                self.turn(&pages::opening(page.as_ref()));
            }
        }
        let shot = pages::shot(self.page.as_ref(), &self.dice);
        let answers: Vec<Raw> = self.ask(&shot).into_iter().collect();
        self.tally.judge(self.document, &shot, &answers);
    }

    /// One step of a person, who keeps what it gives.
    fn turn(&mut self, shot: &Shot) {
        let answer = self.ask(shot);
        let kept = answer
            .as_ref()
            .and_then(|raw| pages::kept(raw, self.page.as_ref()));
        self.page = kept;
        self.tally
            .judge(self.document, shot, &Vec::from_iter(answer));
    }

    /// Sends the largest bodies there are, so that whatever they cost has been paid before something is measured.
    pub(super) fn heave(&mut self) {
        let mut posts = self.document.operations.iter();
        let posts = posts.position(|one| one.method == "POST" && one.path == "/api/v1/cases");
        let Some(number) = posts else { return };
        for body in bodies::heavy() {
            let mut ask = Ask::new("POST", "/api/v1/cases");
            ask.header(
                "authorization",
                format!("Bearer {}", network::token("head")),
            );
            ask.header("content-type", "application/json");
            ask.body = body;
            ask.wrong("much", true);
            let refused = true;
            let shot = ask.shot(Expect::Operation { number, refused });
            let answers: Vec<Raw> = self.ask(&shot).into_iter().collect();
            self.tally.judge(self.document, &shot, &answers);
        }
    }

    /// One answer, over a connection that was used before where there is one.
    fn ask(&mut self, shot: &Shot) -> Option<Raw> {
        if let Some(mut wire) = self.kept.take()
            && wire.send(&shot.bytes).is_ok()
            && let Some(raw) = wire.answer(shot.to_head)
        {
            self.keep(wire, &raw);
            return Some(raw);
        }
        // It had been idle for too long, or closed behind the last answer.
        let mut wire = Wire::open(self.address, PATIENCE).ok()?;
        // The other end may have answered and closed before everything was sent.
        wire.send(&shot.bytes).ok();
        let raw = wire.answer(shot.to_head)?;
        self.keep(wire, &raw);
        Some(raw)
    }

    fn keep(&mut self, wire: Wire, raw: &Raw) {
        let closes = raw
            .header("connection")
            .is_some_and(|word| word.eq_ignore_ascii_case("close"));
        self.kept = (!closes).then_some(wire);
    }

    /// All answers to what is no request.
    fn loose(&mut self, shot: &Shot) -> Vec<Raw> {
        let ends = self.dice.is(85);
        let patience = if ends { PATIENCE } else { GLANCE };
        let Ok(mut wire) = Wire::open(self.address, patience) else {
            return Vec::new();
        };
        wire.send(&shot.bytes).ok();
        if ends {
            wire.sent().ok();
        }
        let mut answers = Vec::new();
        while let Some(raw) = wire.answer(false) {
            answers.push(raw);
        }
        answers
    }
}
