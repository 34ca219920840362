//! Every fault of a definition is named, one by one.

use crate::{
    document::DocumentFault,
    workflow::{BASIC, Field, parse},
};

fn faults(from: &str, to: &str) -> Vec<String> {
    let text = BASIC.replacen(from, to, 1);
    assert_ne!(text, BASIC, "the text to replace must be there");
    parse(&text)
        .expect_err("a fault")
        .iter()
        .map(DocumentFault::what)
        .collect()
}

#[test]
fn d21_a_step_has_one_stage_and_one_class() {
    assert_eq!(
        faults("class = \"new\"\n", ""),
        ["step filed: class is missing: new, active or waiting (D21)"]
    );
    assert_eq!(
        faults("class = \"new\"", "class = \"done_other\""),
        ["step filed: only a closed case is done (D21)"]
    );
}

#[test]
fn d04_assigning_needs_the_guard() {
    let found = faults("guards = [\"mediator_fit\"]\n", "");
    assert_eq!(
        found,
        ["action assign to assigned: the effect assign_mediator needs the guard mediator_fit (D4)"]
    );
}

#[test]
fn d08_only_the_mediator_records_the_outcome() {
    let found = faults(
        "who = [\"case_mediator\"]",
        "who = [\"case_mediator\", \"office_head\"]",
    );
    assert_eq!(
        found,
        [
            "action reconcile to reconciled: only the mediator of the case records its outcome and closes it (D8)"
        ]
    );
}

#[test]
fn d19_no_case_closes_without_a_ground() {
    let found = faults(
        "who = [\"office_head\", \"coordinator\"]\neffects = [\"set_ground\"]",
        "who = [\"office_head\"]",
    );
    assert_eq!(
        found,
        ["action close to closed: entering the stage closed needs the effect set_ground (D19)"]
    );
}

#[test]
fn d20_nothing_leads_out_of_closed() {
    let found = faults(
        "from = [\"reconciled\"]",
        "from = [\"reconciled\", \"closed\"]",
    );
    assert_eq!(found, ["action close to closed: closed is final (D20)"]);
}

#[test]
fn d04_a_mediator_is_always_named_and_always_led_to_assigned() {
    let optional = "type = \"mediator\"\nrequired = true";
    assert_eq!(
        faults(&optional.replace('\n', "\n  "), "type = \"mediator\""),
        [
            "action assign to assigned: the effect assign_mediator needs the field mediator, required or with a default"
        ]
    );
    assert_eq!(
        faults(
            "from = [\"assigned\"]\nto = \"assigned\"",
            "from = [\"assigned\"]\nto = \"filed\""
        ),
        ["action reassign to filed: the effect assign_mediator leads to the stage assigned"]
    );
}

#[test]
fn d08_nobody_else_closes_what_is_in_mediation_with_or_without_a_ground() {
    let close = "from = [\"reconciled\"]\nto = \"closed\"\ntitle = { kk = \"Істі жабу\", ru = \"Закрыть дело\", en = \"Close the case\" }\n";
    let found = faults(
        &format!("{close}who = [\"case_mediator\"]\neffects = [\"set_ground\"]"),
        &format!("{close}who = [\"office_head\"]"),
    );
    assert_eq!(
        found,
        [
            "action close to closed: only the mediator of the case records its outcome and closes it (D8)"
        ]
    );
}

#[test]
fn d19_a_ground_is_set_where_it_may_be_and_asks_for_what_it_needs() {
    assert_eq!(
        faults(
            "choices = [\"settled\", \"partly_settled\"]",
            "choices = [\"withdrawn\"]"
        ),
        [
            "action reconcile to reconciled: the ground withdrawn is not set on the way from assigned to reconciled (3.2, D19)"
        ]
    );
    assert_eq!(
        faults("name = \"linked_case\"", "name = \"other_case\""),
        ["action close to closed: the ground duplicate needs the field linked_case (3.2)"]
    );
    assert_eq!(
        faults("name = \"effective_on\"", "name = \"day\""),
        ["action close to closed: the ground proposal_rejected needs the field effective_on (3.2)"]
    );
    assert_eq!(
        faults("name = \"exclusion_code\"", "name = \"why\""),
        ["action close to closed: the ground not_suitable needs the field exclusion_code (3.2)"]
    );
    assert_eq!(
        faults(
            "guards = [\"mediator_fit\"]\neffects = [\"assign_mediator\"]",
            "guards = [\"mediator_fit\"]\neffects = [\"assign_mediator\", \"set_ground\"]"
        ),
        [
            "action assign to assigned: the effect set_ground leads to the stage reconciled or closed (D19)",
            "action assign to assigned: the effect set_ground needs the field ground, required or with a default",
        ]
    );
}

#[test]
fn what_opens_a_case_does_nothing_else() {
    let who = "who = [\"office_mediator\", \"office_head\", \"coordinator\"]";
    assert_eq!(
        faults(who, &format!("{who}\nguards = [\"mediator_fit\"]")),
        [
            "action file to filed: what opens a case has no effects and no guards",
            "action file to filed: the guard mediator_fit needs the field mediator",
        ]
    );
}

#[test]
fn d05_the_reason_for_going_over_the_limit_is_sealed_whatever_the_field_says() {
    let said = BASIC.replacen(
        "name = \"over_limit_reason\"\n  type = \"text\"",
        "name = \"over_limit_reason\"\n  type = \"text\"\n  confidential = true",
        1,
    );
    assert_ne!(said, BASIC);
    for text in [BASIC, said.as_str()] {
        let definition = parse(text).expect("sound");
        let forms = definition.actions.iter().flat_map(|action| &action.form);
        let mut reasons = forms.filter(|field| field.name == "over_limit_reason");
        assert!(reasons.all(Field::is_sealed));
    }
}

#[test]
fn a_definition_has_a_size_that_people_can_follow() {
    let title = "title = { kk = \"К\", ru = \"О\", en = \"X\" }";
    let many = |count: usize, one: &str| -> String {
        let parts = (0..count).map(|number| one.replace('#', &number.to_string()));
        let more: String = parts.map(|part| format!("{part}\n{title}\n\n")).collect();
        format!("{more}# ---- messages")
    };
    let step = "[[steps]]\nid = \"more#\"\nstage = \"filed\"\nclass = \"active\"";
    let action = "[[actions]]\nname = \"more#\"\nfrom = [\"filed\"]\nto = \"filed\"\nwho = [\"office_head\"]";
    let timer =
        "[[timers]]\nname = \"more#\"\nat = [\"filed\"]\nstarts = \"filed\"\nlength = \"1 hours\"";
    let field = "  [[actions.form]]\n  name = \"more#\"\n  type = \"text\"";
    for (most, one, said) in [
        (200, step, "steps: more than 200 steps"),
        (
            1_000,
            action,
            "actions: more than 1000 moves from step to step",
        ),
        (500, timer, "timers: more than 500 timers at steps"),
    ] {
        let found = faults("# ---- messages", &many(most + 1, one));
        assert!(found.iter().any(|what| what == said), "{said}");
    }
    let head = format!(
        "[[actions]]\nname = \"ask\"\nfrom = [\"filed\"]\nto = \"filed\"\n{title}\nwho = [\"office_head\"]\n\n"
    );
    let form = |count| head.clone() + &many(count, field);
    assert_eq!(
        faults("# ---- messages", &form(101)),
        ["action ask to filed: more than 100 fields, or choices of a field"]
    );
    assert!(parse(&BASIC.replacen("# ---- messages", &form(100), 1)).is_ok());
}
