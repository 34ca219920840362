//! The log is changed and sealed anew behind the change: it fits itself, and no anchor from there on.

use kelisim_domain::audit::{
    AuditEntry,
    DamageKind::{Cut, Rehashed},
    Hash, Head, canonical,
    chain::seal,
};

use super::{Attack, Attacker, is_event};

/// Seals that an attack makes anew, most of the time: the whole log would be the same and take long.
const ANEW_MOST: usize = 300;

impl Attacker<'_> {
    /// Where a log is sealed anew from: near its end most of the time.
    fn anew_from(&self) -> usize {
        let back = match self.dice.is(3) {
            true => self.length() - 1,
            false => ANEW_MOST.min(self.length() - 1),
        };
        self.length() - 1 - self.dice.below(back)
    }

    /// Seals the entries behind a place anew, with these hashes of theirs; a log that fits itself again.
    fn sealed_anew(
        &self,
        name: &'static str,
        from: usize,
        leaves: &[(i64, Hash)],
        before: String,
    ) -> Attack {
        let mut head = match from {
            0 => Head::EMPTY,
            from => {
                let link = self.link(from - 1);
                Head {
                    seq: link.seq,
                    hash: link.hash,
                }
            }
        };
        let mut statements = before;
        for (stands_at, leaf) in leaves {
            let next = Head {
                seq: head.seq + 1,
                hash: seal(head.seq + 1, &head.hash, leaf),
            };
            let (previous, hash) = (self.bytes(&head.hash), self.bytes(&next.hash));
            statements += &format!(
                "UPDATE audit_seal SET seq = {}, prev_hash = {previous}, hash = {hash} WHERE seq = {stands_at}; ",
                next.seq
            );
            head = next;
        }
        let first = self.link(from).seq;
        // The anchors before the place agree, and from the first one behind it on none does.
        let anchors = self.world.anchors.iter().map(|anchor| anchor.seq);
        let right = anchors.filter(|seq| *seq < first).max().unwrap_or(0);
        self.attack(
            name,
            &[Rehashed, Cut],
            right + 1..=first.max(head.seq + 1),
            statements,
        )
    }

    fn leaves(&self, from: usize) -> Vec<(i64, Hash)> {
        let links = self.world.links[from..].iter();
        links
            .map(|link| (link.seq, link.leaf.unwrap_or_default()))
            .collect()
    }

    pub(super) fn change_and_seal_anew(&self) -> Attack {
        let from = self.anew_from();
        let place = self.any_that(|sealed| !is_event(sealed) && sealed.seq >= self.link(from).seq);
        let place = place.unwrap_or(from);
        let entry = AuditEntry {
            object_id: "FORGED".to_owned(),
            ..self.sealed(place).entry.clone()
        };
        let mut leaves = self.leaves(from);
        leaves[place - from].1 = canonical::leaf(&entry);
        let id = self.id_of(place);
        let before = format!(
            "UPDATE audit_entry SET object_id = 'FORGED' WHERE id = {id}; \
             UPDATE audit_seal SET object_id = 'FORGED' WHERE entry_id = {id}; "
        );
        self.sealed_anew(
            "an entry changed and all behind it sealed anew",
            from,
            &leaves,
            before,
        )
    }

    pub(super) fn take_and_seal_anew(&self) -> Attack {
        let from = self.anew_from();
        let mut leaves = self.leaves(from);
        leaves.remove(0);
        let before = self.without_entry(from) + &self.without_seal(from);
        self.sealed_anew(
            "an entry removed and all behind it sealed anew",
            from,
            &leaves,
            before,
        )
    }

    /// An entry that never was, between two that were.
    pub(super) fn add_and_seal_anew(&self) -> Attack {
        const FAR: i64 = 1_000_000_000;
        let from = self.anew_from();
        let Some(model) = self.any_that(|sealed| !is_event(sealed)) else {
            return self.cut();
        };
        let bare = uuid::Uuid::from_u128((self.dice.below(usize::MAX) as u128) << 32 | 6);
        let entry = AuditEntry {
            id: bare.into(),
            ..self.sealed(model).entry.clone()
        };
        let (id, of_model) = (self.id(&bare.simple().to_string()), self.id_of(model));
        let nothing = self.bytes(&[0; 32]);
        let first = self.link(from).seq;
        let before = format!(
            "INSERT INTO audit_entry (region_id, id, at, actor_id, action, object_kind, object_id, before, after, reason) \
                SELECT region_id, {id}, at, actor_id, action, object_kind, object_id, before, after, reason \
                FROM audit_entry WHERE id = {of_model}; \
             UPDATE audit_seal SET seq = seq + {FAR} WHERE seq >= {first}; \
             INSERT INTO audit_seal (region_id, seq, entry_id, source, actor_id, action, object_kind, object_id, prev_hash, hash) \
                SELECT region_id, {FAR}, id, 'entry', actor_id, action, object_kind, object_id, {nothing}, {nothing} \
                FROM audit_entry WHERE id = {id}; "
        );
        let mut leaves = vec![(FAR, canonical::leaf(&entry))];
        leaves.extend(
            self.leaves(from)
                .into_iter()
                .map(|(seq, leaf)| (seq + FAR, leaf)),
        );
        self.sealed_anew(
            "an entry added and all behind it sealed anew",
            from,
            &leaves,
            before,
        )
    }

    /// Two neighbours in the other order.
    pub(super) fn exchange_and_seal_anew(&self) -> Attack {
        let from = self.anew_from().min(self.length() - 2);
        let mut leaves = self.leaves(from);
        leaves.swap(0, 1);
        // The numbers move through each other, so the first one waits aside.
        let (first, second) = (leaves[1].0, leaves[0].0);
        let before = format!(
            "UPDATE audit_seal SET seq = 1000000000 WHERE seq = {first}; \
             UPDATE audit_seal SET seq = {first} WHERE seq = {second}; \
             UPDATE audit_seal SET seq = {second} WHERE seq = 1000000000; "
        );
        (leaves[0].0, leaves[1].0) = (first, second);
        self.sealed_anew(
            "two entries exchanged and all behind them sealed anew",
            from,
            &leaves,
            before,
        )
    }
}
