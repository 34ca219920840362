//! Mediators, and what D4 asks of them.

use super::{Ground, REGION, at, body, conflict_on, day, id, known};
use kelisim_domain::assignment::{MediatorFacts, MediatorStatus};
use kelisim_domain::id::{MediatorId, OfficeId};
use kelisim_domain::mediator::{Mediator, MediatorEntry, StatusStep};
use kelisim_persistence::store::mediator::{
    MediatorPage, mediator_by_id, mediator_facts, mediator_insert, mediator_list, mediator_name,
    mediator_status_list, mediator_update,
};
use kelisim_persistence::{Db, Error, Vault};
use kelisim_tests::on_both_databases;
use serde_json::{Value, json};

const SECRETS: [&str; 4] = [
    "010203045670",
    "canary@mediator.example.kz",
    "+77015554433",
    "Канарейка кеңесі",
];

fn mediator(number: u128, change: Value) -> Mediator {
    let base = json!({
        "kind": "public", "name_kk": "Әсел Демо", "name_ru": "Асель Демо", "register_no": format!("WK-{number}"),
        "language": "kk", "languages": ["kk", "ru"], "specialisations": ["family"], "home_settlement": "Oral",
        "offices": ["AKZ-01", "ORL-01"], "max_open_cases": 5, "documents_valid_to": "2027-01-01",
        "protocol": {"number": "7", "on": "2026-01-15", "body": "Gathering"},
        "unavailable": [{"from": "2026-12-20", "to": "2027-01-10"}],
        "iin": SECRETS[0], "birth_date": "2001-02-03", "email": SECRETS[1], "phone": SECRETS[2],
        "affiliations": [{"kind": "council", "name": SECRETS[3]}],
    });
    let today = day("2026-11-22");
    let (entry, _) = MediatorEntry::parse(&body(base, change), &known(), None, today).unwrap();
    Mediator {
        id: MediatorId(id(number)),
        entry,
        status: MediatorStatus::Active,
        status_since: day("2026-02-01"),
        version: 1,
        created_at: at(1),
        updated_at: at(1),
    }
}

fn step(status: MediatorStatus, since: &str) -> StatusStep {
    StatusStep {
        status,
        since: day(since),
        reason: "reason".into(),
        at: at(4),
        by: None,
    }
}

fn enter(db: &mut Db, vault: &Vault, mediator: &Mediator) -> Result<(), Error> {
    mediator_insert(
        db,
        vault,
        REGION,
        mediator,
        &step(mediator.status, "2026-02-01"),
    )
    .map(drop)
}

fn facts(ground: &Ground, today: &'static str) -> Option<MediatorFacts> {
    let found =
        ground.read(move |db, _| mediator_facts(db, REGION, MediatorId(id(81)), day(today)));
    found.map(|(facts, _)| facts)
}

on_both_databases! {
    fn r18_a_mediator_is_sealed_and_comes_back(ground: Ground) {
        let found = ground.write(|db, vault| {
            enter(db, vault, &mediator(81, json!({})))?;
            mediator_by_id(db, vault, REGION, MediatorId(id(81)))
        }).unwrap();
        assert_eq!(found.mediator, mediator(81, json!({})));
        for secret in SECRETS {
            assert_eq!(ground.test.places_of(secret), Vec::<String>::new(), "{secret}");
        }
        let name = ground.read(|db, _| mediator_name(db, REGION, MediatorId(id(81))));
        assert_eq!(name.kk.as_str(), "Әсел Демо");
        let missing = ground.write(|db, _| mediator_name(db, REGION, MediatorId(id(99))));
        assert!(matches!(missing, Err(Error::NotFound)));
    }

    fn a_register_number_stands_once(ground: Ground) {
        ground.write(|db, vault| enter(db, vault, &mediator(81, json!({})))).unwrap();
        let again = ground.write(|db, vault| enter(db, vault, &mediator(82, json!({"register_no": "WK-81"}))));
        assert_eq!(conflict_on(again), "mediator.register_no");
        assert_eq!(ground.test.count("data_key"), 1, "nothing is left behind");
    }

    fn an_update_replaces_lists_and_notes_the_step_of_the_status(ground: Ground) {
        let (found, expected, steps) = ground.write(|db, vault| {
            let first = mediator(81, json!({}));
            let key = mediator_insert(db, vault, REGION, &first, &step(MediatorStatus::Candidate, "2026-01-01"))?;
            let mut next = mediator(81, json!({"offices": ["ORL-01"], "unavailable": [], "phone": null}));
            next.version = 2;
            next.status = MediatorStatus::Suspended;
            assert!(mediator_update(db, &key, REGION, &next, Some(&step(next.status, "2026-03-01")))?);
            assert!(!mediator_update(db, &key, REGION, &next, None)?, "d38: the version has moved on");
            let found = mediator_by_id(db, vault, REGION, next.id)?.mediator;
            Ok((found, next, mediator_status_list(db, REGION, MediatorId(id(81)))?))
        }).unwrap();
        assert_eq!(found, expected);
        let steps: Vec<_> = steps.iter().map(|step| (step.status, step.since)).collect();
        assert_eq!(steps, [
            (MediatorStatus::Candidate, day("2026-01-01")),
            (MediatorStatus::Suspended, day("2026-03-01")),
        ]);
    }

    fn d04_the_facts_of_the_day(ground: Ground) {
        ground.write(|db, vault| enter(db, vault, &mediator(81, json!({})))).unwrap();
        let found = facts(&ground, "2026-12-19").unwrap();
        assert_eq!(found, MediatorFacts {
            id: MediatorId(id(81)),
            offices: vec![OfficeId(id(11)), OfficeId(id(12))],
            status: MediatorStatus::Active,
            documents_valid_to: Some(day("2027-01-01")),
            languages: vec!["kk".into(), "ru".into()],
            open_cases: 0,
            max_open_cases: 5,
            is_unavailable: false,
        });
        for (today, away) in [("2026-12-20", true), ("2027-01-10", true), ("2027-01-11", false)] {
            assert_eq!(facts(&ground, today).unwrap().is_unavailable, away, "{today}");
        }
        let nobody = ground.read(|db, _| mediator_facts(db, REGION, MediatorId(id(99)), day("2026-12-19")));
        assert_eq!(nobody, None);
    }

    fn mediators_are_listed_by_name_and_filtered(ground: Ground) {
        ground.write(|db, vault| {
            enter(db, vault, &mediator(83, json!({"name_kk": "Қайрат Демо"})))?;
            enter(db, vault, &mediator(81, json!({"offices": ["ORL-01"]})))?;
            enter(db, vault, &mediator(82, json!({"name_kk": "Баян Демо", "offices": []})))?;
            let mut suspended = mediator(84, json!({"name_kk": "Ярослав"}));
            suspended.status = MediatorStatus::Suspended;
            enter(db, vault, &suspended)
        }).unwrap();
        let list = |page: MediatorPage| {
            let lines = ground.read(move |db, _| mediator_list(db, REGION, &page));
            lines.iter().map(|line| line.id.0.as_u128()).collect::<Vec<_>>()
        };
        let page = MediatorPage { limit: 9, ..MediatorPage::default() };
        assert_eq!(list(page.clone()), [81, 82, 83, 84]);
        assert_eq!(list(MediatorPage { limit: 2, ..page.clone() }), [81, 82]);
        assert_eq!(list(MediatorPage { after: Some(MediatorId(id(82))), ..page.clone() }), [83, 84]);
        assert_eq!(list(MediatorPage { offices: vec![OfficeId(id(11))], ..page.clone() }), [81, 83, 84]);
        assert_eq!(list(MediatorPage { statuses: vec![MediatorStatus::Suspended], ..page.clone() }), [84]);
        assert_eq!(list(MediatorPage { q: Some("кайр".into()), ..page.clone() }), [83], "d39");
        assert_eq!(list(MediatorPage { q: Some("wk-82".into()), ..page.clone() }), [82]);
        let lines = ground.read(move |db, _| mediator_list(db, REGION, &page));
        let offices: Vec<_> = lines[2].offices.iter().map(ToString::to_string).collect();
        assert_eq!(offices, ["AKZ-01", "ORL-01"]);
    }
}
