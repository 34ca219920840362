//! What the history looks like where it is stored. Cases are kept for years: what stands here must stay readable,
//! so a change of these texts is a change of every stored case and needs a reader for the old form.

use crate::given::{
    AIGUL, BERIK, CASE, Given, agreed, aigul, coordinator, fit, head, patient, text, to, today,
};
use kelisim_domain::{
    assignment::MediatorFacts,
    case::{
        Closure, ContentChange, Correction, CourtStage, EventData, Fact, GroundCorrection, correct,
        correct_ground, ground::Ground,
    },
    code::{CategoryCode, DistrictCode},
    confidential::Confidential,
    language::Language,
    workflow::{Value, Values},
};
use serde_json::{Value as Json, json};

/// The open half as it is written; it must read back as itself.
fn open(data: &EventData) -> Json {
    let written = serde_json::to_value(data).expect("JSON");
    let read: EventData = serde_json::from_value(written.clone()).expect("reads back");
    assert_eq!(read, *data);
    written
}

/// The confidential half as it is written; it must read back as itself.
fn sealed(change: &ContentChange) -> Json {
    let written = serde_json::to_value(change).expect("JSON");
    let read: ContentChange = serde_json::from_value(written.clone()).expect("reads back");
    assert_eq!(read, *change);
    written
}

fn last(given: &Given) -> (Json, Json) {
    let event = given.history.last().expect("an event");
    let change = given.changes.last().expect("a change");
    (open(&event.data), sealed(change))
}

#[test]
fn filed_by_a_partners_referral() {
    let (data, content) = last(&Given::referred());
    assert_eq!(
        data,
        json!({
            "kind": "filed",
            "number": "ORL-03/2026-0017",
            "office": "00000000-0000-0000-0000-000000000010",
            "workflow": "basic",
            "workflow_version": 1,
            "action": "file",
            "to": {"step": "filed", "stage": "filed", "class": "new"},
            "category": "neighbours_land",
            "subcategory": "fences",
            "language": "kk",
            "district": "ORL",
            "court_stage": "pre_court",
            "source": "councils",
            "referral": {
                "partner": "00000000-0000-0000-0000-000000000040",
                "memorandum": "00000000-0000-0000-0000-000000000041",
                "receipt_code": "55555555555555555555555555"
            }
        })
    );
    let party = |id: &str, side: &str| {
        json!({
            "id": id, "side": side, "kind": "person", "name": "Қайрат Demo", "phone": null,
            "email": null, "language": "kk", "settlement": "Теректі"
        })
    };
    assert_eq!(
        content,
        json!({
            "summary": "a cow in the vegetable garden",
            "amount": 45000,
            "parties": [
                party("00000000-0000-0000-0000-000000000051", "A"),
                party("00000000-0000-0000-0000-000000000052", "B")
            ],
            "reference": "214"
        })
    );
}

#[test]
fn filed_without_a_referral_has_no_place_for_one() {
    let (data, content) = last(&Given::filed());
    assert_eq!(data.get("referral"), None);
    assert_eq!(content.get("reference"), None);
}

#[test]
fn assigned_over_the_limit() {
    let full = MediatorFacts {
        open_cases: 3,
        ..fit(BERIK, crate::given::HOME)
    };
    let with_reason = to(BERIK).with("over_limit_reason", text("nobody else"));
    let given = Given::filed()
        .with_mediator(full)
        .after(&head(), "assign", &with_reason);
    let expected = json!({
        "kind": "moved",
        "action": "assign",
        "from": "filed",
        "to": {"step": "assigned", "stage": "assigned", "class": "active"},
        "mediator": BERIK,
        "limit_lifted": true
    });
    let sealed = json!({"reason": "nobody else"});
    assert_eq!(last(&given), (expected, sealed));
}

#[test]
fn entries_from_before_reasons_were_sealed_are_written_as_they_were_read() {
    let lifted = json!({
        "kind": "moved",
        "action": "assign",
        "from": "filed",
        "to": {"step": "assigned", "stage": "assigned", "class": "active"},
        "mediator": BERIK,
        "over_limit_reason": "nobody else"
    });
    let corrected = json!({
        "kind": "ground_corrected",
        "closure": {"ground": "withdrawn", "effective_on": "2026-11-22"},
        "class": "done_other",
        "reason": "the wrong line was chosen"
    });
    for old in [lifted, corrected] {
        let read: EventData = serde_json::from_value(old.clone()).expect("read");
        assert!(!read.has_sealed_reason());
        // The chain of a case covers these bytes.
        assert_eq!(serde_json::to_value(&read).expect("written"), old);
    }
}

#[test]
fn reconciled() {
    let values = agreed(Ground::PartlySettled, today());
    let given = Given::filed()
        .assigned()
        .after(&aigul(), "reconcile", &values);
    let expected = json!({
        "kind": "moved",
        "action": "reconcile",
        "from": "assigned",
        "to": {"step": "reconciled", "stage": "reconciled", "class": "active"},
        "closure": {"ground": "partly_settled", "effective_on": "2026-11-22"},
        "facts": [{"fact": "signed", "on": "2026-11-22"}]
    });
    let agreement = json!({"signed_on": "2026-11-22", "summary": "the cow stays out"});
    assert_eq!(last(&given), (expected, json!({"agreement": agreement})));
}

#[test]
fn closed_after_reconciling_says_nothing_twice() {
    let given = Given::filed()
        .assigned()
        .reconciled()
        .after(&aigul(), "close", &Values::new());
    let expected = json!({
        "kind": "moved",
        "action": "close",
        "from": "reconciled",
        "to": {"step": "closed", "stage": "closed", "class": "done_success"}
    });
    assert_eq!(last(&given), (expected, json!({})));
}

#[test]
fn closed_as_a_duplicate() {
    let (data, _) = last(&Given::filed().closed(Ground::Duplicate));
    assert_eq!(
        data["closure"],
        json!({
            "ground": "duplicate",
            "effective_on": "2026-11-22",
            "linked_case": "00000000-0000-0000-0000-000000000031"
        })
    );
    assert_eq!(data["to"]["class"], "done_other");
}

#[test]
fn closed_as_not_suitable_keeps_its_code_in_the_sealed_half() {
    let (data, content) = last(&Given::filed().closed(Ground::NotSuitable));
    assert_eq!(
        data["closure"],
        json!({"ground": "not_suitable", "effective_on": "2026-11-22"})
    );
    assert_eq!(content, json!({"exclusion_code": "state_body"}));
}

#[test]
fn an_action_of_the_regions_own() {
    let values = Values::new()
        .with("until", Value::Date(today()))
        .with("why", text("they ask their families"));
    let given =
        Given::filed_in(patient(), &aigul(), None)
            .assigned()
            .after(&aigul(), "give_time", &values);
    let expected = json!({
        "kind": "moved",
        "action": "give_time",
        "from": "assigned",
        "to": {"step": "thinking", "stage": "assigned", "class": "waiting"},
        "answers": {"until": "2026-11-22"}
    });
    let confidential = json!({"answers": {"why": "they ask their families"}});
    assert_eq!(last(&given), (expected, confidential));
    let kept = given.content.answers.get("why").map(Confidential::reveal);
    assert_eq!(kept.map(String::as_str), Some("they ask their families"));
}

#[test]
fn corrected() {
    let correction = Correction {
        category: Some(CategoryCode::from_stored("family".into())),
        subcategory: Some(String::new()),
        language: Some(Language::Ru),
        district: Some(DistrictCode::from_stored("TER".into())),
        court_stage: Some(CourtStage::InCourt),
        content: vec!["summary".into(), "amount".into()],
    };
    let content = ContentChange {
        summary: Confidential::new(Some("two cows".into())),
        amount: Confidential::new(Some(None)),
        ..ContentChange::default()
    };
    let mut given = Given::filed();
    let decision = correct(&given.case, &head(), true, correction, content).expect("corrected");
    given.apply(&head(), decision);
    let expected = json!({
        "kind": "corrected",
        "category": "family",
        "subcategory": "",
        "language": "ru",
        "district": "TER",
        "court_stage": "in_court",
        "content": ["summary", "amount"]
    });
    let sealed = json!({"summary": "two cows", "amount": null});
    assert_eq!(last(&given), (expected, sealed));
    let case = &given.case;
    assert_eq!(case.subcategory, None);
    assert_eq!(
        (case.category.as_str(), case.district.as_str()),
        ("family", "TER")
    );
    assert_eq!(
        (case.language, case.court_stage),
        (Language::Ru, CourtStage::InCourt)
    );
    assert_eq!(*given.content.amount.reveal(), None);
    assert_eq!(
        open(&EventData::Corrected(Correction::default())),
        json!({"kind": "corrected"})
    );
}

#[test]
fn ground_corrected() {
    let given = Given::filed().closed(Ground::Withdrawn);
    let correction = GroundCorrection {
        closure: Closure {
            ground: Ground::ProposalRejected,
            effective_on: today(),
            linked_case: None,
        },
        exclusion_code: Confidential::new(None),
        reason: "the wrong line".to_owned().into(),
    };
    let decision = correct_ground(&given.definition, &given.case, &coordinator(), correction)
        .expect("corrected");
    assert_eq!(
        open(&decision.event),
        json!({
            "kind": "ground_corrected",
            "closure": {"ground": "proposal_rejected", "effective_on": "2026-11-22"},
            "class": "done_other"
        })
    );
    let reason = json!({"reason": "the wrong line"});
    assert_eq!(sealed(&decision.content), reason);
}

#[test]
fn every_event_names_its_kind_as_it_is_stored() {
    let given = Given::filed().assigned().reconciled();
    for event in &given.history {
        assert_eq!(open(&event.data)["kind"], event.data.kind());
    }
}

#[test]
fn an_amount_is_absent_or_taken_away_or_a_number() {
    let with = |amount| ContentChange {
        amount: Confidential::new(amount),
        ..ContentChange::default()
    };
    assert_eq!(sealed(&with(None)), json!({}));
    assert_eq!(sealed(&with(Some(None))), json!({"amount": null}));
    assert_eq!(sealed(&with(Some(Some(0)))), json!({"amount": 0}));
    let content = Given::filed().content;
    let amount = |change| *content.clone().changed(&with(change)).amount.reveal();
    assert_eq!(amount(None), Some(45_000));
    assert_eq!(amount(Some(None)), None);
    assert_eq!(amount(Some(Some(7))), Some(7));
}

#[test]
fn nothing_confidential_stands_in_the_open_half() {
    let given = Given::referred()
        .assigned()
        .reconciled()
        .after(&aigul(), "close", &Values::new());
    let given = [given, Given::referred().closed(Ground::NotSuitable)];
    for event in given.iter().flat_map(|given| &given.history) {
        assert_eq!(event.case, CASE);
        let text = open(&event.data).to_string();
        for secret in ["cow", "Қайрат", "Теректі", "45000", "214", "state_body"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

/// A waiver was stored without its day before, and the end of a pause without its own.
#[test]
fn a_fact_without_its_day_is_read() {
    let read = |value: Json| serde_json::from_value::<Fact>(value).expect("a fact");
    assert_eq!(read(json!({"fact": "waived"})), Fact::Waived { on: None });
    assert_eq!(read(json!({"fact": "resumed"})), Fact::Resumed { on: None });
    let on = Some(today());
    let written = serde_json::to_value(Fact::Waived { on }).expect("JSON");
    assert_eq!(written, json!({"fact": "waived", "on": "2026-11-22"}));
}

#[test]
fn an_unknown_kind_is_refused_and_not_guessed() {
    let read = |value: Json| serde_json::from_value::<EventData>(value);
    assert!(read(json!({"kind": "vanished"})).is_err());
    assert!(read(json!({"action": "assign"})).is_err());
    let moved = json!({
        "kind": "moved", "action": "reassign", "from": "assigned", "mediator": AIGUL,
        "to": {"step": "assigned", "stage": "assigned", "class": "somewhere"}
    });
    assert!(read(moved).is_err());
}
