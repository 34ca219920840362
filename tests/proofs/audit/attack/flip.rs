//! One value of one column is another: of an entry, of an event, of a seal.

use kelisim_domain::audit::{
    AuditEntry,
    DamageKind::{self, Changed, Cut, Missing},
    canonical,
};
use serde_json::Value;

use super::{Attack, Attacker, is_event, later, other_text, quoted};

impl Attacker<'_> {
    /// The same bytes with one bit turned.
    fn turned(&self, bytes: &[u8]) -> Vec<u8> {
        let mut turned = bytes.to_vec();
        let place = self.dice.below(turned.len());
        if let Some(byte) = turned.get_mut(place) {
            *byte ^= 1 << self.dice.below(8);
        }
        turned
    }

    /// One value of one column of an entry, an event or a seal.
    pub(super) fn flip(&self, turn: usize) -> Attack {
        match turn % 5 {
            0 | 3 => match self.any_that(is_event) {
                Some(place) => self.flip_event(place),
                None => self.flip_seal(self.any()),
            },
            1 => self.flip_seal(self.any()),
            _ => match self.any_that(|sealed| !is_event(sealed)) {
                Some(place) => self.flip_entry(place),
                None => self.flip_seal(self.any()),
            },
        }
    }

    fn flip_entry(&self, place: usize) -> Attack {
        let entry = &self.sealed(place).entry;
        let seq = self.link(place).seq;
        let changed = |name, column, value: String| {
            self.set(name, &[Changed], seq, "audit_entry", column, value, place)
        };
        match self.dice.below(9) {
            0 => changed(
                "entry: time",
                "at",
                quoted(&canonical::instant(later(entry))),
            ),
            1 => changed("entry: actor", "actor_id", self.other_actor(entry)),
            2 => changed(
                "entry: action",
                "action",
                quoted(&other_text(&entry.action)),
            ),
            3 => changed(
                "entry: kind",
                "object_kind",
                quoted(&other_text(&entry.object_kind)),
            ),
            4 => changed(
                "entry: object",
                "object_id",
                quoted(&other_text(&entry.object_id)),
            ),
            5 => changed(
                "entry: before",
                "before",
                self.other_json(entry.before.as_ref()),
            ),
            6 => changed(
                "entry: after",
                "after",
                self.other_json(entry.after.as_ref()),
            ),
            7 => {
                let reason =
                    entry
                        .reason
                        .as_deref()
                        .map_or(quoted(""), |reason| match self.dice.is(20) {
                            true => "NULL".to_owned(),
                            false => quoted(&other_text(reason)),
                        });
                changed("entry: reason", "reason", reason)
            }
            _ => {
                let id = self.new_id();
                self.set("entry: id", &[Missing], seq, "audit_entry", "id", id, place)
            }
        }
    }

    fn flip_event(&self, place: usize) -> Attack {
        let entry = &self.sealed(place).entry;
        let seq = self.link(place).seq;
        let changed = |name, column, value: String| {
            self.set(name, &[Changed], seq, "case_event", column, value, place)
        };
        let after = entry.after.clone().unwrap_or_default();
        let flipped_hash = || self.bytes(&self.turned(&[7; 32]));
        match self.dice.below(11) {
            0 => changed(
                "event: time",
                "at",
                quoted(&canonical::instant(later(entry))),
            ),
            1 => changed("event: actor", "actor_id", self.other_actor(entry)),
            2 => changed("event: kind", "kind", quoted(&other_text(&entry.action))),
            3 => changed("event: case", "case_id", self.new_id()),
            4 => changed(
                "event: number",
                "seq",
                (5_000 + self.dice.below(1_000)).to_string(),
            ),
            5 => changed("event: grant", "grant_id", self.new_id()),
            6 => changed("event: data", "data", self.other_json(Some(&after["data"]))),
            7 => changed(
                "event: ciphertext",
                "secret",
                self.bytes(&self.turned(&[9; 50])),
            ),
            8 => changed("event: hash before", "prev_hash", flipped_hash()),
            9 => changed("event: hash", "hash", flipped_hash()),
            _ => {
                let id = self.new_id();
                self.set("event: id", &[Missing], seq, "case_event", "id", id, place)
            }
        }
    }

    fn flip_seal(&self, place: usize) -> Attack {
        let link = self.link(place);
        let entry = &self.sealed(place).entry;
        let set = |name, kinds, column, value: String| {
            let seq = link.seq;
            let statement = format!("UPDATE audit_seal SET {column} = {value} WHERE seq = {seq}");
            self.attack(name, kinds, seq..=seq, statement)
        };
        let source = match is_event(self.sealed(place)) {
            true => "entry",
            false => "event",
        };
        match self.dice.below(8) {
            0 => set(
                "seal: hash before",
                &[Changed],
                "prev_hash",
                self.bytes(&self.turned(&link.previous)),
            ),
            1 => set(
                "seal: hash",
                &[Changed],
                "hash",
                self.bytes(&self.turned(&link.hash)),
            ),
            2 => set("seal: entry", &[Missing], "entry_id", self.new_id()),
            3 => set("seal: source", &[Missing], "source", quoted(source)),
            4 => set(
                "seal: actor",
                &[Changed],
                "actor_id",
                self.other_actor(entry),
            ),
            5 => set(
                "seal: action",
                &[Changed],
                "action",
                quoted(&other_text(&entry.action)),
            ),
            6 => set(
                "seal: object",
                &[Changed],
                "object_id",
                quoted(&other_text(&entry.object_id)),
            ),
            _ => {
                let far = self.length() + 1 + self.dice.below(1_000);
                set("seal: number", &[Missing, Cut], "seq", far.to_string())
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "each is a part of one statement")]
    fn set(
        &self,
        name: &'static str,
        kinds: &'static [DamageKind],
        seq: i64,
        table: &str,
        column: &str,
        value: String,
        place: usize,
    ) -> Attack {
        let id = self.id_of(place);
        let statement = format!("UPDATE {table} SET {column} = {value} WHERE id = {id}");
        self.attack(name, kinds, seq..=seq, statement)
    }

    fn other_actor(&self, entry: &AuditEntry) -> String {
        match entry.actor.is_some() && self.dice.is(20) {
            true => "NULL".to_owned(),
            false => self.new_id(),
        }
    }

    /// A document that differs in one value.
    fn other_json(&self, value: Option<&Value>) -> String {
        let Some(value) = value else {
            return quoted("{}");
        };
        if self.dice.is(5) {
            return quoted("null");
        }
        let mut other = value.clone();
        self.change_within(&mut other);
        quoted(&other.to_string())
    }

    fn change_within(&self, value: &mut Value) {
        match value {
            Value::Null => *value = Value::Bool(false),
            Value::Bool(yes) => *value = Value::Bool(!*yes),
            Value::Number(number) => {
                let other = number.as_i64().map_or(0, |number| number.wrapping_add(1));
                *value = other.into();
            }
            Value::String(text) => *text = other_text(text),
            Value::Array(items) if items.is_empty() => items.push(Value::Null),
            Value::Array(items) => {
                let place = self.dice.below(items.len());
                self.change_within(&mut items[place]);
            }
            Value::Object(fields) if fields.is_empty() => {
                fields.insert("x".to_owned(), Value::Null);
            }
            Value::Object(fields) => {
                let place = self.dice.below(fields.len());
                let name = fields.keys().nth(place).cloned().unwrap_or_default();
                if self.dice.is(10) {
                    fields.remove(&name);
                } else if let Some(field) = fields.get_mut(&name) {
                    self.change_within(field);
                }
            }
        }
    }
}
