//! The personal number of a person (IIN).

use crate::{confidential::Wipe, fault::FaultKind};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// Twelve digits. Encrypted wherever it is stored, shown as its last four (D33), and without `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Iin(String);

impl Wipe for Iin {
    fn wipe(&mut self) {
        self.0.wipe();
    }
}

/// What looks wrong with a personal number. It is told and blocks nothing: the rule behind it is unconfirmed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IinWarning {
    /// The last digit does not follow from the others.
    Checksum,
    /// It begins with another day of birth.
    BirthDate,
}

impl IinWarning {
    /// The code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            IinWarning::Checksum => "iin_checksum",
            IinWarning::BirthDate => "iin_birth_date",
        }
    }
}

impl Iin {
    /// Parses a personal number.
    ///
    /// # Errors
    /// Not twelve digits.
    pub fn parse(text: &str) -> Result<Self, FaultKind> {
        let text = text.trim();
        match text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
            true => Ok(Iin(text.to_owned())),
            false => Err(FaultKind::BadForm {
                example: "010203045678",
            }),
        }
    }

    /// The last four digits, which is all that a screen shows.
    pub fn last_four(&self) -> &str {
        &self.0[8..]
    }

    /// What looks wrong with the number.
    pub(super) fn warnings(&self, birth_date: Option<NaiveDate>) -> Vec<IinWarning> {
        let mut warnings = Vec::new();
        if !self.checksum_fits() {
            warnings.push(IinWarning::Checksum);
        }
        let begins_with = |born: NaiveDate| {
            let begin = format!(
                "{:02}{:02}{:02}",
                born.year() % 100,
                born.month(),
                born.day()
            );
            self.0.starts_with(&begin)
        };
        if birth_date.is_some_and(|born| !begins_with(born)) {
            warnings.push(IinWarning::BirthDate);
        }
        warnings
    }

    /// Weights 1 to 11, and 3 to 11, 1, 2 where the remainder is 10.
    fn checksum_fits(&self) -> bool {
        let digits: Vec<u32> = self.0.bytes().map(|b| u32::from(b - b'0')).collect();
        let remainder = |shift: u32| {
            let weighted = (0..11)
                .zip(&digits)
                .map(|(i, digit)| ((i + shift) % 11 + 1) * digit);
            weighted.sum::<u32>() % 11
        };
        let check = match remainder(0) {
            10 => remainder(2),
            check => check,
        };
        check == digits[11]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d33_only_the_last_four_digits_are_shown() {
        assert_eq!(Iin::parse(" 010203045678 ").unwrap().last_four(), "5678");
        for bad in [
            "",
            "01020304567",
            "0102030456789",
            "01020304567x",
            "٠١٠٢٠٣٠٤٥٦٧٨",
        ] {
            assert!(Iin::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_wrong_check_digit_or_birth_date_warns() {
        // 1·0+2·1+3·0+4·2+5·0+6·3+7·0+8·4+9·5+10·6+11·7 = 242, and 242 mod 11 = 0.
        let sound = Iin::parse("010203045670").unwrap();
        assert_eq!(sound.warnings(NaiveDate::from_ymd_opt(2001, 2, 3)), []);
        let wrong = Iin::parse("010203045671").unwrap();
        assert_eq!(
            wrong.warnings(NaiveDate::from_ymd_opt(1999, 2, 3)),
            [IinWarning::Checksum, IinWarning::BirthDate]
        );
    }

    #[test]
    fn the_second_round_of_weights_follows_a_remainder_of_ten() {
        // One digit 1 at weight 10 leaves 10; the second round gives it weight 1.
        assert!(Iin::parse("000000000101").unwrap().checksum_fits());
        assert!(!Iin::parse("000000000100").unwrap().checksum_fits());
    }
}
