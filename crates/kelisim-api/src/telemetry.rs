//! The log: one line an event on stderr, with ids and codes and nothing of a person (R19).
//!
//! Only our own modules speak; a library is heard from warnings on, because some of them log what they carry.

use crate::config::Log;
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Starts the log of the process; a second call changes nothing.
pub fn start(log: Log) {
    let filter = EnvFilter::new(format!(
        "warn,kelisim_api={level},kelisim_persistence={level},kelisim={level}",
        level = log.level
    ));
    let lines = fmt::layer().with_writer(std::io::stderr).with_target(false);
    let registry = tracing_subscriber::registry().with(filter);
    // A log that runs already is the one of a test.
    let _ = match log.json {
        true => registry
            .with(lines.json().flatten_event(true).with_ansi(false))
            .try_init(),
        false => registry
            .with(lines.with_ansi(crate::cli::style::on_stderr()))
            .try_init(),
    };
}
