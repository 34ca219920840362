//! The throw-away PostgreSQL server that the test command started.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use kelisim_persistence::DatabaseUrl;
use kelisim_persistence::migrate::migrate;

const URL_VARIABLE: &str = "KELISIM_TEST_POSTGRES";

/// A database of one test; dropped with this value.
pub(crate) struct Scratch {
    name: String,
}

impl Scratch {
    /// An empty database.
    pub(crate) fn empty() -> Self {
        Self::made_from("template0")
    }

    /// A copy of the migrated template, which each process makes once.
    pub(crate) fn migrated() -> Self {
        static TEMPLATE: OnceLock<String> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            let name = format!("kelisim_template_{}", std::process::id());
            on_server(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
            on_server(&format!("CREATE DATABASE {name} TEMPLATE template0"));
            migrate(&url_of(&name)).unwrap();
            name
        });
        Self::made_from(template)
    }

    fn made_from(template: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("kelisim_test_{}_{number}", std::process::id());
        on_server(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        on_server(&format!(
            "CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"
        ));
        Self { name }
    }

    pub(crate) fn url(&self) -> DatabaseUrl {
        url_of(&self.name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        on_server(&format!(
            "DROP DATABASE IF EXISTS {} WITH (FORCE)",
            self.name
        ));
    }
}

/// A test without a server fails: it is never skipped.
fn server_url() -> String {
    std::env::var(URL_VARIABLE).unwrap_or_else(|_| {
        panic!(
            "{URL_VARIABLE} is not set: run `cargo xtask test`, or \
             `cargo xtask postgres -- cargo test …` for a single test"
        )
    })
}

/// The address of a database on the same server: the name is what stands after the last slash.
fn url_of(name: &str) -> DatabaseUrl {
    let server = server_url();
    let (start, _) = server.rsplit_once('/').unwrap();
    format!("{start}/{name}").parse().unwrap()
}

fn on_server(statement: &str) {
    let mut connection = PgConnection::establish(&server_url()).unwrap();
    let done = connection.batch_execute(statement);
    // While a failing test unwinds, a second panic would hide the first.
    if !std::thread::panicking() {
        done.unwrap();
    }
}
