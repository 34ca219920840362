//! The people and mediators of the model: what each is, and how each stands to a case (3.3, D9, D11).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::paper::Paper;

/// An office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Office {
    /// ORL-01.
    Oral,
    /// AKZ-01.
    Aksai,
}

impl Office {
    /// Its code.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Oral => "ORL-01",
            Self::Aksai => "AKZ-01",
        }
    }

    /// Its id.
    pub(super) fn id(self) -> Uuid {
        Uuid::from_u128(match self {
            Self::Oral => 11,
            Self::Aksai => 12,
        })
    }

    /// The account of its head.
    pub(super) fn head(self) -> u128 {
        match self {
            Self::Oral => 100,
            Self::Aksai => 101,
        }
    }
}

/// What somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Post {
    /// The head of an office.
    Head(Office),
    /// A mediator working at an office.
    Mediator(Office, u128),
    /// The coordinator of the region.
    Coordinator,
    /// Somebody who has nothing to do with cases.
    Other,
}

/// Somebody with an account.
#[derive(Debug)]
pub(super) struct Person {
    /// The name, which is also that of the token.
    pub(super) name: &'static str,
    /// The number of the account.
    pub(super) account: u128,
    /// What they are.
    pub(super) post: Post,
}

const fn person(name: &'static str, account: u128, post: Post) -> Person {
    Person {
        name,
        account,
        post,
    }
}

/// The account of the coordinator.
pub(super) const COORDINATOR: u128 = 105;
/// The contact of the partner.
pub(super) const CONTACT: u128 = 61;
/// A mediator whom no register knows.
pub(super) const NOBODY: u128 = 99;

/// Everybody.
pub(super) const PEOPLE: [Person; 12] = [
    person("head", 100, Post::Head(Office::Oral)),
    person("other_head", 101, Post::Head(Office::Aksai)),
    person("aigul", 102, Post::Mediator(Office::Oral, 21)),
    person("berik", 103, Post::Mediator(Office::Oral, 22)),
    person("dana", 104, Post::Mediator(Office::Aksai, 23)),
    person("coordinator", COORDINATOR, Post::Coordinator),
    person("registrar", 106, Post::Other),
    person("auditor", 107, Post::Other),
    person("administrator", 108, Post::Other),
    person("partner", 109, Post::Other),
    person("erlan", 120, Post::Mediator(Office::Oral, 24)),
    person("gani", 121, Post::Mediator(Office::Oral, 25)),
];

/// What the register says of a mediator, for as long as a house stands.
#[derive(Debug)]
pub(super) struct Entry {
    /// The number of the mediator.
    pub(super) id: u128,
    /// Where they work.
    pub(super) office: Office,
    /// The languages in which they mediate.
    pub(super) languages: &'static [&'static str],
    /// Whether they are suspended when the house is built.
    pub(super) is_suspended: bool,
    /// Whether they have as many cases as they take: none at all.
    pub(super) is_full: bool,
    /// Whether they are away, for ever.
    pub(super) is_away: bool,
    /// Whether their papers have run out.
    pub(super) is_expired: bool,
}

const fn fit(id: u128, office: Office) -> Entry {
    Entry {
        id,
        office,
        languages: &["kk", "ru"],
        is_suspended: false,
        is_full: false,
        is_away: false,
        is_expired: false,
    }
}

/// The register; the first three stand in every test's network.
pub(super) const REGISTER: [Entry; 9] = [
    fit(21, Office::Oral),
    fit(22, Office::Oral),
    fit(23, Office::Aksai),
    Entry {
        languages: &["ru"],
        ..fit(24, Office::Oral)
    },
    Entry {
        is_full: true,
        ..fit(25, Office::Oral)
    },
    Entry {
        is_suspended: true,
        ..fit(26, Office::Oral)
    },
    Entry {
        is_away: true,
        ..fit(27, Office::Oral)
    },
    Entry {
        is_expired: true,
        ..fit(28, Office::Oral)
    },
    // Everything that can stand against a mediator at once.
    Entry {
        id: 29,
        office: Office::Aksai,
        languages: &["ru"],
        is_suspended: true,
        is_full: true,
        is_away: true,
        is_expired: true,
    },
];

/// The mediators who are suspended when a house is built.
pub(super) fn suspended() -> BTreeSet<u128> {
    let suspended = REGISTER.iter().filter(|entry| entry.is_suspended);
    suspended.map(|entry| entry.id).collect()
}

/// Who takes an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Actor {
    /// Somebody of [`PEOPLE`].
    Person(usize),
    /// A timer.
    Clock,
    /// The register, which takes cases from a mediator who is suspended (D12).
    Register,
}

impl Actor {
    /// The account under which the history keeps it; none for a timer.
    pub(super) fn account(self) -> Option<u128> {
        match self {
            Self::Person(number) => Some(PEOPLE[number].account),
            Self::Clock | Self::Register => None,
        }
    }

    /// Whether they stand in a relation to the case.
    pub(super) fn is(self, relation: &str, paper: &Paper) -> bool {
        let number = match self {
            Self::Person(number) => number,
            Self::Clock => return relation == "clock",
            Self::Register => return relation == "register",
        };
        let post = PEOPLE[number].post;
        match relation {
            "case_mediator" => matches!(post, Post::Mediator(_, id) if paper.mediator == Some(id)),
            "asked_mediator" => {
                matches!(post, Post::Mediator(_, id) if paper.asked_mediator() == Some(id))
            }
            "office_mediator" => {
                matches!(post, Post::Mediator(office, _) if office == paper.office)
            }
            "office_head" => post == Post::Head(paper.office),
            "coordinator" => post == Post::Coordinator,
            "clock" | "register" => false,
            other => panic!("nobody stands in the relation {other}"),
        }
    }

    fn is_any(self, relations: &[&str], paper: &Paper) -> bool {
        relations.iter().any(|one| self.is(one, paper))
    }

    /// Whoever filed it, until it is first assigned.
    fn has_filed(self, paper: &Paper) -> bool {
        paper.accepted_at.is_none()
            && self.account() == Some(paper.filed_by)
            && self.is("office_mediator", paper)
    }

    /// Whether they may see the case at all.
    pub(super) fn sees(self, paper: &Paper) -> bool {
        let relations = [
            "case_mediator",
            "office_head",
            "asked_mediator",
            "coordinator",
        ];
        self.is_any(&relations, paper) || self.has_filed(paper)
    }

    /// Whether they may correct its facts.
    pub(super) fn corrects(self, paper: &Paper) -> bool {
        let relations = ["case_mediator", "office_head", "coordinator"];
        self.is_any(&relations, paper) || self.has_filed(paper)
    }

    /// Whether they may read its content; every office of the model has a head.
    pub(super) fn reads(self, paper: &Paper) -> bool {
        self.is_any(&["case_mediator", "office_head"], paper) || self.has_filed(paper)
    }

    /// Whether they may file at an office.
    pub(super) fn files_at(self, office: Office) -> bool {
        let Self::Person(number) = self else {
            return false;
        };
        match PEOPLE[number].post {
            Post::Head(own) | Post::Mediator(own, _) => own == office,
            Post::Coordinator => true,
            Post::Other => false,
        }
    }

    /// Whether they may file anywhere.
    pub(super) fn files(self) -> bool {
        self.files_at(Office::Oral) || self.files_at(Office::Aksai)
    }
}

/// Everything that stands against giving a case to a mediator (D4, D5, D9).
pub(super) fn unfit(
    id: u128,
    paper: &Paper,
    actor: Actor,
    has_reason: bool,
    suspended: &BTreeSet<u128>,
) -> Vec<&'static str> {
    let Some(entry) = REGISTER.iter().find(|entry| entry.id == id) else {
        return vec!["mediator_unknown"];
    };
    let current = paper.mediator.or(paper.asked_mediator());
    let lends = actor.is("coordinator", paper);
    let stands = [
        ("mediator_not_active", suspended.contains(&id)),
        ("mediator_documents_expired", entry.is_expired),
        (
            "mediator_language",
            !entry.languages.contains(&paper.language.as_str()),
        ),
        ("mediator_at_limit", entry.is_full && !has_reason),
        ("mediator_unavailable", entry.is_away),
        (
            "mediator_of_other_office",
            !lends && entry.office != paper.office,
        ),
        ("mediator_has_it", current == Some(id)),
        ("mediator_recused", paper.recused.contains(&id)),
    ];
    let stands = stands.into_iter().filter(|(_, is_so)| *is_so);
    stands.map(|(code, _)| code).collect()
}

/// When somebody did something.
pub(super) type Moment = DateTime<Utc>;
