//! The register of offices.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use kelisim_domain::code::{DistrictCode, OfficeCode};
use kelisim_domain::id::{AccountId, OfficeId, RegionId};
use kelisim_domain::office::Office;
use kelisim_domain::policy::Role;
use kelisim_domain::publish::PublishKind;
use kelisim_domain::register::OfficeRef;

use crate::both;
use crate::connection::{Db, MultiBackend};
use crate::error::Error;
use crate::row::office::OfficeRow;
use crate::schema::{account, account_grant, office};
use crate::store::account::has_head;
use crate::store::publication::edition_of;
use crate::store::reference::{CodesKnown, CodesNamed, stand_in_lists};
use crate::store::search;
use crate::types::{Uid, Word};

/// Which offices a list shows, by code.
#[derive(Debug, Clone, Default)]
pub struct OfficePage {
    /// Beginnings of words of the code, the names or the settlement.
    pub q: Option<String>,
    /// The last code of the page before.
    pub after: Option<OfficeCode>,
    /// The most offices to give.
    pub limit: i64,
}

/// The head of an office: follows from the grants that hold today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeHead {
    /// The account.
    pub account: AccountId,
    /// The name.
    pub name: String,
}

/// Enters an office.
///
/// # Errors
/// [`Error::Conflict`] on `office.code`: the code is taken; a code is never used again.
pub fn office_insert(db: &mut Db, region: RegionId, office: &Office) -> Result<(), Error> {
    let row = OfficeRow::new(region, office);
    diesel::insert_into(office::table)
        .values(&row)
        .execute(db)?;
    Ok(())
}

/// Replaces version `office.version - 1` of an office; the answer is no when that is not what
/// stands there.
///
/// # Errors
/// Those of the database.
pub fn office_update(db: &mut Db, region: RegionId, office: &Office) -> Result<bool, Error> {
    let row = OfficeRow::new(region, office);
    let before = office::table
        .filter(office::region_id.eq(Uid::from(region)))
        .filter(office::id.eq(Uid::from(office.id)))
        .filter(office::version.eq(office.version - 1));
    Ok(diesel::update(before).set(&row).execute(db)? == 1)
}

/// An office by its code.
///
/// # Errors
/// [`Error::NotFound`].
pub fn office_by_code(db: &mut Db, region: RegionId, code: &OfficeCode) -> Result<Office, Error> {
    let row = office::table
        .filter(office::region_id.eq(Uid::from(region)))
        .filter(office::code.eq(code.as_str()))
        .select(OfficeRow::as_select())
        .first(db)?;
    one(db, region, row)
}

/// What a filing must know of its office.
pub struct FilingOffice {
    /// The office.
    pub id: OfficeId,
    /// Its district, for a case that names none.
    pub district: DistrictCode,
    /// Whether it is open on the day.
    pub is_open: bool,
    /// Whether it has a head on the day.
    pub has_head: bool,
    /// How often a workflow was published or retired in the region: whoever knows them looks whether there are more.
    pub edition: i32,
}

/// An office as a filing on a day sees it, by its code, and which of the codes that the filing names are known.
/// One query.
///
/// # Errors
/// [`Error::NotFound`].
pub fn office_for_filing(
    db: &mut Db,
    region: RegionId,
    code: &OfficeCode,
    day: NaiveDate,
    named: CodesNamed<'_>,
) -> Result<(FilingOffice, CodesKnown), Error> {
    type Found = (
        Uid,
        String,
        NaiveDate,
        Option<NaiveDate>,
        bool,
        (bool, bool, bool),
        Option<i32>,
    );
    let (id, district, from, to, has_head, known, edition): Found = both!(db, connection => office::table
        .filter(office::region_id.eq(Uid::from(region)))
        .filter(office::code.eq(code.as_str()))
        .select((
            office::id,
            office::district,
            office::active_from,
            office::active_to,
            has_head!(region, office::id, day),
            stand_in_lists!(region, named),
            edition_of!(region, PublishKind::Workflow),
        ))
        .first(connection))?;
    let office = FilingOffice {
        id: id.into(),
        district: DistrictCode::from_stored(district),
        is_open: from <= day && to.is_none_or(|to| day <= to),
        has_head,
        edition: edition.unwrap_or(0),
    };
    Ok((office, CodesKnown::of(named, known)))
}

/// An office by its id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn office_by_id(db: &mut Db, region: RegionId, id: OfficeId) -> Result<Office, Error> {
    let row = office::table
        .find((Uid::from(region), Uid::from(id)))
        .select(OfficeRow::as_select())
        .first(db)?;
    one(db, region, row)
}

/// A page of offices in the order of their codes.
///
/// # Errors
/// Those of the database.
pub fn office_list(db: &mut Db, region: RegionId, page: &OfficePage) -> Result<Vec<Office>, Error> {
    let mut query = office::table
        .filter(office::region_id.eq(Uid::from(region)))
        .select(OfficeRow::as_select())
        .order(office::code)
        .limit(page.limit)
        .into_boxed::<MultiBackend>();
    if let Some(after) = &page.after {
        query = query.filter(office::code.gt(after.as_str()));
    }
    for pattern in page.q.as_deref().map(search::patterns).unwrap_or_default() {
        query = query.filter(office::search_key.like(pattern));
    }
    let rows = query.load(db)?;
    with_parents(db, region, rows)
}

/// The ids of offices by their codes; unknown codes are left out.
///
/// # Errors
/// Those of the database.
pub fn office_ids(
    db: &mut Db,
    region: RegionId,
    codes: &[&str],
) -> Result<Vec<(OfficeCode, OfficeId)>, Error> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, Uid)> = office::table
        .filter(office::region_id.eq(Uid::from(region)))
        .filter(office::code.eq_any(codes))
        .select((office::code, office::id))
        .load(db)?;
    let found = rows.into_iter();
    Ok(found
        .map(|(code, id)| (OfficeCode::from_stored(code), id.into()))
        .collect())
}

/// The code of an office.
///
/// # Errors
/// [`Error::NotFound`].
pub fn office_code(db: &mut Db, region: RegionId, id: OfficeId) -> Result<OfficeCode, Error> {
    let code = office::table
        .find((Uid::from(region), Uid::from(id)))
        .select(office::code)
        .first(db)?;
    Ok(OfficeCode::from_stored(code))
}

/// The codes of offices by their ids.
///
/// # Errors
/// Those of the database.
pub fn office_codes(
    db: &mut Db,
    region: RegionId,
    ids: &[OfficeId],
) -> Result<HashMap<OfficeId, OfficeCode>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uid, String)> = office::table
        .filter(office::region_id.eq(Uid::from(region)))
        .filter(office::id.eq_any(ids.iter().map(|id| Uid::from(*id)).collect::<Vec<_>>()))
        .select((office::id, office::code))
        .load(db)?;
    let found = rows.into_iter();
    Ok(found
        .map(|(id, code)| (id.into(), OfficeCode::from_stored(code)))
        .collect())
}

/// The heads of offices today. Where several grants hold, the one that began first counts.
///
/// # Errors
/// Those of the database.
pub fn office_heads(
    db: &mut Db,
    region: RegionId,
    offices: &[OfficeId],
    today: NaiveDate,
) -> Result<HashMap<OfficeId, OfficeHead>, Error> {
    let ids: Vec<Uid> = offices.iter().map(|id| Uid::from(*id)).collect();
    let rows: Vec<(Option<Uid>, Uid, String)> = account_grant::table
        .inner_join(
            account::table.on(account::region_id
                .eq(account_grant::region_id)
                .and(account::id.eq(account_grant::account_id))),
        )
        .filter(account_grant::region_id.eq(Uid::from(region)))
        .filter(account_grant::office_id.eq_any(ids))
        .filter(account_grant::role.eq(Word(Role::OfficeHead)))
        .filter(account_grant::valid_from.le(today))
        .filter(
            account_grant::valid_to
                .is_null()
                .or(account_grant::valid_to.ge(today)),
        )
        .filter(account::active.eq(true))
        .order((account_grant::valid_from, account_grant::id))
        .select((account_grant::office_id, account::id, account::name))
        .load(db)?;
    let mut heads = HashMap::new();
    for (office, account, name) in rows {
        if let Some(office) = office {
            let head = OfficeHead {
                account: account.into(),
                name,
            };
            heads.entry(office.into()).or_insert(head);
        }
    }
    Ok(heads)
}

fn one(db: &mut Db, region: RegionId, row: OfficeRow) -> Result<Office, Error> {
    let mut offices = with_parents(db, region, vec![row])?;
    offices.pop().ok_or(Error::NotFound)
}

fn with_parents(db: &mut Db, region: RegionId, rows: Vec<OfficeRow>) -> Result<Vec<Office>, Error> {
    let mut parents: Vec<OfficeId> = rows
        .iter()
        .filter_map(|row| row.parent_id)
        .map(OfficeId::from)
        .collect();
    parents.sort_unstable();
    parents.dedup();
    let codes = office_codes(db, region, &parents)?;
    let offices = rows.into_iter().map(|row| {
        let parent = row.parent_id.map(OfficeId::from).and_then(|id| {
            let code = codes.get(&id)?.clone();
            Some(OfficeRef { id, code })
        });
        row.into_office(parent)
    });
    Ok(offices.collect())
}
