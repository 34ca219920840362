//! Who reads a note: what a mediator writes for themselves, what one side says alone, what the office may know.
//!
//! A private note is its author's and nobody else's (D27). What a side says in caucus is the side's: it reaches another
//! side only with its written permission for that item, and another mediator the same way (D11, D28). The notes themselves
//! come with the casework; this is the rule that they will ask.

use crate::{
    case::{Side, closed_enum},
    id::AccountId,
};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeMap;

closed_enum! {
    /// How far a note reaches.
    NoteScope {
        /// Its author alone.
        Private = "private",
        /// One side and the mediator.
        Caucus = "caucus",
        /// The case team: the mediator and the head of the office.
        Office = "office",
        /// The case team and every side.
        Shared = "shared",
    }
}

/// A permission of the side, in writing: it holds for one item and one reader, from its day until it is withdrawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Permission {
    /// The day on which it was given.
    pub given_on: NaiveDate,
    /// The day from which on it does not hold any more.
    pub withdrawn_on: Option<NaiveDate>,
}

impl Permission {
    fn holds_on(&self, day: NaiveDate) -> bool {
        self.given_on <= day && self.withdrawn_on.is_none_or(|end| day < end)
    }
}

/// Whom a side lets read what it said in caucus.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Permitted {
    /// Another side (D28).
    Side(Side),
    /// A mediator who took the case over from the one who wrote it (D11).
    NextMediator,
}

/// What the rule has to know of a note.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoteTies {
    /// Who wrote it.
    pub author: AccountId,
    /// How far it reaches.
    pub scope: NoteScope,
    /// Whose words they are, for a caucus.
    pub side: Option<Side>,
    /// What that side has permitted for this item.
    pub permissions: BTreeMap<Permitted, Permission>,
}

/// Somebody who would read it, in the one relation to the case that they have today.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reader {
    /// The mediator of the case.
    Mediator(AccountId),
    /// Somebody who was its mediator, and is not any more (D11).
    FormerMediator(AccountId),
    /// The head of its office.
    Head(AccountId),
    /// The coordinator of a case handed up.
    HandedUp(AccountId),
    /// A side.
    Side(Side),
    /// Everybody else: administrator, auditor, registrar, a partner, the coordinator of a case not handed up.
    Other,
}

/// Whether somebody reads a note on a local day.
///
/// Being head or coordinator opens no private and no caucus note, and handing up opens the office's content only.
pub fn may_read(reader: Reader, note: &NoteTies, day: NaiveDate) -> bool {
    let permits = |whom: Permitted| {
        let given = note.permissions.get(&whom);
        given.is_some_and(|permission| permission.holds_on(day))
    };
    match (note.scope, reader) {
        (NoteScope::Private, Reader::Mediator(account)) => account == note.author,
        (NoteScope::Private, _) => false,
        (NoteScope::Caucus, Reader::Mediator(account)) => {
            account == note.author || permits(Permitted::NextMediator)
        }
        (NoteScope::Caucus, Reader::Side(side)) => {
            note.side == Some(side) || permits(Permitted::Side(side))
        }
        (NoteScope::Caucus, _) => false,
        (
            NoteScope::Office | NoteScope::Shared,
            Reader::Mediator(_) | Reader::Head(_) | Reader::HandedUp(_),
        ) => true,
        (NoteScope::Shared, Reader::Side(_)) => true,
        (NoteScope::Office | NoteScope::Shared, _) => false,
    }
}

/// Opening a private note of somebody else: off unless the legal profile allows it, and then only so (D27).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BreakGlass {
    /// The written legal ground.
    pub ground: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Why a private note stays closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StaysClosed {
    /// The legal profile does not allow it: the default.
    NotAllowed,
    /// No legal ground was written down.
    NoGround,
    /// The note is not private: its own rule decides.
    NotPrivate,
}

/// What opening a private note obliges to, in the same transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opened {
    /// Whom to tell at once.
    pub tell: AccountId,
    /// What goes into the audit log.
    pub ground: String,
}

/// Whether a private note may be opened on a legal ground, and whom to tell.
///
/// # Errors
/// Why it stays closed.
pub fn break_glass(
    profile_allows: bool,
    note: &NoteTies,
    asked: &BreakGlass,
) -> Result<Opened, StaysClosed> {
    if note.scope != NoteScope::Private {
        return Err(StaysClosed::NotPrivate);
    }
    if !profile_allows {
        return Err(StaysClosed::NotAllowed);
    }
    match asked.ground.trim() {
        "" => Err(StaysClosed::NoGround),
        ground => Ok(Opened {
            tell: note.author,
            ground: ground.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const AUTHOR: AccountId = AccountId(Uuid::from_u128(1));
    const OTHER: AccountId = AccountId(Uuid::from_u128(2));

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn note(scope: NoteScope) -> NoteTies {
        NoteTies {
            author: AUTHOR,
            scope,
            side: (scope == NoteScope::Caucus).then_some(Side::A),
            permissions: BTreeMap::new(),
        }
    }

    /// Every reader that there is.
    fn readers() -> Vec<Reader> {
        let mut readers = vec![Reader::Other];
        for account in [AUTHOR, OTHER] {
            readers.extend([
                Reader::Mediator(account),
                Reader::FormerMediator(account),
                Reader::Head(account),
                Reader::HandedUp(account),
            ]);
        }
        readers.extend(Side::ALL.iter().map(|side| Reader::Side(*side)));
        readers
    }

    fn readers_of(note: &NoteTies, on: &str) -> Vec<Reader> {
        let mut readers = readers();
        readers.retain(|reader| may_read(*reader, note, day(on)));
        readers
    }

    #[test]
    fn d27_a_private_note_is_its_authors_alone_and_only_as_long_as_they_have_the_case() {
        let found = readers_of(&note(NoteScope::Private), "2026-11-22");
        assert_eq!(found, [Reader::Mediator(AUTHOR)]);
        // No permission of a side opens it.
        let mut permitted = note(NoteScope::Private);
        let given = Permission {
            given_on: day("2026-11-01"),
            withdrawn_on: None,
        };
        permitted.permissions.insert(Permitted::NextMediator, given);
        permitted
            .permissions
            .insert(Permitted::Side(Side::B), given);
        assert_eq!(
            readers_of(&permitted, "2026-11-22"),
            [Reader::Mediator(AUTHOR)]
        );
    }

    #[test]
    fn d28_what_a_side_says_alone_stays_with_it_and_the_mediator() {
        let found = readers_of(&note(NoteScope::Caucus), "2026-11-22");
        assert_eq!(found, [Reader::Mediator(AUTHOR), Reader::Side(Side::A)]);
    }

    #[test]
    fn d28_the_other_side_reads_it_by_written_permission_for_that_item_until_it_is_withdrawn() {
        let mut item = note(NoteScope::Caucus);
        let given = Permission {
            given_on: day("2026-11-10"),
            withdrawn_on: Some(day("2026-11-20")),
        };
        item.permissions.insert(Permitted::Side(Side::B), given);
        let reads = |side, on| may_read(Reader::Side(side), &item, day(on));
        assert!(!reads(Side::B, "2026-11-09") && reads(Side::B, "2026-11-10"));
        assert!(reads(Side::B, "2026-11-19") && !reads(Side::B, "2026-11-20"));
        assert!(!reads(Side::C, "2026-11-15"), "another side was not named");
        let other_item = note(NoteScope::Caucus);
        assert!(!may_read(
            Reader::Side(Side::B),
            &other_item,
            day("2026-11-15")
        ));
    }

    #[test]
    fn d11_the_next_mediator_reads_caucus_notes_by_permission_and_private_ones_never() {
        let mut caucus = note(NoteScope::Caucus);
        let next = Reader::Mediator(OTHER);
        assert!(!may_read(next, &caucus, day("2026-11-22")));
        let given = Permission {
            given_on: day("2026-11-22"),
            withdrawn_on: None,
        };
        caucus.permissions.insert(Permitted::NextMediator, given);
        assert!(may_read(next, &caucus, day("2026-11-22")));
        assert!(!may_read(
            Reader::FormerMediator(AUTHOR),
            &caucus,
            day("2026-11-22")
        ));
        assert!(!may_read(
            next,
            &note(NoteScope::Private),
            day("2026-11-22")
        ));
    }

    #[test]
    fn office_notes_are_for_the_team_and_shared_ones_for_the_sides_too() {
        for reader in readers() {
            let is_team = matches!(
                reader,
                Reader::Mediator(_) | Reader::Head(_) | Reader::HandedUp(_)
            );
            let is_side = matches!(reader, Reader::Side(_));
            let reads = |scope| may_read(reader, &note(scope), day("2026-11-22"));
            assert_eq!(reads(NoteScope::Office), is_team, "{reader:?}");
            assert_eq!(reads(NoteScope::Shared), is_team || is_side, "{reader:?}");
        }
    }

    #[test]
    fn d27_breaking_the_glass_is_off_asks_for_a_ground_and_tells_the_author() {
        let asked = |ground: &str| BreakGlass {
            ground: ground.to_owned(),
            at: "2026-11-22T05:00:00Z".parse().unwrap(),
        };
        let private = note(NoteScope::Private);
        assert_eq!(
            break_glass(false, &private, &asked("Art. 8")),
            Err(StaysClosed::NotAllowed)
        );
        assert_eq!(
            break_glass(true, &private, &asked(" ")),
            Err(StaysClosed::NoGround)
        );
        let opened = break_glass(true, &private, &asked("Art. 8")).unwrap();
        assert_eq!((opened.tell, opened.ground.as_str()), (AUTHOR, "Art. 8"));
        let caucus = note(NoteScope::Caucus);
        assert_eq!(
            break_glass(true, &caucus, &asked("Art. 8")),
            Err(StaysClosed::NotPrivate)
        );
    }
}
