//! The steps of a task: each is announced, timed, and named when it fails.

use std::fmt;
use std::time::{Duration, Instant};

/// The steps done so far and the time each took.
pub(crate) struct Steps {
    started: Instant,
    done: Vec<(&'static str, Duration)>,
}

/// The step that ended the task, and why.
pub(crate) struct Failure {
    step: &'static str,
    took: Duration,
    reason: String,
}

impl Steps {
    pub(crate) fn start() -> Self {
        Self {
            started: Instant::now(),
            done: Vec::new(),
        }
    }

    /// Runs one step; the reason of a failure is its first failing line.
    pub(crate) fn run<T>(
        &mut self,
        step: &'static str,
        work: impl FnOnce() -> Result<T, String>,
    ) -> Result<T, Failure> {
        println!("==> {step}");
        let started = Instant::now();
        let outcome = work();
        let took = started.elapsed();
        match outcome {
            Ok(value) => {
                println!("    {step}: ok, {}", Seconds(took));
                self.done.push((step, took));
                Ok(value)
            }
            Err(reason) => Err(Failure { step, took, reason }),
        }
    }

    /// The last line of a task that went well.
    pub(crate) fn summary(&self, what: &str) -> String {
        let parts: Vec<String> = self
            .done
            .iter()
            .map(|(step, took)| format!("{step} {}", Seconds(*took)))
            .collect();
        format!(
            "PASSED: {what}, {} ({})",
            Seconds(self.started.elapsed()),
            parts.join(", ")
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "FAILED: step {} after {}: {}",
            self.step,
            Seconds(self.took),
            self.reason
        )
    }
}

/// A duration as people read it: `0.4 s`, `2 min 5 s`.
struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        if seconds < 60 {
            write!(f, "{:.1} s", self.0.as_secs_f64())
        } else {
            write!(f, "{} min {} s", seconds / 60, seconds % 60)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_its_step_and_reason() {
        let mut steps = Steps::start();
        let failure = steps.run("format", || Err::<(), _>("Diff in lib.rs".to_owned()));
        let line = failure.map_err(|failure| failure.to_string());
        assert!(
            line.is_err_and(|line| line.starts_with("FAILED: step format after")
                && line.ends_with("Diff in lib.rs"))
        );
    }

    #[test]
    fn durations_are_written_for_people() {
        assert_eq!(Seconds(Duration::from_millis(420)).to_string(), "0.4 s");
        assert_eq!(Seconds(Duration::from_secs(125)).to_string(), "2 min 5 s");
    }
}
