//! The log: one line an event on stderr, with ids and codes and nothing of a person (R19).
//!
//! Only our own modules speak; a library is heard from warnings on, because some of them log what they carry.

use crate::config::Log;
use std::panic::{self, PanicHookInfo};
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

/// From here on a panic says where it was, and no more than the program's own text says without a look at the data: a
/// message that is put together when it happens can hold what was at hand, such as the value that did not fit (G13).
pub fn tell_panics() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let (place, text) = (place.unwrap_or_default(), fixed_text(panic));
        match tracing::dispatcher::has_been_set() {
            true => tracing::error!(place, text, "panicked"),
            // A command has no log; its stderr may end in one.
            false => eprintln!("panicked at {place}: {text}"),
        }
    }));
}

/// Panics say again all that they have to say: a defect that T11 must find.
pub(crate) fn tell_panics_whole() {
    let _ = panic::take_hook();
}

fn fixed_text(panic: &PanicHookInfo<'_>) -> &'static str {
    panic
        .payload()
        .downcast_ref::<&'static str>()
        .copied()
        .unwrap_or("its message is left out")
}
