//! A case as lists show it: where it stands, whether somebody waits for the reader, and what is due next.

use super::super::page::Say;
use crate::{
    app::{self, AppError, Tx},
    http::api::case::{
        lookup::Lookup,
        view::{allowed_actions, name_in},
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use kelisim_domain::{
    case::{Armed, Case, Class, Stage},
    code::TimerName,
    id::{CaseId, MediatorId},
    language::Names,
    legal::TermName,
    policy::Standing as Grants,
    workflow::{Definition, Runs, Timer},
};
use kelisim_persistence::store::{case_list::Listed, reference::category_list};
use std::collections::BTreeMap;

/// What a list tells of a case besides its facts. Few, each with a word and a sign besides its colour (F13).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(in crate::http::pages) enum Standing {
    /// A time has passed in which something should have happened.
    Late,
    /// The reader can go on with it.
    Act,
    /// It waits for somebody else.
    Waiting,
    /// It is closed.
    Done,
}

impl Standing {
    /// The class of its style.
    pub(in crate::http::pages) fn class(self) -> &'static str {
        match self {
            Standing::Late => "late",
            Standing::Act => "act",
            Standing::Waiting | Standing::Done => "rest",
        }
    }

    /// Its sign, for those who see no colours.
    pub(in crate::http::pages) fn sign(self) -> &'static str {
        match self {
            Standing::Late => "▲",
            Standing::Act => "●",
            Standing::Waiting => "○",
            Standing::Done => "✓",
        }
    }

    /// The key of its word.
    pub(in crate::http::pages) fn word(self) -> &'static str {
        match self {
            Standing::Late => "page-standing-late",
            Standing::Act => "page-standing-act",
            Standing::Waiting => "page-standing-waiting",
            Standing::Done => "page-standing-done",
        }
    }
}

/// A day by which something happens.
pub(in crate::http::pages) struct Next {
    pub(in crate::http::pages) title: String,
    pub(in crate::http::pages) last_day: NaiveDate,
    /// Days from today; less than none for one that has passed.
    pub(in crate::http::pages) days: i64,
    at: DateTime<Utc>,
}

/// A case in a list.
pub(in crate::http::pages) struct Card {
    pub(in crate::http::pages) id: CaseId,
    pub(in crate::http::pages) number: String,
    pub(in crate::http::pages) step: String,
    pub(in crate::http::pages) category: String,
    /// Who has it; else who is asked to take it.
    pub(in crate::http::pages) mediator: Option<String>,
    pub(in crate::http::pages) filed_on: NaiveDate,
    pub(in crate::http::pages) standing: Standing,
    pub(in crate::http::pages) next: Option<Next>,
    /// The sides' names, where they were searched for.
    pub(in crate::http::pages) sides: Vec<String>,
    /// Whether the reader is asked to take it.
    pub(in crate::http::pages) is_asked: bool,
    /// Whether nobody has it and nobody is asked.
    pub(in crate::http::pages) is_unassigned: bool,
    filed_at: DateTime<Utc>,
}

impl Card {
    /// The order of "act first": late, then the reader's turn, then what is due first, then the oldest.
    pub(super) fn urgency(&self) -> (Standing, bool, Option<DateTime<Utc>>, DateTime<Utc>) {
        let due = self.next.as_ref().map(|next| next.at);
        (self.standing, due.is_none(), due, self.filed_at)
    }

    /// Whether it belongs on the first page of a day: late, or the reader's turn with little time left.
    pub(in crate::http::pages) fn is_for_today(&self) -> bool {
        const SOON_DAYS: i64 = 2;
        let soon = |next: &Next| next.days <= SOON_DAYS;
        match self.standing {
            Standing::Late => true,
            Standing::Act => self.next.as_ref().is_some_and(soon),
            Standing::Waiting | Standing::Done => false,
        }
    }
}

/// The names that cards show, from the lists of the region.
pub(super) struct Lists(BTreeMap<String, Names>);

impl Lists {
    pub(super) fn read(tx: &mut Tx<'_>) -> Result<Self, AppError> {
        let region = tx.region();
        let known = category_list(tx.db, region)?.into_iter();
        let named = known.map(|one| (one.code.to_string(), one.names));
        Ok(Lists(named.collect()))
    }

    /// The kinds of dispute: code and name, in their order.
    pub(super) fn categories(&self) -> impl Iterator<Item = (&String, &Names)> {
        self.0.iter()
    }

    /// The name of a kind of dispute; its code where the list has lost it.
    pub(super) fn category(&self, say: Say, code: &str) -> String {
        let names = self.0.get(code);
        names.map_or_else(|| code.to_owned(), |names| say.name(names).to_owned())
    }
}

/// The cards of a page.
pub(super) fn cards(
    tx: &mut Tx<'_>,
    lists: &Lists,
    found: &[Listed],
) -> Result<Vec<Card>, AppError> {
    let lookup = Lookup::listed(tx, found)?;
    let mut cards = Vec::with_capacity(found.len());
    for Listed { case, .. } in found {
        let name = |id: MediatorId| {
            let name = lookup.mediators.get(&id);
            name.map(|name| name_in(name, tx.language()))
        };
        let asked = case.course.asked.map(|asked| asked.mediator);
        let mediator = case.mediator.or(asked).and_then(name);
        // Whether the office has a head matters for content only, and a list shows none.
        cards.push(card(tx, lists, case, mediator, true)?);
    }
    Ok(cards)
}

/// The card of a case.
pub(super) fn card(
    tx: &mut Tx<'_>,
    lists: &Lists,
    case: &Case,
    mediator: Option<String>,
    office_has_head: bool,
) -> Result<Card, AppError> {
    let definition = app::case::definition_of(tx, case)?;
    let say = Say::new(tx.language(), tx.zone());
    let is_asked = is_asked(tx, case);
    let may_act = !allowed_actions(tx, &definition, case, office_has_head).is_empty();
    let step = definition.step(&case.step);
    let today = tx.today();
    let standing = standing(&definition, case, may_act, is_asked);
    // Where no time runs any more, the one that is over is what matters.
    let runs = case.course.due().into_iter().next();
    let shown = runs.or_else(|| {
        let over = passed(&definition, case).next();
        over.filter(|_| standing == Standing::Late)
    });
    let next = shown.map(|(name, armed)| Next {
        title: definition.timer(name).map_or_else(
            || name.to_string(),
            |timer| say.name(&timer.title).to_owned(),
        ),
        last_day: armed.deadline.last_day,
        days: (armed.deadline.last_day - today).num_days(),
        at: armed.deadline.due_at,
    });
    Ok(Card {
        id: case.id,
        number: case.number.to_string(),
        step: step.map_or_else(
            || case.step.to_string(),
            |step| say.name(&step.title).to_owned(),
        ),
        category: lists.category(say, case.category.as_str()),
        mediator,
        filed_on: say.day_of(&case.filed_at),
        standing,
        next,
        sides: Vec::new(),
        is_asked,
        is_unassigned: case.mediator.is_none()
            && case.course.asked.is_none()
            && case.stage != Stage::Closed,
        filed_at: case.filed_at,
    })
}

fn is_asked(tx: &Tx<'_>, case: &Case) -> bool {
    let asked = case.course.asked.map(|asked| asked.mediator);
    let mut grants = tx.actor.grants.iter();
    grants.any(|grant| {
        matches!(grant.standing, Grants::Mediator { mediator, .. } if Some(mediator) == asked)
    })
}

/// Where a case stands for a reader.
pub(super) fn standing(
    definition: &Definition,
    case: &Case,
    may_act: bool,
    is_asked: bool,
) -> Standing {
    if case.stage == Stage::Closed {
        return Standing::Done;
    }
    if passed(definition, case).next().is_some() {
        return Standing::Late;
    }
    match case.class {
        _ if is_asked => Standing::Act,
        Class::New | Class::Active if may_act => Standing::Act,
        _ => Standing::Waiting,
    }
}

/// The times that are over, and in which something should have happened: timers that have fired and moved nothing. A warning is
/// none, and the pause that a court has given is the court's clock (3.4).
fn passed<'a>(
    definition: &'a Definition,
    case: &'a Case,
) -> impl Iterator<Item = (&'a TimerName, &'a Armed)> {
    let asks_for_an_act = |timer: &Timer| {
        !matches!(
            timer.runs,
            Runs::Before(_) | Runs::Law(TermName::CourtPause)
        )
    };
    let fired = case.course.timers.iter().filter(|(_, armed)| armed.fired);
    fired.filter(move |(name, _)| definition.timer(name).is_some_and(asks_for_an_act))
}
