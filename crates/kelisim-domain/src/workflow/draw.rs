//! Pictures of a workflow: where a case can go, who moves it, and what happens when time is up (N9).
//!
//! The four stages are bands below each other. A step is a card in the band of its stage; an action is an arrow with its
//! title and who may take it; a timer that moves the case is a dashed arrow with its length, and one that only tells
//! somebody a dashed mark on the card of its step. A layout is worked out once from a definition, for one language, and
//! holds for every case; drawing from it is cheap.
//!
//! Absent on purpose: scripts, and any way to change the workflow in the picture.

mod columns;
mod measure;
mod mermaid;
mod place;
mod plan;
mod rank;
mod settle;
mod sketch;
mod svg;
mod words;

#[cfg(test)]
mod tests;

pub(super) use measure::{Face, room, wrap};
pub(super) use place::place;
pub(super) use plan::{Edge, Node, Placed, Plan, Rect, Route};
pub(super) use sketch::{Happening, Note, fired, happenings, told, who};
pub(super) use words::{due, relation};

use super::definition::Definition;
use crate::{
    case::Stage,
    code::{ActionName, StepId},
    language::Language,
};
use measure::{Line, width};
use sketch::Sketch;
use words::Word;

/// Room around everything, in pixels.
const EDGE: f64 = 16.0;
/// The width and height of the dot where a case begins.
const DOT: f64 = 22.0;
/// What the legend explains, in order; the last two only when a case is shown.
const LEGEND: [Word; 6] = [
    Word::Action,
    Word::Clock,
    Word::Stays,
    Word::Reminder,
    Word::Here,
    Word::Way,
];

/// The most room between the places at which two arrows touch a card.
const PORTS: f64 = 30.0;
/// From the left side of the legend to its texts.
const LEGEND_TEXT: f64 = 56.0;

/// What the legend explains.
fn legend(with_case: bool) -> &'static [Word] {
    &LEGEND[..if with_case { LEGEND.len() } else { 4 }]
}

/// Where everything in the picture of a definition stands. It is the costly part of a picture (tenths of a second for
/// dozens of steps), and the same for every case: keep it as long as the definition. It belongs to a language, because
/// words of different length need different room.
#[derive(Clone, PartialEq, Debug)]
pub struct Layout {
    placed: Placed,
    /// Whether the first box is the dot where a case begins; the others are the cards.
    starts: bool,
    language: Language,
    width: f64,
}

/// A case on its way through a workflow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Walked {
    /// The step at which it stands.
    pub here: StepId,
    /// The moves it has made; staying at a step may be left out.
    pub way: Vec<Taken>,
}

/// A move that a case has made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// The step it left.
    pub from: StepId,
    /// The step it came to.
    pub to: StepId,
    /// By which action.
    pub action: ActionName,
    /// Whether a timer took the action, and not a person.
    pub by_clock: bool,
}

/// The title of a picture: the workflow and its version.
fn heading(definition: &Definition, language: Language) -> String {
    format!(
        "{}, {} {}",
        definition.title.get(language),
        words::word(Word::Version, language),
        definition.version
    )
}

impl Layout {
    /// Works out where everything stands when the titles are in this language.
    pub fn of(definition: &Definition, language: Language) -> Self {
        let sketch = Sketch::of(definition);
        let mut placed = place(&plan(&sketch, language));
        let legend =
            LEGEND.map(|word| width(words::word(word, language), Face::Small) + LEGEND_TEXT);
        let inner = placed.lanes.first().map_or(0.0, |lane| lane.width);
        let inner = legend.into_iter().fold(inner, f64::max);
        let mut layout = Layout {
            placed: Placed::default(),
            starts: sketch.starts(),
            language,
            width: (inner + 2.0 * EDGE).ceil(),
        };
        let top = room(&layout.heading(definition)).1 + EDGE;
        placed.fit(EDGE, top, inner);
        layout.placed = placed;
        layout
    }

    /// The language of its titles.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The width and height of the picture, in pixels; with a case the legend is longer.
    pub fn size(&self, with_case: bool) -> (f64, f64) {
        let lines = legend(with_case).len() as f64;
        let height = self.legend_top() + lines * svg::LEGEND_LINE + EDGE;
        (self.width, height.ceil())
    }

    fn heading(&self, definition: &Definition) -> Vec<Line> {
        let text = heading(definition, self.language);
        wrap(&text, Face::Heading, self.width - 2.0 * EDGE)
    }

    fn cards(&self) -> &[Rect] {
        &self.placed.nodes[usize::from(self.starts)..]
    }

    fn start(&self) -> Option<Rect> {
        self.placed.nodes.first().copied().filter(|_| self.starts)
    }

    fn routes(&self) -> &[Route] {
        &self.placed.routes
    }

    fn lanes(&self) -> Vec<Rect> {
        self.placed.lanes.clone()
    }

    fn legend_top(&self) -> f64 {
        self.placed.lanes.last().map_or(0.0, |lane| lane.bottom()) + EDGE
    }
}

fn plan(sketch: &Sketch<'_>, language: Language) -> Plan {
    let mut nodes: Vec<Node> = Vec::new();
    if sketch.starts() {
        nodes.push(Node {
            size: (DOT, DOT),
            lane: 0,
            aside: 0.0,
        });
    }
    let first = nodes.len();
    nodes.extend(sketch.cards.iter().map(|card| Node {
        size: card.size(language),
        lane: card.lane(),
        aside: 0.0,
    }));
    let edges = sketch.arrows.iter().map(|arrow| Edge {
        from: arrow.from.map_or(0, |card| first + card),
        to: first + arrow.to,
        label: arrow.size(language),
    });
    Plan {
        edges: edges.collect(),
        nodes,
        lanes: Stage::ALL.len(),
        header: svg::HEADER,
        ports: PORTS,
    }
}

/// The picture as SVG, in the language of the layout, which is that of the same definition; with a case, where it stands
/// and the way it took.
pub fn svg(definition: &Definition, layout: &Layout, walked: Option<&Walked>) -> String {
    svg::write(definition, layout, walked)
}

/// The picture as a Mermaid flowchart, in one language.
pub fn mermaid(definition: &Definition, language: Language) -> String {
    mermaid::write(definition, language)
}
