//! Rows of the lists of a region: `district`, `category`, `source`.

use diesel::{Insertable, Queryable, Selectable};
use kelisim_domain::code::{CategoryCode, DistrictCode, SourceCode};
use kelisim_domain::language::Names;
use kelisim_domain::region::{Category, District, Source};

use crate::schema::{category, district, source};
use crate::types::Uid;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = district)]
pub(crate) struct DistrictRow {
    pub(crate) region_id: Uid,
    pub(crate) code: String,
    pub(crate) name_kk: String,
    pub(crate) name_ru: String,
    pub(crate) name_en: String,
    pub(crate) centre: String,
    pub(crate) position: i32,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = category)]
pub(crate) struct CategoryRow {
    pub(crate) region_id: Uid,
    pub(crate) code: String,
    pub(crate) name_kk: String,
    pub(crate) name_ru: String,
    pub(crate) name_en: String,
    pub(crate) position: i32,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = source)]
pub(crate) struct SourceRow {
    pub(crate) region_id: Uid,
    pub(crate) code: String,
    pub(crate) name_kk: String,
    pub(crate) name_ru: String,
    pub(crate) name_en: String,
    pub(crate) position: i32,
}

impl From<DistrictRow> for District {
    fn from(row: DistrictRow) -> Self {
        Self {
            code: DistrictCode::from_stored(row.code),
            names: names(row.name_kk, row.name_ru, row.name_en),
            centre: row.centre,
        }
    }
}

impl From<CategoryRow> for Category {
    fn from(row: CategoryRow) -> Self {
        Self {
            code: CategoryCode::from_stored(row.code),
            names: names(row.name_kk, row.name_ru, row.name_en),
        }
    }
}

impl From<SourceRow> for Source {
    fn from(row: SourceRow) -> Self {
        Self {
            code: SourceCode::from_stored(row.code),
            names: names(row.name_kk, row.name_ru, row.name_en),
        }
    }
}

fn names(kk: String, ru: String, en: String) -> Names {
    Names { kk, ru, en }
}
