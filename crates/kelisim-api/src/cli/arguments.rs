//! What can be typed.

use clap::{Args, Parser, Subcommand, ValueEnum};
use kelisim_domain::language::Language;
use std::path::PathBuf;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "kelisim", version, max_term_width = 100)]
#[command(about = "Case management for a regional network of volunteer mediators")]
#[command(
    after_help = "Examples:\n  kelisim demo                          try everything with an invented year\n  kelisim migrate --config kelisim.toml make a database ready\n  kelisim serve --config kelisim.toml   serve it\n\nEvery setting: `kelisim config default`."
)]
pub(super) struct Arguments {
    /// A configuration file (TOML).
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an invented network, walk one case from filed to closed, then serve it.
    #[command(
        after_help = "Examples:\n  kelisim demo\n  kelisim demo --no-serve --json | jq -r '.accounts[] | select(.role == \"coordinator\").token'\n  kelisim demo --fresh --cases 5000 --seed 7\n\nNo mail leaves this machine: messages become .eml files in DATA/mail/."
    )]
    Demo(DemoOptions),
    /// Serve the interface and, unless worker.enabled = false, send the mail.
    Serve {
        /// Address and port, instead of http.listen.
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<String>,
    },
    /// Send the mail, and nothing else.
    Work,
    /// Make the database ready: tables, master key, region, workflows. Again and again without harm.
    Migrate {
        /// Print what was done as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Copy everything into FILE, and the wrapped data keys into FILE.keys, while the server serves.
    #[command(
        after_help = "Examples:\n  kelisim backup --config kelisim.toml /var/backups/kelisim/monday\n  kelisim backup --config kelisim.toml --json --overwrite /var/backups/kelisim/hourly\n\nThe master key is in neither file. Prove a backup with `kelisim restore --check FILE`."
    )]
    Backup {
        /// The file to write.
        file: PathBuf,
        /// Replace files that are there.
        #[arg(long)]
        overwrite: bool,
        /// Print what was done as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Make a new or empty database from a backup; it sends nothing until `kelisim release`.
    #[command(
        after_help = "Examples:\n  kelisim restore --config kelisim.toml --check monday    a drill: touches no database, and is noted in the live one\n  kelisim restore --config kelisim.toml monday            the restore itself"
    )]
    Restore(RestoreOptions),
    /// End the hold of a restored system: messages leave again. Shows first what would happen.
    #[command(
        after_help = "Example:\n  kelisim release --config kelisim.toml --as saule@example.kz --reason 'Restored after the disk failed'"
    )]
    Release(ReleaseOptions),
    /// Say whether the configuration is valid.
    CheckConfig,
    /// Show the configuration.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Ask the server on http.listen whether it is ready: exit 0 or 1.
    Healthcheck,
    /// The first administrator.
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Accounts, for set-up by scripts.
    Account {
        #[command(subcommand)]
        command: AccountCommand,
    },
    /// Bearer tokens.
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Mail.
    Mail {
        #[command(subcommand)]
        command: MailCommand,
    },
    /// Workflow definitions.
    Workflow {
        #[command(subcommand)]
        command: WorkflowCommand,
    },
}

#[derive(Debug, Args)]
pub(super) struct DemoOptions {
    /// Address and port; a loopback address only.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    pub(super) listen: String,
    /// The folder for database, key and mail.
    #[arg(long, default_value = "./kelisim-demo", value_name = "FOLDER")]
    pub(super) data: PathBuf,
    /// How many cases the invented year has.
    #[arg(long, default_value_t = 850, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub(super) cases: u32,
    /// Another seed makes another network; the same seed and date make the same one.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(super) seed: u64,
    /// The day on which the invented year ends [default: today].
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) date: Option<chrono::NaiveDate>,
    /// Delete the folder first, if a demo made it.
    #[arg(long)]
    pub(super) fresh: bool,
    /// End when everything is made.
    #[arg(long)]
    pub(super) no_serve: bool,
    /// Print one JSON object for programs instead of the story.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct RestoreOptions {
    /// The file that `kelisim backup` wrote.
    pub(super) file: PathBuf,
    /// The file of the wrapped data keys [default: FILE.keys].
    #[arg(long, value_name = "FILE")]
    pub(super) keys: Option<PathBuf>,
    /// Restore into a scratch place, verify everything, and leave the database as it is.
    #[arg(long)]
    pub(super) check: bool,
    /// Do not ask.
    #[arg(long)]
    pub(super) yes: bool,
    /// Print what was done as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ReleaseOptions {
    /// The mail address of whoever decides: a coordinator or an administrator.
    #[arg(long = "as", value_name = "ADDRESS")]
    pub(super) email: String,
    /// Why, for the audit log.
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: String,
    /// Also send once more what staff may have got already; messages to partners never.
    #[arg(long)]
    pub(super) resend_staff: bool,
    /// Do not ask.
    #[arg(long)]
    pub(super) yes: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum WorkflowCommand {
    /// Say everything that is wrong with a workflow, with its place; nothing is stored and no database is needed.
    #[command(
        after_help = "Examples:\n  kelisim workflow check mine.toml\n  kelisim workflow check --json mine.toml | jq '.faults[].line'\n\nExit 0: it could be published. Exit 1: it could not, and stderr says why."
    )]
    Check {
        /// The definition (TOML).
        file: PathBuf,
        /// Print what was found as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print a workflow as a picture, or in the form of another program; no database is needed.
    #[command(
        after_help = "Examples:\n  kelisim workflow draw mine.toml --language kk > mine.svg\n  kelisim workflow draw mine.toml --format bpmn > mine.bpmn"
    )]
    Draw {
        /// The definition (TOML).
        file: PathBuf,
        /// A picture (svg, mermaid), or the form of other programs (bpmn, scxml).
        #[arg(long, value_enum, default_value_t = DrawFormat::Svg)]
        format: DrawFormat,
        /// The language of the titles: kk, ru or en.
        #[arg(long, default_value = "kk", value_name = "LANGUAGE")]
        language: Language,
    },
    /// Publish a workflow: new cases follow it from then on, and running cases stay on their version unless --move.
    #[command(
        after_help = "Examples:\n  kelisim workflow publish mine.toml --as saule@example.kz --reason 'Screening is asked first'\n  kelisim workflow publish mine.toml --as saule@example.kz --reason '…' --move --map steps.toml\n\nA move that was interrupted goes on when the same command runs again, or by itself where a server runs."
    )]
    Publish(PublishOptions),
    /// Take the last move of running cases back, for each case that has not gone on since.
    #[command(
        after_help = "Example:\n  kelisim workflow undo basic --as saule@example.kz --reason 'Too early'\n\nThe version stays published: `kelisim workflow retire` keeps new cases from it."
    )]
    Undo(UndoOptions),
    /// Say what would become of every running case under a workflow; nothing is changed.
    #[command(
        after_help = "Examples:\n  kelisim workflow rehearse mine.toml --map steps.toml\n  kelisim workflow rehearse mine.toml --json | jq '.cannot_go.cases[].number'\n\nA map is TOML: a table [steps] in which the old step stands before the new one. A step that keeps its id needs no line."
    )]
    Rehearse {
        /// The definition (TOML).
        file: PathBuf,
        /// Where the steps go (TOML).
        #[arg(long, value_name = "FILE")]
        map: Option<PathBuf>,
        /// Print what was found as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say in words what a workflow changes about the published one.
    Diff {
        /// The definition (TOML).
        file: PathBuf,
        /// The published version to compare with [default: the newest].
        #[arg(long, value_name = "N")]
        against: Option<i32>,
        /// The language of the words: kk, ru or en.
        #[arg(long, default_value = "en", value_name = "LANGUAGE")]
        language: String,
        /// Print what was found as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Retire a published version: no new case follows it, and those that do go on.
    Retire {
        /// The workflow.
        key: String,
        /// The version.
        version: i32,
        #[command(flatten)]
        who: Decider,
    },
    /// Play invented cases through a workflow and say where they wait; nothing is stored and no database is needed.
    #[command(
        after_help = "Examples:\n  kelisim workflow simulate mine.toml --cases 10000\n  kelisim workflow simulate old.toml --with new.toml --cases 10000 --svg effect.svg\n  kelisim workflow simulate mine.toml --json | jq '.runs[0].steps[] | {id, overdue}'\n\nThe rates are those of the demo year and how long people take is invented: read differences, not promises."
    )]
    Simulate(SimulateOptions),
}

/// What `workflow draw` prints.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum DrawFormat {
    /// A picture for people.
    Svg,
    /// A flowchart for pages that draw it themselves.
    Mermaid,
    /// BPMN 2.0 with its diagram.
    Bpmn,
    /// A state machine of the W3C.
    Scxml,
}

/// Who decides, and why: for the audit log.
#[derive(Debug, Args)]
pub(super) struct Decider {
    /// The mail address of whoever decides: a coordinator.
    #[arg(long = "as", value_name = "ADDRESS")]
    pub(super) email: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: String,
}

#[derive(Debug, Args)]
pub(super) struct PublishOptions {
    /// The definition (TOML).
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) who: Decider,
    /// Move running cases to this version.
    #[arg(long = "move")]
    pub(super) moves: bool,
    /// Where the steps go (TOML); a step that keeps its id needs no line.
    #[arg(long, value_name = "FILE", requires = "moves")]
    pub(super) map: Option<PathBuf>,
    /// Print what was done as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct UndoOptions {
    /// The workflow.
    pub(super) key: String,
    /// The mail address of whoever decides: a coordinator. Without it, the audit log says that a command did it.
    #[arg(long = "as", value_name = "ADDRESS")]
    pub(super) email: Option<String>,
    /// Why.
    #[arg(long, value_name = "TEXT", default_value = "undone by a command")]
    pub(super) reason: String,
    /// Print what was done as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct SimulateOptions {
    /// The definition (TOML).
    pub(super) file: PathBuf,
    /// How many cases are filed.
    #[arg(long, default_value_t = 850, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) cases: u32,
    /// Another seed plays other people; the same seed plays the same ones.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(super) seed: u64,
    /// Play the same people by another definition too, and show the difference.
    #[arg(long, value_name = "FILE")]
    pub(super) with: Option<PathBuf>,
    /// Draw it into a file.
    #[arg(long, value_name = "FILE")]
    pub(super) svg: Option<PathBuf>,
    /// The language of titles: kk, ru or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    pub(super) language: kelisim_domain::language::Language,
    /// The first day.
    #[arg(long, default_value = "2026-01-01", value_name = "YYYY-MM-DD")]
    pub(super) from: chrono::NaiveDate,
    /// How many cases are filed in a year.
    #[arg(long, default_value_t = 850, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub(super) filed_a_year: u32,
    /// How many of 100 filed cases a mediator takes [default: 86.7].
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(super) accepted: Option<f64>,
    /// How many of 100 accepted cases come to a contract [default: 76.9].
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(super) mediated: Option<f64>,
    /// How many of 100 mediated cases are settled [default: 78.0].
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(super) settled: Option<f64>,
    /// How many offices there are.
    #[arg(long, default_value_t = 145, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=5_000))]
    pub(super) offices: u16,
    /// How many mediators there are.
    #[arg(long, default_value_t = 144, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=5_000))]
    pub(super) mediators: u16,
    /// Print what was found as JSON.
    #[arg(long)]
    pub(super) json: bool,
}

/// A share as people write it.
fn percent(text: &str) -> Result<f64, String> {
    let found: Option<f64> = text.trim_end_matches('%').parse().ok();
    let share = found.filter(|share| (0.0..=100.0).contains(share));
    share
        .map(|share| share / 100.0)
        .ok_or_else(|| "a number from 0 to 100".to_owned())
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Every setting that holds and where it comes from; secrets are masked.
    Show {
        /// As one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// A file with every setting, its meaning and its default, to begin with.
    Default,
}

#[derive(Debug, Subcommand)]
pub(super) enum AdminCommand {
    /// Make the first administrator and print a token, alone on stdout.
    #[command(
        after_help = "Example:\n  kelisim admin create --email aigul@example.kz --name 'Aigul' > token"
    )]
    Create {
        /// The mail address.
        #[arg(long, value_name = "ADDRESS")]
        email: String,
        /// The name.
        #[arg(long, value_name = "NAME")]
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum AccountCommand {
    /// Make an account with one role, without sending anything; prints its id.
    #[command(
        after_help = "Examples:\n  kelisim account create --email head@example.kz --name 'Saule' --role office_head --office ORL-01\n  kelisim account create --email m@example.kz --name 'Erlan' --role mediator --office ORL-01 --mediator 0190…\n  kelisim account create --email edu@example.kz --name 'Dana' --role partner --partner EDU"
    )]
    Create {
        /// The mail address.
        #[arg(long, value_name = "ADDRESS")]
        email: String,
        /// The name.
        #[arg(long, value_name = "NAME")]
        name: String,
        /// mediator, office_head, registrar, coordinator, partner, auditor or administrator.
        #[arg(long, value_name = "ROLE")]
        role: String,
        /// The office of a head or mediator.
        #[arg(long, value_name = "CODE")]
        office: Option<String>,
        /// The mediator's id in the register.
        #[arg(long, value_name = "ID")]
        mediator: Option<String>,
        /// The agency of a partner contact.
        #[arg(long, value_name = "CODE")]
        partner: Option<String>,
        /// The language of the account: kk, ru or en.
        #[arg(long, default_value = "kk", value_name = "LANGUAGE")]
        language: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Print a new bearer token for an account, alone on stdout.
    Create {
        /// The mail address of the account.
        #[arg(long, value_name = "ADDRESS")]
        email: String,
        /// Days until it expires.
        #[arg(long, default_value_t = 90, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(1..=3_650))]
        expires_days: i64,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum MailCommand {
    /// Send one test message and say which step of sending fails.
    Test {
        /// The address.
        #[arg(long, value_name = "ADDRESS")]
        to: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_make_sense() {
        Arguments::command().debug_assert();
    }
}
