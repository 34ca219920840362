//! Where the people around a case want to get, and which action brings them there.
//!
//! Nothing here knows the name of an action or a step. An action is known by its effects, its guards and where it leads,
//! so any definition can be played.

use super::assumptions::Assumptions;
use crate::{
    case::{Case, LAST_CHECK, Stage, ground::Ground},
    policy::Relation,
    workflow::{Action, Definition, Effect, Guard, Step},
};

/// What is wanted next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Goal {
    /// A mediator takes the case.
    Accept,
    /// A contract is concluded.
    Contract,
    /// The sides agree.
    Agree,
    /// The file of a case that has its ground is closed.
    Close,
    /// The case ends on a ground, without an agreement.
    End(Ground),
}

const GOALS: usize = 4 + Ground::ALL.len();

impl Goal {
    fn place(self) -> usize {
        match self {
            Goal::Accept => 0,
            Goal::Contract => 1,
            Goal::Agree => 2,
            Goal::Close => 3,
            Goal::End(ground) => {
                4 + Ground::ALL
                    .iter()
                    .position(|one| *one == ground)
                    .unwrap_or(0)
            }
        }
    }

    fn all() -> impl Iterator<Item = Goal> {
        [Goal::Accept, Goal::Contract, Goal::Agree, Goal::Close]
            .into_iter()
            .chain(Ground::ALL.into_iter().map(Goal::End))
    }
}

/// An action at a step.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// The place of the action among the actions.
    pub(super) action: usize,
    /// The place of the step to which it leads.
    pub(super) to: usize,
    /// Its bit among the ways of its step. More than 64 of them share bits, and then wait for one another.
    pub(super) bit: u64,
    /// Whether it reaches each goal.
    reaches: [bool; GOALS],
}

/// No way leads there.
const NOWHERE: u16 = u16::MAX;

/// The ways at each step, and how far it is from each to each goal.
#[derive(Debug)]
pub(super) struct Compass {
    pub(super) ways: Vec<Vec<Way>>,
    far: Vec<[u16; GOALS]>,
    has_contract: bool,
}

/// What the choice looks at beside the case.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) goal: Goal,
    /// Whether something remains to be done after the agreement.
    pub(super) has_obligations: bool,
    /// Whether a check after the agreement comes before the obligations are final.
    pub(super) check_is_next: bool,
}

impl Compass {
    pub(super) fn of(definition: &Definition) -> Self {
        let ways: Vec<Vec<Way>> = definition
            .steps
            .iter()
            .map(|step| ways_from(definition, step))
            .collect();
        let mut far = vec![[NOWHERE; GOALS]; ways.len()];
        for goal in Goal::all().map(Goal::place) {
            // As many rounds as there are steps are enough for the longest way.
            for _ in 0..ways.len() {
                for from in 0..ways.len() {
                    let distance = |way: &Way| match way.reaches[goal] {
                        true => 0,
                        false => far[way.to][goal].saturating_add(1),
                    };
                    far[from][goal] = ways[from].iter().map(distance).min().unwrap_or(NOWHERE);
                }
            }
        }
        let mut actions = definition.actions.iter();
        let has_contract = actions.any(|action| action.does(Effect::RecordContract));
        Compass {
            ways,
            far,
            has_contract,
        }
    }

    /// Whether mediation begins with a contract; without one it begins when a mediator takes the case.
    pub(super) fn has_contract(&self) -> bool {
        self.has_contract
    }

    /// Whether some way leads from a step to a goal.
    pub(super) fn leads(&self, from: usize, goal: Goal) -> bool {
        self.far[from][goal.place()] != NOWHERE
    }

    /// Whether the way is a step forward.
    pub(super) fn is_nearer(&self, from: usize, way: &Way, goal: Goal) -> bool {
        self.far[way.to][goal.place()] < self.far[from][goal.place()]
    }

    /// Whether the way reaches the goal.
    pub(super) fn reaches(&self, way: &Way, goal: Goal) -> bool {
        way.reaches[goal.place()]
    }

    /// How much speaks for a way; nothing for one that is not taken now.
    pub(super) fn weight(
        &self,
        definition: &Definition,
        from: usize,
        way: &Way,
        case: &Case,
        wish: Wish,
        assumed: &Assumptions,
    ) -> f64 {
        let action = &definition.actions[way.action];
        if action.guards.iter().any(|guard| is_shut(*guard, case)) {
            return 0.0;
        }
        let reaches = self.reaches(way, wish.goal);
        let ends = action.does(Effect::SetGround) || action.does(Effect::RecordAgreement);
        let closes = definition.steps[way.to].stage == Stage::Closed;
        if let Some(needed) = is_needed(action, case, wish) {
            // Nobody looks for a mediator for a case that is about to end, unless it can only end with one.
            let is_idle = brings_mediator(action)
                && case.accepted_at.is_none()
                && matches!(wish.goal, Goal::End(_))
                && !self.is_nearer(from, way, wish.goal);
            return if needed && !is_idle { 1.0 } else { 0.0 };
        }
        if ends || closes {
            let is_early = wish.goal == Goal::Close && wish.check_is_next;
            return if reaches && !is_early { 1.0 } else { 0.0 };
        }
        if reaches || self.is_nearer(from, way, wish.goal) {
            return 1.0;
        }
        self.aside(action, way, case, wish, assumed)
    }

    /// What is done beside the way, and how often.
    fn aside(
        &self,
        action: &Action,
        way: &Way,
        case: &Case,
        wish: Wish,
        assumed: &Assumptions,
    ) -> f64 {
        let against_one = |share: f64| share / (1.0 - share).max(0.01);
        let is_asked = action.who.contains(&Relation::AskedMediator);
        // Extending is planned by who sees that the time is short.
        if action.does(Effect::ExtendTerm) || !self.leads(way.to, wish.goal) {
            0.0
        } else if action.does(Effect::RecordProposal) {
            against_one(assumed.proposals)
        } else if action.does(Effect::EndOffer) && is_asked {
            against_one(assumed.declined)
        } else if action.does(Effect::Recuse) {
            against_one(assumed.recused)
        } else if action.does(Effect::RecordRuling) && case.course.ruled_on.is_some() {
            0.0
        } else if wish.goal == Goal::Close {
            if wish.has_obligations { 1.0 } else { 0.0 }
        } else {
            assumed.seldom
        }
    }
}

/// Whether the state of the case asks for what the action does; none for an action that no state asks for.
fn is_needed(action: &Action, case: &Case, wish: Wish) -> Option<bool> {
    let course = &case.course;
    let nobody = case.mediator.is_none() && course.asked.is_none();
    let needed = |effect: &Effect| match effect {
        Effect::RecordScreening => Some(course.screening.is_none()),
        Effect::OfferMediator => Some(nobody),
        // Another mediator instead of the one who has it is given seldom.
        Effect::AssignMediator => nobody.then_some(true),
        Effect::AcceptOffer => Some(course.asked.is_some()),
        Effect::RecordWaivers => Some(course.waiver_is_missing),
        Effect::RecordAnnex => Some(course.annex_is_missing),
        Effect::ResumeTerm => Some(course.paused_on.is_some()),
        Effect::RecordCheck => Some(wish.goal == Goal::Close && wish.check_is_next),
        Effect::EndOffer => course.asked.is_none().then_some(false),
        _ => None,
    };
    action.effects.iter().find_map(needed)
}

fn brings_mediator(action: &Action) -> bool {
    let brings = [
        Effect::OfferMediator,
        Effect::AssignMediator,
        Effect::AcceptOffer,
    ];
    brings.iter().any(|effect| action.does(*effect))
}

/// What a guard would say, as far as it shows before anybody fills in the form.
fn is_shut(guard: Guard, case: &Case) -> bool {
    let course = &case.course;
    match guard {
        Guard::Screened => !course.screening.is_some_and(|screening| screening.passed),
        Guard::Waived => course.waiver_is_missing,
        Guard::Annexed => course.annex_is_missing,
        Guard::InTerm | Guard::InTotal => course.term.is_none(),
        Guard::Paused => course.paused_on.is_none(),
        Guard::NoMediator => case.mediator.is_some(),
        Guard::LastCheck => !course.checks.contains(LAST_CHECK),
        Guard::MayPause
        | Guard::InAnswerTime
        | Guard::MediatorFit
        | Guard::Declared
        | Guard::ContractComplete
        | Guard::AgreementComplete => false,
    }
}

/// Whether a person may take the action, and not only the clock or the register.
fn is_for_people(action: &Action) -> bool {
    let by_itself = |one: &Relation| matches!(one, Relation::Clock | Relation::Register);
    !action.who.iter().all(by_itself)
}

fn ways_from(definition: &Definition, step: &Step) -> Vec<Way> {
    let actions = definition.actions.iter().enumerate();
    actions
        .filter(|(_, action)| action.from.contains(&step.id) && is_for_people(action))
        .filter_map(|(number, action)| {
            let to = definition
                .steps
                .iter()
                .position(|one| one.id == action.to)?;
            let mut reaches = [false; GOALS];
            for goal in Goal::all() {
                reaches[goal.place()] = reaches_goal(action, step, &definition.steps[to], goal);
            }
            Some(Way {
                action: number,
                to,
                bit: 0,
                reaches,
            })
        })
        .zip(0_u32..)
        .map(|(way, place)| Way {
            bit: 1 << (place % 64),
            ..way
        })
        .collect()
}

fn reaches_goal(action: &Action, from: &Step, to: &Step, goal: Goal) -> bool {
    match goal {
        Goal::Accept => {
            action.does(Effect::AcceptOffer)
                || (action.does(Effect::AssignMediator) && from.stage == Stage::Filed)
        }
        Goal::Contract => action.does(Effect::RecordContract),
        Goal::Agree => from.stage == Stage::Assigned && to.stage == Stage::Reconciled,
        Goal::Close => to.stage == Stage::Closed,
        Goal::End(ground) => {
            action.does(Effect::SetGround)
                && action.offers(ground)
                && to.stage == Stage::Closed
                && ground.fits(from.stage, to.stage)
        }
    }
}
