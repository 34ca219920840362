//! The rules of a mediator's entry, by the numbers of the rules.

use super::*;
use crate::code::OfficeCode;
use crate::id::OfficeId;
use uuid::Uuid;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn today() -> NaiveDate {
    day("2026-11-22")
}

fn known() -> Known {
    Known {
        categories: [CategoryCode::parse("family").unwrap()].into(),
        offices: [(
            OfficeCode::parse("ORL-01").unwrap(),
            OfficeId(Uuid::from_u128(1)),
        )]
        .into(),
        ..Known::default()
    }
}

fn body(change: Value) -> Map<String, Value> {
    let mut body = json!({
        "kind": "public", "name_kk": "Әсел Демо", "name_ru": "Асель Демо", "register_no": "WK-1", "language": "kk",
        "languages": ["kk", "ru"], "specialisations": ["family"], "home_settlement": "Oral", "offices": ["ORL-01"],
        "max_open_cases": 5, "protocol": {"number": "7", "on": "2026-01-15", "body": "Gathering of Oral"},
        "unavailable": [{"from": "2026-12-20", "to": "2027-01-10"}],
        "iin": "010203045670", "birth_date": "2001-02-03", "email": "demo@example.kz",
        "affiliations": [{"kind": "council", "name": "Council of elders"}],
    })
    .as_object()
    .cloned()
    .unwrap();
    body.extend(change.as_object().cloned().unwrap());
    body
}

fn entry() -> MediatorEntry {
    MediatorEntry::parse(&body(json!({})), &known(), None, today())
        .unwrap()
        .0
}

fn faults(change: Value, before: Option<Before>) -> Vec<String> {
    let faults = MediatorEntry::parse(&body(change), &known(), before, today()).unwrap_err();
    faults.iter().map(ToString::to_string).collect()
}

fn active() -> Before {
    Before {
        status: MediatorStatus::Active,
        since: day("2026-02-01"),
    }
}

#[test]
fn an_entry_comes_back_from_its_own_form() {
    let entry = entry();
    let mut form = entry.open_form();
    form.extend(entry.secret_form().into_revealed());
    let (again, wish) = MediatorEntry::parse(&form, &known(), Some(active()), today()).unwrap();
    assert_eq!(again, entry);
    assert_eq!(wish, StatusWish::default());
}

#[test]
fn r18_debug_shows_no_secret() {
    let shown = format!("{:?}", entry());
    for secret in ["010203045670", "demo@example.kz", "Council", "2001-02-03"] {
        assert!(!shown.contains(secret), "{secret}");
    }
}

#[test]
fn a_protocol_for_public_a_certificate_for_professional_mediators() {
    assert_eq!(
        faults(json!({"kind": "professional"}), None),
        ["/protocol: not_here"]
    );
    assert_eq!(
        faults(json!({"protocol": null, "status": "active"}), None),
        ["/protocol: missing"]
    );
    let candidate = body(json!({"protocol": null}));
    assert!(
        MediatorEntry::parse(&candidate, &known(), None, today()).is_ok(),
        "not yet elected"
    );
    let certified = body(json!({
        "kind": "professional", "protocol": null, "status": "active",
        "certificate": {"number": "1", "on": "2026-01-15", "organisation": "Union"}
    }));
    assert!(MediatorEntry::parse(&certified, &known(), None, today()).is_ok());
    assert_eq!(
        faults(
            json!({"protocol": {"number": "7", "on": "2026-11-23", "by": "x"}}),
            None
        ),
        [
            "/protocol/body: missing",
            "/protocol/on: too_late",
            "/protocol/by: unknown_field"
        ]
    );
}

#[test]
fn a_status_changes_with_a_reason_and_a_day_that_fits() {
    let wish = |change| {
        MediatorEntry::parse(&body(change), &known(), Some(active()), today())
            .unwrap()
            .1
    };
    assert_eq!(
        wish(json!({"status": "active"})),
        StatusWish::default(),
        "no change"
    );
    let change =
        json!({"status": "suspended", "status_reason": "illness", "status_since": "2026-11-20"});
    assert_eq!(
        wish(change),
        StatusWish {
            status: Some(MediatorStatus::Suspended),
            since: Some(day("2026-11-20")),
            reason: Some("illness".into()),
        }
    );
    let before = Some(active());
    assert_eq!(
        faults(json!({"status": "suspended"}), before),
        ["/status_reason: missing"]
    );
    assert_eq!(
        faults(json!({"status": "gone"}), before),
        ["/status: unknown_code"]
    );
    assert_eq!(
        faults(json!({"status_reason": "x"}), before),
        ["/status_reason: not_here"]
    );
    for (since, fault) in [("2026-11-23", "too_late"), ("2026-01-31", "too_early")] {
        let change = json!({"status": "removed", "status_reason": "x", "status_since": since});
        assert_eq!(faults(change, before), [format!("/status_since: {fault}")]);
    }
}

#[test]
fn the_register_leads_from_candidate_to_active_and_nobody_comes_back_from_removed() {
    use MediatorStatus::{Active, Candidate, Removed, Suspended};
    let leads = [
        (Candidate, Active),
        (Active, Suspended),
        (Active, Removed),
        (Suspended, Active),
        (Suspended, Removed),
    ];
    for from in MediatorStatus::ALL {
        for to in MediatorStatus::ALL {
            assert_eq!(
                status_step(from, to).is_ok(),
                leads.contains(&(from, to)),
                "{from:?} to {to:?}"
            );
        }
    }
}

#[test]
fn bad_fields_are_all_named() {
    assert_eq!(
        faults(
            json!({
                "iin": "12", "email": "x@y\r\nBcc: z", "phone": "none", "birth_date": "2027-01-01",
                "languages": ["kk", "Kazakh"], "specialisations": ["cows"], "offices": ["ORL-02"],
                "max_open_cases": -1, "unavailable": [{"from": "2026-12-20", "to": "2026-12-19"}],
                "affiliations": [{"kind": "friend", "name": ""}],
            }),
            None
        ),
        [
            "/languages/1: bad_form",
            "/specialisations/0: unknown_code",
            "/offices/0: unknown_code",
            "/max_open_cases: out_of_range",
            "/unavailable/0/to: too_early",
            "/iin: bad_form",
            "/phone: bad_form",
            "/email: control_character",
            "/affiliations/0/kind: unknown_code",
            "/affiliations/0/name: empty",
            "/birth_date: too_late",
        ]
    );
    assert_eq!(
        faults(
            json!({"unavailable": [{"from": "2026-12-20", "to": "2026-12-25"}, {"from": "2026-12-25", "to": "2026-12-26"}]}),
            None
        ),
        ["/unavailable: duplicate"]
    );
}
