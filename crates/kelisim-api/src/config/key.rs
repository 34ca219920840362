//! Every setting that exists: the one table.
//!
//! The reader of files and environment, `config show`, `config default` and the file
//! `config/default.toml` follow from it, so a setting cannot be known in one place only.

/// A setting.
#[derive(Debug)]
pub struct Key {
    /// Its name, `section.key`.
    pub name: &'static str,
    /// What may stand there.
    pub kind: Kind,
    /// The default, written as in the environment; empty where there is none.
    pub default: &'static str,
    /// What it does, one sentence a line.
    pub doc: &'static str,
    /// What of it nobody may see.
    pub secret: Secret,
}

/// The type of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any one line of text.
    Text,
    /// The path of a file or folder.
    Path,
    /// `ADDRESS:PORT`.
    Listen,
    /// An absolute `http` or `https` URL.
    WebUrl,
    /// The address of a database.
    DatabaseUrl,
    /// The address of a mail relay.
    MailUrl,
    /// A mail address, with a name before it or not.
    Mailbox,
    /// Where anchors of the audit log are written down.
    AnchorPlace,
    /// `true` or `false`.
    Flag,
    /// A whole number within bounds.
    Number {
        /// The smallest.
        least: u64,
        /// The largest.
        most: u64,
    },
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// IP addresses or networks such as `10.0.0.0/8`.
    Networks,
    /// Languages out of kk, ru, en.
    Languages,
    /// A name of the IANA time zone database.
    Zone,
    /// The code of a region.
    RegionCode,
    /// The key of a workflow.
    WorkflowKey,
}

/// What of a setting nobody may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// Nothing.
    No,
    /// The password inside the URL.
    Password,
}

const fn key(
    name: &'static str,
    kind: Kind,
    default: &'static str,
    secret: Secret,
    doc: &'static str,
) -> Key {
    Key {
        name,
        kind,
        default,
        doc,
        secret,
    }
}

/// All settings, by section.
pub const KEYS: &[Key] = &[
    key(
        "database.url",
        Kind::DatabaseUrl,
        "sqlite:./kelisim.db",
        Secret::Password,
        "Where everything is kept: sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME.",
    ),
    key(
        "database.migrate_url",
        Kind::DatabaseUrl,
        "",
        Secret::Password,
        "On PostgreSQL, the same database as another role: the one that owns the tables, for migrate and restore alone.\nserve and work need it not, and refuse a database.url whose role owns tables or passes row-level security.",
    ),
    key(
        "http.listen",
        Kind::Listen,
        "127.0.0.1:8080",
        Secret::No,
        "The address and port that the server listens on.",
    ),
    key(
        "http.public_url",
        Kind::WebUrl,
        "",
        Secret::No,
        "The address by which people reach the server: links in mail begin with it.\nEmpty means http:// and http.listen, which is allowed on a loopback address only.",
    ),
    key(
        "http.trusted_proxies",
        Kind::Networks,
        "",
        Secret::No,
        "Addresses or networks of the proxies whose X-Forwarded-For is believed.",
    ),
    key(
        "http.demo",
        Kind::Flag,
        "false",
        Secret::No,
        "Whether every page says that all people and cases here are invented; kelisim demo sets it.",
    ),
    key(
        "http.workers",
        Kind::Number {
            least: 1,
            most: 256,
        },
        "2",
        Secret::No,
        "Threads that answer requests; the database has threads of its own.",
    ),
    key(
        "mail.transport",
        Kind::Choice(&["directory", "smtp"]),
        "directory",
        Secret::No,
        "How mail leaves: directory writes .eml files, smtp hands it to a relay.",
    ),
    key(
        "mail.directory",
        Kind::Path,
        "./mail",
        Secret::No,
        "The folder of the .eml files.",
    ),
    key(
        "mail.smtp_url",
        Kind::MailUrl,
        "",
        Secret::Password,
        "The relay: smtps://USER:PASSWORD@HOST or smtp+starttls://USER:PASSWORD@HOST.\nsmtp:// sends in clear and is taken for a loopback address only.",
    ),
    key(
        "mail.smtp_root_certificate",
        Kind::Path,
        "",
        Secret::No,
        "A file with one more root certificate (PEM) that the relay may show.",
    ),
    key(
        "mail.from",
        Kind::Mailbox,
        "Kelisim <kelisim@localhost.localdomain>",
        Secret::No,
        "The sender of every message; its domain makes the Message-IDs.\nMust be set when mail.transport is smtp.",
    ),
    key(
        "worker.enabled",
        Kind::Flag,
        "true",
        Secret::No,
        "Whether serve also sends the mail and lets timers fire; false where kelisim work does it.",
    ),
    key(
        "worker.parallel",
        Kind::Number { least: 1, most: 64 },
        "8",
        Secret::No,
        "Letters that are sent at once; one that waits long for the relay makes room for another.",
    ),
    key(
        "worker.lease_seconds",
        Kind::Number {
            least: 1,
            most: 3_600,
        },
        "60",
        Secret::No,
        "How long a message or a timer belongs to a process that shows no sign of life, in seconds.\nWhat such a process was just sending is uncertain then.",
    ),
    key(
        "audit.anchor",
        Kind::AnchorPlace,
        "",
        Secret::Password,
        "Where the worker writes down the head of the audit log, out of reach of whoever has the database:\nfile:PATH (a line at its end; on another mount), mailto:ADDRESS, or https://USER:PASSWORD@HOST/PATH (PUT, one object each).\nEmpty means nowhere: then a log that was sealed anew, or cut at its end, cannot be told from a right one.",
    ),
    key(
        "audit.anchor_minutes",
        Kind::Number {
            least: 1,
            most: 1_440,
        },
        "10",
        Secret::No,
        "How often, in minutes, when the log has grown. What was cut off before it was anchored is not missed.",
    ),
    key(
        "metrics.listen",
        Kind::Listen,
        "",
        Secret::No,
        "The address and port of a listener of its own that gives /metrics, to anybody who reaches it.\nEmpty means none.",
    ),
    key(
        "region.code",
        Kind::RegionCode,
        "WKR",
        Secret::No,
        "The region in which commands create accounts and which migrate loads.",
    ),
    key(
        "region.time_zone",
        Kind::Zone,
        "Asia/Oral",
        Secret::No,
        "The time zone in which the days of the region are counted; fixed when migrate makes the region.",
    ),
    key(
        "region.languages",
        Kind::Languages,
        "kk,ru,en",
        Secret::No,
        "The languages of the region, the first one first; fixed when migrate makes the region.",
    ),
    key(
        "workflow.default",
        Kind::WorkflowKey,
        "mediation",
        Secret::No,
        "The key of the workflow that new cases follow. The cases of basic pass no exclusion check (D1).",
    ),
    key(
        "encryption.master_key_file",
        Kind::Path,
        "",
        Secret::No,
        "The file with the master key, or credential:NAME for one that systemd gives (LoadCredential).\nEmpty means master.key beside the SQLite file; on PostgreSQL it must be set.",
    ),
    key(
        "encryption.next_master_key_file",
        Kind::Path,
        "",
        Secret::No,
        "Where the next master key lies while `kelisim keys rotate` replaces the one in use; credential:NAME here too.\nEmpty means the name of the master key file with .next behind it.",
    ),
    key(
        "encryption.erasure_list",
        Kind::Path,
        "",
        Secret::No,
        "The list of erasures, which a restore replays: keep a copy of it apart from the backups.\nEmpty means erasures.list beside the SQLite file; on PostgreSQL nothing is erased before it is set.",
    ),
    key(
        "legal.profile",
        Kind::Text,
        "kz-mediation",
        Secret::No,
        "The legal profile of the region: terms, exclusion questions, contents of documents. The workflow basic asks it nothing.",
    ),
    key(
        "limits.connections",
        Kind::Number {
            least: 1,
            most: 100_000,
        },
        "4096",
        Secret::No,
        "Connections that each of the threads of http.workers keeps open at once.",
    ),
    key(
        "limits.stop_seconds",
        Kind::Number { least: 1, most: 30 },
        "25",
        Secret::No,
        "How long running requests are waited for when the server stops, in seconds.",
    ),
    key(
        "limits.database_readers",
        Kind::Number {
            least: 1,
            most: 256,
        },
        "4",
        Secret::No,
        "Connections that read; on PostgreSQL, all connections of this process.",
    ),
    key(
        "limits.database_queue",
        Kind::Number {
            least: 1,
            most: 100_000,
        },
        "1024",
        Secret::No,
        "Changes that may wait for the database before requests are answered 503.",
    ),
    key(
        "log.format",
        Kind::Choice(&["text", "json"]),
        "text",
        Secret::No,
        "The form of the log on stderr: text for people, json for programs.",
    ),
    key(
        "log.level",
        Kind::Choice(&["error", "warn", "info", "debug"]),
        "info",
        Secret::No,
        "How much is logged. No level logs personal data.",
    ),
];

/// The setting of a name.
pub fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// The known name that looks most like a wrong one; none when nothing is near.
pub fn nearest(wrong: &str) -> Option<&'static str> {
    let (distance, name) = KEYS
        .iter()
        .map(|key| (strsim::damerau_levenshtein(key.name, wrong), key.name))
        .min()?;
    (distance <= wrong.len().max(4) / 2).then_some(name)
}

impl Key {
    /// The name of its environment variable.
    pub fn variable(&self) -> String {
        format!("KELISIM__{}", self.name.replace('.', "__").to_uppercase())
    }

    /// Section and key.
    pub fn parts(&self) -> (&'static str, &'static str) {
        self.name.split_once('.').unwrap_or(("", self.name))
    }
}
