//! Colour, where a person looks: on a terminal that did not ask for none (<https://no-color.org>).

use std::{fmt, io::IsTerminal};

/// Whether text on stdout is coloured.
pub(crate) fn on_stdout() -> bool {
    wanted() && std::io::stdout().is_terminal()
}

/// Whether text on stderr is coloured.
pub(crate) fn on_stderr() -> bool {
    wanted() && std::io::stderr().is_terminal()
}

/// Whether somebody looks at stderr.
pub(crate) fn on_stderr_terminal() -> bool {
    std::io::stderr().is_terminal()
}

fn wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// How a piece of text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Look {
    /// Heavy.
    Strong,
    /// Behind the rest.
    Dim,
    /// Went well.
    Good,
    /// A name or address to copy.
    Mark,
}

/// Paints, or does not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brush {
    is_on: bool,
}

impl Brush {
    /// A brush that paints or does not.
    pub(crate) fn new(is_on: bool) -> Self {
        Brush { is_on }
    }

    /// Paints a text.
    pub(crate) fn paint(self, look: Look, text: impl fmt::Display) -> String {
        let code = match look {
            Look::Strong => "1",
            Look::Dim => "2",
            Look::Good => "32",
            Look::Mark => "36",
        };
        match self.is_on {
            true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            false => text.to_string(),
        }
    }
}
