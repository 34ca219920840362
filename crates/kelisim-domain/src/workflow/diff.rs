//! What changed between two definitions, as typed changes; the sentence of each is the Fluent message
//! `change-<code>`.
//!
//! Whoever publishes a version reads this, and not two texts side by side: an order that was changed is no change here.

use super::{Action, Definition, Field, NoticeRule, Runs, Step, Timer};
use crate::{
    case::{Class, Stage, closed_enum, ground::Ground},
    code::{ActionName, StepId, TimerName},
};

closed_enum! {
    /// A part of an action that changed.
    ActionPart {
        /// The steps from which it starts.
        From = "from",
        /// The step to which it leads.
        To = "to",
        /// Who may take it.
        Who = "who",
        /// What else must hold.
        Guards = "guards",
        /// What it does.
        Effects = "effects",
    }
}

closed_enum! {
    /// A part of a timer that changed.
    TimerPart {
        /// The steps at which it runs.
        At = "at",
        /// From which fact it counts.
        Starts = "starts",
        /// How long it runs.
        Runs = "runs",
        /// Whether it stands still while the term is paused.
        Pauses = "pauses",
        /// The check of which it reminds.
        Check = "check",
        /// The action that it takes.
        Fires = "fires",
        /// Whom it tells.
        Tells = "tells",
    }
}

/// One change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// A title says something else; the id of what it names.
    Title(String),
    /// The guards of the law are demanded from now on, or are not any more.
    Statutory(bool),
    /// A ground may be used.
    GroundAdded(Ground),
    /// A ground may not be used any more.
    GroundRemoved(Ground),
    /// There is a new step.
    StepAdded(StepId),
    /// There is no such step any more: whatever stands there needs another one.
    StepRemoved(StepId),
    /// A step belongs to another stage.
    StepStage {
        /// The step.
        step: StepId,
        /// Its stage before.
        from: Stage,
        /// Its stage now.
        to: Stage,
    },
    /// A step has another class.
    StepClass {
        /// The step.
        step: StepId,
        /// Its class before.
        from: Option<Class>,
        /// Its class now.
        to: Option<Class>,
    },
    /// There is a new action, or one of its entries is new.
    ActionAdded {
        /// The action.
        action: ActionName,
        /// Where it starts; empty for the one that opens a case.
        from: Vec<StepId>,
    },
    /// An action, or one of its entries, is gone.
    ActionRemoved {
        /// The action.
        action: ActionName,
        /// Where it started.
        from: Vec<StepId>,
    },
    /// A part of an action is another one.
    ActionChanged {
        /// The action.
        action: ActionName,
        /// Where it starts.
        from: Vec<StepId>,
        /// The part.
        part: ActionPart,
        /// Its words before.
        was: String,
        /// Its words now.
        is: String,
    },
    /// A form asks something new.
    FieldAdded {
        /// The action.
        action: ActionName,
        /// The field.
        field: String,
    },
    /// A form asks something no more.
    FieldRemoved {
        /// The action.
        action: ActionName,
        /// The field.
        field: String,
    },
    /// A form asks something in another way.
    FieldChanged {
        /// The action.
        action: ActionName,
        /// The field.
        field: String,
    },
    /// There is a new timer.
    TimerAdded(TimerName),
    /// There is no such timer any more.
    TimerRemoved(TimerName),
    /// A part of a timer is another one.
    TimerChanged {
        /// The timer.
        timer: TimerName,
        /// The part.
        part: TimerPart,
        /// Its words before.
        was: String,
        /// Its words now.
        is: String,
    },
    /// Somebody is told something new.
    NoticeAdded(NoticeRule),
    /// Somebody is told something no more.
    NoticeRemoved(NoticeRule),
}

impl Change {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Change::Title(_) => "title",
            Change::Statutory(true) => "statutory",
            Change::Statutory(false) => "not_statutory",
            Change::GroundAdded(_) => "ground_added",
            Change::GroundRemoved(_) => "ground_removed",
            Change::StepAdded(_) => "step_added",
            Change::StepRemoved(_) => "step_removed",
            Change::StepStage { .. } => "step_stage",
            Change::StepClass { .. } => "step_class",
            Change::ActionAdded { .. } => "action_added",
            Change::ActionRemoved { .. } => "action_removed",
            Change::ActionChanged { .. } => "action_changed",
            Change::FieldAdded { .. } => "field_added",
            Change::FieldRemoved { .. } => "field_removed",
            Change::FieldChanged { .. } => "field_changed",
            Change::TimerAdded(_) => "timer_added",
            Change::TimerRemoved(_) => "timer_removed",
            Change::TimerChanged { .. } => "timer_changed",
            Change::NoticeAdded(_) => "notice_added",
            Change::NoticeRemoved(_) => "notice_removed",
        }
    }
}

/// Everything that changed between two definitions: the head first, then steps, actions, timers and messages.
pub fn diff(old: &Definition, new: &Definition) -> Vec<Change> {
    let mut changes = Vec::new();
    if old.title != new.title {
        changes.push(Change::Title(new.key.to_string()));
    }
    if old.statutory != new.statutory {
        changes.push(Change::Statutory(new.statutory));
    }
    let (gone, come) = apart(&old.grounds, &new.grounds);
    changes.extend(gone.into_iter().map(Change::GroundRemoved));
    changes.extend(come.into_iter().map(Change::GroundAdded));
    steps(old, new, &mut changes);
    actions(old, new, &mut changes);
    timers(old, new, &mut changes);
    let (gone, come) = apart(&old.notices, &new.notices);
    changes.extend(gone.into_iter().map(Change::NoticeRemoved));
    changes.extend(come.into_iter().map(Change::NoticeAdded));
    changes
}

/// What stands in the first list only, and what in the second only.
fn apart<T: Clone + PartialEq>(old: &[T], new: &[T]) -> (Vec<T>, Vec<T>) {
    let only = |these: &[T], those: &[T]| {
        let missing = these.iter().filter(|one| !those.contains(one));
        missing.cloned().collect()
    };
    (only(old, new), only(new, old))
}

fn steps(old: &Definition, new: &Definition, changes: &mut Vec<Change>) {
    for step in &old.steps {
        match new.step(&step.id) {
            None => changes.push(Change::StepRemoved(step.id.clone())),
            Some(now) => step_changed(step, now, changes),
        }
    }
    let added = |step: &&Step| old.step(&step.id).is_none();
    let added = new.steps.iter().filter(added);
    changes.extend(added.map(|step| Change::StepAdded(step.id.clone())));
}

fn step_changed(was: &Step, is: &Step, changes: &mut Vec<Change>) {
    let step = was.id.clone();
    if was.stage != is.stage {
        changes.push(Change::StepStage {
            step: step.clone(),
            from: was.stage,
            to: is.stage,
        });
    }
    if was.class != is.class {
        changes.push(Change::StepClass {
            step: step.clone(),
            from: was.class,
            to: is.class,
        });
    }
    if was.title != is.title {
        changes.push(Change::Title(step.to_string()));
    }
}

/// Entries of one name belong together when they share a step from which they start, or open a case.
fn actions(old: &Definition, new: &Definition, changes: &mut Vec<Change>) {
    let mut left: Vec<&Action> = new.actions.iter().collect();
    for was in &old.actions {
        let same = |is: &&Action| {
            let shares = was.from.iter().any(|step| is.from.contains(step));
            is.name == was.name && (shares || (was.from.is_empty() && is.from.is_empty()))
        };
        match left.iter().position(same) {
            Some(at) => action_changed(was, left.remove(at), changes),
            None => changes.push(Change::ActionRemoved {
                action: was.name.clone(),
                from: was.from.clone(),
            }),
        }
    }
    changes.extend(left.into_iter().map(|is| Change::ActionAdded {
        action: is.name.clone(),
        from: is.from.clone(),
    }));
}

fn action_changed(was: &Action, is: &Action, changes: &mut Vec<Change>) {
    let parts = [
        (
            ActionPart::From,
            words(&was.from, StepId::as_str),
            words(&is.from, StepId::as_str),
        ),
        (ActionPart::To, was.to.to_string(), is.to.to_string()),
        (
            ActionPart::Who,
            words(&was.who, |who| who.code()),
            words(&is.who, |who| who.code()),
        ),
        (
            ActionPart::Guards,
            words(&was.guards, |guard| guard.code()),
            words(&is.guards, |guard| guard.code()),
        ),
        (
            ActionPart::Effects,
            words(&was.effects, |effect| effect.code()),
            words(&is.effects, |effect| effect.code()),
        ),
    ];
    for (part, was_words, is_words) in parts {
        if was_words != is_words {
            changes.push(Change::ActionChanged {
                action: is.name.clone(),
                from: is.from.clone(),
                part,
                was: was_words,
                is: is_words,
            });
        }
    }
    if was.title != is.title {
        changes.push(Change::Title(is.name.to_string()));
    }
    form(was, is, changes);
}

fn form(was: &Action, is: &Action, changes: &mut Vec<Change>) {
    let action = || is.name.clone();
    for field in &was.form {
        match is.field(&field.name) {
            None => changes.push(Change::FieldRemoved {
                action: action(),
                field: field.name.clone(),
            }),
            Some(now) if now != field => changes.push(Change::FieldChanged {
                action: action(),
                field: field.name.clone(),
            }),
            Some(_) => {}
        }
    }
    let added = |field: &&Field| was.field(&field.name).is_none();
    changes.extend(
        is.form
            .iter()
            .filter(added)
            .map(|field| Change::FieldAdded {
                action: action(),
                field: field.name.clone(),
            }),
    );
}

fn timers(old: &Definition, new: &Definition, changes: &mut Vec<Change>) {
    for was in &old.timers {
        match new.timer(&was.name) {
            None => changes.push(Change::TimerRemoved(was.name.clone())),
            Some(is) => timer_changed(was, is, changes),
        }
    }
    let added = |timer: &&Timer| old.timer(&timer.name).is_none();
    let added = new.timers.iter().filter(added);
    changes.extend(added.map(|timer| Change::TimerAdded(timer.name.clone())));
}

fn timer_changed(was: &Timer, is: &Timer, changes: &mut Vec<Change>) {
    let yes_no = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let check = |timer: &Timer| timer.check.clone().unwrap_or_default();
    let parts = [
        (
            TimerPart::At,
            words(&was.at, StepId::as_str),
            words(&is.at, StepId::as_str),
        ),
        (
            TimerPart::Starts,
            was.starts.code().to_owned(),
            is.starts.code().to_owned(),
        ),
        (TimerPart::Runs, runs(was.runs), runs(is.runs)),
        (TimerPart::Pauses, yes_no(was.pauses), yes_no(is.pauses)),
        (TimerPart::Check, check(was), check(is)),
        (TimerPart::Fires, fires(was), fires(is)),
        (TimerPart::Tells, tells(was), tells(is)),
    ];
    for (part, was_words, is_words) in parts {
        if was_words != is_words {
            changes.push(Change::TimerChanged {
                timer: is.name.clone(),
                part,
                was: was_words,
                is: is_words,
            });
        }
    }
    if was.title != is.title {
        changes.push(Change::Title(is.name.to_string()));
    }
}

/// A list in words, in an order of its own.
fn words<T>(list: &[T], word: impl Fn(&T) -> &str) -> String {
    let mut words: Vec<&str> = list.iter().map(word).collect();
    words.sort_unstable();
    words.join(", ")
}

fn runs(runs: Runs) -> String {
    match runs {
        Runs::Own(length) => length.to_string(),
        Runs::Before(length) => format!("before {length}"),
        Runs::Law(term) => format!("term {}", term.code()),
        Runs::Until => "until".to_owned(),
    }
}

fn fires(timer: &Timer) -> String {
    timer.fires.as_ref().map_or_else(String::new, |firing| {
        let answers = firing.answers.iter();
        let answers: Vec<String> = answers
            .map(|(name, text)| format!("{name}={text}"))
            .collect();
        format!("{} {}", firing.action, answers.join(" "))
            .trim_end()
            .to_owned()
    })
}

fn tells(timer: &Timer) -> String {
    let told = timer.tells.iter();
    let told: Vec<String> = told
        .map(|telling| format!("{} {}", telling.to.code(), telling.notice.kind().code()))
        .collect();
    words(&told, String::as_str)
}
