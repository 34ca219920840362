//! T4: workers race for the same messages, and now and then one of them is stopped for longer than
//! its leases hold and then goes on as if nothing had been (G2, G4, R25, R27).
//!
//! Two processes send the mail of one database over a real socket, while people send again what is
//! stuck. A witness in the database writes down what no holder of a lease could have done, and the
//! receiver counts before it answers. The deadlines of G7 will be taken up under the same leases.

mod house;
mod person;
mod receiver;
mod tally;
mod watch;
mod witness;

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, sleep},
    time::{Duration, Instant},
};

use uuid::Uuid;

pub use self::tally::Tally;
use self::{
    house::House,
    person::Acts,
    receiver::{Receiver, Whim},
    watch::Overdue,
};
use super::{
    Order,
    dice::Dice,
    report::{Report, number},
};
use crate::{Backend, program::Program};

/// Runs T4.
pub fn prove(order: &Order) -> Report {
    let race = Race::of(order);
    let report = Report::begin("T4", order);
    race.run().figures(&race, report).end()
}

/// How large a race is.
#[derive(Debug, Clone)]
pub struct Race {
    /// On which database.
    pub backend: Backend,
    /// For the moments and the victims of the stops.
    pub seed: u64,
    /// Messages.
    pub jobs: usize,
    /// How often a process is stopped.
    pub stops: usize,
    /// Deliveries that each process runs side by side.
    pub workers: usize,
    /// How long a lease holds; a stop lasts twice as long.
    pub lease_seconds: u64,
    /// What the processes do at their failpoints.
    pub failpoints: String,
    /// After this time the race is over, finished or not.
    pub limit: Duration,
}

/// What a race showed.
#[derive(Debug)]
pub struct Outcome {
    /// The messages, one by one, in sums.
    pub tally: Tally,
    /// Changes that no holder of a lease could have made.
    pub forbidden: Vec<String>,
    /// Deliveries that stood past their lease for longer than two scans.
    pub abandoned: Vec<String>,
    unknown: usize,
    stops: usize,
    stale: usize,
    longest: Duration,
    acts: Acts,
    took: Duration,
}

/// Between reading a row and changing it, and between `attempting` and the content, a worker now and
/// then falls asleep.
const SLOW: &str = "outbox.claim_read=sleep:20%5;outbox.settle_read=sleep:20%5;\
    outbox.rescue_read=sleep:100%50;worker.after_attempting=sleep:40%5";
/// Two processes are enough to race, and one of them is always awake.
const PROCESSES: usize = 2;
/// Cases that the messages are about.
const CASES: usize = 20;
/// How often a worker looks for lost deliveries when it has nothing else to do.
const SCAN: Duration = Duration::from_secs(1);

/// The states in which a message moves on by itself.
const ALONE: &str = "'waiting', 'attempting'";
/// The same while people act, who send again whatever failed.
const WITH_PEOPLE: &str = "'waiting', 'attempting', 'failed'";

impl Race {
    /// The race that an order asks for.
    pub fn of(order: &Order) -> Self {
        match order.is_quick {
            true => Self::quick(order.backend, order.seed),
            false => Self::full(order.backend, order.seed),
        }
    }

    /// The size of a release.
    pub fn full(backend: Backend, seed: u64) -> Self {
        Self {
            jobs: 100_000,
            stops: 200,
            limit: Duration::from_secs(60 * 60),
            ..Self::quick(backend, seed)
        }
    }

    /// The size of the test command.
    pub fn quick(backend: Backend, seed: u64) -> Self {
        Self {
            backend,
            seed,
            jobs: 10_000,
            stops: 12,
            workers: 4,
            lease_seconds: 1,
            failpoints: format!("{SLOW};seed={seed}"),
            limit: Duration::from_secs(20 * 60),
        }
    }

    /// The race with one more failpoint or defect.
    #[must_use]
    pub fn with(mut self, failpoint: &str) -> Self {
        self.failpoints = format!("{};{failpoint}", self.failpoints);
        self
    }

    /// Runs the race.
    ///
    /// # Panics
    /// When a process ends by itself or nothing can be started: then nothing was proven.
    pub fn run(&self) -> Outcome {
        let house = House::build(self, Receiver::start(whim));
        let (server, client) = house.serve();
        let head = client.with_token(&house::token("head"));
        let cases: Vec<_> = (0..CASES).map(|_| house::file(&head)).collect();
        house.fill(&cases);
        witness::call(&house.database);

        let mut workers = std::array::from_fn(|number| house.work(number));
        let begun = Instant::now();
        let (acts, found, over) = (Acts::default(), Mutex::default(), AtomicBool::new(false));
        let (stops, took) = thread::scope(|scope| {
            let _over = Over(&over);
            scope.spawn(|| person::act(&client, cases[0].clone(), &acts, &over));
            scope.spawn(|| watch::look(&house.database, self.allowed(), &found, &over));
            let stops = self.stop_and_go(&house, &mut workers, begun);
            // A letter that was refused at the last moment is seen by people too before they go.
            self.wait_until_quiet(&house, &mut workers, begun, WITH_PEOPLE);
            (stops, begun.elapsed())
        });
        // What people began at the last moment is finished too.
        self.wait_until_quiet(&house, &mut workers, begun, ALONE);
        let logs = workers.map(Program::stop);
        server.stop();
        let overdue: Overdue = found.into_inner().unwrap();
        Outcome {
            tally: Tally::of(&house.database, house.receiver.taken()),
            forbidden: witness::saw(&house.database),
            abandoned: overdue.abandoned.into_iter().collect(),
            unknown: house.unknown(),
            stops,
            stale: logs.iter().map(|log| lost_leases(log)).sum(),
            longest: overdue.longest,
            acts,
            took,
        }
    }

    /// A scan may be held up for as long as a stop lasts, by a lock of the stopped process.
    fn allowed(&self) -> Duration {
        SCAN * 2 + self.stop()
    }

    fn stop(&self) -> Duration {
        Duration::from_secs(2 * self.lease_seconds)
    }

    /// Stops now this process and now that one, evenly over the work; the moments are by chance.
    fn stop_and_go(
        &self,
        house: &House,
        workers: &mut [Program; PROCESSES],
        begun: Instant,
    ) -> usize {
        let dice = Dice::new(self.seed);
        // The last stop begins well before the work is done.
        let each = self.jobs * 9 / 10 / self.stops.max(1);
        for stop in 0..self.stops {
            let from = stop * each + dice.below(each);
            while house.receiver.count() < from {
                if begun.elapsed() > self.limit {
                    return stop;
                }
                alive(workers);
                sleep(Duration::from_millis(10));
            }
            sleep(Duration::from_millis(
                u64::try_from(dice.below(50)).unwrap(),
            ));
            let victim = dice.one_of(workers.as_slice());
            // It notices nothing, and goes on in the middle of whatever it did.
            victim.signal("-STOP");
            sleep(self.stop());
            victim.signal("-CONT");
            // Time for the one that woke up to do harm.
            sleep(Duration::from_millis(
                200 + u64::try_from(dice.below(300)).unwrap(),
            ));
        }
        self.stops
    }

    fn wait_until_quiet(
        &self,
        house: &House,
        workers: &mut [Program; PROCESSES],
        begun: Instant,
        moving: &str,
    ) {
        while !is_quiet(house, moving) && begun.elapsed() < self.limit {
            alive(workers);
            sleep(Duration::from_millis(500));
        }
    }
}

impl Outcome {
    /// The figures of T4.
    #[must_use]
    pub fn figures(&self, race: &Race, mut report: Report) -> Report {
        let (tally, acts) = (&self.tally, &self.acts);
        let count = |number: &AtomicU64| number.load(Ordering::Relaxed);
        report.at_least("messages", number(race.jobs), number(tally.messages));
        report.at_least(
            "stops for two leases",
            number(race.stops),
            number(self.stops),
        );
        report.none("letters twice that nothing explains", &tally.unexplained);
        report.none("messages lost", &tally.lost);
        report.none("letters without a message", &tally.invented);
        report.none("messages not finished", &tally.unfinished);
        report.none("logs that contradict their message", &tally.contradictions);
        report.none("stale changes accepted", &self.forbidden);
        report.none("deliveries past their lease and two scans", &self.abandoned);
        let gone = self.unknown.saturating_sub(tally.held);
        report.at_most("messages of an unknown kind not kept", 0.0, number(gone));
        report.at_most("wrong answers to people", 0.0, whole(count(&acts.wrong)));
        report.noted("messages that came once", number(tally.once));
        report.noted(
            "letters twice, recorded as uncertain",
            number(tally.explained),
        );
        report.noted(
            "attempts recorded as uncertain",
            number(tally.uncertainties),
        );
        report.noted(
            "messages left uncertain, for a person",
            number(tally.uncertain),
        );
        report.noted("messages cancelled", number(tally.cancelled));
        report.noted("messages of an unknown kind, kept", number(tally.held));
        report.noted("stale changes refused", number(self.stale));
        report.noted(
            "longest past a lease, in seconds",
            self.longest.as_secs_f64(),
        );
        report.noted("sent again by people", whole(count(&acts.retried)));
        report.noted(
            "sent again by people too late",
            whole(count(&acts.too_late)),
        );
        report.noted("cases given to another", whole(count(&acts.reassigned)));
        report.noted("lease in seconds", whole(race.lease_seconds));
        report.noted(
            "messages a second",
            number(race.jobs) / self.took.as_secs_f64(),
        );
        report
    }
}

/// Ends the race for everybody, also when one of them fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What the receiver does with the first try of a letter; people have to deal with it.
fn whim(id: Uuid) -> Whim {
    match house::number_of(id) {
        Some(number) if number % 997 == 5 => Whim::Refuse,
        Some(number) if number % 499 == 7 && house::is_for_partner(number) => Whim::TakeInSilence,
        _ => Whim::Take,
    }
}

/// Whether nothing is on its way any more.
fn is_quiet(house: &House, moving: &str) -> bool {
    house.database.count(&format!(
        "(SELECT 1 AS one FROM outbox WHERE state IN ({moving}) LIMIT 1) AS moving"
    )) == 0
}

/// How many changes of a process came too late and changed nothing.
fn lost_leases(log: &str) -> usize {
    let lines = log.lines();
    lines
        .filter(|line| line.contains("a lease was lost"))
        .count()
}

fn whole(count: u64) -> f64 {
    number(usize::try_from(count).unwrap())
}

#[track_caller]
fn alive(workers: &mut [Program; PROCESSES]) {
    for worker in workers {
        assert!(
            !worker.is_over(),
            "a worker ended by itself: {}",
            worker.log()
        );
    }
}
