//! A workflow as BPMN 2.0 XML with its diagram, as the usual modelers read it.
//!
//! - A step is a user task, in the lane of the role that acts first there; a step that nothing leaves is an end event.
//! - An action is a conditional sequence flow from each of its steps. Flows straight from a task need no gateway: exactly
//!   one condition holds, and the graph stays that of the definition.
//! - A timer is a boundary event at each of its steps with a duration: interrupting and followed by the flow of the action
//!   that it takes, or not interrupting and followed by a send task when it only tells somebody.
//! - What BPMN has no word for stands in attributes and elements of the namespace `urn:kelisim:workflow:1`.

use super::{
    NAMESPACE, duration,
    model::{Element, Flow, Kind, Model},
};
use crate::{
    language::{Language, Names},
    legal::Version,
    workflow::{
        definition::{Definition, Timer},
        draw::{self, Rect},
        xml::Writer,
    },
};

/// A definition as BPMN 2.0 XML, with titles in one language and the other languages beside them. The durations of terms
/// that a law sets are those of one version of it.
pub fn bpmn(definition: &Definition, language: Language, law: &Version) -> String {
    let model = Model::of(definition, language);
    let mut writer = Writer::new();
    let namespaces = [
        ("xmlns", "http://www.omg.org/spec/BPMN/20100524/MODEL"),
        ("xmlns:bpmndi", "http://www.omg.org/spec/BPMN/20100524/DI"),
        ("xmlns:dc", "http://www.omg.org/spec/DD/20100524/DC"),
        ("xmlns:di", "http://www.omg.org/spec/DD/20100524/DI"),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ("xmlns:kelisim", NAMESPACE),
        ("targetNamespace", NAMESPACE),
        ("exporter", "Kelisim"),
        ("id", "definitions"),
    ];
    writer.element("definitions", &namespaces, |writer| {
        let mut export = Export {
            writer,
            definition,
            language,
            law,
            model: &model,
        };
        export.collaboration();
        export.process();
        export.diagram();
    });
    writer.finish()
}

struct Export<'a> {
    writer: &'a mut Writer,
    definition: &'a Definition,
    language: Language,
    law: &'a Version,
    model: &'a Model<'a>,
}

impl Export<'_> {
    fn collaboration(&mut self) {
        let title = self.definition.title.get(self.language);
        self.writer
            .element("collaboration", &[("id", "collaboration")], |writer| {
                let attributes = [("id", "pool"), ("name", title), ("processRef", "process")];
                writer.empty("participant", &attributes);
            });
    }

    fn process(&mut self) {
        let version = self.definition.version.to_string();
        let attributes = [
            ("id", "process"),
            ("name", self.definition.title.get(self.language)),
            ("isExecutable", "false"),
            ("kelisim:key", self.definition.key.as_str()),
            ("kelisim:version", &version),
        ];
        let (language, model) = (self.language, self.model);
        let (definition, law) = (self.definition, self.law);
        self.writer.element("process", &attributes, |writer| {
            let mut export = Export {
                writer,
                definition,
                language,
                law,
                model,
            };
            titles(export.writer, &definition.title, language);
            export.lanes();
            for index in 0..model.elements.len() {
                export.element(index);
            }
            for flow in &model.flows {
                export.flow(flow);
            }
        });
    }

    fn lanes(&mut self) {
        let (model, language) = (self.model, self.language);
        self.writer
            .element("laneSet", &[("id", "lanes")], |writer| {
                for (index, role) in model.lanes.iter().enumerate() {
                    let id = format!("lane_{}", role.code());
                    let name = draw::relation(*role, language);
                    writer.element("lane", &[("id", &id), ("name", name)], |writer| {
                        let own = model
                            .elements
                            .iter()
                            .filter(|element| element.lane == index);
                        for element in own {
                            writer.text("flowNodeRef", &[], &element.id);
                        }
                    });
                }
            });
    }

    fn element(&mut self, index: usize) {
        let element = &self.model.elements[index];
        let (model, language) = (self.model, self.language);
        let mut attributes = vec![("id", element.id.as_str())];
        let name = element.name(language);
        if !name.is_empty() {
            attributes.push(("name", &name));
        }
        match element.kind {
            Kind::Start => {
                self.writer.element("startEvent", &attributes, |writer| {
                    ends(writer, model, index);
                });
            }
            Kind::Step(step) => {
                attributes.push(("kelisim:step", step.id.as_str()));
                attributes.push(("kelisim:stage", step.stage.code()));
                if let Some(class) = step.class {
                    attributes.push(("kelisim:class", class.code()));
                }
                let ends_here = element.is_end;
                let name = if ends_here { "endEvent" } else { "userTask" };
                self.writer.element(name, &attributes, |writer| {
                    titles(writer, &step.title, language);
                    ends(writer, model, index);
                });
            }
            Kind::Tell(_) => {
                self.writer.element("sendTask", &attributes, |writer| {
                    ends(writer, model, index);
                });
            }
            Kind::Clock { timer, at, .. } => self.clock(index, timer, &model.elements[at].id),
        }
    }

    fn clock(&mut self, index: usize, timer: &Timer, at: &str) {
        let element = &self.model.elements[index];
        let (model, language) = (self.model, self.language);
        let duration = duration::of(timer, self.law);
        let interrupts = timer.fires.is_some().to_string();
        let attributes = [
            ("id", element.id.as_str()),
            ("name", timer.title.get(language)),
            ("attachedToRef", at),
            ("cancelActivity", &interrupts),
            ("kelisim:timer", timer.name.as_str()),
            ("kelisim:starts", timer.starts.code()),
            ("kelisim:runs", &duration.exact),
        ];
        self.writer.element("boundaryEvent", &attributes, |writer| {
            writer.text("documentation", &[], &draw::due(timer, language));
            titles(writer, &timer.title, language);
            ends(writer, model, index);
            let id = format!("{}_definition", element.id);
            writer.element("timerEventDefinition", &[("id", &id)], |writer| {
                let attributes = [("xsi:type", "tFormalExpression")];
                writer.text("timeDuration", &attributes, &duration.iso());
            });
        });
    }

    fn flow(&mut self, flow: &Flow<'_>) {
        let (elements, language) = (&self.model.elements, self.language);
        let mut attributes = vec![
            ("id", flow.id.as_str()),
            ("sourceRef", elements[flow.from].id.as_str()),
            ("targetRef", elements[flow.to].id.as_str()),
        ];
        let Some(action) = flow.action else {
            return self.writer.empty("sequenceFlow", &attributes);
        };
        let who: Vec<&str> = action.who.iter().map(|who| who.code()).collect();
        let who = who.join(" ");
        attributes.push(("name", action.title.get(language)));
        attributes.push(("kelisim:action", action.name.as_str()));
        attributes.push(("kelisim:who", &who));
        let is_chosen = matches!(elements[flow.from].kind, Kind::Step(_));
        self.writer.element("sequenceFlow", &attributes, |writer| {
            writer.text("documentation", &[], &draw::who(action, language));
            titles(writer, &action.title, language);
            if is_chosen {
                let condition = format!("action = '{}'", action.name);
                let attributes = [("xsi:type", "tFormalExpression")];
                writer.text("conditionExpression", &attributes, &condition);
            }
        });
    }

    fn diagram(&mut self) {
        let model = self.model;
        self.writer
            .element("bpmndi:BPMNDiagram", &[("id", "diagram")], |writer| {
                let plane = [("id", "plane"), ("bpmnElement", "collaboration")];
                writer.element("bpmndi:BPMNPlane", &plane, |writer| {
                    shape(writer, "pool", model.pool(), Some(true), None);
                    for (role, rect) in model.lanes.iter().zip(&model.lane_places) {
                        let id = format!("lane_{}", role.code());
                        shape(writer, &id, *rect, Some(true), None);
                    }
                    for element in &model.elements {
                        shape(writer, &element.id, element.place, None, element.label);
                    }
                    for flow in &model.flows {
                        edge(writer, flow);
                    }
                });
            });
    }
}

/// The title in the other languages.
fn titles(writer: &mut Writer, title: &Names, language: Language) {
    writer.element("extensionElements", &[], |writer| {
        for other in Language::ALL.into_iter().filter(|other| *other != language) {
            let attributes = [("xml:lang", other.code())];
            writer.text("kelisim:title", &attributes, title.get(other));
        }
    });
}

/// The flows that come to an element and leave it.
fn ends(writer: &mut Writer, model: &Model<'_>, element: usize) {
    for flow in model.flows.iter().filter(|flow| flow.to == element) {
        writer.text("incoming", &[], &flow.id);
    }
    for flow in model.flows.iter().filter(|flow| flow.from == element) {
        writer.text("outgoing", &[], &flow.id);
    }
}

fn bounds(writer: &mut Writer, rect: Rect) {
    let numbers = [rect.x, rect.y, rect.width, rect.height].map(|number| format!("{number:.1}"));
    let [x, y, width, height] = numbers.each_ref().map(String::as_str);
    let attributes = [("x", x), ("y", y), ("width", width), ("height", height)];
    writer.empty("dc:Bounds", &attributes);
}

fn shape(
    writer: &mut Writer,
    id: &str,
    rect: Rect,
    is_horizontal: Option<bool>,
    label: Option<Rect>,
) {
    let own = format!("{id}_shape");
    let horizontal = is_horizontal.map(|horizontal| horizontal.to_string());
    let mut attributes = vec![("id", own.as_str()), ("bpmnElement", id)];
    if let Some(horizontal) = &horizontal {
        attributes.push(("isHorizontal", horizontal));
    }
    writer.element("bpmndi:BPMNShape", &attributes, |writer| {
        bounds(writer, rect);
        if let Some(label) = label {
            writer.element("bpmndi:BPMNLabel", &[], |writer| bounds(writer, label));
        }
    });
}

fn edge(writer: &mut Writer, flow: &Flow<'_>) {
    let own = format!("{}_edge", flow.id);
    let attributes = [("id", own.as_str()), ("bpmnElement", flow.id.as_str())];
    writer.element("bpmndi:BPMNEdge", &attributes, |writer| {
        for (x, y) in &flow.points {
            let (x, y) = (format!("{x:.1}"), format!("{y:.1}"));
            writer.empty("di:waypoint", &[("x", &x), ("y", &y)]);
        }
        if flow.action.is_some() {
            let label = flow.label;
            writer.element("bpmndi:BPMNLabel", &[], |writer| bounds(writer, label));
        }
    });
}

impl Element<'_> {
    /// What a modeler shows.
    fn name(&self, language: Language) -> String {
        match self.kind {
            Kind::Start => String::new(),
            Kind::Step(step) => step.title.get(language).to_owned(),
            Kind::Clock { timer, .. } => timer.title.get(language).to_owned(),
            Kind::Tell(timer) => draw::told(timer, language),
        }
    }
}
