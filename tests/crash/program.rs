//! The program as a process: over the network of the tests, on a database that keeps its promises.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use kelisim_persistence::{Database, MasterKey, Options, OsEntropy};
use kelisim_tests::http::Client;
use kelisim_tests::{Backend, OnBackend, TestDatabase, binary, network};

const READY_LIMIT: Duration = Duration::from_secs(30);

/// A place to run the program in: its configuration, its database, its mail.
pub(crate) struct Place {
    pub(crate) database: TestDatabase,
    base: String,
}

/// The running program; killed with this value.
pub(crate) struct Program(Child);

impl OnBackend for Place {
    fn on(backend: Backend) -> Self {
        let database = TestDatabase::create_durable(backend);
        let folder = database.folder();
        let key = MasterKey::create(&folder.join("master.key"), &OsEntropy).unwrap();
        Database::open(database.url(), &Options::default())
            .unwrap()
            .write_blocking(move |db| network::lay_under(db, &key).map(drop))
            .unwrap();
        let listen = free_address();
        let config = format!(
            "[database]\nurl = '{}'\n[http]\nlisten = '{listen}'\n[mail]\ndirectory = '{mail}'\n\
             [encryption]\nmaster_key_file = '{key}'\n[log]\nlevel = 'warn'\n",
            database.url_text(),
            mail = folder.join("mail").display(),
            key = folder.join("master.key").display(),
        );
        std::fs::write(folder.join("kelisim.toml"), config).unwrap();
        Self {
            base: format!("http://{listen}"),
            database,
        }
    }
}

impl Place {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .arg("--config")
            .arg(self.database.folder().join("kelisim.toml"));
        command
            .current_dir(self.database.folder())
            .stdin(Stdio::null());
        command
    }

    /// Starts the server and waits until it is ready.
    pub(crate) fn serve(&self) -> Program {
        let mut program = Program(
            self.command(&["serve"])
                .stdout(Stdio::null())
                .spawn()
                .unwrap(),
        );
        let started = Instant::now();
        while self
            .client()
            .try_get("/readyz")
            .is_none_or(|reply| reply.status != 200)
        {
            assert!(
                program.0.try_wait().unwrap().is_none(),
                "the program ended by itself"
            );
            assert!(started.elapsed() < READY_LIMIT, "the program is not ready");
            sleep(Duration::from_millis(20));
        }
        program
    }

    /// A client without a token.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.base.clone())
    }

    /// A client with a new token of somebody of the network, which the program makes.
    pub(crate) fn by(&self, name: &str) -> Client {
        let email = format!("{name}@example.kz");
        let output = self
            .command(&["token", "create", "--email", &email])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        self.client()
            .with_token(String::from_utf8(output.stdout).unwrap().trim())
    }

    /// The letters that were delivered.
    pub(crate) fn letters(&self) -> Vec<String> {
        let is_letter = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "eml");
        let entries = std::fs::read_dir(self.database.folder().join("mail"))
            .into_iter()
            .flatten();
        let paths = entries.map(|entry| entry.unwrap().path()).filter(is_letter);
        paths
            .map(|path| String::from_utf8(std::fs::read(path).unwrap()).unwrap())
            .collect()
    }
}

impl Program {
    /// `kill -9`: the program learns nothing of it.
    pub(crate) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Asks it to stop, as a service manager does; whether it ended well.
    pub(crate) fn stop(mut self) -> bool {
        let pid = self.0.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        self.0.wait().unwrap().success()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already, unless the test failed on the way.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}
