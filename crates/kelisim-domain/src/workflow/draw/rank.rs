//! The order of things: which row everything stands in, and what stands left of what.
//!
//! This is the part that the crate `dagre` does. Each label is a box of its own between the two that its arrow connects,
//! and invisible marks between the lanes keep a lane's boxes above those of the next. What comes back are rows: no two
//! things of different rows can meet, and inside a row the things have an order.

use super::plan::{Edge, Plan, Size};
use dagre::{
    EdgeLabel, LayoutOptions, NodeLabel,
    graph::{Graph, GraphOptions},
};
use std::collections::BTreeMap;

/// A thing in a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Thing {
    /// The box of a node.
    Node(usize),
    /// The label of an edge.
    Label(usize),
    /// The place where an edge passes through the row.
    Passing(usize),
}

/// A thing with its place in the row.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Item {
    /// What it is.
    pub(super) thing: Thing,
    /// The middle from left to right.
    pub(super) x: f64,
    /// Its size; nothing for an edge that passes.
    pub(super) size: Size,
}

/// What stands beside each other, from left to right.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Row {
    /// The lane.
    pub(super) lane: usize,
    /// The things.
    pub(super) items: Vec<Item>,
}

type Drawing = Graph<NodeLabel, EdgeLabel>;

/// How strongly the first half of an arrow wants to be short: a label then stands near the box that the arrow leaves.
const NEAR: i32 = 4;

/// The rows, from the top.
pub(super) fn rows(plan: &Plan) -> Vec<Row> {
    let mut graph = graph(plan);
    let options = LayoutOptions {
        nodesep: 26.0,
        edgesep: 16.0,
        ranksep: 40.0,
        ..LayoutOptions::default()
    };
    dagre::layout(&mut graph, Some(options));
    read(plan, &graph)
}

fn node_name(node: usize) -> String {
    format!("n{node}")
}

fn label_name(edge: usize) -> String {
    format!("l{edge}")
}

/// The mark above a lane.
fn mark_name(lane: usize) -> String {
    format!("m{lane}")
}

fn graph(plan: &Plan) -> Drawing {
    let mut graph = Drawing::with_options(GraphOptions {
        directed: true,
        multigraph: false,
        compound: false,
    });
    let add = |graph: &mut Drawing, name: String, (width, height): Size| {
        let label = NodeLabel {
            width,
            height,
            ..NodeLabel::default()
        };
        graph.set_node(name, Some(label));
    };
    for (index, node) in plan.nodes.iter().enumerate() {
        add(&mut graph, node_name(index), node.size);
    }
    for lane in 1..plan.lanes {
        add(&mut graph, mark_name(lane), (0.0, 0.0));
    }
    for (index, edge) in plan.edges.iter().enumerate() {
        add(&mut graph, label_name(index), edge.label);
        connect_edge(&mut graph, plan, index, edge);
    }
    keep_lanes(&mut graph, plan);
    graph
}

fn connect(graph: &mut Drawing, upper: &str, lower: &str, weight: i32) {
    let label = EdgeLabel {
        weight,
        ..EdgeLabel::default()
    };
    graph.set_edge(upper, lower, Some(label), None);
}

/// An arrow: upper box, label, lower box; the label stays in the lane that the arrow leaves.
fn connect_edge(graph: &mut Drawing, plan: &Plan, index: usize, edge: &Edge) {
    let (upper, lower) = plan.ends(edge);
    let label = label_name(index);
    let up = plan.leads_up(edge);
    let (above, below) = if up { (1, NEAR) } else { (NEAR, 1) };
    connect(graph, &node_name(upper), &label, above);
    connect(graph, &label, &node_name(lower), below);
    let lane = plan.nodes[edge.from].lane;
    let leaves_lane = plan.nodes[edge.to].lane != lane;
    if leaves_lane && up {
        connect(graph, &mark_name(lane), &label, 1);
    } else if leaves_lane {
        connect(graph, &label, &mark_name(lane + 1), 1);
    }
}

/// Hangs every box between the marks of its lane, where its arrows do not do so already.
fn keep_lanes(graph: &mut Drawing, plan: &Plan) {
    for lane in 1..plan.lanes.saturating_sub(1) {
        connect(graph, &mark_name(lane), &mark_name(lane + 1), 1);
    }
    let mut has_upper = vec![false; plan.nodes.len()];
    let mut has_lower = vec![false; plan.nodes.len()];
    for edge in &plan.edges {
        let (upper, lower) = plan.ends(edge);
        let same_lane = plan.nodes[upper].lane == plan.nodes[lower].lane;
        has_lower[upper] |= same_lane;
        has_upper[lower] |= same_lane;
    }
    for (index, node) in plan.nodes.iter().enumerate() {
        if node.lane > 0 && !has_upper[index] {
            connect(graph, &mark_name(node.lane), &node_name(index), 1);
        }
        if node.lane + 1 < plan.lanes && !has_lower[index] {
            connect(graph, &node_name(index), &mark_name(node.lane + 1), 1);
        }
    }
}

/// The rows of what was laid out, lane by lane. A row without a box is left out: nothing needs its room.
fn read(plan: &Plan, graph: &Drawing) -> Vec<Row> {
    let mut rows: BTreeMap<(usize, i64), Row> = BTreeMap::new();
    let mut put = |name: &str, thing: Thing, lane: usize| {
        if let Some(node) = graph.node(name) {
            let item = Item {
                thing,
                x: node.x.unwrap_or_default(),
                size: (node.width, node.height),
            };
            let items = Vec::new();
            let key = (lane, height_of(node.y));
            let row = rows.entry(key).or_insert(Row { lane, items });
            row.items.push(item);
        }
    };
    for (index, node) in plan.nodes.iter().enumerate() {
        put(&node_name(index), Thing::Node(index), node.lane);
    }
    for (index, edge) in plan.edges.iter().enumerate() {
        let lane = plan.nodes[edge.from].lane;
        put(&label_name(index), Thing::Label(index), lane);
    }
    for (index, edge) in plan.edges.iter().enumerate() {
        let (upper, lower) = plan.ends(edge);
        let label = label_name(index);
        for (one, other) in [(node_name(upper), label.clone()), (label, node_name(lower))] {
            let points = graph.edge(&one, &other, None).map(|edge| &edge.points[..]);
            for point in inner(points.unwrap_or_default()) {
                let height = height_of(Some(point.y));
                for (_, row) in rows.iter_mut().filter(|(key, _)| key.1 == height) {
                    row.items.push(Item {
                        thing: Thing::Passing(index),
                        x: point.x,
                        size: (0.0, 0.0),
                    });
                }
            }
        }
    }
    let mut rows: Vec<Row> = rows.into_values().collect();
    for row in &mut rows {
        row.items.sort_by(|one, other| one.x.total_cmp(&other.x));
    }
    rows
}

/// The points without the first and the last one, which lie on the sides of the boxes.
fn inner(points: &[dagre::Point]) -> &[dagre::Point] {
    match points {
        [_, inner @ .., _] => inner,
        _ => &[],
    }
}

/// A row is known by the height of its middle.
fn height_of(y: Option<f64>) -> i64 {
    (y.unwrap_or_default() * 8.0).round() as i64
}
