//! The lists of a region: districts, kinds of dispute, sources, read from the files that are part of the program.

use chrono::{DateTime, Utc};
use kelisim_domain::{
    calendar::Zone,
    code::{CategoryCode, DistrictCode, RegionCode, SourceCode},
    id::RegionId,
    language::{Language, Names},
    region::{Category, District, Region, Source},
};
use kelisim_persistence::{
    Db, Error,
    store::{
        reference,
        region::{region_find_by_code, region_insert},
    },
};
use serde::{Deserialize, de::DeserializeOwned};

/// The files of one region, as text.
struct Files {
    code: &'static str,
    region: &'static str,
    districts: &'static str,
    categories: &'static str,
    sources: &'static str,
}

const REGIONS: &[Files] = &[Files {
    code: "WKR",
    region: include_str!("../../../config/regions/WKR/region.toml"),
    districts: include_str!("../../../config/regions/WKR/districts.csv"),
    categories: include_str!("../../../config/regions/WKR/categories.csv"),
    sources: include_str!("../../../config/regions/WKR/sources.csv"),
}];

/// A region as its files describe it; it has no id before it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionFiles {
    /// Code, zone, languages and names.
    pub head: Head,
    /// The city and the districts.
    pub districts: Vec<District>,
    /// Kinds of dispute.
    pub categories: Vec<Category>,
    /// Where cases come from.
    pub sources: Vec<Source>,
}

/// A region without its lists.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The code.
    pub code: RegionCode,
    /// The IANA name of its time zone.
    pub time_zone: String,
    /// Its languages, the first one first.
    pub languages: Vec<Language>,
    /// Its names.
    pub name: Names,
}

/// A line of a list.
#[derive(Deserialize)]
struct Row<C> {
    code: C,
    name_kk: String,
    name_ru: String,
    name_en: String,
    centre: Option<String>,
}

impl<C> Row<C> {
    fn split(self) -> (C, Names, Option<String>) {
        let names = Names {
            kk: self.name_kk,
            ru: self.name_ru,
            en: self.name_en,
        };
        (self.code, names, self.centre)
    }
}

/// A file that is part of the program cannot be read: a defect of the build.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the embedded file {file}: {detail}")]
pub struct Unreadable {
    file: String,
    detail: String,
}

impl Unreadable {
    pub(crate) fn new(file: &str, detail: impl std::fmt::Display) -> Self {
        Unreadable {
            file: file.to_owned(),
            detail: detail.to_string(),
        }
    }
}

/// The codes of all regions that the program brings along.
pub fn known() -> Vec<&'static str> {
    REGIONS.iter().map(|files| files.code).collect()
}

/// The files of a region; none when the program brings none for it.
///
/// # Errors
/// An embedded file is broken, which a test keeps from happening.
pub fn find(code: &RegionCode) -> Result<Option<RegionFiles>, Unreadable> {
    let Some(files) = REGIONS.iter().find(|files| files.code == code.as_str()) else {
        return Ok(None);
    };
    let head =
        toml::from_str(files.region).map_err(|error| Unreadable::new("region.toml", error))?;
    Ok(Some(RegionFiles {
        head,
        districts: list(
            "districts.csv",
            files.districts,
            |row: Row<DistrictCode>| {
                let (code, names, centre) = row.split();
                let centre = centre.unwrap_or_default();
                District {
                    code,
                    names,
                    centre,
                }
            },
        )?,
        categories: list(
            "categories.csv",
            files.categories,
            |row: Row<CategoryCode>| {
                let (code, names, _) = row.split();
                Category { code, names }
            },
        )?,
        sources: list("sources.csv", files.sources, |row: Row<SourceCode>| {
            let (code, names, _) = row.split();
            Source { code, names }
        })?,
    }))
}

/// Stores a region and its lists. What is there already stays as it is, so loading twice changes nothing.
///
/// # Errors
/// Those of the database, and a zone that nobody knows.
pub fn load(
    db: &mut Db,
    files: &RegionFiles,
    id: RegionId,
    now: DateTime<Utc>,
) -> Result<RegionId, Error> {
    let region = match region_find_by_code(db, &files.head.code) {
        Ok(region) => region.id,
        Err(Error::NotFound) => {
            let zone = Zone::parse(&files.head.time_zone)
                .map_err(|error| Error::broken("region", error))?;
            let new = Region {
                id,
                code: files.head.code.clone(),
                names: files.head.name.clone(),
                zone,
                languages: files.head.languages.clone(),
            };
            region_insert(db, &new, now)?;
            id
        }
        Err(error) => return Err(error),
    };
    for (position, entry) in (0..).zip(&files.districts) {
        reference::district_insert(db, region, entry, position)?;
    }
    for (position, entry) in (0..).zip(&files.categories) {
        reference::category_insert(db, region, entry, position)?;
    }
    for (position, entry) in (0..).zip(&files.sources) {
        reference::source_insert(db, region, entry, position)?;
    }
    Ok(region)
}

fn list<C: DeserializeOwned, T>(
    file: &str,
    text: &str,
    entry: impl FnMut(Row<C>) -> T,
) -> Result<Vec<T>, Unreadable> {
    Ok(rows(file, text)?.into_iter().map(entry).collect())
}

/// Reads a list: CSV with a header, comments begin with `#`.
pub(crate) fn rows<T: DeserializeOwned>(file: &str, text: &str) -> Result<Vec<T>, Unreadable> {
    csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(text.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .map_err(|error| Unreadable::new(file, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_is_readable_and_named_by_its_code() {
        for code in known() {
            let region = find(&RegionCode::parse(code).unwrap()).unwrap().unwrap();
            assert_eq!(region.head.code.as_str(), code);
            assert!(kelisim_domain::calendar::Zone::parse(&region.head.time_zone).is_ok());
        }
        assert_eq!(find(&RegionCode::parse("XX").unwrap()), Ok(None));
    }

    #[test]
    fn west_kazakhstan_has_thirteen_units() {
        let region = find(&RegionCode::parse("WKR").unwrap()).unwrap().unwrap();
        let lists = (
            region.districts.len(),
            region.categories.len(),
            region.sources.len(),
        );
        assert_eq!(lists, (13, 10, 10));
        assert_eq!(region.districts[0].names.kk, "Орал қаласы");
    }
}
