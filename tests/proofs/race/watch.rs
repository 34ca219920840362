//! Looks, all the time, for deliveries whose lease ran out and whom nobody takes up.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::sleep,
    time::{Duration, Instant},
};

use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_types::Text};
use kelisim_persistence::Db;

use crate::TestDatabase;

/// How often it looks.
const EACH: Duration = Duration::from_millis(250);

/// What it found.
#[derive(Debug, Default)]
pub(super) struct Overdue {
    /// Deliveries that were left alone for longer than allowed.
    pub(super) abandoned: BTreeSet<String>,
    /// The longest time from the end of a lease until somebody came.
    pub(super) longest: Duration,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    id: String,
}

/// Looks until it is over. Only time in which somebody could have come counts: a stopped process
/// may hold the lock of the row, or of the whole file, and a machine may be too busy for anybody.
pub(super) fn look(
    database: &TestDatabase,
    allowed: Duration,
    found: &Mutex<Overdue>,
    over: &AtomicBool,
) {
    let mut db = database.connect();
    let mut since = HashMap::<String, Instant>::new();
    let mut last = Instant::now();
    while !over.load(Ordering::Relaxed) {
        sleep(EACH);
        let ids = overdue(&mut db);
        if last.elapsed() > EACH * 4 {
            since.clear();
        }
        last = Instant::now();
        since.retain(|id, _| ids.contains(id));
        let mut found = found.lock().unwrap();
        for id in ids {
            let waited = since.entry(id.clone()).or_insert(last).elapsed();
            found.longest = found.longest.max(waited);
            if waited > allowed {
                found.abandoned.insert(id);
            }
        }
    }
}

/// Deliveries past their lease that are free to be taken; none while the file is locked.
fn overdue(db: &mut Db) -> Vec<String> {
    let rows = match db {
        Db::Sqlite(connection) => {
            let rows = diesel::sql_query(
                "SELECT hex(id) AS id FROM outbox WHERE state = 'attempting'
                 AND lease_until < strftime('%Y-%m-%dT%H:%M:%f', 'now')",
            )
            .load::<Row>(connection)
            .unwrap();
            let mut free = || {
                connection
                    .batch_execute("BEGIN IMMEDIATE; ROLLBACK")
                    .is_ok()
            };
            if rows.is_empty() || free() {
                rows
            } else {
                Vec::new()
            }
        }
        Db::Postgres(connection) => diesel::sql_query(
            "SELECT id::text AS id FROM outbox WHERE state = 'attempting'
             AND lease_until < clock_timestamp() FOR UPDATE SKIP LOCKED",
        )
        .load::<Row>(connection)
        .unwrap(),
    };
    rows.into_iter().map(|row| row.id).collect()
}
