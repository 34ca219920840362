//! Whether a mediator may be given a case: D4 as far as its facts are recorded, D5 and D9.

use crate::{
    id::{MediatorId, OfficeId},
    language::Language,
    policy::Role,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Where a mediator stands in the register.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediatorStatus {
    /// Entered, not yet elected or certified.
    Candidate,
    /// May be given cases.
    Active,
    /// Not for now.
    Suspended,
    /// Not any more.
    Removed,
}

impl MediatorStatus {
    /// Every status.
    pub const ALL: [MediatorStatus; 4] = [
        MediatorStatus::Candidate,
        MediatorStatus::Active,
        MediatorStatus::Suspended,
        MediatorStatus::Removed,
    ];

    /// The code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            MediatorStatus::Candidate => "candidate",
            MediatorStatus::Active => "active",
            MediatorStatus::Suspended => "suspended",
            MediatorStatus::Removed => "removed",
        }
    }
}

/// What the register says of a mediator today.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MediatorFacts {
    /// Whom it is about.
    pub id: MediatorId,
    /// The offices where they work.
    pub offices: Vec<OfficeId>,
    /// Their standing.
    pub status: MediatorStatus,
    /// The last day on which their papers are valid; none where the papers have no end.
    pub documents_valid_to: Option<NaiveDate>,
    /// Languages they mediate in, as codes; a region may have more than the three of the screens.
    pub languages: Vec<String>,
    /// Cases assigned to them and not closed.
    pub open_cases: u32,
    /// How many they take at once.
    pub max_open_cases: u32,
    /// Whether they are away today.
    pub is_unavailable: bool,
}

/// Why this mediator may not be given this case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unfit {
    /// D4: not active in the register.
    NotActive(MediatorStatus),
    /// D4: the papers are no longer valid.
    DocumentsExpired(NaiveDate),
    /// D4: does not speak the language of the case.
    Language(Language),
    /// D4, D5: has as many open cases as they take; head or coordinator may lift it with a reason.
    AtLimit {
        /// Open cases today.
        open: u32,
        /// The limit.
        most: u32,
    },
    /// D4: away today.
    Unavailable,
    /// D9: works at another office; only the coordinator lends.
    OtherOffice,
    /// The case is theirs already, or they are asked already.
    AlreadyTheirs,
    /// D4: recused themselves from this case, and is not asked again.
    Recused,
    /// No such mediator in the register.
    Unknown,
}

impl Unfit {
    /// The rule.
    pub fn rule(self) -> &'static str {
        match self {
            Unfit::OtherOffice => "D9",
            _ => "D4",
        }
    }

    /// The code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Unfit::NotActive(_) => "mediator_not_active",
            Unfit::DocumentsExpired(_) => "mediator_documents_expired",
            Unfit::Language(_) => "mediator_language",
            Unfit::AtLimit { .. } => "mediator_at_limit",
            Unfit::Unavailable => "mediator_unavailable",
            Unfit::OtherOffice => "mediator_of_other_office",
            Unfit::AlreadyTheirs => "mediator_has_it",
            Unfit::Recused => "mediator_recused",
            Unfit::Unknown => "mediator_unknown",
        }
    }

    /// Who can lift it (D5, D9, D36).
    pub fn lifted_by(self) -> Vec<Role> {
        match self {
            Unfit::NotActive(_) | Unfit::DocumentsExpired(_) => vec![Role::Registrar],
            Unfit::AtLimit { .. } => vec![Role::OfficeHead, Role::Coordinator],
            Unfit::Unavailable => vec![Role::Mediator],
            Unfit::OtherOffice => vec![Role::Coordinator],
            Unfit::Language(_) | Unfit::AlreadyTheirs | Unfit::Recused | Unfit::Unknown => {
                Vec::new()
            }
        }
    }
}

/// What the case and the one who assigns bring to the question.
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    /// The office of the case.
    pub office: OfficeId,
    /// The language of the case.
    pub language: Language,
    /// The mediator who has it now.
    pub current: Option<MediatorId>,
    /// Whether they recused themselves from this case before.
    pub has_recused: bool,
    /// Whether the actor lends across offices: only a coordinator does (D9).
    pub lends: bool,
    /// Whether a reason for going over the limit was recorded (D5).
    pub lifts_limit: bool,
    /// The local day.
    pub today: NaiveDate,
}

/// Every reason why the mediator may not be given the case; none when they may (D4).
pub fn unfit(mediator: &MediatorFacts, offer: &Offer) -> Vec<Unfit> {
    let mut reasons = Vec::new();
    if mediator.status != MediatorStatus::Active {
        reasons.push(Unfit::NotActive(mediator.status));
    }
    if let Some(last) = mediator
        .documents_valid_to
        .filter(|last| *last < offer.today)
    {
        reasons.push(Unfit::DocumentsExpired(last));
    }
    if !mediator
        .languages
        .iter()
        .any(|language| language == offer.language.code())
    {
        reasons.push(Unfit::Language(offer.language));
    }
    if mediator.open_cases >= mediator.max_open_cases && !offer.lifts_limit {
        reasons.push(Unfit::AtLimit {
            open: mediator.open_cases,
            most: mediator.max_open_cases,
        });
    }
    if mediator.is_unavailable {
        reasons.push(Unfit::Unavailable);
    }
    if !offer.lends && !mediator.offices.contains(&offer.office) {
        reasons.push(Unfit::OtherOffice);
    }
    if offer.current == Some(mediator.id) {
        reasons.push(Unfit::AlreadyTheirs);
    }
    if offer.has_recused {
        reasons.push(Unfit::Recused);
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn day(d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, d).unwrap()
    }

    fn fit() -> MediatorFacts {
        MediatorFacts {
            id: MediatorId(Uuid::from_u128(1)),
            offices: vec![OfficeId(Uuid::from_u128(2))],
            status: MediatorStatus::Active,
            documents_valid_to: Some(day(22)),
            languages: vec!["kk".into(), "ru".into()],
            open_cases: 4,
            max_open_cases: 5,
            is_unavailable: false,
        }
    }

    fn offer() -> Offer {
        Offer {
            office: OfficeId(Uuid::from_u128(2)),
            language: Language::Kk,
            current: None,
            has_recused: false,
            lends: false,
            lifts_limit: false,
            today: day(22),
        }
    }

    #[test]
    fn d04_a_fit_mediator_may_be_given_the_case() {
        assert_eq!(unfit(&fit(), &offer()), []);
    }

    #[test]
    fn d04_all_reasons_are_named_at_once() {
        let bad = MediatorFacts {
            status: MediatorStatus::Suspended,
            documents_valid_to: Some(day(21)),
            languages: vec!["ru".into()],
            open_cases: 5,
            is_unavailable: true,
            offices: vec![],
            ..fit()
        };
        assert_eq!(
            unfit(&bad, &offer()),
            [
                Unfit::NotActive(MediatorStatus::Suspended),
                Unfit::DocumentsExpired(day(21)),
                Unfit::Language(Language::Kk),
                Unfit::AtLimit { open: 5, most: 5 },
                Unfit::Unavailable,
                Unfit::OtherOffice,
            ]
        );
    }

    #[test]
    fn d05_only_the_limit_can_be_lifted_with_a_reason() {
        let full = MediatorFacts {
            open_cases: 9,
            ..fit()
        };
        assert_eq!(
            unfit(
                &full,
                &Offer {
                    lifts_limit: true,
                    ..offer()
                }
            ),
            []
        );
        let away = MediatorFacts {
            is_unavailable: true,
            ..full
        };
        assert_eq!(
            unfit(
                &away,
                &Offer {
                    lifts_limit: true,
                    ..offer()
                }
            ),
            [Unfit::Unavailable]
        );
    }

    #[test]
    fn d09_lend_only_by_coordinator() {
        let elsewhere = MediatorFacts {
            offices: vec![OfficeId(Uuid::from_u128(3))],
            ..fit()
        };
        assert_eq!(unfit(&elsewhere, &offer()), [Unfit::OtherOffice]);
        assert_eq!(
            unfit(
                &elsewhere,
                &Offer {
                    lends: true,
                    ..offer()
                }
            ),
            []
        );
    }
}
