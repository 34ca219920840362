//! At the end of a house everything that is stored is compared with the model as a whole.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::Value as Json;
use uuid::Uuid;

use super::house::{shown, written};
use super::life::Life;
use super::paper::Paper;

/// Compares everything; each difference is a contradiction.
pub(super) fn compare(life: &mut Life<'_>) {
    if !life.tally.divergences.is_empty() {
        // The cases that contradict the model are not in it any more.
        return;
    }
    let mut papers: BTreeMap<Uuid, Paper> = life.papers.clone();
    papers.extend(life.retired.clone());
    let rows = life.house.rows(None);
    let wanted = papers.iter().map(|(id, paper)| (*id, shown(paper)));
    same(life, "cases", wanted.collect(), rows);
    let at = life.house.instant("at");
    let bytes = life.house.by_bytes();
    let events = life.house.lines(
        &format!("#case_id# || ' ' || string_agg(kind || ' ' || {at} || ' ' || coalesce(nullif(#actor_id#, ''), '-'), ', ' ORDER BY seq)"),
        "case_event GROUP BY case_id",
    );
    let wanted = papers.iter().map(|(id, paper)| (*id, history(paper)));
    same(life, "histories", wanted.collect(), by_case(events));
    let messages = life.house.lines(
        &format!("#case_id# || ' ' || string_agg(message, ', ' ORDER BY message {bytes})"),
        "(SELECT case_id, kind || ' ' || recipient_kind || ' ' || #recipient_id# || ' ' || count(*) AS message \
         FROM outbox GROUP BY case_id, kind, recipient_kind, recipient_id) AS m GROUP BY case_id",
    );
    let told = papers.iter().filter(|(_, paper)| !paper.told.is_empty());
    let wanted = told.map(|(id, paper)| (*id, messages_of(paper)));
    same(life, "messages", wanted.collect(), by_case(messages));
    let timers = life.house.lines(
        &format!("#case_id# || ' ' || string_agg(ended, ', ' ORDER BY ended {bytes})"),
        "(SELECT case_id, state || ' ' || count(*) AS ended FROM timer WHERE state <> 'armed' GROUP BY case_id, state) AS t GROUP BY case_id",
    );
    let ended = papers.iter().filter(|(_, paper)| !paper.ended.is_empty());
    let wanted = ended.map(|(id, paper)| (*id, timers_of(paper)));
    same(life, "ended timers", wanted.collect(), by_case(timers));
    courses(life, &papers);
    numbers(life);
    let keys = life
        .house
        .lines("CAST(count(*) AS TEXT)", "idempotency_key");
    let kept = life.keys.len();
    if keys != [kept.to_string()] {
        life.contradict(format!("{kept} answers should be kept, and {keys:?} are"));
    }
}

fn same(
    life: &mut Life<'_>,
    what: &str,
    wanted: BTreeMap<Uuid, String>,
    mut found: BTreeMap<Uuid, String>,
) {
    for (id, wanted) in wanted {
        let found = found.remove(&id).unwrap_or_else(|| "nothing".to_owned());
        if found != wanted {
            life.contradict(format!(
                "{what}, case {id}: {wanted} is due, and {found} is there"
            ));
        }
    }
    for (id, found) in found {
        life.contradict(format!("{what}, case {id}: nobody asked for {found}"));
    }
}

fn by_case(lines: Vec<String>) -> BTreeMap<Uuid, String> {
    let split = |line: String| {
        let (id, rest) = line.split_once(' ')?;
        Some((id.parse().ok()?, rest.to_owned()))
    };
    lines.into_iter().filter_map(split).collect()
}

/// An id as the database shows it; of what acts by itself there is none.
fn account(id: Option<u128>) -> String {
    let id = id.map(|id| Uuid::from_u128(id).simple().to_string());
    id.unwrap_or_else(|| "-".to_owned())
}

fn history(paper: &Paper) -> String {
    let one = |noted: &super::paper::Noted| {
        format!("{} {} {}", noted.kind, written(noted.at), account(noted.by))
    };
    paper.log.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn messages_of(paper: &Paper) -> String {
    let one = |((kind, to), count): (&(String, String), &usize)| {
        let (register, id) = to.split_once(' ').unwrap_or_default();
        let id = account(id.parse().ok());
        format!("{kind} {register} {id} {count}")
    };
    let mut all: Vec<String> = paper.told.iter().map(one).collect();
    all.sort_unstable();
    all.join(", ")
}

fn timers_of(paper: &Paper) -> String {
    let ended = paper.ended.iter();
    let one = |(state, count): (&&str, &usize)| format!("{state} {count}");
    ended.map(one).collect::<Vec<_>>().join(", ")
}

/// How far each case has come, as the case itself keeps it.
fn courses(life: &mut Life<'_>, papers: &BTreeMap<Uuid, Paper>) {
    let stored = life
        .house
        .lines("#id# || ' ' || CAST(course AS TEXT)", "cases");
    for (id, text) in by_case(stored) {
        let course: Json = serde_json::from_str(&text).unwrap_or_default();
        let Some(paper) = papers.get(&id) else {
            continue;
        };
        let day =
            |day: Option<NaiveDate>| day.map_or(Json::Null, |day| Json::from(day.to_string()));
        let texts = |list: &Json| -> BTreeSet<String> {
            let list = list.as_array().into_iter().flatten();
            list.filter_map(Json::as_str).map(str::to_owned).collect()
        };
        let recused = paper
            .recused
            .iter()
            .map(|id| Uuid::from_u128(*id).to_string());
        let armed = course["timers"].as_object().cloned().unwrap_or_default();
        let fired = |one: &Json| one["fired"].as_bool().unwrap_or(false);
        let timers: BTreeMap<&str, bool> = armed
            .iter()
            .map(|(name, one)| (name.as_str(), fired(one)))
            .collect();
        let wanted = paper
            .timers
            .iter()
            .map(|(name, one)| (name.as_str(), one.fired));
        let last_day = paper.term.map(|term| term.end.last_day);
        let told = [
            (
                "screening",
                course["screening"]["passed"].as_bool() == paper.screened,
            ),
            (
                "proposal",
                course["proposal_sent_on"] == day(paper.proposal_on),
            ),
            (
                "waiver",
                course["waiver_is_missing"].as_bool().unwrap_or(false) == paper.lacks_waiver,
            ),
            ("contract", course["contract_on"] == day(paper.contract_on)),
            (
                "term",
                course["term"]["deadline"]["last_day"] == day(last_day),
            ),
            ("pause", course["paused_on"] == day(paper.paused_on)),
            (
                "end of the pause",
                course["resumed_on"] == day(paper.resumed_on),
            ),
            (
                "day of the waiver",
                course["waived_on"] == day(paper.waived_on),
            ),
            (
                "annex",
                course["annex_is_missing"].as_bool().unwrap_or(false) == paper.lacks_annex,
            ),
            (
                "acceptance",
                course["taken_at"].as_str().and_then(|at| at.parse().ok()) == paper.taken_at,
            ),
            ("ruling", course["ruled_on"] == day(paper.ruled_on)),
            ("signing", course["signed_on"] == day(paper.signed_on)),
            ("checks", texts(&course["checks"]) == paper.checks),
            ("recused", texts(&course["recused"]) == recused.collect()),
            ("timers", timers == wanted.collect()),
        ];
        let wrong: Vec<&str> = told.iter().filter(|one| !one.1).map(|one| one.0).collect();
        if !wrong.is_empty() {
            let shown = shown(paper);
            life.contradict(format!(
                "course of {id}: {wrong:?} of {shown}, and {text} is there"
            ));
        }
    }
}

/// D22: the numbers of an office and a year run without a gap.
fn numbers(life: &mut Life<'_>) {
    let mut taken: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for number in life.house.lines("number", "cases") {
        let (series, last) = number.rsplit_once('-').unwrap_or_default();
        let last = last.parse().unwrap_or(0);
        taken.entry(series.to_owned()).or_default().insert(last);
    }
    for (series, numbers) in taken {
        if !numbers.iter().copied().eq(1..=numbers.len()) {
            life.contradict(format!("the numbers of {series} have a gap"));
        }
    }
}
