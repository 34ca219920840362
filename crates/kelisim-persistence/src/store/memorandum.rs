//! Memoranda of cooperation.

use diesel::prelude::*;
use kelisim_domain::id::{MemorandumId, PartnerId, RegionId};
use kelisim_domain::memorandum::Memorandum;

use crate::connection::{Db, MultiBackend};
use crate::error::Error;
use crate::row::memorandum::MemorandumRow;
use crate::schema::{memorandum, partner};
use crate::types::Uid;

/// Which memoranda a list shows, newest first.
#[derive(Debug, Clone, Default)]
pub struct MemorandumPage {
    /// Only those of this partner.
    pub partner: Option<PartnerId>,
    /// Only those that were ever signed.
    pub signed: bool,
    /// The last of the page before.
    pub after: Option<MemorandumId>,
    /// The most memoranda to give.
    pub limit: i64,
}

/// Enters a memorandum.
///
/// # Errors
/// [`Error::Conflict`] on `memorandum.number`.
pub fn memorandum_insert(
    db: &mut Db,
    region: RegionId,
    memorandum: &Memorandum,
) -> Result<(), Error> {
    let row = MemorandumRow::new(region, memorandum);
    diesel::insert_into(memorandum::table)
        .values(&row)
        .execute(db)?;
    Ok(())
}

/// Replaces version `memorandum.version - 1` of a memorandum; the answer is no when that is not
/// what stands there.
///
/// # Errors
/// [`Error::Conflict`] on `memorandum.number`.
pub fn memorandum_update(
    db: &mut Db,
    region: RegionId,
    memorandum: &Memorandum,
) -> Result<bool, Error> {
    let row = MemorandumRow::new(region, memorandum);
    let before = memorandum::table
        .filter(memorandum::region_id.eq(Uid::from(region)))
        .filter(memorandum::id.eq(Uid::from(memorandum.id)))
        .filter(memorandum::version.eq(memorandum.version - 1));
    Ok(diesel::update(before).set(&row).execute(db)? == 1)
}

/// A memorandum by its id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn memorandum_by_id(
    db: &mut Db,
    region: RegionId,
    id: MemorandumId,
) -> Result<Memorandum, Error> {
    let (row, code): (MemorandumRow, String) = memorandum::table
        .inner_join(
            partner::table.on(partner::region_id
                .eq(memorandum::region_id)
                .and(partner::id.eq(memorandum::partner_id))),
        )
        .filter(memorandum::region_id.eq(Uid::from(region)))
        .filter(memorandum::id.eq(Uid::from(id)))
        .select((MemorandumRow::as_select(), partner::code))
        .first(db)?;
    Ok(row.into_memorandum(code))
}

/// All memoranda of a partner, newest first: D25 looks for the one in force.
///
/// # Errors
/// Those of the database.
pub fn memoranda_of_partner(
    db: &mut Db,
    region: RegionId,
    partner: PartnerId,
) -> Result<Vec<Memorandum>, Error> {
    let page = MemorandumPage {
        partner: Some(partner),
        limit: i64::MAX,
        ..MemorandumPage::default()
    };
    memorandum_list(db, region, &page)
}

/// A page of memoranda.
///
/// # Errors
/// Those of the database.
pub fn memorandum_list(
    db: &mut Db,
    region: RegionId,
    page: &MemorandumPage,
) -> Result<Vec<Memorandum>, Error> {
    let mut query = memorandum::table
        .inner_join(
            partner::table.on(partner::region_id
                .eq(memorandum::region_id)
                .and(partner::id.eq(memorandum::partner_id))),
        )
        .filter(memorandum::region_id.eq(Uid::from(region)))
        .select((MemorandumRow::as_select(), partner::code))
        .order(memorandum::id.desc())
        .limit(page.limit)
        .into_boxed::<MultiBackend>();
    if let Some(partner) = page.partner {
        query = query.filter(memorandum::partner_id.eq(Uid::from(partner)));
    }
    if page.signed {
        query = query.filter(memorandum::signed_on.is_not_null());
    }
    if let Some(after) = page.after {
        query = query.filter(memorandum::id.lt(Uid::from(after)));
    }
    let rows: Vec<(MemorandumRow, String)> = query.load(db)?;
    let memoranda = rows.into_iter();
    Ok(memoranda
        .map(|(row, code)| row.into_memorandum(code))
        .collect())
}
