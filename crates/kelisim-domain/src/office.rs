//! The register of mediation offices.

use crate::{
    case::closed_enum,
    code::{DistrictCode, OfficeCode},
    fault::{FaultKind, Faults},
    id::OfficeId,
    input::Input,
    register::{Known, LIST_MOST, OfficeRef, line, spoken},
    text::{Name, Phone},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value, json};

closed_enum! {
    /// Whose house the office is in.
    OfficeKind {
        /// An akim's office.
        Akimat = "akimat",
        /// A library.
        Library = "library",
        /// A house of culture.
        HouseOfCulture = "house_of_culture",
        /// A school.
        School = "school",
        /// A clinic.
        Clinic = "clinic",
        /// A house of friendship.
        HouseOfFriendship = "house_of_friendship",
        /// An enterprise.
        Enterprise = "enterprise",
    }
}

/// What the register says of an office. All of it may be published.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfficeEntry {
    /// The district's code and two digits; never changed, never used again.
    pub code: OfficeCode,
    /// The name in Kazakh.
    pub name_kk: Name,
    /// The name in Russian.
    pub name_ru: Name,
    /// The name in English.
    pub name_en: Name,
    /// Whose house it is in.
    pub kind: OfficeKind,
    /// The district, the same as in the code.
    pub district: DistrictCode,
    /// The town or village.
    pub settlement: String,
    /// Street and house.
    pub address: String,
    /// The telephone.
    pub phone: Phone,
    /// Opening hours, in words.
    pub hours: String,
    /// Languages spoken there.
    pub languages: Vec<String>,
    /// The first day.
    pub active_from: NaiveDate,
    /// The last day; none while it is open.
    pub active_to: Option<NaiveDate>,
    /// The regional centre that it belongs to.
    pub parent: Option<OfficeRef>,
}

/// An office in the register. Its head is not stored here: it follows from the grants.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Office {
    /// The id.
    pub id: OfficeId,
    /// What the register says.
    pub entry: OfficeEntry,
    /// The version, from 1.
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl OfficeEntry {
    /// Reads an entry from what somebody sent; `before` is the entry as it stands, when this is a change.
    ///
    /// # Errors
    /// All faults at once.
    pub fn parse(
        body: &Map<String, Value>,
        known: &Known,
        before: Option<&OfficeEntry>,
    ) -> Result<Self, Vec<crate::fault::Fault>> {
        let mut faults = Faults::new();
        let mut input = Input::new(body, &mut faults);
        let entry = Self::read(&mut input, known);
        if let Some(entry) = &entry {
            entry.check(&mut input, before);
        }
        input.finish();
        faults.finish(entry)
    }

    fn read(input: &mut Input<'_>, known: &Known) -> Option<Self> {
        // Every field is read before the first missing one ends the function.
        let code = input.text("code", OfficeCode::parse);
        let name_kk = input.text("name_kk", Name::parse);
        let name_ru = input.text("name_ru", Name::parse);
        let name_en = input.text("name_en", Name::parse);
        let kind = input.text("kind", str::parse);
        let district = input.text("district", |text| known.district(text));
        let settlement = input.text("settlement", line);
        let address = input.text("address", line);
        let phone = input.text("phone", Phone::parse);
        let hours = input.text("hours", line);
        let languages = input.some_texts("languages", LIST_MOST, spoken);
        let active_from = input.date("active_from");
        let active_to = input.date_if("active_to");
        let parent = input.text_if("parent", |text| known.office(text));
        Some(OfficeEntry {
            code: code?,
            name_kk: name_kk?,
            name_ru: name_ru?,
            name_en: name_en?,
            kind: kind?,
            district: district?,
            settlement: settlement?,
            address: address?,
            phone: phone?,
            hours: hours?,
            languages: languages?,
            active_from: active_from?,
            active_to: active_to?,
            parent: parent?,
        })
    }

    /// What holds between the fields, and between the entry and what it was before.
    fn check(&self, input: &mut Input<'_>, before: Option<&OfficeEntry>) {
        if before.is_some_and(|before| before.code != self.code) {
            input.fault("code", FaultKind::Frozen);
        }
        if !self.code.as_str().starts_with(self.district.as_str()) {
            input.fault("district", FaultKind::NotHere);
        }
        if self.active_to.is_some_and(|to| to < self.active_from) {
            input.fault(
                "active_to",
                FaultKind::TooEarly {
                    earliest: self.active_from,
                },
            );
        }
        if self
            .parent
            .as_ref()
            .is_some_and(|parent| parent.code == self.code)
        {
            input.fault("parent", FaultKind::NotHere);
        }
    }

    /// The entry as somebody would send it: the ground for a merge patch and for the audit log.
    pub fn form(&self) -> Map<String, Value> {
        let form = json!({
            "code": self.code,
            "name_kk": self.name_kk,
            "name_ru": self.name_ru,
            "name_en": self.name_en,
            "kind": self.kind,
            "district": self.district,
            "settlement": self.settlement,
            "address": self.address,
            "phone": self.phone,
            "hours": self.hours,
            "languages": self.languages,
            "active_from": self.active_from,
            "active_to": self.active_to,
            "parent": self.parent.as_ref().map(|parent| &parent.code),
        });
        match form {
            Value::Object(form) => form,
            _ => Map::new(),
        }
    }

    /// Whether the office is open on a day.
    pub fn is_open_on(&self, day: NaiveDate) -> bool {
        self.active_from <= day && self.active_to.is_none_or(|to| day <= to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn known() -> Known {
        Known {
            districts: ["ORL", "AKZ"]
                .map(|code| DistrictCode::parse(code).unwrap())
                .into(),
            offices: [("ORL-01", 1), ("ORL-03", 3)]
                .map(|(code, n)| {
                    (
                        OfficeCode::parse(code).unwrap(),
                        OfficeId(Uuid::from_u128(n)),
                    )
                })
                .into(),
            ..Known::default()
        }
    }

    fn body() -> Map<String, Value> {
        json!({
            "code": "ORL-03", "name_kk": "Кеңсе", "name_ru": "Офис", "name_en": "Office", "kind": "library",
            "district": "ORL", "settlement": "Oral", "address": "Abai 1", "phone": "8 7112 50 00 00",
            "hours": "Mon-Fri 9-18", "languages": ["kk", "ru"], "active_from": "2019-06-01", "parent": "ORL-01",
        })
        .as_object()
        .cloned()
        .unwrap()
    }

    fn faults(change: Value, before: Option<&OfficeEntry>) -> Vec<String> {
        let mut body = body();
        body.extend(change.as_object().cloned().unwrap());
        let faults = OfficeEntry::parse(&body, &known(), before).unwrap_err();
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_entry_comes_back_from_its_own_form() {
        let entry = OfficeEntry::parse(&body(), &known(), None).unwrap();
        assert_eq!(
            OfficeEntry::parse(&entry.form(), &known(), Some(&entry)),
            Ok(entry.clone())
        );
        assert_eq!(entry.phone.as_str(), "+77112500000");
    }

    #[test]
    fn an_empty_body_names_every_required_field() {
        let faults = OfficeEntry::parse(&Map::new(), &known(), None).unwrap_err();
        let missing: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(
            missing,
            [
                "/code",
                "/name_kk",
                "/name_ru",
                "/name_en",
                "/kind",
                "/district",
                "/settlement",
                "/address",
                "/phone",
                "/hours",
                "/languages",
                "/active_from"
            ]
        );
    }

    #[test]
    fn the_code_carries_the_district_and_never_changes() {
        assert_eq!(
            faults(json!({"code": "AKZ-03"}), None),
            ["/district: not_here"]
        );
        let entry = OfficeEntry::parse(&body(), &known(), None).unwrap();
        assert_eq!(
            faults(json!({"code": "ORL-04"}), Some(&entry)),
            ["/code: frozen"]
        );
    }

    #[test]
    fn dates_and_references_are_checked() {
        assert_eq!(
            faults(json!({"active_to": "2019-05-31"}), None),
            ["/active_to: too_early"]
        );
        assert_eq!(
            faults(json!({"parent": "ORL-03"}), None),
            ["/parent: not_here"]
        );
        assert_eq!(
            faults(json!({"parent": "ORL-99"}), None),
            ["/parent: unknown_code"]
        );
        assert_eq!(
            faults(json!({"district": "XXX"}), None),
            ["/district: unknown_code"]
        );
        assert_eq!(
            faults(json!({"languages": []}), None),
            ["/languages: too_few"]
        );
        assert_eq!(
            faults(json!({"kind": "pub"}), None),
            ["/kind: unknown_code"]
        );
        assert_eq!(
            faults(json!({"name_ru": "a\u{202E}b"}), None),
            ["/name_ru: control_character"]
        );
    }
}
