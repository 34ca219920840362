//! A date of a case with how it was worked out, in sentences (D15 to D17).

use super::super::page::Say;
use crate::{
    app::Tx,
    locale::{Arguments, arguments},
};
use chrono::NaiveDate;
use kelisim_domain::{
    calendar::{Deadline, Moved, Unit},
    case::{Case, Term},
    law::Basis,
    workflow::Definition,
};

/// A date, and why it is this one.
pub(super) struct Dated {
    pub(super) title: String,
    /// None while the term stands still.
    pub(super) last_day: Option<NaiveDate>,
    /// Days from today.
    pub(super) days: i64,
    /// How it was worked out, a sentence each.
    pub(super) how: Vec<String>,
}

/// The dates of a case: the next one first; the term of mediation also when no timer hangs on it.
pub(super) fn dates(tx: &Tx<'_>, say: Say, definition: &Definition, case: &Case) -> Vec<Dated> {
    let today = tx.today();
    let term = case.course.term.as_ref();
    let dated = |title: String, deadline: &Deadline, basis: &Basis, term: Option<&Term>| Dated {
        title,
        last_day: Some(deadline.last_day),
        days: (deadline.last_day - today).num_days(),
        how: how(say, deadline, basis, term),
    };
    let due = case.course.due().into_iter();
    let mut dates: Vec<Dated> = due
        .map(|(name, armed)| {
            let title = definition.timer(name).map_or_else(
                || name.to_string(),
                |timer| say.name(&timer.title).to_owned(),
            );
            // Only the end of the term itself was extended.
            let term = term.filter(|term| term.deadline == armed.deadline);
            dated(title, &armed.deadline, &armed.basis, term)
        })
        .collect();
    // Where the sides have agreed or the case is closed, no term runs any more.
    let is_open = case.closed_at.is_none() && case.course.signed_on.is_none();
    let since = case.course.paused_on.filter(|_| is_open);
    if let Some(term) = term.filter(|_| is_open) {
        let runs = case.course.timers.values();
        let is_told = runs
            .filter(|armed| !armed.fired)
            .any(|armed| armed.deadline == term.deadline);
        if since.is_some() || !is_told {
            let mut whole = dated(say.t("page-term"), &term.deadline, &term.basis, Some(term));
            if let Some(since) = since {
                whole.last_day = None;
                whole.how.insert(0, paused(say, since, term.last_day()));
            }
            dates.push(whole);
        }
    }
    dates
}

fn paused(say: Say, since: NaiveDate, without: NaiveDate) -> String {
    let given = arguments([
        ("since", say.day(&since).into()),
        ("without", say.day(&without).into()),
    ]);
    say.told("term-paused", &given)
}

fn how(say: Say, deadline: &Deadline, basis: &Basis, term: Option<&Term>) -> Vec<String> {
    let mut how = vec![counted(say, deadline)];
    how.push(match (&basis.article, basis.profile) {
        (Some(article), Some(version)) => {
            let given = arguments([
                ("article", article.clone().into()),
                ("version", version.into()),
            ]);
            say.told("page-date-law", &given)
        }
        (None, Some(version)) => say.told(
            "page-date-profile",
            &arguments([("version", version.into())]),
        ),
        (_, None) => say.t("page-date-own"),
    });
    if deadline.days_paused > 0 {
        how.push(say.count("page-date-paused", &i64::from(deadline.days_paused)));
    }
    for extension in term.map_or(&[][..], |term| &term.extensions) {
        let mut given: Arguments = arguments([
            ("count", extension.days().into()),
            ("was", say.day(&extension.was).into()),
        ]);
        given.extend(arguments([("until", say.day(&extension.until).into())]));
        how.push(say.told("page-date-extended", &given));
    }
    for (key, days) in [
        ("page-date-skipped", &deadline.skipped),
        ("page-date-moved", &deadline.moved),
    ] {
        if !days.is_empty() {
            how.push(say.with(key, "days", &listed(say, days)));
        }
    }
    how
}

fn counted(say: Say, deadline: &Deadline) -> String {
    let key = match deadline.length.unit() {
        Unit::CalendarDays => "page-length-calendar-days",
        Unit::WorkingDays => "page-length-working-days",
        Unit::Hours => "page-length-hours",
    };
    let length = say.count(key, &i64::from(deadline.length.count()));
    let given = arguments([
        ("day", say.day(&deadline.starts).into()),
        ("length", length.into()),
    ]);
    say.told("page-date-counted", &given)
}

fn listed(say: Say, days: &[Moved]) -> String {
    let one = |day: &Moved| {
        let why = say.t(&format!("page-off-{}", day.why.code().replace('_', "-")));
        format!("{} ({why})", say.day(&day.over))
    };
    days.iter().map(one).collect::<Vec<_>>().join(", ")
}
