//! Rounds that timers alone go: a case that nobody touches would move for ever.
//!
//! Timers come due in any order here. What else runs beside a round is not held against it: a timer that would lead out
//! one day is no reason to move a case to and fro until then.

use super::{Finding, Walk};

/// A state on the way of the search, and how many of its moves were tried.
struct Open {
    at: usize,
    tried: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Search {
    Ahead,
    OnTheWay,
    Done,
}

impl Walk<'_> {
    /// A round of moves that timers alone make. A state holds which timers have fired, so a timer that only tells, and
    /// one whose fact stays the same at its step, end by themselves.
    pub(super) fn timer_loop(&self) -> Option<Finding> {
        let mut search = vec![Search::Ahead; self.found.len()];
        (0..self.found.len()).find_map(|start| self.round_from(start, &mut search))
    }

    /// Goes on from a state along all moves of timers, deep first, until one leads back to a state on the way.
    fn round_from(&self, start: usize, search: &mut [Search]) -> Option<Finding> {
        let mut way = Vec::new();
        let mut ahead = Some(start).filter(|at| search[*at] == Search::Ahead);
        loop {
            if let Some(at) = ahead.take() {
                search[at] = Search::OnTheWay;
                way.push(Open { at, tried: 0 });
            }
            let last = way.last_mut()?;
            let Some(next) = self.found[last.at].next.get(last.tried) else {
                search[last.at] = Search::Done;
                way.pop();
                continue;
            };
            last.tried += 1;
            if next.timer.is_none() {
                continue;
            }
            match search[next.to] {
                Search::Ahead => ahead = Some(next.to),
                Search::OnTheWay => {
                    let first = way.iter().position(|open| open.at == next.to);
                    return Some(self.looped(&way[first.unwrap_or_default()..]));
                }
                Search::Done => {}
            }
        }
    }

    /// The round, told from the state that a case reaches first.
    fn looped(&self, round: &[Open]) -> Finding {
        let timers = round.iter().filter_map(|open| {
            let taken = open.tried.checked_sub(1)?;
            let timer = self.found[open.at].next[taken].timer?;
            Some((open.at, timer))
        });
        let mut timers: Vec<(usize, usize)> = timers.collect();
        let first = (0..timers.len()).min_by_key(|place| timers[*place].0);
        timers.rotate_left(first.unwrap_or_default());
        let (at, timer) = timers.first().copied().unwrap_or_default();
        let mut way = self.way(at);
        way.0
            .extend(timers.iter().map(|(_, timer)| self.fired(*timer)));
        Finding::TimerLoop { timer, way }
    }
}
