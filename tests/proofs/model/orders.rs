//! In which order can what happened at once have happened? One that explains every answer and the case as it is now.
//!
//! Requests of one round are under way together, with timers among them. Each answer must be the one that the model gives at
//! some place of one order, and the case must be what that order makes of it (linearizability). What was not answered has
//! happened in that order once or not at all.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use uuid::Uuid;

use super::asks::{Ask, Condition, Heard};
use super::book::{Book, Kept, Keys, Verdict};
use super::house::shown;
use super::moves;
use super::paper::Paper;
use super::people::{Actor, Moment};

/// So many reasons are told when no order explains a round.
const REASONS_MOST: usize = 8;

/// A request on a case and what came back.
#[derive(Debug)]
pub(super) struct Op<'a> {
    pub(super) ask: &'a Ask,
    pub(super) heard: &'a Heard,
    /// Whether the database keeps an answer under its key now; only for a key that was new, and for an answer that was lost.
    pub(super) is_kept: Option<bool>,
}

/// What happened to one case in one round.
pub(super) struct Round<'a> {
    pub(super) book: Book<'a>,
    pub(super) before: &'a Paper,
    pub(super) ops: &'a [Op<'a>],
    /// Whether a worker let timers fire.
    pub(super) worker: bool,
    /// What became of a mediator meanwhile.
    pub(super) news: Option<News>,
    pub(super) now: Moment,
    /// The case as the database shows it now.
    pub(super) row: &'a str,
    pub(super) seen: &'a dyn Fn(Uuid, Actor) -> bool,
}

/// A mediator was suspended, or is back.
#[derive(Debug, Clone, Copy)]
pub(super) struct News {
    pub(super) mediator: u128,
    pub(super) is_suspended: bool,
}

impl News {
    /// Notes it among those who are suspended.
    pub(super) fn note(self, suspended: &mut BTreeSet<u128>) {
        if self.is_suspended {
            suspended.insert(self.mediator);
        } else {
            suspended.remove(&self.mediator);
        }
    }
}

/// An order that explains everything.
#[derive(Debug)]
pub(super) struct Explained {
    /// The case after it.
    pub(super) after: Paper,
    /// Answers that are kept since.
    pub(super) kept: Keys,
    /// Timers that have fired.
    pub(super) fired: usize,
}

/// How an answer may be taken.
enum Taken {
    /// As an answer.
    Answer(u16, String),
    /// It says that nothing was done.
    Nothing,
    /// Nobody knows.
    Unknown,
}

/// Where a search stands.
#[derive(Clone)]
struct Place {
    paper: Paper,
    keys: Keys,
    /// The requests that have their place already.
    done: Vec<bool>,
    /// What became of a mediator, until it has its place.
    news: Option<News>,
    suspended: BTreeSet<u128>,
    fired: usize,
    /// Whether somebody was told that another one was faster.
    outrun: bool,
    /// Who repeated a request and got the first answer without the content.
    bare: Vec<usize>,
}

impl Round<'_> {
    /// Finds an order, or says why there is none.
    pub(super) fn explain(&self, keys: &Keys) -> Result<Explained, String> {
        let of_ops = self.ops.iter().filter_map(|op| {
            let key = (op.ask.who, op.ask.key.clone()?);
            let kept = keys.get(&key)?.clone();
            Some((key, kept))
        });
        let start = Place {
            paper: self.before.clone(),
            keys: of_ops.collect(),
            done: vec![false; self.ops.len()],
            news: self.news,
            suspended: self.book.suspended.clone(),
            fired: 0,
            outrun: false,
            bare: Vec::new(),
        };
        let mut why = Vec::new();
        match self.search(&start, &mut why) {
            Some(place) => Ok(Explained {
                after: place.paper,
                kept: place.keys,
                fired: place.fired,
            }),
            None => {
                // Each order has a reason of its own, and only together they say what is wrong.
                why.dedup();
                why.truncate(REASONS_MOST);
                Err(why.join("\n    or "))
            }
        }
    }

    fn search(&self, place: &Place, why: &mut Vec<String>) -> Option<Place> {
        let mut is_over = place.news.is_none();
        for number in 0..self.ops.len() {
            if place.done[number] {
                continue;
            }
            is_over = false;
            for next in self.steps(place, number, why) {
                if let Some(found) = self.search(&next, why) {
                    return Some(found);
                }
            }
        }
        if let Some(news) = place.news
            && let Some(found) = self.search(&self.after(place, news), why)
        {
            return Some(found);
        }
        if is_over {
            let shown = shown(&place.paper);
            let is_so = !place.outrun || place.paper.version != self.before.version;
            let has_lost = |who: &usize| !Actor::Person(*who).reads(&place.paper);
            if shown == self.row && is_so && place.bare.iter().all(has_lost) {
                return Some(place.clone());
            }
            why.push(format!("it should be {shown}\n    and it is {}", self.row));
        }
        let name = place.paper.next_due(self.now).filter(|_| self.worker)?;
        let next = Place {
            paper: moves::fired(&self.book, &place.paper, &name, self.now),
            fired: place.fired + 1,
            ..place.clone()
        };
        self.search(&next, why)
    }

    /// A mediator who is suspended loses the case at this place of the order.
    fn after(&self, place: &Place, news: News) -> Place {
        let mut next = place.clone();
        next.news = None;
        news.note(&mut next.suspended);
        if news.is_suspended {
            next.paper = moves::released(&self.book, &place.paper, news.mediator, self.now);
        }
        next
    }

    /// What can be the case when this request is the next that happened.
    fn steps(&self, place: &Place, number: usize, why: &mut Vec<String>) -> Vec<Place> {
        let op = &self.ops[number];
        let paper = &place.paper;
        let book = Book {
            suspended: &place.suspended,
            ..self.book
        };
        let verdict = book.answer(Some(paper), &place.keys, op.ask, self.now, self.seen);
        let mut next = place.clone();
        next.done[number] = true;
        let taken = taken(op.heard);
        if let Taken::Answer(status, text) = &taken {
            let told = book.differs(&verdict, op.ask, Some(paper), *status, text);
            let Some(told) = told else {
                self.apply(&verdict, op.ask, Some(text), &mut next);
                return vec![next];
            };
            if self.is_outrun(op, *status, text) {
                next.outrun = true;
                return vec![next];
            }
            if self.is_bare(&book, &verdict, op, *status, text) {
                next.bare.push(op.ask.who);
                return vec![next];
            }
            why.push(format!("{}: {told}", op.ask.told()));
            return Vec::new();
        }
        let is_done = matches!(verdict, Verdict::Done(_));
        let mut after = next.clone();
        self.apply(&verdict, op.ask, None, &mut after);
        match (taken, op.is_kept) {
            (Taken::Nothing, _) | (Taken::Unknown, Some(false)) => vec![next],
            (Taken::Unknown, Some(true)) if is_done => vec![after],
            (Taken::Unknown, Some(true)) => {
                why.push(format!("{}: it left an answer behind", op.ask.told()));
                Vec::new()
            }
            (Taken::Unknown, None) if is_done => vec![after, next],
            _ => vec![next],
        }
    }

    fn apply(&self, verdict: &Verdict, ask: &Ask, text: Option<&str>, next: &mut Place) {
        let key = ask.key.clone().map(|key| (ask.who, key));
        match (verdict, key) {
            (Verdict::Done(after), key) => {
                if let Some(key) = key {
                    let kept = Kept::of(ask, self.now, text, Some(&next.paper), after);
                    next.keys.insert(key, kept);
                }
                next.paper = (**after).clone();
            }
            (Verdict::Again(_), Some(key)) => {
                if let (Some(kept), Some(text)) = (next.keys.get_mut(&key), text) {
                    kept.hear(text);
                }
            }
            _ => {}
        }
    }

    /// D11: a repeat looks twice who may read, at its beginning and before the first answer is given again; whoever loses
    /// the case in between gets that answer without the content.
    fn is_bare(
        &self,
        book: &Book<'_>,
        verdict: &Verdict,
        op: &Op<'_>,
        status: u16,
        text: &str,
    ) -> bool {
        let Verdict::Again(kept) = verdict else {
            return false;
        };
        !self.is_alone() && book.is_again_bare(op.ask, kept, status, text)
    }

    /// Whether nothing else happened to the case meanwhile.
    fn is_alone(&self) -> bool {
        self.ops.len() < 2 && !self.worker && self.news.is_none()
    }

    /// Whoever was let through by the version that was there, and met another change on the way, is told so: then somebody
    /// else did change the case. Whoever sends a request twice at once may be told that the first is still running.
    fn is_outrun(&self, op: &Op<'_>, status: u16, text: &str) -> bool {
        let is_stale = status == 412 && is_code(text, &["stale"]);
        let is_stale = is_stale && op.ask.version != Condition::Unsaid;
        is_stale && !self.is_alone()
    }
}

/// What an answer says of the work; `key_running` comes only to who sent the same twice at once.
fn taken(heard: &Heard) -> Taken {
    match heard {
        Heard::Nothing => Taken::Unknown,
        Heard::Said {
            status: 503 | 409,
            text,
        } if is_code(text, &["busy", "key_running"]) => Taken::Nothing,
        Heard::Said { status: 503, text } if is_code(text, &["unavailable"]) => Taken::Unknown,
        Heard::Said { status, text } => Taken::Answer(*status, text.clone()),
    }
}

fn is_code(text: &str, codes: &[&str]) -> bool {
    codes.contains(&code(text).as_str())
}

/// Whether nobody knows what became of a request.
pub(super) fn is_unknown(heard: &Heard) -> bool {
    matches!(taken(heard), Taken::Unknown)
}

/// Whether an answer says that nothing was done, and that it may be asked again.
pub(super) fn is_nothing(heard: &Heard) -> bool {
    matches!(taken(heard), Taken::Nothing)
}

/// The code of a problem; empty for an answer that is none.
pub(super) fn code(text: &str) -> String {
    let body: BTreeMap<String, Json> = serde_json::from_str(text).unwrap_or_default();
    let code = body.get("code").and_then(Json::as_str);
    code.unwrap_or_default().to_owned()
}
