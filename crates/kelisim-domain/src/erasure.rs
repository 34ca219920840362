//! Why cases are erased, and what keeps one of them from it (R20).
//!
//! Both are codes, and on open record for ever. A sentence would tell of the people whose data go, and would outlive them: in
//! the audit log, which is never deleted, in front of the auditor, who reads no content, and in every backup.

use crate::{case::closed_enum, fault::FaultKind};
use std::fmt;

closed_enum! {
    /// Why cases are erased.
    ErasureReason {
        /// The time is over for which they were kept.
        TimeOver = "time_over",
        /// A person has asked for it whose data they are.
        PersonAsked = "person_asked",
        /// A court has decided so.
        Court = "court",
        /// The authority for the protection of personal data has asked for it.
        Authority = "authority",
        /// They should never have been recorded.
        Mistake = "mistake",
    }
}

impl ErasureReason {
    /// The reason, where it can be one: a time is over for all cases that are due, and for none that somebody names.
    ///
    /// # Errors
    /// [`FaultKind::UnknownCode`] with those that can be.
    pub fn fitting(self, is_named: bool) -> Result<Self, FaultKind> {
        let fits = |reason: &Self| (*reason != ErasureReason::TimeOver) == is_named;
        if fits(&self) {
            return Ok(self);
        }
        let known = ErasureReason::ALL.iter().copied().filter(fits);
        let known = known.map(|reason| reason.code().to_owned()).collect();
        Err(FaultKind::UnknownCode { known })
    }
}

/// The longest number of a letter, and how many letters of the alphabet may stand in it: a name has more.
const LETTER_MOST: usize = 30;
const ALPHABETIC_MOST: usize = 4;

/// The number under which the letter lies in the files of the office that asks for an erasure. It leads to the paper, and says
/// nothing of anybody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LetterNumber(String);

impl LetterNumber {
    /// Parses what somebody typed.
    ///
    /// # Errors
    /// Empty, too long, or no number: digits, few letters, and the signs between them.
    pub fn parse(text: &str) -> Result<Self, FaultKind> {
        let text = text.trim();
        let count = |is: fn(&char) -> bool| text.chars().filter(is).count();
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '.' | '№');
        if text.is_empty() {
            return Err(FaultKind::Empty);
        }
        if text.chars().count() > LETTER_MOST {
            return Err(FaultKind::TooLong { most: LETTER_MOST });
        }
        let has_digit = count(char::is_ascii_digit) > 0;
        let is_short = count(|c| c.is_alphabetic()) <= ALPHABETIC_MOST;
        match has_digit && is_short && text.chars().all(is_part) {
            true => Ok(LetterNumber(text.to_owned())),
            false => Err(FaultKind::BadForm {
                example: "ЗТ-О-125/2026",
            }),
        }
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LetterNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why an erasure is confirmed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ErasureWhy {
    /// The reason.
    pub reason: ErasureReason,
    /// The letter that asks for it, if there is one.
    pub letter: Option<LetterNumber>,
}

closed_enum! {
    /// What keeps a confirmed case from being erased.
    Trouble {
        /// Its rows, or its key, cannot be read or changed.
        Damaged = "damaged",
        /// Its rows say different things, or lead nowhere, whenever it is tried.
        AtOdds = "at_odds",
        /// There is no key of it to destroy.
        NoKey = "no_key",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r20_a_time_is_over_for_what_is_due_and_for_nothing_that_is_named() {
        for reason in ErasureReason::ALL {
            let of_time = *reason == ErasureReason::TimeOver;
            assert_eq!(reason.fitting(false).is_ok(), of_time, "{reason:?}");
            assert_eq!(reason.fitting(true).is_ok(), !of_time, "{reason:?}");
        }
        let known = match ErasureReason::Court.fitting(false) {
            Err(FaultKind::UnknownCode { known }) => known,
            other => panic!("{other:?}"),
        };
        assert_eq!(known, ["time_over"]);
    }

    #[test]
    fn r20_a_number_of_a_letter_is_no_sentence_and_no_name() {
        for good in ["125", "ЗТ-О-125/2026", "№17", "02-14/1.3", " KZ-7 "] {
            let number = LetterNumber::parse(good);
            assert_eq!(
                number.map(|number| number.to_string()),
                Ok(good.trim().to_owned())
            );
        }
        for bad in [
            "",
            " ",
            "Серікова",
            "Серікова1",
            "125 of May",
            "Ли-7, Анна",
            "№",
            "1\n2",
            "1111111111111111111111111111111",
        ] {
            assert!(LetterNumber::parse(bad).is_err(), "{bad:?}");
        }
    }
}
