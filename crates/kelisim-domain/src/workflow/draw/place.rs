//! Gives everything its room: rows below each other, things of a row beside each other, arrows between them.
//!
//! What this file promises does not depend on the crate that chose the order: no two boxes meet, no arrow runs through a
//! box, each lane is a band of its own, and nothing lies outside.

use super::{
    plan::{Placed, Plan, Rect, Route},
    rank::{self, Row, Thing},
    settle::{Stop, settle},
};

/// Room at the sides of a lane, in pixels.
const MARGIN: f64 = 18.0;
/// The room between two rows: the more, the further its arrows go sideways.
const GAP_LEAST: f64 = 22.0;
const GAP_MOST: f64 = 48.0;
const GAP_GROWTH: f64 = 0.05;
/// Room above the first row of a lane and below its last one.
const LANE_EDGE: f64 = 16.0;

/// Places everything.
pub(in crate::workflow) fn place(plan: &Plan) -> Placed {
    let mut rows = rank::rows(plan);
    let paths = paths(plan, &rows);
    settle(&mut rows, &paths);
    let width = shift(&mut rows);
    let bands = bands(plan, &rows, &paths, width);
    let mut placed = Placed {
        nodes: vec![Rect::default(); plan.nodes.len()],
        routes: vec![Route::default(); plan.edges.len()],
        lanes: bands.lanes,
    };
    for (row, (top, height)) in rows.iter().zip(&bands.rows) {
        for item in &row.items {
            let (width, own) = item.size;
            let rect = Rect {
                x: item.x - width / 2.0,
                y: top + (height - own) / 2.0,
                width,
                height: own,
            };
            match item.thing {
                Thing::Node(node) => placed.nodes[node] = rect,
                Thing::Label(edge) => placed.routes[edge].label = rect,
                Thing::Passing(_) => {}
            }
        }
    }
    route(plan, &rows, (&paths, &bands.rows), &mut placed);
    placed
}

/// The way of each arrow through the rows, from its upper box to its lower one.
fn paths(plan: &Plan, rows: &[Row]) -> Vec<Vec<Stop>> {
    let mut nodes: Vec<Stop> = vec![(0, 0); plan.nodes.len()];
    let mut between: Vec<Vec<Stop>> = vec![Vec::new(); plan.edges.len()];
    for (row, content) in rows.iter().enumerate() {
        for (place, item) in content.items.iter().enumerate() {
            match item.thing {
                Thing::Node(node) => nodes[node] = (row, place),
                Thing::Passing(edge) | Thing::Label(edge) => between[edge].push((row, place)),
            }
        }
    }
    let whole = |(edge, stops): (_, Vec<Stop>)| {
        let (upper, lower) = plan.ends(edge);
        let mut path = vec![nodes[upper]];
        path.extend(stops);
        path.push(nodes[lower]);
        path
    };
    plan.edges.iter().zip(between).map(whole).collect()
}

/// Moves all so that the leftmost thing stands at the margin; says how wide it is then.
fn shift(rows: &mut [Row]) -> f64 {
    let sides = |side: f64| {
        let items = rows.iter().flat_map(|row| &row.items);
        items.map(move |item| item.x + side * item.size.0 / 2.0)
    };
    let left = sides(-1.0).fold(f64::INFINITY, f64::min);
    let right = sides(1.0).fold(f64::NEG_INFINITY, f64::max);
    if right < left {
        return 2.0 * MARGIN;
    }
    for item in rows.iter_mut().flat_map(|row| &mut row.items) {
        item.x += MARGIN - left;
    }
    right - left + 2.0 * MARGIN
}

struct Bands {
    lanes: Vec<Rect>,
    /// The top and the height of each row.
    rows: Vec<(f64, f64)>,
}

/// The lanes below each other, with their rows.
fn bands(plan: &Plan, rows: &[Row], paths: &[Vec<Stop>], width: f64) -> Bands {
    let gaps = gaps(rows, paths);
    let mut bands = Bands {
        lanes: Vec::new(),
        rows: Vec::new(),
    };
    let mut top = 0.0;
    for lane in 0..plan.lanes {
        let mut at = top + plan.header + LANE_EDGE;
        let mut below = LANE_EDGE;
        let own = (0..rows.len()).filter(|row| rows[*row].lane == lane);
        for (place, index) in own.enumerate() {
            if place > 0 {
                at += below;
            }
            let tall = rows[index].items.iter().map(|item| item.size.1);
            let height = tall.fold(0.0, f64::max);
            bands.rows.push((at, height));
            at += height;
            below = gaps[index];
        }
        // Between two lanes the strip of the lower one is room for arrows too.
        let bottom = at + (below - plan.header - LANE_EDGE).max(LANE_EDGE);
        bands.lanes.push(Rect {
            x: 0.0,
            y: top,
            width,
            height: bottom - top,
        });
        top = bottom;
    }
    bands
}

/// The room that the arrows below each row need to go sideways.
fn gaps(rows: &[Row], paths: &[Vec<Stop>]) -> Vec<f64> {
    let mut far = vec![0.0_f64; rows.len()];
    for pair in paths.iter().flat_map(|path| path.windows(2)) {
        let x = |stop: Stop| rows[stop.0].items[stop.1].x;
        let upper = pair[0].0;
        far[upper] = far[upper].max((x(pair[0]) - x(pair[1])).abs());
    }
    let gap = |far: f64| (GAP_LEAST + far * GAP_GROWTH).min(GAP_MOST);
    far.into_iter().map(gap).collect()
}

fn route(
    plan: &Plan,
    rows: &[Row],
    (paths, heights): (&[Vec<Stop>], &[(f64, f64)]),
    placed: &mut Placed,
) {
    let ports = ports(plan, rows, paths, placed);
    for (index, edge) in plan.edges.iter().enumerate() {
        let (upper, lower) = plan.ends(edge);
        let [first, between @ .., last] = &paths[index][..] else {
            continue;
        };
        let (leaves, enters) = ports[index];
        let foot = |row: usize| heights[row].0 + heights[row].1;
        let mut points = vec![
            (leaves, placed.nodes[upper].bottom()),
            (leaves, foot(first.0)),
        ];
        for (row, place) in between {
            let x = rows[*row].items[*place].x;
            points.push((x, heights[*row].0));
            points.push((x, foot(*row)));
        }
        points.push((enters, heights[last.0].0));
        points.push((enters, placed.nodes[lower].y));
        if plan.leads_up(edge) {
            points.reverse();
        }
        placed.routes[index].points = points;
    }
}

/// Where each arrow touches its upper box below, and its lower box above: side by side, in the order in which they come.
fn ports(plan: &Plan, rows: &[Row], paths: &[Vec<Stop>], placed: &Placed) -> Vec<(f64, f64)> {
    let mut ports = vec![(0.0, 0.0); plan.edges.len()];
    for (node, rect) in placed.nodes.iter().enumerate() {
        let rect = Rect {
            width: rect.width - plan.nodes[node].aside,
            ..*rect
        };
        let (mut below, mut above) = (Vec::new(), Vec::new());
        for (index, edge) in plan.edges.iter().enumerate() {
            let (upper, lower) = plan.ends(edge);
            let next = |place: Option<&Stop>| {
                let item = place.map(|(row, place)| rows[*row].items[*place].x);
                (item.unwrap_or(rect.middle()), index)
            };
            let path = &paths[index];
            if upper == node {
                below.push(next(path.get(1)));
            } else if lower == node {
                above.push(next(path.iter().nth_back(1)));
            }
        }
        for (x, edge) in side_by_side(rect, plan.ports, below) {
            ports[edge].0 = x;
        }
        for (x, edge) in side_by_side(rect, plan.ports, above) {
            ports[edge].1 = x;
        }
    }
    ports
}

fn side_by_side(rect: Rect, most: f64, mut ends: Vec<(f64, usize)>) -> Vec<(f64, usize)> {
    ends.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    let count = ends.len() as f64;
    let room = (rect.width * 0.86 / count.max(1.0)).min(most);
    let mut x = rect.middle() - room * (count - 1.0) / 2.0;
    for end in &mut ends {
        end.0 = x;
        x += room;
    }
    ends
}
