//! The register of mediators.
//!
//! Personal number, birth date, contacts and affiliations are sealed under a data key per mediator.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::exists;
use diesel::prelude::*;
use kelisim_domain::assignment::{MediatorFacts, MediatorStatus};
use kelisim_domain::code::{CategoryCode, OfficeCode};
use kelisim_domain::confidential::Confidential;
use kelisim_domain::id::{MediatorId, OfficeId, RegionId};
use kelisim_domain::language::Language;
use kelisim_domain::mediator::{
    Mediator, MediatorEntry, MediatorKind, MediatorSecrets, Period, StatusStep,
};
use kelisim_domain::register::OfficeRef;
use kelisim_domain::text::Name;

use crate::both;
use crate::connection::{Db, Locked, MultiBackend};
use crate::error::Error;
use crate::row::mediator::{MediatorOfficeRow, MediatorRow, NameRow, StatusRow, UnavailabilityRow};
use crate::schema::{mediator, mediator_office, mediator_status, mediator_unavailability, office};
use crate::store::open_cases::OpenCases;
use crate::store::search;
use crate::types::{Json, Uid, Word};
use crate::vault::{DataKey, Vault};
use crate::writes::Prepared;

/// The kind under which a mediator's data key is kept.
pub const SUBJECT: &str = "mediator";

/// A mediator with the key that seals them.
#[derive(Debug, Clone)]
pub struct SealedMediator {
    /// The mediator.
    pub mediator: Mediator,
    /// Their key.
    pub key: DataKey,
}

/// A mediator as a list shows them: nothing confidential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediatorLine {
    /// The id.
    pub id: MediatorId,
    /// Public or professional.
    pub kind: MediatorKind,
    /// The name in Kazakh.
    pub name_kk: Name,
    /// The name in Russian.
    pub name_ru: Name,
    /// The number in the register.
    pub register_no: String,
    /// Where they stand.
    pub status: MediatorStatus,
    /// Since which day.
    pub status_since: NaiveDate,
    /// Languages they mediate in.
    pub languages: Vec<String>,
    /// Where they live.
    pub home_settlement: String,
    /// Where they work.
    pub offices: Vec<OfficeCode>,
    /// The version.
    pub version: i32,
}

/// How to write to a mediator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediatorName {
    /// The name in Kazakh.
    pub kk: Name,
    /// The name in Russian.
    pub ru: Name,
    /// The language of messages to them.
    pub language: Language,
}

/// Which mediators a list shows, by name.
#[derive(Debug, Clone, Default)]
pub struct MediatorPage {
    /// Beginnings of words of the names or the register number.
    pub q: Option<String>,
    /// Only those of these offices.
    pub offices: Vec<OfficeId>,
    /// Only those with one of these statuses.
    pub statuses: Vec<MediatorStatus>,
    /// The last of the page before.
    pub after: Option<MediatorId>,
    /// The most mediators to give.
    pub limit: i64,
}

/// Enters a mediator with their first status, and makes their data key.
///
/// # Errors
/// [`Error::Conflict`] on `mediator.register_no`; those of the vault and the database.
pub fn mediator_insert(
    db: &mut Db,
    vault: &Vault,
    region: RegionId,
    mediator: &Mediator,
    step: &StatusStep,
) -> Result<DataKey, Error> {
    let key = vault.key_create(db, region, (SUBJECT, mediator.id.0), mediator.created_at)?;
    let row = seal(region, mediator, &key)?;
    diesel::insert_into(mediator::table)
        .values(&row)
        .execute(db)?;
    lists_insert(db, region, mediator)?;
    status_insert(db, region, mediator.id, step, 1)?;
    Ok(key)
}

/// Replaces version `mediator.version - 1` of a mediator, and notes the step of their status if
/// there is one; the answer is no when that version is not what stands there.
///
/// # Errors
/// [`Error::Conflict`] on `mediator.register_no`; those of the database.
pub fn mediator_update(
    db: &mut Db,
    key: &DataKey,
    region: RegionId,
    mediator: &Mediator,
    step: Option<&StatusStep>,
) -> Result<bool, Error> {
    let row = seal(region, mediator, key)?;
    let before = mediator::table
        .filter(mediator::region_id.eq(Uid::from(region)))
        .filter(mediator::id.eq(Uid::from(mediator.id)))
        .filter(mediator::version.eq(mediator.version - 1));
    if diesel::update(before).set(&row).execute(db)? == 0 {
        return Ok(false);
    }
    let (region_id, id) = (Uid::from(region), Uid::from(mediator.id));
    diesel::delete(
        mediator_office::table
            .filter(mediator_office::region_id.eq(region_id))
            .filter(mediator_office::mediator_id.eq(id)),
    )
    .execute(db)?;
    diesel::delete(
        mediator_unavailability::table
            .filter(mediator_unavailability::region_id.eq(region_id))
            .filter(mediator_unavailability::mediator_id.eq(id)),
    )
    .execute(db)?;
    lists_insert(db, region, mediator)?;
    if let Some(step) = step {
        let last: Option<i32> = mediator_status::table
            .filter(mediator_status::region_id.eq(region_id))
            .filter(mediator_status::mediator_id.eq(id))
            .select(mediator_status::seq)
            .order(mediator_status::seq.desc())
            .first(db)
            .optional()?;
        status_insert(db, region, mediator.id, step, last.unwrap_or(0) + 1)?;
    }
    Ok(true)
}

/// A mediator by their id.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Erased`] when their key was destroyed.
pub fn mediator_by_id(
    db: &mut Db,
    vault: &Vault,
    region: RegionId,
    id: MediatorId,
) -> Result<SealedMediator, Error> {
    let row = mediator::table
        .find((Uid::from(region), Uid::from(id)))
        .select(MediatorRow::as_select())
        .first(db)?;
    let key = vault.key_open(db, region, row.data_key_id.into())?;
    let secrets = open(&row, &key)?;
    let offices = offices_of(db, region, &[row.id])?.remove(&row.id);
    let unavailable = periods_of(db, region, row.id)?;
    let mediator = into_mediator(row, secrets, offices.unwrap_or_default(), unavailable);
    Ok(SealedMediator { mediator, key })
}

/// The steps of a mediator's status, oldest first.
///
/// # Errors
/// Those of the database.
pub fn mediator_status_list(
    db: &mut Db,
    region: RegionId,
    id: MediatorId,
) -> Result<Vec<StatusStep>, Error> {
    let rows: Vec<StatusRow> = mediator_status::table
        .filter(mediator_status::region_id.eq(Uid::from(region)))
        .filter(mediator_status::mediator_id.eq(Uid::from(id)))
        .order(mediator_status::seq)
        .select(StatusRow::as_select())
        .load(db)?;
    Ok(rows.into_iter().map(StatusRow::into_step).collect())
}

/// A mediator's names, for whoever shows a case.
///
/// # Errors
/// [`Error::NotFound`].
pub fn mediator_name(db: &mut Db, region: RegionId, id: MediatorId) -> Result<MediatorName, Error> {
    let mut names = mediator_names(db, region, &[id])?;
    names.remove(&id).ok_or(Error::NotFound)
}

/// The names of mediators, for whoever shows a list of cases.
///
/// # Errors
/// Those of the database.
pub fn mediator_names(
    db: &mut Db,
    region: RegionId,
    ids: &[MediatorId],
) -> Result<HashMap<MediatorId, MediatorName>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uid> = ids.iter().map(|id| Uid::from(*id)).collect();
    let rows: Vec<(Uid, NameRow)> = mediator::table
        .filter(mediator::region_id.eq(Uid::from(region)))
        .filter(mediator::id.eq_any(ids))
        .select((mediator::id, NameRow::as_select()))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(id, name)| (id.into(), name.into()))
        .collect())
}

/// Lets no other transaction give this mediator a case or change their entry before this one ends:
/// else two at once would both see the last free place (D4).
///
/// # Errors
/// Those of the database.
pub fn mediator_lock(db: &mut Db, region: RegionId, id: MediatorId) -> Result<(), Error> {
    let entry = mediator::table
        .find((Uid::from(region), Uid::from(id)))
        .select(mediator::id);
    let _: Vec<Uid> = Locked(entry).load(db)?;
    Ok(())
}

/// What D4 asks of the register, with how to write to the mediator; nothing when there is no such mediator.
///
/// # Errors
/// Those of the database.
pub fn mediator_facts(
    db: &mut Db,
    region: RegionId,
    id: MediatorId,
    today: NaiveDate,
) -> Result<Option<(MediatorFacts, MediatorName)>, Error> {
    type Facts = (
        Word<MediatorStatus>,
        Option<NaiveDate>,
        Json<Vec<String>>,
        i32,
        i64,
        bool,
        NameRow,
        Option<Uid>,
    );
    let (region_id, mediator_id) = (Uid::from(region), Uid::from(id));
    // A row for each office of the mediator, and one without an office for who has none.
    let rows: Vec<Facts> = both!(db, connection => {
    let is_unavailable = exists(
        mediator_unavailability::table
            .filter(mediator_unavailability::region_id.eq(region_id))
            .filter(mediator_unavailability::mediator_id.eq(mediator_id))
            .filter(mediator_unavailability::starts_on.le(today))
            .filter(mediator_unavailability::ends_on.ge(today)),
    );
    Prepared(mediator::table
        .left_join(
            mediator_office::table.on(mediator_office::region_id
                .eq(mediator::region_id)
                .and(mediator_office::mediator_id.eq(mediator::id))),
        )
        .filter(mediator::region_id.eq(region_id))
        .filter(mediator::id.eq(mediator_id))
        .order(mediator_office::office_id)
        .select((
            mediator::status,
            mediator::documents_valid_to,
            mediator::languages,
            mediator::max_open_cases,
            OpenCases { region: region_id, mediator: mediator_id },
            is_unavailable,
            NameRow::as_select(),
            mediator_office::office_id.nullable(),
        )))
        .load(connection)
    })?;
    let offices = rows.iter().filter_map(|row| row.7);
    let offices = offices.map(OfficeId::from).collect();
    let Some(first) = rows.into_iter().next() else {
        return Ok(None);
    };
    let (status, documents_valid_to, languages, most, open_cases, is_unavailable, name, _) = first;
    let facts = MediatorFacts {
        id,
        offices,
        status: status.0,
        documents_valid_to,
        languages: languages.0,
        open_cases: u32::try_from(open_cases).unwrap_or(u32::MAX),
        max_open_cases: u32::try_from(most).unwrap_or(0),
        is_unavailable,
    };
    Ok(Some((facts, name.into())))
}

/// A page of mediators in the order of their names.
///
/// # Errors
/// [`Error::NotFound`] when the page before ended with a mediator who does not exist.
pub fn mediator_list(
    db: &mut Db,
    region: RegionId,
    page: &MediatorPage,
) -> Result<Vec<MediatorLine>, Error> {
    let region_id = Uid::from(region);
    let mut query = mediator::table
        .filter(mediator::region_id.eq(region_id))
        .select(MediatorRow::as_select())
        .order((mediator::search_key, mediator::id))
        .limit(page.limit)
        .into_boxed::<MultiBackend>();
    if let Some(after) = page.after {
        let key: String = mediator::table
            .find((region_id, Uid::from(after)))
            .select(mediator::search_key)
            .first(db)?;
        query = query.filter(
            mediator::search_key.gt(key.clone()).or(mediator::search_key
                .eq(key)
                .and(mediator::id.gt(Uid::from(after)))),
        );
    }
    if !page.statuses.is_empty() {
        let statuses: Vec<_> = page.statuses.iter().map(|status| Word(*status)).collect();
        query = query.filter(mediator::status.eq_any(statuses));
    }
    if !page.offices.is_empty() {
        let offices: Vec<Uid> = page.offices.iter().map(|id| Uid::from(*id)).collect();
        let members = mediator_office::table
            .filter(mediator_office::region_id.eq(region_id))
            .filter(mediator_office::office_id.eq_any(offices))
            .select(mediator_office::mediator_id);
        query = query.filter(mediator::id.eq_any(members));
    }
    for pattern in page.q.as_deref().map(search::patterns).unwrap_or_default() {
        query = query.filter(mediator::search_key.like(pattern));
    }
    let rows: Vec<MediatorRow> = query.load(db)?;
    let ids: Vec<Uid> = rows.iter().map(|row| row.id).collect();
    let mut offices = offices_of(db, region, &ids)?;
    let lines = rows.into_iter().map(|row| MediatorLine {
        offices: offices
            .remove(&row.id)
            .unwrap_or_default()
            .into_iter()
            .map(|o| o.code)
            .collect(),
        id: row.id.into(),
        kind: row.kind.0,
        name_kk: Name::from_stored(row.name_kk),
        name_ru: Name::from_stored(row.name_ru),
        register_no: row.register_no,
        status: row.status.0,
        status_since: row.status_since,
        languages: row.languages.0,
        home_settlement: row.home_settlement,
        version: row.version,
    });
    Ok(lines.collect())
}

fn lists_insert(db: &mut Db, region: RegionId, mediator: &Mediator) -> Result<(), Error> {
    for office in &mediator.entry.offices {
        let row = MediatorOfficeRow {
            region_id: region.into(),
            mediator_id: mediator.id.into(),
            office_id: office.id.into(),
        };
        diesel::insert_into(mediator_office::table)
            .values(row)
            .execute(db)?;
    }
    for period in &mediator.entry.unavailable {
        let row = UnavailabilityRow {
            region_id: region.into(),
            mediator_id: mediator.id.into(),
            starts_on: period.from,
            ends_on: period.to,
        };
        diesel::insert_into(mediator_unavailability::table)
            .values(row)
            .execute(db)?;
    }
    Ok(())
}

fn status_insert(
    db: &mut Db,
    region: RegionId,
    mediator: MediatorId,
    step: &StatusStep,
    seq: i32,
) -> Result<(), Error> {
    let row = StatusRow {
        region_id: region.into(),
        mediator_id: mediator.into(),
        seq,
        status: Word(step.status),
        since: step.since,
        reason: step.reason.clone(),
        at: step.at.into(),
        by_account_id: step.by.map(Into::into),
    };
    diesel::insert_into(mediator_status::table)
        .values(row)
        .execute(db)?;
    Ok(())
}

fn offices_of(
    db: &mut Db,
    region: RegionId,
    mediators: &[Uid],
) -> Result<HashMap<Uid, Vec<OfficeRef>>, Error> {
    let mut found: HashMap<Uid, Vec<OfficeRef>> = HashMap::new();
    if mediators.is_empty() {
        return Ok(found);
    }
    let rows: Vec<(Uid, Uid, String)> = mediator_office::table
        .inner_join(
            office::table.on(office::region_id
                .eq(mediator_office::region_id)
                .and(office::id.eq(mediator_office::office_id))),
        )
        .filter(mediator_office::region_id.eq(Uid::from(region)))
        .filter(mediator_office::mediator_id.eq_any(mediators))
        .order(office::code)
        .select((mediator_office::mediator_id, office::id, office::code))
        .load(db)?;
    for (mediator, id, code) in rows {
        let office = OfficeRef {
            id: id.into(),
            code: OfficeCode::from_stored(code),
        };
        found.entry(mediator).or_default().push(office);
    }
    Ok(found)
}

fn periods_of(db: &mut Db, region: RegionId, mediator: Uid) -> Result<Vec<Period>, Error> {
    let rows: Vec<(NaiveDate, NaiveDate)> = mediator_unavailability::table
        .filter(mediator_unavailability::region_id.eq(Uid::from(region)))
        .filter(mediator_unavailability::mediator_id.eq(mediator))
        .order(mediator_unavailability::starts_on)
        .select((
            mediator_unavailability::starts_on,
            mediator_unavailability::ends_on,
        ))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(from, to)| Period { from, to })
        .collect())
}

fn place(id: Uid) -> String {
    format!("mediator.secret/{}", id.0)
}

fn seal(region: RegionId, mediator: &Mediator, key: &DataKey) -> Result<MediatorRow, Error> {
    let plain = serde_json::to_vec(mediator.entry.secrets.reveal())
        .map_err(|error| Error::broken("mediator.secret", error))?;
    let secret = key.seal(&place(mediator.id.into()), &plain);
    Ok(MediatorRow::new(region, mediator, key.id().into(), secret))
}

fn open(row: &MediatorRow, key: &DataKey) -> Result<MediatorSecrets, Error> {
    let plain = key.open(&place(row.id), &row.secret)?;
    serde_json::from_slice(&plain).map_err(|_| Error::unreadable("mediator.secret"))
}

fn into_mediator(
    row: MediatorRow,
    secrets: MediatorSecrets,
    offices: Vec<OfficeRef>,
    unavailable: Vec<Period>,
) -> Mediator {
    let specialisations = row.specialisations.0.into_iter();
    Mediator {
        id: row.id.into(),
        entry: MediatorEntry {
            kind: row.kind.0,
            name_kk: Name::from_stored(row.name_kk),
            name_ru: Name::from_stored(row.name_ru),
            register_no: row.register_no,
            language: row.language.0,
            languages: row.languages.0,
            specialisations: specialisations.map(CategoryCode::from_stored).collect(),
            home_settlement: row.home_settlement,
            offices,
            max_open_cases: row.max_open_cases,
            documents_valid_to: row.documents_valid_to,
            basis: row.basis.0,
            unavailable,
            secrets: Confidential::new(secrets),
        },
        status: row.status.0,
        status_since: row.status_since,
        version: row.version,
        created_at: row.created_at.into(),
        updated_at: row.updated_at.into(),
    }
}
