//! How large a definition may be. What is larger is no workflow that people could follow, and its check has no end in
//! sight; the ways through a smaller one have a bound of their own.

use super::Check;

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
            ("steps", definition.steps.len(), STEPS_MOST, "steps"),
            ("actions", moves, MOVES_MOST, "moves from step to step"),
            ("timers", places, TIMERS_MOST, "timers at steps"),
        ];
        for (field, count, most, what) in wholes {
            if count > most {
                self.head_fault(field, &format!("more than {most} {what}"));
            }
        }
        for (action, (pointer, _)) in definition.actions.iter().zip(&self.draft.actions) {
            let mut fields = action.form.iter();
            let is_large = fields.any(|field| field.choices.len() > FORM_MOST);
            if is_large || action.form.len() > FORM_MOST {
                let what = format!(
                    "action {}: more than {FORM_MOST} fields, or choices of a field",
                    action.name
                );
                self.document.fault(&format!("{pointer}/form"), what, None);
            }
        }
    }
}
