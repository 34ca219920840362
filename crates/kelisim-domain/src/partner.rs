//! Partner agencies and the people there who receive notices.

use crate::{
    case::closed_enum,
    code::PartnerCode,
    confidential::{Confidential, Wipe},
    fault::{Fault, FaultKind, Faults},
    id::{ContactId, PartnerId},
    input::Input,
    language::Language,
    register::language,
    text::{EmailAddress, Name, Phone},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

closed_enum! {
    /// What kind of body the partner is.
    PartnerKind {
        /// A political party.
        PoliticalParty = "political_party",
        /// A department of education.
        Education = "education",
        /// A department of health.
        Health = "health",
        /// A department of justice.
        Justice = "justice",
        /// The police.
        Police = "police",
        /// A court.
        Court = "court",
        /// A prosecutor's office.
        Prosecutor = "prosecutor",
        /// The labour inspection.
        LabourInspection = "labour_inspection",
        /// An employment centre.
        Employment = "employment",
        /// The bar.
        Bar = "bar",
        /// A university.
        University = "university",
        /// An ethno-cultural association.
        EthnoCultural = "ethno_cultural",
        /// A trade union.
        TradeUnion = "trade_union",
        /// A union of farmers.
        FarmersUnion = "farmers_union",
        /// A council of elders.
        CouncilOfElders = "council_of_elders",
        /// A council of mothers.
        CouncilOfMothers = "council_of_mothers",
        /// A council of public accord.
        CouncilOfAccord = "council_of_accord",
        /// A non-governmental organisation.
        Ngo = "ngo",
        /// An employer.
        Employer = "employer",
    }
}

closed_enum! {
    /// How far the partner's work reaches.
    PartnerLevel {
        /// One district.
        District = "district",
        /// The whole region.
        Region = "region",
    }
}

/// What the register says of a partner agency.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartnerEntry {
    /// The code; never changed.
    pub code: PartnerCode,
    /// What kind of body it is.
    pub kind: PartnerKind,
    /// The name in Kazakh.
    pub name_kk: Name,
    /// The name in Russian.
    pub name_ru: Name,
    /// The name in English.
    pub name_en: Name,
    /// How far its work reaches.
    pub level: PartnerLevel,
    /// Whether it still works with the network.
    pub active: bool,
}

/// A partner agency in the register.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Partner {
    /// The id.
    pub id: PartnerId,
    /// What the register says.
    pub entry: PartnerEntry,
    /// The version, from 1.
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl PartnerEntry {
    /// Reads an entry from what somebody sent; `before` is the entry as it stands, when this is a change.
    ///
    /// # Errors
    /// All faults at once.
    pub fn parse(
        body: &Map<String, Value>,
        before: Option<&PartnerEntry>,
    ) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults::new();
        let mut input = Input::new(body, &mut faults);
        let entry = Self::read(&mut input);
        if let (Some(entry), Some(before)) = (&entry, before)
            && entry.code != before.code
        {
            input.fault("code", FaultKind::Frozen);
        }
        input.finish();
        faults.finish(entry)
    }

    fn read(input: &mut Input<'_>) -> Option<Self> {
        let code = input.text("code", PartnerCode::parse);
        let kind = input.text("kind", str::parse);
        let name_kk = input.text("name_kk", Name::parse);
        let name_ru = input.text("name_ru", Name::parse);
        let name_en = input.text("name_en", Name::parse);
        let level = input.text("level", str::parse);
        let active = input.yes_no("active", true);
        Some(PartnerEntry {
            code: code?,
            kind: kind?,
            name_kk: name_kk?,
            name_ru: name_ru?,
            name_en: name_en?,
            level: level?,
            active: active?,
        })
    }

    /// The entry as somebody would send it: the ground for a merge patch and for the audit log.
    pub fn form(&self) -> Map<String, Value> {
        let form = json!({
            "code": self.code,
            "kind": self.kind,
            "name_kk": self.name_kk,
            "name_ru": self.name_ru,
            "name_en": self.name_en,
            "level": self.level,
            "active": self.active,
        });
        match form {
            Value::Object(form) => form,
            _ => Map::new(),
        }
    }
}

/// Who a contact is and how to reach them.
///
/// It is serialised to be sealed and for no other purpose, and has no `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactSecrets {
    /// The name.
    pub name: Name,
    /// The mail address.
    pub email: EmailAddress,
    /// The telephone.
    pub phone: Option<Phone>,
}

impl Wipe for ContactSecrets {
    fn wipe(&mut self) {
        let ContactSecrets { name, email, phone } = self;
        name.wipe();
        email.wipe();
        phone.wipe();
    }
}

/// A person at a partner agency who receives notices.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contact {
    /// The id.
    pub id: ContactId,
    /// The agency.
    pub partner: PartnerId,
    /// The language of messages to them.
    pub language: Language,
    /// Since when the coordinator vouches for the address; without it the address receives nothing.
    pub verified_at: Option<DateTime<Utc>>,
    /// Whether they still receive notices.
    pub active: bool,
    /// Name and address.
    pub secrets: Confidential<ContactSecrets>,
    /// The version, from 1.
    pub version: i32,
    /// When they were entered.
    pub created_at: DateTime<Utc>,
    /// When the entry was last changed.
    pub updated_at: DateTime<Utc>,
}

/// What somebody wants a contact to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContactWish {
    /// The language of messages to them.
    pub language: Language,
    /// Whether they receive notices.
    pub active: bool,
    /// Whether the coordinator vouches for the address.
    pub verified: bool,
    /// Name and address.
    pub secrets: Confidential<ContactSecrets>,
}

impl Contact {
    /// Whether a message may go to them at all.
    pub fn may_receive(&self) -> bool {
        self.active && self.verified_at.is_some()
    }

    /// The entry as somebody would send it, with name and address: the ground for a merge patch.
    pub fn form(&self) -> Confidential<Map<String, Value>> {
        let mut form = match serde_json::to_value(self.secrets.reveal()) {
            Ok(Value::Object(form)) => form,
            _ => Map::new(),
        };
        form.extend(self.open_form());
        Confidential::new(form)
    }

    /// The open fields as somebody would send them.
    pub fn open_form(&self) -> Map<String, Value> {
        let mut form = Map::new();
        form.insert("language".into(), json!(self.language));
        form.insert("active".into(), json!(self.active));
        form.insert("verified".into(), json!(self.verified_at.is_some()));
        form
    }

    /// The contact after a change: a new address clears the mark that the old one was verified.
    pub fn changed(self, wish: ContactWish, at: DateTime<Utc>) -> Contact {
        let same_address = self.secrets.reveal().email == wish.secrets.reveal().email;
        let verified_at = match (wish.verified && same_address, self.verified_at) {
            (true, since) => since.or(Some(at)),
            (false, _) => None,
        };
        Contact {
            language: wish.language,
            active: wish.active,
            verified_at,
            secrets: wish.secrets,
            updated_at: at,
            ..self
        }
    }
}

impl ContactWish {
    /// Reads a contact from what somebody sent; `before` is the contact as it stands, when this is a change.
    ///
    /// `asked` is whether the sender themselves spoke of `verified`: nobody can vouch for an address
    /// in the same breath in which they enter it.
    ///
    /// # Errors
    /// All faults at once.
    pub fn parse(
        body: &Map<String, Value>,
        before: Option<&Contact>,
        asked: bool,
    ) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults::new();
        let mut input = Input::new(body, &mut faults);
        let wish = Self::read(&mut input);
        let is_new = |wish: &ContactWish| {
            before.is_none_or(|before| before.secrets.reveal().email != wish.secrets.reveal().email)
        };
        if asked
            && wish
                .as_ref()
                .is_some_and(|wish| wish.verified && is_new(wish))
        {
            input.fault("verified", FaultKind::NotHere);
        }
        input.finish();
        faults.finish(wish)
    }

    fn read(input: &mut Input<'_>) -> Option<Self> {
        let name = input.text("name", Name::parse);
        let email = input.text("email", EmailAddress::parse);
        let phone = input.text_if("phone", Phone::parse);
        let language = input.text("language", language);
        let active = input.yes_no("active", true);
        let verified = input.yes_no("verified", false);
        Some(ContactWish {
            language: language?,
            active: active?,
            verified: verified?,
            secrets: Confidential::new(ContactSecrets {
                name: name?,
                email: email?,
                phone: phone?,
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::merge;
    use uuid::Uuid;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    fn at(hour: u32) -> DateTime<Utc> {
        format!("2026-11-22T{hour:02}:00:00Z").parse().unwrap()
    }

    fn contact() -> Contact {
        let body = object(json!({"name": "Demo", "email": "a@edu.example.kz", "language": "ru"}));
        let wish = ContactWish::parse(&body, None, false).unwrap();
        Contact {
            id: ContactId(Uuid::from_u128(1)),
            partner: PartnerId(Uuid::from_u128(2)),
            language: wish.language,
            verified_at: None,
            active: wish.active,
            secrets: wish.secrets,
            version: 1,
            created_at: at(1),
            updated_at: at(1),
        }
    }

    fn patched(contact: &Contact, patch: Value, at: DateTime<Utc>) -> Result<Contact, Vec<Fault>> {
        let patch = object(patch);
        let mut body = contact.form().into_revealed();
        merge(&mut body, &patch);
        let wish = ContactWish::parse(&body, Some(contact), patch.contains_key("verified"))?;
        Ok(contact.clone().changed(wish, at))
    }

    #[test]
    fn an_unverified_address_receives_nothing() {
        let contact = contact();
        assert!(!contact.may_receive());
        let verified = patched(&contact, json!({"verified": true}), at(2)).unwrap();
        assert!(verified.may_receive());
        assert_eq!(verified.verified_at, Some(at(2)));
        let gone = patched(&verified, json!({"active": false}), at(3)).unwrap();
        assert!(!gone.may_receive());
    }

    #[test]
    fn a_new_address_clears_the_verification_and_no_other_field_does() {
        let verified = patched(&contact(), json!({"verified": true}), at(2)).unwrap();
        let renamed = patched(
            &verified,
            json!({"name": "Other", "phone": "+77112500000"}),
            at(3),
        )
        .unwrap();
        assert_eq!(
            renamed.verified_at,
            Some(at(2)),
            "the day of the first verification stays"
        );
        let moved = patched(&renamed, json!({"email": "b@edu.example.kz"}), at(4)).unwrap();
        assert_eq!(moved.verified_at, None);
    }

    #[test]
    fn nobody_vouches_for_an_address_while_entering_it() {
        let patch = json!({"email": "b@edu.example.kz", "verified": true});
        let faults = patched(&contact(), patch, at(2)).unwrap_err();
        assert_eq!(faults, [Fault::new("/verified", FaultKind::NotHere)]);
        let body =
            object(json!({"name": "D", "email": "a@b.kz", "language": "ru", "verified": true}));
        assert!(ContactWish::parse(&body, None, true).is_err());
    }

    #[test]
    fn a_partner_keeps_its_code() {
        let body = json!({
            "code": "EDU", "kind": "education", "name_kk": "Білім", "name_ru": "Образование", "name_en": "Education",
            "level": "region",
        });
        let entry = PartnerEntry::parse(&object(body), None).unwrap();
        assert!(entry.active);
        let mut form = entry.form();
        assert_eq!(PartnerEntry::parse(&form, Some(&entry)), Ok(entry.clone()));
        merge(
            &mut form,
            &object(json!({"code": "EDX", "level": "planet", "kind": "bank"})),
        );
        let faults = PartnerEntry::parse(&form, Some(&entry)).unwrap_err();
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(faults, ["/kind: unknown_code", "/level: unknown_code"]);
        merge(
            &mut form,
            &object(json!({"level": "region", "kind": "education"})),
        );
        assert_eq!(
            PartnerEntry::parse(&form, Some(&entry)),
            Err(vec![Fault::new("/code", FaultKind::Frozen)])
        );
    }

    #[test]
    fn r35_an_address_with_a_line_break_is_refused() {
        let body = object(
            json!({"name": "D\u{2028}D", "email": "a@b.kz\r\nBcc: c@d.kz", "language": "de"}),
        );
        let faults = ContactWish::parse(&body, None, false).unwrap_err();
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            faults,
            [
                "/name: control_character",
                "/email: control_character",
                "/language: unknown_code"
            ]
        );
    }
}
