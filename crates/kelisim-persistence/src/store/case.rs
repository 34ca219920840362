//! Cases: their state, their content, their history, all in the transaction of the change.
//!
//! Absent on purpose: a public way to load a case by its bare id. The one way is [`super::access::access_case`] (R1);
//! lists take a [`CaseScope`](kelisim_domain::policy::CaseScope) (R2) and stand in [`super::case_list`].

use std::sync::OnceLock;

use chrono::NaiveDate;
use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Integer};
use kelisim_domain::{
    assignment::MediatorStatus,
    calendar::Zone,
    case::{Case, CaseNumber, Content, ContentChange, Event, Party, Referred, Stage},
    code::{OfficeCode, PartnerCode},
    confidential::Confidential,
    id::{CaseId, EventId, MediatorId, OfficeId, PartnerId, ReferralId, RegionId},
    notice::{PartnerReference, ReceiptCode},
};
use uuid::Uuid;

use crate::acting::{AtHand, SystemPart, become_system};
use crate::both;
use crate::connection::{Db, Locked};
use crate::error::Error;
use crate::row::case::{CaseRow, CaseUpdate, PartyRow, ReferralRow};
use crate::row::data_key::DataKeyRow;
use crate::row::mediator::NameRow;
use crate::schema::{case_party, cases, data_key, mediator, partner, referral};
use crate::store::account::has_head;
use crate::store::case_event::{self, Entry};
use crate::store::case_scope::Sight;
use crate::store::mediator::MediatorName;
use crate::store::name_index::{names_add, names_delete};
use crate::store::timer;
use crate::types::{SqlUuid, Uid, Word};
use crate::vault::{DataKey, Vault};
use crate::writes::Writes;

/// The next number of an office in a year (D22).
///
/// The counter moves in the caller's transaction, so a filing that fails leaves no gap;
/// two filings at one office wait for each other.
///
/// # Errors
/// As the database.
pub fn case_number_next(
    db: &mut Db,
    region: RegionId,
    office: OfficeId,
    code: &OfficeCode,
    year: i32,
) -> Result<CaseNumber, Error> {
    let counter = Counter {
        region: region.into(),
        office: office.into(),
        year,
    };
    let last: i32 = both!(db, connection => counter.get_result(connection))?;
    Ok(CaseNumber {
        office: code.clone(),
        year,
        serial: last,
    })
}

/// Moves the counter of an office and gives where it stands.
///
/// A fragment of our own, because the shared connection has no `ON CONFLICT` and keeps no text of `sql_query` prepared.
struct Counter {
    region: Uid,
    office: Uid,
    year: i32,
}

impl Query for Counter {
    type SqlType = Integer;
}

impl QueryId for Counter {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for Counter {}

impl<DB> QueryFragment<DB> for Counter
where
    DB: Backend + HasSqlType<SqlUuid>,
    Uid: ToSql<SqlUuid, DB>,
    i32: ToSql<Integer, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("INSERT INTO case_counter (region_id, office_id, year, last) VALUES (");
        out.push_bind_param::<SqlUuid, _>(&self.region)?;
        out.push_sql(", ");
        out.push_bind_param::<SqlUuid, _>(&self.office)?;
        out.push_sql(", ");
        out.push_bind_param::<Integer, _>(&self.year)?;
        out.push_sql(
            ", 1) ON CONFLICT (region_id, office_id, year) DO UPDATE SET last = case_counter.last + 1 RETURNING last",
        );
        Ok(())
    }
}

/// A new case with everything that is stored with it.
pub struct NewCase<'a> {
    /// The region.
    pub region: RegionId,
    /// The case that the first event makes.
    pub case: &'a Case,
    /// Its first event.
    pub event: &'a Event,
    /// The event's id.
    pub event_id: EventId,
    /// The confidential half of the event.
    pub content: &'a ContentChange,
    /// The partner's referral, with the id of its row.
    pub referral: Option<(ReferralId, &'a Referred)>,
    /// The local day of filing.
    pub received_on: NaiveDate,
    /// Whether the office has a head on that day.
    pub office_has_head: bool,
    /// The time zone of the region.
    pub zone: Zone,
    /// The key of the region's index of names.
    pub names: Option<&'a DataKey>,
}

/// Adds a new case to what the transaction stores at its end, and gives it as it will be loaded.
///
/// A code that does not exist is [`Error::Missing`] when it is stored.
///
/// # Errors
/// [`Error::Broken`] when the content cannot be written down.
pub fn case_add(writes: &mut Writes, key: DataKey, new: &NewCase<'_>) -> Result<Loaded, Error> {
    let (region, id) = (new.region, new.case.id);
    let entry = Entry {
        region,
        id: new.event_id,
        event: new.event,
        secret: case_event::seal(&key, id, new.event.seq, new.content)?,
    };
    let hash = entry.hash(&case_event::ORIGIN);
    let content = Content::opened(new.content);
    let secret = seal_content(&key, id, &content)?;
    let row = CaseRow::of(
        region,
        new.case,
        key.id().into(),
        secret.clone(),
        hash.to_vec(),
    );
    writes.add(
        diesel::insert_into(cases::table).values(row),
        Error::conflict("cases.id"),
    );
    parties_add(writes, region, &key, id, &content.parties)?;
    if let Some(names) = new.names {
        names_add(writes, region, names, id, &content.parties);
    }
    let reference = content.reference.reveal().as_ref();
    let sealed_reference =
        reference.map(|text| key.seal(&reference_place(id), text.as_str().as_bytes()));
    if let Some((row_id, referred)) = &new.referral {
        let row = ReferralRow {
            region_id: region.into(),
            id: (*row_id).into(),
            case_id: id.into(),
            partner_id: referred.partner.into(),
            memorandum_id: referred.memorandum.map(Uid::from),
            receipt_code: referred.receipt_code.as_str().to_owned(),
            received_on: new.received_on,
            secret: sealed_reference.clone(),
        };
        writes.add(
            diesel::insert_into(referral::table).values(row),
            Error::conflict("referral.id"),
        );
    }
    case_event::add(writes, entry, &case_event::ORIGIN, &hash);
    timer::change(writes, region, new.zone, None, new.event, None);
    Ok(Loaded {
        region,
        case: new.case.clone(),
        office_has_head: new.office_has_head,
        key: CaseKey::of(key),
        head: hash.to_vec(),
        secret,
        parties: Vec::new(),
        referral: new
            .referral
            .as_ref()
            .map(|(_, referred)| ((*referred).clone(), sealed_reference)),
        names: Names::default(),
        content: OnceLock::from(content),
    })
}

/// A case as it was loaded, or as the transaction is about to store it.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub(crate) region: RegionId,
    /// The open facts.
    pub case: Case,
    /// Whether its office has a head today: who reads the content depends on it.
    pub(crate) office_has_head: bool,
    key: CaseKey,
    /// The hash of its last event.
    head: Vec<u8>,
    secret: Vec<u8>,
    /// Its parties, as they are sealed.
    parties: Vec<PartyRow>,
    /// The partner's referral, and the partner's own number as it is sealed.
    referral: Option<SealedReferral>,
    /// How to call those whom it names, as far as one query told.
    names: Names,
    /// Opened once, when somebody first reads it.
    content: OnceLock<Content>,
}

/// How to call the mediator and the partner whom a case names.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Its mediator.
    pub mediator: Option<(MediatorId, MediatorName)>,
    /// Its partner.
    pub partner: Option<(PartnerId, PartnerCode)>,
}

/// The data key of a case: as it is stored, and opened once it was needed.
#[derive(Clone, Debug)]
struct CaseKey {
    row: Option<DataKeyRow>,
    open: OnceLock<DataKey>,
}

impl CaseKey {
    fn of(key: DataKey) -> Self {
        Self {
            row: None,
            open: OnceLock::from(key),
        }
    }
}

impl Loaded {
    /// The data key of its content.
    ///
    /// # Errors
    /// [`Error::Erased`] when it was destroyed; [`Error::Key`].
    pub fn data_key(&self, vault: &Vault) -> Result<&DataKey, Error> {
        if let Some(key) = self.key.open.get() {
            return Ok(key);
        }
        let row = self.key.row.as_ref().ok_or(Error::NotFound)?;
        let key = vault.unwrap_row(row)?;
        Ok(self.key.open.get_or_init(|| key))
    }

    /// The partner's referral, with the partner's own number as it is sealed.
    pub(crate) fn referral(&self) -> Option<&SealedReferral> {
        self.referral.as_ref()
    }

    /// How to call those whom the case names, as far as it was told when the case was loaded.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The confidential content; who asks has passed the check for it.
    pub(crate) fn content(&self, vault: &Vault) -> Result<&Content, Error> {
        if let Some(content) = self.content.get() {
            return Ok(content);
        }
        let content = content_open(self.data_key(vault)?, self)?;
        Ok(self.content.get_or_init(|| content))
    }
}

/// A change of a case that was loaded in the same transaction.
pub struct CaseChange<'a> {
    /// The case before.
    pub before: &'a Loaded,
    /// The case after.
    pub after: Case,
    /// What happened.
    pub event: &'a Event,
    /// The event's id.
    pub event_id: EventId,
    /// The confidential half of the event.
    pub content: &'a ContentChange,
    /// The time zone of the region.
    pub zone: Zone,
    /// The lease of the worker that lets a timer fire; none for what people do.
    pub claim: Option<Uuid>,
    /// The key of the region's index of names; asked for only where the sides change.
    pub names: Option<&'a DataKey>,
}

/// Adds a change to what the transaction stores at its end, and gives the case as it will be loaded.
///
/// When the case has changed since it was loaded, that end is [`Error::Conflict`] and nothing is stored.
///
/// # Errors
/// [`Error::Erased`] or [`Error::Key`] when its content cannot be opened.
pub fn case_change(
    db: &mut Db,
    vault: &Vault,
    writes: &mut Writes,
    change: CaseChange<'_>,
) -> Result<Loaded, Error> {
    let (before, case) = (change.before, change.after);
    let (region, id, key) = (before.region, case.id, before.data_key(vault)?);
    let entry = Entry {
        region,
        id: change.event_id,
        event: change.event,
        secret: case_event::seal(key, id, change.event.seq, change.content)?,
    };
    let hash = entry.hash(&before.head);
    let mut after = Loaded {
        head: hash.to_vec(),
        ..before.clone()
    };
    if !change.content.is_empty() {
        let content = before.content(vault)?.clone().changed(change.content);
        after.secret = seal_content(key, id, &content)?;
        if change.content.parties.is_some() {
            if let Some(names) = change.names {
                names_delete(db, region, id)?;
                names_add(writes, region, names, id, &content.parties);
            }
            parties_delete(db, region, id)?;
            parties_add(writes, region, key, id, &content.parties)?;
        }
        after.content = OnceLock::from(content);
    }
    let row = cases::table
        .find((Uid::from(region), Uid::from(id)))
        .filter(cases::version.eq(before.case.version));
    let update = CaseUpdate::of(&case, after.secret.clone(), hash.to_vec());
    writes.add(
        diesel::update(row).set(update),
        Error::conflict("cases.version"),
    );
    case_event::add(writes, entry, &before.head, &hash);
    timer::change(
        writes,
        region,
        change.zone,
        Some(&before.case),
        change.event,
        change.claim,
    );
    after.case = case;
    Ok(after)
}

/// Loads a case that is in sight with all that an act on it needs, in one query: its data key, its referral, whether its office has a
/// head on a day, and how to call those whom it names.
pub(crate) fn case_load(
    db: &mut Db,
    region: RegionId,
    sight: Sight,
    id: CaseId,
    day: NaiveDate,
) -> Result<Loaded, Error> {
    type Found = (
        CaseRow,
        DataKeyRow,
        Option<ReferralRow>,
        Option<String>,
        Option<NameRow>,
        Option<PartyRow>,
        bool,
        bool,
    );
    // A row for each party, and one without a party for a case that has none.
    let mut rows: Vec<Found> = both!(db, connection => cases::table
        .inner_join(
            data_key::table.on(data_key::region_id
                .eq(cases::region_id)
                .and(data_key::id.eq(cases::data_key_id))),
        )
        .left_join(
            referral::table.on(referral::region_id
                .eq(cases::region_id)
                .and(referral::case_id.eq(cases::id))),
        )
        .left_join(
            partner::table.on(partner::region_id
                .eq(cases::region_id)
                .and(partner::id.nullable().eq(cases::partner_id))),
        )
        .left_join(
            mediator::table.on(mediator::region_id
                .eq(cases::region_id)
                .and(mediator::id.nullable().eq(cases::mediator_id))),
        )
        .left_join(
            case_party::table.on(case_party::region_id
                .eq(cases::region_id)
                .and(case_party::case_id.eq(cases::id))),
        )
        .filter(cases::region_id.eq(Uid::from(region)))
        .filter(cases::id.eq(Uid::from(id)))
        .filter(sight)
        .order(case_party::position)
        .select((
            CaseRow::as_select(),
            DataKeyRow::as_select(),
            Option::<ReferralRow>::as_select(),
            partner::code.nullable(),
            Option::<NameRow>::as_select(),
            Option::<PartyRow>::as_select(),
            has_head!(region, cases::office_id, day),
            AtHand,
        ))
        .load(connection))?;
    let parties = rows.iter_mut().filter_map(|row| row.5.take()).collect();
    let first = rows.into_iter().next().ok_or(Error::NotFound)?;
    let (row, key, referral, partner, mediator, _, office_has_head, _) = first;
    let case = row.case()?;
    let names = Names {
        mediator: case.mediator.zip(mediator.map(MediatorName::from)),
        partner: case.partner.zip(partner.map(PartnerCode::from_stored)),
    };
    Ok(Loaded {
        region,
        case,
        office_has_head,
        key: CaseKey {
            row: Some(key),
            open: OnceLock::new(),
        },
        head: row.head_hash,
        secret: row.secret,
        parties,
        referral: referral.map(sealed_referral),
        names,
        content: OnceLock::new(),
    })
}

/// The open cases that a suspended or removed mediator has or is asked to take, locked until the transaction ends.
pub(crate) fn cases_lost(
    db: &mut Db,
    region: RegionId,
    mediator: MediatorId,
) -> Result<Vec<CaseId>, Error> {
    const OPEN: [Stage; 3] = [Stage::Filed, Stage::Assigned, Stage::Reconciled];
    let (region_id, mediator_id) = (Uid::from(region), Uid::from(mediator));
    let gone = mediator::table
        .find((region_id, mediator_id))
        .filter(mediator::status.eq_any(GONE.map(Word)))
        .select(mediator::id);
    if gone.first::<Uid>(db).optional()?.is_none() {
        return Ok(Vec::new());
    }
    // The registrar sees no case: from here on the register itself acts, until the transaction ends.
    become_system(db, SystemPart::Register)?;
    // Two walks along indexes, because one question with "or" would be neither.
    let open = || {
        cases::table
            .filter(cases::region_id.eq(region_id))
            .filter(cases::stage.eq_any(OPEN.map(Word)))
            .order(cases::id)
            .select(cases::id)
    };
    let has = open().filter(cases::mediator_id.eq(mediator_id));
    let asked = open().filter(cases::asked_id.eq(mediator_id));
    // First what they are asked to take: whoever accepts at this moment holds the row, and the second walk finds the case
    // with them. The other way round a case could go past both. The other way nothing moves: whoever offers them a case
    // waits for their entry.
    let mut ids: Vec<Uid> = Locked(asked).load(db)?;
    ids.extend(Locked(has).load::<Uid>(db)?);
    ids.sort_unstable_by_key(|id| id.0);
    ids.dedup();
    Ok(ids.into_iter().map(Into::into).collect())
}

/// Where a mediator may take and keep no case (D12).
const GONE: [MediatorStatus; 2] = [MediatorStatus::Suspended, MediatorStatus::Removed];

/// A referral, and the partner's own number as it is sealed.
pub(crate) type SealedReferral = (Referred, Option<Vec<u8>>);

fn sealed_referral(row: ReferralRow) -> SealedReferral {
    let referred = Referred {
        partner: row.partner_id.into(),
        memorandum: row.memorandum_id.map(Into::into),
        receipt_code: ReceiptCode::from_stored(row.receipt_code),
    };
    (referred, row.secret)
}

/// The partner's own number of its referral, opened with the case's key.
///
/// # Errors
/// [`Error::Key`] when the key does not fit.
pub(crate) fn reference_open(
    key: &DataKey,
    case: CaseId,
    sealed: Option<&[u8]>,
) -> Result<Option<PartnerReference>, Error> {
    let Some(sealed) = sealed else {
        return Ok(None);
    };
    let plain = key.open(&reference_place(case), sealed)?;
    let text = String::from_utf8(plain).map_err(|_| Error::unreadable("referral.secret"))?;
    Ok(PartnerReference::parse(&text).ok())
}

fn content_open(key: &DataKey, loaded: &Loaded) -> Result<Content, Error> {
    let case = loaded.case.id;
    let plain = key.open(&content_place(case), &loaded.secret)?;
    let stored: ContentChange =
        serde_json::from_slice(&plain).map_err(|_| Error::unreadable("cases.secret"))?;
    let mut content = Content::opened(&stored);
    for row in &loaded.parties {
        let plain = key.open(&party_place(case, row.position), &row.secret)?;
        let party: Party =
            serde_json::from_slice(&plain).map_err(|_| Error::unreadable("case_party.secret"))?;
        content.parties.push(party);
    }
    if let Some((_, sealed)) = &loaded.referral {
        content.reference = Confidential::new(reference_open(key, case, sealed.as_deref())?);
    }
    Ok(content)
}

/// The content without the parties and the reference, which have rows of their own.
fn seal_content(key: &DataKey, case: CaseId, content: &Content) -> Result<Vec<u8>, Error> {
    let stored = ContentChange {
        summary: Confidential::new(Some(content.summary.reveal().clone())),
        amount: Confidential::new(content.amount.reveal().map(Some)),
        agreement: content.agreement.clone(),
        exclusion_code: content.exclusion_code.clone(),
        answers: content.answers.clone(),
        ..ContentChange::default()
    };
    let plain =
        serde_json::to_vec(&stored).map_err(|error| Error::broken("cases.secret", error))?;
    Ok(key.seal(&content_place(case), &plain))
}

fn parties_add(
    writes: &mut Writes,
    region: RegionId,
    key: &DataKey,
    case: CaseId,
    parties: &[Party],
) -> Result<(), Error> {
    for (position, party) in (0..).zip(parties) {
        let plain =
            serde_json::to_vec(party).map_err(|error| Error::broken("case_party.secret", error))?;
        let row = PartyRow {
            region_id: region.into(),
            case_id: case.into(),
            position,
            id: party.id.into(),
            side: Word(party.side),
            secret: key.seal(&party_place(case, position), &plain),
        };
        writes.add(
            diesel::insert_into(case_party::table).values(row),
            Error::conflict("case_party.id"),
        );
    }
    Ok(())
}

/// At once, because the new parties stand at the same positions.
fn parties_delete(db: &mut Db, region: RegionId, case: CaseId) -> Result<(), Error> {
    let parties = case_party::table
        .filter(case_party::region_id.eq(Uid::from(region)))
        .filter(case_party::case_id.eq(Uid::from(case)));
    diesel::delete(parties).execute(db)?;
    Ok(())
}

fn content_place(case: CaseId) -> String {
    format!("cases.secret/{case}")
}

fn party_place(case: CaseId, position: i32) -> String {
    format!("case_party.secret/{case}/{position}")
}

fn reference_place(case: CaseId) -> String {
    format!("referral.secret/{case}")
}
