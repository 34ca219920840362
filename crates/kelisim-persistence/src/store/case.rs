//! Cases: their state, their content, their history, all in the transaction of the change.
//!
//! Absent on purpose: a public way to load a case by its bare id. The one way is [`super::access::access_case`] (R1);
//! lists take a [`CaseScope`](kelisim_domain::policy::CaseScope) (R2) and stand in [`super::case_list`].

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::Integer;
use kelisim_domain::{
    case::{Case, CaseNumber, Content, ContentChange, Event, Party, Referred},
    code::OfficeCode,
    confidential::Confidential,
    id::{CaseId, DataKeyId, EventId, OfficeId, ReferralId, RegionId},
    notice::{PartnerReference, ReceiptCode},
};

use crate::both;
use crate::connection::Db;
use crate::error::Error;
use crate::row::case::{CaseRow, PartyRow, ReferralRow};
use crate::schema::{case_party, cases, referral};
use crate::store::case_event::{self, Entry};
use crate::types::{Ts, Uid, Word};
use crate::vault::DataKey;

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
    use crate::types::SqlUuid;
    #[derive(QueryableByName)]
    struct Last {
        #[diesel(sql_type = Integer)]
        last: i32,
    }
    let Last { last } = diesel::sql_query(
        "INSERT INTO case_counter (region_id, office_id, year, last) VALUES ($1, $2, $3, 1) \
         ON CONFLICT (region_id, office_id, year) DO UPDATE SET last = case_counter.last + 1 \
         RETURNING last",
    )
    .bind::<SqlUuid, _>(Uid::from(region))
    .bind::<SqlUuid, _>(Uid::from(office))
    .bind::<Integer, _>(year)
    .get_result(db)?;
    Ok(CaseNumber {
        office: code.clone(),
        year,
        serial: last,
    })
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
}

/// Stores a new case; answers with the hash of its first event.
///
/// # Errors
/// [`Error::Missing`] when a code it uses does not exist.
pub fn case_insert(db: &mut Db, key: &DataKey, new: &NewCase<'_>) -> Result<[u8; 32], Error> {
    let region = new.region;
    let sealed = case_event::seal(key, new.case.id, new.event.seq, new.content)?;
    let entry = Entry {
        region,
        id: new.event_id,
        event: new.event,
        secret: sealed,
    };
    let hash = entry.hash(&case_event::ORIGIN);
    let content = Content::opened(new.content);
    let secret = seal_content(key, new.case.id, &content)?;
    diesel::insert_into(cases::table)
        .values(CaseRow::of(
            region,
            new.case,
            key.id().into(),
            secret,
            hash.to_vec(),
        ))
        .execute(db)?;
    parties_insert(db, region, key, new.case.id, &content.parties)?;
    if let Some((id, referred)) = &new.referral {
        let reference = content
            .reference
            .reveal()
            .as_ref()
            .map(PartnerReference::as_str);
        let row = ReferralRow {
            region_id: region.into(),
            id: (*id).into(),
            case_id: new.case.id.into(),
            partner_id: referred.partner.into(),
            memorandum_id: referred.memorandum.map(Uid::from),
            receipt_code: referred.receipt_code.as_str().to_owned(),
            received_on: new.received_on,
            secret: reference.map(|text| key.seal(&reference_place(new.case.id), text.as_bytes())),
        };
        diesel::insert_into(referral::table)
            .values(row)
            .execute(db)?;
    }
    case_event::insert(db, entry, &case_event::ORIGIN, &hash)?;
    Ok(hash)
}

/// A case as it was loaded, with what a change of it needs.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The open facts.
    pub case: Case,
    /// The data key of its content.
    pub key: DataKeyId,
    /// The hash of its last event.
    pub(crate) head: Vec<u8>,
    pub(crate) secret: Vec<u8>,
}

impl TryFrom<CaseRow> for Loaded {
    type Error = Error;
    fn try_from(row: CaseRow) -> Result<Self, Error> {
        Ok(Self {
            case: row.case()?,
            key: row.data_key_id.into(),
            head: row.head_hash,
            secret: row.secret,
        })
    }
}

/// A change of a case that was loaded in the same transaction.
pub struct CaseChange<'a> {
    /// The region.
    pub region: RegionId,
    /// The case before.
    pub before: &'a Loaded,
    /// The case after.
    pub after: &'a Case,
    /// What happened.
    pub event: &'a Event,
    /// The event's id.
    pub event_id: EventId,
    /// The confidential half of the event.
    pub content: &'a ContentChange,
}

/// Stores a change, if the case is still the one that was loaded.
///
/// # Errors
/// [`Error::Conflict`] when it has changed since; nothing is stored then.
pub fn case_update(db: &mut Db, key: &DataKey, change: &CaseChange<'_>) -> Result<[u8; 32], Error> {
    let (region, case) = (change.region, change.after);
    let sealed = case_event::seal(key, case.id, change.event.seq, change.content)?;
    let entry = Entry {
        region,
        id: change.event_id,
        event: change.event,
        secret: sealed,
    };
    let hash = entry.hash(&change.before.head);
    let (secret, parties) = if change.content.is_empty() {
        (change.before.secret.clone(), None)
    } else {
        let content = content_open(db, region, key, change.before)?.changed(change.content);
        let secret = seal_content(key, case.id, &content)?;
        (
            secret,
            change.content.parties.is_some().then_some(content.parties),
        )
    };
    let updated = diesel::update(
        cases::table
            .find((Uid::from(region), Uid::from(case.id)))
            .filter(cases::version.eq(change.before.case.version)),
    )
    .set((
        (
            cases::version.eq(case.version),
            cases::stage.eq(Word(case.stage)),
            cases::step.eq(case.step.as_str()),
            cases::class.eq(Word(case.class)),
            cases::category.eq(case.category.as_str()),
            cases::subcategory.eq(case.subcategory.as_deref()),
            cases::language.eq(Word(case.language)),
            cases::district.eq(case.district.as_str()),
            cases::court_stage.eq(Word(case.court_stage)),
        ),
        (
            cases::mediator_id.eq(case.mediator.map(Uid::from)),
            cases::accepted_at.eq(case.accepted_at.map(Ts::from)),
            cases::closed_at.eq(case.closed_at.map(Ts::from)),
            cases::ground.eq(case.closure.map(|closure| Word(closure.ground))),
            cases::effective_on.eq(case.closure.map(|closure| closure.effective_on)),
            cases::linked_case_id.eq(case
                .closure
                .and_then(|closure| closure.linked_case)
                .map(Uid::from)),
            cases::secret.eq(secret),
            cases::head_hash.eq(hash.to_vec()),
        ),
    ))
    .execute(db)?;
    if updated == 0 {
        return Err(Error::conflict("cases.version"));
    }
    if let Some(parties) = parties {
        diesel::delete(
            case_party::table
                .filter(case_party::region_id.eq(Uid::from(region)))
                .filter(case_party::case_id.eq(Uid::from(case.id))),
        )
        .execute(db)?;
        parties_insert(db, region, key, case.id, &parties)?;
    }
    case_event::insert(db, entry, &change.before.head, &hash)?;
    Ok(hash)
}

pub(crate) fn case_load(db: &mut Db, region: RegionId, id: CaseId) -> Result<Loaded, Error> {
    let row: CaseRow = cases::table
        .find((Uid::from(region), Uid::from(id)))
        .select(CaseRow::as_select())
        .first(db)?;
    Loaded::try_from(row)
}

/// A referral, and the partner's own number as it is sealed.
type SealedReferral = (Referred, Option<Vec<u8>>);

/// The partner's referral of a case, without its reference.
///
/// # Errors
/// As the database.
pub(crate) fn referral_of_case(
    db: &mut Db,
    region: RegionId,
    case: CaseId,
) -> Result<Option<SealedReferral>, Error> {
    let row: Option<ReferralRow> = referral::table
        .filter(referral::region_id.eq(Uid::from(region)))
        .filter(referral::case_id.eq(Uid::from(case)))
        .select(ReferralRow::as_select())
        .first(db)
        .optional()?;
    Ok(row.map(|row| {
        let referred = Referred {
            partner: row.partner_id.into(),
            memorandum: row.memorandum_id.map(Into::into),
            receipt_code: ReceiptCode::from_stored(row.receipt_code),
        };
        (referred, row.secret)
    }))
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

pub(crate) fn content_open(
    db: &mut Db,
    region: RegionId,
    key: &DataKey,
    loaded: &Loaded,
) -> Result<Content, Error> {
    let case = loaded.case.id;
    let plain = key.open(&content_place(case), &loaded.secret)?;
    let stored: ContentChange =
        serde_json::from_slice(&plain).map_err(|_| Error::unreadable("cases.secret"))?;
    let mut content = Content::opened(&stored);
    let rows: Vec<PartyRow> = case_party::table
        .filter(case_party::region_id.eq(Uid::from(region)))
        .filter(case_party::case_id.eq(Uid::from(case)))
        .order(case_party::position)
        .select(PartyRow::as_select())
        .load(db)?;
    for row in rows {
        let plain = key.open(&party_place(case, row.position), &row.secret)?;
        let party: Party =
            serde_json::from_slice(&plain).map_err(|_| Error::unreadable("case_party.secret"))?;
        content.parties.push(party);
    }
    if loaded.case.partner.is_some()
        && let Some((_, sealed)) = referral_of_case(db, region, case)?
    {
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

fn parties_insert(
    db: &mut Db,
    region: RegionId,
    key: &DataKey,
    case: CaseId,
    parties: &[Party],
) -> Result<(), Error> {
    let mut rows = Vec::with_capacity(parties.len());
    for (position, party) in (0..).zip(parties) {
        let plain =
            serde_json::to_vec(party).map_err(|error| Error::broken("case_party.secret", error))?;
        rows.push(PartyRow {
            region_id: region.into(),
            case_id: case.into(),
            position,
            id: party.id.into(),
            side: Word(party.side),
            secret: key.seal(&party_place(case, position), &plain),
        });
    }
    both!(db, connection => diesel::insert_into(case_party::table).values(&rows).execute(connection))?;
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
