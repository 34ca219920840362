//! The databases of a run: one that is made and filled with the network, and copies of it for the
//! program and for each limit, so that all begin with the same rows.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection};
use kelisim_persistence::{Database, DatabaseUrl, Db, MasterKey, Options, SystemPart};
use kelisim_tests::Backend;
use kelisim_tests::postgres::{As, address, create};

use crate::client::{Connection as Client, Request};
use crate::network;
use crate::way::Way;

/// How long the program may take to answer for the first time before the run has failed.
const READY_LIMIT: Duration = Duration::from_secs(60);

/// A database with the configuration of a program that serves it.
pub(crate) struct Place {
    pub(crate) backend: Backend,
    pub(crate) way: Way,
    folder: PathBuf,
    name: String,
}

/// A running server; it is stopped with this value.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// What its new cases follow.
    pub(crate) way: Way,
    log: PathBuf,
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl Place {
    /// Makes a database as an operator does, and lays the network into it.
    pub(crate) fn template(backend: Backend, folder: &Path) -> Self {
        let place = Self::named(backend, folder, "template", Way::Basic);
        if backend == Backend::Postgres {
            place.create_from("template0");
        }
        place.done(&["migrate"]);
        let url: DatabaseUrl = place.used_url().parse().unwrap();
        let key = MasterKey::read(&place.key()).unwrap();
        let database = Database::open(&url, &Options::default()).unwrap();
        database
            .as_system(SystemPart::Test)
            .write_blocking(move |db| network::lay(db, &key, now()))
            .unwrap();
        place
    }

    /// A copy under another name; nobody may be using this one.
    pub(crate) fn copy(&self, name: &str) -> Self {
        self.copy_for(name, self.way)
    }

    /// A copy whose new cases follow a workflow.
    pub(crate) fn copy_for(&self, name: &str, way: Way) -> Self {
        let copy = Self::named(self.backend, &self.folder, name, way);
        match self.backend {
            Backend::Sqlite => {
                // A server that was stopped may leave a log beside its file.
                self.execute("PRAGMA wal_checkpoint(TRUNCATE)");
                fs::copy(self.file(), copy.file()).unwrap();
            }
            Backend::Postgres => copy.create_from(&self.database_name()),
        }
        copy
    }

    fn named(backend: Backend, folder: &Path, name: &str, way: Way) -> Self {
        let place = Self {
            backend,
            way,
            folder: folder.to_owned(),
            name: name.to_owned(),
        };
        let migrate_url = match backend {
            Backend::Sqlite => String::new(),
            Backend::Postgres => format!("migrate_url = '{}'\n", place.url_as(As::Owner)),
        };
        let config = format!(
            "[database]\nurl = '{}'\n{migrate_url}[mail]\ndirectory = '{}'\n[workflow]\ndefault = '{}'\n[encryption]\nmaster_key_file = '{}'\n",
            place.used_url(),
            folder.join("mail").display(),
            way.key(),
            place.key().display(),
        );
        fs::write(place.config(), config).unwrap();
        place
    }

    fn create_from(&self, template: &str) {
        let name = self.database_name();
        create(&server_url(), &name, template);
    }

    fn database_name(&self) -> String {
        format!("kelisim_bench_{}_{}", std::process::id(), self.name)
    }

    fn config(&self) -> PathBuf {
        self.folder.join(format!("{}.toml", self.name))
    }

    fn key(&self) -> PathBuf {
        self.folder.join("master.key")
    }

    /// The folder of everything that belongs to the run.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The SQLite file.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join(format!("{}.db", self.name))
    }

    /// The address of the database, for whoever may do everything.
    pub(crate) fn url(&self) -> String {
        self.url_as(As::Superuser)
    }

    /// The address of the database, as the configuration has it.
    pub(crate) fn used_url(&self) -> String {
        self.url_as(As::User)
    }

    fn url_as(&self, who: As) -> String {
        match self.backend {
            Backend::Sqlite => format!("sqlite:{}", self.file().display()),
            Backend::Postgres => address(&server_url(), &self.database_name(), who),
        }
    }

    /// A connection past every pool and check.
    pub(crate) fn connect(&self) -> Db {
        match self.backend {
            Backend::Sqlite => {
                let file = self.file().to_string_lossy().into_owned();
                Db::Sqlite(SqliteConnection::establish(&file).unwrap())
            }
            Backend::Postgres => Db::Postgres(PgConnection::establish(&self.url()).unwrap()),
        }
    }

    /// Runs statements.
    pub(crate) fn execute(&self, statements: &str) {
        self.connect().batch_execute(statements).unwrap();
    }

    /// The columns of a table, in their order.
    pub(crate) fn columns(&self, table: &str) -> Vec<String> {
        let query = match self.backend {
            Backend::Sqlite => format!("SELECT name AS word FROM pragma_table_info('{table}')"),
            Backend::Postgres => format!(
                "SELECT column_name::text AS word FROM information_schema.columns \
                 WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
            ),
        };
        let query = diesel::sql_query(query);
        let words: Vec<Word> = match self.connect() {
            Db::Sqlite(mut db) => query.load(&mut db).unwrap(),
            Db::Postgres(mut db) => query.load(&mut db).unwrap(),
        };
        words.into_iter().map(|word| word.word).collect()
    }

    /// How many rows a table has, or what else `from` selects.
    pub(crate) fn count(&self, from: &str) -> i64 {
        let query = diesel::sql_query(format!("SELECT count(*) AS number FROM {from}"));
        let row: Number = match self.connect() {
            Db::Sqlite(mut db) => query.get_result(&mut db).unwrap(),
            Db::Postgres(mut db) => query.get_result(&mut db).unwrap(),
        };
        row.number
    }

    /// The settings on which a commit's durability hangs, as the program's own connections have them.
    pub(crate) fn durability(&self) -> Vec<(String, String)> {
        let url: DatabaseUrl = self.used_url().parse().unwrap();
        let database = Database::open(&url, &Options::default()).unwrap();
        let backend = self.backend;
        let read = move |db: &mut Db| {
            let queries: &[(&str, &str)] = match backend {
                Backend::Sqlite => &[
                    (
                        "journal_mode",
                        "SELECT journal_mode AS word FROM pragma_journal_mode",
                    ),
                    (
                        "synchronous",
                        "SELECT CAST(synchronous AS TEXT) AS word FROM pragma_synchronous",
                    ),
                    ("version", "SELECT sqlite_version() AS word"),
                ],
                Backend::Postgres => &[
                    ("fsync", "SELECT current_setting('fsync') AS word"),
                    (
                        "synchronous_commit",
                        "SELECT current_setting('synchronous_commit') AS word",
                    ),
                    (
                        "full_page_writes",
                        "SELECT current_setting('full_page_writes') AS word",
                    ),
                    (
                        "wal_sync_method",
                        "SELECT current_setting('wal_sync_method') AS word",
                    ),
                    (
                        "version",
                        "SELECT current_setting('server_version') AS word",
                    ),
                ],
            };
            let read = queries
                .iter()
                .map(|(name, query)| ((*name).to_owned(), word(db, query)));
            Ok::<_, kelisim_persistence::Error>(read.collect())
        };
        let database = database.as_system(SystemPart::Test);
        database.write_blocking(read).unwrap()
    }

    /// The process whose children are the backends of PostgreSQL.
    pub(crate) fn postmaster(&self) -> Option<u32> {
        if self.backend == Backend::Sqlite {
            return None;
        }
        let mut db = self.connect();
        let pid = word(&mut db, "SELECT pg_backend_pid()::text AS word");
        crate::process::parent(pid.parse().unwrap())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .arg("--config")
            .arg(self.config())
            .current_dir(&self.folder);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("KELISIM__") {
                command.env_remove(name);
            }
        }
        command
    }

    pub(crate) fn done(&self, arguments: &[&str]) {
        let output = self.command(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
    }

    /// Starts `kelisim serve` with the settings of the defaults, but for the address and the worker:
    /// only the path of requests is measured, and `kelisim work` can send the mail from elsewhere.
    pub(crate) fn launch(&self, environment: &[(&str, &str)]) -> Server {
        // A port that was free a moment ago.
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let log = self.folder.join(format!("{}.log", self.name));
        let mut command = self.command(&["serve", "--listen", &address.to_string()]);
        let child = command
            .env("KELISIM__WORKER__ENABLED", "false")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        Server {
            child,
            address,
            way: self.way,
            log,
        }
    }

    /// As [`Place::launch`], and waits until it answers.
    pub(crate) fn serve(&self, environment: &[(&str, &str)]) -> Server {
        let mut server = self.launch(environment);
        server.wait_for_first_answer(&network::head_token(0));
        server
    }
}

impl Server {
    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks every millisecond for the list of cases, until it is given.
    pub(crate) fn wait_for_first_answer(&mut self, token: &str) {
        let started = Instant::now();
        let request = Request {
            method: "GET",
            path: "cases",
            token,
            idempotency_key: None,
            if_match: None,
            body: "",
        };
        loop {
            let status = Client::open(self.address)
                .and_then(|mut client| client.send(&request).map(|reply| reply.status));
            if matches!(status, Ok(200)) {
                return;
            }
            let over = self.child.try_wait().unwrap().is_some();
            assert!(
                !over && started.elapsed() < READY_LIMIT,
                "kelisim serve does not answer ({status:?}): {}",
                fs::read_to_string(&self.log).unwrap_or_default()
            );
            sleep(Duration::from_millis(1));
        }
    }

    /// Asks it to stop, as a service manager does, and waits.
    pub(crate) fn stop(mut self) {
        let pid = self.pid().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(asked.unwrap().success());
        let ended = self.child.wait().unwrap();
        assert!(ended.success(), "kelisim serve: {ended}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already, unless the run failed on the way.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The program, which cargo put beside this one.
fn program() -> PathBuf {
    std::env::current_exe().unwrap().with_file_name("kelisim")
}

/// The durable server that `cargo xtask bench` started.
fn server_url() -> String {
    const NAME: &str = "KELISIM_TEST_POSTGRES_DURABLE";
    std::env::var(NAME).unwrap_or_else(|_| panic!("{NAME} is not set: run `cargo xtask bench`"))
}

/// The text that a query gives under the name `word`.
pub(crate) fn word(db: &mut Db, query: &str) -> String {
    let query = diesel::sql_query(query);
    let row: Word = match db {
        Db::Sqlite(db) => query.get_result(db).unwrap(),
        Db::Postgres(db) => query.get_result(db).unwrap(),
    };
    row.word
}

/// The time: the network must hold on the day on which the program is measured.
pub(crate) fn now() -> chrono::DateTime<chrono::Utc> {
    use kelisim_api::clock::{Clock, SystemClock};
    SystemClock.now()
}
