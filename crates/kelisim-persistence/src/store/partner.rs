//! The register of partner agencies.

use diesel::prelude::*;
use kelisim_domain::code::PartnerCode;
use kelisim_domain::id::{PartnerId, RegionId};
use kelisim_domain::partner::Partner;

use crate::connection::{Db, MultiBackend};
use crate::error::Error;
use crate::row::partner::PartnerRow;
use crate::schema::partner;
use crate::store::search;
use crate::types::Uid;

/// Which partners a list shows, by code.
#[derive(Debug, Clone, Default)]
pub struct PartnerPage {
    /// Beginnings of words of the code or the names.
    pub q: Option<String>,
    /// The last code of the page before.
    pub after: Option<PartnerCode>,
    /// The most partners to give.
    pub limit: i64,
}

/// Enters a partner.
///
/// # Errors
/// [`Error::Conflict`] on `partner.code`.
pub fn partner_insert(db: &mut Db, region: RegionId, partner: &Partner) -> Result<(), Error> {
    let row = PartnerRow::new(region, partner);
    diesel::insert_into(partner::table)
        .values(&row)
        .execute(db)?;
    Ok(())
}

/// Replaces version `partner.version - 1` of a partner; the answer is no when that is not what
/// stands there.
///
/// # Errors
/// Those of the database.
pub fn partner_update(db: &mut Db, region: RegionId, partner: &Partner) -> Result<bool, Error> {
    let row = PartnerRow::new(region, partner);
    let before = partner::table
        .filter(partner::region_id.eq(Uid::from(region)))
        .filter(partner::id.eq(Uid::from(partner.id)))
        .filter(partner::version.eq(partner.version - 1));
    Ok(diesel::update(before).set(&row).execute(db)? == 1)
}

/// A partner by its code.
///
/// # Errors
/// [`Error::NotFound`].
pub fn partner_by_code(
    db: &mut Db,
    region: RegionId,
    code: &PartnerCode,
) -> Result<Partner, Error> {
    let row = partner::table
        .filter(partner::region_id.eq(Uid::from(region)))
        .filter(partner::code.eq(code.as_str()))
        .select(PartnerRow::as_select())
        .first(db)?;
    Ok(row.into_partner())
}

/// A partner by its id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn partner_by_id(db: &mut Db, region: RegionId, id: PartnerId) -> Result<Partner, Error> {
    let row = partner::table
        .find((Uid::from(region), Uid::from(id)))
        .select(PartnerRow::as_select())
        .first(db)?;
    Ok(row.into_partner())
}

/// The code of a partner.
///
/// # Errors
/// [`Error::NotFound`].
pub fn partner_code(db: &mut Db, region: RegionId, id: PartnerId) -> Result<PartnerCode, Error> {
    let code = partner::table
        .find((Uid::from(region), Uid::from(id)))
        .select(partner::code)
        .first(db)?;
    Ok(PartnerCode::from_stored(code))
}

/// The ids of partners by their codes; unknown codes are left out.
///
/// # Errors
/// Those of the database.
pub fn partner_ids(
    db: &mut Db,
    region: RegionId,
    codes: &[&str],
) -> Result<Vec<(PartnerCode, PartnerId)>, Error> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, Uid)> = partner::table
        .filter(partner::region_id.eq(Uid::from(region)))
        .filter(partner::code.eq_any(codes))
        .select((partner::code, partner::id))
        .load(db)?;
    let found = rows.into_iter();
    Ok(found
        .map(|(code, id)| (PartnerCode::from_stored(code), id.into()))
        .collect())
}

/// A page of partners in the order of their codes.
///
/// # Errors
/// Those of the database.
pub fn partner_list(
    db: &mut Db,
    region: RegionId,
    page: &PartnerPage,
) -> Result<Vec<Partner>, Error> {
    let mut query = partner::table
        .filter(partner::region_id.eq(Uid::from(region)))
        .select(PartnerRow::as_select())
        .order(partner::code)
        .limit(page.limit)
        .into_boxed::<MultiBackend>();
    if let Some(after) = &page.after {
        query = query.filter(partner::code.gt(after.as_str()));
    }
    for pattern in page.q.as_deref().map(search::patterns).unwrap_or_default() {
        query = query.filter(partner::search_key.like(pattern));
    }
    let rows = query.load(db)?;
    Ok(rows.into_iter().map(PartnerRow::into_partner).collect())
}
