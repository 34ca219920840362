//! The log under attack: made by the program, sealed by its worker, anchored outside.

use std::sync::Arc;

use chrono::TimeDelta;
use kelisim_api::{
    clock::Clock,
    exported,
    worker::seal::{Options, Sealer},
};
use kelisim_domain::audit::{Anchor, AuditEntry, Link};
use kelisim_domain::id::{AccountId, AuditId};
use kelisim_persistence::{
    Failpoints, SystemPart,
    entropy::{SeededEntropy, new_id},
    faults::Plan,
    store::{
        audit::audit_insert_all,
        audit_list::{Sealed, audit_chain},
        audit_seal::audit_head,
        audit_verify::{Asked, Verified, audit_verify},
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::dice::Dice;
use crate::{
    Backend, TestApp, TestDatabase,
    network::{self, REGION},
};

/// Places between the entries at which the head was anchored.
const ANCHORS: usize = 4;

/// A sealed log.
pub(super) struct World {
    t: TestApp,
    sealer: Sealer,
    entropy: SeededEntropy,
    /// What was written down outside.
    pub(super) anchors: Vec<Anchor>,
    /// The seals as they are right, by number.
    pub(super) links: Vec<Link>,
    /// The entries as they are right, by number.
    pub(super) entries: Vec<Sealed>,
}

impl World {
    /// Cases are led over HTTP, registers changed and content read; the rest of the entries is of many invented kinds.
    pub(super) fn build(
        backend: Backend,
        dice: &Dice,
        entries: usize,
        cases: usize,
        defect: &str,
    ) -> Self {
        let mut options = TestDatabase::options();
        if !defect.is_empty() {
            let plan: Plan = defect.parse().unwrap();
            options.faults = Failpoints::new(Arc::new(plan));
        }
        let t = TestApp::start_with(backend, kelisim_domain::workflow::BASIC, &options);
        for _ in 0..cases {
            lead(&t, dice);
            t.clock.advance(TimeDelta::seconds(7));
        }
        let mut world = Self {
            sealer: Sealer::new(Arc::clone(&t.app), Options::default()),
            entropy: SeededEntropy::new(dice.below(usize::MAX) as u64),
            t,
            anchors: Vec::new(),
            links: Vec::new(),
            entries: Vec::new(),
        };
        world.seal();
        for part in 1..=ANCHORS {
            let missing = entries * part / ANCHORS;
            let missing = missing.saturating_sub(world.head_seq());
            world.invent(missing, dice);
            world.seal();
            world.anchor();
        }
        world.look();
        world.t.database.take_rights();
        if backend == Backend::Postgres {
            world.t.database.execute("ANALYZE");
        }
        world
    }

    /// How many entries are sealed.
    pub(super) fn length(&self) -> usize {
        self.links.len()
    }

    /// How many of them are events of cases.
    pub(super) fn events(&self) -> usize {
        self.entries
            .iter()
            .filter(|sealed| is_event(sealed))
            .count()
    }

    /// The database.
    pub(super) fn database(&self) -> &TestDatabase {
        &self.t.database
    }

    /// What is asked of the verifier.
    pub(super) fn asked(&self) -> Asked<'_> {
        Asked {
            region: REGION,
            anchors: &self.anchors,
            now: self.t.clock.now(),
            faults: self.t.app.faults.clone(),
        }
    }

    /// A look at the log as the program looks.
    pub(super) fn verify(&self) -> Verified {
        audit_verify(
            &self.t.app.database.as_system(SystemPart::Test),
            &self.asked(),
            |_| {},
        )
        .unwrap()
    }

    /// The log as `kelisim audit export` writes it.
    pub(super) fn export(&self) -> Vec<String> {
        let lines = self.entries.iter().map(exported::line);
        lines.map(|line| line.trim_end().to_owned()).collect()
    }

    /// The anchors as somebody keeps them.
    pub(super) fn anchors_as_text(&self) -> String {
        let lines = self.anchors.iter().map(|anchor| format!("{anchor}\n"));
        lines.collect()
    }

    /// The log grows a little, waits for its seals or is sealed by two workers at once; what is called damage then.
    pub(super) fn live_on(&mut self, dice: &Dice) -> Option<String> {
        self.t.clock.advance(TimeDelta::seconds(1));
        let new = dice.below(4);
        self.invent(new, dice);
        let mut waits = new;
        if dice.is(60) {
            let other = Sealer::new(Arc::clone(&self.t.app), Options::default());
            crate::block_on(async {
                let (one, two) = tokio::join!(self.sealer.drain(), other.drain());
                one.unwrap();
                two.unwrap();
            });
            waits = 0;
            if dice.is(20) {
                self.anchor();
            }
        }
        let verified = self.verify();
        let found = u64::try_from(waits).unwrap_or(0);
        let text = match verified.damage {
            Some(damage) => Some(damage.to_string()),
            None if verified.unsealed.count != found => Some(format!(
                "{} entries wait for their seal, and {found} do",
                verified.unsealed.count
            )),
            None => None,
        };
        // What waits is sealed before the next look, so that each look knows what waits.
        self.seal();
        text
    }

    fn head_seq(&self) -> usize {
        let head = self
            .t
            .app
            .database
            .as_system(SystemPart::Test)
            .read_blocking(|db| audit_head(db, REGION));
        usize::try_from(head.unwrap().seq).unwrap_or(0)
    }

    fn seal(&self) {
        crate::block_on(self.sealer.drain()).unwrap();
    }

    fn anchor(&mut self) {
        let head = self
            .t
            .app
            .database
            .as_system(SystemPart::Test)
            .read_blocking(|db| audit_head(db, REGION));
        let now = self.t.clock.now();
        self.anchors.push(head.unwrap().anchor(REGION, "WKR", now));
    }

    fn look(&mut self) {
        let most = i64::MAX;
        let chain = self
            .t
            .app
            .database
            .as_system(SystemPart::Test)
            .read_blocking(move |db| audit_chain(db, REGION, 0, most))
            .unwrap();
        let faults = &self.t.app.faults;
        self.links = chain
            .iter()
            .map(|found| found.clone().link(faults))
            .collect();
        self.entries = chain
            .into_iter()
            .map(|found| found.sealed().unwrap())
            .collect();
    }

    /// Adds entries as the program adds them, with everything that an entry may hold.
    fn invent(&self, count: usize, dice: &Dice) {
        let mut made = Vec::with_capacity(count);
        for _ in 0..count {
            self.t.clock.advance(TimeDelta::milliseconds(3));
            made.push(self.entry(dice));
        }
        if !made.is_empty() {
            self.t.write(move |db| audit_insert_all(db, &made));
        }
    }

    fn entry(&self, dice: &Dice) -> AuditEntry {
        let now = self.t.clock.now();
        let text = |most: usize| {
            const LETTERS: [char; 12] = [
                'a', 'Z', 'қ', 'Ж', '"', '\\', '\n', '7', ' ', '/', '\u{1}', '😀',
            ];
            (0..=dice.below(most))
                .map(|_| *dice.one_of(&LETTERS))
                .collect::<String>()
        };
        let value = || match dice.below(6) {
            0 => Value::Null,
            1 => json!(dice.is(50)),
            2 => json!(dice.below(1 << 40)),
            3 => json!([text(5), dice.below(9)]),
            4 => json!({"kk": text(9), "ru": {"on": "2026-11-28"}}),
            _ => json!(text(40)),
        };
        let fields = || json!({"name": value(), "phone": value(), "languages": value()});
        let (kind, action) = *dice.one_of(&[
            ("office", "office.update"),
            ("mediator", "mediator.create"),
            ("case", "case.read_content"),
            ("token", "token.create"),
            ("contact", "contact.read"),
        ]);
        let actor = || AccountId(Uuid::from_u128(100 + dice.below(10) as u128));
        AuditEntry {
            id: AuditId(new_id(now, &self.entropy)),
            region: REGION,
            at: now,
            actor: (!dice.is(10)).then(actor),
            action: action.into(),
            object_kind: kind.into(),
            object_id: format!("ORL-{:02}", dice.below(100)),
            before: dice.is(60).then(fields),
            after: dice.is(80).then(fields),
            reason: dice.is(50).then(|| text(60)),
        }
    }
}

/// Whether an entry is an event of a case, and stands in its history.
pub(super) fn is_event(sealed: &Sealed) -> bool {
    let entry = &sealed.entry;
    entry.object_kind == "case" && !entry.action.starts_with("case.read")
}

/// A case from filed to closed, with readings; and a register that changes.
fn lead(t: &TestApp, dice: &Dice) {
    let case = t.file(&TestApp::referred_filing());
    let id = case["id"].as_str().unwrap().to_owned();
    t.by("head").get(&format!("cases/{id}")).expect(200);
    let aigul = json!({"action": "assign", "mediator": network::AIGUL});
    let case = t.moved("head", &case, &aigul);
    t.by("aigul").get(&format!("cases/{id}")).expect(200);
    let settled = json!({"action": "reconcile", "agreement": {"signed_on": "2026-11-22", "summary": "They share."}});
    let case = t.moved("aigul", &case, &settled);
    let case = t.moved(
        "aigul",
        &case,
        &json!({"action": "close", "ground": "settled"}),
    );
    if dice.is(50) {
        let right = json!({"ground": "partly_settled", "reason": "Only half was agreed"});
        let path = format!("cases/{id}");
        let version = case["version"].as_i64().unwrap();
        let patch = t.by("coordinator").request("PATCH", &path);
        patch.if_match(version).json(&right).send().expect(200);
    }
    let office = t.by("coordinator").get("offices/ORL-01").expect(200);
    let hours = json!({"hours": format!("9-{}", 10 + dice.below(1_000))});
    let patch = t.by("coordinator").request("PATCH", "offices/ORL-01");
    let version = office["version"].as_i64().unwrap();
    patch.if_match(version).json(&hours).send().expect(200);
}
