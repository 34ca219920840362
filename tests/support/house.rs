//! A house in which the program runs: made as an operator makes it, by commands and over HTTP.

use std::{
    collections::BTreeMap,
    net::TcpListener,
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use crate::{Backend, OnBackend, TestApp, TestDatabase, binary, http::Client};
use chrono::{DateTime, Utc};
use kelisim_domain::calendar::Zone;
use serde_json::{Value, json};

use crate::program::{Program, wait_until};

/// How many mediators there are: each client of a test leads cases as one of them.
pub const MEDIATORS: usize = 4;
/// The address of the partner's contact.
pub const CONTACT: &str = "contact@edu.example.kz";

/// A configuration, a database, accounts and registers.
pub struct House {
    /// Where its data are.
    pub database: TestDatabase,
    tokens: BTreeMap<String, String>,
    /// The ids of the mediators, in their order.
    pub mediators: Vec<String>,
    starts: AtomicUsize,
}

/// A server that is ready, and where it is.
pub struct Server {
    /// The process.
    pub program: Program,
    /// Its address.
    pub listen: String,
}

impl OnBackend for House {
    fn on(backend: Backend) -> Self {
        let mut house = Self {
            database: TestDatabase::create_durable(backend),
            tokens: BTreeMap::new(),
            mediators: Vec::new(),
            starts: AtomicUsize::new(0),
        };
        house.configure();
        house.done(&["migrate"]);
        house.enrol("coordinator", &["coordinator"]);
        house.enrol("registrar", &["registrar"]);
        // The letters of the tests are their own: nothing is sent while the registers are filled.
        let server = house.serve(&[("WORKER__ENABLED", "false")]);
        house.open_office(&server);
        house.enrol("head", &["office_head", "--office", "ORL-01"]);
        for number in 0..MEDIATORS {
            house.enter_mediator(&server, number);
        }
        house.enter_partner(&server);
        server.program.stop();
        house
            .database
            .execute("DELETE FROM outbox WHERE case_id IS NULL");
        house
    }
}

impl House {
    /// A house around a database that others fill, with the tokens of its people.
    pub fn around(database: TestDatabase, tokens: BTreeMap<String, String>) -> Self {
        let house = Self {
            database,
            tokens,
            mediators: Vec::new(),
            starts: AtomicUsize::new(0),
        };
        house.configure();
        house
    }

    fn configure(&self) {
        let folder = self.database.folder();
        let config = format!(
            "[database]\nurl = '{}'\n{}[mail]\ndirectory = '{}'\nfrom = 'Kelisim <kelisim@example.kz>'\n\
             [encryption]\nmaster_key_file = '{}'\n[workflow]\ndefault = 'basic'\n[log]\nformat = 'json'\nlevel = 'debug'\n",
            self.database.url_text(),
            self.migrate_url(),
            self.mail().display(),
            folder.join("master.key").display(),
        );
        std::fs::write(folder.join("kelisim.toml"), config).unwrap();
    }

    /// The line for the role that owns the tables; none on SQLite.
    fn migrate_url(&self) -> String {
        match self.database.owner_url_text() {
            none if none.is_empty() => none,
            url => format!("migrate_url = '{url}'\n"),
        }
    }

    /// The folder of the letters.
    pub fn mail(&self) -> PathBuf {
        self.database.folder().join("mail")
    }

    /// The names of the letters that were delivered into the folder.
    pub fn letters(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.mail()).into_iter().flatten();
        entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| name.ends_with(".eml"))
            .collect()
    }

    /// A command of the program on this house.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .arg("--config")
            .arg(self.database.folder().join("kelisim.toml"))
            .current_dir(self.database.folder());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("KELISIM__") {
                command.env_remove(name);
            }
        }
        command
    }

    /// Runs a command that must succeed, and gives the line that it prints.
    pub fn done(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Makes an account and a token for it.
    pub fn enrol(&mut self, name: &str, standing: &[&str]) {
        let email = format!("{name}@example.kz");
        let person = ["--email", &email, "--name", name, "--language", "en"];
        let create = [&["account", "create"][..], &person, &["--role"], standing];
        self.done(&create.concat());
        let token = self.done(&["token", "create", "--email", &email, "--exports"]);
        self.tokens.insert(name.to_owned(), token);
    }

    fn open_office(&self, server: &Server) {
        let body = json!({
            "code": "ORL-01", "name_kk": "Медиация кабинеті", "name_ru": "Кабинет медиации",
            "name_en": "Mediation office", "kind": "library", "district": "ORL", "settlement": "Oral",
            "address": "Abai 1", "phone": "+77112500000", "hours": "9-18", "languages": ["kk", "ru"],
            "active_from": "2019-06-06",
        });
        self.by("coordinator", server)
            .post("offices", &body)
            .expect(201);
    }

    fn enter_mediator(&mut self, server: &Server, number: usize) {
        let name = format!("mediator{number}");
        let body = json!({
            "kind": "public", "name_kk": "Айгүл Демо", "name_ru": "Айгуль Демо", "language": "en",
            "register_no": format!("WK-{number:03}"), "languages": ["kk", "ru"], "specialisations": [],
            "home_settlement": "Oral", "offices": ["ORL-01"], "max_open_cases": 20, "iin": "010203045670",
            "email": format!("{name}@example.kz"), "status": "active",
            "protocol": {"number": "7", "on": "2020-01-15", "body": "Gathering"},
        });
        let made = self.by("registrar", server).post("mediators", &body);
        let id = made.expect(201)["id"].as_str().unwrap().to_owned();
        let standing = ["mediator", "--office", "ORL-01", "--mediator", &id];
        self.enrol(&name, &standing);
        self.mediators.push(id);
    }

    /// A partner with a verified contact, and a memorandum that covers everything.
    fn enter_partner(&self, server: &Server) {
        let coordinator = self.by("coordinator", server);
        let body = json!({
            "code": "EDU", "kind": "education", "name_kk": "Білім басқармасы", "name_ru": "Управление образования",
            "name_en": "Department of Education", "level": "region",
        });
        coordinator.post("partners", &body).expect(201);
        let body = json!({"name": "Contact Demo", "email": CONTACT, "language": "ru"});
        let contact = coordinator.post("partners/EDU/contacts", &body).expect(201);
        let path = format!("partners/EDU/contacts/{}", contact["id"].as_str().unwrap());
        coordinator
            .patch(&path, 1, &json!({"verified": true}))
            .expect(200);
        let body = json!({
            "number": "1/2020", "partner": "EDU", "valid_from": "2020-01-01", "valid_to": "2099-12-31",
            "signatories": ["Demo Signer"], "categories": "all", "districts": "all",
            "events": ["received", "assigned", "started", "ended"], "data_level": "procedural_with_ref",
        });
        let memorandum = coordinator.post("memoranda", &body).expect(201);
        let path = format!("memoranda/{}/sign", memorandum["id"].as_str().unwrap());
        let sign = coordinator.request("POST", &path).if_match(1);
        sign.json(&json!({"signed_on": "2020-01-05"}))
            .send()
            .expect(200);
    }

    /// Starts a process with settings of its own, named as in the environment: `WORKER__ENABLED`.
    /// A name that begins with `KELISIM_`, and that of the credentials of systemd, is taken as it is.
    pub fn start(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Program {
        let number = self.starts.fetch_add(1, Ordering::Relaxed);
        let mut command = self.command(arguments);
        for (name, value) in settings {
            match name.starts_with("KELISIM_") || *name == "CREDENTIALS_DIRECTORY" {
                true => command.env(name, value),
                false => command.env(format!("KELISIM__{name}"), value),
            };
        }
        Program::start(
            command,
            self.database.folder().join(format!("log-{number}")),
        )
    }

    /// Starts a server and waits until it is ready.
    pub fn serve(&self, settings: &[(&str, &str)]) -> Server {
        let listen = free_address();
        let program = self.start(&["serve", "--listen", &listen], settings);
        let mut server = Server { program, listen };
        let client = server.client();
        wait_until("the server is ready", Duration::from_secs(30), || {
            assert!(!server.program.is_over(), "{}", server.program.log());
            let ready = client.request("GET", "/readyz").try_send();
            ready.is_some_and(|reply| reply.status == 200)
        });
        server
    }

    /// The token of somebody.
    pub fn token(&self, name: &str) -> &str {
        &self.tokens[name]
    }

    /// A client of a server with the token of somebody.
    pub fn by(&self, name: &str, server: &Server) -> Client {
        server.client().with_token(self.token(name))
    }

    /// A case that the partner referred goes from filed to closed; gives it as it is then.
    pub fn walk(&self, server: &Server, filing: &Value, agreement: &str) -> Value {
        let (head, mediator) = (self.by("head", server), self.by("mediator0", server));
        let case = mediator.post("cases", filing).expect(201);
        let act = |client: &Client, case: &Value, body: Value| {
            let path = format!("cases/{}/transitions", case["id"].as_str().unwrap());
            let version = case["version"].as_i64().unwrap();
            let request = client.request("POST", &path).if_match(version);
            request.json(&body).send().expect(201)["case"].clone()
        };
        let case = act(
            &head,
            &case,
            json!({"action": "assign", "mediator": self.mediators[0]}),
        );
        let agreement = json!({"signed_on": filed_on(&case), "summary": agreement});
        let case = act(
            &mediator,
            &case,
            json!({"action": "reconcile", "agreement": agreement}),
        );
        act(&mediator, &case, json!({"action": "close"}))
    }

    /// Waits until no message is on its way.
    #[track_caller]
    pub fn mail_is_quiet(&self) {
        let moving = "outbox WHERE state IN ('waiting', 'attempting')";
        wait_until("no message waits", Duration::from_secs(30), || {
            self.database.count(moving) == 0
        });
    }

    /// How many messages stand in a state.
    pub fn messages(&self, state: &str) -> i64 {
        self.database
            .count(&format!("outbox WHERE state = '{state}'"))
    }
}

impl Server {
    /// A client without a token.
    pub fn client(&self) -> Client {
        Client::new(format!("http://{}", self.listen))
    }
}

/// A case that the partner refers.
pub fn referred() -> Value {
    TestApp::referred_filing()
}

/// The local day on which a case was filed.
pub fn filed_on(case: &Value) -> String {
    let at: DateTime<Utc> = case["filed_at"].as_str().unwrap().parse().unwrap();
    Zone::ORAL.day(at).to_string()
}

/// A port that was free a moment ago.
pub fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}
