//! What is to be placed, and where it was placed: boxes in lanes, and arrows with labels between them.
//!
//! It knows nothing of workflows, so that the diagram for people and the one inside a BPMN file share it.

/// A rectangle, in pixels.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(in crate::workflow) struct Rect {
    /// Left.
    pub(in crate::workflow) x: f64,
    /// Top.
    pub(in crate::workflow) y: f64,
    /// Width.
    pub(in crate::workflow) width: f64,
    /// Height.
    pub(in crate::workflow) height: f64,
}

impl Rect {
    /// The right side.
    pub(in crate::workflow) fn right(self) -> f64 {
        self.x + self.width
    }

    /// The lower side.
    pub(in crate::workflow) fn bottom(self) -> f64 {
        self.y + self.height
    }

    fn moved(self, x: f64, y: f64) -> Self {
        Rect {
            x: self.x + x,
            y: self.y + y,
            ..self
        }
    }

    /// The middle from left to right.
    pub(in crate::workflow) fn middle(self) -> f64 {
        self.x + self.width / 2.0
    }
}

/// A width and a height.
pub(in crate::workflow) type Size = (f64, f64);

/// A box that is to be placed.
#[derive(Clone, Copy, Debug)]
pub(in crate::workflow) struct Node {
    /// Its size.
    pub(in crate::workflow) size: Size,
    /// Its lane, from 0 at the top.
    pub(in crate::workflow) lane: usize,
    /// How much of its width, on the right, arrows do not touch.
    pub(in crate::workflow) aside: f64,
}

/// An arrow that is to be placed; its two ends are different boxes.
#[derive(Clone, Copy, Debug)]
pub(in crate::workflow) struct Edge {
    /// The box it leaves.
    pub(in crate::workflow) from: usize,
    /// The box it leads to.
    pub(in crate::workflow) to: usize,
    /// The size of its label.
    pub(in crate::workflow) label: Size,
}

/// All that is to be placed.
#[derive(Clone, Debug, Default)]
pub(in crate::workflow) struct Plan {
    /// The boxes.
    pub(in crate::workflow) nodes: Vec<Node>,
    /// The arrows.
    pub(in crate::workflow) edges: Vec<Edge>,
    /// How many lanes there are.
    pub(in crate::workflow) lanes: usize,
    /// The height of the strip with the lane's title.
    pub(in crate::workflow) header: f64,
    /// The most room between the places at which two arrows touch a box.
    pub(in crate::workflow) ports: f64,
}

impl Plan {
    /// Whether an arrow leads upwards: boxes stand in the order of their lanes, and inside a lane in their own order.
    pub(super) fn leads_up(&self, edge: &Edge) -> bool {
        let place = |node: usize| (self.nodes[node].lane, node);
        place(edge.from) > place(edge.to)
    }

    /// The two ends of an arrow, the upper one first.
    pub(in crate::workflow) fn ends(&self, edge: &Edge) -> (usize, usize) {
        if self.leads_up(edge) {
            (edge.to, edge.from)
        } else {
            (edge.from, edge.to)
        }
    }
}

/// An arrow that was placed.
#[derive(Clone, PartialEq, Debug, Default)]
pub(in crate::workflow) struct Route {
    /// The label.
    pub(in crate::workflow) label: Rect,
    /// From its beginning to its end, in pairs: straight down (or up) between the two of a pair, and in a curve to the
    /// next pair.
    pub(in crate::workflow) points: Vec<(f64, f64)>,
}

/// All that was placed.
#[derive(Clone, PartialEq, Debug, Default)]
pub(in crate::workflow) struct Placed {
    /// The boxes, in the order of the plan.
    pub(in crate::workflow) nodes: Vec<Rect>,
    /// The arrows, in the order of the plan.
    pub(in crate::workflow) routes: Vec<Route>,
    /// The lanes: all as wide as the whole.
    pub(in crate::workflow) lanes: Vec<Rect>,
}

impl Placed {
    /// Moves everything to a place and makes the lanes so wide, with their content in the middle.
    pub(in crate::workflow) fn fit(&mut self, x: f64, y: f64, width: f64) {
        let own = self.lanes.first().map_or(0.0, |lane| lane.width);
        let inner = x + ((width - own) / 2.0).max(0.0);
        for rect in &mut self.nodes {
            *rect = rect.moved(inner, y);
        }
        for route in &mut self.routes {
            route.label = route.label.moved(inner, y);
            for point in &mut route.points {
                *point = (point.0 + inner, point.1 + y);
            }
        }
        for lane in &mut self.lanes {
            *lane = Rect {
                width: width.max(own),
                ..lane.moved(x, y)
            };
        }
    }
}
