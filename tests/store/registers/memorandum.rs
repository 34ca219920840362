//! Memoranda.

use super::partner::partner;
use super::{Ground, REGION, at, body, conflict_on, day, id, known};
use kelisim_domain::code::PartnerCode;
use kelisim_domain::id::{MemorandumId, PartnerId};
use kelisim_domain::memorandum::{Draft, Memorandum};
use kelisim_domain::register::Known;
use kelisim_persistence::store::memorandum::{
    MemorandumPage, memoranda_of_partner, memorandum_by_id, memorandum_insert, memorandum_list,
    memorandum_update,
};
use kelisim_persistence::store::partner::partner_insert;
use kelisim_persistence::{Db, Error};
use kelisim_tests::on_both_databases;
use serde_json::{Value, json};

fn memorandum(number: u128, change: Value) -> Memorandum {
    let base = json!({
        "number": format!("{number}/2026"), "partner": "EDU", "valid_from": "2026-01-01", "valid_to": "2026-12-31",
        "signatories": ["Demo Signer"], "renewal_owner": "Demo Owner", "categories": ["family"], "districts": "all",
        "events": ["received", "ended"], "data_level": "procedural_with_ref", "may_name_mediator": true,
    });
    let partners = [("EDU", 51), ("HLT", 52)];
    let known = Known {
        partners: partners
            .map(|(code, n)| (PartnerCode::parse(code).unwrap(), PartnerId(id(n))))
            .into(),
        ..known()
    };
    let Draft {
        terms,
        renewal_owner,
    } = Draft::parse(&body(base, change), &known, None).unwrap();
    Memorandum {
        id: MemorandumId(id(number)),
        terms,
        renewal_owner,
        signed_on: None,
        terminated_on: None,
        termination_reason: None,
        version: 1,
        created_at: at(1),
        updated_at: at(1),
    }
}

fn partners(db: &mut Db) -> Result<(), Error> {
    partner_insert(db, REGION, &partner(51, "EDU", json!({})))?;
    partner_insert(db, REGION, &partner(52, "HLT", json!({})))
}

on_both_databases! {
    fn a_memorandum_comes_back_as_it_went_in(ground: Ground) {
        let draft = memorandum(71, json!({"valid_to": null, "renewal_owner": null, "categories": [], "districts": ["ORL"]}));
        let signed = memorandum(72, json!({})).sign(day("2026-01-05"), at(2)).unwrap();
        let ended = memorandum(73, json!({})).sign(day("2026-01-05"), at(2)).unwrap()
            .terminate(day("2026-02-01"), "Renamed".into(), at(3)).unwrap();
        for memorandum in [&draft, &signed, &ended] {
            let (new, expected) = (memorandum.clone(), memorandum.clone());
            let found = ground.write(move |db, _| {
                if new.id == MemorandumId(id(71)) {
                    partners(db)?;
                }
                memorandum_insert(db, REGION, &new)?;
                memorandum_by_id(db, REGION, new.id)
            });
            assert_eq!(found.unwrap(), expected);
        }
    }

    fn a_number_stands_once(ground: Ground) {
        let taken = ground.write(|db, _| {
            partners(db)?;
            memorandum_insert(db, REGION, &memorandum(71, json!({})))?;
            memorandum_insert(db, REGION, &memorandum(72, json!({"number": "71/2026"})))
        });
        assert_eq!(conflict_on(taken), "memorandum.number");
        assert_eq!(ground.test.count("memorandum"), 0);
    }

    fn d38_a_signature_on_an_older_version_changes_nothing(ground: Ground) {
        let stored = ground.write(|db, _| {
            partners(db)?;
            memorandum_insert(db, REGION, &memorandum(71, json!({})))?;
            let mut signed = memorandum(71, json!({})).sign(day("2026-01-05"), at(2)).unwrap();
            signed.version = 2;
            assert!(memorandum_update(db, REGION, &signed)?);
            let mut late = memorandum(71, json!({"districts": []}));
            late.version = 2;
            assert!(!memorandum_update(db, REGION, &late)?);
            Ok((memorandum_by_id(db, REGION, signed.id)?, signed))
        }).unwrap();
        assert_eq!(stored.0, stored.1);
    }

    fn memoranda_are_listed_newest_first_by_partner_and_page(ground: Ground) {
        ground.write(|db, _| {
            partners(db)?;
            for (number, partner) in [(71, "EDU"), (72, "HLT"), (73, "EDU"), (74, "EDU")] {
                memorandum_insert(db, REGION, &memorandum(number, json!({"partner": partner})))?;
            }
            Ok(())
        }).unwrap();
        let list = |partner: Option<u128>, after: Option<u128>, limit| {
            let page = MemorandumPage {
                partner: partner.map(|n| PartnerId(id(n))),
                signed: false,
                after: after.map(|n| MemorandumId(id(n))),
                limit,
            };
            let memoranda = ground.read(move |db, _| memorandum_list(db, REGION, &page));
            memoranda.iter().map(|m| m.id.0.as_u128()).collect::<Vec<_>>()
        };
        assert_eq!(list(None, None, 3), [74, 73, 72]);
        assert_eq!(list(None, Some(72), 3), [71]);
        assert_eq!(list(Some(51), None, 9), [74, 73, 71]);
        let all = ground.read(|db, _| memoranda_of_partner(db, REGION, PartnerId(id(52))));
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].terms.partner.code.as_str(), "HLT");
    }
}
