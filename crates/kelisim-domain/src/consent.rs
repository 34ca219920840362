//! What a side has consented to, in which form and on which day, and since when it does so no longer.
//!
//! A record says what somebody showed or said; it decides nothing by itself. A step that asks for a consent has its own field
//! in the workflow, and one that was taken back ends no mediation: the side says so as the law asks, by refusing.

use crate::{
    case::{Party, closed_enum},
    confidential::{Confidential, Wipe},
    fault::FaultKind,
    id::PartyId,
    policy::Role,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

closed_enum! {
    /// What a side consents to.
    ConsentTo {
        /// To be a side of a mediation (L9).
        Mediation = "mediation",
        /// To the keeping of its personal data.
        PersonalData = "personal_data",
    }
}

closed_enum! {
    /// In which form it was given.
    ConsentForm {
        /// On paper, signed.
        Written = "written",
        /// With an electronic signature.
        Electronic = "electronic",
        /// Said before the mediator.
        Spoken = "spoken",
    }
}

/// A consent of one side. It is sealed before it is stored, with the key of its case, and goes about as
/// `Confidential<Consent>` from the request to the row.
///
/// It is written into that ciphertext and nowhere else; it has no `Debug`, so whoever reveals it cannot log it by accident.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Whose.
    pub party: PartyId,
    /// To what.
    pub to: ConsentTo,
    /// In which form.
    pub form: ConsentForm,
    /// On which day.
    pub given_on: NaiveDate,
    /// The day from which on it does not hold any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_on: Option<NaiveDate>,
}

impl Wipe for Consent {
    fn wipe(&mut self) {
        self.party = PartyId(Uuid::nil());
        self.to = ConsentTo::ALL[0];
        self.form = ConsentForm::ALL[0];
        self.given_on.wipe();
        self.withdrawn_on.wipe();
        self.withdrawn_on = None;
        std::hint::black_box(self);
    }
}

/// Why a consent is not recorded, or not taken back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConsentRefusal {
    /// The side's consent to this is on record, and holds.
    IsGiven,
    /// It was taken back already.
    IsWithdrawn,
}

impl ConsentRefusal {
    /// The rule.
    pub fn rule(&self) -> &'static str {
        "R20"
    }

    /// The code on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            ConsentRefusal::IsGiven => "consent_is_given",
            ConsentRefusal::IsWithdrawn => "consent_is_withdrawn",
        }
    }

    /// Who can lift it: nobody has to.
    pub fn lifted_by(&self) -> Vec<Role> {
        Vec::new()
    }
}

/// What is wrong with a consent that somebody records: a field, or that there is one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ConsentFault {
    /// A field, and what is wrong with it.
    Field(&'static str, FaultKind),
    /// The consents as they stand.
    Refused(ConsentRefusal),
}

impl Consent {
    /// Whether it holds on a local day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.given_on <= day && self.withdrawn_on.is_none_or(|end| day < end)
    }

    /// Whether it may be recorded today, beside those of the case.
    ///
    /// # Errors
    /// No side of the case; a day that has not come; one that is on record and was not taken back.
    pub fn record(
        &self,
        parties: &[Party],
        beside: &[Confidential<Consent>],
        today: NaiveDate,
    ) -> Result<(), ConsentFault> {
        if !parties.iter().any(|party| party.id == self.party) {
            let known = parties.iter().map(|party| party.id.to_string()).collect();
            return Err(ConsentFault::Field(
                "party",
                FaultKind::UnknownCode { known },
            ));
        }
        if self.given_on > today {
            let late = FaultKind::TooLate { latest: today };
            return Err(ConsentFault::Field("given_on", late));
        }
        let is_same = |other: &&Consent| other.party == self.party && other.to == self.to;
        match beside
            .iter()
            .map(Confidential::reveal)
            .filter(is_same)
            .any(|one| one.withdrawn_on.is_none())
        {
            true => Err(ConsentFault::Refused(ConsentRefusal::IsGiven)),
            false => Ok(()),
        }
    }

    /// The same consent, taken back from a day on.
    ///
    /// # Errors
    /// It was taken back; the day lies before the consent, or has not come.
    pub fn withdraw(
        &self,
        on: NaiveDate,
        today: NaiveDate,
    ) -> Result<Confidential<Consent>, ConsentFault> {
        if self.withdrawn_on.is_some() {
            return Err(ConsentFault::Refused(ConsentRefusal::IsWithdrawn));
        }
        let wrong = if on < self.given_on {
            Some(FaultKind::TooEarly {
                earliest: self.given_on,
            })
        } else {
            (on > today).then_some(FaultKind::TooLate { latest: today })
        };
        match wrong {
            Some(kind) => Err(ConsentFault::Field("withdrawn_on", kind)),
            None => Ok(Confidential::new(Consent {
                withdrawn_on: Some(on),
                ..self.clone()
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        case::{PartyKind, Side},
        text::Name,
    };

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn party(number: u128) -> Party {
        Party {
            id: PartyId(Uuid::from_u128(number)),
            side: Side::A,
            kind: PartyKind::Person,
            name: Confidential::new(Name::parse("Demo").unwrap()),
            phone: Confidential::default(),
            email: Confidential::default(),
            language: None,
            settlement: Confidential::default(),
        }
    }

    fn consent(to: ConsentTo) -> Consent {
        Consent {
            party: PartyId(Uuid::from_u128(1)),
            to,
            form: ConsentForm::Written,
            given_on: day("2026-11-20"),
            withdrawn_on: None,
        }
    }

    #[test]
    fn r20_a_consent_is_of_a_side_of_a_day_that_has_come_and_once() {
        let today = day("2026-11-22");
        let (sides, one) = ([party(1)], consent(ConsentTo::Mediation));
        assert_eq!(one.record(&sides, &[], today), Ok(()));
        let other = [Confidential::new(consent(ConsentTo::PersonalData))];
        assert_eq!(
            one.record(&sides, &other, today),
            Ok(()),
            "to something else"
        );
        let beside = [Confidential::new(one.clone())];
        let twice = one.record(&sides, &beside, today);
        assert_eq!(twice, Err(ConsentFault::Refused(ConsentRefusal::IsGiven)));
        let withdrawn = [one.withdraw(today, today).unwrap()];
        assert_eq!(one.record(&sides, &withdrawn, today), Ok(()), "given again");
        let stranger = one.record(&[party(2)], &[], today);
        assert!(matches!(stranger, Err(ConsentFault::Field("party", _))));
        let early = one.record(&sides, &[], day("2026-11-19"));
        assert!(matches!(early, Err(ConsentFault::Field("given_on", _))));
    }

    #[test]
    fn r20_a_consent_is_taken_back_once_and_not_before_it_was_given() {
        let (one, today) = (consent(ConsentTo::Mediation), day("2026-11-22"));
        for wrong in ["2026-11-19", "2026-11-23"] {
            let said = one.withdraw(day(wrong), today);
            assert!(
                matches!(said, Err(ConsentFault::Field("withdrawn_on", _))),
                "{wrong}"
            );
        }
        let taken_back = one.withdraw(day("2026-11-21"), today).unwrap();
        let taken_back = taken_back.reveal();
        assert!(one.holds_on(today) && taken_back.holds_on(day("2026-11-20")));
        assert!(!taken_back.holds_on(day("2026-11-21")));
        let twice = taken_back.withdraw(today, today).err();
        assert_eq!(
            twice,
            Some(ConsentFault::Refused(ConsentRefusal::IsWithdrawn))
        );
    }

    #[test]
    fn r18_a_consent_is_shown_to_no_debugger_and_overwritten() {
        let covered = Confidential::new(consent(ConsentTo::PersonalData));
        assert_eq!(format!("{covered:?}"), "Confidential(…)");
        let mut one = covered.into_revealed();
        one.withdrawn_on = Some(day("2026-11-21"));
        one.wipe();
        assert!(one.party.0.is_nil() && one.withdrawn_on.is_none());
        assert_eq!(
            (one.given_on, one.to),
            (NaiveDate::default(), ConsentTo::Mediation)
        );
    }
}
