//! The standard workflow, step by step: screening, proposal, offer, contract, term, agreement, follow-up (3.1 to 3.4).

use crate::given::{
    AIGUL, BERIK, Given, aigul, berik, coordinator, faults, head, law, name, refused, text, to,
};
use kelisim_domain::{
    case::{
        Act, Case, Class, Closure, Declared, GroundCorrection, Rejection, Stage, correct_ground,
        decide, explain, fire, ground::Ground, replay,
    },
    code::TimerName,
    confidential::Confidential,
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
fn d06_no_contract_is_older_than_the_acceptance_or_the_waivers() {
    let waived = Values::new().with("waivers.given_on", day("2026-11-19"));
    let given = offered()
        .after(&aigul(), "accept", &declared(Declared::Disclosed))
        .on_day("2026-11-20")
        .after(&aigul(), "record_waivers", &waived);
    assert_eq!(
        refused(given.when(&aigul(), "record_contract", &contract("2026-11-18"))),
        ["D6 before_waiver"]
    );
    assert_eq!(
        refused(given.when(&aigul(), "record_contract", &contract("2026-11-16"))),
        ["D6 before_waiver", "D6 before_acceptance"]
    );
    assert_eq!(
        refused(given.when(&aigul(), "record_contract", &contract("2026-11-19"))),
        [""; 0]
    );
    // Whoever follows is measured by their own acceptance, and not by the first one.
    let next = asked_again().after(&berik(), "accept", &declared(Declared::None));
    let annex = |on: &str| Values::new().with("annex.signed_on", day(on));
    assert_eq!(
        refused(next.when(&berik(), "sign_annex", &annex("2027-05-09"))),
        ["D6 before_acceptance"]
    );
    assert_eq!(
        refused(next.when(&berik(), "sign_annex", &annex("2027-05-10"))),
        [""; 0]
    );
}

/// The case at every step at which it may have a mediator.
fn with_a_mediator() -> Vec<Given> {
    let mediated = since("2027-05-03");
    let over = mediated
        .clone()
        .at("2027-06-02T19:00:00Z")
        .ticks("term")
        .on_day("2027-06-03");
    let signed = mediated
        .clone()
        .after(&aigul(), "reconcile", &agreement("2027-05-03"));
    let followed = signed.clone().after(&aigul(), "follow_up", &Values::new());
    let again = asked_again().after(&berik(), "accept", &declared(Declared::None));
    vec![accepted(), mediated, again, over, signed, followed]
}

#[test]
fn d07_a_mediator_declares_and_leaves_at_every_step_until_the_case_is_closed() {
    let steps: Vec<String> = mediation()
        .steps
        .iter()
        .filter(|step| matches!(step.stage, Stage::Assigned | Stage::Reconciled))
        .map(|step| step.id.to_string())
        .filter(|step| step != "offered")
        .collect();
    let given = with_a_mediator();
    let stands: Vec<&str> = given.iter().map(Given::step).collect();
    assert_eq!(stands, steps);
    for given in given {
        let step = given.case.step.clone();
        let mediator = given.case.mediator.expect("a mediator");
        let who = if mediator == AIGUL { aigul() } else { berik() };
        let must = declared(Declared::MustRefuse);
        assert_eq!(
            refused(given.when(&who, "declare", &must)),
            ["D6 must_refuse"],
            "{step}"
        );
        let disclosed = given
            .clone()
            .after(&who, "declare", &declared(Declared::Disclosed));
        assert_eq!(disclosed.case.step, step, "declaring moves nothing");
        assert!(disclosed.case.course.waiver_is_missing);
        let left = given.after(&who, "recuse", &Values::new());
        assert_eq!(left.case.mediator, None, "{step}");
        assert!(left.case.course.recused.contains(&mediator), "{step}");
        assert_eq!(left.told()[0], "unassignment", "{step}");
    }
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

/// Edge case 10.
#[test]
fn d12_a_suspended_mediator_leaves_and_the_clock_goes_on() {
    assert_eq!(offered().released().step(), "ready");
    let before = accepted().released();
    assert_eq!((before.step(), before.case.mediator), ("ready", None));
    let given = since("2027-05-03").on_day("2027-05-10").released();
    assert_eq!((given.step(), given.case.mediator), ("vacant", None));
    assert_eq!(
        given.told(),
        ["unassignment", "mediator_lost", "mediator_lost"]
    );
    assert_eq!(
        due(&given.case).last(),
        Some(&("term".into(), "2027-06-02".into()))
    );
    // The head may record a written refusal now, and at no other time (D8).
    let refusal = Values::new()
        .with("ground", Value::Ground(Ground::BothRefused))
        .with("effective_on", day("2027-05-10"));
    assert_eq!(refused(given.when(&head(), "close", &refusal)), [""; 0]);
    let next = given.after(&coordinator(), "offer", &to(BERIK)).after(
        &berik(),
        "accept",
        &declared(Declared::Disclosed),
    );
    assert_eq!(
        refused(next.when(&head(), "close", &refusal)),
        ["D8 has_mediator"]
    );
    let annex = Values::new().with("annex.signed_on", day("2027-05-10"));
    assert_eq!(
        refused(next.when(&berik(), "sign_annex", &annex)),
        ["D6 waiver_missing"]
    );
    let waived = Values::new().with("waivers.given_on", day("2027-05-10"));
    let next =
        next.after(&berik(), "record_waivers", &waived)
            .after(&berik(), "sign_annex", &annex);
    assert_eq!(
        (
            next.step(),
            next.case.course.contract_on.map(|d| d.to_string())
        ),
        ("in_mediation", Some("2027-05-03".into()))
    );
    assert_eq!(
        due(&next.case).last(),
        Some(&("term".into(), "2027-06-02".into())),
        "the clock stayed as it was"
    );
}

/// Without a mediator after the contract, and BERIK is asked.
fn asked_again() -> Given {
    since("2027-05-03")
        .on_day("2027-05-10")
        .released()
        .after(&head(), "offer", &to(BERIK))
}

#[test]
fn d11_an_offer_ends_when_the_case_goes_where_nobody_can_answer_it() {
    let refusal = Values::new()
        .with("ground", Value::Ground(Ground::OneRefused))
        .with("effective_on", day("2027-05-10"));
    let closed = asked_again().after(&head(), "close", &refusal);
    assert_eq!(closed.case.course.asked, None);
    assert_eq!(closed.told(), ["offer_withdrawn", "case_ended"]);
    // The term ends before the time to answer does: asked on the day before its last one.
    let over = since("2027-05-03")
        .on_day("2027-06-01")
        .released()
        .after(&head(), "offer", &to(BERIK))
        .at("2027-06-02T19:00:00Z")
        .ticks("term");
    assert_eq!((over.step(), over.case.course.asked), ("term_over", None));
    assert_eq!(over.told(), ["offer_withdrawn", "term_is_over"]);
    assert_eq!(
        replay(&over.history),
        Some(over.case),
        "the history says that it ended"
    );
}

#[test]
fn one_mediator_is_asked_at_a_time() {
    let given = asked_again();
    assert_eq!(
        refused(given.when(&coordinator(), "offer", &to(crate::given::DANA))),
        ["3.1 offer_is_open"]
    );
    let withdrawn = given.after(&head(), "withdraw_offer", &Values::new());
    assert_eq!(withdrawn.told(), ["offer_withdrawn"], "nobody was lost");
    assert_eq!(
        refused(withdrawn.when(&coordinator(), "offer", &to(crate::given::DANA))),
        [""; 0]
    );
    assert_eq!(
        refused(withdrawn.when(&head(), "withdraw_offer", &Values::new())),
        ["3.1 nobody_asked"]
    );
}

/// 3.3: head and coordinator reassign; D8 begins where the new mediator is named in the annex.
#[test]
fn d12_an_idle_mediator_who_follows_can_be_replaced_until_the_annex() {
    let idle = asked_again().after(&berik(), "accept", &declared(Declared::None));
    let back = idle.after(&head(), "withdraw_offer", &Values::new());
    assert_eq!((back.step(), back.case.mediator), ("vacant", None));
    assert_eq!(back.told(), ["unassignment", "workflow_note"]);
    let again = back.after(&coordinator(), "offer", &to(crate::given::DANA));
    assert_eq!(
        again.case.course.asked.map(|asked| asked.mediator),
        Some(crate::given::DANA)
    );
    assert_eq!(replay(&again.history), Some(again.case));
}

/// A mediator from whom the office takes the case can conduct it all the same.
#[test]
fn a_case_that_was_taken_back_is_not_told_as_one_that_lost_its_mediator() {
    let given = accepted();
    let back = given
        .clone()
        .after(&head(), "withdraw_offer", &Values::new());
    assert_eq!(back.told(), ["unassignment", "workflow_note"]);
    let recused = given.after(&aigul(), "recuse", &Values::new());
    assert_eq!(
        recused.told(),
        ["unassignment", "mediator_lost", "mediator_lost"]
    );
}

#[test]
fn d12_whoever_follows_records_no_agreement_before_waivers_and_annex() {
    let over = asked_again()
        .after(&berik(), "accept", &declared(Declared::Disclosed))
        .at("2027-06-02T19:00:00Z")
        .ticks("term")
        .on_day("2027-06-03");
    let signed = agreement("2027-06-02");
    assert_eq!(
        refused(over.when(&berik(), "reconcile", &signed)),
        ["D6 waiver_missing", "D12 annex_missing"]
    );
    let waived = Values::new().with("waivers.given_on", day("2027-05-12"));
    let annex = Values::new().with("annex.signed_on", day("2027-05-12"));
    assert_eq!(
        refused(over.when(&berik(), "sign_annex", &annex)),
        ["D6 waiver_missing"]
    );
    let over = over.after(&berik(), "record_waivers", &waived);
    assert_eq!(
        refused(over.when(&berik(), "reconcile", &signed)),
        ["D12 annex_missing"]
    );
    let over = over.after(&berik(), "sign_annex", &annex);
    assert_eq!(over.step(), "term_over");
    let settled = over.after(&berik(), "reconcile", &signed);
    assert_eq!(settled.step(), "signed");
    assert_eq!(replay(&settled.history), Some(settled.case));
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

/// D20: the stage from which a case was closed shows also where its mediator was lost after the contract.
#[test]
fn d19_a_ground_is_corrected_by_the_stage_also_where_no_mediator_was_left() {
    let refusal = Values::new()
        .with("ground", Value::Ground(Ground::OneRefused))
        .with("effective_on", day("2027-05-10"));
    let closed =
        since("2027-05-03")
            .on_day("2027-05-10")
            .released()
            .after(&head(), "close", &refusal);
    let right = |ground: Ground| {
        let correction = GroundCorrection {
            closure: Closure {
                ground,
                effective_on: "2027-05-10".parse().expect("a day"),
                linked_case: None,
            },
            exclusion_code: Confidential::new(None),
            reason: "Both have signed the refusal.".into(),
        };
        correct_ground(&closed.definition, &closed.case, &coordinator(), correction)
    };
    assert_eq!(refused(right(Ground::BothRefused)), [""; 0]);
    assert_eq!(
        refused(right(Ground::ProposalRejected)),
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
