//! What a simulation promises, on the shipped workflows and on changed ones.

use super::*;
use crate::{
    case::{Stage, ground::Ground},
    workflow::{BASIC, MEDIATION, examine},
};

fn played_as(text: &str, assumed: &Assumptions, cases: u32, seed: u64) -> Outcome {
    let definition = examine(text).expect("sound");
    let outcome = simulate(&definition, assumed, cases, seed, &mut |_| {});
    outcome.expect("it can be played")
}

fn played(text: &str, cases: u32, seed: u64) -> Outcome {
    played_as(text, &Assumptions::demo_year(), cases, seed)
}

fn fired(outcome: &Outcome, timer: &str) -> u32 {
    let mut timers = outcome.timers.iter();
    let found = timers.find(|one| one.name.as_str() == timer);
    found.expect("the timer is there").fired
}

fn step<'a>(outcome: &'a Outcome, id: &str) -> &'a StepFigures {
    let mut steps = outcome.steps.iter();
    let found = steps.find(|one| one.id.as_str() == id);
    found.expect("the step is there")
}

/// The basic workflow with a detour from the stage assigned and back.
fn with_a_step_of_its_own() -> String {
    let titles = "title = { kk = \"К\", ru = \"П\", en = \"Paused\" }\n";
    let step = format!(
        "[[steps]]\nid = \"paused\"\nstage = \"assigned\"\nclass = \"waiting\"\n{titles}\n"
    );
    let action = |name: &str, from: &str, to: &str| {
        format!(
            "[[actions]]\nname = \"{name}\"\nfrom = [\"{from}\"]\nto = \"{to}\"\nwho = [\"case_mediator\"]\n{titles}\n"
        )
    };
    let ways = action("rest", "assigned", "paused") + &action("go_on", "paused", "assigned");
    BASIC
        .replacen("# ---- actions", &format!("{step}# ---- actions"), 1)
        .replacen("# ---- messages", &format!("{ways}# ---- messages"), 1)
}

/// Every case is somewhere, and all sums agree.
fn nothing_is_lost(outcome: &Outcome) {
    let shares = outcome.shares;
    let stand: u32 = outcome.steps.iter().map(|step| step.stand).sum();
    assert_eq!(stand, shares.filed);
    let is_closed = |step: &&StepFigures| step.stage == Stage::Closed;
    let closed = outcome
        .steps
        .iter()
        .filter(is_closed)
        .map(|step| step.stand);
    assert_eq!(closed.sum::<u32>(), shares.closed);
    let grounds = outcome.grounds.iter().map(|(_, count)| count);
    assert_eq!(grounds.sum::<u32>(), shares.closed);
    for step in &outcome.steps {
        assert_eq!(step.came, step.waited.count + step.stand, "{}", step.id);
        assert!(step.overdue <= step.came, "{}", step.id);
    }
    assert!(shares.accepted <= shares.filed && shares.mediated <= shares.accepted);
    assert_eq!(outcome.until_accepted.count, shares.accepted);
    assert_eq!(outcome.until_closed.count, shares.closed);
}

#[test]
fn the_same_seed_plays_the_same() {
    assert_eq!(played(MEDIATION, 400, 7), played(MEDIATION, 400, 7));
    assert_ne!(played(MEDIATION, 400, 7), played(MEDIATION, 400, 8));
}

#[test]
fn no_case_is_lost_whatever_the_workflow() {
    for text in [
        MEDIATION.to_owned(),
        BASIC.to_owned(),
        with_a_step_of_its_own(),
    ] {
        for cases in [1, 2, 850] {
            let outcome = played(&text, cases, 3);
            assert_eq!(outcome.shares.filed, cases);
            nothing_is_lost(&outcome);
        }
    }
}

#[test]
fn the_year_of_the_demo_comes_out_near_its_own_numbers() {
    let outcome = played(MEDIATION, 8_500, 1);
    let shares = outcome.shares;
    let near = |part: u32, whole: u32, percent: f64| {
        let found = 100.0 * f64::from(part) / f64::from(whole);
        assert!(
            (found - percent).abs() < 3.0,
            "{found} instead of {percent}"
        );
    };
    near(shares.accepted, shares.filed, 86.7);
    near(shares.mediated, shares.accepted, 76.9);
    near(shares.settled, shares.mediated, 78.0);
    assert_eq!(
        outcome.until.to_string(),
        "2035-12-30",
        "ten years of 365 days"
    );
}

#[test]
fn a_longer_time_to_answer_lets_fewer_offers_expire() {
    let length = "starts = \"offer\"\nlength = \"2 working_days\"";
    assert!(MEDIATION.contains(length));
    let longer = MEDIATION.replacen(length, "starts = \"offer\"\nlength = \"3 working_days\"", 1);
    let (two, three) = (played(MEDIATION, 3_000, 1), played(&longer, 3_000, 1));
    let expired = |outcome: &Outcome| fired(outcome, "offer_answer");
    assert!(
        expired(&three) * 3 < expired(&two) * 2,
        "{} {}",
        expired(&three),
        expired(&two)
    );
    assert!(step(&three, "offered").overdue < step(&two, "offered").overdue);
    // Whoever does not stir at all is asked in vain for one day longer.
    assert!(step(&three, "offered").waited.mean > step(&two, "offered").waited.mean);
    // Nothing else was changed, and the same people are played, so what comes before the offer is the same.
    assert_eq!(step(&three, "registered"), step(&two, "registered"));
    assert_eq!(fired(&three, "act_on_new"), fired(&two, "act_on_new"));
}

#[test]
fn d05_nobody_has_more_cases_than_they_take_however_many_wait() {
    let mut assumed = Assumptions::demo_year();
    assumed.filed_a_year = 3_000;
    assumed.network = Network::invented(20, 19);
    for mediator in &mut assumed.network.mediators {
        mediator.max_open_cases = 2;
    }
    for text in [MEDIATION, BASIC] {
        let outcome = played_as(text, &assumed, 3_000, 1);
        nothing_is_lost(&outcome);
        assert_eq!(outcome.mediators.most, 2);
        assert!(outcome.nobody_free > 0);
    }
}

#[test]
fn a_head_who_has_done_enough_goes_on_the_next_morning() {
    let mut assumed = Assumptions::demo_year();
    assumed.filed_a_year = 20_000;
    assumed.network = Network::invented(20, 200);
    let busy = played_as(MEDIATION, &assumed, 2_000, 1);
    assumed.head_acts_a_day = 1;
    let idle = played_as(MEDIATION, &assumed, 2_000, 1);
    assert!(idle.put_off > busy.put_off);
    assert!(idle.heads.most <= 7, "{}", idle.heads.most);
    assert!(step(&idle, "registered").waited.mean > step(&busy, "registered").waited.mean);
}

#[test]
fn a_step_that_only_this_workflow_has_is_passed() {
    let outcome = played(&with_a_step_of_its_own(), 2_000, 1);
    let paused = step(&outcome, "paused");
    assert!(paused.came > 0 && paused.stand <= paused.came);
}

#[test]
fn without_mediators_cases_wait_for_one() {
    let mut assumed = Assumptions::demo_year();
    assumed.network = Network::invented(5, 0);
    let outcome = played_as(MEDIATION, &assumed, 200, 1);
    nothing_is_lost(&outcome);
    assert_eq!(outcome.shares.accepted, 0);
    assert!(step(&outcome, "ready").stand > 100);
}

#[test]
fn a_case_whose_term_is_over_ends_as_the_law_says() {
    let mut assumed = Assumptions::demo_year();
    assumed.extended = 0.0;
    assumed.delays.mediation = Delay(vec![(45, 1)]);
    let outcome = played_as(MEDIATION, &assumed, 500, 1);
    nothing_is_lost(&outcome);
    assert_eq!(outcome.shares.settled, 0);
    let expired = outcome
        .grounds
        .iter()
        .find(|(ground, _)| *ground == Ground::TermExpired);
    assert!(
        expired.is_some_and(|(_, count)| *count > 200),
        "{:?}",
        outcome.grounds
    );
    assumed.extended = 1.0;
    let outcome = played_as(MEDIATION, &assumed, 500, 1);
    assert!(outcome.shares.settled > 100);
}

#[test]
fn no_timer_of_a_sound_workflow_is_refused() {
    let outcome = played(MEDIATION, 3_000, 2);
    assert!(outcome.timers.iter().all(|timer| timer.refused == 0));
    assert!(fired(&outcome, "act_on_new") > 0);
}

#[test]
fn numbers_that_make_no_sense_are_refused() {
    let definition = examine(BASIC).expect("sound");
    let mut assumed = Assumptions::demo_year();
    let tried =
        |assumed: &Assumptions, cases| simulate(&definition, assumed, cases, 1, &mut |_| {}).err();
    assert_eq!(tried(&assumed, 0), Some(Unplayable::Cases));
    assert_eq!(tried(&assumed, CASES_MOST + 1), Some(Unplayable::Cases));
    assumed.filed_a_year = 1;
    assert_eq!(tried(&assumed, 100_000), Some(Unplayable::TooLong));
    assumed.filed_a_year = 0;
    assert_eq!(tried(&assumed, 1), Some(Unplayable::NothingFiled));
}

#[test]
fn the_progress_is_told_to_the_end() {
    let definition = examine(BASIC).expect("sound");
    let mut heard = Vec::new();
    let assumed = Assumptions::demo_year();
    simulate(&definition, &assumed, 1_000, 1, &mut |filed| {
        heard.push(filed)
    })
    .expect("played");
    assert!(heard.is_sorted() && heard.len() > 100);
    assert_eq!(heard.last(), Some(&1_000));
}
