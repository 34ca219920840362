//! Pages of cases: what each reader, filter, order and search finds, and that finding it reads little.
//!
//! What must be found is worked out here from the rows themselves, without any index; so both databases are
//! compared with one answer.

use std::cmp::Reverse;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use diesel::connection::{Connection, InstrumentationEvent, SimpleConnection};
use diesel::sql_types::{BigInt, Integer, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use kelisim_domain::calendar::Zone;
use kelisim_domain::case::{Class, Stage};
use kelisim_domain::policy::CaseScope;
use kelisim_persistence::store::case_list::{CaseCursor, CaseFilter, CaseSort, Listed, case_page};
use kelisim_persistence::{Db, Error};
use kelisim_tests::network::{AIGUL, AKZ_01, BERIK, DANA, EDU, ORL_01};
use kelisim_tests::{TestDatabase, on_both_databases};
use uuid::Uuid;

use crate::case_rows::{Row, filled, scopes, sees};

/// Filters with what they mean.
type Meaning = Box<dyn Fn(&Row) -> bool>;

fn filters() -> Vec<(&'static str, CaseFilter, Meaning)> {
    let filter = CaseFilter::default;
    let at = |text: &str| -> DateTime<Utc> { text.parse().unwrap() };
    let (from, before) = (at("2023-05-01T00:00:00Z"), at("2023-06-11T10:00:00Z"));
    vec![
        ("all", filter(), Box::new(|_| true)),
        (
            "open",
            CaseFilter {
                stages: vec![Stage::Reconciled, Stage::Filed, Stage::Assigned],
                ..filter()
            },
            Box::new(|row| row.stage != Stage::Closed),
        ),
        (
            "filed at an office",
            CaseFilter {
                stages: vec![Stage::Filed],
                offices: vec![AKZ_01],
                ..filter()
            },
            Box::new(|row| row.stage == Stage::Filed && row.office == AKZ_01),
        ),
        (
            "a class",
            CaseFilter {
                classes: vec![Class::DoneOther],
                ..filter()
            },
            Box::new(|row| row.class == Class::DoneOther),
        ),
        (
            "a mediator at an office",
            CaseFilter {
                mediators: vec![DANA],
                offices: vec![ORL_01],
                ..filter()
            },
            Box::new(|row| row.mediator == Some(DANA) && row.office == ORL_01),
        ),
        (
            "two mediators",
            CaseFilter {
                mediators: vec![AIGUL, BERIK],
                ..filter()
            },
            Box::new(|row| row.mediator == Some(AIGUL) || row.mediator == Some(BERIK)),
        ),
        (
            "a partner",
            CaseFilter {
                partners: vec![EDU],
                ..filter()
            },
            Box::new(|row| row.referred),
        ),
        (
            "another category",
            CaseFilter {
                categories: vec!["debts_contracts".to_owned()],
                ..filter()
            },
            Box::new(|_| false),
        ),
        (
            "some weeks",
            CaseFilter {
                filed_from: Some(from),
                filed_before: Some(before),
                ..filter()
            },
            Box::new(move |row| row.filed_at >= from && row.filed_at < before),
        ),
    ]
}

/// Every page of a list, one after the other.
fn pages(
    db: &mut Db,
    scope: &CaseScope,
    filter: &CaseFilter,
    sort: CaseSort,
    limit: usize,
) -> Vec<Listed> {
    let mut all: Vec<Listed> = Vec::new();
    loop {
        let after = all.last().map(|last| CaseCursor::after(&last.case, sort));
        let page = case_page(db, scope, filter, Zone::ORAL, sort, after.as_ref(), limit).unwrap();
        let is_last = page.len() < limit;
        all.extend(page);
        if is_last || all.len() > 110 {
            return all;
        }
    }
}

const SORTS: [CaseSort; 3] = [CaseSort::Newest, CaseSort::Oldest, CaseSort::Number];

/// Compares the first pages with what the rows say.
fn compare(
    db: &mut Db,
    rows: &[Row],
    what: &str,
    scope: &CaseScope,
    filter: &CaseFilter,
    meaning: &dyn Fn(&Row) -> bool,
) {
    for sort in SORTS {
        // Every order for the coordinator; the others take turns.
        if !scope.whole_region && what.len() % 3 != sort as usize % 3 {
            continue;
        }
        let mut wanted: Vec<&Row> = rows
            .iter()
            .filter(|row| sees(scope, row) && meaning(row))
            .collect();
        match sort {
            CaseSort::Newest => wanted.sort_by_key(|row| Reverse((row.filed_at, row.id))),
            CaseSort::Oldest => wanted.sort_by_key(|row| (row.filed_at, row.id)),
            CaseSort::Number => wanted.sort_by_key(|row| row.number.clone()),
        }
        let found = pages(db, scope, filter, sort, 61);
        let numbers: Vec<String> = found
            .iter()
            .map(|one| one.case.number.to_string())
            .collect();
        let wanted: Vec<&str> = wanted
            .iter()
            .map(|row| row.number.as_str())
            .take(numbers.len().max(111))
            .collect();
        let least = wanted.len().min(111);
        assert!(
            numbers.len() >= least,
            "{what} {sort:?}: {} of {}",
            numbers.len(),
            wanted.len()
        );
        assert_eq!(numbers, wanted[..numbers.len()], "{what} {sort:?}");
    }
}

/// What somebody types, with what it means: the beginning of a part of the number, or of each word in a name.
fn found_by(q: &str, row: &Row) -> bool {
    let number = row.number.to_lowercase();
    let starts = number.match_indices(['-', '/']).map(|(at, _)| at + 1);
    let typed = q.to_lowercase();
    let by_number = std::iter::once(0)
        .chain(starts)
        .any(|at| number[at..].starts_with(&typed));
    let name = match row.mediator {
        Some(AIGUL) => "айгул демо айгуль демо",
        Some(BERIK) => "берик демо берик демо",
        Some(DANA) => "дана демо дана демо",
        _ => "",
    };
    let folded = typed.replace('ү', "у").replace('і', "и");
    let by_name = folded
        .split(' ')
        .all(|word| name.split(' ').any(|known| known.starts_with(word)));
    (by_number || by_name) && q.chars().any(char::is_alphanumeric)
}

const SEARCHES: [&str; 33] = [
    "ORL-01/2023-0017",
    "orl-01/2026-00",
    "ORL-01/2021",
    "orl",
    "AKZ-01/",
    "or",
    "01",
    "0",
    "01/2022-0003",
    "09/2022-0003",
    "2024",
    "20",
    "2022-01",
    "0017",
    "00",
    "03",
    "1",
    "17",
    "0500",
    "9999",
    "Айгүл",
    "айгуль",
    "БЕРІК",
    "Демо",
    "демо бер",
    "дана де",
    "ерик",
    "WK-001",
    "%",
    "_",
    "0%",
    "\\",
    "o_l",
];

on_both_databases! {
    fn each_reader_finds_what_the_filters_say_in_every_order(db: TestDatabase) {
        let rows = filled(&db);
        for (who, scope) in scopes() {
            let mut connection = reader(&db, &scope);
            for (what, filter, meaning) in filters() {
                compare(&mut connection, &rows, &format!("{who}, {what}"), &scope, &filter, &*meaning);
            }
        }
    }

    fn d39_a_search_finds_beginnings_of_words_and_nothing_else(db: TestDatabase) {
        let rows = filled(&db);
        for (who, scope) in scopes() {
            let mut connection = reader(&db, &scope);
            for q in SEARCHES {
                let open = q.len() % 2 == 0;
                let mut filter = CaseFilter { q: Some(q.to_owned()), ..CaseFilter::default() };
                if open {
                    filter.stages = vec![Stage::Assigned, Stage::Closed];
                }
                let meaning = |row: &Row| {
                    found_by(q, row) && (!open || matches!(row.stage, Stage::Assigned | Stage::Closed))
                };
                compare(&mut connection, &rows, &format!("{who} types {q:?}"), &scope, &filter, &meaning);
            }
        }
    }

    fn a_page_reads_no_more_than_a_page(db: TestDatabase) {
        filled(&db);
        for (who, scope) in scopes() {
            let searches = ["ORL-01/2023-0017", "orl", "2022", "0017", "2023-0017", "Айгүл"];
            let searches = searches.map(|q| (q, CaseFilter { q: Some(q.to_owned()), ..CaseFilter::default() }));
            let filters = filters().into_iter().map(|(what, filter, _)| (what, filter));
            let filters = filters.filter(|(what, _)| *what != "another category");
            for (what, filter) in filters.chain(searches) {
                // Nobody of that name has a case at that office: its part of the index is read to the end.
                let is_in_vain = who == "head and mediator" && ["two mediators", "Айгүл"].contains(&what);
                let most = if is_in_vain { 4_000 } else { 1_500 };
                for sort in [CaseSort::Newest, CaseSort::Oldest] {
                    reads_little(&db, &scope, &format!("{who}, {what}, {sort:?}"), most, |db| {
                        case_page(db, &scope, &filter, Zone::ORAL, sort, None, 51).map(drop)
                    });
                }
            }
        }
    }
}

/// A connection of somebody who has this scope: on PostgreSQL the second lock stands behind it.
fn reader(db: &TestDatabase, scope: &CaseScope) -> Db {
    let list = |ids: Vec<Uuid>| {
        let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
        format!("{{{}}}", ids.join(","))
    };
    let (account, files_at) = match &scope.filed_by {
        Some((account, at)) => (
            account.0.to_string(),
            list(at.iter().map(|id| id.0).collect()),
        ),
        None => (Uuid::nil().to_string(), list(Vec::new())),
    };
    let roles = if scope.whole_region {
        " coordinator "
    } else {
        ""
    };
    let settings = [
        ("reach", "person".to_owned()),
        ("region", scope.region.0.to_string()),
        ("staff_region", scope.region.0.to_string()),
        ("roles", roles.to_owned()),
        ("heads", list(scope.offices.iter().map(|id| id.0).collect())),
        (
            "mediators",
            list(scope.mediators.iter().map(|id| id.0).collect()),
        ),
        ("account", account),
        ("files_at", files_at),
    ];
    let mut connection = db.connect_as_user();
    if let Db::Postgres(connection) = &mut connection {
        for (name, value) in settings {
            let set = format!("SELECT set_config('kelisim.{name}', '{value}', false)");
            connection.batch_execute(&set).unwrap();
        }
    }
    connection
}

/// On PostgreSQL the rows that were read are counted; on SQLite the plan is read.
fn reads_little(
    db: &TestDatabase,
    scope: &CaseScope,
    what: &str,
    most: i64,
    list: impl FnOnce(&mut Db) -> Result<(), Error>,
) {
    match reader(db, scope) {
        Db::Postgres(mut connection) => {
            connection.batch_execute("BEGIN").unwrap();
            let mut shared = Db::Postgres(connection);
            list(&mut shared).unwrap();
            let Db::Postgres(mut connection) = shared else {
                unreachable!()
            };
            let read = read_rows(&mut connection);
            assert_eq!(read.seq_scans, 0, "{what} looks through the table");
            // 51 keys in each of the stages for each part, and the rows of a page.
            assert!(
                read.entries < most,
                "{what} reads {} entries of indexes",
                read.entries
            );
        }
        Db::Sqlite(mut connection) => {
            let texts = Arc::new(Mutex::new(Vec::new()));
            let kept = Arc::clone(&texts);
            connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if let InstrumentationEvent::StartQuery { query, .. } = event {
                    kept.lock().unwrap().push(query.to_string());
                }
            });
            let mut shared = Db::Sqlite(connection);
            list(&mut shared).unwrap();
            let texts = std::mem::take(&mut *texts.lock().unwrap());
            let Db::Sqlite(mut connection) = shared else {
                unreachable!()
            };
            for text in texts {
                let plan: Vec<Step> = sql_query(format!("EXPLAIN QUERY PLAN {text}"))
                    .load(&mut connection)
                    .unwrap();
                walks_along_indexes(what, &text, &plan);
            }
        }
    }
}

#[derive(QueryableByName)]
struct Read {
    #[diesel(sql_type = BigInt)]
    seq_scans: i64,
    #[diesel(sql_type = BigInt)]
    entries: i64,
}

fn read_rows(connection: &mut diesel::PgConnection) -> Read {
    sql_query(
        "SELECT pg_stat_get_xact_numscans('cases'::regclass) AS seq_scans, \
         sum(pg_stat_get_xact_tuples_returned(indexrelid))::bigint AS entries \
         FROM pg_index WHERE indrelid = 'cases'::regclass",
    )
    .get_result(connection)
    .unwrap()
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Integer)]
    parent: i32,
    #[diesel(sql_type = Text)]
    detail: String,
}

/// Every look at cases is a search in an index, and none that makes a part of a page is put in order afterwards.
fn walks_along_indexes(what: &str, text: &str, plan: &[Step]) {
    for step in plan {
        let is_of_cases = ["SCAN cases", "SCAN c", "SEARCH cases"]
            .iter()
            .any(|start| step.detail == *start || step.detail.starts_with(&format!("{start} ")));
        let walk = step.detail.starts_with("SEARCH cases ");
        let in_order = step.detail.contains("cases_by_") || !walk;
        let sorted = plan
            .iter()
            .any(|other| other.parent == step.parent && other.detail.contains("TEMP B-TREE"));
        // A range of whole numbers is short; it is put in order after it was read.
        let is_short = step.detail.contains("number>");
        assert!(
            !is_of_cases || (walk && (is_short || (in_order && !sorted))),
            "{what}: {} in {text}\n{}",
            step.detail,
            plan.iter()
                .map(|step| format!("{} {}\n", step.parent, step.detail))
                .collect::<String>(),
        );
    }
}
