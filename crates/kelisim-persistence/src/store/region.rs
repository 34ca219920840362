//! Regions.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use kelisim_domain::code::RegionCode;
use kelisim_domain::id::RegionId;
use kelisim_domain::region::Region;

use crate::connection::Db;
use crate::error::Error;
use crate::row::region::RegionRow;
use crate::schema::region;
use crate::types::{Json, Uid};

/// Enters a region.
///
/// # Errors
/// [`Error::Conflict`] when the code is taken.
pub fn region_insert(db: &mut Db, new: &Region, now: DateTime<Utc>) -> Result<(), Error> {
    let row = RegionRow {
        id: new.id.into(),
        code: new.code.as_str().to_owned(),
        name_kk: new.names.kk.clone(),
        name_ru: new.names.ru.clone(),
        name_en: new.names.en.clone(),
        time_zone: new.zone.name().to_owned(),
        languages: Json(new.languages.clone()),
        created_at: now.into(),
    };
    diesel::insert_into(region::table).values(row).execute(db)?;
    Ok(())
}

/// Finds a region by its id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn region_find(db: &mut Db, id: RegionId) -> Result<Region, Error> {
    region::table
        .find(Uid::from(id))
        .select(RegionRow::as_select())
        .first(db)?
        .try_into()
}

/// Finds a region by its code.
///
/// # Errors
/// [`Error::NotFound`].
pub fn region_find_by_code(db: &mut Db, code: &RegionCode) -> Result<Region, Error> {
    region::table
        .filter(region::code.eq(code.as_str()))
        .select(RegionRow::as_select())
        .first(db)?
        .try_into()
}

/// All regions of this database, by code.
///
/// # Errors
/// Those of the database.
pub fn region_list(db: &mut Db) -> Result<Vec<Region>, Error> {
    let rows = region::table
        .order(region::code)
        .select(RegionRow::as_select())
        .load(db)?;
    rows.into_iter().map(Region::try_from).collect()
}
