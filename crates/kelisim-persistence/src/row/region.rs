//! Rows of `region`.

use diesel::{Insertable, Queryable, Selectable};
use kelisim_domain::calendar::Zone;
use kelisim_domain::code::RegionCode;
use kelisim_domain::language::{Language, Names};
use kelisim_domain::region::Region;

use crate::error::Error;
use crate::schema::region;
use crate::types::{Json, Ts, Uid};

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = region)]
pub(crate) struct RegionRow {
    pub(crate) id: Uid,
    pub(crate) code: String,
    pub(crate) name_kk: String,
    pub(crate) name_ru: String,
    pub(crate) name_en: String,
    pub(crate) time_zone: String,
    pub(crate) languages: Json<Vec<Language>>,
    pub(crate) created_at: Ts,
}

impl TryFrom<RegionRow> for Region {
    type Error = Error;

    fn try_from(row: RegionRow) -> Result<Self, Error> {
        Ok(Self {
            id: row.id.into(),
            code: RegionCode::from_stored(row.code),
            names: Names {
                kk: row.name_kk,
                ru: row.name_ru,
                en: row.name_en,
            },
            zone: Zone::parse(&row.time_zone).map_err(|error| Error::broken("region", error))?,
            languages: row.languages.0,
        })
    }
}
