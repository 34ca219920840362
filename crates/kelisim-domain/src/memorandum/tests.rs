//! The rules of a memorandum, by the numbers of the rules.

use super::*;
use crate::{code::PartnerCode, id::PartnerId, input::merge};
use uuid::Uuid;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at() -> DateTime<Utc> {
    "2026-11-22T06:00:00Z".parse().unwrap()
}

fn category(code: &str) -> CategoryCode {
    CategoryCode::parse(code).unwrap()
}

fn district(code: &str) -> DistrictCode {
    DistrictCode::parse(code).unwrap()
}

fn known() -> Known {
    Known {
        districts: ["ORL", "AKZ"].map(district).into(),
        categories: ["family", "labour"].map(category).into(),
        partners: [(
            PartnerCode::parse("EDU").unwrap(),
            PartnerId(Uuid::from_u128(1)),
        )]
        .into(),
        ..Known::default()
    }
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

fn body() -> Map<String, Value> {
    object(json!({
        "number": "12/2026", "partner": "EDU", "valid_from": "2026-01-01", "valid_to": "2026-12-31",
        "signatories": ["Demo Signer"], "categories": ["family"], "districts": "all",
        "events": ["received", "ended"], "data_level": "procedural",
    }))
}

fn draft(change: Value) -> Memorandum {
    let mut body = body();
    merge(&mut body, &object(change));
    let Draft {
        terms,
        renewal_owner,
    } = Draft::parse(&body, &known(), None).unwrap();
    Memorandum {
        id: MemorandumId(Uuid::from_u128(5)),
        terms,
        renewal_owner,
        signed_on: None,
        terminated_on: None,
        termination_reason: None,
        version: 1,
        created_at: at(),
        updated_at: at(),
    }
}

fn signed(change: Value) -> Memorandum {
    draft(change).sign(day("2025-12-20"), at()).unwrap()
}

fn codes(faults: &[Fault]) -> Vec<String> {
    faults.iter().map(ToString::to_string).collect()
}

fn tell(memorandum: &Memorandum, change: impl Fn(&mut Telling<'_>)) -> Result<(), NotCovered> {
    let (category, district) = (category("family"), district("AKZ"));
    let mut telling = Telling {
        event: PartnerEvent::Received,
        category: &category,
        district: &district,
        event_day: day("2026-11-20"),
        sending_day: day("2026-11-22"),
    };
    change(&mut telling);
    memorandum.covers(&telling)
}

#[test]
fn the_status_follows_from_the_dates() {
    use MemorandumStatus::{Draft, Expired, Expiring, InForce, Signed, Terminated};
    assert_eq!(draft(json!({})).status(day("2026-06-01")), Draft);
    let memorandum = signed(json!({}));
    for (today, status) in [
        ("2025-12-31", Signed),
        ("2026-01-01", InForce),
        ("2026-11-30", InForce),
        ("2026-12-01", Expiring),
        ("2026-12-31", Expiring),
        ("2027-01-01", Expired),
    ] {
        assert_eq!(memorandum.status(day(today)), status, "{today}");
    }
    let ended = memorandum
        .terminate(day("2026-05-01"), "reason".into(), at())
        .unwrap();
    assert_eq!(ended.status(day("2026-04-30")), InForce);
    assert_eq!(ended.status(day("2026-05-01")), Terminated);
    assert_eq!(ended.status(day("2027-05-01")), Terminated);
    let open = signed(json!({"valid_to": null}));
    assert_eq!(
        open.status(day("2090-01-01")),
        InForce,
        "no last day, no end"
    );
}

#[test]
fn d25_in_force_on_both_days_and_covering_event_category_and_district() {
    let memorandum = signed(json!({}));
    assert_eq!(tell(&memorandum, |_| ()), Ok(()));
    assert_eq!(
        tell(&memorandum, |t| t.event_day = day("2025-12-31")),
        Err(NotCovered::EventDay)
    );
    assert_eq!(
        tell(&memorandum, |t| t.sending_day = day("2027-01-01")),
        Err(NotCovered::SendingDay)
    );
    assert_eq!(
        tell(&memorandum, |t| t.event = PartnerEvent::Assigned),
        Err(NotCovered::Event)
    );
    let labour = category("labour");
    let (families, others) = (category("family"), &labour);
    assert!(
        memorandum.terms.categories.holds(&families) && !memorandum.terms.categories.holds(others)
    );
    assert_eq!(
        tell(&draft(json!({})), |_| ()),
        Err(NotCovered::EventDay),
        "a draft covers nothing"
    );
    let ended = signed(json!({}))
        .terminate(day("2026-11-21"), "reason".into(), at())
        .unwrap();
    assert_eq!(
        tell(&ended, |_| ()),
        Err(NotCovered::SendingDay),
        "it lapsed between event and sending"
    );
    let late = draft(json!({"valid_from": null}))
        .sign(day("2026-11-21"), at())
        .unwrap();
    assert_eq!(
        tell(&late, |_| ()),
        Err(NotCovered::EventDay),
        "it was signed after the event"
    );
}

#[test]
fn d25_empty_categories_or_districts_cover_nothing_and_all_is_explicit() {
    assert_eq!(
        tell(&signed(json!({"categories": []})), |_| ()),
        Err(NotCovered::Category)
    );
    assert_eq!(
        tell(&signed(json!({"districts": []})), |_| ()),
        Err(NotCovered::District)
    );
    assert_eq!(
        tell(&signed(json!({"districts": ["ORL"]})), |_| ()),
        Err(NotCovered::District)
    );
    assert_eq!(
        tell(&signed(json!({"districts": null})), |_| ()),
        Err(NotCovered::District)
    );
    assert_eq!(
        tell(
            &signed(json!({"categories": "all", "districts": ["AKZ"]})),
            |_| ()
        ),
        Ok(())
    );
}

#[test]
fn a_memorandum_for_counts_lets_no_message_go() {
    assert_eq!(
        tell(&signed(json!({"data_level": "count_only"})), |_| ()),
        Err(NotCovered::CountsOnly)
    );
}

#[test]
fn both_flags_default_to_no() {
    let terms = draft(json!({})).terms;
    assert!(!terms.may_name_mediator && !terms.may_tell_attendance);
}

#[test]
fn terms_are_frozen_once_signed_and_the_renewal_owner_is_not() {
    let memorandum = signed(json!({}));
    let patched = |patch: Value| {
        let mut body = memorandum.form();
        merge(&mut body, &object(patch));
        Draft::parse(&body, &known(), Some(&memorandum))
    };
    assert_eq!(
        patched(json!({"renewal_owner": "Demo"}))
            .unwrap()
            .renewal_owner
            .as_deref(),
        Some("Demo")
    );
    let faults =
        patched(json!({"valid_to": null, "districts": ["ORL"], "may_name_mediator": true}))
            .unwrap_err();
    assert_eq!(
        codes(&faults),
        [
            "/districts: frozen",
            "/may_name_mediator: frozen",
            "/valid_to: frozen"
        ]
    );
    let free = draft(json!({}));
    let mut body = free.form();
    merge(&mut body, &object(json!({"valid_to": null})));
    assert!(Draft::parse(&body, &known(), Some(&free)).is_ok());
}

#[test]
fn signing_and_ending_happen_once_each_and_in_order() {
    let memorandum = signed(json!({}));
    assert_eq!(
        memorandum.clone().sign(day("2026-01-02"), at()),
        Err(RegisterRefusal::AlreadySigned)
    );
    let end = |m: Memorandum, on| m.terminate(day(on), "reason".into(), at());
    assert_eq!(
        end(draft(json!({})), "2026-05-01"),
        Err(RegisterRefusal::NotSigned)
    );
    assert_eq!(
        end(memorandum.clone(), "2027-05-01"),
        Err(RegisterRefusal::AlreadyExpired)
    );
    let ended = end(memorandum, "2026-05-01").unwrap();
    assert_eq!(
        end(ended.clone(), "2026-04-01"),
        Err(RegisterRefusal::AlreadyTerminated)
    );
    assert_eq!(
        end(ended, "2026-06-01"),
        Err(RegisterRefusal::AlreadyTerminated)
    );
    let undated = draft(json!({"valid_from": null}))
        .sign(day("2026-02-01"), at())
        .unwrap();
    assert_eq!(
        undated.starts_on(),
        Some(day("2026-02-01")),
        "it begins with the signature"
    );
}

#[test]
fn a_draft_names_all_its_faults() {
    let mut body = body();
    merge(
        &mut body,
        &object(json!({
            "number": "", "partner": "XXX", "valid_from": "2026-02-30", "categories": "some",
            "districts": ["ORL", "ORL"], "events": ["assigned", "quarrel"], "data_level": "all", "signed_on": "2026-01-01",
        })),
    );
    assert_eq!(
        codes(&Draft::parse(&body, &known(), None).unwrap_err()),
        [
            "/number: empty",
            "/partner: unknown_code",
            "/valid_from: not_a_date",
            "/categories: wrong_type",
            "/districts/1: duplicate",
            "/events/1: unknown_code",
            "/data_level: unknown_code",
            "/signed_on: unknown_field",
        ]
    );
    let mut body = super::tests::body();
    merge(&mut body, &object(json!({"valid_to": "2025-12-31"})));
    assert_eq!(
        codes(&Draft::parse(&body, &known(), None).unwrap_err()),
        ["/valid_to: too_early"]
    );
}

#[test]
fn a_signature_needs_a_day_that_has_come_and_somebody_who_signs() {
    let today = day("2026-11-22");
    let parse =
        |memorandum: &Memorandum, body: Value| Signing::parse(&object(body), memorandum, today);
    assert_eq!(
        parse(&draft(json!({})), json!({})).unwrap().signed_on,
        today
    );
    let faults = parse(
        &draft(json!({"signatories": []})),
        json!({"signed_on": "2026-11-23", "by": 1}),
    )
    .unwrap_err();
    assert_eq!(
        codes(&faults),
        [
            "/signed_on: too_late",
            "/signatories: too_few",
            "/by: unknown_field"
        ]
    );
    let over = draft(json!({"valid_to": "2026-06-01"}));
    assert_eq!(
        codes(&parse(&over, json!({})).unwrap_err()),
        ["/signed_on: too_late"]
    );
}

#[test]
fn an_early_end_needs_a_reason_and_a_day_between_signature_and_today() {
    let memorandum = signed(json!({}));
    let parse = |body: Value| Termination::parse(&object(body), &memorandum, day("2026-11-22"));
    assert_eq!(codes(&parse(json!({})).unwrap_err()), ["/reason: missing"]);
    for (on, fault) in [("2026-11-23", "too_late"), ("2025-12-19", "too_early")] {
        let faults = parse(json!({"reason": "x", "terminated_on": on})).unwrap_err();
        assert_eq!(codes(&faults), [format!("/terminated_on: {fault}")]);
    }
    assert_eq!(
        parse(json!({"reason": "x"})).unwrap().terminated_on,
        day("2026-11-22")
    );
}

#[test]
fn coverage_is_stored_as_the_word_or_the_list() {
    let all: Cover<CategoryCode> = Cover::All(All::All);
    assert_eq!(serde_json::to_value(&all).unwrap(), json!("all"));
    let some = Cover::Only(vec![category("family")]);
    assert_eq!(serde_json::to_value(&some).unwrap(), json!(["family"]));
    assert_eq!(
        serde_json::from_value::<Cover<CategoryCode>>(json!("all")).unwrap(),
        all
    );
    assert_eq!(
        serde_json::from_value::<Cover<CategoryCode>>(json!(["family"])).unwrap(),
        some
    );
}
