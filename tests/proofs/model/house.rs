//! Where T23 takes place: a database of its own, and the routes of the program over it without a socket.
//!
//! An instance of the application for each workflow files new cases by it; all of them work on every case, as processes
//! beside each other do. A crash ends them together at a failpoint, and others are opened on the same database.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Barrier};
use std::time::Duration;

use actix_web::test::TestRequest;
use actix_web::web;
use chrono::TimeDelta;
use futures_util::future::join_all;
use kelisim_api::app::{App, Definitions, Laws, once::Running};
use kelisim_api::clock::{Clock, ManualClock};
use kelisim_api::http::server;
use kelisim_api::worker::timers::{self, Timers};
use kelisim_domain::calendar::Zone;
use kelisim_domain::law::Law;
use kelisim_domain::legal::{KZ_MEDIATION, Profile};
use kelisim_domain::workflow::{self, Definition};
use kelisim_persistence::{
    Db, Defect, Error, Failpoints, MasterKey, Options, SeededEntropy, SystemPart, Vault,
};
use tokio::sync::Notify;
use uuid::Uuid;

use super::mishaps::Mishaps;
use super::paper::{Noted, Paper};
use super::people::Moment;
use super::script::Script;
use super::workflows;
use crate::network::{self, REGION};
use crate::proofs::dice::Dice;
use crate::{Backend, TestDatabase};

/// Threads of the database: more than one, so that changes on PostgreSQL meet.
const THREADS: usize = 4;

/// How long a worker's claim holds.
pub(super) const LEASE: Duration = Duration::from_secs(60);

/// A house.
pub(super) struct House {
    pub(super) scripts: Vec<Script>,
    /// Whether the law here lets a term be paused (D17).
    pub(super) may_pause: bool,
    clock: Arc<ManualClock>,
    /// What the program has read of the same texts.
    definitions: Vec<Definition>,
    law: Law,
    entropy: Arc<SeededEntropy>,
    pub(super) seed: u64,
    defect: Option<Defect>,
    openings: u64,
    /// A connection beside the application.
    window: Db,
    // Dropped last.
    database: TestDatabase,
}

/// Where an instance is asked, without a socket.
pub(super) type Door = Box<dyn Fn(TestRequest) -> Pin<Box<dyn Future<Output = (u16, String)>>>>;

/// The running program: an instance for each workflow.
pub(super) struct Process {
    pub(super) doors: Vec<Door>,
    pub(super) mishaps: Arc<Mishaps>,
    apps: Vec<Arc<App>>,
    /// How many handles of each instance there are while nothing is under way.
    handles: Vec<usize>,
}

impl House {
    /// A house that nobody has lived in.
    pub(super) fn build(backend: Backend, seed: u64, defect: Option<Defect>) -> Self {
        let database = TestDatabase::create(backend);
        let may_pause = seed.is_multiple_of(2);
        let texts = workflows::of(seed);
        let laid = texts.clone();
        let open = database.open();
        let done: Result<(), Error> = open.write_blocking(move |db| {
            let vault = network::lay_under(db, &master_key())?;
            // The network has `basic` already.
            for text in &laid[1..] {
                network::publish(db, text)?;
            }
            workflows::enrol(db, &vault)
        });
        done.unwrap();
        drop(open);
        // Nobody's token or limit runs out in a century.
        database.execute(
            "UPDATE token SET expires_at = '2199-01-01T00:00:00.000000Z';
             UPDATE mediator SET max_open_cases = 1000 WHERE max_open_cases > 0",
        );
        Self {
            scripts: texts.iter().map(|text| Script::read(text)).collect(),
            may_pause,
            clock: Arc::new(ManualClock::at(network::start())),
            definitions: texts.iter().map(|text| read(text)).collect(),
            law: law(may_pause),
            entropy: Arc::new(SeededEntropy::new(seed)),
            seed,
            defect,
            openings: 0,
            window: database.connect(),
            database,
        }
    }

    /// What the clock of the house shows.
    pub(super) fn now(&self) -> Moment {
        self.clock.now()
    }

    /// Moves the clock forward.
    pub(super) fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// Starts the program.
    pub(super) async fn open(&mut self) -> Process {
        self.openings += 1;
        let seed = self.seed.wrapping_mul(1_000).wrapping_add(self.openings);
        let mishaps = Arc::new(Mishaps::new(seed, self.defect));
        let faults = Failpoints::new(mishaps.clone());
        let options = Options {
            threads: std::num::NonZeroUsize::new(THREADS).expect("a few"),
            faults: faults.clone(),
            ..TestDatabase::options()
        };
        let database = self.database.open_with(&options);
        let entropy = self.entropy.clone();
        let opened: Result<Vault, Error> = database
            .as_system(SystemPart::Test)
            .read_blocking(move |db| Vault::open(db, &master_key(), entropy));
        let vault = opened.unwrap();
        let running = Running::default();
        let apps = self.scripts.iter().map(|script| {
            Arc::new(App {
                database: database.clone(),
                vault: vault.clone(),
                definitions: self.published(&script.key),
                clock: self.clock.clone(),
                entropy: self.entropy.clone(),
                laws: Laws::new(self.law.clone()),
                layouts: Default::default(),
                public_url: "https://kelisim.example.kz".to_owned(),
                wake: Arc::new(Notify::new()),
                wake_timers: Arc::new(Notify::new()),
                passes: Default::default(),
                is_history: false,
                running: running.clone(),
                door: Default::default(),
                readings: Default::default(),
                erasures: None,
                faults: faults.clone(),
            })
        });
        let apps: Vec<Arc<App>> = apps.collect();
        let mut doors = Vec::new();
        for app in &apps {
            doors.push(door(Arc::clone(app)).await);
        }
        Process {
            doors,
            mishaps,
            handles: apps.iter().map(Arc::strong_count).collect(),
            apps,
        }
    }

    fn published(&self, default: &str) -> Definitions {
        let definitions = Definitions::new(default);
        for definition in &self.definitions {
            definitions.insert(REGION, definition.clone());
        }
        definitions
    }

    /// Lines of text from the database, as [`TestDatabase::lines`] gives them.
    pub(super) fn lines(&mut self, expression: &str, from: &str) -> Vec<String> {
        self.database.lines_on(&mut self.window, expression, from)
    }

    /// An instant as a text, in the words of the database.
    pub(super) fn instant(&self, column: &str) -> String {
        match self.database.backend() {
            Backend::Sqlite => column.to_owned(),
            Backend::Postgres => {
                format!("to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
            }
        }
    }

    /// The order of bytes, in the words of the database.
    pub(super) fn by_bytes(&self) -> &'static str {
        match self.database.backend() {
            Backend::Sqlite => "COLLATE BINARY",
            Backend::Postgres => "COLLATE \"C\"",
        }
    }

    /// Ids as the database writes them.
    pub(super) fn listed(&self, ids: &[Uuid]) -> String {
        let one = |id: &Uuid| match self.database.backend() {
            Backend::Sqlite => format!("x'{}'", id.simple()),
            Backend::Postgres => format!("'{id}'"),
        };
        ids.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    /// What the database says of cases, a line each as [`shown`] writes it; of all of them when none is named.
    pub(super) fn rows(&mut self, ids: Option<&[Uuid]>) -> BTreeMap<Uuid, String> {
        let due = self.instant("t.due_at");
        let bytes = self.by_bytes();
        let of = |one: &str| format!("{one}.region_id = c.region_id AND {one}.case_id = c.id");
        let id = |column: &str| format!("coalesce(nullif(#c.{column}#, ''), '-')");
        let expression = format!(
            "#c.id# || ' v' || c.version || ' ' || c.stage || ' ' || c.step || ' ' || c.class \
             || ' mediator ' || {} || ' asked ' || {} \
             || ' ground ' || coalesce(c.ground, '-') || ' ' || coalesce(CAST(c.effective_on AS TEXT), '-') \
             || ' ' || {} || ' ' || c.category || ' ' || c.language \
             || CASE WHEN c.accepted_at IS NULL THEN '' ELSE ' accepted' END \
             || CASE WHEN c.closed_at IS NULL THEN '' ELSE ' over' END \
             || ' events ' || (SELECT max(e.seq) || ' ' || string_agg(e.kind || ':' || coalesce(e.data ->> 'action', e.data ->> 'timer', '') \
                || '/' || coalesce(nullif(#e.actor_id#, ''), '-'), ',' ORDER BY e.seq) FROM case_event e WHERE {}) \
             || ' messages ' || (SELECT count(*) FROM outbox o WHERE {}) \
             || ' timers ' || coalesce((SELECT string_agg(t.name || '@' || {due}, ',' ORDER BY t.name {bytes}) \
                FROM timer t WHERE {} AND t.state = 'armed'), '-')",
            id("mediator_id"),
            id("asked_id"),
            id("linked_case_id"),
            of("e"),
            of("o"),
            of("t"),
        );
        let from = match ids {
            None => "cases c".to_owned(),
            Some([]) => return BTreeMap::new(),
            Some(ids) => format!("cases c WHERE c.id IN ({})", self.listed(ids)),
        };
        let lines = self.lines(&expression, &from);
        let row = |line: String| {
            let (id, rest) = line.split_once(' ').expect("an id and more");
            (id.parse().expect("an id"), rest.to_owned())
        };
        lines.into_iter().map(row).collect()
    }

    /// The keys of people that have an answer, as `ACCOUNT KEY`.
    pub(super) fn answered(&mut self, keys: &[&str]) -> Vec<String> {
        if keys.is_empty() {
            return Vec::new();
        }
        let listed: Vec<String> = keys.iter().map(|key| format!("'{key}'")).collect();
        let from = format!("idempotency_key WHERE key IN ({})", listed.join(", "));
        self.lines("#account_id# || ' ' || key", &from)
    }
}

/// A case as [`House::rows`] should find it.
pub(super) fn shown(paper: &Paper) -> String {
    let id = shown_id;
    let closure = paper.closure.as_ref();
    let armed: Vec<String> = paper
        .timers
        .iter()
        .filter(|(_, one)| !one.fired)
        .map(|(name, one)| format!("{name}@{}", written(one.end.due_at)))
        .collect();
    format!(
        "v{} {} {} {} mediator {} asked {} ground {} {} {} {} {}{}{} events {} {} messages {} timers {}",
        paper.version,
        paper.stage,
        paper.step,
        paper.class,
        id(paper.mediator),
        id(paper.asked_mediator()),
        closure.map_or("-", |closure| &closure.ground),
        closure.map_or_else(|| "-".to_owned(), |one| one.effective_on.to_string()),
        id(closure
            .and_then(|closure| closure.linked)
            .map(|id| id.as_u128())),
        paper.category,
        paper.language,
        if paper.accepted_at.is_some() {
            " accepted"
        } else {
            ""
        },
        if paper.closed_at.is_some() {
            " over"
        } else {
            ""
        },
        paper.version,
        events(paper),
        paper.messages(),
        if armed.is_empty() {
            "-".to_owned()
        } else {
            armed.join(",")
        },
    )
}

/// An instant as the database writes it.
pub(super) fn written(at: Moment) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

impl Process {
    /// A worker that lets timers fire.
    pub(super) fn worker(&self, dice: &Dice) -> Timers {
        let options = timers::Options {
            batch: 1 + dice.below(64),
            parallel: 1 + dice.below(16),
            lease: LEASE,
            poll: Duration::from_millis(1),
        };
        Timers::new(Arc::clone(dice.one_of(&self.apps)), options)
    }

    /// Waits until everything has ended that was under way, the last COMMIT too.
    ///
    /// A handle of the application goes when a job has run, and its COMMIT comes after that. So each thread of the database is
    /// met once more, all of them at the same time.
    pub(super) async fn settle(&self) {
        self.quiet().await;
        let database = &self.apps[0].database;
        let done: Result<(), Error> = database.write(|_| Ok(())).await;
        done.expect("nothing goes wrong any more");
        let meeting = Arc::new(Barrier::new(THREADS));
        let meet = |_| {
            let meeting = Arc::clone(&meeting);
            database.read(move |_| {
                meeting.wait();
                Ok::<(), Error>(())
            })
        };
        for met in join_all((0..THREADS).map(meet)).await {
            met.expect("nothing goes wrong any more");
        }
    }

    /// Waits until no job of the database is left to be run.
    pub(super) async fn quiet(&self) {
        let handles = || self.apps.iter().map(Arc::strong_count);
        while handles().ne(self.handles.iter().copied()) {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
    }
}

async fn door(app: Arc<App>) -> Door {
    let routes = actix_web::test::init_service(server::routes(web::Data::from(app))).await;
    let routes = Rc::new(routes);
    Box::new(move |request| {
        let routes = Rc::clone(&routes);
        Box::pin(async move {
            let request = request.to_request();
            let response = actix_web::test::call_service(&*routes, request).await;
            let status = response.status().as_u16();
            let bytes = actix_web::test::read_body(response).await;
            let text = String::from_utf8(bytes.to_vec()).expect("an answer is text");
            (status, text)
        })
    })
}

fn read(text: &str) -> Definition {
    workflow::parse(text).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn law(may_pause: bool) -> Law {
    let text = match may_pause {
        true => KZ_MEDIATION.replacen("allowed = false", "allowed = true", 1),
        false => KZ_MEDIATION.to_owned(),
    };
    Law::new(Profile::parse(&text).unwrap(), Zone::ORAL, &[])
}

/// The key of every house.
fn master_key() -> MasterKey {
    MasterKey::generate(&SeededEntropy::new(7))
}

/// What happened to a case, one after the other: of two requests whose answers were lost, this alone tells which came through.
fn events(paper: &Paper) -> String {
    let one = |noted: &Noted| format!("{}:{}/{}", noted.kind, noted.what, shown_id(noted.by));
    paper.log.iter().map(one).collect::<Vec<_>>().join(",")
}

/// An id as the database shows it, or a dash.
fn shown_id(id: Option<u128>) -> String {
    id.map_or_else(
        || "-".to_owned(),
        |id| Uuid::from_u128(id).simple().to_string(),
    )
}
