//! Every way that a case can take, walked with the engine's own `decide` (D35).
//!
//! The state of a walk is what the engine looks at: the step, whether a mediator has the case, and its ground.
//! That is finite, so the walk is exhaustive: what it does not reach cannot be reached, and each finding comes with a
//! shortest way that shows it. Everybody is willing and every mediator is fit here: what remains shut is shut by the
//! definition itself.

use super::{Action, Definition, Field, FieldType, Value, Values};
use crate::{
    assignment::{MediatorFacts, MediatorStatus},
    case::{
        Act, Case, CaseNumber, Class, CourtStage, Event, EventData, Facts, MediatorAsked, Place,
        Stage, decide, evolve, ground::Ground, grounds_offered, opened,
    },
    code::{ActionName, CategoryCode, DistrictCode, OfficeCode, SourceCode, StepId},
    confidential::Confidential,
    id::{AccountId, CaseId, GrantId, MediatorId, OfficeId, RegionId},
    language::Language,
    policy::{Actor, Grant, Standing},
};
use chrono::{DateTime, NaiveDate, Utc};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt,
};
use uuid::Uuid;

/// The actions that lead to a state, from the filing on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Way(pub Vec<ActionName>);

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(ActionName::as_str).collect();
        f.write_str(&names.join(" → "))
    }
}

/// What is wrong with the ways of a definition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// No case ever stands at the step.
    Unreachable {
        /// The place of the step among the steps.
        step: usize,
        /// Its id.
        id: StepId,
    },
    /// A case can stand there with nothing left that anybody could do.
    Stuck {
        /// The place of the step among the steps.
        step: usize,
        /// How it gets there.
        way: Way,
    },
    /// A case can stand there, and from there no way leads to an end.
    NeverCloses {
        /// The place of the step among the steps.
        step: usize,
        /// How it gets there.
        way: Way,
    },
    /// No case ever stands where the action could be taken.
    NeverTaken {
        /// The place of the action among the actions.
        action: usize,
        /// Its name.
        name: ActionName,
    },
    /// No case can ever get this ground.
    GroundNeverSet(Ground),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Unreachable { id, .. } => write!(f, "no case ever stands at the step {id}"),
            Finding::Stuck { way, .. } => write!(f, "{way} → … and now nothing can happen"),
            Finding::NeverCloses { way, .. } => write!(f, "{way} → … and no way leads to an end"),
            Finding::NeverTaken { name, .. } => {
                write!(f, "the action {name} can never be taken as it stands here")
            }
            Finding::GroundNeverSet(ground) => {
                write!(f, "no case can ever get the ground {}", ground.code())
            }
        }
    }
}

impl Finding {
    /// What would be right.
    pub fn help(&self) -> &'static str {
        match self {
            Finding::Unreachable { .. } => {
                "let an action that can be taken lead here, or leave the step out"
            }
            Finding::Stuck { .. } => "an action that somebody may take must lead away from here",
            Finding::NeverCloses { .. } => {
                "some way from here must end in a step of the stage closed"
            }
            Finding::NeverTaken { .. } => {
                "see where it starts, what its guards ask, and what its form offers"
            }
            Finding::GroundNeverSet(_) => {
                "let a form offer it where it may be set, or leave it out of `grounds`"
            }
        }
    }
}

/// Walks every way, and says what is wrong with them; nothing for a definition in which every case can end.
pub fn explore(definition: &Definition) -> Vec<Finding> {
    let Some(walk) = Walk::of(definition) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (number, step) in definition.steps.iter().enumerate() {
        if !walk.states.keys().any(|state| state.step == step.id) {
            findings.push(Finding::Unreachable {
                step: number,
                id: step.id.clone(),
            });
            continue;
        }
        // One finding a step: the first, and therefore shortest, way to it that goes wrong.
        let mut here: Vec<(&State, &Reached)> = walk
            .states
            .iter()
            .filter(|(state, _)| state.step == step.id)
            .collect();
        here.sort_by_key(|(_, reached)| reached.way.0.len());
        let open = here
            .iter()
            .filter(|(state, _)| state.stage != Stage::Closed);
        let wrong = open.clone().find(|(_, reached)| reached.next.is_empty());
        if let Some((_, reached)) = wrong {
            findings.push(Finding::Stuck {
                step: number,
                way: reached.way.clone(),
            });
        } else if let Some((_, reached)) = open.clone().find(|(state, _)| !walk.ends(state)) {
            findings.push(Finding::NeverCloses {
                step: number,
                way: reached.way.clone(),
            });
        }
    }
    for (number, action) in definition.actions.iter().enumerate() {
        if !action.from.is_empty() && !walk.taken.contains(&number) {
            findings.push(Finding::NeverTaken {
                action: number,
                name: action.name.clone(),
            });
        }
    }
    let set: BTreeSet<Ground> = walk
        .states
        .keys()
        .filter_map(|state| state.ground)
        .collect();
    let unset = definition
        .grounds
        .iter()
        .filter(|ground| !set.contains(ground));
    findings.extend(unset.copied().map(Finding::GroundNeverSet));
    findings
}

/// What the engine looks at when it decides.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    step: StepId,
    stage: Stage,
    has_mediator: bool,
    ground: Option<Ground>,
}

impl State {
    fn of(case: &Case) -> Self {
        State {
            step: case.step.clone(),
            stage: case.stage,
            has_mediator: case.mediator.is_some(),
            ground: case.closure.map(|closure| closure.ground),
        }
    }
}

struct Reached {
    way: Way,
    next: BTreeSet<State>,
}

struct Walk {
    states: BTreeMap<State, Reached>,
    /// The states from which a case can end.
    ending: BTreeSet<State>,
    /// The places of the actions that were taken.
    taken: BTreeSet<usize>,
}

impl Walk {
    fn of(definition: &Definition) -> Option<Walk> {
        let (first, way) = begin(definition)?;
        let mut walk = Walk {
            states: BTreeMap::new(),
            ending: BTreeSet::new(),
            taken: BTreeSet::new(),
        };
        let mut queue = VecDeque::from([(first, way)]);
        while let Some((case, way)) = queue.pop_front() {
            let state = State::of(&case);
            if walk.states.contains_key(&state) {
                continue;
            }
            let mut next = BTreeSet::new();
            for (number, action, after) in moves(definition, &case) {
                walk.taken.insert(number);
                next.insert(State::of(&after));
                let mut longer = way.clone();
                longer.0.push(action);
                queue.push_back((after, longer));
            }
            walk.states.insert(state, Reached { way, next });
        }
        walk.find_endings();
        Some(walk)
    }

    /// Goes back from the closed states until nothing is added.
    fn find_endings(&mut self) {
        loop {
            let before = self.ending.len();
            for (state, reached) in &self.states {
                let ends = state.stage == Stage::Closed
                    || reached.next.iter().any(|next| self.ending.contains(next));
                if ends {
                    self.ending.insert(state.clone());
                }
            }
            if self.ending.len() == before {
                return;
            }
        }
    }

    fn ends(&self, state: &State) -> bool {
        self.ending.contains(state)
    }
}

/// A case that was just filed.
fn begin(definition: &Definition) -> Option<(Case, Way)> {
    let action = definition.opening().next()?;
    let step = definition.step(&action.to)?;
    let event = event(
        1,
        EventData::Filed {
            number: CaseNumber {
                office: OfficeCode::from_stored("XXX-00".to_owned()),
                year: 1970,
                serial: 1,
            },
            office: OfficeId(id(1)),
            workflow: definition.key.clone(),
            workflow_version: definition.version,
            action: action.name.clone(),
            to: Place {
                step: step.id.clone(),
                stage: step.stage,
                class: step.class.unwrap_or(Class::New),
            },
            category: CategoryCode::from_stored("x".to_owned()),
            subcategory: None,
            language: Language::Kk,
            district: DistrictCode::from_stored("X".to_owned()),
            court_stage: CourtStage::PreCourt,
            source: SourceCode::from_stored("x".to_owned()),
            referral: None,
        },
    );
    Some((opened(&event)?, Way(vec![action.name.clone()])))
}

/// Everything that anybody can do next: the place of the action, its name, and the case after it.
fn moves(definition: &Definition, case: &Case) -> Vec<(usize, ActionName, Case)> {
    let mut found = Vec::new();
    for (number, action) in definition.actions.iter().enumerate() {
        if !action.from.contains(&case.step) {
            continue;
        }
        for values in answers(definition, action, case) {
            let act = Act {
                action: &action.name,
                values: Some(&values),
            };
            if let Ok(decision) = decide(definition, case, &everybody(case), act, &facts(case)) {
                let event = event(case.version + 1, decision.event);
                found.push((number, action.name.clone(), evolve(case.clone(), &event)));
            }
        }
    }
    found
}

/// Complete answers to a form: one for each ground that it offers.
fn answers(definition: &Definition, action: &Action, case: &Case) -> Vec<Values> {
    let grounds: Vec<Option<Ground>> = match action.field("ground") {
        None => vec![None],
        Some(_) => grounds_offered(definition, action, case)
            .into_iter()
            .map(|code| code.parse().ok())
            .collect(),
    };
    let fill = |ground: Option<Ground>| {
        let mut values = Values::new();
        for field in &action.form {
            if let Some(value) = answer(field, case, ground) {
                values.insert(&field.name, value);
            }
        }
        values
    };
    grounds.into_iter().map(fill).collect()
}

fn answer(field: &Field, case: &Case, ground: Option<Ground>) -> Option<Value> {
    match (field.name.as_str(), field.kind) {
        ("over_limit_reason", _) => None,
        ("exclusion_code", _) if ground != Some(Ground::NotSuitable) => None,
        ("linked_case", _) if !ground.is_some_and(Ground::needs_linked_case) => None,
        (_, FieldType::Text) => Some(Value::Text(Confidential::new("x".to_owned()))),
        (_, FieldType::Date) => Some(Value::Date(today())),
        (_, FieldType::YesNo) => Some(Value::YesNo(true)),
        (_, FieldType::Mediator) => Some(Value::Mediator(another(case))),
        (_, FieldType::Case) => Some(Value::Case(CaseId(id(9)))),
        (_, FieldType::Ground) => ground.map(Value::Ground),
        (_, FieldType::Choice) => field.choices.first().cloned().map(Value::Choice),
    }
}

/// One account that is all at once: every mediator, the head and the coordinator.
fn everybody(case: &Case) -> Actor {
    let office = case.office;
    let mediator = |number| Standing::Mediator {
        office,
        mediator: MediatorId(id(number)),
    };
    let standings = [
        mediator(2),
        mediator(3),
        Standing::OfficeHead { office },
        Standing::Coordinator,
    ];
    Actor {
        account: AccountId(id(4)),
        region: RegionId(id(5)),
        language: Language::Kk,
        grants: standings
            .into_iter()
            .zip(10..)
            .map(|(standing, number)| Grant {
                id: GrantId(id(number)),
                standing,
                from: NaiveDate::MIN,
                to: None,
            })
            .collect(),
    }
}

fn facts(case: &Case) -> Facts {
    Facts {
        today: today(),
        filed_on: today(),
        office_has_head: true,
        mediator: MediatorAsked::Known(MediatorFacts {
            id: another(case),
            offices: vec![case.office],
            status: MediatorStatus::Active,
            documents_valid_to: None,
            languages: vec![case.language.code().to_owned()],
            open_cases: 0,
            max_open_cases: 1,
            is_unavailable: false,
        }),
    }
}

/// A mediator who does not have the case.
fn another(case: &Case) -> MediatorId {
    let first = MediatorId(id(2));
    if case.mediator == Some(first) {
        MediatorId(id(3))
    } else {
        first
    }
}

fn event(seq: i32, data: EventData) -> Event {
    Event {
        case: CaseId(id(8)),
        seq,
        at: DateTime::<Utc>::UNIX_EPOCH,
        actor: AccountId(id(4)),
        grant: Some(GrantId(id(10))),
        data,
    }
}

fn today() -> NaiveDate {
    DateTime::<Utc>::UNIX_EPOCH.date_naive()
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::{BASIC, parse};

    fn findings(text: &str) -> Vec<String> {
        let definition = parse(text).expect("a definition that can be read");
        explore(&definition)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    /// A step in the stage assigned, with the way into it and whatever leads away.
    fn with_step(more: &str) -> String {
        let step = "[[steps]]\nid = \"paused\"\nstage = \"assigned\"\nclass = \"waiting\"\n\
                    title = { kk = \"К\", ru = \"П\", en = \"Paused\" }\n\n";
        let action = |name: &str, from: &str, to: &str| {
            format!(
                "[[actions]]\nname = \"{name}\"\nfrom = [\"{from}\"]\nto = \"{to}\"\nwho = [\"case_mediator\"]\n\
                 title = {{ kk = \"К\", ru = \"П\", en = \"Pause\" }}\n\n"
            )
        };
        let text = BASIC.replacen("# ---- actions", &format!("{step}# ---- actions"), 1);
        let ways: String = more
            .split_whitespace()
            .map(|way| {
                let mut parts = way.split(':');
                let mut next = || parts.next().unwrap_or_default();
                action(next(), next(), next())
            })
            .collect();
        text.replacen("# ---- messages", &format!("{ways}# ---- messages"), 1)
    }

    #[test]
    fn d35_the_basic_workflow_has_no_dead_end() {
        assert_eq!(findings(BASIC), [""; 0]);
        assert_eq!(
            findings(&with_step("pause:assigned:paused resume:paused:assigned")),
            [""; 0]
        );
    }

    #[test]
    fn d35_a_round_without_a_way_out_is_shown_with_the_way_in() {
        assert_eq!(
            findings(&with_step("pause:assigned:paused wait:paused:paused")),
            ["file → assign → pause → … and no way leads to an end"]
        );
    }

    #[test]
    fn d35_a_step_that_only_leads_to_itself_is_not_reached() {
        assert_eq!(
            findings(&with_step("stay:paused:paused")),
            [
                "no case ever stands at the step paused",
                "the action stay can never be taken as it stands here",
            ]
        );
    }

    /// Nobody can reassign a case that no mediator has, so the way on is shut although it is drawn.
    #[test]
    fn d35_what_the_guards_shut_is_found_and_not_only_what_is_not_drawn() {
        let text = with_step("pause:assigned:paused resume:paused:assigned").replacen(
            "choices = [\"settled\", \"partly_settled\"]",
            "choices = [\"settled\"]",
            1,
        );
        assert_eq!(
            findings(&text),
            ["no case can ever get the ground partly_settled"]
        );
    }
}
