//! Why a use case did not do what was asked. It becomes HTTP in one place, `http/problem.rs`.

use kelisim_domain::{case::Rejection, document::DocumentFault, fault::Fault, refusal::Refusal};
use kelisim_persistence::Error as StoreError;

/// The outcome of a use case that did nothing: nothing is stored and nothing is sent.
#[derive(Debug)]
pub enum AppError {
    /// No token, or one that is unknown, expired or revoked.
    Unauthenticated,
    /// Missing, or not for this caller to know.
    NotFound,
    /// The caller may see the thing but not do this with it.
    NotPermitted(Vec<Refusal>),
    /// A rule stands against it.
    Refused(Vec<Refusal>),
    /// Fields that do not make sense, all of them.
    Invalid(Vec<Fault>),
    /// A definition, a profile or a list that cannot be published: every finding, with its line (D35).
    Unsound(Vec<DocumentFault>),
    /// The body is not JSON; the line and column are those of the first place that is wrong.
    Malformed {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// A header is not of its form.
    BadHeader(&'static str),
    /// The body is larger than the limit, in bytes.
    TooLarge {
        /// The limit.
        most: usize,
    },
    /// The request did not arrive in time.
    TooSlow,
    /// The body is not of a media type that is read here.
    MediaType,
    /// `If-Match` names another version than the present one.
    Stale,
    /// `If-Match` is missing.
    PreconditionRequired,
    /// The message does not wait for anybody: its state, as a code.
    NotRetried(&'static str),
    /// The idempotency key was used for something else.
    KeyReused,
    /// The first request with this key is still running.
    KeyRunning,
    /// Too many tries; the next one is possible after so many seconds.
    TooMany {
        /// How long to wait.
        seconds: i64,
    },
    /// Somebody has looked for too many names; the next one is possible after so many seconds.
    SearchedTooOften {
        /// How long to wait.
        seconds: i64,
    },
    /// Too much is waiting; try again soon.
    Busy,
    /// The database cannot be reached, or it is unknown whether the change was made: repeat with the same key.
    Unavailable,
    /// A defect. The reader gets the request's id and nothing else.
    Internal(String),
}

impl AppError {
    /// One fault at one place.
    pub fn invalid(pointer: impl Into<String>, kind: kelisim_domain::fault::FaultKind) -> Self {
        AppError::Invalid(vec![Fault::new(pointer, kind)])
    }

    /// Refusals, sorted by what they are about: who asks, or the case.
    pub fn refused(refusals: Vec<Refusal>) -> Self {
        if refusals.iter().any(Refusal::is_about_who) {
            AppError::NotPermitted(refusals)
        } else {
            AppError::Refused(refusals)
        }
    }
}

impl From<Rejection> for AppError {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Refused(refusals) => AppError::refused(refusals),
            Rejection::Invalid(faults) => AppError::Invalid(faults),
        }
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            // What was erased by law is not there any more.
            StoreError::NotFound | StoreError::Erased => AppError::NotFound,
            StoreError::Busy => AppError::Busy,
            StoreError::Unavailable { .. }
            | StoreError::CommitUnknown { .. }
            | StoreError::RolledBack { .. } => AppError::Unavailable,
            other => AppError::Internal(other.to_string()),
        }
    }
}
