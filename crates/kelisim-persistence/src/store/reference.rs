//! The lists of a region: districts, kinds of dispute, sources. They keep the order of their file.

use diesel::prelude::*;
use kelisim_domain::id::RegionId;
use kelisim_domain::region::{Category, District, Source};

use crate::connection::{Db, OrIgnore};
use crate::error::Error;
use crate::row::reference::{CategoryRow, DistrictRow, SourceRow};
use crate::schema::{category, district, source};
use crate::types::Uid;

/// Adds a district at a place in the list; no when its code is there already.
///
/// # Errors
/// Those of the database.
pub fn district_insert(
    db: &mut Db,
    region: RegionId,
    new: &District,
    position: i32,
) -> Result<bool, Error> {
    let row = DistrictRow {
        region_id: region.into(),
        code: new.code.as_str().to_owned(),
        name_kk: new.names.kk.clone(),
        name_ru: new.names.ru.clone(),
        name_en: new.names.en.clone(),
        centre: new.centre.clone(),
        position,
    };
    Ok(OrIgnore(diesel::insert_into(district::table).values(row)).execute(db)? == 1)
}

/// Adds a kind of dispute at a place in the list; no when its code is there already.
///
/// # Errors
/// Those of the database.
pub fn category_insert(
    db: &mut Db,
    region: RegionId,
    new: &Category,
    position: i32,
) -> Result<bool, Error> {
    let row = CategoryRow {
        region_id: region.into(),
        code: new.code.as_str().to_owned(),
        name_kk: new.names.kk.clone(),
        name_ru: new.names.ru.clone(),
        name_en: new.names.en.clone(),
        position,
    };
    Ok(OrIgnore(diesel::insert_into(category::table).values(row)).execute(db)? == 1)
}

/// Adds a source at a place in the list; no when its code is there already.
///
/// # Errors
/// Those of the database.
pub fn source_insert(
    db: &mut Db,
    region: RegionId,
    new: &Source,
    position: i32,
) -> Result<bool, Error> {
    let row = SourceRow {
        region_id: region.into(),
        code: new.code.as_str().to_owned(),
        name_kk: new.names.kk.clone(),
        name_ru: new.names.ru.clone(),
        name_en: new.names.en.clone(),
        position,
    };
    Ok(OrIgnore(diesel::insert_into(source::table).values(row)).execute(db)? == 1)
}

/// The districts of a region, in their order.
///
/// # Errors
/// Those of the database.
pub fn district_list(db: &mut Db, region: RegionId) -> Result<Vec<District>, Error> {
    let rows = district::table
        .filter(district::region_id.eq(Uid::from(region)))
        .order((district::position, district::code))
        .select(DistrictRow::as_select())
        .load(db)?;
    Ok(rows.into_iter().map(District::from).collect())
}

/// The kinds of dispute of a region, in their order.
///
/// # Errors
/// Those of the database.
pub fn category_list(db: &mut Db, region: RegionId) -> Result<Vec<Category>, Error> {
    let rows = category::table
        .filter(category::region_id.eq(Uid::from(region)))
        .order((category::position, category::code))
        .select(CategoryRow::as_select())
        .load(db)?;
    Ok(rows.into_iter().map(Category::from).collect())
}

/// The sources of a region, in their order.
///
/// # Errors
/// Those of the database.
pub fn source_list(db: &mut Db, region: RegionId) -> Result<Vec<Source>, Error> {
    let rows = source::table
        .filter(source::region_id.eq(Uid::from(region)))
        .order((source::position, source::code))
        .select(SourceRow::as_select())
        .load(db)?;
    Ok(rows.into_iter().map(Source::from).collect())
}

/// Codes that a case names; one that it does not name is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct CodesNamed<'a> {
    /// The kind of dispute.
    pub category: Option<&'a str>,
    /// The district.
    pub district: Option<&'a str>,
    /// The source.
    pub source: Option<&'a str>,
}

/// Which of them stand in the region's lists.
#[derive(Debug, Clone, Copy)]
pub struct CodesKnown {
    /// The kind of dispute.
    pub category: bool,
    /// The district.
    pub district: bool,
    /// The source.
    pub source: bool,
}

/// Whether the codes that a case names stand in the region's lists, as an expression of a query.
macro_rules! stand_in_lists {
    ($region:expr, $named:expr) => {{
        use crate::schema::{category, district, source};
        let id = crate::types::Uid::from($region);
        (
            diesel::dsl::exists(category::table.find((id, $named.category.unwrap_or_default()))),
            diesel::dsl::exists(district::table.find((id, $named.district.unwrap_or_default()))),
            diesel::dsl::exists(source::table.find((id, $named.source.unwrap_or_default()))),
        )
    }};
}
pub(crate) use stand_in_lists;

impl CodesKnown {
    pub(crate) fn of(named: CodesNamed<'_>, found: (bool, bool, bool)) -> Self {
        Self {
            category: found.0 || named.category.is_none(),
            district: found.1 || named.district.is_none(),
            source: found.2 || named.source.is_none(),
        }
    }
}

/// Looks codes up in the lists of a region, in one query.
///
/// # Errors
/// Those of the database.
pub fn codes_known(
    db: &mut Db,
    region: RegionId,
    named: CodesNamed<'_>,
) -> Result<CodesKnown, Error> {
    let found = diesel::select(stand_in_lists!(region, named)).get_result(db)?;
    Ok(CodesKnown::of(named, found))
}
