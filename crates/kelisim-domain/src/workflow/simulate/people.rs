//! Who acts: the accounts of an invented network, what each can do in a day, and what mediators have in hand.

use super::{
    assumptions::{Assumptions, Network},
    figures::Histogram,
};
use crate::{
    assignment::{MediatorFacts, MediatorStatus, Offer, unfit},
    case::Case,
    id::{AccountId, GrantId, MediatorId, OfficeId, RegionId},
    language::Language,
    policy::{Actor, Grant, Relation, Standing},
};
use chrono::NaiveDate;
use uuid::Uuid;

/// The region in which everything is invented.
pub(super) const REGION: RegionId = RegionId(Uuid::from_u128(1));

const OFFICES: u128 = 1 << 64;
const MEDIATORS: u128 = 2 << 64;

pub(super) fn office_id(place: usize) -> OfficeId {
    OfficeId(Uuid::from_u128(OFFICES + place as u128))
}

fn mediator_id(place: usize) -> MediatorId {
    MediatorId(Uuid::from_u128(MEDIATORS + place as u128))
}

/// The place of a mediator of this network.
pub(super) fn mediator_place(id: MediatorId) -> usize {
    usize::try_from(id.0.as_u128().saturating_sub(MEDIATORS)).unwrap_or(usize::MAX)
}

/// Who takes an action.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Doer {
    Head(usize),
    Mediator(usize),
    Coordinator,
}

/// Somebody's acts, by day and week.
#[derive(Clone, Copy, Debug, Default)]
struct Desk {
    day: usize,
    today: u16,
    this_week: u32,
}

/// Everybody.
#[derive(Debug)]
pub(super) struct People {
    heads: Vec<Option<Actor>>,
    at_office: Vec<Vec<usize>>,
    mediators: Vec<Actor>,
    coordinator: Actor,
    facts: Vec<MediatorFacts>,
    desks: Vec<Desk>,
    coordinator_desk: Desk,
    head_acts_a_day: u16,
    coordinator_acts_a_day: u16,
    /// The most cases that a mediator ever had.
    pub(super) most: u32,
    pub(super) head_weeks: Histogram,
    pub(super) coordinator_weeks: Histogram,
    pub(super) mediator_weeks: Histogram,
}

impl People {
    pub(super) fn new(assumed: &Assumptions) -> Self {
        let Network { offices, mediators } = &assumed.network;
        let head = |(place, office): (usize, &super::Office)| {
            let standing = Standing::OfficeHead {
                office: office_id(place),
            };
            office
                .has_head
                .then(|| actor(3 << 64 | place as u128, [standing]))
        };
        let mediating = |(place, one): (usize, &super::Mediator)| {
            let standing = |office: &usize| Standing::Mediator {
                office: office_id(*office),
                mediator: mediator_id(place),
            };
            actor(4 << 64 | place as u128, one.offices.iter().map(standing))
        };
        let works_at = |office: usize| {
            let all = mediators.iter().enumerate();
            let here = all.filter(move |(_, one)| one.offices.contains(&office));
            here.map(|(place, _)| place).collect()
        };
        let facts = mediators
            .iter()
            .enumerate()
            .map(|(place, one)| MediatorFacts {
                id: mediator_id(place),
                offices: one
                    .offices
                    .iter()
                    .map(|office| office_id(*office))
                    .collect(),
                status: MediatorStatus::Active,
                documents_valid_to: None,
                languages: one
                    .languages
                    .iter()
                    .map(|one| one.code().to_owned())
                    .collect(),
                open_cases: 0,
                max_open_cases: one.max_open_cases,
                is_unavailable: false,
            });
        People {
            heads: offices.iter().enumerate().map(head).collect(),
            at_office: (0..offices.len()).map(works_at).collect(),
            mediators: mediators.iter().enumerate().map(mediating).collect(),
            coordinator: actor(5 << 64, [Standing::Coordinator]),
            facts: facts.collect(),
            desks: vec![Desk::default(); offices.len()],
            coordinator_desk: Desk::default(),
            head_acts_a_day: assumed.head_acts_a_day,
            coordinator_acts_a_day: assumed.coordinator_acts_a_day,
            most: 0,
            head_weeks: Histogram::default(),
            coordinator_weeks: Histogram::default(),
            mediator_weeks: Histogram::default(),
        }
    }

    pub(super) fn actor(&self, doer: Doer) -> &Actor {
        match doer {
            Doer::Head(office) => self.heads[office].as_ref().unwrap_or(&self.coordinator),
            Doer::Mediator(place) => &self.mediators[place],
            Doer::Coordinator => &self.coordinator,
        }
    }

    pub(super) fn has_head(&self, office: usize) -> bool {
        self.heads[office].is_some()
    }

    pub(super) fn head_count(&self) -> usize {
        self.heads.iter().flatten().count()
    }

    /// Whoever may file at an office, the nearest first.
    pub(super) fn filers(&self, office: usize) -> impl Iterator<Item = Doer> {
        let head = self.has_head(office).then_some(Doer::Head(office));
        let mediator = self.at_office[office].first().copied();
        let mediator = mediator.map(Doer::Mediator);
        head.into_iter().chain(mediator).chain([Doer::Coordinator])
    }

    /// Whoever stands in one of the relations to the case, the nearest first; none where nobody does.
    pub(super) fn doer(&self, who: &[Relation], case: &Case, office: usize) -> Option<Doer> {
        let has = |relation| who.contains(&relation);
        let mediator = |id: Option<MediatorId>| id.map(|id| Doer::Mediator(mediator_place(id)));
        let asked = case.course.asked.map(|asked| asked.mediator);
        let mine = mediator(case.mediator).filter(|_| has(Relation::CaseMediator));
        let of_asked = || mediator(asked).filter(|_| has(Relation::AskedMediator));
        let is_headed = has(Relation::OfficeHead) && self.has_head(office);
        let coordinator = || has(Relation::Coordinator).then_some(Doer::Coordinator);
        let of_office = || {
            let first = self.at_office[office].first().copied();
            first.filter(|_| has(Relation::OfficeMediator))
        };
        mine.or_else(of_asked)
            .or_else(|| is_headed.then_some(Doer::Head(office)))
            .or_else(coordinator)
            .or_else(|| of_office().map(Doer::Mediator))
    }

    /// A mediator who may be given the case, with what the register says of them, and who asks: first those of the
    /// office, then whoever the coordinator lends (D4, D9). Those who were not asked before come first, then those who
    /// have the least to do.
    pub(super) fn free(
        &self,
        case: &Case,
        office: usize,
        doer: Doer,
        who: &[Relation],
        before: &[usize],
        today: NaiveDate,
    ) -> Option<(Doer, &MediatorFacts)> {
        let asked = case.course.asked.map(|asked| asked.mediator);
        let is_fit = |place: &usize, lends: bool| {
            let one = &self.facts[*place];
            let offer = Offer {
                office: case.office,
                language: case.language,
                current: case.mediator.or(asked),
                has_recused: case.course.recused.contains(&one.id),
                lends,
                lifts_limit: false,
                today,
            };
            unfit(one, &offer).is_empty()
        };
        let rank = |place: &usize| (before.contains(place), self.facts[*place].open_cases);
        let own = self.at_office[office].iter().copied();
        let own = own.filter(|place| is_fit(place, false)).min_by_key(rank);
        // Somebody of another office is better than the same one once more.
        if let Some(place) = own.filter(|place| !before.contains(place)) {
            return Some((doer, &self.facts[place]));
        }
        let may_lend = who.contains(&Relation::Coordinator);
        let all = (0..self.facts.len()).filter(|_| may_lend);
        let lent = all.filter(|place| is_fit(place, true)).min_by_key(rank);
        lent.map(|place| (Doer::Coordinator, &self.facts[place]))
            .or_else(|| own.map(|place| (doer, &self.facts[place])))
    }

    /// Whether somebody of an office has time for one more act that day, which is then counted; a mediator always has.
    pub(super) fn has_time(&mut self, doer: Doer, day: usize) -> bool {
        let (desk, most) = match doer {
            Doer::Mediator(_) => return true,
            Doer::Head(office) => (&mut self.desks[office], self.head_acts_a_day),
            Doer::Coordinator => (&mut self.coordinator_desk, self.coordinator_acts_a_day),
        };
        if desk.day != day {
            desk.day = day;
            desk.today = 0;
        }
        let has_time = desk.today < most;
        if has_time {
            desk.today += 1;
            desk.this_week += 1;
        }
        has_time
    }

    pub(super) fn takes(&mut self, mediator: usize) {
        self.facts[mediator].open_cases += 1;
        self.most = self.most.max(self.facts[mediator].open_cases);
    }

    pub(super) fn leaves(&mut self, mediator: usize) {
        self.facts[mediator].open_cases -= 1;
    }

    pub(super) fn end_week(&mut self) {
        for (desk, head) in self.desks.iter_mut().zip(&self.heads) {
            if head.is_some() {
                self.head_weeks.add(desk.this_week);
            }
            desk.this_week = 0;
        }
        self.coordinator_weeks.add(self.coordinator_desk.this_week);
        self.coordinator_desk.this_week = 0;
        for one in &self.facts {
            self.mediator_weeks.add(one.open_cases);
        }
    }

    pub(super) fn mediator_count(&self) -> usize {
        self.mediators.len()
    }
}

fn actor(account: u128, standings: impl IntoIterator<Item = Standing>) -> Actor {
    let grant = |standing| Grant {
        id: GrantId(Uuid::from_u128(account)),
        standing,
        from: NaiveDate::MIN,
        to: None,
    };
    Actor {
        account: AccountId(Uuid::from_u128(account)),
        region: REGION,
        language: Language::Kk,
        grants: standings.into_iter().map(grant).collect(),
        system: None,
    }
}
