//! Fills a database that has the network with any number of closed and open cases.
//!
//! The rows have the lengths of real ones; what would be ciphertext is noise, for a list never reads it.
//! Events, letters and data keys of the invented cases are left out: no list touches their tables.

use std::cell::RefCell;
use std::fmt::Write as _;

use chrono::{DateTime, Datelike, SecondsFormat, TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use diesel::sql_types::{Integer, Text};
use diesel::{ExecuteCopyFromDsl, QueryableByName, RunQueryDsl};
use kelisim_domain::calendar::Zone;
use kelisim_persistence::{Db, schema};
use kelisim_tests::Backend;
use uuid::Uuid;

use crate::dice::Dice;
use crate::network;
use crate::place::{self, Place};

/// Rows of one INSERT on SQLite.
const BATCH: usize = 200;
/// The years in which cases were filed, the last of them until today.
const FIRST_YEAR: i32 = 2020;

/// How the cases lie in the network: enough of them at an office that a page of its open ones is full at any size.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) cases: usize,
    /// How many of the offices have cases.
    pub(crate) offices: usize,
    /// How many of an office's cases are still open.
    pub(crate) open: usize,
}

impl Shape {
    /// The shape of a number of cases.
    pub(crate) fn of(cases: usize) -> Self {
        let offices = (cases / 125).clamp(8, network::OFFICES);
        Self {
            cases,
            offices,
            open: (cases / offices / 2).min(300),
        }
    }
}

/// What every invented row shares with a real one.
struct Model {
    region: Uuid,
    data_key: Uuid,
    secret_bytes: usize,
}

/// A value of a row.
enum Cell {
    Text(String),
    Id(Uuid),
    Number(i32),
    /// Noise of so many bytes.
    Noise(usize),
    Null,
}

#[derive(QueryableByName)]
struct Index {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    statement: String,
}

#[derive(QueryableByName)]
struct Counter {
    #[diesel(sql_type = Text)]
    office: String,
    #[diesel(sql_type = Integer)]
    last: i32,
}

/// Writes the cases, and lets PostgreSQL look at its tables as it does by itself from time to time; a user's SQLite
/// has the statistics of the migrations and no others.
///
/// The database must hold at least one case that came over HTTP.
pub(crate) fn fill(place: &Place, shape: Shape, seed: u64) {
    let model = Model::read(place);
    let mut rows = Rows::new(place, &model, shape, seed);
    let mut db = place.connect();
    let indexes = indexes(&mut db);
    for index in &indexes {
        db.batch_execute(&format!("DROP INDEX {}", index.name))
            .unwrap();
    }
    match &mut db {
        Db::Sqlite(db) => {
            db.batch_execute(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN",
            )
            .unwrap();
            let mut statement = String::new();
            while rows.sqlite(&mut statement) {
                db.batch_execute(&statement).unwrap();
            }
            db.batch_execute("COMMIT").unwrap();
        }
        Db::Postgres(db) => {
            // Rows of a benchmark refer to what is there; checking a million of them takes minutes.
            db.batch_execute(
                "SET session_replication_role = replica; SET maintenance_work_mem = '256MB'",
            )
            .unwrap();
            let rows = RefCell::new(&mut rows);
            diesel::copy_from(schema::cases::table)
                .from_raw_data(schema::cases::table, |out| {
                    let (mut rows, mut line) = (rows.borrow_mut(), String::new());
                    while rows.postgres(&mut line) {
                        out.write_all(line.as_bytes()).unwrap();
                    }
                    diesel::QueryResult::Ok(())
                })
                .execute(db)
                .unwrap();
        }
    }
    for index in &indexes {
        db.batch_execute(&index.statement).unwrap();
    }
    db.batch_execute(&rows.counters()).unwrap();
    let settle = match place.backend {
        Backend::Sqlite => "PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL",
        Backend::Postgres => "VACUUM ANALYZE",
    };
    db.batch_execute(settle).unwrap();
}

/// The indexes that are not part of a key: made at the end, they cost a sort and not a search for each row.
fn indexes(db: &mut Db) -> Vec<Index> {
    match db {
        Db::Sqlite(db) => diesel::sql_query(
            "SELECT name, sql AS statement FROM sqlite_schema \
             WHERE type = 'index' AND tbl_name = 'cases' AND sql IS NOT NULL",
        )
        .load(db)
        .unwrap(),
        Db::Postgres(db) => diesel::sql_query(
            "SELECT indexname::text AS name, indexdef AS statement FROM pg_indexes \
             WHERE tablename = 'cases' AND indexname LIKE 'cases_by_%'",
        )
        .load(db)
        .unwrap(),
    }
}

impl Model {
    fn read(place: &Place) -> Self {
        let hex = |column: &str| match place.backend {
            Backend::Sqlite => format!("lower(hex({column}))"),
            Backend::Postgres => format!("{column}::text"),
        };
        let id = |column: &str| {
            let query = format!("SELECT {} AS word FROM cases LIMIT 1", hex(column));
            place::word(&mut place.connect(), &query)
                .parse::<Uuid>()
                .unwrap()
        };
        let length = match place.backend {
            Backend::Sqlite => "CAST(max(length(secret)) AS TEXT)",
            Backend::Postgres => "max(length(secret))::text",
        };
        let length = place::word(
            &mut place.connect(),
            &format!("SELECT {length} AS word FROM cases"),
        );
        Self {
            region: id("region_id"),
            data_key: id("data_key_id"),
            secret_bytes: length.parse().unwrap(),
        }
    }
}

/// The rows, made as they are written.
struct Rows<'a> {
    model: &'a Model,
    shape: Shape,
    dice: Dice,
    made: usize,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
    backend: Backend,
    /// The last number of each office, by year.
    numbers: Vec<Vec<i32>>,
}

impl<'a> Rows<'a> {
    fn new(place: &Place, model: &'a Model, shape: Shape, seed: u64) -> Self {
        let last = place::now() - TimeDelta::days(1);
        let this_year = Zone::ORAL.day(place::now()).year();
        let years = usize::try_from(this_year - FIRST_YEAR + 1).unwrap();
        let mut numbers = vec![vec![0; years]; network::OFFICES];
        // Real cases of this year have taken the first numbers.
        for counter in counters(place) {
            if let Some(office) =
                (0..network::OFFICES).find(|n| network::office_code(*n) == counter.office)
            {
                numbers[office][years - 1] = counter.last;
            }
        }
        Self {
            model,
            shape,
            dice: Dice::new(seed, 0x66_69_6c_6c),
            made: 0,
            first: format!("{FIRST_YEAR}-01-02T00:00:00Z").parse().unwrap(),
            last,
            backend: place.backend,
            numbers,
        }
    }

    /// The next rows as an INSERT; no when there are no more.
    fn sqlite(&mut self, out: &mut String) -> bool {
        out.clear();
        for _ in 0..BATCH {
            let Some(row) = self.row() else { break };
            out.push_str(if out.is_empty() {
                "INSERT INTO cases VALUES ("
            } else {
                ",("
            });
            for (at, cell) in row.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                // Writing into a String cannot fail.
                let _ = match cell {
                    Cell::Text(text) => write!(out, "'{text}'"),
                    Cell::Id(id) => write!(out, "X'{}'", id.simple()),
                    Cell::Number(number) => write!(out, "{number}"),
                    Cell::Noise(bytes) => write!(out, "randomblob({bytes})"),
                    Cell::Null => write!(out, "NULL"),
                };
            }
            out.push(')');
        }
        !out.is_empty()
    }

    /// The next row as a line of COPY; no when there are no more.
    fn postgres(&mut self, out: &mut String) -> bool {
        out.clear();
        let Some(row) = self.row() else { return false };
        for (at, cell) in row.iter().enumerate() {
            if at > 0 {
                out.push('\t');
            }
            let _ = match cell {
                Cell::Text(text) => write!(out, "{text}"),
                Cell::Id(id) => write!(out, "{id}"),
                Cell::Number(number) => write!(out, "{number}"),
                Cell::Noise(bytes) => {
                    out.push_str("\\\\x");
                    for _ in 0..bytes.div_ceil(8) {
                        let _ = write!(out, "{:016x}", self.dice.next());
                    }
                    out.truncate(out.len() - (bytes.div_ceil(8) * 8 - bytes) * 2);
                    Ok(())
                }
                Cell::Null => write!(out, "\\N"),
            };
        }
        out.push('\n');
        true
    }

    /// The statements that set the counters of the numbers.
    fn counters(&self) -> String {
        let mut all = format!("DELETE FROM case_counter WHERE year >= {FIRST_YEAR};");
        for (office, years) in self.numbers.iter().enumerate() {
            for (year, last) in (FIRST_YEAR..).zip(years).filter(|(_, last)| **last > 0) {
                let (region, office) = (self.model.region, network::office(office));
                let (region, office) = match self.backend {
                    Backend::Sqlite => (
                        format!("X'{}'", region.simple()),
                        format!("X'{}'", office.simple()),
                    ),
                    Backend::Postgres => (format!("'{region}'"), format!("'{office}'")),
                };
                let _ = write!(
                    all,
                    "INSERT INTO case_counter VALUES ({region}, {office}, {year}, {last});"
                );
            }
        }
        all
    }

    fn row(&mut self) -> Option<Vec<Cell>> {
        if self.made == self.shape.cases {
            return None;
        }
        let share = self.made as f64 / self.shape.cases as f64;
        let span = (self.last - self.first).num_microseconds().unwrap() as f64;
        let at = self.first + TimeDelta::microseconds((span * share) as i64);
        let office = self.dice.below(self.shape.offices);
        let is_open = self.made + self.shape.open * self.shape.offices >= self.shape.cases;
        self.made += 1;
        let year = Zone::ORAL.day(at).year();
        let serial = &mut self.numbers[office][usize::try_from(year - FIRST_YEAR).unwrap()];
        *serial += 1;
        let number = format!("{}/{year}-{serial:04}", network::office_code(office));
        let fate = self.fate(is_open);
        let id = Uuid::from_u128(
            (u128::from(at.timestamp_millis().unsigned_abs()) << 80)
                | (7 << 76)
                | (u128::from(self.dice.next() >> 52) << 64)
                | (2 << 62)
                | u128::from(self.dice.next() >> 2),
        );
        Some(self.cells(id, at, office, number, &fate))
    }

    fn cells(
        &mut self,
        id: Uuid,
        at: DateTime<Utc>,
        office: usize,
        number: String,
        fate: &Fate,
    ) -> Vec<Cell> {
        let text = |text: &str| Cell::Text(text.to_owned());
        let instant =
            |at: DateTime<Utc>| Cell::Text(at.to_rfc3339_opts(SecondsFormat::Micros, true));
        let closed_at = (at + TimeDelta::days(20)).min(self.last);
        let or_null = |is: bool, cell: Cell| if is { cell } else { Cell::Null };
        let guest = self.dice.below(10) == 0;
        let mediator = if guest {
            self.dice.below(self.shape.offices)
        } else {
            office
        };
        let by_mediator = self.dice.below(10) < 3;
        let filer = if by_mediator {
            network::MEDIATOR_ACCOUNTS
        } else {
            network::HEAD_ACCOUNTS
        };
        let partner = self.dice.below(5) == 0;
        let partner_id = network::PARTNER_IDS + self.dice.below(network::PARTNERS) as u128;
        vec![
            Cell::Id(self.model.region),
            Cell::Id(id),
            Cell::Text(number),
            Cell::Id(network::office(office)),
            text("basic"),
            Cell::Number(1),
            text(fate.stage),
            text(fate.stage),
            text(fate.class),
            text(["family", "debts_contracts", "neighbours_land"][self.dice.below(3)]),
            Cell::Null,
            text("kk"),
            text(&network::office_code(office)[..3]),
            text("pre_court"),
            text(if partner { "education" } else { "self" }),
            or_null(partner, Cell::Id(Uuid::from_u128(partner_id))),
            or_null(fate.accepted, Cell::Id(network::mediator(mediator))),
            Cell::Id(Uuid::from_u128(filer + office as u128)),
            instant(at),
            or_null(
                fate.accepted,
                instant((at + TimeDelta::days(1)).min(self.last)),
            ),
            Cell::Null,
            Cell::Null,
            or_null(
                fate.ground.is_some() && fate.stage == "closed",
                instant(closed_at),
            ),
            fate.ground.map_or(Cell::Null, text),
            or_null(
                fate.ground.is_some(),
                Cell::Text(Zone::ORAL.day(closed_at).to_string()),
            ),
            Cell::Null,
            Cell::Number(fate.version),
            Cell::Id(self.model.data_key),
            Cell::Noise(self.model.secret_bytes),
            Cell::Noise(32),
            text("{}"),
            Cell::Null,
        ]
    }

    /// How far a case has come.
    fn fate(&mut self, is_open: bool) -> Fate {
        let at = |stage, class, accepted, ground, version| Fate {
            stage,
            class,
            accepted,
            ground,
            version,
        };
        match (is_open, self.dice.below(100)) {
            (true, 0..25) => at("filed", "new", false, None, 1),
            (true, 25..85) => at("assigned", "active", true, None, 2),
            (true, _) => at("reconciled", "active", true, Some("settled"), 3),
            (false, 0..12) => at("closed", "done_other", false, Some("withdrawn"), 2),
            (false, 12..65) => at("closed", "done_success", true, Some("settled"), 4),
            (false, _) => at("closed", "done_other", true, Some("one_refused"), 3),
        }
    }
}

struct Fate {
    stage: &'static str,
    class: &'static str,
    accepted: bool,
    ground: Option<&'static str>,
    version: i32,
}

/// The counters of what was filed over HTTP.
fn counters(place: &Place) -> Vec<Counter> {
    let query = diesel::sql_query(
        "SELECT o.code AS office, c.last FROM case_counter c \
         JOIN office o ON o.region_id = c.region_id AND o.id = c.office_id",
    );
    match place.connect() {
        Db::Sqlite(mut db) => query.load(&mut db).unwrap(),
        Db::Postgres(mut db) => query.load(&mut db).unwrap(),
    }
}
