//! A database for one test: fresh, migrated, thrown away at the end.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection};
use kelisim_persistence::migrate::migrate;
use kelisim_persistence::{Database, DatabaseUrl, Db, Options, SystemPart};
use tempfile::TempDir;

use crate::both::{Backend, OnBackend};
use crate::postgres::{As, Scratch, Server};

/// A database that belongs to one test, and a folder beside it.
pub struct TestDatabase {
    url: DatabaseUrl,
    /// On the server: the same for the role that owns the tables, and for the superuser.
    behind: Option<[DatabaseUrl; 2]>,
    // Dropped after the last use of the database: first the database, then the folder.
    _scratch: Option<Scratch>,
    folder: TempDir,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl TestDatabase {
    /// A migrated database without rows.
    pub fn create(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::in_file(Some(sqlite_template())),
            Backend::Postgres => Self::on_server(Scratch::migrated()),
        }
    }

    /// A database that has not been migrated; the SQLite file does not exist yet.
    pub fn create_empty(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::in_file(None),
            Backend::Postgres => Self::on_server(Scratch::empty(Server::Quick)),
        }
    }

    /// A migrated database that keeps what it acknowledges, for the program itself to serve.
    pub fn create_durable(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::create(Backend::Sqlite),
            Backend::Postgres => {
                let database = Self::on_server(Scratch::empty(Server::Durable));
                migrate(&database.url, database.owner_url()).unwrap();
                database
            }
        }
    }

    /// As [`TestDatabase::create_durable`], not migrated.
    pub fn create_empty_durable(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::create_empty(Backend::Sqlite),
            Backend::Postgres => Self::on_server(Scratch::empty(Server::Durable)),
        }
    }

    fn in_file(content: Option<&[u8]>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kelisim.db");
        if let Some(content) = content {
            fs::write(&path, content).unwrap();
        }
        Self {
            url: DatabaseUrl::Sqlite(path),
            behind: None,
            _scratch: None,
            folder,
        }
    }

    fn on_server(scratch: Scratch) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            url: scratch.url(As::User),
            behind: Some([As::Owner, As::Superuser].map(|who| scratch.url(who))),
            _scratch: Some(scratch),
            folder,
        }
    }

    /// Which of the two it is.
    pub fn backend(&self) -> Backend {
        match self.url {
            DatabaseUrl::Sqlite(_) => Backend::Sqlite,
            DatabaseUrl::Postgres(_) => Backend::Postgres,
        }
    }

    /// The address, to open it once more or to hand it to a program.
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// The address for the role that owns the tables, where there are roles.
    pub fn owner_url(&self) -> Option<&DatabaseUrl> {
        self.behind.as_ref().map(|[owner, _]| owner)
    }

    /// The same as a program takes it on its command line; empty where there are no roles.
    pub fn owner_url_text(&self) -> String {
        self.owner_url().map(text).unwrap_or_default()
    }

    /// The address as a program takes it on its command line.
    pub fn url_text(&self) -> String {
        text(&self.url)
    }

    /// A folder of this test alone: for keys, mail, configuration.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Opens the database as the application does, but for the wait for the disk, and for a test that sees everything.
    pub fn open(&self) -> Database {
        self.open_with(&Self::options()).as_system(SystemPart::Test)
    }

    /// Opens it with other options, for nobody yet.
    pub fn open_with(&self, options: &Options) -> Database {
        Database::open(&self.url, options).unwrap()
    }

    /// The options of a test: few threads, for many tests run at once, and no wait for the disk.
    pub fn options() -> Options {
        let threads = NonZeroUsize::new(3).unwrap();
        Options {
            threads,
            allow_unsafe_durability: true,
            ..Options::default()
        }
    }

    /// Runs statements beside the application, as an operator could.
    pub fn execute(&self, statements: &str) {
        self.connect().batch_execute(statements).unwrap();
    }

    /// Takes away what keeps the audit log and the histories from being changed, as whoever owns the database can.
    pub fn take_rights(&self) {
        const TABLES: [&str; 4] = ["audit_entry", "audit_seal", "audit_anchor", "case_event"];
        for table in TABLES {
            self.execute(&match self.backend() {
                Backend::Sqlite => {
                    format!("DROP TRIGGER {table}_not_changed; DROP TRIGGER {table}_not_removed")
                }
                Backend::Postgres => format!("ALTER TABLE {table} DISABLE TRIGGER USER"),
            });
        }
    }

    /// How many rows a table has, or what else `from` selects: `"outbox WHERE state = 'sent'"`.
    pub fn count(&self, from: &str) -> i64 {
        let query = format!("SELECT count(*) AS count FROM {from}");
        let rows = match self.connect() {
            Db::Sqlite(mut c) => diesel::sql_query(query).get_result::<Count>(&mut c),
            Db::Postgres(mut c) => diesel::sql_query(query).get_result::<Count>(&mut c),
        };
        rows.unwrap().count
    }

    /// One line of text for each row: `lines("#id# || ' ' || stage", "cases")`; what stands between
    /// two `#` is a column with an id, and is shown as hexadecimal digits.
    pub fn lines(&self, expression: &str, from: &str) -> Vec<String> {
        self.lines_on(&mut self.connect(), expression, from)
    }

    /// As [`TestDatabase::lines`], on a connection that is there already.
    pub fn lines_on(&self, connection: &mut Db, expression: &str, from: &str) -> Vec<String> {
        let hex = match self.backend() {
            Backend::Sqlite => ["lower(hex(", "))"],
            Backend::Postgres => ["encode(uuid_send(", "), 'hex')"],
        };
        let query = format!("SELECT {expression} AS line FROM {from}");
        let parts: Vec<&str> = query.split('#').collect();
        let mut text = parts[0].to_owned();
        for (number, part) in parts[1..].iter().enumerate() {
            text += hex[number % 2];
            text += part;
        }
        let rows = match connection {
            Db::Sqlite(c) => diesel::sql_query(text).load::<Line>(c),
            Db::Postgres(c) => diesel::sql_query(text).load::<Line>(c),
        };
        rows.unwrap().into_iter().map(|row| row.line).collect()
    }

    /// Whether it takes connections at this moment.
    pub fn is_up(&self) -> bool {
        match &self.url {
            DatabaseUrl::Sqlite(_) => true,
            DatabaseUrl::Postgres(url) => PgConnection::establish(url.expose())
                .is_ok_and(|mut c| c.batch_execute("SELECT 1").is_ok()),
        }
    }

    /// A connection past every pool and check, as whoever may do everything.
    pub fn connect(&self) -> Db {
        match &self.url {
            DatabaseUrl::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
                connection
                    .batch_execute("PRAGMA busy_timeout = 5000")
                    .unwrap();
                Db::Sqlite(connection)
            }
            DatabaseUrl::Postgres(_) => {
                let [_, superuser] = self.behind.as_ref().unwrap();
                Db::Postgres(PgConnection::establish(address(superuser)).unwrap())
            }
        }
    }

    /// A connection past every pool and check, as the role that uses the tables: it stands for nobody yet.
    pub fn connect_as_user(&self) -> Db {
        match &self.url {
            DatabaseUrl::Sqlite(_) => self.connect(),
            DatabaseUrl::Postgres(url) => {
                Db::Postgres(PgConnection::establish(url.expose()).unwrap())
            }
        }
    }

    /// The files of a SQLite database: the database, its log, its index of the log.
    pub fn files(&self) -> Vec<PathBuf> {
        let DatabaseUrl::Sqlite(path) = &self.url else {
            return Vec::new();
        };
        let named = |ending: &str| PathBuf::from(format!("{}{ending}", path.display()));
        ["", "-wal", "-shm"]
            .map(named)
            .into_iter()
            .filter(|path| path.exists())
            .collect()
    }
}

/// An address as a program takes it on its command line.
fn text(url: &DatabaseUrl) -> String {
    match url {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DatabaseUrl::Postgres(url) => url.expose().to_owned(),
    }
}

fn address(url: &DatabaseUrl) -> &str {
    match url {
        DatabaseUrl::Sqlite(_) => panic!("SQLite has no roles"),
        DatabaseUrl::Postgres(url) => url.expose(),
    }
}

impl OnBackend for TestDatabase {
    fn on(backend: Backend) -> Self {
        Self::create(backend)
    }
}

/// The bytes of a migrated file, made once in each process.
fn sqlite_template() -> &'static [u8] {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("template.db");
        migrate(&DatabaseUrl::Sqlite(path.clone()), None).unwrap();
        // The last connection is closed, so the file holds everything and has no log beside it.
        fs::read(path).unwrap()
    })
}
