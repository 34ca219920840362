//! What happened to a case, as people tell it: what, when, and who.

use super::super::page::Say;
use crate::{
    app::{AppError, Tx},
    http::api::case::view::name_in,
    locale::arguments,
};
use kelisim_domain::{
    case::{Event, EventData, ground::Ground},
    code::{ActionName, StepId, TimerName},
    confidential::Confidential,
    id::{AccountId, MediatorId},
    workflow::Definition,
};
use kelisim_persistence::{
    Error,
    store::{account::account_find, case_event::Recorded},
};
use std::collections::BTreeMap;

/// One thing that happened.
pub(super) struct Past {
    pub(super) what: String,
    /// What came of it, a sentence each.
    pub(super) more: Vec<String>,
    /// None for what happened by itself.
    pub(super) who: Option<String>,
    pub(super) when: String,
}

/// The history, newest first; with why something was done, for whoever reads the content.
pub(super) fn told(
    tx: &mut Tx<'_>,
    say: Say,
    definition: &Definition,
    history: &[Recorded],
    mut reasons: BTreeMap<i32, Confidential<String>>,
) -> Result<Vec<Past>, AppError> {
    let mut names: BTreeMap<AccountId, String> = BTreeMap::new();
    let mut past = Vec::with_capacity(history.len());
    for Recorded { event, .. } in history.iter().rev() {
        let who = match event.actor.0.is_nil() {
            true => None,
            false => Some(name(tx, &mut names, event.actor)?),
        };
        let mediator = match &event.data {
            EventData::Moved { mediator, .. } => named(tx, *mediator)?,
            _ => None,
        };
        let teller = Teller { say, definition };
        let (what, mut more) = teller.tell(event);
        more.extend(mediator.map(|name| say.with("page-past-mediator", "name", &name)));
        let reason = reasons.remove(&event.seq);
        more.extend(reason.map(Confidential::into_revealed));
        past.push(Past {
            what,
            more,
            who,
            when: say.time(&event.at),
        });
    }
    Ok(past)
}

fn name(
    tx: &mut Tx<'_>,
    known: &mut BTreeMap<AccountId, String>,
    account: AccountId,
) -> Result<String, AppError> {
    if let Some(name) = known.get(&account) {
        return Ok(name.clone());
    }
    let region = tx.region();
    let name = match account_find(tx.db, region, account) {
        Ok(account) => account.name.to_string(),
        Err(Error::NotFound) => String::new(),
        Err(error) => return Err(error.into()),
    };
    known.insert(account, name.clone());
    Ok(name)
}

fn named(tx: &mut Tx<'_>, mediator: Option<MediatorId>) -> Result<Option<String>, AppError> {
    let Some(id) = mediator else { return Ok(None) };
    let language = tx.language();
    let names = tx.mediator_names(&[id])?;
    Ok(names.get(&id).map(|name| name_in(name, language)))
}

/// Puts an event into words. What an older version of the workflow called otherwise keeps its id.
struct Teller<'a> {
    say: Say,
    definition: &'a Definition,
}

impl Teller<'_> {
    fn action(&self, name: &ActionName) -> String {
        let mut actions = self.definition.actions.iter();
        let action = actions.find(|action| action.name == *name);
        action.map_or_else(
            || name.to_string(),
            |one| self.say.name(&one.title).to_owned(),
        )
    }

    fn step(&self, id: &StepId) -> String {
        let step = self.definition.step(id);
        step.map_or_else(
            || id.to_string(),
            |one| self.say.name(&one.title).to_owned(),
        )
    }

    fn timer(&self, name: &TimerName) -> String {
        let timer = self.definition.timer(name);
        timer.map_or_else(
            || name.to_string(),
            |one| self.say.name(&one.title).to_owned(),
        )
    }

    fn came_to(&self, step: &StepId) -> String {
        self.say.with("page-past-step", "step", &self.step(step))
    }

    fn ground(&self, ground: Ground) -> String {
        self.say
            .with("page-past-ground", "ground", &ground_word(self.say, ground))
    }

    fn tell(&self, event: &Event) -> (String, Vec<String>) {
        let say = self.say;
        match &event.data {
            EventData::Filed { action, to, .. } => {
                (self.action(action), vec![self.came_to(&to.step)])
            }
            EventData::Moved {
                action,
                from,
                to,
                closure,
                by,
                ..
            } => {
                let mut more = Vec::new();
                if *from != to.step {
                    more.push(self.came_to(&to.step));
                }
                more.extend(closure.map(|closure| self.ground(closure.ground)));
                let timer = by.as_ref().map(|timer| self.timer(timer));
                more.extend(timer.map(|timer| say.with("page-past-by-timer", "timer", &timer)));
                (self.action(action), more)
            }
            EventData::TimerFired { timer, .. } => (
                say.with("page-past-timer", "timer", &self.timer(timer)),
                Vec::new(),
            ),
            EventData::TimersMoved { .. } => (say.t("page-past-timers-moved"), Vec::new()),
            EventData::Migrated {
                from_version,
                to_version,
                to,
                ..
            } => {
                let given = arguments([
                    ("from", (*from_version).into()),
                    ("to", (*to_version).into()),
                ]);
                (
                    say.told("page-past-migrated", &given),
                    vec![self.came_to(&to.step)],
                )
            }
            EventData::Corrected(_) => (say.t("page-past-corrected"), Vec::new()),
            EventData::HandedUp => (say.t("page-past-handed-up"), Vec::new()),
            EventData::TakenBack => (say.t("page-past-taken-back"), Vec::new()),
            EventData::GroundCorrected { closure, .. } => (
                say.t("page-past-ground-corrected"),
                vec![self.ground(closure.ground)],
            ),
        }
    }
}

/// The name of a ground.
pub(super) fn ground_word(say: Say, ground: Ground) -> String {
    say.t(&format!("ground-{}", ground.code().replace('_', "-")))
}
