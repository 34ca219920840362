//! Words of `workflow`, `law` and `draft`: what is written, proven, published and retired.

use clap::{Args, Subcommand, ValueEnum};
use kelisim_domain::{language::Language, publish::PublishKind};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(in super::super) enum WorkflowCommand {
    /// Say everything that is wrong with a workflow, with its place; nothing is stored and no database is needed.
    #[command(
        after_help = "Examples:\n  kelisim workflow check mine.toml\n  kelisim workflow check mine.toml --language kk\n  kelisim workflow check --json mine.toml | jq '.faults[].line'\n\nExit 0: it could be published. Exit 1: it could not, and stderr says why."
    )]
    Check {
        /// The definition (TOML).
        file: PathBuf,
        /// The language of what is said: kk, ru or en.
        #[arg(long, default_value = "en", value_name = "LANGUAGE")]
        language: Language,
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
    /// Say what would become of every running case under a workflow, and put on record that it was rehearsed; no case changes.
    #[command(
        after_help = "Examples:\n  kelisim workflow rehearse mine.toml --map steps.toml\n  kelisim workflow rehearse mine.toml --json | jq '.cannot_go.cases[].number'\n\n`publish --move` applies what was rehearsed: for a week, with the same text and the same map, unless days off or a legal profile are published or retired in between.\nA map is TOML: a table [steps] in which the old step stands before the new one. A step that keeps its id needs no line."
    )]
    Rehearse {
        /// The definition (TOML).
        file: PathBuf,
        /// Where the steps go (TOML).
        #[arg(long, value_name = "FILE")]
        map: Option<PathBuf>,
        /// The mail address of whoever rehearses: a coordinator. Without it, the record says that a command did it.
        #[arg(long = "as", value_name = "ADDRESS")]
        email: Option<String>,
        /// The language in which steps and timers are called: kk, ru or en.
        #[arg(long, default_value = "en", value_name = "LANGUAGE")]
        language: Language,
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
    /// List every published version: its title, whether new cases follow it, and how many running cases do.
    #[command(
        after_help = "Examples:\n  kelisim workflow list\n  kelisim workflow list --json | jq '.items[] | select(.is_default)'"
    )]
    List {
        /// The language of the titles: kk, ru or en.
        #[arg(long, default_value = "en", value_name = "LANGUAGE")]
        language: Language,
        /// Print them as JSON.
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
pub(in super::super) enum DrawFormat {
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
pub(in super::super) struct Decider {
    /// The mail address of whoever decides: a coordinator.
    #[arg(long = "as", value_name = "ADDRESS")]
    pub(in super::super) email: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(in super::super) reason: String,
}

#[derive(Debug, Args)]
pub(in super::super) struct PublishOptions {
    /// The definition (TOML).
    pub(in super::super) file: PathBuf,
    #[command(flatten)]
    pub(in super::super) who: Decider,
    /// Move running cases to this version, as it was rehearsed: `kelisim workflow rehearse` with the same map.
    #[arg(long = "move")]
    pub(in super::super) moves: bool,
    /// Where the steps go (TOML); a step that keeps its id needs no line.
    #[arg(long, value_name = "FILE", requires = "moves")]
    pub(in super::super) map: Option<PathBuf>,
    /// Print what was done as JSON.
    #[arg(long)]
    pub(in super::super) json: bool,
}

#[derive(Debug, Args)]
pub(in super::super) struct UndoOptions {
    /// The workflow.
    pub(in super::super) key: String,
    /// The mail address of whoever decides: a coordinator. Without it, the audit log says that a command did it.
    #[arg(long = "as", value_name = "ADDRESS")]
    pub(in super::super) email: Option<String>,
    /// Why.
    #[arg(long, value_name = "TEXT", default_value = "undone by a command")]
    pub(in super::super) reason: String,
    /// Print what was done as JSON.
    #[arg(long)]
    pub(in super::super) json: bool,
}

#[derive(Debug, Args)]
pub(in super::super) struct SimulateOptions {
    /// The definition (TOML).
    pub(in super::super) file: PathBuf,
    /// How many cases are filed.
    #[arg(long, default_value_t = 850, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(in super::super) cases: u32,
    /// Another seed plays other people; the same seed plays the same ones.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(in super::super) seed: u64,
    /// Play the same people by another definition too, and show the difference.
    #[arg(long, value_name = "FILE")]
    pub(in super::super) with: Option<PathBuf>,
    /// Draw it into a file.
    #[arg(long, value_name = "FILE")]
    pub(in super::super) svg: Option<PathBuf>,
    /// The language of titles: kk, ru or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    pub(in super::super) language: Language,
    /// The first day.
    #[arg(long, default_value = "2026-01-01", value_name = "YYYY-MM-DD")]
    pub(in super::super) from: chrono::NaiveDate,
    /// How many cases are filed in a year.
    #[arg(long, default_value_t = 850, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub(in super::super) filed_a_year: u32,
    /// How many of 100 filed cases a mediator takes [default: 86.7].
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(in super::super) accepted: Option<f64>,
    /// How many of 100 accepted cases come to a contract [default: 76.9].
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(in super::super) mediated: Option<f64>,
    /// How many of 100 mediated cases are settled [default: 78.0].
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(in super::super) settled: Option<f64>,
    /// How many offices there are.
    #[arg(long, default_value_t = 145, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=5_000))]
    pub(in super::super) offices: u16,
    /// How many mediators there are.
    #[arg(long, default_value_t = 144, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=5_000))]
    pub(in super::super) mediators: u16,
    /// Print what was found as JSON.
    #[arg(long)]
    pub(in super::super) json: bool,
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
pub(in super::super) enum LawCommand {
    /// Say everything that is wrong with a legal profile or a list of days off; no database is needed.
    #[command(
        after_help = "Examples:\n  kelisim law check holidays days-2027.toml\n  kelisim law check profile kz-mediation.toml --json | jq '.faults[].line'\n\nExit 0: it could be published. Exit 1: it could not, and stderr says why."
    )]
    Check {
        #[command(flatten)]
        what: LawText,
        /// The language of what is said: kk, ru or en.
        #[arg(long, default_value = "en", value_name = "LANGUAGE")]
        language: Language,
        /// Print what was found as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Say which deadlines of running cases days off would change; nothing is changed.
    Rehearse {
        /// The days off (TOML).
        file: PathBuf,
        /// The language in which timers are called: kk, ru or en.
        #[arg(long, default_value = "en", value_name = "LANGUAGE")]
        language: Language,
        /// Print what was found as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Publish a legal profile or days off. Days off work out anew every deadline that has not fired.
    #[command(
        after_help = "Examples:\n  kelisim law publish holidays days-2027.toml --as saule@example.kz --reason 'Government decision of 1 December'\n  kelisim law publish profile kz-mediation.toml --as saule@example.kz --reason '…'\n\nA profile repeats every version that was published, word for word, and changes no stored result.\nCounting that was interrupted goes on by itself where a server runs."
    )]
    Publish(LawOptions),
    /// Retire what was published: nothing new follows it. Deadlines are worked out anew without the days off.
    #[command(
        after_help = "Example:\n  kelisim law retire holidays 2 --as saule@example.kz --reason 'Decided otherwise'"
    )]
    Retire {
        /// Which of the two.
        kind: LawKind,
        /// The version.
        version: i32,
        #[command(flatten)]
        who: Decider,
    },
    /// List what was published; the profile that came with the program is not among it.
    List {
        /// Print it as JSON, with the texts.
        #[arg(long)]
        json: bool,
    },
}

/// A text of the law in a file.
#[derive(Debug, Args)]
pub(in super::super) struct LawText {
    /// Which of the two.
    pub(in super::super) kind: LawKind,
    /// The file (TOML).
    pub(in super::super) file: PathBuf,
}

#[derive(Debug, Args)]
pub(in super::super) struct LawOptions {
    #[command(flatten)]
    pub(in super::super) what: LawText,
    #[command(flatten)]
    pub(in super::super) who: Decider,
    /// Print what was done as JSON.
    #[arg(long)]
    pub(in super::super) json: bool,
}

/// What the law consists of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(in super::super) enum LawKind {
    /// Terms, grounds, exclusion questions and mandatory contents.
    Profile,
    /// Days off that the region names besides those of the law.
    Holidays,
}

impl From<LawKind> for PublishKind {
    fn from(kind: LawKind) -> Self {
        match kind {
            LawKind::Profile => PublishKind::Profile,
            LawKind::Holidays => PublishKind::Holidays,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(in super::super) enum DraftCommand {
    /// Begin a draft, or change one; prints its id, alone on stdout. It may be anything: it is checked when it is published.
    #[command(
        after_help = "Examples:\n  kelisim draft save mine.toml --title 'Screening first' --as saule@example.kz\n  kelisim draft save mine.toml --id 0190… --map steps.toml --as saule@example.kz"
    )]
    Save(DraftOptions),
    /// List the drafts, the newest first.
    List {
        /// Print them as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print the text of a draft.
    #[command(
        after_help = "Example:\n  kelisim draft show 0190… > mine.toml && kelisim workflow check mine.toml"
    )]
    Show {
        /// The draft.
        id: String,
        /// Print everything about it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Throw a draft away.
    Delete {
        /// The draft.
        id: String,
        /// The mail address of whoever does it: a coordinator.
        #[arg(long = "as", value_name = "ADDRESS")]
        email: String,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub(in super::super) struct DraftOptions {
    /// The text (TOML).
    pub(in super::super) file: PathBuf,
    /// workflow, profile or holidays; a draft keeps its own [default: workflow].
    #[arg(long, value_name = "KIND", value_parser = kind, conflicts_with = "id")]
    pub(in super::super) kind: Option<PublishKind>,
    /// How it is called; a draft that is there keeps its title without it.
    #[arg(long, value_name = "TEXT", required_unless_present = "id")]
    pub(in super::super) title: Option<String>,
    /// Where the steps of running cases go (TOML); a draft that is there keeps its map without it.
    #[arg(long, value_name = "FILE")]
    pub(in super::super) map: Option<PathBuf>,
    /// The draft that is changed.
    #[arg(long, value_name = "ID")]
    pub(in super::super) id: Option<String>,
    /// The mail address of whoever writes: a coordinator.
    #[arg(long = "as", value_name = "ADDRESS")]
    pub(in super::super) email: String,
    /// Print the draft as JSON.
    #[arg(long)]
    pub(in super::super) json: bool,
}

/// What a draft is of.
fn kind(text: &str) -> Result<PublishKind, String> {
    text.parse()
        .map_err(|_| "workflow, profile or holidays".to_owned())
}
