//! The checks of timers: where they run, from what, and what they do (3.4).

use super::{Check, Place};
use crate::{
    case::{Stage, parse_answer},
    document::Flaw,
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
            let name = timer.name.to_string();
            self.fault(&place.at("name"), Flaw::Twice { name });
        }
        if timer.at.is_empty() {
            self.fault(place, Flaw::RunsNowhere);
        }
        for id in &timer.at {
            match self.definition.step(id) {
                None => self.no_step(&place.at("at"), id),
                Some(step) if step.stage == Stage::Closed => {
                    self.fault(&place.at("at"), Flaw::RunsOnClosed);
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
                let check = check.clone();
                self.fault(&place.at("check"), Flaw::NobodyRecords { check });
            }
        }
        let from_term = timer.starts == Start::TermEnd;
        if matches!(timer.runs, Runs::Before(_) | Runs::Until) && !from_term {
            self.fault(&place.at("starts"), Flaw::NothingToCome);
        }
        if timer.tells.is_empty() && timer.fires.is_none() {
            self.fault(place, Flaw::NothingHappens);
        }
        for (telling, pointer) in timer.tells.iter().zip(tells) {
            let place = Place {
                pointer: pointer.clone(),
                part: place.part.clone(),
            };
            if telling.to == Audience::Partner {
                self.fault(&place.at("to"), Flaw::PartnerNoDeadline);
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
                let (action, step) = (firing.action.to_string(), step.to_string());
                self.fault(&at, Flaw::NoActionAt { action, step });
                continue;
            };
            if !action.who.contains(&Relation::Clock) {
                let action = firing.action.to_string();
                self.fault(&at, Flaw::NotForClock { action });
            }
            for field in &action.form {
                let text = firing.answers.get(&field.name);
                let fits = text.is_none_or(|text| answer_fits(field, text));
                if !fits {
                    let field = field.name.clone();
                    self.fault(&place.at("answers"), Flaw::NoAnswer { field });
                }
                if field.required && field.default.is_none() && text.is_none() {
                    let (action, field) = (action.name.to_string(), field.name.clone());
                    self.fault(&place.at("fires"), Flaw::ActionNeedsField { action, field });
                }
            }
            for name in firing.answers.keys() {
                if action.field(name).is_none() {
                    let (action, field) = (action.name.to_string(), name.clone());
                    self.fault(
                        &place.at("answers"),
                        Flaw::ActionDoesNotAsk { action, field },
                    );
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
