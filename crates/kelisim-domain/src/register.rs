//! What the registers share: references between them, the lists that a region keeps, and refusals.

use crate::{
    assignment::MediatorStatus,
    code::{CategoryCode, DistrictCode, OfficeCode, PartnerCode},
    fault::FaultKind,
    id::{OfficeId, PartnerId},
    language::Language,
    notice::{DataLevel, PartnerEvent},
    policy::Role,
    text,
};
use std::collections::{BTreeMap, BTreeSet};

/// The longest address, number or other single line of a register, in characters.
pub const LINE_MOST: usize = 300;
/// The longest reason, in characters.
pub const REASON_MOST: usize = 1_000;
/// The most entries in a list of a register entry.
pub const LIST_MOST: usize = 100;

/// An office, by the code that people use and the id behind it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfficeRef {
    /// The id.
    pub id: OfficeId,
    /// The code.
    pub code: OfficeCode,
}

/// A partner agency, by the code that people use and the id behind it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartnerRef {
    /// The id.
    pub id: PartnerId,
    /// The code.
    pub code: PartnerCode,
}

/// What exists in the region, as far as an entry may refer to it.
#[derive(Clone, Default, Debug)]
pub struct Known {
    /// Districts and cities.
    pub districts: BTreeSet<DistrictCode>,
    /// Kinds of dispute.
    pub categories: BTreeSet<CategoryCode>,
    /// Offices: at least those that the entry names.
    pub offices: BTreeMap<OfficeCode, OfficeId>,
    /// Partners: at least those that the entry names.
    pub partners: BTreeMap<PartnerCode, PartnerId>,
}

impl Known {
    /// A district of the region.
    ///
    /// # Errors
    /// No code, or of no district.
    pub fn district(&self, text: &str) -> Result<DistrictCode, FaultKind> {
        let code = DistrictCode::parse(text)?;
        match self.districts.contains(&code) {
            true => Ok(code),
            false => Err(unknown(self.districts.iter())),
        }
    }

    /// A kind of dispute of the region.
    ///
    /// # Errors
    /// No code, or of no kind.
    pub fn category(&self, text: &str) -> Result<CategoryCode, FaultKind> {
        let code = CategoryCode::parse(text)?;
        match self.categories.contains(&code) {
            true => Ok(code),
            false => Err(unknown(self.categories.iter())),
        }
    }

    /// An office of the region.
    ///
    /// # Errors
    /// No code, or of no office.
    pub fn office(&self, text: &str) -> Result<OfficeRef, FaultKind> {
        let code = OfficeCode::parse(text)?;
        match self.offices.get(&code) {
            Some(id) => Ok(OfficeRef { id: *id, code }),
            None => Err(FaultKind::UnknownCode { known: Vec::new() }),
        }
    }

    /// A partner of the region.
    ///
    /// # Errors
    /// No code, or of no partner.
    pub fn partner(&self, text: &str) -> Result<PartnerRef, FaultKind> {
        let code = PartnerCode::parse(text)?;
        match self.partners.get(&code) {
            Some(id) => Ok(PartnerRef { id: *id, code }),
            None => Err(FaultKind::UnknownCode { known: Vec::new() }),
        }
    }
}

fn unknown(known: impl Iterator<Item = impl ToString>) -> FaultKind {
    FaultKind::UnknownCode {
        known: known.map(|code| code.to_string()).collect(),
    }
}

/// Finds the value of a closed list by its code.
fn one_of<T: Copy>(all: &[T], code: fn(T) -> &'static str, text: &str) -> Result<T, FaultKind> {
    let found = all.iter().copied().find(|value| code(*value) == text);
    found.ok_or_else(|| FaultKind::UnknownCode {
        known: all.iter().map(|value| code(*value).to_owned()).collect(),
    })
}

macro_rules! from_code {
    ($($name:ty),+) => {$(
        impl std::str::FromStr for $name {
            type Err = FaultKind;
            fn from_str(text: &str) -> Result<Self, FaultKind> {
                one_of(&Self::ALL, Self::code, text)
            }
        }
    )+};
}

from_code!(MediatorStatus, PartnerEvent, DataLevel);

/// A language that Kelisim speaks.
///
/// # Errors
/// Another one.
pub fn language(text: &str) -> Result<Language, FaultKind> {
    one_of(&Language::ALL, Language::code, text)
}

/// One line of a register.
///
/// # Errors
/// Empty, too long, or with a control character.
pub fn line(text: &str) -> Result<String, FaultKind> {
    text::line(text, LINE_MOST)
}

/// Why something was done.
///
/// # Errors
/// Empty, too long, or with a control character.
pub fn reason(text: &str) -> Result<String, FaultKind> {
    text::line(text, REASON_MOST)
}

/// A language that somebody speaks, by its code (ISO 639): a region has more than the three of the screens.
///
/// # Errors
/// Not two or three small letters.
pub fn spoken(text: &str) -> Result<String, FaultKind> {
    match (2..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase()) {
        true => Ok(text.to_owned()),
        false => Err(FaultKind::BadForm { example: "kk" }),
    }
}

/// Why a register entry cannot take a step now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RegisterRefusal {
    /// A mediator's status does not lead to the wanted one.
    StatusStep {
        /// Where they stand.
        from: MediatorStatus,
        /// What was wanted.
        to: MediatorStatus,
    },
    /// Election, suspension and removal are recorded by the registrar.
    RegistrarOnly,
    /// The memorandum is signed already.
    AlreadySigned,
    /// The memorandum was never signed.
    NotSigned,
    /// The memorandum has ended early already.
    AlreadyTerminated,
    /// The memorandum ran out by itself.
    AlreadyExpired,
    /// Administrator and auditor never combine with a role on cases in one account.
    RolesDoNotCombine,
    /// Nobody else could keep the accounts.
    LastAdministrator,
    /// A role of the account asks for a second factor (R9).
    SecondFactorNeeded,
}

impl RegisterRefusal {
    /// The rule: the table of who may do what keeps the register of mediators, D25 the memoranda.
    pub fn rule(self) -> &'static str {
        match self {
            RegisterRefusal::StatusStep { .. }
            | RegisterRefusal::RegistrarOnly
            | RegisterRefusal::RolesDoNotCombine
            | RegisterRefusal::LastAdministrator
            | RegisterRefusal::SecondFactorNeeded => "3.3",
            _ => "D25",
        }
    }

    /// The code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            RegisterRefusal::StatusStep { .. } => "mediator_status_step",
            RegisterRefusal::RegistrarOnly => "registrar_only",
            RegisterRefusal::AlreadySigned => "memorandum_already_signed",
            RegisterRefusal::NotSigned => "memorandum_not_signed",
            RegisterRefusal::AlreadyTerminated => "memorandum_already_terminated",
            RegisterRefusal::AlreadyExpired => "memorandum_already_expired",
            RegisterRefusal::RolesDoNotCombine => "roles_do_not_combine",
            RegisterRefusal::LastAdministrator => "last_administrator",
            RegisterRefusal::SecondFactorNeeded => "second_factor_needed",
        }
    }

    /// Who can lift it (D36): a memorandum that waits for a signature is signed by the coordinator.
    pub fn lifted_by(self) -> Vec<Role> {
        match self {
            RegisterRefusal::NotSigned => vec![Role::Coordinator],
            RegisterRefusal::RegistrarOnly => vec![Role::Registrar],
            _ => Vec::new(),
        }
    }
}
