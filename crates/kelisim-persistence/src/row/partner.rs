//! Rows of `partner` and `contact`.

use diesel::{AsChangeset, Insertable, Queryable, Selectable};
use kelisim_domain::code::PartnerCode;
use kelisim_domain::confidential::Confidential;
use kelisim_domain::id::RegionId;
use kelisim_domain::language::Language;
use kelisim_domain::partner::{
    Contact, ContactSecrets, Partner, PartnerEntry, PartnerKind, PartnerLevel,
};
use kelisim_domain::text::Name;

use crate::schema::{contact, partner};
use crate::store::search;
use crate::types::{Ts, Uid, Word};
use crate::worded;

worded!(PartnerKind, PartnerLevel);

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = partner, primary_key(region_id, id), treat_none_as_null = true)]
pub(crate) struct PartnerRow {
    region_id: Uid,
    id: Uid,
    code: String,
    kind: Word<PartnerKind>,
    name_kk: String,
    name_ru: String,
    name_en: String,
    level: Word<PartnerLevel>,
    active: bool,
    version: i32,
    search_key: String,
    created_at: Ts,
    updated_at: Ts,
}

impl PartnerRow {
    pub(crate) fn new(region: RegionId, partner: &Partner) -> Self {
        let entry = &partner.entry;
        Self {
            region_id: region.into(),
            id: partner.id.into(),
            code: entry.code.to_string(),
            kind: Word(entry.kind),
            name_kk: entry.name_kk.to_string(),
            name_ru: entry.name_ru.to_string(),
            name_en: entry.name_en.to_string(),
            level: Word(entry.level),
            active: entry.active,
            version: partner.version,
            search_key: search::key(&[
                entry.code.as_str(),
                entry.name_kk.as_str(),
                entry.name_ru.as_str(),
                entry.name_en.as_str(),
            ]),
            created_at: partner.created_at.into(),
            updated_at: partner.updated_at.into(),
        }
    }

    pub(crate) fn into_partner(self) -> Partner {
        Partner {
            id: self.id.into(),
            entry: PartnerEntry {
                code: PartnerCode::from_stored(self.code),
                kind: self.kind.0,
                name_kk: Name::from_stored(self.name_kk),
                name_ru: Name::from_stored(self.name_ru),
                name_en: Name::from_stored(self.name_en),
                level: self.level.0,
                active: self.active,
            },
            version: self.version,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        }
    }
}

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = contact, primary_key(region_id, id), treat_none_as_null = true)]
pub(crate) struct ContactRow {
    pub(crate) region_id: Uid,
    pub(crate) id: Uid,
    pub(crate) partner_id: Uid,
    pub(crate) language: Word<Language>,
    pub(crate) verified_at: Option<Ts>,
    pub(crate) active: bool,
    pub(crate) data_key_id: Uid,
    pub(crate) secret: Vec<u8>,
    pub(crate) version: i32,
    pub(crate) created_at: Ts,
    pub(crate) updated_at: Ts,
}

impl ContactRow {
    pub(crate) fn into_contact(self, secrets: ContactSecrets) -> Contact {
        Contact {
            id: self.id.into(),
            partner: self.partner_id.into(),
            language: self.language.0,
            verified_at: self.verified_at.map(Into::into),
            active: self.active,
            secrets: Confidential::new(secrets),
            version: self.version,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        }
    }
}
