//! Who is signed in, as the frame of a page shows them: with the office that helps them, and its telephone.

use crate::app::{AppError, Tx};
use kelisim_domain::{
    language::{Language, Names},
    policy::{Grant, Standing},
    sign_in::SessionStage,
};
use kelisim_persistence::store::{office::office_by_id, session::Visitor};
use std::ops::{Deref, DerefMut};

/// Somebody who is signed in, or half way.
pub(crate) struct Guest {
    visitor: Visitor,
    help: Option<Help>,
}

/// Whom to call.
#[derive(Clone)]
pub(crate) struct Help {
    office: Names,
    /// As it is dialled.
    pub(crate) phone: String,
}

impl Help {
    /// The name of the office.
    pub(crate) fn office(&self, language: Language) -> &str {
        self.office.get(language)
    }

    /// The number in groups, to be read aloud (F16).
    pub(crate) fn spoken(&self) -> String {
        grouped(&self.phone)
    }
}

impl Guest {
    /// Looks up the office of the first role that has one.
    pub(super) fn of(tx: &mut Tx<'_>, visitor: Visitor) -> Result<Self, AppError> {
        let is_in = visitor.session.stage == SessionStage::Full;
        let office = |grant: &Grant| match grant.standing {
            Standing::Mediator { office, .. } | Standing::OfficeHead { office } => Some(office),
            _ => None,
        };
        let office = visitor.actor.grants.iter().find_map(office);
        let help = match office.filter(|_| is_in) {
            None => None,
            Some(office) => {
                let entry = office_by_id(tx.db, visitor.actor.region, office)?.entry;
                Some(Help {
                    office: Names {
                        kk: entry.name_kk.to_string(),
                        ru: entry.name_ru.to_string(),
                        en: entry.name_en.to_string(),
                    },
                    phone: entry.phone.to_string(),
                })
            }
        };
        Ok(Guest { visitor, help })
    }

    /// Who it is, without the rest.
    pub(super) fn into_visitor(self) -> Visitor {
        self.visitor
    }

    /// Whom they call for help; none where no role of theirs belongs to an office.
    pub(super) fn help(&self) -> Option<&Help> {
        self.help.as_ref()
    }
}

impl Deref for Guest {
    type Target = Visitor;

    fn deref(&self) -> &Visitor {
        &self.visitor
    }
}

impl DerefMut for Guest {
    fn deref_mut(&mut self) -> &mut Visitor {
        &mut self.visitor
    }
}

/// A telephone number in groups: `+7 711 250 00 00`. What is not of this country is grouped from its end.
pub(crate) fn grouped(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    let ends = match digits.len() {
        11 => vec![1, 4, 7, 9],
        length => (1..length)
            .filter(|at| (length - at).is_multiple_of(3))
            .collect(),
    };
    let mut spoken = String::from("+");
    for (at, digit) in digits.iter().enumerate() {
        if ends.contains(&at) {
            spoken.push('\u{a0}');
        }
        spoken.push(*digit);
    }
    spoken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f16_a_number_is_read_aloud_in_groups() {
        assert_eq!(
            grouped("+77112500000"),
            "+7\u{a0}711\u{a0}250\u{a0}00\u{a0}00"
        );
        assert_eq!(grouped("+4930123456"), "+4\u{a0}930\u{a0}123\u{a0}456");
    }
}
