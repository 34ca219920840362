//! What the server answered, held against what was promised.

use std::collections::BTreeMap;

use kelisim_api::http::problem;

use super::{
    document::Document,
    shot::{Expect, Shot, cut},
};
use crate::wire::Raw;

/// Counts and counterexamples of a run.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// What was sent.
    pub(super) sent: usize,
    /// Answers by their status.
    pub(super) answers: BTreeMap<u16, usize>,
    /// Connections that were cut off without an answer.
    pub(super) silent: usize,
    /// Answers of 5xx.
    pub(super) faults: Vec<String>,
    /// Answers that the document does not promise, or no answer where it promises one.
    pub(super) undocumented: Vec<String>,
    /// What should have been refused, and was not.
    pub(super) accepted: Vec<String>,
    /// Refusals that are no problems.
    pub(super) formless: Vec<String>,
}

/// What a page for people may answer.
const PAGES: [u16; 14] = [
    200, 303, 304, 400, 401, 403, 404, 405, 408, 413, 415, 422, 429, 431,
];

impl Tally {
    /// Adds another one.
    pub(super) fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.silent += other.silent;
        for (status, count) in other.answers {
            *self.answers.entry(status).or_default() += count;
        }
        self.faults.extend(other.faults);
        self.undocumented.extend(other.undocumented);
        self.accepted.extend(other.accepted);
        self.formless.extend(other.formless);
    }

    /// Judges what came of a shot.
    pub(super) fn judge(&mut self, document: &Document, shot: &Shot, answers: &[Raw]) {
        self.sent += 1;
        if answers.is_empty() {
            self.silent += 1;
            if shot.expect != Expect::Wire {
                self.undocumented
                    .push(format!("no answer to {}", shown(shot)));
            }
        }
        for raw in answers {
            *self.answers.entry(raw.status).or_default() += 1;
            let told = || format!("{} to {}: {}", raw.status, shown(shot), text(raw));
            if raw.status >= 500 {
                self.faults.push(told());
                continue;
            }
            if raw.status >= 400 && !shot.to_head && shot.expect != Expect::Page && !is_problem(raw)
            {
                self.formless.push(told());
            }
            let (promised, refused) = match shot.expect {
                Expect::Operation { number, refused } => {
                    (document.operations[number].promises(raw.status), refused)
                }
                Expect::NoRoute => (matches!(raw.status, 400 | 401 | 404 | 405 | 431), true),
                Expect::Wire => (
                    matches!(
                        raw.status,
                        400 | 401 | 404 | 405 | 408 | 413 | 415 | 417 | 422 | 431
                    ),
                    true,
                ),
                Expect::Page => (PAGES.contains(&raw.status), false),
                Expect::Open => (matches!(raw.status, 200 | 400 | 404 | 405 | 431), false),
            };
            if raw.status < 400 && refused {
                self.accepted.push(told());
            } else if !promised {
                self.undocumented.push(told());
            }
        }
    }
}

fn is_problem(raw: &Raw) -> bool {
    let code = raw.code();
    raw.header("content-type") == Some("application/problem+json")
        && code.is_some_and(|code| problem::CODES.contains(&code.as_str()))
        && raw.json().is_some_and(|json| json["status"] == raw.status)
}

fn shown(shot: &Shot) -> String {
    let bytes = shot.bytes.escape_ascii().to_string();
    format!("{}: {}", shot.name, cut(&bytes, 700))
}

fn text(raw: &Raw) -> String {
    cut(&String::from_utf8_lossy(&raw.body), 200)
}
