//! Offices.

use super::{Ground, REGION, at, conflict_on, day, id, office};
use kelisim_domain::code::OfficeCode;
use kelisim_domain::id::{AccountId, GrantId, OfficeId};
use kelisim_domain::language::Language;
use kelisim_domain::policy::{Grant, Standing};
use kelisim_domain::text::{EmailAddress, Name};
use kelisim_persistence::Error;
use kelisim_persistence::store::account::{Account, account_insert, grant_insert};
use kelisim_persistence::store::office::{
    OfficePage, office_by_code, office_by_id, office_code, office_codes, office_heads, office_ids,
    office_insert, office_list, office_update,
};
use kelisim_tests::on_both_databases;
use serde_json::json;

fn code(text: &str) -> OfficeCode {
    OfficeCode::parse(text).unwrap()
}

fn codes(ground: &Ground, page: OfficePage) -> Vec<String> {
    let offices = ground.read(move |db, _| office_list(db, REGION, &page));
    offices
        .iter()
        .map(|office| office.entry.code.to_string())
        .collect()
}

on_both_databases! {
    fn an_office_comes_back_as_it_went_in(ground: Ground) {
        let new = office(21, "ORL-02", json!({"parent": "ORL-01", "active_to": "2030-01-01"}));
        let stored = new.clone();
        ground.write(move |db, _| office_insert(db, REGION, &new)).unwrap();
        let by_code = ground.read(|db, _| office_by_code(db, REGION, &code("ORL-02")));
        assert_eq!(by_code, stored);
        let by_id = ground.read(|db, _| office_by_id(db, REGION, OfficeId(id(21))));
        assert_eq!(by_id, stored);
        assert_eq!(ground.read(|db, _| office_code(db, REGION, OfficeId(id(21)))), code("ORL-02"));
    }

    fn a_code_is_taken_for_good(ground: Ground) {
        let again = office(22, "ORL-01", json!({}));
        let taken = ground.write(move |db, _| office_insert(db, REGION, &again));
        assert_eq!(conflict_on(taken), "office.code");
        assert_eq!(ground.test.count("office"), 2);
    }

    fn what_is_missing_is_not_found(ground: Ground) {
        let missing = ground.write(|db, _| office_by_code(db, REGION, &code("ORL-99")));
        assert!(matches!(missing, Err(Error::NotFound)));
        let elsewhere = kelisim_domain::id::RegionId(id(2));
        let missing = ground.write(move |db, _| office_by_code(db, elsewhere, &code("ORL-01")));
        assert!(matches!(missing, Err(Error::NotFound)), "r02: another region's");
    }

    fn d38_an_update_of_an_older_version_changes_nothing(ground: Ground) {
        let mut changed = office(11, "ORL-01", json!({"hours": "8-20", "active_to": "2029-12-31"}));
        changed.version = 2;
        let first = changed.clone();
        assert!(ground.write(move |db, _| office_update(db, REGION, &first)).unwrap());
        let mut late = office(11, "ORL-01", json!({"hours": "never"}));
        late.version = 2;
        assert!(!ground.write(move |db, _| office_update(db, REGION, &late)).unwrap());
        let stored = ground.read(|db, _| office_by_code(db, REGION, &code("ORL-01")));
        assert_eq!(stored, changed);
    }

    fn a_field_that_is_taken_away_is_gone(ground: Ground) {
        for (version, change) in [(2, json!({"parent": "AKZ-01", "active_to": "2030-01-01"})), (3, json!({}))] {
            let mut next = office(11, "ORL-01", change);
            next.version = version;
            assert!(ground.write(move |db, _| office_update(db, REGION, &next)).unwrap());
        }
        let stored = ground.read(|db, _| office_by_code(db, REGION, &code("ORL-01")));
        assert_eq!((stored.entry.parent, stored.entry.active_to), (None, None));
    }

    fn a_list_goes_on_after_the_last_code(ground: Ground) {
        let more = ["ORL-05", "ORL-03", "AKZ-07"];
        ground.write(move |db, _| {
            for (number, code) in (30..).zip(more) {
                office_insert(db, REGION, &office(number, code, json!({})))?;
            }
            Ok(())
        }).unwrap();
        let first = codes(&ground, OfficePage { limit: 3, ..OfficePage::default() });
        assert_eq!(first, ["AKZ-01", "AKZ-07", "ORL-01"]);
        let after = Some(code("ORL-01"));
        let rest = codes(&ground, OfficePage { limit: 3, after, ..OfficePage::default() });
        assert_eq!(rest, ["ORL-03", "ORL-05"]);
    }

    fn d39_search_finds_beginnings_of_words_in_either_spelling(ground: Ground) {
        let other = office(31, "ORL-05", json!({"name_kk": "Достық үйі", "name_ru": "Дом дружбы", "name_en": "House"}));
        ground.write(move |db, _| office_insert(db, REGION, &other)).unwrap();
        let found = |q: &str| codes(&ground, OfficePage { limit: 9, q: Some(q.into()), after: None });
        assert_eq!(found("КАЙ"), ["AKZ-01", "ORL-01"]);
        assert_eq!(found("қай orl"), ["ORL-01"], "all words must be found");
        assert_eq!(found("orl-05"), ["ORL-05"]);
        assert_eq!(found("йрат"), Vec::<String>::new(), "a beginning, not a piece");
        assert_eq!(found("%"), ["AKZ-01", "ORL-01", "ORL-05"], "no wildcard, so no question");
    }

    fn codes_and_ids_lead_to_each_other(ground: Ground) {
        let ids = ground.read(|db, _| office_ids(db, REGION, &["ORL-01", "XXX-01"]));
        assert_eq!(ids, [(code("ORL-01"), OfficeId(id(11)))]);
        let codes = ground.read(|db, _| office_codes(db, REGION, &[OfficeId(id(12)), OfficeId(id(99))]));
        assert_eq!(codes.into_iter().collect::<Vec<_>>(), [(OfficeId(id(12)), code("AKZ-01"))]);
        assert!(ground.read(|db, _| office_ids(db, REGION, &[])).is_empty());
    }

    fn the_head_follows_from_the_grants_of_the_day(ground: Ground) {
        let office = OfficeId(id(11));
        ground.write(move |db, _| {
            for (number, from, to) in [(41, "2026-01-01", Some("2026-06-30")), (42, "2026-07-01", None)] {
                let head = head(number);
                account_insert(db, &head, at(0))?;
                let grant = Grant {
                    id: GrantId(id(number)),
                    standing: Standing::OfficeHead { office },
                    from: day(from),
                    to: to.map(day),
                };
                grant_insert(db, REGION, head.id, &grant, at(0))?;
            }
            Ok(())
        }).unwrap();
        for (today, account) in [
            ("2025-12-31", None), ("2026-01-01", Some(41)), ("2026-06-30", Some(41)), ("2026-07-01", Some(42)),
        ] {
            let both = [office, OfficeId(id(12))];
            let heads = ground.read(move |db, _| office_heads(db, REGION, &both, day(today)));
            let found: Vec<_> = heads.into_iter().map(|(office, head)| (office, head.account)).collect();
            let expected: Vec<_> = account.map(|n| (office, AccountId(id(n)))).into_iter().collect();
            assert_eq!(found, expected, "{today}");
        }
    }
}

fn head(number: u128) -> Account {
    Account {
        region: REGION,
        id: AccountId(id(number)),
        email: EmailAddress::parse(&format!("a{number}@example.kz")).unwrap(),
        name: Name::parse("Head Demo").unwrap(),
        language: Language::Kk,
        active: true,
    }
}
