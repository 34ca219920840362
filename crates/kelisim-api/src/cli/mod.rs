//! The command line: what a person types becomes one call of a use case.
//!
//! Data goes to stdout, messages to stderr; exit 0 is done, 1 refused or failed, 2 wrong usage or configuration.

mod account;
mod arguments;
mod audit;
mod backup;
mod config;
mod demo;
mod desk;
mod draft;
mod erase;
mod health;
mod keys;
mod law;
mod list;
mod mail;
mod migrate;
mod publish;
mod rehearsal;
mod release;
mod restore;
pub(crate) mod serve;
mod simulate;
pub(crate) mod style;
mod workflow;

use crate::{
    clock::SystemClock,
    config::{Config, ConfigError, FlagSetting},
    setup::SetupError,
    start::Sources,
};
use arguments::{Arguments, Command};
use clap::Parser;
use kelisim_persistence::{Defect, Entropy, Failpoints, OsEntropy, faults::Plan};
use std::{
    io::{self, IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

/// Why a command did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command or the configuration is wrong: exit 2.
    #[error("{0}")]
    Usage(String),
    /// Refused or failed: exit 1.
    #[error("{0}")]
    Failed(String),
}

impl Failure {
    pub(crate) fn failed(text: impl std::fmt::Display) -> Self {
        Failure::Failed(text.to_string())
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Failure::Usage(error.to_string())
    }
}

impl From<SetupError> for Failure {
    fn from(error: SetupError) -> Self {
        match error {
            SetupError::UnknownRegion { .. }
            | SetupError::NoDefault(_)
            | SetupError::OtherZone { .. } => Failure::Usage(error.to_string()),
            other => Failure::failed(other),
        }
    }
}

impl From<kelisim_persistence::Error> for Failure {
    fn from(error: kelisim_persistence::Error) -> Self {
        Failure::failed(error)
    }
}

/// Runs the command of this process.
pub fn main() -> ExitCode {
    crate::telemetry::tell_panics();
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            for line in failure.to_string().lines() {
                eprintln!("kelisim: {line}");
            }
            match failure {
                Failure::Usage(_) => ExitCode::from(2),
                Failure::Failed(_) => ExitCode::FAILURE,
            }
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    let file = arguments.config;
    match arguments.command {
        Command::Demo(options) => demo::run(&options, file.as_deref()),
        Command::Serve { listen } => serve::run(&load(file, listen_flag(listen))?),
        Command::Work => serve::work(&load(file, None)?),
        Command::Migrate { json } => migrate::run(&load(file, None)?, json),
        Command::Backup {
            file: target,
            overwrite,
            json,
        } => backup::run(&load(file, None)?, &target, overwrite, json),
        Command::Restore(options) => restore::run(&load(file, None)?, &options),
        Command::Release(options) => release::run(&load(file, None)?, options),
        Command::CheckConfig => config::check(&load(file, None)?),
        Command::Config { command } => config::run(command, file),
        Command::Healthcheck => health::run(&load(file, None)?),
        Command::Admin { command } => account::admin(command, &load(file, None)?),
        Command::Account { command } => account::account(command, &load(file, None)?),
        Command::Token { command } => account::token(command, &load(file, None)?),
        Command::Audit { command } => audit::run(command, &load(file, None)?),
        Command::Mail { command } => mail::run(command, &load(file, None)?),
        Command::Workflow { command } => workflow::run(command, file),
        Command::Keys { command } => keys::run(command, file),
        Command::Law { command } => law::run(command, file),
        Command::Erase { command } => erase::run(command, &load(file, None)?),
        Command::Draft { command } => draft::run(command, &load(file, None)?),
    }
}

/// The configuration of this process.
pub(crate) fn load(file: Option<PathBuf>, flag: Option<FlagSetting>) -> Result<Config, Failure> {
    let flags: Vec<FlagSetting> = flag.into_iter().collect();
    Ok(Config::load(file.as_deref(), environment(), &flags)?)
}

/// The environment; a variable that is no text cannot be one of ours.
pub(crate) fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

fn listen_flag(listen: Option<String>) -> Option<FlagSetting> {
    listen.map(|text| FlagSetting {
        flag: "--listen",
        key: "http.listen",
        text,
    })
}

/// Time and chance of a real process.
pub(crate) fn sources() -> Sources {
    let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
    Sources {
        clock: Arc::new(SystemClock),
        entropy: Arc::clone(&entropy),
        secret_entropy: entropy,
        is_history: false,
        faults: Failpoints::NONE,
    }
}

/// As [`sources`], with what a proof asks of a build that it made for itself: one with debug assertions.
pub(crate) fn serving_sources() -> Result<Sources, Failure> {
    const NAME: &str = "KELISIM_FAILPOINTS";
    let plan = environment().find(|(name, _)| cfg!(debug_assertions) && name == NAME);
    let faults = match plan {
        None => Failpoints::NONE,
        Some((_, text)) => {
            let plan: Plan = text
                .parse()
                .map_err(|fault| Failure::Usage(format!("{NAME}: {fault}")))?;
            Failpoints::new(Arc::new(plan))
        }
    };
    if faults.has(Defect::TellPanics) {
        crate::telemetry::tell_panics_whole();
    }
    Ok(Sources {
        faults,
        ..sources()
    })
}

/// Asks a person on a terminal; a script says `--yes`.
fn confirm(question: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::Usage(
            "nobody is here to ask; say --yes to go on without a question".to_owned(),
        ));
    }
    eprint!("{question} Type yes to go on: ");
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .map_err(Failure::failed)?;
    match answer.trim() {
        "yes" => Ok(()),
        _ => Err(Failure::failed("nothing was done")),
    }
}

/// Writes data to stdout; a reader that has gone away is no failure of ours.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::failed(error)),
        _ => Ok(()),
    }
}
