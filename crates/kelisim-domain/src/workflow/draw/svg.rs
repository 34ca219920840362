//! Writes a picture as SVG: one file without scripts or fonts of its own, readable as text by those who cannot see it.

use super::{
    Layout, Walked,
    measure::{Face, Line},
    plan::{Rect, Route},
    sketch::{Arrow, CARD_PADDING, Card, LABEL_PADDING, NOTE_GAP, Note, SIGN, Sketch},
    words::{self, Word},
};
use crate::{
    case::Stage,
    language::Language,
    workflow::{definition::Definition, xml::escaped},
};
use std::fmt::Write as _;

/// Colours, each with enough contrast to what lies below it; every meaning also has a shape, for print and for those who
/// do not tell colours apart.
const STYLE: &str = "\
.kw text{font-family:'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',Arial,sans-serif;fill:#1b2733}\
.kw .f1{font-size:19px;font-weight:700}.kw .f2{font-size:15px;font-weight:700}\
.kw .f3{font-size:13.5px}.kw .f4{font-size:12.5px;fill:#44525f}\
.kw .paper{fill:#fff}\
.kw .lane{stroke:#c3ccd4}.kw .l0{fill:#f4f7fb}.kw .l1{fill:#f5faf3}.kw .l2{fill:#fdf9ee}.kw .l3{fill:#f4f4f6}\
.kw .head{fill:#1b2733;fill-opacity:.08}\
.kw .card{fill:#fff;stroke:#3b4a59;stroke-width:1.5}.kw .end{stroke-width:4}\
.kw .dot{fill:#1b2733}\
.kw .label{fill:#fff;stroke:#cdd5dc}\
.kw .due{stroke:#9a3c00;stroke-dasharray:5 3}\
.kw .hand{fill:none;stroke:#3b4a59;stroke-width:1.6}\
.kw .clock{fill:none;stroke:#9a3c00;stroke-width:1.6;stroke-dasharray:7 4}\
.kw .bell{fill:#fff8f0;stroke:#9a3c00;stroke-width:1.2;stroke-dasharray:5 3}\
.kw .sign{fill:none;stroke:#3b4a59;stroke-width:1.5}.kw .timer{stroke:#9a3c00}\
.kw .way{stroke:#0b4fb3;stroke-width:4}\
.kw .been{stroke:#0b4fb3;stroke-width:2.5}\
.kw .here{fill:#fff1a8;stroke:#0b4fb3;stroke-width:4}.kw .pin{fill:#0b4fb3}\
.kw .tip{fill:#3b4a59}.kw .tip.clocked{fill:#9a3c00}.kw .tip.walked{fill:#0b4fb3}";

/// The height of the strip with a stage's title.
pub(super) const HEADER: f64 = 27.0;
/// The height of one line of the legend.
pub(super) const LEGEND_LINE: f64 = 24.0;

struct Picture<'a> {
    out: String,
    layout: &'a Layout,
    sketch: Sketch<'a>,
    language: Language,
    walked: Option<&'a Walked>,
    /// Before every id, so that two pictures can stand on one page.
    key: String,
}

/// The picture of a definition.
pub(super) fn write(definition: &Definition, layout: &Layout, walked: Option<&Walked>) -> String {
    let mut picture = Picture {
        out: String::new(),
        layout,
        sketch: Sketch::of(definition),
        language: layout.language,
        walked,
        key: format!("kw-{}-{}", definition.key, definition.version),
    };
    picture.head(definition);
    picture.lanes();
    picture.arrows();
    picture.cards();
    picture.labels();
    picture.legend();
    picture.out.push_str("</svg>\n");
    picture.out
}

impl Picture<'_> {
    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing into a string cannot fail.
        let _ = self.out.write_fmt(text);
    }

    fn head(&mut self, definition: &Definition) {
        let (width, height) = self.layout.size(self.walked.is_some());
        let (key, language) = (self.key.clone(), self.language);
        self.put(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"kw\" role=\"img\" lang=\"{language}\" \
             aria-labelledby=\"{key}-title {key}-desc\" \
             width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n"
        ));
        let title = super::heading(definition, language);
        let steps = self
            .sketch
            .cards
            .iter()
            .map(|card| card.step.title.get(language));
        let steps = steps.collect::<Vec<_>>().join(", ");
        let word = words::word(Word::Steps, language);
        let told = format!("{word}: {steps}. {}", self.standing());
        self.put(format_args!(
            "<title id=\"{key}-title\">{}</title>\n<desc id=\"{key}-desc\">{}</desc>\n<style>{STYLE}</style>\n<defs>",
            escaped(&title),
            escaped(told.trim())
        ));
        for (name, class) in [("hand", ""), ("clock", " clocked"), ("way", " walked")] {
            self.put(format_args!(
                "<marker id=\"{key}-{name}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerUnits=\"userSpaceOnUse\" \
                 markerWidth=\"12\" markerHeight=\"12\" orient=\"auto\">\
                 <path class=\"tip{class}\" d=\"M0 0L10 5L0 10z\"/></marker>"
            ));
        }
        self.put(format_args!(
            "</defs>\n<rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>\n"
        ));
        let lines = self.layout.heading(definition);
        self.lines(super::EDGE, super::EDGE / 2.0, &lines);
    }

    /// Where the case stands, in words.
    fn standing(&self) -> String {
        let card = self
            .walked
            .and_then(|walked| self.sketch.card(&walked.here));
        card.map_or_else(String::new, |card| {
            let title = self.sketch.cards[card].step.title.get(self.language);
            format!("{}: {title}.", words::word(Word::Here, self.language))
        })
    }

    /// Lines of text below each other.
    fn lines(&mut self, x: f64, top: f64, lines: &[Line]) -> f64 {
        let mut y = top;
        for line in lines {
            let class = match line.face {
                Face::Heading => "f1",
                Face::Strong => "f2",
                Face::Plain => "f3",
                Face::Small => "f4",
            };
            let base = y + line.face.size() * 1.0;
            self.put(format_args!(
                "<text class=\"{class}\" x=\"{x:.1}\" y=\"{base:.1}\">{}</text>\n",
                escaped(&line.text)
            ));
            y += line.face.line();
        }
        y
    }

    fn rect(&mut self, class: &str, rect: Rect, round: f64) {
        self.put(format_args!(
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"{round}\"/>\n",
            rect.x, rect.y, rect.width, rect.height
        ));
    }

    fn lanes(&mut self) {
        for (index, lane) in self.layout.lanes().into_iter().enumerate() {
            self.rect(&format!("lane l{index}"), lane, 0.0);
            let strip = Rect {
                height: HEADER,
                ..lane
            };
            self.rect("head", strip, 0.0);
        }
    }

    fn arrows(&mut self) {
        for index in 0..self.sketch.arrows.len() {
            let arrow = &self.sketch.arrows[index];
            let (kind, tip) = match (arrow.by_clock, self.is_walked(arrow)) {
                (false, false) => ("hand", "hand"),
                (true, false) => ("clock", "clock"),
                (false, true) => ("hand way", "way"),
                (true, true) => ("clock way", "way"),
            };
            let path = path(&self.layout.routes()[index]);
            let key = self.key.clone();
            self.put(format_args!(
                "<path class=\"{kind}\" d=\"{path}\" marker-end=\"url(#{key}-{tip})\"/>\n"
            ));
        }
        for (stage, lane) in Stage::ALL.iter().zip(self.layout.lanes()) {
            let title = Line {
                text: words::stage(*stage, self.language).to_owned(),
                face: Face::Strong,
            };
            let pill = Rect {
                x: lane.x,
                y: lane.y,
                width: super::measure::width(&title.text, title.face) + 2.0 * super::EDGE,
                height: HEADER,
            };
            self.rect("paper", pill, 0.0);
            self.rect("head", pill, 0.0);
            self.lines(lane.x + super::EDGE, lane.y + 5.0, &[title]);
        }
    }

    fn is_walked(&self, arrow: &Arrow<'_>) -> bool {
        let Some(walked) = self.walked else {
            return false;
        };
        let step = |card: usize| &self.sketch.cards[card].step.id;
        // A case that stands anywhere was opened.
        arrow.from.is_none_or(|from| {
            walked.way.iter().any(|taken| {
                taken.from == *step(from)
                    && taken.to == *step(arrow.to)
                    && taken.by_clock == arrow.by_clock
                    && arrow.notes.iter().any(|note| note.takes(&taken.action))
            })
        })
    }

    fn was_at(&self, card: usize) -> bool {
        let step = &self.sketch.cards[card].step.id;
        let way = self.walked.map_or(&[][..], |walked| &walked.way);
        way.iter()
            .any(|taken| taken.from == *step || taken.to == *step)
    }

    fn cards(&mut self) {
        if let Some(start) = self.layout.start() {
            self.put(format_args!(
                "<circle class=\"dot\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"{:.1}\"/>\n",
                start.middle(),
                start.y + start.height / 2.0,
                start.height / 2.0
            ));
        }
        for index in 0..self.sketch.cards.len() {
            let card = self.sketch.cards[index].clone();
            let rect = self.layout.cards()[index];
            let here = self
                .walked
                .is_some_and(|walked| walked.here == card.step.id);
            let mut class = "card".to_owned();
            if card.step.stage == Stage::Closed {
                class.push_str(" end");
            }
            if here {
                class.push_str(" here");
            } else if self.was_at(index) {
                class.push_str(" been");
            }
            self.rect(&class, rect, 9.0);
            self.card_text(&card, rect);
            if here {
                self.pin(rect.x, rect.y);
            }
        }
    }

    fn card_text(&mut self, card: &Card<'_>, rect: Rect) {
        let x = rect.x + CARD_PADDING;
        let title = self.lines(x, rect.y + CARD_PADDING, &card.title(self.language));
        let remarks = card.remarks(self.language);
        for (note, (lines, cell)) in card.remarks.iter().zip(remarks.cells) {
            let (x, y) = (x + cell.x, title + 2.0 * NOTE_GAP + cell.y);
            let frame = Rect {
                x: x - 5.0,
                y: y - 4.0,
                width: cell.width + 10.0,
                height: cell.height + 7.0,
            };
            if matches!(note, Note::Timer(_)) {
                self.rect("bell", frame, 4.0);
                self.clock(x + 8.0, y + 8.5);
            } else {
                self.round_arrow(x + 8.0, y + 8.5);
            }
            self.lines(x + SIGN, y, &lines);
        }
    }

    fn labels(&mut self) {
        for index in 0..self.sketch.arrows.len() {
            let arrow = self.sketch.arrows[index].clone();
            let rect = self.layout.routes()[index].label;
            let class = if arrow.by_clock { "label due" } else { "label" };
            self.rect(class, rect, 4.0);
            let (x, y) = (rect.x + LABEL_PADDING, rect.y + LABEL_PADDING);
            for (lines, cell) in arrow.notes(self.language).cells {
                self.lines(x + cell.x, y + cell.y, &lines);
            }
        }
    }

    fn clock(&mut self, x: f64, y: f64) {
        self.put(format_args!(
            "<path class=\"sign timer\" d=\"M{:.1} {y:.1}a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0 -13 0M{x:.1} {:.1}V{y:.1}H{:.1}\"/>\n",
            x - 6.5,
            y - 4.0,
            x + 3.0
        ));
    }

    fn round_arrow(&mut self, x: f64, y: f64) {
        self.put(format_args!(
            "<path class=\"sign\" d=\"M{:.1} {:.1}a6 6 0 1 0 2.5 4.5m-5.5 -4.5h3.5v-3.5\"/>\n",
            x + 3.5,
            y - 4.5
        ));
    }

    fn pin(&mut self, x: f64, y: f64) {
        self.put(format_args!(
            "<path class=\"pin\" d=\"M{x:.1} {y:.1}l-7 -14a8 8 0 1 1 14 0z\"/>\n"
        ));
    }

    fn legend(&mut self) {
        let x = super::EDGE;
        let mut y = self.layout.legend_top();
        let key = self.key.clone();
        for word in super::legend(self.walked.is_some()) {
            let middle = y + 9.0;
            let (to, tip) = (x + 44.0, 20.0);
            match word {
                Word::Clock => self.put(format_args!(
                    "<path class=\"clock\" d=\"M{x} {middle}H{to}\" marker-end=\"url(#{key}-clock)\"/>\n"
                )),
                Word::Way => self.put(format_args!(
                    "<path class=\"hand way\" d=\"M{x} {middle}H{to}\" marker-end=\"url(#{key}-way)\"/>\n"
                )),
                Word::Reminder => {
                    let frame = Rect {
                        x: x + tip - 10.0,
                        y,
                        width: 24.0,
                        height: 19.0,
                    };
                    self.rect("bell", frame, 4.0);
                    self.clock(x + tip + 2.0, y + 9.5);
                }
                Word::Stays => self.round_arrow(x + tip + 2.0, middle),
                Word::Here => self.pin(x + tip + 2.0, middle + 10.0),
                _ => self.put(format_args!(
                    "<path class=\"hand\" d=\"M{x} {middle}H{to}\" marker-end=\"url(#{key}-hand)\"/>\n"
                )),
            }
            let line = Line {
                text: words::word(*word, self.language).to_owned(),
                face: Face::Small,
            };
            self.lines(x + super::LEGEND_TEXT, y + 1.0, &[line]);
            y += LEGEND_LINE;
        }
    }
}

/// The path of an arrow: straight through the rows, curved between them.
fn path(route: &Route) -> String {
    let mut path = String::new();
    let mut last: Option<(f64, f64)> = None;
    for (index, (x, y)) in route.points.iter().copied().enumerate() {
        let _ = match last {
            None => write!(path, "M{x:.1} {y:.1}"),
            // From one row to the next.
            Some((from, top)) if index % 2 == 0 && (from - x).abs() > 0.5 => {
                let half = f64::midpoint(top, y);
                write!(path, "C{from:.1} {half:.1} {x:.1} {half:.1} {x:.1} {y:.1}")
            }
            Some(_) => write!(path, "L{x:.1} {y:.1}"),
        };
        last = Some((x, y));
    }
    path
}
