//! Reads the graph out of a BPMN file, with a parser that is not ours.

use roxmltree::{Document, Node};
use std::collections::BTreeSet;

const MODEL: &str = "http://www.omg.org/spec/BPMN/20100524/MODEL";

/// What a definition and a BPMN file both say.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Graph {
    /// The steps, with their stages.
    pub(super) steps: BTreeSet<(String, String)>,
    /// The actions: name, step it leaves, step it leads to, who; nothing before the one that opens a case.
    pub(super) actions: BTreeSet<(String, Option<String>, String, String)>,
    /// The timers: name, step, what it counts from, how long, and the step it leads to.
    pub(super) timers: BTreeSet<(String, String, String, String, Option<String>)>,
}

/// The graph of a BPMN file.
pub(super) fn read(text: &str) -> Graph {
    let document = Document::parse(text).expect("well-formed XML");
    let mut graph = Graph::default();
    for node in document.descendants().filter(|node| node.is_element()) {
        match node.tag_name().name() {
            "userTask" | "endEvent" => {
                graph.steps.insert((own(node, "step"), own(node, "stage")));
            }
            "sequenceFlow" => flow(&document, node, &mut graph),
            "boundaryEvent" => clock(&document, node, &mut graph),
            _ => {}
        }
    }
    graph
}

fn own(node: Node<'_, '_>, name: &str) -> String {
    let value = node.attribute((super::NAMESPACE, name));
    value.unwrap_or_else(|| panic!("{name}")).to_owned()
}

fn by_id<'a>(document: &'a Document<'a>, id: Option<&str>) -> Node<'a, 'a> {
    let mut nodes = document.descendants();
    let found = nodes.find(|node| id.is_some() && node.attribute("id") == id);
    found.unwrap_or_else(|| panic!("nothing has the id {id:?}"))
}

/// The step of a task or an event, or of the task at whose side an event sits.
fn step(document: &Document<'_>, id: Option<&str>) -> Option<String> {
    let node = by_id(document, id);
    if let Some(at) = node.attribute("attachedToRef") {
        return step(document, Some(at));
    }
    let step = node.attribute((super::NAMESPACE, "step"));
    step.map(ToOwned::to_owned)
}

fn flow(document: &Document<'_>, node: Node<'_, '_>, graph: &mut Graph) {
    assert_eq!(node.tag_name().namespace(), Some(MODEL));
    let (from, to) = (node.attribute("sourceRef"), node.attribute("targetRef"));
    if node.attribute((super::NAMESPACE, "action")).is_some() {
        graph.actions.insert((
            own(node, "action"),
            step(document, from),
            step(document, to).expect("an action leads to a step"),
            own(node, "who"),
        ));
    }
}

fn clock(document: &Document<'_>, node: Node<'_, '_>, graph: &mut Graph) {
    let id = node.attribute("id");
    let mut flows = document.descendants();
    let flow = flows.find(|flow| id == flow.attribute("sourceRef"));
    let to = flow.expect("an event has a flow").attribute("targetRef");
    graph.timers.insert((
        own(node, "timer"),
        step(document, id).expect("a timer runs at a step"),
        own(node, "starts"),
        own(node, "runs"),
        step(document, to),
    ));
}
