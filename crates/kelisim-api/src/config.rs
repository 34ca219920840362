//! Settings: defaults < file < environment < flags, each from the one table in [`key`].
//!
//! Everything is parsed here, once, at the start; all that is wrong is said at once, and each message
//! names the place, the setting and what it wants. A value is never repeated: it may be a secret.

pub mod key;
pub mod layer;
pub mod show;
mod value;

pub use value::Network;

use chrono::TimeDelta;
use kelisim_domain::{
    calendar::Zone,
    code::{RegionCode, WorkflowKey},
    language::Language,
};
use kelisim_persistence::{KeyFiles, connection::DatabaseUrl, erasure_list::ErasureList};
use key::{KEYS, Key};
use layer::{Layer, Origin, Raw};
use lettre::message::Mailbox;
use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    time::Duration,
};
use url::Url;

/// All settings of a process.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where everything is kept.
    pub database: DatabaseUrl,
    /// The same database for `migrate` and `restore`, as the role that owns its tables; on PostgreSQL only.
    pub migrate_database: Option<DatabaseUrl>,
    /// The server.
    pub http: Http,
    /// How mail leaves.
    pub mail: Mail,
    /// What sends the mail and lets timers fire.
    pub worker: Worker,
    /// Where and how often the head of the audit log is written down.
    pub audit: Audit,
    /// Where a listener gives the metrics; none when nobody asked for one.
    pub metrics: Option<SocketAddr>,
    /// The region in which commands create.
    pub region: Region,
    /// The workflow that new cases follow.
    pub workflow: WorkflowKey,
    /// The files with the master key.
    pub master_key: KeyFiles,
    /// The list of erasures; none on PostgreSQL as long as it is not set.
    pub erasure_list: Option<PathBuf>,
    /// The legal profile of the region.
    pub legal_profile: String,
    /// Bounds.
    pub limits: Limits,
    /// The log.
    pub log: Log,
    settings: Layer,
}

/// Settings of the server.
#[derive(Clone, Debug)]
pub struct Http {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The address in links, without a slash at its end.
    pub public_url: String,
    /// Proxies whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<Network>,
    /// Whether every page says that everything here is invented.
    pub is_demo: bool,
    /// Threads that answer requests.
    pub workers: usize,
}

impl Http {
    /// Whether a peer is a proxy that may name the client.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted_proxies
            .iter()
            .any(|network| network.contains(peer))
    }
}

/// Settings of the mail.
#[derive(Clone)]
pub struct Mail {
    /// The way out.
    pub route: MailRoute,
    /// The sender.
    pub from: Mailbox,
}

/// The way mail leaves.
#[derive(Clone)]
pub enum MailRoute {
    /// Into a folder.
    Directory(PathBuf),
    /// To a relay.
    Smtp {
        /// Its address; it may hold a password and is shown to nobody.
        url: String,
        /// A file with one more root certificate.
        root_certificate: Option<PathBuf>,
    },
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let route = match &self.route {
            MailRoute::Directory(path) => path.display().to_string(),
            MailRoute::Smtp { .. } => "smtp".to_owned(),
        };
        write!(f, "Mail({route})")
    }
}

/// Settings of the worker.
#[derive(Clone, Copy, Debug)]
pub struct Worker {
    /// Whether `serve` also sends the mail and lets timers fire.
    pub enabled: bool,
    /// Deliveries that run at once, slow ones apart; and timers that fire at once.
    pub parallel: usize,
    /// How long a claim holds without a sign of life.
    pub lease: Duration,
}

/// Settings of the audit log.
#[derive(Clone)]
pub struct Audit {
    /// Where its head is written down; none when nobody asked for it.
    pub anchor: Option<AnchorPlace>,
    /// How often.
    pub every: TimeDelta,
}

impl fmt::Debug for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An address may hold a password.
        write!(f, "Audit({})", self.anchor.is_some())
    }
}

/// Where anchors of the audit log are written down.
#[derive(Clone)]
pub enum AnchorPlace {
    /// At the end of a file.
    File(PathBuf),
    /// In a mailbox.
    Mail(lettre::Address),
    /// Below an address of a web server; it may hold a password and is shown to nobody.
    Web(Url),
}

/// The region in which commands create.
#[derive(Clone, Debug)]
pub struct Region {
    /// Its code.
    pub code: RegionCode,
    /// The zone in which its days are counted.
    pub zone: Zone,
    /// Its languages, the first one first.
    pub languages: Vec<Language>,
}

/// Bounds.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections that each thread of the server keeps open.
    pub connections: usize,
    /// How long running requests are waited for when the server stops.
    pub stop_seconds: u64,
    /// Connections that read.
    pub database_readers: NonZeroUsize,
    /// Changes that may wait for the database.
    pub database_queue: NonZeroUsize,
}

/// The log.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    /// Whether for programs.
    pub json: bool,
    /// How much.
    pub level: &'static str,
}

/// One thing that is wrong with the configuration, in words for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(String);

impl Fault {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Fault(text.into())
    }
}

/// Everything that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError(pub Vec<Fault>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<&str> = self.0.iter().map(|fault| fault.0.as_str()).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// A setting that a flag of the command gives.
#[derive(Debug, Clone)]
pub struct FlagSetting {
    /// The flag, such as `--listen`.
    pub flag: &'static str,
    /// The setting it overrides.
    pub key: &'static str,
    /// The value.
    pub text: String,
}

impl Config {
    /// The list of erasures.
    ///
    /// # Errors
    /// A sentence, where there is no place for it.
    pub fn erasures(&self) -> Result<ErasureList, String> {
        let list = self.erasure_list.clone().map(ErasureList::at);
        list.ok_or_else(|| {
            "encryption.erasure_list is missing: on PostgreSQL it must name a file before anything is erased".to_owned()
        })
    }

    /// Reads all layers.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: &[FlagSetting],
    ) -> Result<Config, ConfigError> {
        let mut faults = Vec::new();
        let environment: Vec<(String, String)> = environment.into_iter().collect();
        let named = |(name, _): &&(String, String)| name == CREDENTIALS;
        let credentials = environment.iter().find(named);
        let credentials = credentials.map(|(_, folder)| PathBuf::from(folder));
        let mut settings = defaults();
        if let Some(path) = file {
            settings.extend(layer::file(path, &mut faults));
        }
        settings.extend(layer::environment(environment, &mut faults));
        settings.extend(flags.iter().filter_map(|flag| {
            let origin = Origin::Flag(flag.flag.to_owned());
            let text = flag.text.clone();
            key::find(flag.key).map(|key| (key.name, Raw { text, origin }))
        }));
        let reader = Reader {
            settings,
            faults,
            credentials,
        };
        reader.config()
    }
}

fn defaults() -> Layer {
    KEYS.iter()
        .map(|key| {
            let (text, origin) = (key.default.to_owned(), Origin::Default);
            (key.name, Raw { text, origin })
        })
        .collect()
}

/// Takes value by value and collects what is wrong.
struct Reader {
    settings: Layer,
    faults: Vec<Fault>,
    /// The folder of the credentials that systemd gives this process.
    credentials: Option<PathBuf>,
}

/// The variable in which systemd names the folder of the credentials.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
/// What stands before the name of a credential.
const CREDENTIAL: &str = "credential:";

impl Reader {
    fn config(mut self) -> Result<Config, ConfigError> {
        let database = self.take("database.url", |text, _| value::database(text));
        let migrate_database = self.migrate_database();
        let http = self.http();
        let mail = self.mail();
        let worker = self.worker();
        let audit = self.audit();
        let metrics = self.metrics();
        let region = self.region();
        let workflow = self.take("workflow.default", |text, _| value::workflow(text));
        let master_key = database.as_ref().and_then(|url| self.master_key(url));
        let erasure_list = database.as_ref().map(|url| self.erasure_list(url));
        let legal_profile = self.text("legal.profile").to_owned();
        let limits = self.limits();
        let log = self.log();
        let settings = std::mem::take(&mut self.settings);
        let config = || {
            Some(Config {
                database: database?,
                migrate_database: migrate_database?,
                http: http?,
                mail: mail?,
                worker: worker?,
                audit: audit?,
                metrics: metrics?,
                region: region?,
                workflow: workflow?,
                master_key: master_key?,
                erasure_list: erasure_list?,
                legal_profile,
                limits: limits?,
                log: log?,
                settings,
            })
        };
        match config() {
            Some(config) if self.faults.is_empty() => Ok(config),
            _ => Err(ConfigError(self.faults)),
        }
    }

    fn raw(&self, name: &str) -> (&str, Origin) {
        self.settings
            .get(name)
            .map_or(("", Origin::Default), |raw| {
                (raw.text.as_str(), raw.origin.clone())
            })
    }

    fn text(&self, name: &str) -> &str {
        self.raw(name).0
    }

    fn take<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str, &Key) -> Result<T, String>,
    ) -> Option<T> {
        let key = key::find(name)?;
        let (text, _) = self.raw(name);
        match parse(text, key) {
            Ok(value) => Some(value),
            Err(wanted) => {
                self.refuse(name, &format!("must be {wanted}"));
                None
            }
        }
    }

    fn refuse(&mut self, name: &'static str, why: &str) {
        let (_, origin) = self.raw(name);
        self.faults
            .push(Fault::new(format!("{} {why}", layer::at(&origin, name))));
    }

    fn number(&mut self, name: &'static str) -> Option<u64> {
        self.take(name, |text, key| value::number(text, key.kind))
    }

    /// None inside means that it is not set.
    fn migrate_database(&mut self) -> Option<Option<DatabaseUrl>> {
        if self.text("database.migrate_url").is_empty() {
            return Some(None);
        }
        self.take("database.migrate_url", |text, _| value::database(text))
            .map(Some)
    }

    fn http(&mut self) -> Option<Http> {
        let listen = self.take("http.listen", |text, _| value::listen(text));
        let trusted_proxies = self.take("http.trusted_proxies", |text, _| value::networks(text));
        let is_demo = self.take("http.demo", |text, _| value::flag(text));
        let workers = self.number("http.workers");
        let public_url = self.public_url(listen);
        Some(Http {
            listen: listen?,
            public_url: public_url?,
            trusted_proxies: trusted_proxies?,
            is_demo: is_demo?,
            workers: usize::try_from(workers?).ok()?,
        })
    }

    fn public_url(&mut self, listen: Option<SocketAddr>) -> Option<String> {
        if self.text("http.public_url").is_empty() {
            let listen = listen?;
            if !listen.ip().is_loopback() {
                let why = format!(
                    "is missing: with http.listen on {listen} it must be {}",
                    value::wanted(key::Kind::WebUrl)
                );
                self.refuse("http.public_url", &why);
                return None;
            }
            return Some(format!("http://{listen}"));
        }
        self.take("http.public_url", |text, _| value::web(text))
            .map(|url: Url| url.as_str().trim_end_matches('/').to_owned())
    }

    fn mail(&mut self) -> Option<Mail> {
        let transport = self.take("mail.transport", |text, key| value::choice(text, key.kind));
        let from = self.take("mail.from", |text, _| value::mailbox(text));
        let smtp = (transport? == "smtp").then(|| self.smtp());
        let route = match smtp {
            Some(route) => route?,
            None => MailRoute::Directory(PathBuf::from(self.text("mail.directory"))),
        };
        Some(Mail { route, from: from? })
    }

    fn smtp(&mut self) -> Option<MailRoute> {
        if self.raw("mail.from").1 == Origin::Default {
            self.refuse(
                "mail.from",
                "is missing: mail.transport = \"smtp\" needs a sender",
            );
        }
        let url = self.take("mail.smtp_url", |text, _| {
            value::mail(text).map(|()| text.to_owned())
        })?;
        let root_certificate = Some(self.text("mail.smtp_root_certificate"))
            .filter(|path| !path.is_empty())
            .map(PathBuf::from);
        Some(MailRoute::Smtp {
            url,
            root_certificate,
        })
    }

    fn worker(&mut self) -> Option<Worker> {
        let enabled = self.take("worker.enabled", |text, _| value::flag(text));
        let parallel = self.number("worker.parallel");
        let lease = self.number("worker.lease_seconds");
        Some(Worker {
            enabled: enabled?,
            parallel: usize::try_from(parallel?).ok()?,
            lease: Duration::from_secs(lease?),
        })
    }

    fn audit(&mut self) -> Option<Audit> {
        let anchor = match self.text("audit.anchor").is_empty() {
            true => Some(None),
            false => self
                .take("audit.anchor", |text, _| value::anchor(text))
                .map(Some),
        };
        let minutes = i64::try_from(self.number("audit.anchor_minutes")?).ok()?;
        Some(Audit {
            anchor: anchor?,
            every: TimeDelta::minutes(minutes),
        })
    }

    /// None inside means that no listener is wanted.
    fn metrics(&mut self) -> Option<Option<SocketAddr>> {
        if self.text("metrics.listen").is_empty() {
            return Some(None);
        }
        self.take("metrics.listen", |text, _| value::listen(text))
            .map(Some)
    }

    fn region(&mut self) -> Option<Region> {
        let code = self.take("region.code", |text, _| value::region(text));
        let zone = self.take("region.time_zone", |text, _| value::zone(text));
        let languages = self.take("region.languages", |text, _| value::languages(text));
        Some(Region {
            code: code?,
            zone: zone?,
            languages: languages?,
        })
    }

    fn master_key(&mut self, database: &DatabaseUrl) -> Option<KeyFiles> {
        const FILE: &str = "encryption.master_key_file";
        const NEXT: &str = "encryption.next_master_key_file";
        let file = match (self.text(FILE).is_empty(), database) {
            (false, _) => self.file_or_credential(FILE)?,
            (true, DatabaseUrl::Sqlite(path)) => path.with_file_name("master.key"),
            (true, DatabaseUrl::Postgres(_)) => {
                let why = "is missing: on PostgreSQL it must name a file, because there is no folder beside the data";
                self.refuse(FILE, why);
                return None;
            }
        };
        let beside = KeyFiles::beside(&file);
        match self.text(NEXT).is_empty() {
            true => Some(beside),
            false => Some(KeyFiles {
                next: self.file_or_credential(NEXT)?,
                ..beside
            }),
        }
    }

    /// None inside means that there is no place for it.
    fn erasure_list(&self, database: &DatabaseUrl) -> Option<PathBuf> {
        let set = self.text("encryption.erasure_list");
        match (set.is_empty(), database) {
            (false, _) => Some(PathBuf::from(set)),
            (true, DatabaseUrl::Sqlite(path)) => Some(path.with_file_name("erasures.list")),
            (true, DatabaseUrl::Postgres(_)) => None,
        }
    }

    /// A path, or what systemd put under the name of a credential.
    fn file_or_credential(&mut self, name: &'static str) -> Option<PathBuf> {
        let text = self.text(name).to_owned();
        let Some(credential) = text.strip_prefix(CREDENTIAL) else {
            return Some(PathBuf::from(text));
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if !credential.starts_with(|c: char| c.is_ascii_alphanumeric())
            || !credential.chars().all(is_name)
        {
            self.refuse(
                name,
                "must name a credential by letters, digits, dots and hyphens",
            );
            return None;
        }
        match &self.credentials {
            Some(folder) => Some(folder.join(credential)),
            None => {
                let why = format!(
                    "names a credential, and systemd gave this process none ({CREDENTIALS} is not set); \
                     run it in the unit, or name the file"
                );
                self.refuse(name, &why);
                None
            }
        }
    }

    fn limits(&mut self) -> Option<Limits> {
        let connections = self.number("limits.connections");
        let stop_seconds = self.number("limits.stop_seconds");
        let readers = self.number("limits.database_readers");
        let queue = self.number("limits.database_queue");
        let size = |number: u64| usize::try_from(number).ok();
        Some(Limits {
            connections: size(connections?)?,
            stop_seconds: stop_seconds?,
            database_readers: NonZeroUsize::new(size(readers?)?)?,
            database_queue: NonZeroUsize::new(size(queue?)?)?,
        })
    }

    fn log(&mut self) -> Option<Log> {
        let format = self.take("log.format", |text, key| value::choice(text, key.kind));
        let level = self.take("log.level", |text, key| value::choice(text, key.kind));
        Some(Log {
            json: format? == "json",
            level: level?,
        })
    }
}

#[cfg(test)]
mod tests;
