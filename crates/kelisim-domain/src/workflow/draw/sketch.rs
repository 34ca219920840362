//! What a picture of a definition shows, before anything has a place: cards for the steps, arrows between them.
//!
//! An action that leaves a case where it is, and a timer that only tells somebody, are remarks on the card of their step;
//! everything between the same two steps shares one arrow.

use super::{
    super::definition::{Action, Definition, Step, Timer},
    columns::Columns,
    measure::{Face, Line, room, wrap},
    plan::Size,
    words::{self, Word},
};
use crate::{
    case::Stage,
    code::{ActionName, StepId},
    language::Language,
    policy::Relation,
};

/// The most width of a text on a card, in pixels.
const CARD_TEXT: f64 = 270.0;
/// The most width of the text of an arrow, in pixels.
const LABEL_TEXT: f64 = 270.0;
/// More notes at one arrow than these stand in two columns.
const FEW_NOTES: usize = 1;
/// The room around the text of a card.
pub(super) const CARD_PADDING: f64 = 12.0;
/// The room around the text of an arrow.
pub(super) const LABEL_PADDING: f64 = 5.0;
/// The room between two notes of one card or arrow.
pub(super) const NOTE_GAP: f64 = 6.0;
/// The room for the sign before a remark.
pub(super) const SIGN: f64 = 22.0;

/// What is written at an arrow or on a card.
#[derive(Clone, Copy, Debug)]
pub(in crate::workflow) enum Note<'a> {
    /// An action that people take.
    Action(&'a Action),
    /// A timer.
    Timer(&'a Timer),
}

/// A step.
#[derive(Clone, Debug)]
pub(in crate::workflow) struct Card<'a> {
    /// The step.
    pub(in crate::workflow) step: &'a Step,
    /// The actions and timers that leave the case here.
    pub(in crate::workflow) remarks: Vec<Note<'a>>,
}

/// What leads from one step to another.
#[derive(Clone, Debug)]
pub(in crate::workflow) struct Arrow<'a> {
    /// The card it leaves; none where a case is opened.
    pub(in crate::workflow) from: Option<usize>,
    /// The card it leads to.
    pub(in crate::workflow) to: usize,
    /// Whether a timer takes it.
    pub(in crate::workflow) by_clock: bool,
    /// What is written at it.
    pub(in crate::workflow) notes: Vec<Note<'a>>,
}

/// Everything that a picture shows.
#[derive(Clone, Debug)]
pub(in crate::workflow) struct Sketch<'a> {
    /// The steps, in the order of the definition.
    pub(in crate::workflow) cards: Vec<Card<'a>>,
    /// The arrows.
    pub(in crate::workflow) arrows: Vec<Arrow<'a>>,
}

/// One thing that can happen at a step, or that opens a case.
#[derive(Clone, Copy, Debug)]
pub(in crate::workflow) struct Happening<'a> {
    /// The step, by its place in the definition; none where a case is opened.
    pub(in crate::workflow) from: Option<usize>,
    /// The step to which it leads; none where a timer only tells somebody.
    pub(in crate::workflow) to: Option<usize>,
    /// What happens.
    pub(in crate::workflow) note: Note<'a>,
}

/// All that can happen, in the order of the definition. An action that only a timer takes is found at its timer.
pub(in crate::workflow) fn happenings(definition: &Definition) -> Vec<Happening<'_>> {
    let place = |id: &StepId| definition.steps.iter().position(|step| step.id == *id);
    let mut found = Vec::new();
    for action in &definition.actions {
        let note = Note::Action(action);
        let to = place(&action.to);
        if action.from.is_empty() {
            let from = None;
            found.push(Happening { from, to, note });
        }
        let people_s = |step: &&StepId| !is_only_fired(definition, action, step);
        let from = action.from.iter().filter(people_s).filter_map(place);
        found.extend(from.map(|from| Happening {
            from: Some(from),
            to,
            note,
        }));
    }
    for timer in &definition.timers {
        for (step, from) in timer.at.iter().filter_map(|id| Some((id, place(id)?))) {
            let action = fired(definition, timer, step);
            found.push(Happening {
                from: Some(from),
                to: action.and_then(|action| place(&action.to)),
                note: Note::Timer(timer),
            });
        }
    }
    found
}

impl<'a> Sketch<'a> {
    /// What the picture of a definition shows.
    pub(in crate::workflow) fn of(definition: &'a Definition) -> Self {
        let cards = definition.steps.iter().map(|step| Card {
            step,
            remarks: Vec::new(),
        });
        let mut sketch = Sketch {
            cards: cards.collect(),
            arrows: Vec::new(),
        };
        for happening in happenings(definition) {
            sketch.add(happening);
        }
        sketch
    }

    /// Whether an action opens cases.
    pub(in crate::workflow) fn starts(&self) -> bool {
        self.arrows.iter().any(|arrow| arrow.from.is_none())
    }

    /// The card of a step.
    pub(in crate::workflow) fn card(&self, step: &StepId) -> Option<usize> {
        self.cards.iter().position(|card| card.step.id == *step)
    }

    fn add(&mut self, Happening { from, to, note }: Happening<'a>) {
        let by_clock = matches!(note, Note::Timer(_));
        let Some(to) = to.filter(|to| from != Some(*to)) else {
            if let Some(from) = from {
                self.cards[from].remarks.push(note);
            }
            return;
        };
        let mut arrows = self.arrows.iter_mut();
        let same =
            arrows.find(|arrow| (arrow.from, arrow.to, arrow.by_clock) == (from, to, by_clock));
        match same {
            Some(arrow) => arrow.notes.push(note),
            None => self.arrows.push(Arrow {
                from,
                to,
                by_clock,
                notes: vec![note],
            }),
        }
    }
}

/// The action that a timer takes at a step.
pub(in crate::workflow) fn fired<'a>(
    definition: &'a Definition,
    timer: &Timer,
    step: &StepId,
) -> Option<&'a Action> {
    let firing = timer.fires.as_ref()?;
    definition.action_at(&firing.action, step)
}

/// Whether an action is open to the clock alone, and a timer takes it at this step.
fn is_only_fired(definition: &Definition, action: &Action, step: &StepId) -> bool {
    let only_clock = action.who.iter().all(|who| *who == Relation::Clock);
    let mut timers = definition.timers.iter();
    only_clock
        && timers.any(|timer| {
            let fires = timer.fires.as_ref();
            timer.at.contains(step) && fires.is_some_and(|firing| firing.action == action.name)
        })
}

impl Note<'_> {
    /// Its title.
    pub(in crate::workflow) fn title(&self, language: Language) -> &str {
        match self {
            Note::Action(action) => action.title.get(language),
            Note::Timer(timer) => timer.title.get(language),
        }
    }

    /// Whether this is what takes an action.
    pub(super) fn takes(&self, name: &ActionName) -> bool {
        match self {
            Note::Action(action) => action.name == *name,
            Note::Timer(timer) => {
                let fires = timer.fires.as_ref();
                fires.is_some_and(|firing| firing.action == *name)
            }
        }
    }

    /// Below the title: who, or how long and who is told.
    pub(in crate::workflow) fn details(&self, language: Language) -> Vec<String> {
        match self {
            Note::Action(action) => vec![who(action, language)],
            Note::Timer(timer) => {
                let mut details = vec![words::due(timer, language)];
                if !timer.tells.is_empty() {
                    details.push(told(timer, language));
                }
                details
            }
        }
    }

    fn lines(&self, language: Language, most: f64) -> Vec<Line> {
        let mut lines = wrap(self.title(language), Face::Plain, most);
        for detail in self.details(language) {
            lines.extend(wrap(&detail, Face::Small, most));
        }
        lines
    }
}

/// Whom a timer tells, in words.
pub(in crate::workflow) fn told(timer: &Timer, language: Language) -> String {
    let mut told: Vec<&str> = Vec::new();
    for telling in &timer.tells {
        let name = words::audience(telling.to, language);
        if !told.contains(&name) {
            told.push(name);
        }
    }
    let word = words::word(Word::Told, language);
    format!("{word}: {}", told.join(", "))
}

/// Who may take an action, in words; the clock is left out beside people, for its timer is drawn by itself.
pub(in crate::workflow) fn who(action: &Action, language: Language) -> String {
    let people = action.who.iter().filter(|who| **who != Relation::Clock);
    let mut named: Vec<&str> = people.map(|who| words::relation(*who, language)).collect();
    if named.is_empty() {
        named = vec![words::relation(Relation::Clock, language)];
    }
    named.join(", ")
}

impl Card<'_> {
    /// The lane: the place of its stage.
    pub(in crate::workflow) fn lane(&self) -> usize {
        let place = Stage::ALL
            .iter()
            .position(|stage| *stage == self.step.stage);
        place.unwrap_or_default()
    }

    /// The lines of its title.
    pub(super) fn title(&self, language: Language) -> Vec<Line> {
        wrap(self.step.title.get(language), Face::Strong, CARD_TEXT)
    }

    /// The remarks below its title, in up to three columns.
    pub(super) fn remarks(&self, language: Language) -> Columns {
        let columns = match self.remarks.len() {
            0..=2 => 1,
            3..=4 => 2,
            5..=6 => 3,
            _ => 4,
        };
        let lines = |note: &Note<'_>| note.lines(language, CARD_TEXT - SIGN);
        let texts = self.remarks.iter().map(lines).collect();
        Columns::of(texts, columns, SIGN, 2.0 * NOTE_GAP)
    }

    /// The room that it takes.
    pub(super) fn size(&self, language: Language) -> Size {
        let (mut wide, mut high) = room(&self.title(language));
        if !self.remarks.is_empty() {
            let (width, height) = self.remarks(language).size;
            wide = wide.max(width);
            high += height + 2.0 * NOTE_GAP;
        }
        (wide + 2.0 * CARD_PADDING, high + 2.0 * CARD_PADDING)
    }
}

impl Arrow<'_> {
    /// The notes of its label, in up to two columns.
    pub(super) fn notes(&self, language: Language) -> Columns {
        let columns = if self.notes.len() > FEW_NOTES { 2 } else { 1 };
        let lines = |note: &Note<'_>| note.lines(language, LABEL_TEXT);
        let texts = self.notes.iter().map(lines).collect();
        Columns::of(texts, columns, 0.0, NOTE_GAP)
    }

    /// The room that its label takes.
    pub(super) fn size(&self, language: Language) -> Size {
        let size = self.notes(language).size;
        (size.0 + 2.0 * LABEL_PADDING, size.1 + 2.0 * LABEL_PADDING)
    }
}
