//! How long data are kept, and erasures: what was looked at, what was confirmed, and how far it has come.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use kelisim_domain::erasure::{ErasureWhy, LetterNumber, Trouble};
use kelisim_domain::id::{AccountId, CaseId, ErasureId, RegionId};
use kelisim_domain::retention::{DataKind, Looked};

use crate::connection::{Db, Locked};
use crate::erasure_list::Erased;
use crate::error::Error;
use crate::schema::{cases, data_key, erasure, erasure_case, retention};
use crate::types::{Ts, Uid, Word};

/// How long a kind of data is kept in a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// The kind.
    pub kind: DataKind,
    /// So many months; none as long as nobody has set it.
    pub months: Option<i32>,
    /// 0 as long as nobody has set it.
    pub version: i32,
    /// When it was set.
    pub set_at: Option<DateTime<Utc>>,
}

/// How long a kind of data is kept.
///
/// # Errors
/// Those of the database.
pub fn retention_of(db: &mut Db, region: RegionId, kind: DataKind) -> Result<Retention, Error> {
    let row: Option<(Option<i32>, i32, Ts)> = retention::table
        .find((Uid::from(region), kind.code()))
        .select((retention::months, retention::version, retention::set_at))
        .first(db)
        .optional()?;
    let (months, version, set_at) = match row {
        Some((months, version, set_at)) => (months, version, Some(set_at.into())),
        None => (None, 0, None),
    };
    Ok(Retention {
        kind,
        months,
        version,
        set_at,
    })
}

/// Sets how long a kind of data is kept; `before` is what was read in the same transaction.
///
/// # Errors
/// [`Error::Conflict`] when somebody else has set it meanwhile.
pub fn retention_set(
    db: &mut Db,
    region: RegionId,
    before: &Retention,
    months: Option<i32>,
    (by, at): (Option<AccountId>, DateTime<Utc>),
) -> Result<Retention, Error> {
    let version = before.version + 1;
    let by = by.map(Uid::from);
    let row = retention::table
        .find((Uid::from(region), before.kind.code()))
        .filter(retention::version.eq(before.version));
    let set = (
        retention::months.eq(months),
        retention::version.eq(version),
        retention::set_at.eq(Ts::from(at)),
        retention::set_by.eq(by),
    );
    let changed = match before.version {
        0 => diesel::insert_into(retention::table)
            .values((
                retention::region_id.eq(Uid::from(region)),
                retention::kind.eq(before.kind.code()),
                set,
            ))
            .execute(db)?,
        _ => diesel::update(row).set(set).execute(db)?,
    };
    match changed {
        1 => Ok(Retention {
            kind: before.kind,
            months,
            version,
            set_at: Some(at),
        }),
        _ => Err(Error::conflict("retention.version")),
    }
}

/// An erasure.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = erasure)]
struct ErasureRow {
    region_id: Uid,
    id: Uid,
    months: Option<i32>,
    closed_before: Option<NaiveDate>,
    cases: i32,
    version: i32,
    at: Ts,
    actor_id: Option<Uid>,
    confirmed_at: Option<Ts>,
    confirmed_by: Option<Uid>,
    reason: Option<String>,
    finished_at: Option<Ts>,
    letter: Option<String>,
}

/// An erasure: looked at, perhaps confirmed, perhaps done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Its region.
    pub region: RegionId,
    /// Its id.
    pub id: ErasureId,
    /// The time by which it was looked at; none for a case that was named.
    pub months: Option<i32>,
    /// Cases closed before that day.
    pub closed_before: Option<NaiveDate>,
    /// How many cases.
    pub cases: i32,
    /// Also the `ETag`.
    pub version: i32,
    /// When it was looked at.
    pub at: DateTime<Utc>,
    /// By whom; nobody for a command without a name.
    pub actor: Option<AccountId>,
    /// When it was confirmed, and by whom.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// By whom.
    pub confirmed_by: Option<AccountId>,
    /// Why: a code, or what was typed before there were codes.
    pub reason: Option<String>,
    /// The number of the letter that asks for it.
    pub letter: Option<String>,
    /// When the last case was erased.
    pub finished_at: Option<DateTime<Utc>>,
}

impl Erasure {
    /// What a confirmation asks.
    pub fn looked(&self) -> Looked {
        Looked {
            at: self.at,
            months: self.months,
            is_confirmed: self.confirmed_at.is_some(),
        }
    }
}

impl From<ErasureRow> for Erasure {
    fn from(row: ErasureRow) -> Self {
        Self {
            region: row.region_id.into(),
            id: row.id.into(),
            months: row.months,
            closed_before: row.closed_before,
            cases: row.cases,
            version: row.version,
            at: row.at.into(),
            actor: row.actor_id.map(Into::into),
            confirmed_at: row.confirmed_at.map(Into::into),
            confirmed_by: row.confirmed_by.map(Into::into),
            reason: row.reason,
            letter: row.letter,
            finished_at: row.finished_at.map(Into::into),
        }
    }
}

/// The closed cases whose key still is there, closed before an instant; the oldest ids first, at most `most`.
///
/// # Errors
/// Those of the database.
pub fn cases_due(
    db: &mut Db,
    region: RegionId,
    before: DateTime<Utc>,
    most: i64,
) -> Result<Vec<CaseId>, Error> {
    let ids: Vec<Uid> = cases::table
        .inner_join(
            data_key::table.on(data_key::region_id
                .eq(cases::region_id)
                .and(data_key::id.eq(cases::data_key_id))),
        )
        .filter(cases::region_id.eq(Uid::from(region)))
        .filter(cases::stage.eq("closed"))
        .filter(cases::closed_at.lt(Ts::from(before)))
        .filter(data_key::wrapped.is_not_null())
        .order(cases::id)
        .limit(most)
        .select(cases::id)
        .load(db)?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// Puts a look on record, with the cases that it found.
///
/// # Errors
/// Those of the database.
pub fn erasure_insert(db: &mut Db, new: &Erasure, found: &[CaseId]) -> Result<(), Error> {
    diesel::insert_into(erasure::table)
        .values((
            erasure::region_id.eq(Uid::from(new.region)),
            erasure::id.eq(Uid::from(new.id)),
            erasure::kind.eq(DataKind::Case.code()),
            erasure::months.eq(new.months),
            erasure::closed_before.eq(new.closed_before),
            erasure::cases.eq(new.cases),
            erasure::version.eq(new.version),
            erasure::at.eq(Ts::from(new.at)),
            erasure::actor_id.eq(new.actor.map(Uid::from)),
        ))
        .execute(db)?;
    for case in found {
        diesel::insert_into(erasure_case::table)
            .values((
                erasure_case::region_id.eq(Uid::from(new.region)),
                erasure_case::erasure_id.eq(Uid::from(new.id)),
                erasure_case::case_id.eq(Uid::from(*case)),
            ))
            .execute(db)?;
    }
    Ok(())
}

/// An erasure by its id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn erasure_find(db: &mut Db, region: RegionId, id: ErasureId) -> Result<Erasure, Error> {
    let row: ErasureRow = erasure::table
        .find((Uid::from(region), Uid::from(id)))
        .select(ErasureRow::as_select())
        .first(db)?;
    Ok(row.into())
}

/// The last erasures of a region, the newest first.
///
/// # Errors
/// Those of the database.
pub fn erasure_list(db: &mut Db, region: RegionId, most: i64) -> Result<Vec<Erasure>, Error> {
    let rows: Vec<ErasureRow> = erasure::table
        .filter(erasure::region_id.eq(Uid::from(region)))
        .order(erasure::id.desc())
        .limit(most)
        .select(ErasureRow::as_select())
        .load(db)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Erasures that are confirmed and not done, of every region.
///
/// # Errors
/// Those of the database.
pub fn erasures_running(db: &mut Db) -> Result<Vec<Erasure>, Error> {
    let rows: Vec<ErasureRow> = erasure::table
        .filter(erasure::confirmed_at.is_not_null())
        .filter(erasure::finished_at.is_null())
        .order(erasure::id)
        .select(ErasureRow::as_select())
        .load(db)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Confirms an erasure that was read in the same transaction.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster.
pub fn erasure_confirm(
    db: &mut Db,
    before: &Erasure,
    by: Option<AccountId>,
    why: &ErasureWhy,
    at: DateTime<Utc>,
) -> Result<Erasure, Error> {
    let reason = why.reason.code();
    let letter = why.letter.as_ref().map(LetterNumber::as_str);
    let row = erasure::table
        .find((Uid::from(before.region), Uid::from(before.id)))
        .filter(erasure::version.eq(before.version));
    let changed = diesel::update(row)
        .set((
            erasure::version.eq(before.version + 1),
            erasure::confirmed_at.eq(Some(Ts::from(at))),
            erasure::confirmed_by.eq(by.map(Uid::from)),
            erasure::reason.eq(Some(reason)),
            erasure::letter.eq(letter),
        ))
        .execute(db)?;
    match changed {
        1 => Ok(Erasure {
            version: before.version + 1,
            confirmed_at: Some(at),
            confirmed_by: by,
            reason: Some(reason.to_owned()),
            letter: letter.map(str::to_owned),
            ..before.clone()
        }),
        _ => Err(Error::conflict("erasure.version")),
    }
}

/// Ends an erasure of which nothing is left; the answer is no when somebody else has ended it.
///
/// # Errors
/// Those of the database.
pub fn erasure_finish(db: &mut Db, done: &Erasure, at: DateTime<Utc>) -> Result<bool, Error> {
    let row = erasure::table
        .find((Uid::from(done.region), Uid::from(done.id)))
        .filter(erasure::finished_at.is_null());
    let changed = diesel::update(row)
        .set((
            erasure::finished_at.eq(Some(Ts::from(at))),
            erasure::version.eq(done.version + 1),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// The cases whose key is destroyed, of every region that the caller sees.
///
/// # Errors
/// Those of the database.
pub fn cases_erased(db: &mut Db) -> Result<Vec<Erased>, Error> {
    let rows: Vec<(Uid, Uid, Option<Ts>)> = data_key::table
        .filter(data_key::subject_kind.eq("case"))
        .filter(data_key::destroyed_at.is_not_null())
        .order((data_key::region_id, data_key::id))
        .select((
            data_key::region_id,
            data_key::subject_id,
            data_key::destroyed_at,
        ))
        .load(db)?;
    let named = rows.into_iter().filter_map(|(region, case, at)| {
        Some(Erased {
            region: region.0,
            case: case.0,
            at: at?.into(),
        })
    });
    Ok(named.collect())
}

/// Whether any case was erased.
///
/// # Errors
/// Those of the database.
pub fn is_any_erased(db: &mut Db) -> Result<bool, Error> {
    let destroyed = data_key::table
        .filter(data_key::subject_kind.eq("case"))
        .filter(data_key::destroyed_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(destroyed)).get_result(db)?)
}

/// Keeps others from erasing until the transaction ends, also where several machines share one list over a network.
///
/// SQLite has one writer anyway.
///
/// # Errors
/// [`Error::Busy`] when it takes too long.
pub fn erasing_alone(db: &mut Db) -> Result<(), Error> {
    // "erasures" as a number.
    const LOCK: &str = "SELECT pg_advisory_xact_lock(7310012293695300979)";
    if let Db::Postgres(connection) = db {
        connection.batch_execute(LOCK)?;
    }
    Ok(())
}

/// Some cases of an erasure that are still to be erased, but for those left out; nobody else erases them until the transaction ends.
///
/// # Errors
/// Those of the database.
pub fn erasure_left(
    db: &mut Db,
    of: &Erasure,
    without: &[CaseId],
    most: i64,
) -> Result<Vec<CaseId>, Error> {
    let without: Vec<Uid> = without.iter().map(|case| Uid::from(*case)).collect();
    let left = erasure_case::table
        .filter(erasure_case::region_id.eq(Uid::from(of.region)))
        .filter(erasure_case::erasure_id.eq(Uid::from(of.id)))
        .filter(erasure_case::erased_at.is_null())
        .filter(erasure_case::case_id.ne_all(without))
        .order(erasure_case::case_id)
        .limit(most)
        .select(erasure_case::case_id);
    let ids: Vec<Uid> = Locked(left).load(db)?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// Notes what keeps a case of an erasure from being erased.
///
/// # Errors
/// Those of the database.
pub fn erasure_case_left(
    db: &mut Db,
    of: &Erasure,
    case: CaseId,
    trouble: Trouble,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let row = erasure_case::table
        .find((Uid::from(of.region), Uid::from(of.id), Uid::from(case)))
        .filter(erasure_case::erased_at.is_null());
    diesel::update(row)
        .set((
            erasure_case::trouble.eq(Some(Word(trouble))),
            erasure_case::tried_at.eq(Some(Ts::from(at))),
        ))
        .execute(db)?;
    Ok(())
}

/// Notes that a case of an erasure is erased.
///
/// # Errors
/// Those of the database.
pub fn erasure_case_done(
    db: &mut Db,
    of: &Erasure,
    case: CaseId,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let row = erasure_case::table.find((Uid::from(of.region), Uid::from(of.id), Uid::from(case)));
    diesel::update(row)
        .set((
            erasure_case::erased_at.eq(Some(Ts::from(at))),
            erasure_case::trouble.eq(None::<Word<Trouble>>),
            erasure_case::tried_at.eq(None::<Ts>),
        ))
        .execute(db)?;
    Ok(())
}
