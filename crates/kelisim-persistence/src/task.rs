//! A job on its way: what to do with a connection, and whom to tell how it ended.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::connection::Db;
use crate::error::Error;

/// What is to become of a job's changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The job succeeded.
    Keep,
    /// The job refused; it answers for itself.
    Undo,
    /// The job panicked.
    Panicked,
}

/// A job in a queue, whatever it returns.
pub(crate) trait Task: Send {
    /// Does the work, once.
    fn run(&mut self, db: &mut Db) -> Verdict;
    /// Hands the job's own outcome to its caller, or the error with which its transaction ended.
    fn answer(self: Box<Self>, end: Result<(), Error>);
}

/// A job of the type that its caller wrote.
pub(crate) struct Job<F, T, E, R> {
    work: Option<F>,
    outcome: Option<Result<T, E>>,
    reply: R,
}

impl<F, T, E, R> Job<F, T, E, R>
where
    F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
    R: FnOnce(Result<T, E>) + Send + 'static,
{
    pub(crate) fn boxed(work: F, reply: R) -> Box<dyn Task> {
        Box::new(Self {
            work: Some(work),
            outcome: None,
            reply,
        })
    }
}

impl<F, T, E, R> Task for Job<F, T, E, R>
where
    F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
    R: FnOnce(Result<T, E>) + Send + 'static,
{
    fn run(&mut self, db: &mut Db) -> Verdict {
        let Some(work) = self.work.take() else {
            return Verdict::Undo;
        };
        let (verdict, outcome) = match catch_unwind(AssertUnwindSafe(|| work(db))) {
            Ok(Ok(value)) => (Verdict::Keep, Ok(value)),
            Ok(Err(refusal)) => (Verdict::Undo, Err(refusal)),
            Err(panic) => {
                let detail = message(panic.as_ref()).to_owned();
                (Verdict::Panicked, Err(Error::Panicked { detail }.into()))
            }
        };
        self.outcome = Some(outcome);
        verdict
    }

    fn answer(self: Box<Self>, end: Result<(), Error>) {
        let outcome = match (end, self.outcome) {
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(Error::broken("queue", "a job was not run").into()),
            (Err(error), _) => Err(error.into()),
        };
        (self.reply)(outcome);
    }
}

/// A message that was put together when the job panicked can hold what the job had at hand, so it is left out (G13).
fn message(panic: &(dyn Any + Send)) -> &'static str {
    panic
        .downcast_ref::<&'static str>()
        .copied()
        .unwrap_or("its message is left out")
}
