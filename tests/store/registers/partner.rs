//! Partner agencies and their contacts.

use super::{Ground, REGION, at, body, conflict_on, id};
use kelisim_domain::code::PartnerCode;
use kelisim_domain::id::{ContactId, PartnerId};
use kelisim_domain::partner::{Contact, ContactWish, Partner, PartnerEntry};
use kelisim_persistence::store::contact::{
    contact_by_id, contact_insert, contact_update, contacts_of_partner,
};
use kelisim_persistence::store::partner::{
    PartnerPage, partner_by_code, partner_by_id, partner_code, partner_ids, partner_insert,
    partner_list, partner_update,
};
use kelisim_persistence::{Db, Error};
use kelisim_tests::on_both_databases;
use serde_json::{Value, json};

pub(super) fn partner(number: u128, code: &str, change: Value) -> Partner {
    let base = json!({
        "code": code, "kind": "education", "name_kk": "Білім басқармасы", "name_ru": "Управление образования",
        "name_en": "Department of Education", "level": "region",
    });
    Partner {
        id: PartnerId(id(number)),
        entry: PartnerEntry::parse(&body(base, change), None).unwrap(),
        version: 1,
        created_at: at(1),
        updated_at: at(1),
    }
}

fn contact(number: u128, change: Value) -> Contact {
    let base = json!({"name": "Канарейка Демо", "email": "canary@edu.example.kz", "phone": "+77019876543", "language": "ru"});
    let wish = ContactWish::parse(&body(base, change), None, false).unwrap();
    Contact {
        id: ContactId(id(number)),
        partner: PartnerId(id(51)),
        language: wish.language,
        verified_at: None,
        active: wish.active,
        secrets: wish.secrets,
        version: 1,
        created_at: at(1),
        updated_at: at(1),
    }
}

fn education(db: &mut Db) -> Result<(), Error> {
    partner_insert(db, REGION, &partner(51, "EDU", json!({})))
}

fn code(text: &str) -> PartnerCode {
    PartnerCode::parse(text).unwrap()
}

on_both_databases! {
    fn a_partner_comes_back_as_it_went_in(ground: Ground) {
        ground.write(|db, _| education(db)).unwrap();
        let expected = partner(51, "EDU", json!({}));
        assert_eq!(ground.read(|db, _| partner_by_code(db, REGION, &code("EDU"))), expected);
        assert_eq!(ground.read(|db, _| partner_by_id(db, REGION, PartnerId(id(51)))), expected);
        assert_eq!(ground.read(|db, _| partner_code(db, REGION, PartnerId(id(51)))), code("EDU"));
        let ids = ground.read(|db, _| partner_ids(db, REGION, &["EDU", "XX"]));
        assert_eq!(ids, [(code("EDU"), PartnerId(id(51)))]);
        let again = ground.write(|db, _| partner_insert(db, REGION, &partner(52, "EDU", json!({}))));
        assert_eq!(conflict_on(again), "partner.code");
    }

    fn d38_a_partner_changes_only_from_the_version_that_was_read(ground: Ground) {
        ground.write(|db, _| education(db)).unwrap();
        let mut next = partner(51, "EDU", json!({"active": false}));
        next.version = 2;
        let (first, second) = (next.clone(), next.clone());
        assert!(ground.write(move |db, _| partner_update(db, REGION, &first)).unwrap());
        assert!(!ground.write(move |db, _| partner_update(db, REGION, &second)).unwrap());
        assert_eq!(ground.read(|db, _| partner_by_code(db, REGION, &code("EDU"))), next);
    }

    fn partners_are_listed_by_code_and_found_by_words(ground: Ground) {
        ground.write(|db, _| {
            education(db)?;
            partner_insert(db, REGION, &partner(52, "HLT", json!({"name_en": "Department of Health"})))
        }).unwrap();
        let list = |q: Option<&str>, after: Option<&str>| {
            let page = PartnerPage { q: q.map(str::to_owned), after: after.map(code), limit: 5 };
            let partners = ground.read(move |db, _| partner_list(db, REGION, &page));
            partners.iter().map(|partner| partner.entry.code.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(list(None, None), ["EDU", "HLT"]);
        assert_eq!(list(None, Some("EDU")), ["HLT"]);
        assert_eq!(list(Some("heal dep"), None), ["HLT"]);
    }

    fn r18_a_contact_is_sealed_and_comes_back(ground: Ground) {
        let stored = ground.write(|db, vault| {
            education(db)?;
            contact_insert(db, vault, REGION, &contact(61, json!({})))?;
            contact_by_id(db, vault, REGION, ContactId(id(61)))
        }).unwrap();
        assert_eq!(stored.contact, contact(61, json!({})));
        for secret in ["Канарейка", "canary@edu.example.kz", "+77019876543"] {
            assert_eq!(ground.test.places_of(secret), Vec::<String>::new(), "{secret}");
        }
    }

    fn a_contact_changes_under_its_key_and_version(ground: Ground) {
        let found = ground.write(|db, vault| {
            education(db)?;
            let key = contact_insert(db, vault, REGION, &contact(61, json!({})))?;
            let mut next = contact(61, json!({"email": "other@edu.example.kz", "active": false}));
            next.version = 2;
            next.verified_at = Some(at(3));
            assert!(contact_update(db, &key, REGION, &next)?);
            assert!(!contact_update(db, &key, REGION, &next)?, "the version has moved on");
            Ok((contact_by_id(db, vault, REGION, next.id)?.contact, next))
        }).unwrap();
        assert_eq!(found.0, found.1);
    }

    fn a_contact_whose_key_was_destroyed_is_gone_and_the_others_are_whole(ground: Ground) {
        ground.write(|db, vault| {
            education(db)?;
            let key = contact_insert(db, vault, REGION, &contact(61, json!({})))?;
            contact_insert(db, vault, REGION, &contact(62, json!({"name": "Other"})))?;
            vault.key_destroy(db, REGION, key.id(), at(5))?;
            Ok(())
        }).unwrap();
        let left = ground.read(|db, vault| contacts_of_partner(db, vault, REGION, PartnerId(id(51))));
        assert_eq!(left.iter().map(|contact| contact.id).collect::<Vec<_>>(), [ContactId(id(62))]);
        let erased = ground.write(|db, vault| contact_by_id(db, vault, REGION, ContactId(id(61))));
        assert!(matches!(erased, Err(Error::Erased)));
    }

    fn a_contact_needs_a_partner_that_exists(ground: Ground) {
        let lost = ground.write(|db, vault| contact_insert(db, vault, REGION, &contact(61, json!({}))).map(drop));
        assert!(matches!(lost, Err(Error::Missing { .. })), "{lost:?}");
        assert_eq!(ground.test.count("data_key"), 0, "nothing is left behind");
    }
}
