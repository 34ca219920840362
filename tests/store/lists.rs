//! Regions, their lists and workflow definitions.

use kelisim_domain::code::{CategoryCode, DistrictCode, RegionCode, SourceCode, WorkflowKey};
use kelisim_domain::region::{Category, District, Source};
use kelisim_persistence::Error;
use kelisim_persistence::store::definition::{
    StoredDefinition, definition_find, definition_insert, definition_list,
};
use kelisim_persistence::store::reference::{
    category_insert, category_list, district_insert, district_list, source_insert, source_list,
};
use kelisim_persistence::store::region::{
    region_find, region_find_by_code, region_insert, region_list,
};
use kelisim_tests::{TestDatabase, on_both_databases};

use crate::common::{self, REGION, id, names, now, west_kazakhstan};

fn definition(version: i32, text: &str) -> StoredDefinition {
    StoredDefinition {
        key: WorkflowKey::parse("basic").unwrap(),
        version,
        text: text.to_owned(),
        published_at: now(),
    }
}

on_both_databases! {
    fn a_region_comes_back_by_id_and_by_code(db: TestDatabase) {
        db.open().write_blocking(|db| {
            common::region(db)?;
            let wanted = west_kazakhstan();
            assert_eq!(region_find(db, REGION)?, wanted);
            assert_eq!(region_find_by_code(db, &wanted.code)?, wanted);
            assert_eq!(region_list(db)?, [wanted]);
            let none = region_find_by_code(db, &RegionCode::parse("ABC").unwrap());
            assert!(matches!(none, Err(Error::NotFound)));
            Ok::<_, Error>(())
        }).unwrap();
        let taken = db.open().write_blocking(|db| {
            let mut other = west_kazakhstan();
            other.id = kelisim_domain::id::RegionId(id(2));
            region_insert(db, &other, now())
        });
        assert!(matches!(&taken, Err(Error::Conflict { what }) if what == "region.code"), "{taken:?}");
    }

    fn a_list_keeps_its_order_and_is_loaded_once(db: TestDatabase) {
        db.open().write_blocking(|db| {
            common::region(db)?;
            let district = |code: &str| District {
                code: DistrictCode::parse(code).unwrap(),
                names: names(code),
                centre: "Oral".to_owned(),
            };
            assert!(district_insert(db, REGION, &district("ORL"), 0)?);
            assert!(district_insert(db, REGION, &district("AKZ"), 1)?);
            assert!(!district_insert(db, REGION, &district("ORL"), 9)?);
            assert_eq!(district_list(db, REGION)?, [district("ORL"), district("AKZ")]);
            let category = |code: &str| Category {
                code: CategoryCode::parse(code).unwrap(),
                names: names(code),
            };
            assert!(category_insert(db, REGION, &category("family"), 0)?);
            assert!(!category_insert(db, REGION, &category("family"), 0)?);
            assert_eq!(category_list(db, REGION)?, [category("family")]);
            let source = |code: &str| Source {
                code: SourceCode::parse(code).unwrap(),
                names: names(code),
            };
            assert!(source_insert(db, REGION, &source("self"), 0)?);
            assert!(!source_insert(db, REGION, &source("self"), 0)?);
            assert_eq!(source_list(db, REGION)?, [source("self")]);
            Ok::<_, Error>(())
        }).unwrap();
    }

    fn d34_a_published_definition_never_changes(db: TestDatabase) {
        let database = db.open();
        database.write_blocking(|db| {
            common::region(db)?;
            assert!(definition_insert(db, REGION, &definition(1, "one"))?);
            assert!(!definition_insert(db, REGION, &definition(1, "one"))?, "again at each start");
            assert!(definition_insert(db, REGION, &definition(2, "two"))?);
            let texts: Vec<_> = definition_list(db, REGION)?.into_iter().map(|d| d.text).collect();
            assert_eq!(texts, ["one", "two"]);
            let key = WorkflowKey::parse("basic").unwrap();
            assert_eq!(definition_find(db, REGION, &key, 2)?, definition(2, "two"));
            assert!(matches!(definition_find(db, REGION, &key, 3), Err(Error::NotFound)));
            Ok::<_, Error>(())
        }).unwrap();
        let other = database.write_blocking(|db| definition_insert(db, REGION, &definition(1, "1")));
        assert!(matches!(other, Err(Error::Conflict { .. })));
        db.execute("UPDATE workflow_definition SET text = 'forged' WHERE version = 1");
        let forged = database.read_blocking(|db| definition_list(db, REGION));
        assert!(matches!(forged, Err(Error::Broken { .. })));
    }
}
