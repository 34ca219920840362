//! Somebody with every right on the database, who does one thing to the log and is looked at.
//!
//! Each attack is carried out in a transaction that is undone afterwards, with triggers and foreign keys out of the way.

mod anew;
mod flip;
mod on_export;
mod rows;

pub(super) use on_export::on_export;

use std::ops::RangeInclusive;

use diesel::connection::SimpleConnection;
use kelisim_domain::audit::{AuditEntry, DamageKind, Link, chain::hex};
use kelisim_persistence::{
    Db,
    store::{audit_list::Sealed, audit_verify::audit_verify_within},
};

use super::{
    super::dice::Dice,
    world::{World, is_event},
};
use crate::Backend;

/// One thing that is done to the log, and what it must be called.
#[derive(Debug)]
pub(super) struct Attack {
    /// What is done.
    pub(super) name: &'static str,
    /// What it may be called.
    pub(super) kinds: &'static [DamageKind],
    /// The numbers at which it may be seen first.
    pub(super) place: RangeInclusive<i64>,
    /// How it is done.
    statements: String,
}

/// Plans attacks and carries them out.
pub(super) struct Attacker<'a> {
    world: &'a World,
    dice: &'a Dice,
    db: Db,
}

type Plan = fn(&Attacker<'_>) -> Attack;

/// Attacks other than a change of one value.
const PLANS: [Plan; 16] = [
    |on| on.take_entry(),
    |on| on.take_seal(),
    |on| on.take_both(),
    |on| on.take_and_close_up(),
    |on| on.take_range_and_close_up(),
    |on| on.take_first(),
    |on| on.take_last(),
    |on| on.cut(),
    |on| on.put_back(),
    |on| on.exchange_numbers(),
    |on| on.exchange_neighbours(),
    |on| on.exchange_entries(),
    |on| on.change_and_seal_anew(),
    |on| on.take_and_seal_anew(),
    |on| on.add_and_seal_anew(),
    |on| on.exchange_and_seal_anew(),
];

impl<'a> Attacker<'a> {
    /// An attacker of a log.
    pub(super) fn new(world: &'a World, dice: &'a Dice) -> Self {
        let mut db = world.database().connect();
        let sets = match world.database().backend() {
            Backend::Sqlite => "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF",
            Backend::Postgres => "SET session_replication_role = replica",
        };
        db.batch_execute(sets).unwrap();
        Self { world, dice, db }
    }

    /// The attack of a turn: every class has its turns, and the dice choose the place.
    pub(super) fn plan(&self, turn: usize) -> Attack {
        match turn % 3 {
            0 => PLANS[turn / 3 % PLANS.len()](self),
            _ => self.flip(turn),
        }
    }

    /// Does it, looks, and undoes it; what the damage was called, and where.
    pub(super) fn carry_out(&mut self, attack: &Attack) -> Option<(DamageKind, i64)> {
        self.db.batch_execute("BEGIN").unwrap();
        let done = self.db.batch_execute(&attack.statements);
        done.unwrap_or_else(|error| panic!("{attack:?}: {error}"));
        let verified = audit_verify_within(&mut self.db, &self.world.asked());
        self.db.batch_execute("ROLLBACK").unwrap();
        let damage = verified.unwrap().damage?;
        Some((damage.kind, damage.seq))
    }

    fn length(&self) -> usize {
        self.world.length()
    }

    /// A place in the log, from 0.
    fn any(&self) -> usize {
        self.dice.below(self.length())
    }

    /// A place that is neither the first nor the last.
    fn inside(&self) -> usize {
        1 + self.dice.below(self.length() - 2)
    }

    fn link(&self, place: usize) -> &Link {
        &self.world.links[place]
    }

    fn sealed(&self, place: usize) -> &Sealed {
        &self.world.entries[place]
    }

    /// A place whose entry is of one kind, near one that the dice choose.
    fn any_that(&self, is_one: impl Fn(&Sealed) -> bool) -> Option<usize> {
        let from = self.any();
        let length = self.length();
        let mut places = (0..length).map(|step| (from + step) % length);
        places.find(|place| is_one(self.sealed(*place)))
    }

    fn id(&self, hexadecimal: &str) -> String {
        match self.world.database().backend() {
            Backend::Sqlite => format!("x'{hexadecimal}'"),
            Backend::Postgres => format!("'{hexadecimal}'::uuid"),
        }
    }

    fn bytes(&self, bytes: &[u8]) -> String {
        match self.world.database().backend() {
            Backend::Sqlite => format!("x'{}'", hex(bytes)),
            Backend::Postgres => format!("'\\x{}'::bytea", hex(bytes)),
        }
    }

    fn id_of(&self, place: usize) -> String {
        self.id(&self.link(place).entry.0.simple().to_string())
    }

    fn new_id(&self) -> String {
        let random = self.dice.below(usize::MAX) as u128;
        self.id(&uuid::Uuid::from_u128(random << 32 | 5).simple().to_string())
    }

    fn table_of(&self, place: usize) -> &'static str {
        match is_event(self.sealed(place)) {
            true => "case_event",
            false => "audit_entry",
        }
    }

    fn attack(
        &self,
        name: &'static str,
        kinds: &'static [DamageKind],
        place: RangeInclusive<i64>,
        statements: String,
    ) -> Attack {
        Attack {
            name,
            kinds,
            place,
            statements,
        }
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn later(entry: &AuditEntry) -> chrono::DateTime<chrono::Utc> {
    entry.at + chrono::TimeDelta::microseconds(1)
}

/// A text that differs in its last character, or by having one.
fn other_text(text: &str) -> String {
    let mut other = text.to_owned();
    let last = other.pop();
    other.push(if last == Some('x') { 'y' } else { 'x' });
    other
}
