//! Writes a picture as Mermaid, for pages and documents that draw it themselves.

use super::{
    sketch::{Note, Sketch},
    words,
};
use crate::{case::Stage, language::Language, workflow::definition::Definition};
use std::fmt::Write as _;

/// The picture of a definition as a Mermaid flowchart.
pub(super) fn write(definition: &Definition, language: Language) -> String {
    let sketch = Sketch::of(definition);
    let mut out = format!(
        "---\ntitle: {}\n---\nflowchart TB\n",
        quoted(&super::heading(definition, language))
    );
    for stage in Stage::ALL {
        let title = quoted(words::stage(*stage, language));
        let _ = writeln!(out, "    subgraph stage_{} [{title}]", stage.code());
        let own = sketch.cards.iter().filter(|card| card.step.stage == *stage);
        for card in own {
            let title = quoted(card.step.title.get(language));
            let (open, close) = if *stage == Stage::Closed {
                ("([", "])")
            } else {
                ("[", "]")
            };
            let _ = writeln!(
                out,
                "        {}{open}{title}{close}",
                name(card.step.id.as_str())
            );
        }
        out.push_str("    end\n");
    }
    if sketch.starts() {
        out.push_str("    start((\" \"))\n");
    }
    let step = |card: usize| name(sketch.cards[card].step.id.as_str());
    for arrow in &sketch.arrows {
        let from = arrow.from.map_or_else(|| "start".to_owned(), step);
        let line = if arrow.by_clock { "-.->" } else { "-->" };
        let label = label(&arrow.notes, language);
        let _ = writeln!(out, "    {from} {line}|{label}| {}", step(arrow.to));
    }
    for (index, card) in sketch.cards.iter().enumerate() {
        for note in &card.remarks {
            let label = label(&[*note], language);
            let line = if matches!(note, Note::Timer(_)) {
                "-.->"
            } else {
                "-->"
            };
            let _ = writeln!(out, "    {0} {line}|{label}| {0}", step(index));
        }
    }
    out
}

/// A step's name: `end` alone is a word of Mermaid.
fn name(step: &str) -> String {
    format!("step_{step}")
}

fn label(notes: &[Note<'_>], language: Language) -> String {
    let lines = notes.iter().flat_map(|note| {
        let title = note.title(language).to_owned();
        std::iter::once(title).chain(note.details(language))
    });
    quoted(&lines.collect::<Vec<_>>().join("\n"))
}

/// A text in quotes; what would mean something in Mermaid becomes an entity.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '\n' => out.push_str("<br>"),
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '`' => out.push_str("#96;"),
            '\\' => out.push_str("#92;"),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
