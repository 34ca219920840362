//! How large a definition may be. What is larger is no workflow that people could follow, and its check has no end in
//! sight; the ways through a smaller one have a bound of their own.

use super::{Check, Place, part};
use crate::document::Flaw;

/// The most steps.
const STEPS_MOST: usize = 200;
/// The most moves: each step at which an action starts is one.
const MOVES_MOST: usize = 1_000;
/// The most places of timers: each step at which a timer runs is one.
const TIMERS_MOST: usize = 500;
/// The most fields of a form, and the most choices of a field.
const FORM_MOST: usize = 100;

impl Check<'_> {
    pub(super) fn size(&self) {
        let definition = self.definition;
        let (actions, timers) = (definition.actions.iter(), definition.timers.iter());
        let moves = actions.map(|action| action.from.len().max(1)).sum();
        let places = timers.map(|timer| timer.at.len().max(1)).sum();
        let wholes = [
            ("steps", definition.steps.len(), STEPS_MOST),
            ("actions", moves, MOVES_MOST),
            ("timers", places, TIMERS_MOST),
        ];
        for (field, count, limit) in wholes {
            let most = limit.to_string();
            let flaw = match field {
                "steps" => Flaw::TooManySteps { most },
                "actions" => Flaw::TooManyMoves { most },
                _ => Flaw::TooManyTimers { most },
            };
            if count > limit {
                self.head_fault(field, flaw);
            }
        }
        for (action, (pointer, _)) in definition.actions.iter().zip(&self.draft.actions) {
            let mut fields = action.form.iter();
            let is_large = fields.any(|field| field.choices.len() > FORM_MOST);
            if is_large || action.form.len() > FORM_MOST {
                let most = FORM_MOST.to_string();
                let place = Place {
                    pointer: format!("{pointer}/form"),
                    part: part(action),
                };
                self.fault(&place, Flaw::FormTooLarge { most });
            }
        }
    }
}
