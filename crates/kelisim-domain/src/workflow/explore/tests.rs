//! What the walk finds in definitions that are a little wrong.

use super::*;
use crate::workflow::{BASIC, parse};
use std::sync::LazyLock;

fn findings(text: &str) -> Vec<String> {
    let definition = parse(text).expect("a definition that can be read");
    explore(&definition)
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// A step in the stage assigned, with the way into it and whatever leads away.
fn with_step(more: &str) -> String {
    let step = "[[steps]]\nid = \"paused\"\nstage = \"assigned\"\nclass = \"waiting\"\n\
                title = { kk = \"К\", ru = \"П\", en = \"Paused\" }\n\n";
    let action = |name: &str, from: &str, to: &str| {
        format!(
            "[[actions]]\nname = \"{name}\"\nfrom = [\"{from}\"]\nto = \"{to}\"\nwho = [\"case_mediator\"]\n\
             title = {{ kk = \"К\", ru = \"П\", en = \"Pause\" }}\n\n"
        )
    };
    let text = BASIC.replacen("# ---- actions", &format!("{step}# ---- actions"), 1);
    let ways: String = more
        .split_whitespace()
        .map(|way| {
            let mut parts = way.split(':');
            let mut next = || parts.next().unwrap_or_default();
            action(next(), next(), next())
        })
        .collect();
    text.replacen("# ---- messages", &format!("{ways}# ---- messages"), 1)
}

#[test]
fn d35_the_basic_workflow_has_no_dead_end() {
    assert_eq!(findings(BASIC), [""; 0]);
    assert_eq!(
        findings(&with_step("pause:assigned:paused resume:paused:assigned")),
        [""; 0]
    );
}

#[test]
fn d35_a_round_without_a_way_out_is_shown_with_the_way_in() {
    assert_eq!(
        findings(&with_step("pause:assigned:paused wait:paused:paused")),
        ["file → assign → pause → … and no way leads to an end"]
    );
}

#[test]
fn d35_a_step_that_only_leads_to_itself_is_not_reached() {
    assert_eq!(
        findings(&with_step("stay:paused:paused")),
        [
            "no case ever stands at the step paused",
            "the action stay can never be taken as it stands here",
        ]
    );
}

/// Nobody can reassign a case that no mediator has, so the way on is shut although it is drawn.
#[test]
fn d35_what_the_guards_shut_is_found_and_not_only_what_is_not_drawn() {
    let text = with_step("pause:assigned:paused resume:paused:assigned").replacen(
        "choices = [\"settled\", \"partly_settled\"]",
        "choices = [\"settled\"]",
        1,
    );
    assert_eq!(
        findings(&text),
        ["no case can ever get the ground partly_settled"]
    );
}

#[test]
fn d35_the_standard_workflow_has_no_dead_end() {
    let faults = crate::workflow::examine(crate::workflow::MEDIATION)
        .err()
        .unwrap_or_default();
    let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(said, [""; 0]);
}

#[test]
fn the_walk_of_the_standard_workflow_is_small() {
    let definition = parse(crate::workflow::MEDIATION).expect("sound");
    let walk = Walk::of(&definition).expect("it opens");
    println!("{} states, {} tries", walk.found.len(), walk.tries);
    assert!(walk.found.len() * 10 < STATES_MOST && walk.tries * 10 < TRIES_MOST);
}

/// The basic workflow with timers at the step of a mediator.
fn with_timers(count: usize, does: &str) -> Definition {
    let timers = (1..=count).map(|number| {
        format!(
            "[[timers]]\nname = \"t{number}\"\nat = [\"assigned\"]\nstarts = \"entered\"\n\
             length = \"{number} hours\"\ntitle = {{ kk = \"К\", ru = \"Н\", en = \"N\" }}\n{does}\n\n"
        )
    });
    let nudge = "[[actions]]\nname = \"nudge\"\nfrom = [\"assigned\"]\nto = \"assigned\"\nwho = [\"clock\"]\n\
                 title = { kk = \"К\", ru = \"Н\", en = \"N\" }\n\n";
    let more: String = std::iter::once(nudge.to_owned()).chain(timers).collect();
    let more = format!("{more}# ---- messages");
    parse(&BASIC.replacen("# ---- messages", &more, 1)).expect("sound")
}

#[test]
fn twenty_reminders_at_one_step_are_twenty_states_more() {
    let reminds = "tells = [{ to = \"mediator\", text = { kk = \"К\", ru = \"Н\", en = \"N\" } }]";
    let states = |count| {
        let definition = with_timers(count, reminds);
        let walk = Walk::of(&definition).expect("it opens");
        assert!(!walk.is_too_long());
        walk.found.len()
    };
    assert_eq!(states(20), states(0) + 20);
}

#[test]
fn twenty_timers_that_act_at_one_step_are_too_many_ways() {
    let definition = with_timers(20, "fires = \"nudge\"");
    let found = explore(&definition);
    let step = Finding::TooManyWays {
        step: 1,
        id: definition.steps[1].id.clone(),
    };
    assert_eq!(found, [step]);
    assert_eq!(found[0].pointer(&definition), "/steps/1/id");
    let few = explore(&with_timers(3, "fires = \"nudge\""));
    assert_eq!(few, []);
}

/// Only the one that is read makes a difference; three answers to each would be fourteen million answers to the form.
#[test]
fn fifteen_declarations_in_one_form_are_one_question() {
    let fields = (1..=15).map(|number| {
        format!(
            "  [[actions.form]]\n  name = \"declaration.{number}\"\n  type = \"declaration\"\n  required = true\n  \
             title = {{ kk = \"К\", ru = \"Н\", en = \"N\" }}\n\n"
        )
    });
    let before = "# D7: the duty to disclose";
    let more: String = fields.chain([before.to_owned()]).collect();
    let text = crate::workflow::MEDIATION.replacen(before, &more, 1);
    let longer = parse(&text).expect("sound");
    let standard = parse(crate::workflow::MEDIATION).expect("sound");
    let tries = |definition: &Definition| Walk::of(definition).expect("it opens").tries;
    assert_eq!(tries(&longer), tries(&standard));
    assert_eq!(explore(&longer), []);
}

#[test]
fn d35_a_clean_definition_of_sixty_steps_and_two_hundred_moves_is_walked_whole() {
    use crate::workflow::{MEDIATION, examine, fixtures::longer};
    let moves = |definition: &Definition| -> usize {
        definition
            .actions
            .iter()
            .map(|action| action.from.len())
            .sum()
    };
    let standard = parse(MEDIATION).expect("sound");
    let text = longer(MEDIATION, 60 - standard.steps.len(), 200 - moves(&standard));
    let found = examine(&text).unwrap_or_else(|faults| panic!("{faults:#?}"));
    assert_eq!((found.steps.len(), moves(&found)), (60, 200));
    let walk = Walk::of(&found).expect("it opens");
    println!("{} states", walk.found.len());
    assert!(
        walk.found.len() > 500,
        "more than the standard workflow has"
    );
}

/// Everything that can happen to a case at an instant: the case after it, and when.
fn possible(walk: &Walk<'_>, case: &Case, now: DateTime<Utc>) -> Vec<(Case, DateTime<Utc>)> {
    let mut after = Vec::new();
    let definition = walk.definition;
    let here = facts(case, now, &walk.law);
    for action in &definition.actions {
        if !action.from.contains(&case.step) {
            continue;
        }
        for (actor, _) in actors(action, case) {
            for values in answers(definition, action, case, &here) {
                let act = Act {
                    action: &action.name,
                    values: Some(&values),
                };
                if let Ok(decision) = decide(definition, case, &actor, act, &here) {
                    let event = event(case.version + 1, now, decision.event);
                    after.push((evolve(case.clone(), &event), now));
                }
            }
        }
    }
    for (name, armed) in case.course.due() {
        let due = now.max(armed.deadline.due_at);
        if let Ok(decision) = fire(definition, case, name, &facts(case, due, &walk.law)) {
            let event = event(case.version + 1, due, decision.event);
            after.push((evolve(case.clone(), &event), due));
        }
    }
    after
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    /// The walk looks at states, and this at cases: none of them ever stands where nothing can happen.
    #[test]
    fn d35_no_random_walk_gets_stuck_in_a_definition_that_was_found_clean(
        picks in proptest::collection::vec(proptest::prelude::any::<u16>(), 120),
        standard in proptest::prelude::any::<bool>(),
    ) {
        static CLEAN: LazyLock<[Definition; 2]> = LazyLock::new(|| {
            [BASIC, crate::workflow::MEDIATION]
                .map(|text| crate::workflow::examine(text).expect("clean"))
        });
        static WALKS: LazyLock<[Walk<'static>; 2]> = LazyLock::new(|| {
            [&CLEAN[0], &CLEAN[1]].map(|definition| Walk::of(definition).expect("it opens"))
        });
        let walk = &WALKS[usize::from(standard)];
        let first = begin(walk.definition, &walk.law).expect("it opens");
        let (mut case, mut now) = (first, begun());
        for pick in picks {
            if case.stage == Stage::Closed {
                break;
            }
            let mut after = possible(walk, &case, now);
            proptest::prop_assert!(!after.is_empty(), "stuck at {}: {:?}", case.step, case.course);
            (case, now) = after.swap_remove(usize::from(pick) % after.len());
        }
    }
}
