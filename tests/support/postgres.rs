//! The throw-away PostgreSQL server that the test command started.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use kelisim_persistence::DatabaseUrl;
use kelisim_persistence::migrate::migrate;

/// Which of the two servers that the test command starts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Server {
    /// Waits for no disk: for all tests but a few.
    Quick,
    /// Keeps what it acknowledges: what the program itself accepts.
    Durable,
}

/// As whom a connection is made; the program has two roles on a server, and the tests a third.
#[derive(Debug, Clone, Copy)]
pub enum As {
    /// The superuser: a test that looks behind everything.
    Superuser,
    /// The role that owns the tables.
    Owner,
    /// The role that uses them, as the program does.
    User,
}

impl As {
    fn role(self) -> &'static str {
        match self {
            Self::Superuser => "postgres",
            Self::Owner => "kelisim_owner",
            Self::User => "kelisim",
        }
    }
}

/// Two roles of the program, and nothing for the user but what `migrate` gives it; tables of a test's own excepted,
/// which the superuser makes.
const ROLES: &str = "DO $$ BEGIN
    CREATE ROLE kelisim_owner LOGIN;
    CREATE ROLE kelisim LOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$";
const TABLES_OF_TESTS: &str =
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO kelisim";

/// A database of one test; dropped with this value.
pub(crate) struct Scratch {
    server: Server,
    name: String,
}

impl Scratch {
    /// An empty database.
    pub(crate) fn empty(server: Server) -> Self {
        Self::made_from(server, "template0")
    }

    /// A copy of the migrated template, which each process makes once.
    pub(crate) fn migrated() -> Self {
        static TEMPLATE: OnceLock<String> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            let name = format!("kelisim_template_{}", std::process::id());
            create(&server_url(Server::Quick), &name, "template0");
            let owner = url_of(Server::Quick, &name, As::Owner);
            migrate(&url_of(Server::Quick, &name, As::User), Some(&owner)).unwrap();
            name
        });
        Self::made_from(Server::Quick, template)
    }

    fn made_from(server: Server, template: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("kelisim_test_{}_{number}", std::process::id());
        create(&server_url(server), &name, template);
        Self { server, name }
    }

    pub(crate) fn url(&self, who: As) -> DatabaseUrl {
        url_of(self.server, &self.name, who)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        on_server(self.server, &drop);
    }
}

/// A test without a server fails: it is never skipped.
fn server_url(server: Server) -> String {
    let variable = match server {
        Server::Quick => "KELISIM_TEST_POSTGRES",
        Server::Durable => "KELISIM_TEST_POSTGRES_DURABLE",
    };
    std::env::var(variable).unwrap_or_else(|_| {
        panic!(
            "{variable} is not set: run `cargo xtask test`, or \
             `cargo xtask postgres -- cargo test …` for a single test"
        )
    })
}

/// The address of a database on a server: the name is what stands after the last slash.
fn url_of(server: Server, name: &str, who: As) -> DatabaseUrl {
    address(&server_url(server), name, who).parse().unwrap()
}

/// The address of a database on the server of another one, for one of the three roles.
pub fn address(url: &str, name: &str, who: As) -> String {
    let (start, _) = url.rsplit_once('/').unwrap();
    let (_, host) = start.rsplit_once('@').unwrap();
    format!("postgresql://{}@{host}/{name}", who.role())
}

/// Makes a database anew, for the role that will own its tables; an empty one lets the user reach the tables of tests.
///
/// # Panics
/// The server of the address is not there, or does not obey its superuser.
pub fn create(server_url: &str, name: &str, template: &str) {
    let mut server = PgConnection::establish(server_url).unwrap();
    let owner = As::Owner.role();
    for statement in [
        ROLES.to_owned(),
        format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        format!("CREATE DATABASE {name} OWNER {owner} TEMPLATE {template} STRATEGY file_copy"),
    ] {
        server.batch_execute(&statement).unwrap();
    }
    if template == "template0" {
        let url = address(server_url, name, As::Superuser);
        let mut connection = PgConnection::establish(&url).unwrap();
        connection.batch_execute(TABLES_OF_TESTS).unwrap();
    }
}

fn on_server(server: Server, statement: &str) {
    let mut connection = PgConnection::establish(&server_url(server)).unwrap();
    let done = connection.batch_execute(statement);
    // While a failing test unwinds, a second panic would hide the first.
    if !std::thread::panicking() {
        done.unwrap();
    }
}
