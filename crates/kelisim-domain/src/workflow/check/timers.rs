//! The checks of timers: where they run, from what, and what they do (3.4).

use super::{Check, Place};
use crate::{
    case::{Stage, parse_answer},
    policy::Relation,
    workflow::{
        definition::{Action, Audience, Effect, Field, Firing, Runs, Start, Timer},
        values::Value,
    },
};
use chrono::NaiveDate;

impl Check<'_> {
    /// Where it runs, from what, and what it does (3.4).
    pub(super) fn timer(&self, place: &Place, timer: &Timer, tells: &[String]) {
        let others = self.definition.timers.iter();
        let twins = others.filter(|other| other.name == timer.name).count();
        if twins > 1 {
            self.fault(&place.at("name"), "the name stands twice");
        }
        if timer.at.is_empty() {
            self.fault(place, "it runs nowhere: `at` is empty");
        }
        for id in &timer.at {
            match self.definition.step(id) {
                None => self.no_step(&place.at("at"), id),
                Some(step) if step.stage == Stage::Closed => {
                    self.fault(&place.at("at"), "nothing runs on a closed case (D20)");
                }
                Some(_) => {}
            }
        }
        if let Some(check) = &timer.check {
            let mut actions = self.definition.actions.iter();
            let records = |action: &Action| {
                let field = action.field("check.after");
                action.does(Effect::RecordCheck)
                    && field.is_some_and(|field| field.choices.contains(check))
            };
            if self.draft.is_whole && !actions.any(records) {
                self.fault(
                    &place.at("check"),
                    format!("no action records the check {check}"),
                );
            }
        }
        let from_term = timer.starts == Start::TermEnd;
        if matches!(timer.runs, Runs::Before(_) | Runs::Until) && !from_term {
            let what = "only what is still to come has a before and an until: `starts` is term_end";
            self.fault(&place.at("starts"), what);
        }
        if timer.tells.is_empty() && timer.fires.is_none() {
            self.fault(
                place,
                "nothing happens when it is due: `tells` or `fires` is missing",
            );
        }
        for (telling, pointer) in timer.tells.iter().zip(tells) {
            let place = Place {
                pointer: pointer.clone(),
                name: place.name.clone(),
            };
            if telling.to == Audience::Partner {
                let what = "a partner is told of events of a memorandum, never of a deadline (D24)";
                self.fault(&place.at("to"), what);
            }
            self.text(&place, telling.to, &telling.notice, None);
        }
        if let Some(firing) = &timer.fires {
            self.firing(place, timer, firing);
        }
    }

    /// The action that a timer takes starts wherever it runs, is open to it, and has all answers that it needs.
    fn firing(&self, place: &Place, timer: &Timer, firing: &Firing) {
        let at = place.at("fires");
        for step in &timer.at {
            let Some(action) = self.definition.action_at(&firing.action, step) else {
                let what = format!("there is no action {} at the step {step}", firing.action);
                self.fault(&at, what);
                continue;
            };
            if !action.who.contains(&Relation::Clock) {
                let what = format!("the action {} is not open to `clock`", firing.action);
                self.fault(&at, what);
            }
            for field in &action.form {
                let text = firing.answers.get(&field.name);
                let fits = text.is_none_or(|text| answer_fits(field, text));
                if !fits {
                    let what = format!("this is no answer to the field {}", field.name);
                    self.fault(&place.at("answers"), what);
                }
                if field.required && field.default.is_none() && text.is_none() {
                    let what = format!("the action {} needs the field {}", action.name, field.name);
                    self.fault(&place.at("fires"), what);
                }
            }
            for name in firing.answers.keys() {
                if action.field(name).is_none() {
                    let what = format!("the action {} does not ask {name}", action.name);
                    self.fault(&place.at("answers"), what);
                }
            }
        }
    }
}

/// Whether a text is an answer to a field, as a timer gives it.
fn answer_fits(field: &Field, text: &str) -> bool {
    let any_day = NaiveDate::MIN;
    match parse_answer(field.kind, text, any_day) {
        Some(Value::Choice(code)) => field.choices.contains(&code),
        Some(Value::Ground(ground)) => {
            field.choices.is_empty() || field.choices.iter().any(|code| code == ground.code())
        }
        Some(_) => true,
        None => false,
    }
}
