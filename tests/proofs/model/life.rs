//! The life of a house: rounds of requests that are under way together, deadlines that pass, crashes; after each round the
//! cases that were touched are what the model says.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::Value as Json;
use uuid::Uuid;

use super::asks::{Ask, Heard, What};
use super::book::{Book, Kept, Keys, Verdict};
use super::house::{House, LEASE, Process, shown};
use super::orders::{News, Op, Round, is_nothing, is_unknown};
use super::paper::Paper;
use super::people::{Actor, Moment, Office, PEOPLE, Post, suspended};
use super::register::Wish;
use super::wishes::Wishes;
use crate::proofs::dice::Dice;

/// Cases that are open at once.
const OPEN: usize = 72;
/// Cases about which somebody asks something in a round.
const WIDTH: usize = 20;
/// Earlier requests about a case that somebody may repeat.
const RECENT: usize = 4;
/// Minutes by which the clock moves on.
const JUMPS_MINUTES: [i64; 9] = [
    0,
    1,
    30,
    60,
    6 * 60,
    24 * 60,
    24 * 60,
    3 * 24 * 60,
    9 * 24 * 60,
];
/// Looks within which everything that is due has fired.
const LOOKS_MOST: usize = 20;
/// Times within which somebody who repeats a request hears an answer.
const REPEATS_MOST: usize = 12;
/// Between two repeats: a database notices a moment after a crash that the program is gone, and holds what it held until then.
const MOMENT: Duration = Duration::from_millis(20);
/// After so many contradictions a house says nothing new.
const CONTRADICTIONS_MOST: usize = 5;

/// What was done and seen.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) steps: usize,
    pub(super) accepted: usize,
    pub(super) refused: usize,
    pub(super) repeated: usize,
    pub(super) unknown: usize,
    pub(super) put_off: usize,
    pub(super) together: usize,
    pub(super) fired: usize,
    pub(super) looks: usize,
    pub(super) crashes: usize,
    pub(super) suspensions: usize,
    pub(super) cases: usize,
    /// How often each answer was heard.
    pub(super) answers: BTreeMap<String, usize>,
    /// What contradicts the model, one sentence each.
    pub(super) divergences: Vec<String>,
}

/// How a round goes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Weather {
    /// Nothing goes wrong.
    Calm,
    /// Failpoints fail now and then, and people lose their patience.
    Rough,
    /// The process is gone in the middle of it.
    Crash,
}

/// A house while it is lived in.
pub(super) struct Life<'d> {
    pub(super) house: House,
    pub(super) papers: BTreeMap<Uuid, Paper>,
    /// Cases that are closed and that nobody asks about any more.
    pub(super) retired: BTreeMap<Uuid, Paper>,
    pub(super) keys: Keys,
    pub(super) tally: Tally,
    pub(super) dice: &'d Dice,
    /// Mediators who are suspended.
    pub(super) suspended: BTreeSet<u128>,
    /// The versions of the entries of mediators that were changed.
    pub(super) entries: BTreeMap<u128, i32>,
    /// What the registrar wishes in the next round.
    wish: Option<Wish>,
    /// What became of it in the last one.
    news: Option<News>,
    process: Option<Process>,
    /// What happened to each case, in words.
    stories: BTreeMap<Uuid, Vec<String>>,
    recent: BTreeMap<Uuid, Vec<Ask>>,
    /// The office of every case.
    offices: BTreeMap<Uuid, Office>,
    /// The last filings.
    filings: Vec<Ask>,
    number: u64,
}

impl<'d> Life<'d> {
    /// A house that nobody has lived in.
    pub(super) fn new(house: House, dice: &'d Dice) -> Self {
        Self {
            house,
            dice,
            papers: BTreeMap::new(),
            retired: BTreeMap::new(),
            keys: Keys::new(),
            tally: Tally::default(),
            suspended: suspended(),
            entries: BTreeMap::new(),
            wish: None,
            news: None,
            process: None,
            stories: BTreeMap::new(),
            recent: BTreeMap::new(),
            offices: BTreeMap::new(),
            filings: Vec::new(),
            number: 0,
        }
    }

    /// Lives for so many steps.
    pub(super) async fn live(&mut self, steps: usize) {
        self.process = Some(self.house.open().await);
        while self.tally.steps < steps && self.tally.divergences.len() < CONTRADICTIONS_MOST {
            if self.dice.is(35) {
                self.jump();
            }
            let weather = match self.dice.below(100) {
                0..4 => Weather::Crash,
                4..16 => Weather::Rough,
                _ => Weather::Calm,
            };
            let asks = self.wishes();
            self.wish = self.dice.is(8).then(|| self.wish());
            let is_together = self.dice.is(25);
            self.round(asks, weather, is_together).await;
            if self.dice.is(60) {
                self.look().await;
            }
            self.retire();
        }
        self.look().await;
        self.process = None;
    }

    fn jump(&mut self) {
        let minutes = *self.dice.one_of(&JUMPS_MINUTES);
        let seconds = i64::try_from(self.dice.below(60)).unwrap_or(0);
        let by = TimeDelta::minutes(minutes) + TimeDelta::seconds(seconds);
        self.house.advance(by);
        self.tally.steps += 1;
    }

    /// What people ask in a round: about each case one thing, or two at once.
    fn wishes(&mut self) -> Vec<Ask> {
        let others: Vec<Uuid> = self.papers.keys().copied().collect();
        let mut number = self.number;
        let wishes = Wishes {
            dice: self.dice,
            book: book(&self.house, &self.suspended),
            now: self.house.now(),
            others: &others,
        };
        let mut next = || {
            number += 1;
            number
        };
        let mut asks = Vec::new();
        // Most of them at the beginning, then as many as have gone.
        let missing = OPEN.saturating_sub(self.papers.len()).min(WIDTH);
        asks.extend((0..missing).map(|_| wishes.filing(next())));
        if !self.filings.is_empty() && self.dice.is(15) {
            asks.push(self.dice.one_of(&self.filings).clone());
        }
        let mut chosen = BTreeSet::new();
        while chosen.len() < WIDTH.min(others.len()) {
            chosen.insert(*self.dice.one_of(&others));
        }
        for case in chosen {
            let paper = &self.papers[&case];
            let recent = self.recent.get(&case).map_or(&[][..], Vec::as_slice);
            let first = match self.dice.below(100) {
                0..6 if !recent.is_empty() => self.dice.one_of(recent).clone(),
                6..8 if !recent.is_empty() => {
                    wishes.other_under(self.dice.one_of(recent), paper, next())
                }
                _ => wishes.about(paper, next()),
            };
            let second = match self.dice.below(100) {
                // The same twice: somebody is impatient.
                0..5 => Some(first.clone()),
                5..22 => Some(wishes.about(paper, next())),
                _ => None,
            };
            asks.push(first);
            asks.extend(second);
        }
        self.number = number;
        asks
    }

    /// One round, and what has to follow until everybody knows what became of their request.
    async fn round(&mut self, asks: Vec<Ask>, weather: Weather, with_worker: bool) {
        let heard = self.ask(&asks, weather, with_worker).await;
        let mut open = self.judge(&asks, &heard, with_worker);
        let mut last = Vec::new();
        for turn in 0..REPEATS_MOST {
            if open.is_empty() {
                return;
            }
            if turn > 0 {
                tokio::time::sleep(MOMENT).await;
            }
            self.tally.repeated += open.len();
            let heard = self.ask(&open, Weather::Calm, false).await;
            last = heard.iter().map(brief).collect();
            open = self.judge(&open, &heard, false);
        }
        let told: Vec<String> = open.iter().map(Ask::told).collect();
        self.contradict(format!("nobody answers {told:?}, last heard {last:?}"));
    }

    /// Asks all of it at once, and gives what each heard.
    async fn ask(&mut self, asks: &[Ask], weather: Weather, with_worker: bool) -> Vec<Heard> {
        let process = self.process.as_ref().expect("the program runs");
        let dice = self.dice;
        match weather {
            Weather::Calm => {}
            Weather::Rough => process.mishaps.fail(2 + dice.below(12)),
            Weather::Crash => process.mishaps.crash_after(dice.below(15 * asks.len() + 1)),
        }
        let calls = asks.iter().map(|ask| {
            let door = match &ask.what {
                What::File { script, .. } => *script,
                _ => dice.below(process.doors.len()),
            };
            let patience = (weather != Weather::Calm && dice.is(15)).then(|| dice.below(40));
            let said = (process.doors[door])(ask.request());
            async move {
                let said = async {
                    let (status, text) = said.await;
                    Heard::Said { status, text }
                };
                match patience {
                    None => said.await,
                    Some(turns) => tokio::select! {
                        heard = said => heard,
                        () = turns_go_by(turns) => Heard::Nothing,
                    },
                }
            }
        });
        let wish = self.wish.take();
        let registrar = async {
            let (status, text) = (process.doors[0])(wish?.request()).await;
            Some(Heard::Said { status, text })
        };
        let worker = process.worker(dice);
        let works = async {
            if with_worker {
                // What fails is claimed again when its lease is over.
                let _ = worker.drain().await;
            }
        };
        let (heard, said, ()) = tokio::join!(join_all(calls), registrar, works);
        drop(worker);
        process.mishaps.fail(0);
        if weather == Weather::Crash {
            process.mishaps.crash();
        }
        // Whoever has gone away has left work behind.
        match weather {
            Weather::Calm => {}
            Weather::Rough => process.settle().await,
            // The threads of the database end with it.
            Weather::Crash => process.quiet().await,
        }
        if weather == Weather::Crash {
            self.process = None;
            self.process = Some(self.house.open().await);
            self.tally.crashes += 1;
            self.tally.steps += 1;
        }
        self.tally.steps += asks.len();
        if let (Some(wish), Some(said)) = (wish, said) {
            self.news = self.learn(wish, &said);
        }
        heard
    }

    /// Compares what was heard and what the database shows with the model; gives what has to be asked once more.
    fn judge(&mut self, asks: &[Ask], heard: &[Heard], with_worker: bool) -> Vec<Ask> {
        let now = self.house.now();
        let mut of_case: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
        let mut again = Vec::new();
        for (number, (ask, heard)) in asks.iter().zip(heard).enumerate() {
            self.count(heard);
            if is_unknown(heard) || is_nothing(heard) {
                again.push(ask.clone());
            }
            match ask.case() {
                Some(case) => of_case.entry(case).or_default().push(number),
                None => self.judge_filing(ask, heard, now),
            }
        }
        let news = self.news.take();
        let due = self.due(now).into_iter().filter(|_| with_worker);
        for case in due.chain(self.theirs(news)) {
            of_case.entry(case).or_default();
        }
        let kept = self.kept(asks, heard);
        let cases: Vec<Uuid> = of_case.keys().copied().collect();
        let rows = self.house.rows(Some(&cases));
        for (case, numbers) in of_case {
            let ops: Vec<Op<'_>> = numbers
                .iter()
                .map(|number| Op {
                    ask: &asks[*number],
                    heard: &heard[*number],
                    is_kept: kept[*number],
                })
                .collect();
            self.tally.together += usize::from(ops.len() > 1);
            let row = rows.get(&case).map_or("nowhere", String::as_str);
            self.judge_case(case, &ops, row, (with_worker, news), now);
        }
        if let Some(news) = news {
            news.note(&mut self.suspended);
        }
        // Of a case that contradicts the model nobody asks any more.
        again.retain(|ask| {
            ask.case()
                .is_none_or(|case| self.papers.contains_key(&case))
        });
        again.dedup();
        again
    }

    fn judge_case(
        &mut self,
        case: Uuid,
        ops: &[Op<'_>],
        row: &str,
        (worker, news): (bool, Option<News>),
        now: Moment,
    ) {
        let Some(before) = self.papers.get(&case) else {
            return;
        };
        let offices = &self.offices;
        let seen = |case: Uuid, actor: Actor| sees_linked(offices, case, actor);
        let round = Round {
            book: book(&self.house, &self.suspended),
            before,
            ops,
            worker,
            news,
            now,
            row,
            seen: &seen,
        };
        let explained = round.explain(&self.keys);
        let story = self.stories.entry(case).or_default();
        let told = ops
            .iter()
            .map(|op| format!("{now} {} -> {}", op.ask.told(), brief(op.heard)));
        story.extend(told);
        match explained {
            Ok(explained) => {
                self.tally.fired += explained.fired;
                if explained.fired > 0 {
                    story.push(format!("{now} timers fired: {}", explained.fired));
                }
                story.push(format!(
                    "    at {} v{}",
                    explained.after.step, explained.after.version
                ));
                self.keys.extend(explained.kept);
                self.papers.insert(case, explained.after);
                for op in ops {
                    remember(self.recent.entry(case).or_default(), op.ask);
                }
            }
            Err(why) => {
                let story = std::mem::take(story).join("\n    ");
                let before = shown(before);
                self.papers.remove(&case);
                self.contradict(format!(
                    "case {case}: {why}\n    {story}\n    it was {before}"
                ));
            }
        }
    }

    fn judge_filing(&mut self, ask: &Ask, heard: &Heard, now: Moment) {
        let Heard::Said { status, text } = heard else {
            return;
        };
        if is_unknown(heard) || is_nothing(heard) {
            return;
        }
        let book = book(&self.house, &self.suspended);
        let nobody = |_: Uuid, _: Actor| false;
        let verdict = book.answer(None, &self.keys, ask, now, &nobody);
        if let Some(why) = book.differs(&verdict, ask, None, *status, text) {
            self.contradict(format!("{}: {why}", ask.told()));
            return;
        }
        let Verdict::Done(paper) = verdict else {
            return;
        };
        let body: Json = serde_json::from_str(text).unwrap_or_default();
        let id = body["id"].as_str().and_then(|id| id.parse().ok());
        let id: Uuid = id.expect("a case has an id");
        let paper = Paper { id, ..*paper };
        if let Some(key) = ask.key.clone() {
            let kept = Kept::of(ask, now, Some(text), None, &paper);
            self.keys.insert((ask.who, key), kept);
        }
        remember(&mut self.filings, ask);
        self.stories
            .insert(id, vec![format!("{now} {}", ask.told())]);
        self.offices.insert(id, paper.office);
        self.papers.insert(id, paper);
        self.tally.cases += 1;
    }

    /// For each request whose answer was lost: whether one is kept under its key, if that was new.
    fn kept(&mut self, asks: &[Ask], heard: &[Heard]) -> Vec<Option<bool>> {
        let is_new = |ask: &Ask| {
            let key = ask.key.clone().map(|key| (ask.who, key));
            key.is_some_and(|key| !self.keys.contains_key(&key))
        };
        let asked: Vec<Option<&Ask>> = asks
            .iter()
            .zip(heard)
            .map(|(ask, heard)| Some(ask).filter(|ask| is_unknown(heard) && is_new(ask)))
            .collect();
        let twice = |ask: &Ask| asks.iter().filter(|one| one.key == ask.key).count() > 1;
        let keys: Vec<&str> = asked
            .iter()
            .flatten()
            .filter_map(|ask| ask.key.as_deref())
            .collect();
        let kept = self.house.answered(&keys);
        let found = |ask: &Ask| {
            // Whoever has no token has no account either.
            let person = PEOPLE.get(ask.who)?;
            let account = Uuid::from_u128(person.account).simple();
            let line = format!("{account} {}", ask.key.as_deref()?);
            // Of two that are the same either may have been the one.
            (!twice(ask)).then(|| kept.contains(&line))
        };
        asked.into_iter().map(|ask| ask.and_then(found)).collect()
    }

    /// A worker looks until nothing is due any more.
    async fn look(&mut self) {
        self.tally.looks += 1;
        for _ in 0..LOOKS_MOST {
            let heard = self.ask(&[], Weather::Calm, true).await;
            self.tally.steps += 1;
            self.judge(&[], &heard, true);
            let now = self.house.now();
            if self.due(now).is_empty() {
                return;
            }
            // A worker that is gone has left its claims behind.
            let lease = TimeDelta::from_std(LEASE).expect("a minute");
            self.house.advance(lease + TimeDelta::seconds(1));
        }
        let due = self.due(self.house.now());
        self.contradict(format!("timers of {due:?} are due and do not fire"));
    }

    /// The cases of a mediator of whom there are news.
    fn theirs(&self, news: Option<News>) -> Vec<Uuid> {
        let Some(News { mediator, .. }) = news else {
            return Vec::new();
        };
        let is_theirs = |paper: &&Paper| {
            let mediators = [paper.mediator, paper.asked_mediator()];
            mediators.contains(&Some(mediator))
        };
        let theirs = self.papers.values().filter(is_theirs);
        theirs.map(|paper| paper.id).collect()
    }

    /// The cases of which a timer is due.
    fn due(&self, now: Moment) -> Vec<Uuid> {
        let due = self
            .papers
            .values()
            .filter(|paper| paper.next_due(now).is_some());
        due.map(|paper| paper.id).collect()
    }

    /// Lets go of cases that are over; some are asked about for a while.
    fn retire(&mut self) {
        let over = self.papers.values().filter(|paper| paper.is_closed());
        let over: Vec<Uuid> = over.map(|paper| paper.id).collect();
        for case in over.into_iter().filter(|_| self.dice.is(30)) {
            if let Some(paper) = self.papers.remove(&case) {
                self.retired.insert(case, paper);
            }
            self.recent.remove(&case);
            self.stories.remove(&case);
        }
    }

    fn count(&mut self, heard: &Heard) {
        let said = match heard {
            Heard::Nothing => "no answer".to_owned(),
            Heard::Said { status, text } => format!("{status} {}", super::orders::code(text)),
        };
        match heard {
            _ if is_unknown(heard) => self.tally.unknown += 1,
            _ if is_nothing(heard) => self.tally.put_off += 1,
            Heard::Said {
                status: 200 | 201, ..
            } => self.tally.accepted += 1,
            _ => self.tally.refused += 1,
        }
        *self.tally.answers.entry(said).or_default() += 1;
    }

    pub(super) fn contradict(&mut self, what: String) {
        let seed = self.house.seed;
        self.tally.divergences.push(format!("house {seed}, {what}"));
    }
}

/// The rules of a house.
fn book<'a>(house: &'a House, suspended: &'a BTreeSet<u128>) -> Book<'a> {
    Book {
        scripts: &house.scripts,
        may_pause: house.may_pause,
        suspended,
        now: house.now(),
    }
}

/// A case is named as linked by those whose sight never changes: the head of its office, and the coordinator.
fn sees_linked(offices: &BTreeMap<Uuid, Office>, case: Uuid, actor: Actor) -> bool {
    let Actor::Person(number) = actor else {
        return false;
    };
    offices
        .get(&case)
        .is_some_and(|office| match PEOPLE[number].post {
            Post::Head(own) => own == *office,
            Post::Coordinator => true,
            Post::Mediator(..) | Post::Other => false,
        })
}

fn remember(recent: &mut Vec<Ask>, ask: &Ask) {
    if recent.len() == RECENT {
        recent.remove(0);
    }
    recent.push(ask.clone());
}

/// An answer in a few words.
fn brief(heard: &Heard) -> String {
    match heard {
        Heard::Nothing => "gone away".to_owned(),
        Heard::Said { status, text } => {
            let short: String = text
                .chars()
                .take(if *status < 300 { 0 } else { 400 })
                .collect();
            format!("{status} {short}")
        }
    }
}

/// Lets so many turns of the other requests go by.
async fn turns_go_by(turns: usize) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}
