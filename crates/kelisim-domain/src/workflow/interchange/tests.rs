//! What is written for other programs says what the definition says.

use super::{
    super::fixtures,
    read_back::{Graph, read},
    *,
};
use crate::{
    language::Language,
    legal::{KZ_MEDIATION, Profile, Version},
    workflow::definition::{Definition, Runs},
};
use roxmltree::Document;
use std::{collections::BTreeSet, sync::LazyLock};

fn law() -> Version {
    let profile = Profile::parse(KZ_MEDIATION).expect("the profile");
    profile.versions().last().expect("a version").clone()
}

/// The graph as the definition itself says it.
fn graph(definition: &Definition) -> Graph {
    let mut graph = Graph::default();
    for step in &definition.steps {
        let stage = step.stage.code().to_owned();
        graph.steps.insert((step.id.to_string(), stage));
    }
    for action in &definition.actions {
        let who: Vec<&str> = action.who.iter().map(|who| who.code()).collect();
        let mut from: Vec<Option<String>> = vec![None];
        if !action.from.is_empty() {
            from = action.from.iter().map(|id| Some(id.to_string())).collect();
        }
        for from in from {
            let (name, to) = (action.name.to_string(), action.to.to_string());
            graph.actions.insert((name, from, to, who.join(" ")));
        }
    }
    for timer in &definition.timers {
        let runs = match timer.runs {
            Runs::Own(length) => format!("length {length}"),
            Runs::Before(length) => format!("before {length}"),
            Runs::Law(term) => format!("term {}", term.code()),
            Runs::Until => "until".to_owned(),
        };
        for at in &timer.at {
            let firing = timer.fires.as_ref();
            let action = firing.and_then(|firing| definition.action_at(&firing.action, at));
            graph.timers.insert((
                timer.name.to_string(),
                at.to_string(),
                timer.starts.code().to_owned(),
                runs.clone(),
                action.map(|action| action.to.to_string()),
            ));
        }
    }
    graph
}

/// Each definition as BPMN in Russian, made once.
fn exported() -> &'static [(Definition, String)] {
    static EXPORTED: LazyLock<Vec<(Definition, String)>> = LazyLock::new(|| {
        let export = |definition: Definition| {
            let text = bpmn(&definition, Language::Ru, &law());
            (definition, text)
        };
        fixtures::all().into_iter().map(export).collect()
    });
    &EXPORTED
}

#[test]
fn bpmn_read_back_is_the_same_graph() {
    for (definition, text) in exported() {
        assert_eq!(read(text), graph(definition), "{}", definition.key);
    }
    let definition = fixtures::mediation();
    for language in Language::ALL {
        assert_eq!(
            read(&bpmn(&definition, language, &law())),
            graph(&definition)
        );
    }
}

#[test]
fn every_id_is_a_name_and_stands_once_and_every_reference_has_its_end() {
    for (_, text) in exported() {
        let document = Document::parse(text).unwrap();
        let mut ids = BTreeSet::new();
        for id in document
            .descendants()
            .filter_map(|node| node.attribute("id"))
        {
            assert!(ids.insert(id), "{id} stands twice");
            assert!(id.starts_with(|c: char| c.is_ascii_alphabetic()), "{id}");
            assert!(
                id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'),
                "{id}"
            );
        }
        let names = [
            "sourceRef",
            "targetRef",
            "attachedToRef",
            "bpmnElement",
            "processRef",
        ];
        for node in document.descendants() {
            for id in names.iter().filter_map(|name| node.attribute(*name)) {
                assert!(ids.contains(id), "{id} is nowhere");
            }
            if ["incoming", "outgoing", "flowNodeRef"].contains(&node.tag_name().name()) {
                assert!(ids.contains(node.text().unwrap()));
            }
        }
    }
}

/// Modelers show nothing that has no place.
#[test]
fn everything_in_the_process_has_its_place_in_the_diagram() {
    for (_, text) in exported() {
        let document = Document::parse(text).unwrap();
        let placed: BTreeSet<&str> = document
            .descendants()
            .filter_map(|node| node.attribute("bpmnElement"))
            .collect();
        let kinds = [
            "participant",
            "lane",
            "startEvent",
            "endEvent",
            "userTask",
            "sendTask",
            "boundaryEvent",
            "sequenceFlow",
        ];
        let shown = document
            .descendants()
            .filter(|node| kinds.contains(&node.tag_name().name()));
        for node in shown {
            assert!(placed.contains(node.attribute("id").unwrap()));
        }
        for edge in document
            .descendants()
            .filter(|node| node.has_tag_name("BPMNEdge"))
        {
            assert!(
                edge.children()
                    .filter(|node| node.has_tag_name("waypoint"))
                    .count()
                    >= 2
            );
        }
    }
}

#[test]
fn d03_durations_are_those_of_the_law_and_working_days_say_so() {
    let text = bpmn(&fixtures::mediation(), Language::En, &law());
    let document = Document::parse(&text).unwrap();
    let duration = |timer: &str| {
        let mut nodes = document.descendants();
        let event = nodes.find(|node| node.attribute((NAMESPACE, "timer")) == Some(timer));
        let event = event.unwrap();
        let mut inside = event.descendants();
        let duration = inside.find(|node| node.tag_name().name() == "timeDuration");
        let runs = event.attribute((NAMESPACE, "runs")).unwrap().to_owned();
        (duration.unwrap().text().unwrap().to_owned(), runs)
    };
    let said = |iso: &str, runs: &str| (iso.to_owned(), runs.to_owned());
    assert_eq!(duration("answer"), said("P10D", "term proposal_answer"));
    assert_eq!(duration("term"), said("P30D", "term mediation"));
    // What hangs on the end of the term counts from the contract.
    assert_eq!(
        duration("warn_seven"),
        said("P23D", "before 7 calendar_days")
    );
    assert_eq!(
        duration("late_entry"),
        said("P32D", "length 2 working_days")
    );
    assert_eq!(
        duration("offer_answer"),
        said("P2D", "length 2 working_days")
    );
}

#[test]
fn roles_are_lanes_and_a_step_lies_where_its_first_role_acts() {
    let text = bpmn(&fixtures::mediation(), Language::En, &law());
    let document = Document::parse(&text).unwrap();
    let lane = |step: &str| {
        let mut refs = document.descendants();
        let node =
            refs.find(|node| node.has_tag_name((BPMN, "flowNodeRef")) && node.text() == Some(step));
        node.unwrap()
            .parent()
            .unwrap()
            .attribute("name")
            .unwrap()
            .to_owned()
    };
    assert_eq!(lane("step_screening"), "head of the office");
    assert_eq!(lane("step_offered"), "mediator who was asked");
    assert_eq!(lane("step_accepted"), "mediator of the case");
    assert_eq!(lane("timer_term_at_vacant"), lane("step_vacant"));
}

const BPMN: &str = "http://www.omg.org/spec/BPMN/20100524/MODEL";

#[test]
fn scxml_has_a_state_for_every_step_and_a_transition_for_every_happening() {
    for definition in fixtures::all() {
        let text = scxml(&definition, &law());
        let document = Document::parse(&text).unwrap();
        let ids: BTreeSet<&str> = document
            .descendants()
            .filter(|node| ["state", "final"].contains(&node.tag_name().name()))
            .filter_map(|node| node.attribute("id"))
            .collect();
        for step in &definition.steps {
            assert!(ids.contains(step.id.as_str()));
        }
        let transitions: Vec<_> = document
            .descendants()
            .filter(|node| node.tag_name().name() == "transition")
            .collect();
        for target in transitions
            .iter()
            .filter_map(|node| node.attribute("target"))
        {
            assert!(ids.contains(target));
        }
        let happenings = crate::workflow::draw::happenings(&definition);
        let inside = happenings
            .iter()
            .filter(|happening| happening.from.is_some());
        assert_eq!(transitions.len(), inside.count());
        let sent = document
            .descendants()
            .filter(|node| node.tag_name().name() == "send");
        let places: usize = definition.timers.iter().map(|timer| timer.at.len()).sum();
        assert_eq!(sent.count(), places);
    }
}
