//! Case numbers: per office and year, without gaps (D22).

use crate::code::OfficeCode;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A number such as `ORL-03/2026-0017`: office, year of filing in the region's zone, running number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CaseNumber {
    /// The office.
    pub office: OfficeCode,
    /// The local year of filing.
    pub year: i32,
    /// 1, 2, 3 … within office and year; at least four digits are printed.
    pub serial: i32,
}

impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{:04}-{:04}", self.office, self.year, self.serial)
    }
}

/// The text is not a case number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a case number such as ORL-03/2026-0017")]
pub struct UnreadableNumber;

impl FromStr for CaseNumber {
    type Err = UnreadableNumber;
    fn from_str(text: &str) -> Result<Self, UnreadableNumber> {
        let (office, rest) = text.split_once('/').ok_or(UnreadableNumber)?;
        let (year, serial) = rest.split_once('-').ok_or(UnreadableNumber)?;
        let digits = |text: &str, least: usize| {
            if text.len() >= least && text.bytes().all(|b| b.is_ascii_digit()) {
                text.parse().map_err(|_| UnreadableNumber)
            } else {
                Err(UnreadableNumber)
            }
        };
        Ok(CaseNumber {
            office: OfficeCode::parse(office).map_err(|_| UnreadableNumber)?,
            year: digits(year, 4)?,
            serial: digits(serial, 4)?,
        })
    }
}

impl Serialize for CaseNumber {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CaseNumber {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        String::deserialize(input)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d22_a_number_reads_back_as_itself() {
        for text in ["ORL-03/2026-0017", "ORL-03/2026-9999", "ORL-03/2026-10000"] {
            assert_eq!(text.parse::<CaseNumber>().unwrap().to_string(), text);
        }
        for bad in [
            "",
            "ORL-03",
            "ORL-03/2026",
            "ORL-03/2026-17",
            "ORL-03/26-0017",
            "ORL-03/2026-00x7",
            "orl-03/2026-0017",
        ] {
            assert!(bad.parse::<CaseNumber>().is_err(), "{bad}");
        }
    }
}
