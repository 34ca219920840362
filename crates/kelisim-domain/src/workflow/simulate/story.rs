//! What happened to a case, and what is counted of it.

use super::{
    Outcome, Shares,
    days::instant,
    people::mediator_place,
    play::{Live, Play},
};
use crate::{
    case::{Decision, Event, EventData, Stage, evolve, ground::Ground},
    id::AccountId,
};

impl Play<'_> {
    /// Something happened to the case: it is counted, and goes on from there.
    pub(super) fn happened(
        &mut self,
        mut live: Box<Live>,
        decision: Decision,
        actor: AccountId,
        now: i64,
    ) {
        self.tally.events += 1;
        let event = Event {
            case: live.case.id,
            seq: live.case.version + 1,
            at: instant(now),
            actor,
            grant: decision.grant,
            data: decision.event,
        };
        let was_accepted = live.case.accepted_at.is_some();
        let was_mediated = live.case.course.contract_on.is_some();
        let asked_before = live.case.course.asked;
        live.case = evolve(live.case, &event);
        let filed_at = live.case.filed_at.timestamp();
        if !was_accepted && live.case.accepted_at.is_some() {
            self.tally.shares.accepted += 1;
            let spent = self.calendar.spent(filed_at, now);
            self.tally.until_accepted.add(spent);
        }
        if !was_mediated && live.case.course.contract_on.is_some() {
            self.tally.shares.mediated += 1;
        }
        if let Some(asked) = live
            .case
            .course
            .asked
            .filter(|one| asked_before != Some(*one))
        {
            live.asked.push(mediator_place(asked.mediator));
        }
        self.hold(&mut live);
        if matches!(event.data, EventData::TimerFired { .. }) {
            // Nobody was moved, so everybody goes on with what they had planned.
            self.watch(live);
            return;
        }
        live.shut = 0;
        live.moves += 1;
        self.moved(&mut live, now);
        if live.case.stage == Stage::Closed {
            self.closed(&live, now);
        } else {
            self.settle(live, now);
        }
    }

    /// The case may stand at another step now.
    fn moved(&mut self, live: &mut Live, now: i64) {
        let step = self.place(&live.case).unwrap_or(live.step);
        if step == live.step {
            return;
        }
        let spent = self.calendar.spent(live.since, now);
        self.tally.waited[live.step].add(spent);
        self.tally.left[live.step] += 1;
        self.tally.overdue[live.step] += u32::from(live.is_overdue);
        self.tally.came[step] += 1;
        live.step = step;
        live.since = now;
        live.is_overdue = false;
        live.moves = 0;
        live.visits[step] = live.visits[step].saturating_add(1);
    }

    fn closed(&mut self, live: &Live, now: i64) {
        let filed_at = live.case.filed_at.timestamp();
        let spent = self.calendar.spent(filed_at, now);
        self.tally.until_closed.add(spent);
        self.tally.shares.closed += 1;
        for mediator in live.held.into_iter().flatten() {
            self.people.leaves(mediator);
        }
        let ground = live.case.closure.map(|closure| closure.ground);
        let place = Ground::ALL.iter().position(|one| Some(*one) == ground);
        place
            .into_iter()
            .for_each(|place| self.tally.grounds[place] += 1);
    }

    /// Who has the case in hand now, or is asked.
    fn hold(&mut self, live: &mut Live) {
        let asked = live.case.course.asked.map(|asked| asked.mediator);
        let mediator = live.case.mediator.map(mediator_place);
        let asked = asked
            .map(mediator_place)
            .filter(|one| Some(*one) != mediator);
        let held = [mediator, asked];
        if held != live.held {
            live.held
                .into_iter()
                .flatten()
                .for_each(|one| self.people.leaves(one));
            held.into_iter()
                .flatten()
                .for_each(|one| self.people.takes(one));
            live.held = held;
        }
    }

    pub(super) fn outcome(mut self) -> Outcome {
        let open: Vec<Box<Live>> = self.live.drain(..).flatten().collect();
        for live in &open {
            self.tally.overdue[live.step] += u32::from(live.is_overdue);
        }
        let (people, tally) = (&self.people, &self.tally);
        let mut mediators = people.mediator_weeks.load(people.mediator_count());
        mediators.most = people.most;
        let grounds = tally.grounds();
        let ended = |ground| {
            let mut found = grounds.iter().filter(|(one, _)| *one == ground);
            let open = open.iter().filter_map(|live| live.case.closure);
            let open = open.filter(|closure| closure.ground == ground).count();
            found.next().map_or(0, |(_, count)| *count) + u32::try_from(open).unwrap_or(0)
        };
        let shares = Shares {
            settled: ended(Ground::Settled),
            partly_settled: ended(Ground::PartlySettled),
            ..tally.shares
        };
        Outcome {
            key: self.definition.key.clone(),
            version: self.definition.version,
            from: self.assumed.from,
            until: self.calendar.day(self.end),
            shares,
            until_accepted: tally.until_accepted.spread(),
            until_closed: tally.until_closed.spread(),
            steps: tally.steps(self.definition),
            timers: tally.timers(self.definition),
            heads: people.head_weeks.load(people.head_count()),
            coordinator: people.coordinator_weeks.load(1),
            mediators,
            nobody_free: tally.nobody_free,
            put_off: tally.put_off,
            refused: tally.refused,
            events: tally.events,
            grounds,
        }
    }
}
