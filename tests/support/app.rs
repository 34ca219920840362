//! The whole application on a socket of its own, over a database of its own, at a time of its own.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kelisim_api::app::{App, Definitions, Laws, once::Running};
use kelisim_api::clock::ManualClock;
use kelisim_api::door::Door;
use kelisim_api::http::server::Limits;
use kelisim_domain::calendar::Zone;
use kelisim_domain::law::Law;
use kelisim_domain::legal::{KZ_MEDIATION, Profile};
use kelisim_domain::workflow;
use kelisim_persistence::erasure_list::ErasureList;
use kelisim_persistence::store::definition::definition_list;
use kelisim_persistence::{
    Db, Defect, Error, Failpoints, Faults, Options, Point, SeededEntropy, SystemPart,
};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::http::{Client, Reply};
use crate::network::{self, REGION};
use crate::served::Served;
use crate::{Backend, OnBackend, TestDatabase};

/// A server with the network of [`network`].
pub struct TestApp {
    /// The clock of the application.
    pub clock: Arc<ManualClock>,
    /// The application itself, for what no route shows.
    pub app: Arc<App>,
    server: Served,
    /// The database; dropped last.
    pub database: TestDatabase,
}

impl OnBackend for TestApp {
    fn on(backend: Backend) -> Self {
        Self::start(backend, workflow::BASIC)
    }
}

/// Switches a defect on, once there is something for it to do harm to.
#[derive(Clone, Default)]
pub struct Switch(Arc<AtomicBool>);

impl Switch {
    /// From now on the program has its defect.
    pub fn on(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A program with one defect.
struct Only(Defect, Switch);

impl Faults for Only {
    fn at(&self, _: Point) -> Result<(), Error> {
        Ok(())
    }

    fn has(&self, defect: Defect) -> bool {
        self.0 == defect && self.1.0.load(Ordering::SeqCst)
    }
}

impl TestApp {
    /// Starts a server whose new cases follow a workflow; `basic` is published in any case.
    pub fn start(backend: Backend, workflow_text: &str) -> Self {
        Self::start_with(backend, workflow_text, &TestDatabase::options())
    }

    /// As [`TestApp::start`], with other sizes and times of the database.
    pub fn start_with(backend: Backend, workflow_text: &str, options: &Options) -> Self {
        Self::start_as(backend, workflow_text, options, Door::default())
    }

    /// As [`TestApp::start`], with another door, such as one behind a proxy.
    pub fn start_as(backend: Backend, workflow_text: &str, options: &Options, door: Door) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let public_url = "https://kelisim.example.kz".to_owned();
        Self::start_at(backend, workflow_text, options, door, listener, public_url)
    }

    /// As [`TestApp::start`], known to people under the address of its socket: what a real browser can open.
    pub fn start_for_browsers(backend: Backend, workflow_text: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let public_url = format!("http://{}", listener.local_addr().unwrap());
        let options = TestDatabase::options();
        let door = Door::default();
        Self::start_at(backend, workflow_text, &options, door, listener, public_url)
    }

    fn start_at(
        backend: Backend,
        workflow_text: &str,
        options: &Options,
        door: Door,
        listener: TcpListener,
        public_url: String,
    ) -> Self {
        crate::logs::keep();
        let database = TestDatabase::create(backend);
        let open = database.open_with(options);
        let text = workflow_text.to_owned();
        let behind = open.as_system(SystemPart::Test);
        let vault = behind
            .write_blocking(move |db| {
                let vault = network::lay(db)?;
                network::publish(db, &text)?;
                Ok::<_, Error>(vault)
            })
            .unwrap();
        let default = workflow::parse(workflow_text).unwrap().key;
        let definitions = Definitions::new(default.as_str());
        for stored in behind
            .read_blocking(|db| definition_list(db, REGION))
            .unwrap()
        {
            definitions.insert(REGION, workflow::from_stored(&stored.text).unwrap());
        }
        let profile = Profile::parse(KZ_MEDIATION).unwrap();
        let laws = Laws::new(Law::new(profile, Zone::ORAL, &[]));
        let clock = Arc::new(ManualClock::at(network::start()));
        let app = Arc::new(App {
            database: open,
            vault,
            definitions,
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::new(1)),
            laws,
            layouts: Default::default(),
            public_url,
            wake: Arc::new(Notify::new()),
            wake_timers: Arc::new(Notify::new()),
            passes: Default::default(),
            is_history: false,
            running: Running::default(),
            door,
            readings: Default::default(),
            erasures: Some(ErasureList::at(database.folder().join("erasures.list"))),
            faults: options.faults.clone(),
        });
        let server = Served::on(listener, Arc::clone(&app), Limits::default());
        Self {
            clock,
            app,
            server,
            database,
        }
    }

    /// The socket of the application: `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        self.server.address()
    }

    /// The same application on another socket, with other limits.
    pub fn serve_beside(&self, limits: Limits) -> Served {
        Served::start(Arc::clone(&self.app), limits)
    }

    /// A server over the basic workflow, and the switch of a defect that it does not have yet.
    pub fn with_defect(backend: Backend, defect: Defect) -> (Self, Switch) {
        let switch = Switch::default();
        let options = Options {
            faults: Failpoints::new(Arc::new(Only(defect, switch.clone()))),
            ..TestDatabase::options()
        };
        (Self::start_with(backend, workflow::BASIC, &options), switch)
    }

    /// A client without a token.
    pub fn nobody(&self) -> Client {
        Client::new(self.server.base())
    }

    /// A client with the token of somebody of the network.
    pub fn by(&self, name: &str) -> Client {
        self.nobody().with_token(&network::token(name))
    }

    /// Everything that a body needs to file a case at ORL-01.
    pub fn filing() -> Value {
        json!({
            "office": "ORL-01", "category": "family", "language": "kk", "summary": "Two neighbours and a cow.",
            "parties": [
                {"side": "A", "kind": "person", "name": "Demo Applicant", "phone": "8 701 123 45 67"},
                {"side": "B", "kind": "person", "name": "Demo Other"},
            ],
        })
    }

    /// The same, referred by the partner EDU.
    pub fn referred_filing() -> Value {
        let mut body = Self::filing();
        body["referral"] = json!({"source": "education", "partner": "EDU", "reference": "214"});
        body
    }

    /// Files a case as the head of ORL-01; gives it as answered.
    #[track_caller]
    pub fn file(&self, body: &Value) -> Value {
        self.by("head").post("cases", body).expect(201)
    }

    /// Takes an action on a case, at the version given.
    pub fn act(&self, who: &str, case: &Value, body: &Value) -> Reply {
        let path = format!("cases/{}/transitions", case["id"].as_str().unwrap());
        let version = case["version"].as_i64().unwrap();
        self.by(who)
            .request("POST", &path)
            .if_match(version)
            .json(body)
            .send()
    }

    /// Takes an action that must succeed; gives the case after it.
    #[track_caller]
    pub fn moved(&self, who: &str, case: &Value, body: &Value) -> Value {
        self.act(who, case, body).expect(201)["case"].clone()
    }

    /// Runs a job in one transaction.
    pub fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Db) -> Result<T, Error> + Send + 'static,
    ) -> T {
        self.app
            .database
            .as_system(SystemPart::Test)
            .write_blocking(job)
            .unwrap()
    }
}
