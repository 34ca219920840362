//! How long a page of cases takes at a thousand, a hundred thousand and a million cases.
//!
//! One client on one connection; the servers of all sizes are up together and take turns, so that what
//! else the machine does strikes them alike and the ratio between the sizes holds.

use std::path::Path;
use std::time::Instant;

use chrono::NaiveDate;
use diesel::sql_types::{Integer, Text};
use diesel::{QueryableByName, RunQueryDsl};
use kelisim_domain::code::RegionCode;
use kelisim_domain::id::{AccountId, GrantId, TokenId};
use kelisim_domain::language::Language;
use kelisim_domain::policy::{Grant, Standing};
use kelisim_domain::text::{EmailAddress, Name, search_key};
use kelisim_persistence::store::account::{Account, account_insert, grant_insert};
use kelisim_persistence::store::region::region_find_by_code;
use kelisim_persistence::store::token::{NewToken, token_insert};
use kelisim_persistence::{Database, DatabaseUrl, Db, Error, SystemPart};
use kelisim_tests::Backend;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::client::{Connection, Request};
use crate::dice::Dice;
use crate::figures::Spread;
use crate::fill::{self, Shape};
use crate::lifecycle;
use crate::load;
use crate::network;
use crate::options::Options;
use crate::place::{Place, Server, now};

const COORDINATOR: &str = "klsm_bench_coordinator";
/// Requests of each kind, on each size, before anything is measured.
const WARM_UP: usize = 60;
const PASSES: usize = 5;
/// Requests of each kind in a pass, on each size.
const REQUESTS: usize = 120;
/// How many pages a later page lies behind the first.
const PAGES: usize = 20;

const FIRST_NAMES: [(&str, &str); 12] = [
    ("Айгүл", "Айгуль"),
    ("Берік", "Берик"),
    ("Дана", "Дана"),
    ("Ерлан", "Ерлан"),
    ("Жанар", "Жанар"),
    ("Қайрат", "Кайрат"),
    ("Мөлдір", "Молдир"),
    ("Нұрлан", "Нурлан"),
    ("Сәуле", "Сауле"),
    ("Тимур", "Тимур"),
    ("Үміт", "Умит"),
    ("Шолпан", "Шолпан"),
];
const LAST_NAMES: [&str; 13] = [
    "Абенов",
    "Байтасов",
    "Валиев",
    "Есимов",
    "Жакупов",
    "Исатаев",
    "Кенжин",
    "Маратов",
    "Оразов",
    "Сабитов",
    "Тлеуов",
    "Уалиев",
    "Шарипов",
];

/// What is asked; the goal of the issue, in milliseconds, where it has one.
const KINDS: [(&str, Option<f64>); 14] = [
    ("list: open cases of an office, by its head", Some(1.5)),
    (
        "list: open cases of an office, by the coordinator",
        Some(1.5),
    ),
    ("list: new and active cases (class) of an office", Some(1.5)),
    ("list: all cases of an office", None),
    ("list: all cases of an office, a later page", None),
    ("list: all cases of the region", None),
    ("list: new cases of the region", None),
    ("list: all cases of the region, a later page", None),
    ("list: a mediator's own cases", None),
    ("search: a whole number, by the coordinator", Some(2.0)),
    ("search: a running number, by a head", Some(2.0)),
    ("search: a running number, by the coordinator", Some(2.0)),
    ("search: a mediator's name, by the coordinator", Some(2.0)),
    ("search: a mediator's name, by a head", Some(2.0)),
];

/// A database of one size with its server.
struct Room {
    shape: Shape,
    numbers: Vec<Numbers>,
    /// Later pages of offices and of the region.
    later: Vec<(String, String)>,
    later_of_region: String,
    client: Connection,
    server: Server,
}

/// The numbers of an office in a year: from 1 to the last.
#[derive(QueryableByName)]
struct Numbers {
    #[diesel(sql_type = Text)]
    office: String,
    #[diesel(sql_type = Integer)]
    year: i32,
    #[diesel(sql_type = Integer)]
    last: i32,
}

/// One kind of request at one size.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    database: &'static str,
    kind: &'static str,
    cases: usize,
    goal_ms: Option<f64>,
    requests: usize,
    median_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    /// The least, the middle and the most of the medians of the passes.
    pass_median_ms: Spread,
    /// The median divided by that of the smallest size.
    to_smallest: f64,
}

/// Measures one database at all sizes.
pub(crate) fn measure(options: &Options, backend: Backend, folder: &Path) -> Vec<Row> {
    let (sizes, seed) = (&options.cases, options.seed);
    let template = Place::template(backend, folder);
    prepare(&template, now());
    let mut rooms: Vec<Room> = sizes
        .iter()
        .map(|size| Room::open(&template, Shape::of(*size), seed))
        .collect();
    let mut dice = Dice::new(seed, 0x6c_69_73_74);
    for room in &mut rooms {
        for kind in 0..KINDS.len() {
            room.ask(kind, WARM_UP, &mut dice);
        }
    }
    let mut seen = vec![vec![Vec::new(); KINDS.len()]; rooms.len()];
    for _ in 0..PASSES {
        let mut turns: Vec<(usize, usize)> = (0..rooms.len())
            .flat_map(|room| (0..KINDS.len()).map(move |kind| (room, kind)))
            .collect();
        dice.shuffle(&mut turns);
        for (room, kind) in turns {
            let micros = rooms[room].ask(kind, REQUESTS, &mut dice);
            seen[room][kind].push(micros);
        }
    }
    for room in rooms {
        drop(room.client);
        room.server.stop();
    }
    rows(lifecycle::name(backend), sizes, &seen)
}

/// Prints a line for each kind: the medians from the smallest size to the largest.
pub(crate) fn print(rows: &[Row]) {
    for row in rows.chunk_by(|one, next| one.kind == next.kind && one.database == next.database) {
        let medians: Vec<String> = row
            .iter()
            .map(|row| format!("{:.2}", row.median_ms))
            .collect();
        let Some(last) = row.last() else { continue };
        println!(
            "{:10} {:52} {:>22} ms, × {:.2}, p99 {:.2} ms",
            last.database,
            last.kind,
            medians.join(" / "),
            last.to_smallest,
            last.p99_ms,
        );
    }
}

fn rows(database: &'static str, sizes: &[usize], seen: &[Vec<Vec<Vec<u32>>>]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (at, (kind, goal_ms)) in KINDS.into_iter().enumerate() {
        let mut smallest = None;
        for (cases, seen) in sizes.iter().zip(seen) {
            let passes = &seen[at];
            let all: Vec<u32> = passes.iter().flatten().copied().collect();
            let median_ms = milliseconds(&all, 0.5);
            rows.push(Row {
                database,
                kind,
                cases: *cases,
                goal_ms,
                requests: all.len(),
                median_ms,
                p95_ms: milliseconds(&all, 0.95),
                p99_ms: milliseconds(&all, 0.99),
                pass_median_ms: Spread::of(passes.iter().map(|pass| milliseconds(pass, 0.5))),
                to_smallest: median_ms / *smallest.get_or_insert(median_ms),
            });
        }
    }
    rows
}

/// A quantile in milliseconds, to the microsecond.
fn milliseconds(micros: &[u32], share: f64) -> f64 {
    let mut sorted = micros.to_vec();
    sorted.sort_unstable();
    let at = ((sorted.len() - 1) as f64 * share).round() as usize;
    f64::from(sorted[at]) / 1_000.0
}

impl Room {
    fn open(template: &Place, shape: Shape, seed: u64) -> Self {
        let place = template.copy(&format!("lists_{}", shape.cases));
        let started = Instant::now();
        fill::fill(&place, shape, seed);
        println!(
            "   filled {} in {:.1} s",
            shape.cases,
            started.elapsed().as_secs_f64()
        );
        let server = place.serve(&[]);
        let mut client = Connection::open(server.address).unwrap();
        let numbers = numbers(&place);
        let later = (0..shape.offices)
            .map(|office| {
                let token = network::head_token(office);
                (page_behind(&mut client, "cases?limit=50", &token), token)
            })
            .collect();
        let later_of_region = page_behind(&mut client, "cases?limit=50", COORDINATOR);
        Self {
            shape,
            numbers,
            later,
            later_of_region,
            client,
            server,
        }
    }

    /// Asks so often, each time for something else; gives the microseconds of each answer.
    fn ask(&mut self, kind: usize, times: usize, dice: &mut Dice) -> Vec<u32> {
        // While the others had their turns, the server may have closed an idle connection.
        self.client = Connection::open(self.server.address).unwrap();
        self.client.send(&get("me", COORDINATOR)).unwrap();
        (0..times)
            .map(|_| {
                let (path, token) = self.question(kind, dice);
                let started = Instant::now();
                let reply = self.client.send(&get(&path, &token)).unwrap();
                let took = started.elapsed();
                assert_eq!(
                    reply.status,
                    200,
                    "{path}: {}",
                    String::from_utf8_lossy(reply.body)
                );
                assert!(reply.body.len() > 200, "{path} finds nothing");
                u32::try_from(took.as_micros()).unwrap()
            })
            .collect()
    }

    fn question(&self, kind: usize, dice: &mut Dice) -> (String, String) {
        let office = dice.below(self.shape.offices);
        let code = network::office_code(office);
        let coordinator = COORDINATOR.to_owned();
        let (head, own) = (network::head_token(office), network::mediator_token(office));
        let open = "stage=filed,assigned,reconciled&limit=50";
        let numbers = &self.numbers[dice.below(self.numbers.len())];
        let serial = 1 + dice.below(usize::try_from(numbers.last).unwrap());
        let name = |number: usize| percent(&format!("{} {}", name(number).0, &name(number).2[..6]));
        match kind {
            0 => (format!("cases?office={code}&{open}"), head),
            1 => (format!("cases?office={code}&{open}"), coordinator),
            2 => (
                format!("cases?office={code}&class=new,active&limit=50"),
                head,
            ),
            3 => ("cases?limit=50".to_owned(), head),
            4 => self.later[office].clone(),
            5 => ("cases?limit=50".to_owned(), coordinator),
            6 => ("cases?class=new&limit=50".to_owned(), coordinator),
            7 => (self.later_of_region.clone(), coordinator),
            8 => ("cases?limit=50".to_owned(), own),
            9 => (
                format!("cases?q={}/{}-{serial:04}", numbers.office, numbers.year),
                coordinator,
            ),
            10 => (format!("cases?q={:04}", 1 + serial % 10), head),
            11 => (format!("cases?q={serial:04}"), coordinator),
            12 => (format!("cases?q={}", name(office)), coordinator),
            _ => (format!("cases?q={}", name(office)), head),
        }
    }
}

fn get<'a>(path: &'a str, token: &'a str) -> Request<'a> {
    Request {
        method: "GET",
        path,
        token,
        idempotency_key: None,
        if_match: None,
        body: "",
    }
}

/// Follows `next`, as far as there are pages.
fn page_behind(client: &mut Connection, path: &str, token: &str) -> String {
    let mut path = path.to_owned();
    for _ in 0..PAGES {
        let reply = client.send(&get(&path, token)).unwrap();
        let page: Value = serde_json::from_slice(reply.body).unwrap();
        match page["next"].as_str() {
            Some(next) => next.trim_start_matches("/api/v1/").clone_into(&mut path),
            None => break,
        }
    }
    path
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// The name of a mediator in Kazakh and in Russian, and the surname: no two are alike.
fn name(number: usize) -> (&'static str, &'static str, &'static str) {
    let (kk, ru) = FIRST_NAMES[number % FIRST_NAMES.len()];
    (kk, ru, LAST_NAMES[number / FIRST_NAMES.len()])
}

fn numbers(place: &Place) -> Vec<Numbers> {
    let query = diesel::sql_query(
        "SELECT o.code AS office, c.year, c.last FROM case_counter c \
         JOIN office o ON o.region_id = c.region_id AND o.id = c.office_id ORDER BY o.code, c.year",
    );
    match place.connect() {
        Db::Sqlite(mut db) => query.load(&mut db).unwrap(),
        Db::Postgres(mut db) => query.load(&mut db).unwrap(),
    }
}

/// Names for the mediators, a coordinator, and a few real cases.
fn prepare(place: &Place, now: chrono::DateTime<chrono::Utc>) {
    for number in 0..network::OFFICES {
        let (kk, ru, last) = name(number);
        let key = search_key(&format!(" {kk} {last} {ru} {last}"));
        let id = match place.backend {
            Backend::Sqlite => format!("X'{}'", network::mediator(number).simple()),
            Backend::Postgres => format!("'{}'", network::mediator(number)),
        };
        place.execute(&format!(
            "UPDATE mediator SET name_kk = '{kk} {last}', name_ru = '{ru} {last}', search_key = ' {}' WHERE id = {id}",
            key.trim(),
        ));
    }
    let url: DatabaseUrl = place.used_url().parse().unwrap();
    let database = Database::open(&url, &kelisim_persistence::Options::default()).unwrap();
    database
        .as_system(SystemPart::Test)
        .write_blocking(move |db| coordinator(db, now))
        .unwrap();
    drop(database);
    let server = place.serve(&[]);
    for number in 0..4 {
        load::walk(&server, number, |_| ());
    }
    server.stop();
}

fn coordinator(db: &mut Db, now: chrono::DateTime<chrono::Utc>) -> Result<(), Error> {
    let region = region_find_by_code(db, &RegionCode::parse("WKR").unwrap())?.id;
    let id = Uuid::from_u128(0x8_0000);
    let account = Account {
        region,
        id: AccountId(id),
        email: EmailAddress::parse("coordinator@example.kz").unwrap(),
        name: Name::parse("Demo Coordinator").unwrap(),
        language: Language::Kk,
        active: true,
    };
    account_insert(db, &account, now)?;
    let grant = Grant {
        id: GrantId(id),
        standing: Standing::Coordinator,
        from: NaiveDate::default(),
        to: None,
    };
    grant_insert(db, region, account.id, &grant, now)?;
    let token = NewToken {
        region,
        id: TokenId(id),
        account: account.id,
        digest: Sha256::digest(COORDINATOR).into(),
        expires_at: now + chrono::TimeDelta::days(90),
        exports: true,
    };
    token_insert(db, &token, now)
}
