//! The standard workflow, step by step: screening, proposal, offer, contract, term, agreement, follow-up (3.1 to 3.4).

use crate::given::{
    AIGUL, BERIK, Given, aigul, berik, coordinator, faults, head, law, name, refused, text, to,
};
use kelisim_domain::{
    case::{
        Act, Case, Class, Declared, Rejection, Stage, decide, explain, fire, ground::Ground, replay,
    },
    code::TimerName,
    id::RegionId,
    legal::Prescribed,
    policy::{Actor, System},
    workflow::{self, Definition, Value, Values},
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

pub(crate) fn mediation() -> Definition {
    workflow::parse(workflow::MEDIATION).expect("the standard workflow is sound")
}

/// A case that a mediator of the office has just filed, on Monday 16 November 2026.
pub(crate) fn filed() -> Given {
    Given::filed_in(mediation(), &aigul(), Some(crate::given::referral())).on_day("2026-11-17")
}

pub(crate) fn day(value: &str) -> Value {
    Value::Date(value.parse().expect("a day"))
}

/// Answers to the exclusion questions: none excludes, or the named one does.
pub(crate) fn answers(excluding: Option<&str>) -> Values {
    let law = law();
    let version = law
        .on("2026-11-16".parse().expect("a day"))
        .expect("in force");
    let all = version.exclusions.iter();
    let answers = all.map(|one| (one.code.clone(), excluding == Some(one.code.as_str())));
    Values::new().with("exclusions", Value::Exclusions(answers.collect()))
}

pub(crate) fn elements(document: Prescribed) -> Value {
    let law = law();
    let version = law
        .on("2026-11-16".parse().expect("a day"))
        .expect("in force");
    let all = version.contents[&document].elements.iter().cloned();
    Value::Elements(all.collect())
}

pub(crate) fn contract(on: &str) -> Values {
    Values::new()
        .with("contract.signed_on", day(on))
        .with("contract.all_signed", Value::YesNo(true))
        .with("contract.elements", elements(Prescribed::MediationContract))
}

pub(crate) fn agreement(on: &str) -> Values {
    Values::new()
        .with("agreement.signed_on", day(on))
        .with("agreement.summary", text("the cow stays out"))
        .with(
            "agreement.elements",
            elements(Prescribed::SettlementAgreement),
        )
        .with("ground", Value::Ground(Ground::Settled))
}

pub(crate) fn declared(result: Declared) -> Values {
    Values::new().with("declaration.result", Value::Declaration(result))
}

pub(crate) fn ready() -> Given {
    filed()
        .after(&head(), "screen", &answers(None))
        .after(&head(), "make_ready", &Values::new())
}

pub(crate) fn offered() -> Given {
    ready().after(&head(), "offer", &to(AIGUL))
}

pub(crate) fn accepted() -> Given {
    offered().after(&aigul(), "accept", &declared(Declared::None))
}

/// In mediation since a day.
pub(crate) fn since(contract_on: &str) -> Given {
    accepted()
        .on_day(contract_on)
        .after(&aigul(), "record_contract", &contract(contract_on))
}

pub(crate) fn timer(text: &str) -> TimerName {
    TimerName::parse(text).expect("a timer")
}

pub(crate) fn due(case: &Case) -> Vec<(String, String)> {
    let due = case.course.due().into_iter();
    due.map(|(name, armed)| (name.to_string(), armed.deadline.last_day.to_string()))
        .collect()
}

impl Given {
    /// The case after a timer has come due at this moment.
    pub(crate) fn ticks(mut self, timer_name: &str) -> Self {
        let facts = self.facts(&Values::new());
        let decision = fire(&self.definition, &self.case, &timer(timer_name), &facts)
            .unwrap_or_else(|not| panic!("{timer_name}: {not:?}"));
        let nobody = Actor::system(RegionId(Uuid::from_u128(1)), System::Clock);
        self.apply(&nobody, decision);
        self
    }

    /// The case after the register of mediators has suspended its mediator.
    pub(crate) fn released(mut self) -> Self {
        let nobody = Actor::system(RegionId(Uuid::from_u128(1)), System::Register);
        let decision = self
            .when(&nobody, "release", &Values::new())
            .expect("released");
        self.apply(&nobody, decision);
        self
    }

    pub(crate) fn step(&self) -> &str {
        self.case.step.as_str()
    }

    pub(crate) fn told(&self) -> Vec<&'static str> {
        self.notices
            .iter()
            .map(|order| order.kind().code())
            .collect()
    }
}

#[test]
fn the_shortest_way_to_an_agreement() {
    let given = since("2026-11-20")
        .after(&aigul(), "reconcile", &agreement("2026-11-20"))
        .after(
            &aigul(),
            "close",
            &Values::new().with("nothing_left", Value::YesNo(true)),
        );
    assert_eq!(
        (given.step(), given.case.class),
        ("success", Class::DoneSuccess)
    );
    assert_eq!(given.case.stage, Stage::Closed);
    let closure = given.case.closure.expect("a ground");
    assert_eq!(
        (closure.ground, closure.effective_on.to_string()),
        (Ground::Settled, "2026-11-20".into())
    );
    assert_eq!(
        given.case.course.timers,
        BTreeMap::new(),
        "nothing runs on a closed case"
    );
    assert_eq!(
        replay(&given.history),
        Some(given.case),
        "the history tells the whole of it"
    );
}

#[test]
fn d01_nobody_is_offered_a_case_before_the_questions_are_answered() {
    let given = filed();
    assert_eq!(
        refused(given.when(&head(), "make_ready", &Values::new())),
        ["D21 not_from_here"]
    );
    let mut some = answers(None);
    some.insert("exclusions", Value::Exclusions(BTreeMap::new()));
    let missing = faults(given.when(&head(), "screen", &some));
    assert_eq!(missing.len(), 4, "each question is named: {missing:?}");
}

#[test]
fn d02_an_excluding_answer_leaves_one_way_on() {
    let given = filed().after(&head(), "screen", &answers(Some("corruption")));
    for action in ["make_ready", "send_proposal"] {
        let values = Values::new().with("proposal.sent_on", day("2026-11-17"));
        assert_eq!(
            refused(given.when(&head(), action, &values)),
            ["D2 excluded"],
            "{action}"
        );
    }
    let close = Values::new()
        .with("ground", Value::Ground(Ground::NotSuitable))
        .with("exclusion_code", text("corruption"));
    let given = given.after(&head(), "close", &close);
    assert_eq!(
        (given.step(), given.case.class),
        ("other", Class::DoneOther)
    );
    assert_eq!(given.told(), ["case_ended"]);
    let open = format!("{:?}", given.history);
    assert!(
        !open.contains("corruption"),
        "the answers stay in the ciphertext"
    );
}

#[test]
fn d06_nobody_accepts_without_declaring_and_some_connections_forbid_it() {
    let given = offered();
    assert_eq!(
        faults(given.when(&aigul(), "accept", &Values::new())),
        ["/declaration/result: missing"]
    );
    let must = declared(Declared::MustRefuse);
    assert_eq!(
        refused(given.when(&aigul(), "accept", &must)),
        ["D6 must_refuse"]
    );
    assert_eq!(
        refused(given.when(&berik(), "accept", &declared(Declared::None))),
        ["3.3 not_yours"]
    );
    let given = given.after(&aigul(), "recuse", &Values::new());
    assert_eq!(
        (given.step(), given.told()),
        ("ready", vec!["offer_declined"])
    );
    assert_eq!(
        refused(given.when(&head(), "offer", &to(AIGUL))),
        ["D4 mediator_recused"]
    );
    assert_eq!(refused(given.when(&head(), "offer", &to(BERIK))), [""; 0]);
}

#[test]
fn d06_what_was_disclosed_needs_the_waiver_of_every_side_before_the_contract() {
    let given = offered().after(&aigul(), "accept", &declared(Declared::Disclosed));
    let signed = contract("2026-11-17");
    assert_eq!(
        refused(given.when(&aigul(), "record_contract", &signed)),
        ["D6 waiver_missing"]
    );
    let waived = Values::new().with("waivers.given_on", day("2026-11-17"));
    let given = given.after(&aigul(), "record_waivers", &waived).after(
        &aigul(),
        "record_contract",
        &signed,
    );
    assert_eq!(
        (given.step(), given.told()),
        ("in_mediation", vec!["case_started"])
    );
}

#[test]
fn d06_a_later_declaration_takes_nothing_back() {
    let given = offered()
        .after(&aigul(), "accept", &declared(Declared::Disclosed))
        .after(&aigul(), "declare", &declared(Declared::None));
    assert_eq!(
        refused(given.when(&aigul(), "record_contract", &contract("2026-11-17"))),
        ["D6 waiver_missing"]
    );
    // Whoever comes next has disclosed nothing.
    let next = given
        .after(&aigul(), "recuse", &Values::new())
        .after(&head(), "offer", &to(BERIK))
        .after(&berik(), "accept", &declared(Declared::None));
    assert!(!next.case.course.waiver_is_missing);
}

#[test]
fn an_offer_is_declined_withdrawn_or_runs_out() {
    let declined = offered().after(
        &aigul(),
        "decline",
        &Values::new().with("reason", text("my cousin")),
    );
    assert_eq!(
        (declined.step(), declined.told()),
        ("ready", vec!["offer_declined"])
    );
    let open = format!("{:?}", declined.history);
    assert!(
        !open.contains("cousin"),
        "D29: why somebody declined is nobody's business"
    );
    let withdrawn = offered().after(&head(), "withdraw_offer", &Values::new());
    assert_eq!(
        (withdrawn.step(), withdrawn.told()),
        ("ready", vec!["offer_withdrawn"])
    );
    // Asked on Tuesday: two working days are Thursday.
    let silent = offered();
    assert_eq!(
        due(&silent.case),
        [("offer_answer".into(), "2026-11-19".into())]
    );
    let expired = silent.at("2026-11-19T19:00:00Z").ticks("offer_answer");
    assert_eq!(expired.step(), "ready");
    assert_eq!(
        expired.told(),
        ["offer_expired", "offer_expired", "offer_expired"]
    );
    assert_eq!(expired.case.course.asked, None);
    assert_eq!(
        refused(expired.when(&aigul(), "accept", &declared(Declared::None))),
        ["D21 not_from_here"]
    );
}

#[test]
fn an_offer_tells_a_partner_nothing_and_the_first_acceptance_tells_it_once() {
    assert_eq!(offered().told(), ["offer"]);
    assert_eq!(
        accepted().told(),
        ["assignment", "offer_accepted", "case_assigned"]
    );
    let again = accepted()
        .after(&aigul(), "recuse", &Values::new())
        .after(&head(), "offer", &to(BERIK))
        .after(&berik(), "accept", &declared(Declared::None));
    assert_eq!(
        again.told(),
        ["assignment", "offer_accepted"],
        "D29: told at the first acceptance"
    );
}

#[test]
fn d13_d14_a_contract_is_signed_by_all_and_has_every_element() {
    let given = accepted();
    let mut half = contract("2026-11-17");
    half.insert("contract.all_signed", Value::YesNo(false));
    half.insert(
        "contract.elements",
        Value::Elements(BTreeSet::from(["date".into()])),
    );
    assert_eq!(
        refused(given.when(&aigul(), "record_contract", &half)),
        ["D14 not_all_signed", "D13 elements_missing"]
    );
    assert_eq!(
        refused(given.when(&head(), "record_contract", &half))[0],
        "D8 not_yours"
    );
}

#[test]
fn d09_only_the_coordinator_lends_a_mediator() {
    let given = ready();
    assert_eq!(
        refused(given.when(&head(), "offer", &to(crate::given::DANA))),
        ["D9 mediator_of_other_office"]
    );
    assert_eq!(
        refused(given.when(&coordinator(), "offer", &to(crate::given::DANA))),
        [""; 0]
    );
}

#[test]
fn d19_a_case_that_is_not_settled_never_passes_through_reconciled() {
    for ground in [
        Ground::MediationImpossible,
        Ground::OneRefused,
        Ground::BothRefused,
    ] {
        let values = Values::new()
            .with("ground", Value::Ground(ground))
            .with("effective_on", day("2026-11-20"));
        let given = since("2026-11-20").after(&aigul(), "close", &values);
        assert_eq!(
            (given.step(), given.case.class),
            ("other", Class::DoneOther)
        );
    }
    let withdrawn = Values::new().with("ground", Value::Ground(Ground::Withdrawn));
    assert_eq!(
        refused(since("2026-11-20").when(&aigul(), "close", &withdrawn)),
        ["D19 ground_not_from_here"]
    );
}

#[test]
fn d36_everything_that_cannot_be_done_is_explained() {
    let given = offered();
    let facts = given.facts(&Values::new());
    for actor in [aigul(), berik(), head(), coordinator()] {
        for answer in explain(&given.definition, &given.case, &actor, &facts, None) {
            let act = Act {
                action: answer.name,
                values: None,
            };
            let decided = decide(&given.definition, &given.case, &actor, act, &facts);
            let refusals = match decided {
                Err(Rejection::Refused(refusals)) => refusals,
                Ok(_) | Err(Rejection::Invalid(_)) => Vec::new(),
            };
            assert_eq!(answer.refusals, refusals, "{}", answer.name);
            assert!(answer.allowed() || answer.refusals.iter().all(|one| !one.rule().is_empty()));
        }
    }
    let open = explain(&given.definition, &given.case, &aigul(), &facts, None);
    let open: Vec<&str> = open
        .iter()
        .filter(|one| one.allowed())
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(open, ["accept", "decline", "recuse"]);
    assert!(
        given
            .definition
            .action_at(&name("accept"), &given.case.step)
            .is_some()
    );
}
