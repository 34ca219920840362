//! The questions that every request asks are answered by looks into indexes, at any size of a region.

use std::sync::{Arc, Mutex};

use diesel::connection::InstrumentationEvent;
use diesel::sql_types::Text;
use diesel::{Connection, QueryableByName, RunQueryDsl, sql_query};
use kelisim_domain::code::OfficeCode;
use kelisim_domain::id::AccountId;
use kelisim_persistence::store::audit_list::{AuditFilter, audit_chain, audit_page};
use kelisim_persistence::store::audit_seal::audit_scan;
use kelisim_persistence::store::due::{Claiming, timer_claim, timer_next_due};
use kelisim_persistence::store::notice::{NoticeFilter, NoticeScope, notice_list};
use kelisim_persistence::store::office::office_for_filing;
use kelisim_persistence::store::outbox::State;
use kelisim_persistence::store::reference::CodesNamed;
use kelisim_persistence::store::register_timer::{register_timer_claim, register_timer_next_due};
use kelisim_persistence::store::token::token_bearer;
use kelisim_persistence::{Db, Error, Failpoints};
use kelisim_tests::{Backend, TestDatabase};
use uuid::Uuid;

use crate::common::{self, REGION, day, now};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// What SQLite would do for the queries that a job asks.
fn plan(db: &TestDatabase, job: impl FnOnce(&mut Db)) -> Vec<String> {
    let Db::Sqlite(mut connection) = db.connect() else {
        unreachable!("a plan of SQLite")
    };
    let texts = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&texts);
    connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            kept.lock().unwrap().push(query.to_string());
        }
    });
    let mut shared = Db::Sqlite(connection);
    job(&mut shared);
    let texts = std::mem::take(&mut *texts.lock().unwrap());
    let Db::Sqlite(mut connection) = shared else {
        unreachable!()
    };
    let mut plan = Vec::new();
    for text in texts {
        let steps: Vec<Line> = sql_query(format!("EXPLAIN QUERY PLAN {text}"))
            .load(&mut connection)
            .unwrap();
        plan.extend(steps.into_iter().map(|step| step.detail));
    }
    plan
}

/// No step looks through a table, or through everything that a region has of something.
fn is_narrow(step: &str) -> bool {
    !step.starts_with("SCAN") && !step.contains("(region_id=?)") && !step.contains("TEMP B-TREE")
}

fn assert_narrow(what: &str, plan: &[String]) {
    assert!(!plan.is_empty(), "{what} asked nothing");
    let wide: Vec<&String> = plan.iter().filter(|step| !is_narrow(step)).collect();
    assert!(wide.is_empty(), "{what}: {wide:?} in {plan:#?}");
}

fn prepared() -> TestDatabase {
    let db = TestDatabase::create(Backend::Sqlite);
    db.open().write_blocking(common::region).unwrap();
    db
}

#[test]
fn who_asks_is_found_without_looking_at_everybody() {
    let plan = plan(&prepared(), |db| {
        token_bearer(db, &[7; 32], Some("key"), now()).unwrap();
    });
    assert_narrow("the bearer of a token", &plan);
}

#[test]
fn an_office_is_found_without_looking_at_every_grant() {
    let plan = plan(&prepared(), |db| {
        let code = OfficeCode::parse("ORL-01").unwrap();
        let found = office_for_filing(db, REGION, &code, day("2026-11-22"), CodesNamed::default());
        assert!(matches!(found, Err(Error::NotFound)));
    });
    assert_narrow("the office of a filing", &plan);
}

#[test]
fn messages_of_one_state_are_a_walk_in_their_order() {
    let plan = plan(&prepared(), |db| {
        let filter = NoticeFilter {
            states: vec![State::Uncertain],
            ..NoticeFilter::default()
        };
        notice_list(db, REGION, &NoticeScope::Region, &filter, None, 51).unwrap();
    });
    assert_narrow("messages of a state", &plan);
    assert!(
        plan.iter().any(|step| step.contains("outbox_by_state")),
        "{plan:#?}"
    );
}

/// Whatever its case, and however many have fired: only armed ones stand in the index, in the order in which they are due.
#[test]
fn timers_that_are_due_are_a_walk_in_their_order() {
    let claiming = Claiming {
        due: now(),
        now: now(),
        lease_until: now(),
    };
    let plan = plan(&prepared(), |db| {
        timer_next_due(db, now(), now()).unwrap();
        timer_claim(db, claiming, &[Uuid::nil()], &Failpoints::NONE).unwrap();
        register_timer_next_due(db, now(), now()).unwrap();
        register_timer_claim(db, claiming, &[Uuid::nil()]).unwrap();
    });
    let walks = |index: &str| plan.iter().filter(|step| step.contains(index)).count();
    assert_eq!(
        (walks("USING INDEX timer_due"), walks("timer_armed")),
        (2, 2),
        "{plan:#?}"
    );
    assert_eq!(walks("USING INDEX register_timer_due"), 2, "{plan:#?}");
    assert!(
        !plan.iter().any(|step| step.contains("TEMP B-TREE")),
        "{plan:#?}"
    );
}

/// By whatever an auditor asks, and by the worker that seals and the one who verifies.
#[test]
fn the_audit_log_is_a_walk_along_one_index() {
    let (actor, text) = (Some(AccountId(Uuid::nil())), |word: &str| {
        Some(word.to_owned())
    });
    let filters = [
        ("sqlite_autoindex_audit_seal_2", AuditFilter::default()),
        (
            "sqlite_autoindex_audit_seal_2",
            AuditFilter {
                from: Some(now()),
                to: Some(now()),
                ..AuditFilter::default()
            },
        ),
        (
            "audit_seal_by_actor",
            AuditFilter {
                actor,
                ..AuditFilter::default()
            },
        ),
        (
            "audit_seal_by_action",
            AuditFilter {
                action: text("office.update"),
                ..AuditFilter::default()
            },
        ),
        (
            "audit_seal_by_object",
            AuditFilter {
                object_kind: text("case"),
                object_id: text("1"),
                ..AuditFilter::default()
            },
        ),
    ];
    let database = prepared();
    for (index, filter) in filters {
        let plan = plan(&database, |db| {
            audit_page(db, REGION, &filter, None, 51).unwrap();
        });
        assert_narrow("a page of the audit log", &plan);
        assert!(plan.iter().any(|step| step.contains(index)), "{plan:#?}");
    }
    let plan = plan(&database, |db| {
        audit_chain(db, REGION, 7, 100).unwrap();
        audit_scan(db, REGION, Uuid::nil(), 100, 10).unwrap();
    });
    assert_narrow("the chain, and what is not sealed", &plan);
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// An index that a migration adds without its statistics would be chosen, or not, by SQLite's guess.
#[test]
fn every_index_has_its_statistics() {
    let database = prepared();
    let Db::Sqlite(mut connection) = database.connect() else {
        unreachable!()
    };
    // Tables of a few rows that hold for the whole database.
    let missing: Vec<Name> = sql_query(
        "SELECT i.name AS name FROM sqlite_schema t JOIN pragma_index_list(t.name) i
         WHERE t.type = 'table' AND t.name NOT IN ('region', 'master_key', 'relay', 'hold')
           AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'
           AND NOT EXISTS (SELECT 1 FROM sqlite_stat1 s WHERE s.tbl = t.name AND s.idx =
               CASE WHEN i.origin = 'pk' AND t.sql LIKE '%WITHOUT ROWID' THEN t.name ELSE i.name END)",
    )
    .load(&mut connection)
    .unwrap();
    let missing: Vec<&str> = missing.iter().map(|row| row.name.as_str()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
