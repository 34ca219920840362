//! What can be typed.

mod publishing;

pub(super) use publishing::{
    Decider, DraftCommand, DraftOptions, DrawFormat, LawCommand, LawKind, LawOptions, LawText,
    PublishOptions, SimulateOptions, UndoOptions, WorkflowCommand,
};

use clap::{Args, Parser, Subcommand, builder::PossibleValuesParser};
use kelisim_domain::erasure::ErasureReason;
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
    /// The audit log: verify it, write its head down, export it.
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
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
    /// The master key, which opens everything confidential.
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// How long closed cases are kept, and erasing those that are due.
    Erase {
        #[command(subcommand)]
        command: EraseCommand,
    },
    /// Legal profiles and days off.
    Law {
        #[command(subcommand)]
        command: LawCommand,
    },
    /// What is written and not published yet: workflows, legal profiles and days off.
    Draft {
        #[command(subcommand)]
        command: DraftCommand,
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
    /// How many cases the invented year has; 144 mediators can take no more than about 10,000.
    #[arg(long, default_value_t = 850, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=10_000))]
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
    /// Restore although there is no list of erasures, or one that was cut: the content of cases that were erased after the
    /// backup is there again, against the right of the people in them.
    #[arg(long)]
    pub(super) erased_may_come_back: bool,
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
pub(super) enum EraseCommand {
    /// Set how long the content of closed cases is kept; without --months for ever. Nothing is erased by that.
    Set {
        /// Months after closing.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..=1200))]
        months: Option<i32>,
        #[command(flatten)]
        who: Decider,
    },
    /// Look at what is due, and put that on record. Nothing is erased.
    #[command(
        after_help = "Examples:\n  kelisim erase look --config kelisim.toml\n  kelisim erase look --config kelisim.toml --case 0190… --as saule@example.kz   one closed case, before its time"
    )]
    Look {
        /// The mail address of a coordinator.
        #[arg(long = "as", value_name = "ADDRESS")]
        email: Option<String>,
        /// One closed case, by its id, instead of all that is due.
        #[arg(long, value_name = "ID")]
        case: Option<String>,
        /// Print what was found as JSON.
        #[arg(long)]
        json: bool,
    },
    /// The last looks and erasures.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// One look or erasure: what it is about, how far it has come, and which cases could not be erased.
    Show {
        /// The erasure.
        id: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write the cases that the database has erased into the list of erasures, where the list and its copy are lost.
    MendList {
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Erase exactly what was looked at: the keys of its cases are destroyed. What was interrupted goes on.
    Confirm {
        /// The erasure.
        id: String,
        /// The mail address of whoever decides: a coordinator.
        #[arg(long = "as", value_name = "ADDRESS")]
        email: String,
        /// Why: a code, for a sentence would tell of the people whose data go.
        #[arg(long, value_name = "CODE", value_parser = PossibleValuesParser::new(ErasureReason::ALL.iter().map(|reason| reason.code())))]
        reason: String,
        /// The number of the letter that asks for it.
        #[arg(long, value_name = "NUMBER")]
        letter: Option<String>,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
        /// Print what was done as JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Put a new master key in the place of the one in use: every data key is opened and wrapped anew, while the server
    /// serves. What was interrupted goes on when the command is given again.
    #[command(
        after_help = "Examples:\n  kelisim keys rotate --config kelisim.toml\n  kelisim keys create /etc/kelisim/master.key.next   where systemd gives the keys\n\nThe new key lies beside the old one with .next behind its name until all is done. Backups that were made before need the old key: keep it as long as those."
    )]
    Rotate {
        /// Do not ask.
        #[arg(long)]
        yes: bool,
        /// Print what was done as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Make a file with a new key, for its owner alone; nothing uses it yet.
    Create {
        /// The file to write; one that is there is left alone.
        file: PathBuf,
    },
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
    /// Make the first administrator and print a link that works once, for an hour, alone on stdout: it sets a password.
    #[command(
        after_help = "Example:\n  kelisim admin create --email aigul@example.kz --name 'Aigul'"
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
        /// It may also take out whole files: the audit log, and what is kept of a person.
        #[arg(long)]
        exports: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Say whether the log is what was sealed, and if not, what was done to it and from which entry on.
    #[command(
        after_help = "Examples:\n  kelisim audit verify --config kelisim.toml\n  kelisim audit verify --anchors /mnt/anchors/kelisim.anchors --anchors mails.mbox --json\n\nAnchors are taken from these files, from the file of audit.anchor, and from the database itself.\nExit 0: nothing was changed, removed, reordered or cut. Exit 1: something was, and stderr says what."
    )]
    Verify {
        /// A text in which anchors stand: a file of them, mails, a scanned report. May be given several times.
        #[arg(long, value_name = "FILE")]
        anchors: Vec<PathBuf>,
        /// Print what was found as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print the head of the log of every region: a line to keep where nobody can change it.
    #[command(
        after_help = "Example:\n  kelisim audit anchor --config kelisim.toml >> /media/stick/kelisim.anchors"
    )]
    Anchor {
        /// Print the heads as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write the whole sealed log into FILE (JSON lines), for whoever verifies it without this database.
    #[command(
        after_help = "Example:\n  kelisim audit export --config kelisim.toml log.jsonl\n  kelisim-audit-verify log.jsonl --anchors kelisim.anchors\n\nNo narrative, name or address of a case is in it: confidential values are keyed hashes. It does say who worked on what."
    )]
    Export {
        /// The file to write.
        file: PathBuf,
        /// Replace a file that is there.
        #[arg(long)]
        overwrite: bool,
        /// Print what was done as JSON.
        #[arg(long)]
        json: bool,
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
