//! Trying something again that may go the next time: a bounded number of times, with a pause between.
//!
//! For commands and jobs on threads of their own. Whoever answers a request says "come again" instead.

use std::thread;
use std::time::Duration;

/// How often something is tried again, and how long it is waited between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// So often after the first time.
    pub more: u32,
    /// Before each of these.
    pub pause: Duration,
}

impl Patience {
    /// With a database that is busy with others: five seconds.
    pub const BUSY: Patience = Patience {
        more: 50,
        pause: Duration::from_millis(100),
    };

    /// Tries until an outcome is worth no other try, or patience is at its end; gives the last outcome. `again` is asked of an
    /// outcome and of how often it was tried again before it.
    pub fn with<T>(
        self,
        mut attempt: impl FnMut() -> T,
        mut again: impl FnMut(&T, u32) -> bool,
    ) -> T {
        let mut tries = 0;
        loop {
            let outcome = attempt();
            if tries == self.more || !again(&outcome, tries) {
                return outcome;
            }
            tries += 1;
            thread::sleep(self.pause);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Patience = Patience {
        more: 3,
        pause: Duration::ZERO,
    };

    #[test]
    fn it_is_tried_until_it_goes_and_never_for_ever() {
        let tried = |goes_at: u32| {
            let mut count = 0;
            let attempt = || {
                count += 1;
                count
            };
            SHORT.with(attempt, |count, _| *count < goes_at)
        };
        assert_eq!((tried(1), tried(3), tried(9)), (1, 3, 4));
    }

    #[test]
    fn how_often_it_was_tried_may_decide() {
        let mut asked = Vec::new();
        SHORT.with(
            || (),
            |(), tries| {
                asked.push(tries);
                tries < 1
            },
        );
        assert_eq!(asked, [0, 1]);
    }
}
