//! Short codes that people and programs use to name offices, partners and the entries of the region's lists.

use crate::fault::FaultKind;
use serde::{Deserialize, Serialize};
use std::fmt;

fn is_upper_code(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn is_snake(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn is_office(text: &str) -> bool {
    text.split_once('-').is_some_and(|(district, number)| {
        is_upper_code(district, 3, 3)
            && number.len() == 2
            && number.bytes().all(|b| b.is_ascii_digit())
    })
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident: $check:expr, $example:literal),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Parses a code.
            ///
            /// # Errors
            /// Not of the code's form.
            pub fn parse(text: &str) -> Result<Self, FaultKind> {
                let check: fn(&str) -> bool = $check;
                if check(text) { Ok($name(text.to_owned())) } else { Err(FaultKind::BadForm { example: $example }) }
            }

            /// The code as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Takes back what this type once parsed, such as a row of our own database.
            pub fn from_stored(text: String) -> Self {
                $name(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = FaultKind;
            fn from_str(text: &str) -> Result<Self, FaultKind> {
                Self::parse(text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                let text = String::deserialize(input)?;
                Self::parse(&text).map_err(|_| serde::de::Error::custom(concat!("not of the form ", $example)))
            }
        }
    )+};
}

codes! {
    /// A region, such as `WKR`.
    RegionCode: |t| is_upper_code(t, 2, 8), "WKR",
    /// A district or city, such as `ORL`.
    DistrictCode: |t| is_upper_code(t, 3, 3), "ORL",
    /// An office: the district's code and two digits, never used again.
    OfficeCode: is_office, "ORL-03",
    /// A partner agency, such as `EDU`.
    PartnerCode: |t| is_upper_code(t, 2, 8), "EDU",
    /// A kind of dispute, such as `neighbours_land`.
    CategoryCode: is_snake, "neighbours_land",
    /// Where a case came from, such as `councils`.
    SourceCode: is_snake, "councils",
    /// A workflow, such as `basic`.
    WorkflowKey: is_snake, "basic",
    /// A step of a workflow, such as `in_mediation`.
    StepId: is_snake, "in_mediation",
    /// An action of a workflow, such as `assign`.
    ActionName: is_snake, "assign",
    /// A timer of a workflow, such as `term`.
    TimerName: is_snake, "term",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_one_form() {
        assert!(OfficeCode::parse("ORL-03").is_ok());
        for bad in [
            "", "orl-03", "ORL03", "ORL-3", "ORLL-03", "ORL-0x", "ORL-03 ",
        ] {
            assert!(OfficeCode::parse(bad).is_err(), "{bad}");
        }
        assert!(StepId::parse("in_mediation").is_ok());
        assert!(StepId::parse("In mediation").is_err());
    }
}
