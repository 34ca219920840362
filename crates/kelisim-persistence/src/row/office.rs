//! Rows of `office`.

use chrono::NaiveDate;
use diesel::{AsChangeset, Insertable, Queryable, Selectable};
use kelisim_domain::code::{DistrictCode, OfficeCode};
use kelisim_domain::id::RegionId;
use kelisim_domain::office::{Office, OfficeEntry, OfficeKind};
use kelisim_domain::register::OfficeRef;
use kelisim_domain::text::{Name, Phone};

use crate::schema::office;
use crate::store::search;
use crate::types::{Json, Ts, Uid, Word};
use crate::worded;

worded!(OfficeKind);

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = office, primary_key(region_id, id), treat_none_as_null = true)]
pub(crate) struct OfficeRow {
    region_id: Uid,
    id: Uid,
    code: String,
    name_kk: String,
    name_ru: String,
    name_en: String,
    kind: Word<OfficeKind>,
    district: String,
    settlement: String,
    address: String,
    phone: String,
    hours: String,
    languages: Json<Vec<String>>,
    active_from: NaiveDate,
    active_to: Option<NaiveDate>,
    pub(crate) parent_id: Option<Uid>,
    version: i32,
    search_key: String,
    created_at: Ts,
    updated_at: Ts,
}

impl OfficeRow {
    pub(crate) fn new(region: RegionId, office: &Office) -> Self {
        let entry = &office.entry;
        Self {
            region_id: region.into(),
            id: office.id.into(),
            code: entry.code.to_string(),
            name_kk: entry.name_kk.to_string(),
            name_ru: entry.name_ru.to_string(),
            name_en: entry.name_en.to_string(),
            kind: Word(entry.kind),
            district: entry.district.to_string(),
            settlement: entry.settlement.clone(),
            address: entry.address.clone(),
            phone: entry.phone.to_string(),
            hours: entry.hours.clone(),
            languages: Json(entry.languages.clone()),
            active_from: entry.active_from,
            active_to: entry.active_to,
            parent_id: entry.parent.as_ref().map(|parent| parent.id.into()),
            version: office.version,
            search_key: search::key(&[
                entry.code.as_str(),
                entry.name_kk.as_str(),
                entry.name_ru.as_str(),
                entry.name_en.as_str(),
                &entry.settlement,
            ]),
            created_at: office.created_at.into(),
            updated_at: office.updated_at.into(),
        }
    }

    pub(crate) fn into_office(self, parent: Option<OfficeRef>) -> Office {
        Office {
            id: self.id.into(),
            entry: OfficeEntry {
                code: OfficeCode::from_stored(self.code),
                name_kk: Name::from_stored(self.name_kk),
                name_ru: Name::from_stored(self.name_ru),
                name_en: Name::from_stored(self.name_en),
                kind: self.kind.0,
                district: DistrictCode::from_stored(self.district),
                settlement: self.settlement,
                address: self.address,
                phone: Phone::from_stored(self.phone),
                hours: self.hours,
                languages: self.languages.0,
                active_from: self.active_from,
                active_to: self.active_to,
                parent,
            },
            version: self.version,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        }
    }
}
