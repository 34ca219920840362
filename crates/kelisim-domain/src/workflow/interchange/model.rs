//! The elements and flows of a BPMN process that a definition becomes, each with its place in the diagram.

use crate::{
    code::StepId,
    language::Language,
    policy::Relation,
    workflow::{
        definition::{Action, Definition, Step, Timer},
        draw::{self, Edge, Face, Happening, Node, Note, Plan, Rect, Route, place, room, wrap},
    },
};

/// The width and height of an event, in pixels: what modelers draw.
const EVENT: f64 = 36.0;
/// The width of the strip with the title of a pool or a lane.
const STRIP: f64 = 30.0;
/// The room between two flows that touch the same task: two events have to fit.
const PORTS: f64 = 44.0;
/// The least size of a task.
const TASK: (f64, f64) = (110.0, 60.0);
/// The most width of a text in a task and beside a flow.
const TASK_TEXT: f64 = 150.0;
const FLOW_TEXT: f64 = 130.0;
/// From a flow to its title.
const BESIDE: f64 = 8.0;
/// How far a flow that comes back to its task goes aside, and the least height that it takes.
const LOOP: (f64, f64) = (40.0, 48.0);

/// What an element is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind<'a> {
    /// Where a case is opened.
    Start,
    /// A step.
    Step(&'a Step),
    /// A timer at the task of a step, which is the element with this place.
    Clock {
        /// The timer.
        timer: &'a Timer,
        /// The element to which it is attached.
        at: usize,
    },
    /// Whom a timer tells.
    Tell(&'a Timer),
}

/// A node of the process.
#[derive(Clone, Debug)]
pub(super) struct Element<'a> {
    /// Its id: a name without a colon.
    pub(super) id: String,
    /// What it is.
    pub(super) kind: Kind<'a>,
    /// Its lane.
    pub(super) lane: usize,
    /// Whether nothing leaves it.
    pub(super) is_end: bool,
    /// Its place.
    pub(super) place: Rect,
    /// The place of its title, when that stands beside it.
    pub(super) label: Option<Rect>,
}

/// A sequence flow.
#[derive(Clone, Debug)]
pub(super) struct Flow<'a> {
    /// Its id.
    pub(super) id: String,
    /// The element it leaves.
    pub(super) from: usize,
    /// The element it leads to.
    pub(super) to: usize,
    /// The action that it stands for.
    pub(super) action: Option<&'a Action>,
    /// Its way.
    pub(super) points: Vec<(f64, f64)>,
    /// The place of its title.
    pub(super) label: Rect,
}

/// The process with its diagram.
#[derive(Clone, Debug)]
pub(super) struct Model<'a> {
    /// The roles, in the order in which they first act.
    pub(super) lanes: Vec<Relation>,
    /// Their places.
    pub(super) lane_places: Vec<Rect>,
    /// The nodes; the boundary events come last.
    pub(super) elements: Vec<Element<'a>>,
    /// The flows.
    pub(super) flows: Vec<Flow<'a>>,
    language: Language,
}

impl<'a> Model<'a> {
    /// What a definition becomes, with titles in one language.
    pub(super) fn of(definition: &'a Definition, language: Language) -> Self {
        let mut model = Model {
            lanes: Vec::new(),
            lane_places: Vec::new(),
            elements: Vec::new(),
            flows: Vec::new(),
            language,
        };
        model.add_steps(definition);
        let first = model.elements.len() - definition.steps.len();
        for happening in draw::happenings(definition) {
            model.add(definition, first, &happening);
        }
        for index in 0..model.elements.len() {
            let is_left = model
                .flows
                .iter()
                .any(|flow| model.task_of(flow.from) == index);
            model.elements[index].is_end = !is_left;
        }
        model.arrange();
        model
    }

    /// The whole pool.
    pub(super) fn pool(&self) -> Rect {
        let (first, last) = (self.lane_places.first(), self.lane_places.last());
        let (Some(first), Some(last)) = (first, last) else {
            return Rect {
                width: 600.0,
                height: 200.0,
                ..Rect::default()
            };
        };
        Rect {
            x: first.x - STRIP,
            y: first.y,
            width: first.width + STRIP,
            height: last.bottom() - first.y,
        }
    }

    fn add_steps(&mut self, definition: &'a Definition) {
        if let Some(open) = definition
            .actions
            .iter()
            .find(|action| action.from.is_empty())
        {
            let lane = self.lane(acts(open));
            self.push("start".to_owned(), Kind::Start, lane);
        }
        for step in &definition.steps {
            let lane = self.lane(first_role(definition, &step.id));
            self.push(format!("step_{}", step.id), Kind::Step(step), lane);
        }
    }

    fn push(&mut self, id: String, kind: Kind<'a>, lane: usize) -> usize {
        self.elements.push(Element {
            id,
            kind,
            lane,
            is_end: false,
            place: Rect::default(),
            label: None,
        });
        self.elements.len() - 1
    }

    fn lane(&mut self, role: Relation) -> usize {
        let known = self.lanes.iter().position(|lane| *lane == role);
        known.unwrap_or_else(|| {
            self.lanes.push(role);
            self.lanes.len() - 1
        })
    }

    fn add(&mut self, definition: &'a Definition, first: usize, happening: &Happening<'a>) {
        let to = happening.to.map(|to| first + to);
        match (happening.note, happening.from) {
            (Note::Action(action), from) => {
                // What opens a case has no step before it: then it leaves the first element, the start.
                let from = from.map_or(0, |from| first + from);
                if let Some(to) = to {
                    self.connect(from, to, Some(action));
                }
            }
            (Note::Timer(timer), Some(from)) => {
                let step = &definition.steps[from].id;
                let (at, lane) = (first + from, self.elements[first + from].lane);
                let id = format!("timer_{}_at_{step}", timer.name);
                let clock = self.push(id, Kind::Clock { timer, at }, lane);
                let to = to.unwrap_or_else(|| {
                    let id = format!("tell_{}_at_{step}", timer.name);
                    self.push(id, Kind::Tell(timer), lane)
                });
                self.connect(clock, to, draw::fired(definition, timer, step));
            }
            (Note::Timer(_), None) => {}
        }
    }

    fn connect(&mut self, from: usize, to: usize, action: Option<&'a Action>) {
        self.flows.push(Flow {
            id: format!("flow_{}", self.flows.len() + 1),
            from,
            to,
            action,
            points: Vec::new(),
            label: Rect::default(),
        });
    }

    /// The task from which a flow comes that leaves this element or an event at its side.
    fn task_of(&self, element: usize) -> usize {
        match self.elements[element].kind {
            Kind::Clock { at, .. } => at,
            _ => element,
        }
    }

    /// The size of the title beside an event, and of that beside the flow.
    fn labels(&self, flow: &Flow<'_>) -> [(f64, f64); 2] {
        let size = |text: &str| {
            let (width, height) = room(&wrap(text, Face::Small, FLOW_TEXT));
            (width + 4.0, height)
        };
        let event = match self.elements[flow.from].kind {
            Kind::Clock { timer, .. } => size(timer.title.get(self.language)),
            _ => (0.0, 0.0),
        };
        let action = flow
            .action
            .map(|action| size(action.title.get(self.language)));
        [event, action.unwrap_or((0.0, 0.0))]
    }

    /// Gives everything its place.
    fn arrange(&mut self) {
        // Boundary events have no place of their own: they sit where their flow leaves the task.
        let placed: Vec<usize> = (0..self.elements.len())
            .filter(|index| !matches!(self.elements[*index].kind, Kind::Clock { .. }))
            .collect();
        let node = |element: usize| placed.iter().position(|index| *index == element);
        let mut plan = Plan {
            lanes: self.lanes.len(),
            ports: PORTS,
            ..Plan::default()
        };
        plan.nodes = placed.iter().map(|index| self.node(*index)).collect();
        let mut arrows = Vec::new();
        for (index, flow) in self.flows.iter().enumerate() {
            let ends = node(self.task_of(flow.from)).zip(node(flow.to));
            if let Some((from, to)) = ends.filter(|(from, to)| from != to) {
                let (width, height) = stacked(self.labels(flow));
                let label = (width + BESIDE, height);
                plan.edges.push(Edge { from, to, label });
                arrows.push(index);
            }
        }
        make_room(&mut plan);
        let mut result = place(&plan);
        let width = result.lanes.first().map_or(0.0, |lane| lane.width);
        result.fit(2.0 * STRIP, 0.0, width);
        self.lane_places = result.lanes;
        for lane in &mut self.lane_places {
            lane.x -= STRIP;
            lane.width += STRIP;
        }
        for (index, (rect, node)) in placed.iter().zip(result.nodes.iter().zip(&plan.nodes)) {
            self.set_place(*index, *rect, node.aside);
        }
        for (flow, route) in arrows.into_iter().zip(result.routes) {
            self.set_route(flow, route);
        }
        self.set_loops();
    }

    fn node(&self, index: usize) -> Node {
        let element = &self.elements[index];
        let (lane, mut aside) = (element.lane, 0.0);
        let text = match element.kind {
            Kind::Step(step) => step.title.get(self.language).to_owned(),
            Kind::Tell(timer) => draw::told(timer, self.language),
            Kind::Start | Kind::Clock { .. } => String::new(),
        };
        let (width, height) = room(&wrap(&text, Face::Plain, TASK_TEXT));
        if element.is_event() {
            if width > 0.0 {
                aside = width + 10.0;
            }
            let size = (EVENT + aside, height.max(EVENT));
            return Node { size, lane, aside };
        }
        let mut size = (TASK.0.max(width + 20.0), TASK.1.max(height + 28.0));
        let loops: Vec<_> = self.loops(index).collect();
        if !loops.is_empty() {
            let labels = loops.iter().map(|flow| stacked(self.labels(flow)));
            let (mut wide, mut high) = (0.0_f64, 0.0);
            for (width, height) in labels {
                wide = wide.max(width);
                high += height.max(LOOP.1) + 8.0;
            }
            aside = LOOP.0 + wide + 6.0;
            size = (size.0 + aside, size.1.max(high));
        }
        Node { size, lane, aside }
    }

    /// The flows that come back to the task that they leave.
    fn loops(&self, task: usize) -> impl Iterator<Item = &Flow<'a>> {
        self.flows
            .iter()
            .filter(move |flow| flow.to == task && self.task_of(flow.from) == task)
    }

    fn set_place(&mut self, index: usize, rect: Rect, aside: f64) {
        let element = &mut self.elements[index];
        element.place = Rect {
            width: rect.width - aside,
            ..rect
        };
        if element.is_event() {
            element.place.y += (rect.height - EVENT) / 2.0;
            element.place.height = EVENT;
            element.label = (aside > 0.0).then_some(Rect {
                x: rect.x + EVENT + 6.0,
                width: aside - 6.0,
                ..rect
            });
        }
    }

    fn set_route(&mut self, index: usize, route: Route) {
        let flow = &self.flows[index];
        let (from, to) = (flow.from, flow.to);
        let [event, action] = self.labels(flow);
        let mut points = route.points;
        pass_beside(&mut points, route.label);
        let (x, y) = (route.label.x + BESIDE, route.label.y);
        let rect = |y, (width, height)| Rect {
            x,
            y,
            width,
            height,
        };
        points.dedup();
        if let Kind::Clock { .. } = self.elements[from].kind {
            let leads_down = points[0].1 < points[points.len() - 1].1;
            self.elements[from].place = around(points[0]);
            self.elements[from].label = Some(rect(y, event));
            leave_event(&mut points, leads_down);
        }
        if self.elements[to].is_event() {
            reach_event(&mut points, self.elements[to].place);
        }
        let flow = &mut self.flows[index];
        flow.label = rect(y + event.1, action);
        flow.points = points;
    }

    /// The flows that come back to their task, below each other at its right side.
    fn set_loops(&mut self) {
        for task in 0..self.elements.len() {
            let right = self.elements[task].place.right();
            let mut y = self.elements[task].place.y;
            let own: Vec<String> = self.loops(task).map(|flow| flow.id.clone()).collect();
            for index in 0..self.flows.len() {
                if !own.contains(&self.flows[index].id) {
                    continue;
                }
                let from = self.flows[index].from;
                let [event, action] = self.labels(&self.flows[index]);
                let (start, back, far) = (y + 20.0, y + 44.0, right + LOOP.0 - 8.0);
                let mut leaves = right;
                let label = |y, (width, height)| Rect {
                    x: right + LOOP.0,
                    y,
                    width,
                    height,
                };
                if from != task {
                    self.elements[from].place = around((right, start));
                    self.elements[from].label = Some(label(y, event));
                    leaves += EVENT / 2.0;
                }
                let flow = &mut self.flows[index];
                flow.points = vec![(leaves, start), (far, start), (far, back), (right, back)];
                flow.label = label(y + event.1, action);
                y += (event.1 + action.1).max(LOOP.1) + 8.0;
            }
        }
    }
}

impl Element<'_> {
    fn is_event(&self) -> bool {
        match self.kind {
            Kind::Start | Kind::Clock { .. } => true,
            Kind::Step(_) => self.is_end,
            Kind::Tell(_) => false,
        }
    }
}

/// Makes tasks so wide that everything that touches one side has room there.
fn make_room(plan: &mut Plan) {
    let mut touching = vec![(0_u32, 0_u32); plan.nodes.len()];
    for edge in &plan.edges {
        let (upper, lower) = plan.ends(edge);
        touching[upper].0 += 1;
        touching[lower].1 += 1;
    }
    for (node, (below, above)) in plan.nodes.iter_mut().zip(touching) {
        let least = f64::from(below.max(above)) * PORTS / 0.86;
        let width = node.size.0 - node.aside;
        if width > EVENT {
            node.size.0 = width.max(least) + node.aside;
        }
    }
}

/// One label below the other.
fn stacked([one, other]: [(f64, f64); 2]) -> (f64, f64) {
    (one.0.max(other.0).max(1.0), (one.1 + other.1).max(1.0))
}

/// An event around a point.
fn around((x, y): (f64, f64)) -> Rect {
    Rect {
        x: x - EVENT / 2.0,
        y: y - EVENT / 2.0,
        width: EVENT,
        height: EVENT,
    }
}

/// Lets a flow pass at the left side of its label: modelers draw the title over the line.
fn pass_beside(points: &mut [(f64, f64)], label: Rect) {
    let middle = label.middle();
    for pair in points.chunks_exact_mut(2) {
        let (top, bottom) = (pair[0].1.min(pair[1].1), pair[0].1.max(pair[1].1));
        if (pair[0].0 - middle).abs() < 0.1 && top <= label.y && label.bottom() <= bottom {
            for point in pair {
                point.0 = label.x;
            }
        }
    }
}

/// Lets a flow begin at the edge of the event that sits at its first point.
fn leave_event(points: &mut Vec<(f64, f64)>, leads_down: bool) {
    let (x, y) = points[0];
    let half = EVENT / 2.0;
    let edge = if leads_down { y + half } else { y - half };
    let is_past = |point: &(f64, f64)| {
        if leads_down {
            point.1 > edge
        } else {
            point.1 < edge
        }
    };
    let mut rest: Vec<(f64, f64)> = points
        .iter()
        .copied()
        .skip_while(|point| !is_past(point))
        .collect();
    rest.insert(0, (x, edge));
    *points = rest;
}

/// Lets a flow end at the edge of a round event.
fn reach_event(points: &mut [(f64, f64)], event: Rect) {
    let Some(last) = points.last_mut() else {
        return;
    };
    let half = EVENT / 2.0;
    let across = (last.0 - event.middle()).clamp(-half, half);
    let rise = (half * half - across * across).sqrt();
    let middle = event.y + half;
    last.1 = if last.1 <= middle {
        middle - rise
    } else {
        middle + rise
    };
}

/// The role in whose lane an action belongs: the first of those who may take it, people before machines.
fn acts(action: &Action) -> Relation {
    let is_person = |who: &&Relation| !matches!(who, Relation::Clock | Relation::Register);
    let who = action.who.iter().find(is_person);
    who.or(action.who.first())
        .copied()
        .unwrap_or(Relation::Clock)
}

/// The role that acts first at a step; where nobody acts any more, the one that brings cases there.
fn first_role(definition: &Definition, step: &StepId) -> Relation {
    let mut here = definition
        .actions
        .iter()
        .filter(|action| action.from.contains(step));
    let by_people = here.clone().find(|action| {
        let machine = |who: &Relation| matches!(who, Relation::Clock | Relation::Register);
        !action.who.iter().all(machine)
    });
    let mut there = definition
        .actions
        .iter()
        .filter(|action| action.to == *step);
    let action = by_people
        .or_else(|| here.next())
        .or_else(|| there.next_back());
    action.map_or(Relation::Clock, acts)
}
