//! The confidential part of a case: what the dispute is about, whose it is, and what was agreed.

use super::closed_enum;
use crate::{
    confidential::{Confidential, Wipe},
    id::PartyId,
    language::Language,
    notice::PartnerReference,
    text::{EmailAddress, Name, Phone},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

closed_enum! {
    /// A side of the dispute. Mediation knows more than two sides.
    Side {
        /// Who came first.
        A = "A",
        /// The other side.
        B = "B",
        /// A third side.
        C = "C",
        /// A fourth side.
        D = "D",
        /// A fifth side.
        E = "E",
        /// A sixth side.
        F = "F",
    }
}

closed_enum! {
    /// What a party is in law.
    PartyKind {
        /// A person.
        Person = "person",
        /// An organisation.
        Organisation = "organisation",
    }
}

/// How a confidential value is written into a text that is sealed before it leaves memory.
///
/// [`Confidential`] has no `Serialize`. A type that goes to the ciphertext, and nowhere else, names this module
/// in `#[serde(with = …)]`, field by field, so that each place can be found and defended.
pub mod sealed {
    use crate::confidential::{Confidential, Wipe};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes the value itself.
    ///
    /// # Errors
    /// As the serializer.
    pub fn serialize<T: Serialize + Wipe, S: Serializer>(
        value: &Confidential<T>,
        out: S,
    ) -> Result<S::Ok, S::Error> {
        value.reveal().serialize(out)
    }

    /// Reads the value back into its cover.
    ///
    /// # Errors
    /// As the deserializer.
    pub fn deserialize<'de, T: Deserialize<'de> + Wipe, D: Deserializer<'de>>(
        input: D,
    ) -> Result<Confidential<T>, D::Error> {
        T::deserialize(input).map(Confidential::new)
    }
}

/// A party to the dispute.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Party {
    /// The id.
    pub id: PartyId,
    /// The side.
    pub side: Side,
    /// Person or organisation.
    pub kind: PartyKind,
    /// The name as it stands on the identity paper.
    #[serde(with = "sealed")]
    pub name: Confidential<Name>,
    /// A telephone number.
    #[serde(with = "sealed")]
    pub phone: Confidential<Option<Phone>>,
    /// A mail address.
    #[serde(with = "sealed")]
    pub email: Confidential<Option<EmailAddress>>,
    /// The language they want to be spoken to in.
    pub language: Option<Language>,
    /// Where they live.
    #[serde(with = "sealed")]
    pub settlement: Confidential<Option<String>>,
}

/// A signed settlement agreement.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Agreement {
    /// The day of signing.
    pub signed_on: NaiveDate,
    /// What was agreed, in a few words.
    #[serde(with = "sealed")]
    pub summary: Confidential<String>,
}

/// All confidential content of a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Content {
    /// The narrative.
    pub summary: Confidential<String>,
    /// The amount in dispute, in whole tenge.
    pub amount: Confidential<Option<i64>>,
    /// The parties, in the order in which they were named.
    pub parties: Vec<Party>,
    /// The agreement.
    pub agreement: Option<Agreement>,
    /// The code of the exclusion, for a dispute that may not be mediated.
    pub exclusion_code: Confidential<Option<String>>,
    /// The partner's own number of its referral.
    pub reference: Confidential<Option<PartnerReference>>,
    /// Further confidential answers of the workflow's forms, by field name.
    pub answers: BTreeMap<String, Confidential<String>>,
}

/// What one event changed in the content; it is stored as ciphertext beside the event.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ContentChange {
    /// A new narrative.
    #[serde(with = "sealed", skip_serializing_if = "is_none")]
    pub summary: Confidential<Option<String>>,
    /// A new amount; the inner none takes it away.
    #[serde(with = "nested", skip_serializing_if = "is_none")]
    pub amount: Confidential<Option<Option<i64>>>,
    /// New parties, all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parties: Option<Vec<Party>>,
    /// The agreement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement: Option<Agreement>,
    /// The exclusion code.
    #[serde(with = "sealed", skip_serializing_if = "is_none")]
    pub exclusion_code: Confidential<Option<String>>,
    /// The partner's reference.
    #[serde(with = "sealed", skip_serializing_if = "is_none")]
    pub reference: Confidential<Option<String>>,
    /// Confidential answers of the workflow's form.
    #[serde(with = "answers", skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, Confidential<String>>,
    /// Why somebody lifted the limit of D5 or corrected a ground: it belongs to the entry, and the content goes on without it.
    #[serde(with = "sealed", skip_serializing_if = "is_none")]
    pub reason: Confidential<Option<String>>,
}

fn is_none<T: Wipe>(value: &Confidential<Option<T>>) -> bool {
    value.reveal().is_none()
}

/// An amount that may be absent (no change), null (taken away) or a number.
mod nested {
    use crate::confidential::Confidential;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        value: &Confidential<Option<Option<i64>>>,
        out: S,
    ) -> Result<S::Ok, S::Error> {
        value.reveal().flatten().serialize(out)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        input: D,
    ) -> Result<Confidential<Option<Option<i64>>>, D::Error> {
        Option::<i64>::deserialize(input).map(|amount| Confidential::new(Some(amount)))
    }
}

mod answers {
    use crate::confidential::Confidential;
    use serde::{Deserialize, Deserializer, Serializer, ser::SerializeMap};
    use std::collections::BTreeMap;

    pub(super) fn serialize<S: Serializer>(
        value: &BTreeMap<String, Confidential<String>>,
        out: S,
    ) -> Result<S::Ok, S::Error> {
        let mut map = out.serialize_map(Some(value.len()))?;
        for (name, answer) in value {
            map.serialize_entry(name, answer.reveal())?;
        }
        map.end()
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        input: D,
    ) -> Result<BTreeMap<String, Confidential<String>>, D::Error> {
        let plain = BTreeMap::<String, String>::deserialize(input)?;
        Ok(plain
            .into_iter()
            .map(|(name, answer)| (name, Confidential::new(answer)))
            .collect())
    }
}

impl ContentChange {
    /// Whether nothing confidential changed.
    pub fn is_empty(&self) -> bool {
        *self == ContentChange::default()
    }
}

impl Content {
    /// The content of a case before its first event.
    fn blank() -> Self {
        Content {
            summary: Confidential::default(),
            amount: Confidential::default(),
            parties: Vec::new(),
            agreement: None,
            exclusion_code: Confidential::default(),
            reference: Confidential::default(),
            answers: BTreeMap::new(),
        }
    }

    /// The content that the first event of a case makes.
    pub fn opened(change: &ContentChange) -> Self {
        Content::blank().changed(change)
    }

    /// The content after a further event.
    pub fn changed(mut self, change: &ContentChange) -> Self {
        if let Some(summary) = change.summary.reveal() {
            self.summary = Confidential::new(summary.clone());
        }
        if let Some(amount) = change.amount.reveal() {
            self.amount = Confidential::new(*amount);
        }
        if let Some(parties) = &change.parties {
            self.parties.clone_from(parties);
        }
        if let Some(agreement) = &change.agreement {
            self.agreement = Some(agreement.clone());
        }
        if change.exclusion_code.reveal().is_some() {
            self.exclusion_code = change.exclusion_code.clone();
        }
        if let Some(reference) = change.reference.reveal() {
            self.reference = Confidential::new(PartnerReference::parse(reference).ok());
        }
        self.answers.extend(change.answers.clone());
        self
    }
}
