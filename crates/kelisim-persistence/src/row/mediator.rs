//! Rows of `mediator` and of what hangs on it.

use chrono::NaiveDate;
use diesel::{AsChangeset, Insertable, Queryable, Selectable};
use kelisim_domain::assignment::MediatorStatus;
use kelisim_domain::id::RegionId;
use kelisim_domain::language::Language;
use kelisim_domain::mediator::{Basis, Mediator, MediatorKind, StatusStep};
use kelisim_domain::text::Name;

use crate::schema::{mediator, mediator_office, mediator_status, mediator_unavailability};
use crate::store::mediator::MediatorName;
use crate::store::search;
use crate::types::{Json, Ts, Uid, Word};
use crate::worded;

worded!(MediatorKind, MediatorStatus);

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = mediator, primary_key(region_id, id), treat_none_as_null = true)]
pub(crate) struct MediatorRow {
    pub(crate) region_id: Uid,
    pub(crate) id: Uid,
    pub(crate) kind: Word<MediatorKind>,
    pub(crate) name_kk: String,
    pub(crate) name_ru: String,
    pub(crate) register_no: String,
    pub(crate) status: Word<MediatorStatus>,
    pub(crate) status_since: NaiveDate,
    pub(crate) language: Word<Language>,
    pub(crate) languages: Json<Vec<String>>,
    pub(crate) specialisations: Json<Vec<String>>,
    pub(crate) home_settlement: String,
    pub(crate) max_open_cases: i32,
    pub(crate) documents_valid_to: Option<NaiveDate>,
    pub(crate) basis: Json<Option<Basis>>,
    pub(crate) data_key_id: Uid,
    pub(crate) secret: Vec<u8>,
    pub(crate) version: i32,
    pub(crate) search_key: String,
    pub(crate) created_at: Ts,
    pub(crate) updated_at: Ts,
}

impl MediatorRow {
    pub(crate) fn new(
        region: RegionId,
        mediator: &Mediator,
        data_key_id: Uid,
        secret: Vec<u8>,
    ) -> Self {
        let entry = &mediator.entry;
        let specialisations = entry.specialisations.iter().map(ToString::to_string);
        Self {
            region_id: region.into(),
            id: mediator.id.into(),
            kind: Word(entry.kind),
            name_kk: entry.name_kk.to_string(),
            name_ru: entry.name_ru.to_string(),
            register_no: entry.register_no.clone(),
            status: Word(mediator.status),
            status_since: mediator.status_since,
            language: Word(entry.language),
            languages: Json(entry.languages.clone()),
            specialisations: Json(specialisations.collect()),
            home_settlement: entry.home_settlement.clone(),
            max_open_cases: entry.max_open_cases,
            documents_valid_to: entry.documents_valid_to,
            basis: Json(entry.basis.clone()),
            data_key_id,
            secret,
            version: mediator.version,
            search_key: search::key(&[
                entry.name_kk.as_str(),
                entry.name_ru.as_str(),
                &entry.register_no,
            ]),
            created_at: mediator.created_at.into(),
            updated_at: mediator.updated_at.into(),
        }
    }
}

#[derive(Debug, Insertable)]
#[diesel(table_name = mediator_office)]
pub(crate) struct MediatorOfficeRow {
    pub(crate) region_id: Uid,
    pub(crate) mediator_id: Uid,
    pub(crate) office_id: Uid,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = mediator_unavailability)]
pub(crate) struct UnavailabilityRow {
    pub(crate) region_id: Uid,
    pub(crate) mediator_id: Uid,
    pub(crate) starts_on: NaiveDate,
    pub(crate) ends_on: NaiveDate,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = mediator_status)]
pub(crate) struct StatusRow {
    pub(crate) region_id: Uid,
    pub(crate) mediator_id: Uid,
    pub(crate) seq: i32,
    pub(crate) status: Word<MediatorStatus>,
    pub(crate) since: NaiveDate,
    pub(crate) reason: String,
    pub(crate) at: Ts,
    pub(crate) by_account_id: Option<Uid>,
}

impl StatusRow {
    pub(crate) fn into_step(self) -> StatusStep {
        StatusStep {
            status: self.status.0,
            since: self.since,
            reason: self.reason,
            at: self.at.into(),
            by: self.by_account_id.map(Into::into),
        }
    }
}

/// The columns that say how to write to a mediator.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = mediator)]
pub(crate) struct NameRow {
    name_kk: String,
    name_ru: String,
    language: Word<Language>,
}

impl From<NameRow> for MediatorName {
    fn from(row: NameRow) -> Self {
        Self {
            kk: Name::from_stored(row.name_kk),
            ru: Name::from_stored(row.name_ru),
            language: row.language.0,
        }
    }
}
