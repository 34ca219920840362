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
            let on_server = |statement: &str| on_server(Server::Quick, statement);
            on_server(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
            on_server(&format!("CREATE DATABASE {name} TEMPLATE template0"));
            migrate(&url_of(Server::Quick, &name)).unwrap();
            name
        });
        Self::made_from(Server::Quick, template)
    }

    fn made_from(server: Server, template: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("kelisim_test_{}_{number}", std::process::id());
        on_server(
            server,
            &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        );
        on_server(
            server,
            &format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"),
        );
        Self { server, name }
    }

    pub(crate) fn url(&self) -> DatabaseUrl {
        url_of(self.server, &self.name)
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
fn url_of(server: Server, name: &str) -> DatabaseUrl {
    let url = server_url(server);
    let (start, _) = url.rsplit_once('/').unwrap();
    format!("{start}/{name}").parse().unwrap()
}

fn on_server(server: Server, statement: &str) {
    let mut connection = PgConnection::establish(&server_url(server)).unwrap();
    let done = connection.batch_execute(statement);
    // While a failing test unwinds, a second panic would hide the first.
    if !std::thread::panicking() {
        done.unwrap();
    }
}
