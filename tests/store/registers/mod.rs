//! The registers on both databases: offices, mediators, partners with their contacts, memoranda.

mod mediator;
mod memorandum;
mod office;
mod partner;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use kelisim_domain::calendar::Zone;
use kelisim_domain::code::{CategoryCode, DistrictCode, OfficeCode, RegionCode};
use kelisim_domain::id::{OfficeId, RegionId};
use kelisim_domain::language::{Language, Names};
use kelisim_domain::office::{Office, OfficeEntry};
use kelisim_domain::region::{Category, District, Region};
use kelisim_domain::register::Known;
use kelisim_persistence::store::office::office_insert;
use kelisim_persistence::store::reference::{category_insert, district_insert};
use kelisim_persistence::store::region::region_insert;
use kelisim_persistence::{Database, Db, Error, MasterKey, SeededEntropy, Vault};
use kelisim_tests::{Backend, OnBackend, TestDatabase};
use serde_json::{Map, Value, json};
use uuid::Uuid;

const REGION: RegionId = RegionId(Uuid::from_u128(1));

/// A region with two districts, two kinds of dispute and two offices, and the vault of its database.
struct Ground {
    database: Database,
    vault: Vault,
    test: TestDatabase,
}

impl OnBackend for Ground {
    fn on(backend: Backend) -> Self {
        let test = TestDatabase::create(backend);
        let database = test.open();
        let vault = database
            .write_blocking(|db| {
                lay(db)?;
                let entropy = Arc::new(SeededEntropy::new(7));
                Vault::found(
                    db,
                    &MasterKey::generate(entropy.as_ref()),
                    entropy.clone(),
                    at(0),
                )
            })
            .unwrap();
        Ground {
            database,
            vault,
            test,
        }
    }
}

impl Ground {
    /// One transaction.
    fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Db, &Vault) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let vault = self.vault.clone();
        self.database.write_blocking(move |db| job(db, &vault))
    }

    /// One reading transaction that must succeed.
    fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Db, &Vault) -> Result<T, Error> + Send + 'static,
    ) -> T {
        let vault = self.vault.clone();
        self.database
            .read_blocking(move |db| job(db, &vault))
            .unwrap()
    }
}

fn lay(db: &mut Db) -> Result<(), Error> {
    let names = Names {
        kk: "Атау".into(),
        ru: "Название".into(),
        en: "Name".into(),
    };
    let region = Region {
        id: REGION,
        code: RegionCode::parse("WKR").unwrap(),
        names: names.clone(),
        zone: Zone::ORAL,
        languages: vec![Language::Kk, Language::Ru],
    };
    region_insert(db, &region, at(0))?;
    for (position, code) in ["ORL", "AKZ"].into_iter().enumerate() {
        let district = District {
            code: DistrictCode::parse(code).unwrap(),
            names: names.clone(),
            centre: "Oral".into(),
        };
        district_insert(db, REGION, &district, i32::try_from(position).unwrap())?;
    }
    for (position, code) in ["family", "labour"].into_iter().enumerate() {
        let category = Category {
            code: CategoryCode::parse(code).unwrap(),
            names: names.clone(),
        };
        category_insert(db, REGION, &category, i32::try_from(position).unwrap())?;
    }
    for (number, code) in [(11, "ORL-01"), (12, "AKZ-01")] {
        office_insert(db, REGION, &office(number, code, json!({})))?;
    }
    Ok(())
}

fn at(second: u32) -> DateTime<Utc> {
    format!("2026-11-22T05:00:{second:02}Z").parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// What exists in [`lay`].
fn known() -> Known {
    Known {
        districts: ["ORL", "AKZ"]
            .map(|code| DistrictCode::parse(code).unwrap())
            .into(),
        categories: ["family", "labour"]
            .map(|code| CategoryCode::parse(code).unwrap())
            .into(),
        offices: [("ORL-01", 11), ("AKZ-01", 12)]
            .map(|(code, n)| (OfficeCode::parse(code).unwrap(), OfficeId(id(n))))
            .into(),
        ..Known::default()
    }
}

/// A body with some fields replaced.
fn body(base: Value, change: Value) -> Map<String, Value> {
    let mut body = base.as_object().cloned().unwrap();
    body.extend(change.as_object().cloned().unwrap());
    body
}

fn office(number: u128, code: &str, change: Value) -> Office {
    let base = json!({
        "code": code, "name_kk": "Қайрат кеңсесі", "name_ru": "Офис Кайрат", "name_en": "Kairat office",
        "kind": "library", "district": &code[..3], "settlement": "Oral", "address": "Abai 1", "phone": "+77112500000",
        "hours": "9-18", "languages": ["kk", "ru"], "active_from": "2019-06-06",
    });
    Office {
        id: OfficeId(id(number)),
        entry: OfficeEntry::parse(&body(base, change), &known(), None).unwrap(),
        version: 1,
        created_at: at(1),
        updated_at: at(1),
    }
}

fn conflict_on(result: Result<impl std::fmt::Debug, Error>) -> String {
    match result {
        Err(Error::Conflict { what }) => what,
        other => panic!("no conflict: {other:?}"),
    }
}
