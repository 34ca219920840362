//! The heads that were written down outside the database.

use diesel::prelude::*;
use kelisim_domain::audit::Anchor;
use kelisim_domain::id::RegionId;

use super::audit_seal::hash_of;
use crate::connection::Db;
use crate::error::Error;
use crate::row::audit::AnchorRow;
use crate::schema::{audit_anchor, region};
use crate::types::Uid;

/// Notes that an anchor was written down at a place.
///
/// # Errors
/// Those of the database.
pub fn audit_anchor_insert(db: &mut Db, anchor: &Anchor, place: &str) -> Result<(), Error> {
    let row = AnchorRow {
        region_id: anchor.region.into(),
        at: anchor.at.into(),
        seq: anchor.seq,
        hash: anchor.hash.to_vec(),
        place: place.to_owned(),
    };
    diesel::insert_into(audit_anchor::table)
        .values(row)
        .execute(db)?;
    Ok(())
}

/// The last anchor of a region that was written down, if there is one.
///
/// # Errors
/// Those of the database.
pub fn audit_anchor_last(db: &mut Db, region: RegionId) -> Result<Option<Anchor>, Error> {
    let row: Option<(AnchorRow, String)> = of_region(region)
        .order(audit_anchor::at.desc())
        .limit(1)
        .select((AnchorRow::as_select(), region::code))
        .first(db)
        .optional()?;
    row.map(anchor).transpose()
}

/// Every anchor of a region, oldest first, as this database remembers them: a cut that forgot them is found by them.
///
/// # Errors
/// Those of the database.
pub fn audit_anchor_list(db: &mut Db, region: RegionId) -> Result<Vec<Anchor>, Error> {
    let rows: Vec<(AnchorRow, String)> = of_region(region)
        .order(audit_anchor::at)
        .select((AnchorRow::as_select(), region::code))
        .load(db)?;
    rows.into_iter().map(anchor).collect()
}

#[diesel::dsl::auto_type(no_type_alias)]
fn of_region(region: RegionId) -> _ {
    let id: Uid = region.into();
    audit_anchor::table
        .inner_join(region::table.on(region::id.eq(audit_anchor::region_id)))
        .filter(audit_anchor::region_id.eq(id))
}

fn anchor((row, code): (AnchorRow, String)) -> Result<Anchor, Error> {
    Ok(Anchor {
        region: row.region_id.into(),
        code,
        seq: row.seq,
        hash: hash_of(row.hash)?,
        at: row.at.into(),
    })
}
