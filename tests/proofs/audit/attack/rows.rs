//! Rows are removed, cut off, and exchanged.

use kelisim_domain::audit::DamageKind::{Cut, Missing, Reordered};

use super::{Attack, Attacker};

impl Attacker<'_> {
    pub(super) fn without_entry(&self, place: usize) -> String {
        let (table, id) = (self.table_of(place), self.id_of(place));
        format!("DELETE FROM {table} WHERE id = {id}; ")
    }

    pub(super) fn without_seal(&self, place: usize) -> String {
        format!(
            "DELETE FROM audit_seal WHERE seq = {}; ",
            self.link(place).seq
        )
    }

    /// Numbers from one on move down: in two steps, for no number may stand twice in between.
    fn close_up(&self, from: i64, by: i64) -> String {
        const FAR: i64 = 1_000_000_000;
        format!(
            "UPDATE audit_seal SET seq = seq + {FAR} WHERE seq >= {from}; \
             UPDATE audit_seal SET seq = seq - {FAR} - {by} WHERE seq >= {FAR}; "
        )
    }

    pub(super) fn take_entry(&self) -> Attack {
        let place = self.any();
        let seq = self.link(place).seq;
        self.attack(
            "an entry removed",
            &[Missing],
            seq..=seq,
            self.without_entry(place),
        )
    }

    pub(super) fn take_seal(&self) -> Attack {
        let place = self.inside();
        let seq = self.link(place).seq;
        self.attack(
            "a seal removed",
            &[Missing],
            seq..=seq,
            self.without_seal(place),
        )
    }

    pub(super) fn take_both(&self) -> Attack {
        let place = self.inside();
        let seq = self.link(place).seq;
        let statements = self.without_entry(place) + &self.without_seal(place);
        self.attack(
            "an entry removed with its seal",
            &[Missing],
            seq..=seq,
            statements,
        )
    }

    pub(super) fn take_and_close_up(&self) -> Attack {
        let place = self.inside();
        let seq = self.link(place).seq;
        let statements =
            self.without_entry(place) + &self.without_seal(place) + &self.close_up(seq + 1, 1);
        self.attack(
            "an entry removed and the numbers closed up",
            &[Missing],
            seq..=seq,
            statements,
        )
    }

    pub(super) fn take_range_and_close_up(&self) -> Attack {
        let place = self.inside();
        let room = self.length() - 1 - place;
        let count = 1 + self.dice.below(room.min(30));
        let seq = self.link(place).seq;
        let mut statements = String::new();
        for gone in place..place + count {
            statements += &self.without_entry(gone);
            statements += &self.without_seal(gone);
        }
        let count = i64::try_from(count).unwrap_or(1);
        statements += &self.close_up(seq + count, count);
        self.attack(
            "a range removed and the numbers closed up",
            &[Missing],
            seq..=seq,
            statements,
        )
    }

    pub(super) fn take_first(&self) -> Attack {
        let statements = self.without_entry(0) + &self.without_seal(0) + &self.close_up(2, 1);
        self.attack("the first entry removed", &[Missing], 1..=1, statements)
    }

    pub(super) fn take_last(&self) -> Attack {
        let place = self.length() - 1;
        let seq = self.link(place).seq;
        let statements = self.without_entry(place) + &self.without_seal(place);
        self.attack("the last entry removed", &[Cut], seq..=seq, statements)
    }

    /// Only down past an anchor can a cut be seen (G9); the last entry of this log is anchored.
    pub(super) fn cut(&self) -> Attack {
        let from = self.link(self.any()).seq;
        let statements = format!("DELETE FROM audit_seal WHERE seq >= {from}; ");
        self.attack(
            "the end of the seals cut off",
            &[Cut],
            from..=from,
            statements,
        )
    }

    /// Everything as it was at an earlier instant: the database cannot know better.
    pub(super) fn put_back(&self) -> Attack {
        let place = self.any();
        let (from, id) = (self.link(place).seq, self.id_of(place));
        let statements = format!(
            "DELETE FROM audit_entry WHERE id >= {id}; DELETE FROM case_event WHERE id >= {id}; \
             DELETE FROM audit_seal WHERE seq >= {from}; DELETE FROM audit_anchor WHERE seq >= {from};"
        );
        self.attack(
            "an older database put back",
            &[Cut, Missing],
            1..=from,
            statements,
        )
    }

    fn exchange(&self, name: &'static str, one: usize, other: usize) -> Attack {
        let (first, second) = (self.link(one).seq, self.link(other).seq);
        let statements = format!(
            "UPDATE audit_seal SET seq = 1000000000 WHERE seq = {first}; \
             UPDATE audit_seal SET seq = {first} WHERE seq = {second}; \
             UPDATE audit_seal SET seq = {second} WHERE seq = 1000000000;"
        );
        self.attack(name, &[Reordered], first..=first, statements)
    }

    fn two(&self) -> (usize, usize) {
        let one = self.dice.below(self.length() - 1);
        let other = one + 1 + self.dice.below(self.length() - 1 - one);
        (one, other)
    }

    pub(super) fn exchange_numbers(&self) -> Attack {
        let (one, other) = self.two();
        self.exchange("two seals exchanged", one, other)
    }

    pub(super) fn exchange_neighbours(&self) -> Attack {
        let (one, _) = self.two();
        self.exchange("two neighbours exchanged", one, one + 1)
    }

    /// The seals stay where they are, and are said to be over each other's entries.
    pub(super) fn exchange_entries(&self) -> Attack {
        const COLUMNS: [&str; 6] = [
            "entry_id",
            "source",
            "actor_id",
            "action",
            "object_kind",
            "object_id",
        ];
        let (one, other) = self.two();
        let (first, second) = (self.link(one).seq, self.link(other).seq);
        let sets = |of: &str| {
            let set = |column: &str| {
                format!("{column} = (SELECT {column} FROM taken WHERE place = '{of}')")
            };
            COLUMNS.map(set).join(", ")
        };
        let columns = COLUMNS.join(", ");
        let aside = self.new_id();
        let statements = format!(
            "CREATE TEMPORARY TABLE taken AS \
                SELECT 'one' AS place, {columns} FROM audit_seal WHERE seq = {first} \
                UNION ALL SELECT 'two', {columns} FROM audit_seal WHERE seq = {second}; \
             UPDATE audit_seal SET entry_id = {aside} WHERE seq = {first}; \
             UPDATE audit_seal SET {} WHERE seq = {second}; \
             UPDATE audit_seal SET {} WHERE seq = {first}; \
             DROP TABLE taken;",
            sets("one"),
            sets("two"),
        );
        self.attack(
            "the entries of two seals exchanged",
            &[Reordered],
            first..=first,
            statements,
        )
    }
}
