//! What the walk finds in definitions that are a little wrong.

use super::*;
use crate::workflow::{BASIC, parse};

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
