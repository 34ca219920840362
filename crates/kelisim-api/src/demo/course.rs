//! The course of one invented case, by the standard workflow: what is done to it, by whom, and when.

use super::{
    dice::Dice,
    network::{Form, object},
    year::{Busy, Doer, End, Facts, StepPlan, Year},
};
use chrono::{DateTime, Duration, Utc};
use kelisim_domain::legal::{Prescribed, Profile};
use serde_json::json;

/// What the law asks and prescribes, as far as a form has to say it.
#[derive(Clone)]
pub(super) struct Prescriptions {
    pub(super) questions: Vec<String>,
    pub(super) contract: Vec<String>,
    pub(super) agreement: Vec<String>,
}

impl Prescriptions {
    /// Of the newest version of a profile.
    pub(super) fn of(profile: &Profile) -> Self {
        let newest = profile.versions().last();
        let elements = |document| {
            let contents = newest.and_then(|version| version.contents.get(&document));
            contents.map_or_else(Vec::new, |contents| contents.elements.clone())
        };
        let questions = newest.map_or(&[][..], |version| &version.exclusions);
        Prescriptions {
            questions: questions.iter().map(|one| one.code.clone()).collect(),
            contract: elements(Prescribed::MediationContract),
            agreement: elements(Prescribed::SettlementAgreement),
        }
    }
}

/// A mediation that goes on for longer than this asks for more time.
const LONG_DAYS: i64 = 26;

/// The course of one case.
pub(super) struct Course<'a> {
    pub(super) year: &'a Year<'a>,
    pub(super) facts: &'a Facts<'a>,
    pub(super) language: &'a str,
    pub(super) agreed: String,
}

impl Course<'_> {
    pub(super) fn steps(&self, busy: &mut Busy, dice: &mut Dice) -> Vec<StepPlan> {
        match self.facts.end {
            End::Waiting => self.waits(dice),
            End::Unaccepted(ground) => self.unaccepted(ground, dice),
            _ => self.accepted(busy, dice),
        }
    }

    fn head(&self) -> Doer {
        self.year.head_of(self.facts.office)
    }

    /// Of what nobody has yet, some is new and some is ready.
    fn waits(&self, dice: &mut Dice) -> Vec<StepPlan> {
        if dice.percent(40) {
            return Vec::new();
        }
        let at = self.soon(self.facts.filed_at, dice);
        let ready = self.soon(at, dice);
        vec![
            self.screen(at, None),
            step(ready, self.head(), "make_ready", Form::new()),
        ]
    }

    fn unaccepted(&self, ground: &'static str, dice: &mut Dice) -> Vec<StepPlan> {
        let year = self.year;
        let at = self.soon(self.facts.filed_at, dice);
        let excluded = (ground == "not_suitable").then_some("third_party");
        let mut steps = vec![self.screen(at, excluded)];
        let mut last = at;
        if ground == "proposal_rejected" {
            last = self.soon(at, dice);
            let sent = json!({"proposal": {"sent_on": year.zone.day(last)}});
            steps.push(step(last, self.head(), "send_proposal", object(sent)));
        }
        let closed = year.later(last, dice.between(1, 8), dice);
        steps.push(self.close(closed, self.head(), ground));
        steps
    }

    fn accepted(&self, busy: &mut Busy, dice: &mut Dice) -> Vec<StepPlan> {
        let year = self.year;
        let screened = self.soon(self.facts.filed_at, dice);
        let ready = self.soon(screened, dice);
        let offered = year.later(ready, dice.between(0, 3), dice);
        let accepted = self.soon(offered, dice);
        let contract = year.later(accepted, dice.between(0, 2), dice);
        // The median of the demo year is 12 days; three in a hundred take longer than 30.
        let days = match dice.percent(3) {
            true => dice.between(31, 40),
            false => 2 + dice.between(0, 10) + dice.between(0, 10),
        };
        let ended = year.later(contract, days, dice);
        let closed = year.later(ended, dice.between(1, 9), dice);
        let is_open = matches!(self.facts.end, End::InHand | End::Agreed);
        let until = if is_open { year.end() } else { closed };
        let mediator = year.mediator_for(self.facts, self.language, (offered, until), busy);
        let doer = Doer::Mediator(mediator);
        let declared = object(json!({"declaration": {"result": "none"}}));
        let mut steps = vec![
            self.screen(screened, None),
            step(ready, self.head(), "make_ready", Form::new()),
            self.offer(offered, mediator),
            step(accepted, doer, "accept", declared),
        ];
        if let End::Left(ground) = self.facts.end {
            steps.push(self.close(contract, doer, ground));
            return steps;
        }
        steps.push(self.contract(contract, doer));
        let end = if self.facts.end == End::InHand {
            year.end()
        } else {
            ended
        };
        steps.extend(self.extension(contract, end, doer, dice));
        self.finish(&mut steps, doer, ended, closed);
        steps
    }

    fn finish(
        &self,
        steps: &mut Vec<StepPlan>,
        doer: Doer,
        ended: DateTime<Utc>,
        closed: DateTime<Utc>,
    ) {
        match self.facts.end {
            End::Agreed => {
                steps.push(self.reconcile(ended, doer, "settled"));
                steps.push(step(
                    ended + Duration::minutes(1),
                    doer,
                    "follow_up",
                    Form::new(),
                ));
            }
            End::Settled(ground) => {
                steps.push(self.reconcile(ended, doer, ground));
                let form = object(json!({"nothing_left": true}));
                steps.push(step(closed, doer, "close", form));
            }
            End::Failed(ground) => steps.push(self.close(ended, doer, ground)),
            End::InHand | End::Waiting | End::Unaccepted(_) | End::Left(_) => {}
        }
    }

    /// A little later, and where it is late in the day the next working day.
    fn soon(&self, at: DateTime<Utc>, dice: &mut Dice) -> DateTime<Utc> {
        self.year.later(at, dice.between(0, 1), dice)
    }

    fn screen(&self, at: DateTime<Utc>, excluding: Option<&str>) -> StepPlan {
        let mut answers = Form::new();
        for code in &self.year.prescribed.questions {
            answers.insert(code.clone(), json!(excluding == Some(code)));
        }
        step(
            at,
            self.head(),
            "screen",
            object(json!({"exclusions": answers})),
        )
    }

    fn offer(&self, at: DateTime<Utc>, mediator: usize) -> StepPlan {
        let offices = &self.year.mediators[mediator].offices;
        let is_loan = !offices.contains(&self.facts.office);
        let doer = if is_loan {
            Doer::Coordinator
        } else {
            self.head()
        };
        StepPlan {
            mediator: Some(mediator),
            ..step(at, doer, "offer", Form::new())
        }
    }

    fn contract(&self, at: DateTime<Utc>, doer: Doer) -> StepPlan {
        let contract = json!({
            "signed_on": self.year.zone.day(at),
            "all_signed": true,
            "elements": self.year.prescribed.contract,
        });
        step(
            at,
            doer,
            "record_contract",
            object(json!({"contract": contract})),
        )
    }

    /// Whoever sees that thirty days will not do asks for as many as the law allows, while the term still runs.
    fn extension(
        &self,
        contract: DateTime<Utc>,
        end: DateTime<Utc>,
        doer: Doer,
        dice: &mut Dice,
    ) -> Option<StepPlan> {
        let zone = self.year.zone;
        if zone.day(end) - zone.day(contract) <= Duration::days(LONG_DAYS) {
            return None;
        }
        let at = self
            .year
            .later(contract, dice.between(18, LONG_DAYS - 4), dice);
        let extension = json!({
            "requested_on": zone.day(at),
            "until": zone.day(contract) + Duration::days(60),
        });
        let form = object(json!({"extension": extension}));
        (at < end).then(|| step(at, doer, "extend", form))
    }

    fn reconcile(&self, at: DateTime<Utc>, doer: Doer, ground: &str) -> StepPlan {
        let form = json!({
            "agreement": {
                "signed_on": self.year.zone.day(at),
                "summary": self.agreed,
                "elements": self.year.prescribed.agreement,
            },
            "ground": ground,
        });
        step(at, doer, "reconcile", object(form))
    }

    fn close(&self, at: DateTime<Utc>, doer: Doer, ground: &str) -> StepPlan {
        let mut form = object(json!({"ground": ground}));
        if matches!(ground, "proposal_rejected" | "one_refused" | "both_refused") {
            form.insert("effective_on".into(), json!(self.year.zone.day(at)));
        }
        if ground == "not_suitable" {
            form.insert("exclusion_code".into(), json!("third_party"));
        }
        step(at, doer, "close", form)
    }
}

fn step(at: DateTime<Utc>, doer: Doer, action: &'static str, form: Form) -> StepPlan {
    StepPlan {
        at,
        doer,
        action,
        form,
        mediator: None,
    }
}
