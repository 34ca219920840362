//! A workflow as SCXML, the state machine notation of the W3C.
//!
//! SCXML and not the JSON of XState: a recommendation of a standards body stays as it is, while that JSON belongs to one
//! library and has changed with each of its major versions; that library, too, has ways to read SCXML.
//!
//! Each stage is a state around the states of its steps; an action is an event of its name; a timer is a delayed event,
//! sent on entry and cancelled on exit. A timer that runs at several steps starts again at each of them here, which is
//! less than what the definition says: SCXML has no word for «from the contract».

use super::{NAMESPACE, duration};
use crate::{
    case::Stage,
    language::Language,
    legal::Version,
    workflow::{
        definition::{Definition, Step, Timer},
        draw::{self, Note},
        xml::Writer,
    },
};

/// A definition as SCXML. The delays of terms that a law sets are those of one version of it.
pub fn scxml(definition: &Definition, law: &Version) -> String {
    let opens = definition
        .actions
        .iter()
        .find(|action| action.from.is_empty());
    let version = definition.version.to_string();
    let mut attributes = vec![
        ("xmlns", "http://www.w3.org/2005/07/scxml"),
        ("xmlns:kelisim", NAMESPACE),
        ("version", "1.0"),
        ("datamodel", "null"),
        ("name", definition.key.as_str()),
        ("kelisim:version", &version),
    ];
    if let Some(opens) = opens {
        attributes.push(("initial", opens.to.as_str()));
    }
    let mut writer = Writer::new();
    writer.element("scxml", &attributes, |writer| {
        let export = Export { definition, law };
        for stage in Stage::ALL {
            export.stage(writer, *stage);
        }
    });
    writer.finish()
}

struct Export<'a> {
    definition: &'a Definition,
    law: &'a Version,
}

impl Export<'_> {
    fn stage(&self, writer: &mut Writer, stage: Stage) {
        let steps = self.definition.steps.iter().enumerate();
        let mut own = steps.filter(|(_, step)| step.stage == stage).peekable();
        if own.peek().is_none() {
            return;
        }
        let id = format!("stage.{}", stage.code());
        writer.element("state", &[("id", &id)], |writer| {
            for (index, step) in own {
                self.step(writer, index, step);
            }
        });
    }

    fn step(&self, writer: &mut Writer, index: usize, step: &Step) {
        let happenings = draw::happenings(self.definition);
        let own = || {
            happenings
                .iter()
                .filter(|happening| happening.from == Some(index))
        };
        let mut attributes = vec![("id", step.id.as_str())];
        if let Some(class) = step.class {
            attributes.push(("kelisim:class", class.code()));
        }
        let name = if own().next().is_some() {
            "state"
        } else {
            "final"
        };
        let timers: Vec<&Timer> = own()
            .filter_map(|happening| match happening.note {
                Note::Timer(timer) => Some(timer),
                Note::Action(_) => None,
            })
            .collect();
        writer.element(name, &attributes, |writer| {
            for language in Language::ALL {
                let attributes = [("xml:lang", language.code())];
                writer.text("kelisim:title", &attributes, step.title.get(language));
            }
            self.clocks(writer, step, &timers);
            for happening in own() {
                let to = happening.to.map(|to| self.definition.steps[to].id.as_str());
                self.transition(writer, happening.note, to);
            }
        });
    }

    /// Sends the events of the timers, later, and takes them back when the case goes on.
    fn clocks(&self, writer: &mut Writer, step: &Step, timers: &[&Timer]) {
        if timers.is_empty() {
            return;
        }
        let id = |timer: &Timer| format!("{}.{}", step.id, timer.name);
        writer.element("onentry", &[], |writer| {
            for timer in timers {
                let duration = duration::of(timer, self.law);
                let attributes = [
                    ("event", &*event(timer)),
                    ("id", &*id(timer)),
                    ("delay", &*format!("{}s", duration.seconds())),
                    ("kelisim:starts", timer.starts.code()),
                    ("kelisim:runs", &*duration.exact),
                ];
                writer.empty("send", &attributes);
            }
        });
        writer.element("onexit", &[], |writer| {
            for timer in timers {
                writer.empty("cancel", &[("sendid", &id(timer))]);
            }
        });
    }

    fn transition(&self, writer: &mut Writer, note: Note<'_>, to: Option<&str>) {
        let mut attributes = Vec::new();
        let (mut who, mut tells) = (String::new(), String::new());
        let event = match note {
            Note::Action(action) => {
                let codes: Vec<&str> = action.who.iter().map(|who| who.code()).collect();
                who = codes.join(" ");
                action.name.as_str().to_owned()
            }
            Note::Timer(timer) => {
                let codes: Vec<&str> = timer
                    .tells
                    .iter()
                    .map(|telling| telling.to.code())
                    .collect();
                tells = codes.join(" ");
                if let Some(firing) = &timer.fires {
                    attributes.push(("kelisim:action", firing.action.as_str()));
                }
                self::event(timer)
            }
        };
        attributes.insert(0, ("event", &event));
        if let Some(to) = to {
            attributes.push(("target", to));
        }
        for (name, value) in [("kelisim:who", &who), ("kelisim:tells", &tells)] {
            if !value.is_empty() {
                attributes.push((name, value));
            }
        }
        writer.empty("transition", &attributes);
    }
}

fn event(timer: &Timer) -> String {
    format!("timer.{}", timer.name)
}
