//! The program under load, killed again and again.
//!
//! A life begins when what is missing was started, and ends with a kill: of the one process that
//! serves and sends, or of a server and a worker, or of one of the two while the other goes on.

use std::{
    collections::BTreeMap,
    os::unix::process::ExitStatusExt,
    process::Command,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread::{self, sleep},
    time::{Duration, Instant},
};

use diesel::connection::SimpleConnection;
use kelisim_persistence::{Db, Point};

use super::{client::Writer, dice::Dice};
use crate::{
    Backend,
    house::{House, Server, free_address},
    program::Program,
};

/// A minute goes by: the next worker waits neither for the leases of the last one nor for a pause.
const LATER: &str = "
    UPDATE outbox SET lease_until = '2020-01-01T00:00:00.000000Z' WHERE lease_until IS NOT NULL;
    UPDATE outbox SET next_at = created_at WHERE state = 'waiting';
    UPDATE relay SET paused_until = '2020-01-01T00:00:00.000000Z' WHERE paused_until IS NOT NULL;";

/// How long the answers of a life are waited for, on a machine that does much else.
const SERVED_MOST: Duration = Duration::from_secs(5);

/// How long a failpoint is waited for.
const POINT_MOST: Duration = Duration::from_secs(1);

/// What makes the database fail and wait now and then, without an end of the process.
const NUISANCES: [&str; 7] = [
    "db.after_commit=error:commit_unknown%10",
    "db.before_commit=error:rolled_back%10",
    "db.before_begin=error:busy%10",
    "db.connection_open=error:unavailable%30,db.before_commit=error:broken%5",
    "http.before_answer=error:unavailable%10",
    "db.before_commit=sleep:20%20",
    "outbox.settle_read=sleep:20%20,db.after_commit=sleep:10%20",
];

/// What is killed, and how it went so far.
pub struct Storm<'a> {
    house: &'a House,
    dice: Dice,
    /// Settings of every process, and the failpoints of all of them.
    settings: Vec<(&'a str, String)>,
    /// What every process is given beside its own plan: a seeded defect.
    pub always: String,
    /// How long a life is at most after its last awaited answer, in milliseconds.
    longest: usize,
    /// How many answers of a life, or passages of its failpoint, are awaited at most.
    pub pace: usize,
    /// Whether the whole database server may be made to crash.
    may_crash_server: bool,
    /// Whether the mail goes over SMTP, and not into a folder.
    is_smtp: bool,
    server: Option<Server>,
    worker: Option<Program>,
    /// The failpoint of this life's kill.
    point: Option<Point>,
    /// Lives that ended with a kill.
    pub kills: usize,
    /// Of these, at a failpoint, by its name.
    pub at_points: BTreeMap<&'static str, usize>,
    /// Faults of the database beside the kills.
    pub database_faults: usize,
    /// From the start of a server to its first good answer, in seconds.
    pub ready: Vec<f64>,
    /// Letters whose content may have been on its way, summed over the kills.
    pub in_flight: usize,
    /// What was never to happen.
    pub wrong: Vec<String>,
}

/// What ends a life.
struct End {
    server: bool,
    worker: bool,
    point: Option<Point>,
    /// Not before so many answers of this life.
    answers: Option<usize>,
    after: Duration,
}

impl<'a> Storm<'a> {
    /// A storm over a house.
    pub fn new(house: &'a House, seed: u64, is_quick: bool, mail: &[(&'a str, String)]) -> Self {
        let mut settings = vec![("LOG__LEVEL", "error".to_owned())];
        settings.extend_from_slice(mail);
        Self {
            house,
            dice: Dice::new(seed),
            settings,
            always: String::new(),
            longest: if is_quick { 200 } else { 500 },
            pace: 8,
            may_crash_server: !is_quick && house.database.backend() == Backend::Postgres,
            is_smtp: !mail.is_empty(),
            server: None,
            worker: None,
            point: None,
            kills: 0,
            at_points: BTreeMap::new(),
            database_faults: 0,
            ready: Vec::new(),
            in_flight: 0,
            wrong: Vec::new(),
        }
    }

    /// One life, with its kill.
    pub fn life(&mut self, writers: &mut [Writer]) {
        let is_apart = self.worker.is_some() || (self.server.is_none() && self.dice.is(40));
        let end = self.end(is_apart);
        let plan = self.plan(&end);
        self.point = end.point;
        if is_apart && self.worker.is_none() {
            self.worker = Some(self.start(&["work"], &[], &plan));
        }
        if self.server.is_none() {
            self.serve(is_apart, &plan);
        }
        let (told, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let faulty = self.dice.is(6);
        thread::scope(|scope| {
            if let Some(server) = &self.server {
                for writer in writers.iter_mut() {
                    let (hands, told, stop) = (writer.hands(self.house, server), &told, &stop);
                    scope.spawn(move || writer.work(&hands, told, stop));
                }
            }
            if let Some(answers) = end.answers {
                self.until(SERVED_MOST, || told.load(Ordering::Relaxed) >= answers);
            }
            self.wait(&end, faulty);
            self.kill(&end);
            stop.store(true, Ordering::Relaxed);
        });
        self.kills += 1;
        self.after(is_apart);
    }

    fn end(&self, is_apart: bool) -> End {
        let (server, worker) = match (is_apart, self.dice.below(4)) {
            (false, _) => (true, false),
            (true, 0 | 1) => (true, true),
            (true, 2) => (true, false),
            (true, _) => (false, true),
        };
        let of_server = [
            "start.",
            "db.",
            "http.",
            "once.",
            "case.",
            "outbox.before",
            "outbox.after",
        ];
        let of_worker = ["start.", "db.", "worker.", "smtp.", "folder.", "outbox."];
        let is_of =
            |point: &Point, parts: &[&str]| parts.iter().any(|part| point.code().starts_with(part));
        let all = Point::ALL.into_iter();
        // One process does everything when there is one; of two, the plan goes to both.
        let fits = |point: &Point| {
            !is_apart
                || (server && is_of(point, &of_server))
                || (worker && is_of(point, &of_worker))
        };
        let points: Vec<Point> = all
            .filter(fits)
            .filter(|point| self.is_passed(*point))
            .collect();
        let point = self.dice.is(45).then(|| *self.dice.one_of(&points));
        let awaits = point.is_none() && self.dice.is(85);
        let after = 5 + self.dice.below(self.longest - 4);
        End {
            server,
            worker,
            point,
            answers: awaits.then(|| 1 + self.dice.below(self.pace)),
            after: Duration::from_millis(after as u64),
        }
    }

    /// Whether a life passes this point at all: the mail goes one way, nobody asks for a stop, and nothing is due.
    fn is_passed(&self, point: Point) -> bool {
        let other_way = match self.is_smtp {
            true => "folder.",
            false => "smtp.",
        };
        // No case of a storm has a deadline that is due.
        let never = [other_way, "timers."];
        let is_never = never.iter().any(|part| point.code().starts_with(part));
        !is_never && point != Point::BeforeRelease
    }

    /// How often a life may pass this point.
    fn most_times(&self, point: Point) -> usize {
        match point {
            Point::StartBeforeOpen
            | Point::StartAfterOpen
            | Point::BeforeRescue
            | Point::RescueRead
            | Point::AfterRescue => 1,
            Point::ConnectionOpen
            | Point::ReplayFound
            | Point::BeforeUndo
            | Point::SmtpConnect
            | Point::SmtpGreeted => self.pace.min(4),
            _ => self.pace,
        }
    }

    fn plan(&self, end: &End) -> String {
        let mut plan = self.always.clone();
        let point = end.point.map(|point| {
            let times = 1 + self.dice.below(self.most_times(point));
            format!(",{}=kill@{times}", point.code())
        });
        if let Some(point) = point {
            plan += &point;
        } else if self.always.is_empty() && self.dice.is(20) {
            let seed = self.dice.below(1_000_000);
            plan += &format!("{},seed={seed}", self.dice.one_of(&NUISANCES));
        }
        plan
    }

    fn start(&self, arguments: &[&str], more: &[(&str, &str)], plan: &str) -> Program {
        let own = self
            .settings
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        let mut settings: Vec<(&str, &str)> = own.collect();
        settings.extend_from_slice(more);
        if !plan.is_empty() {
            settings.push(("KELISIM_FAILPOINTS", plan));
        }
        self.house.start(arguments, &settings)
    }

    /// Starts a server, and waits until it is ready or has ended.
    fn serve(&mut self, is_apart: bool, plan: &str) {
        let listen = free_address();
        let begun = Instant::now();
        let sends = if is_apart { "false" } else { "true" };
        let arguments = ["serve", "--listen", &listen];
        let program = self.start(&arguments, &[("WORKER__ENABLED", sends)], plan);
        let mut server = Server { program, listen };
        let client = server.client();
        while !server.program.is_over() {
            if client
                .try_get("/readyz")
                .is_some_and(|reply| reply.status == 200)
            {
                self.ready.push(begun.elapsed().as_secs_f64());
                self.server = Some(server);
                return;
            }
            if begun.elapsed() > Duration::from_secs(30) {
                let log = server.program.log();
                self.wrong
                    .push(format!("a server is not ready in 30 s: {log}"));
                return;
            }
            sleep(Duration::from_millis(2));
        }
        self.note_end(&mut server.program);
    }

    /// Waits for the moment of the kill, or for the end that the plan brings.
    fn wait(&mut self, end: &End, faulty: bool) {
        let longest = match end.point {
            // A point may not be passed so soon; then the kill comes all the same.
            Some(_) => end.after + POINT_MOST,
            None => end.after,
        };
        if faulty {
            self.until(end.after / 2, || false);
            self.database_fault();
        }
        self.until(longest, || false);
    }

    /// Waits so long, but not past the end of a process.
    fn until(&mut self, longest: Duration, is_enough: impl Fn() -> bool) {
        let begun = Instant::now();
        while begun.elapsed() < longest && !is_enough() {
            let server_over = self
                .server
                .as_mut()
                .is_some_and(|one| one.program.is_over());
            let worker_over = self.worker.as_mut().is_some_and(Program::is_over);
            if self.server.is_none() || server_over || worker_over {
                return;
            }
            sleep(Duration::from_millis(1));
        }
    }

    fn kill(&mut self, end: &End) {
        if let Some(mut server) = self.server.take() {
            match server.program.is_over() {
                true => self.note_end(&mut server.program),
                false if end.server => server.program.kill(),
                false => self.server = Some(server),
            }
        }
        if let Some(mut worker) = self.worker.take() {
            match worker.is_over() {
                true => self.note_end(&mut worker),
                false if end.worker => worker.kill(),
                false => self.worker = Some(worker),
            }
        }
    }

    /// A process ended without our kill: by its plan, or against every expectation.
    fn note_end(&mut self, program: &mut Program) {
        const ABORTED: i32 = 6;
        let status = program.ended(Duration::from_secs(1));
        if status.signal() == Some(ABORTED) {
            if let Some(point) = self.point {
                *self.at_points.entry(point.code()).or_default() += 1;
            }
            return;
        }
        let log = program.log();
        // A plan or a database that is away may let the start fail; that is said, and no crash.
        let is_away = self.database_faults > 0 && log.contains("database");
        if !log.contains("asked for at") && !is_away {
            self.wrong
                .push(format!("a process ended by itself: {status}: {log}"));
        }
    }

    fn after(&mut self, is_apart: bool) {
        let is_sending = match is_apart {
            true => self.worker.is_some(),
            false => self.server.is_some(),
        };
        if is_sending {
            return;
        }
        self.database_is_up();
        let attempting = self.house.messages("attempting");
        self.in_flight += usize::try_from(attempting).unwrap_or(0);
        self.house.database.execute(LATER);
    }

    /// PostgreSQL closes every connection; at full size a process of it is killed, and then it
    /// throws away its memory and recovers from its log, as after a loss of power.
    fn database_fault(&mut self) {
        if self.house.database.backend() == Backend::Sqlite {
            return;
        }
        self.database_faults += 1;
        // It may still recover from the fault before.
        self.database_is_up();
        let ours =
            "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        if self.may_crash_server && self.dice.is(50) {
            let pids = self
                .house
                .database
                .lines("pid::text", &format!("{ours} LIMIT 1"));
            if let Some(pid) = pids.first() {
                let mut witness = self.house.database.connect();
                let killed = Command::new("kill").args(["-9", pid]).status();
                assert!(
                    killed.is_ok_and(|status| status.success()),
                    "kill of a backend"
                );
                // The server notices a little later, and then it ends every other connection too. Who asks before that
                // takes a server that is about to fall for one that is up.
                let begun = Instant::now();
                while answers(&mut witness) && begun.elapsed() < Duration::from_secs(10) {
                    sleep(Duration::from_millis(5));
                }
            }
        } else {
            self.house
                .database
                .lines("pg_terminate_backend(pid)::text", ours);
        }
    }

    /// Waits until PostgreSQL has recovered.
    fn database_is_up(&self) {
        let begun = Instant::now();
        while !self.house.database.is_up() {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "the database stays away"
            );
            sleep(Duration::from_millis(20));
        }
    }

    /// Ends what runs, and starts a server without faults that sends everything.
    ///
    /// # Panics
    /// It is not ready.
    pub fn calm(&mut self) -> Server {
        self.kill(&End {
            server: true,
            worker: true,
            point: None,
            answers: None,
            after: Duration::ZERO,
        });
        self.after(false);
        self.always.clear();
        self.serve(false, "");
        let said = self.wrong.join("\n");
        self.server
            .take()
            .unwrap_or_else(|| panic!("no server at the end: {said}"))
    }

    /// Waits until no message is on its way; for as long as messages arrive, and a while longer.
    ///
    /// Where they stop arriving, something holds them: that is found, and how fast this machine sends is not asked.
    pub fn mail_is_quiet(&mut self, patience: Duration) {
        let mut since = Instant::now();
        let moving = "outbox WHERE state IN ('waiting', 'attempting')";
        let mut left = i64::MAX;
        loop {
            let now = self.house.database.count(moving);
            if now == 0 {
                return;
            }
            if now < left {
                (left, since) = (now, Instant::now());
            }
            if since.elapsed() > patience {
                let states = self
                    .house
                    .database
                    .lines("state || ' ' || count(*)", "outbox GROUP BY state");
                self.wrong
                    .push(format!("messages stay on their way: {}", states.join(", ")));
                return;
            }
            // Only what waits for a later try: to write thousands of rows anew several times a second would be the load.
            let waiting = "state = 'waiting' AND lease_token IS NULL AND next_at > created_at";
            // A worker claims some of them at the same time, in an order of its own.
            let free = match self.house.database.backend() {
                Backend::Sqlite => "",
                Backend::Postgres => "FOR UPDATE SKIP LOCKED",
            };
            self.house.database.execute(&format!(
                "UPDATE outbox SET next_at = created_at \
                 WHERE id IN (SELECT id FROM outbox WHERE {waiting} {free})"
            ));
            sleep(Duration::from_millis(300));
        }
    }
}

/// Whether a connection is still good for anything.
fn answers(connection: &mut Db) -> bool {
    let asked = "SELECT 1";
    match connection {
        Db::Sqlite(connection) => connection.batch_execute(asked).is_ok(),
        Db::Postgres(connection) => connection.batch_execute(asked).is_ok(),
    }
}
