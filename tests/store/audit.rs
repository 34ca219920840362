//! The audit log: entries that stay, seals without a gap, lists that find.

use std::sync::Barrier;

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use kelisim_domain::audit::{AuditEntry, DamageKind};
use kelisim_domain::id::{AccountId, AuditId};
use kelisim_persistence::entropy::new_id;
use kelisim_persistence::store::audit::{audit_insert, audit_insert_all};
use kelisim_persistence::store::audit_anchor::{
    audit_anchor_insert, audit_anchor_last, audit_anchor_list,
};
use kelisim_persistence::store::audit_list::{AuditFilter, Sealed, audit_page};
use kelisim_persistence::store::audit_seal::{audit_head, audit_scan, audit_seal_add, first_id};
use kelisim_persistence::store::audit_verify::{
    Asked, Verified, audit_verify, audit_verify_within,
};
use kelisim_persistence::{Database, Db, Error, Failpoints, SeededEntropy};
use kelisim_tests::{Backend, TestDatabase, on_both_databases};
use serde_json::json;
use uuid::Uuid;

use crate::common::{self, REGION, id, now};

/// An entry made some seconds after the beginning.
fn entry(seconds: u32) -> AuditEntry {
    let at = now() + TimeDelta::seconds(i64::from(seconds));
    AuditEntry {
        id: AuditId(new_id(at, &SeededEntropy::new(u64::from(seconds)))),
        region: REGION,
        at,
        actor: (!seconds.is_multiple_of(3)).then(|| AccountId(id(u128::from(seconds % 3)))),
        action: if seconds.is_multiple_of(2) {
            "office.update"
        } else {
            "case.read_content"
        }
        .into(),
        object_kind: if seconds.is_multiple_of(2) {
            "office"
        } else {
            "case"
        }
        .into(),
        object_id: format!("ORL-{:02}", seconds % 4),
        before: Some(json!({"phone": null})),
        after: Some(json!({"phone": "+77112345678", "kk": ["көшті", 7]})),
        reason: seconds.is_multiple_of(5).then(|| "көшті".to_owned()),
    }
}

fn asked() -> Asked<'static> {
    Asked {
        region: REGION,
        anchors: &[],
        now: now() + TimeDelta::seconds(100),
        faults: Failpoints::NONE,
    }
}

fn verify(database: &Database) -> Verified {
    audit_verify(database, &asked(), |_| {}).unwrap()
}

/// Seals everything behind an instant, a few at a time.
fn seal(db: &mut Db, after: Uuid) -> Result<usize, Error> {
    let (mut sealed, mut next) = (0, Some(after));
    while let Some(after) = next {
        let scan = audit_scan(db, REGION, after, 7, 4)?;
        let unsealed = scan.unsealed.into_iter();
        let prepared = unsealed
            .map(|one| one.prepared(&Failpoints::NONE))
            .collect();
        sealed += audit_seal_add(db, REGION, prepared)?;
        next = scan.next;
    }
    Ok(sealed)
}

fn all(db: &mut Db, filter: &AuditFilter) -> Result<Vec<Sealed>, Error> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = audit_page(db, REGION, filter, after, 3)?;
        let Some(last) = page.last() else {
            return Ok(found);
        };
        after = Some(last.entry.id);
        found.extend(page);
    }
}

on_both_databases! {
    fn d32_an_entry_comes_back_as_it_was_and_numbers_have_no_gap(db: TestDatabase) {
        let database = db.open();
        database.write_blocking(|db| {
            common::region(db)?;
            audit_insert_all(db, &(1..=20).rev().map(entry).collect::<Vec<_>>())?;
            assert_eq!(seal(db, Uuid::nil())?, 20);
            assert_eq!(seal(db, Uuid::nil())?, 0, "once is enough");
            audit_insert(db, &entry(21))?;
            assert_eq!(seal(db, first_id(entry(21).at))?, 1);
            let found = all(db, &AuditFilter::default())?;
            let seqs: Vec<i64> = found.iter().map(|sealed| sealed.seq).collect();
            assert_eq!(seqs, (1..=21).rev().collect::<Vec<_>>(), "newest first");
            let entries: Vec<_> = found.into_iter().map(|sealed| sealed.entry).collect();
            assert_eq!(entries, (1..=21).rev().map(entry).collect::<Vec<_>>());
            assert_eq!(audit_head(db, REGION)?.seq, 21);
            Ok::<_, Error>(())
        }).unwrap();
        let verified = verify(&database);
        assert_eq!((verified.damage, verified.unsealed.count, verified.head.seq), (None, 0, 21));
    }

    fn the_log_is_found_by_person_thing_act_and_time(db: TestDatabase) {
        db.open().write_blocking(|db| {
            common::region(db)?;
            let entries: Vec<_> = (1..=40).map(entry).collect();
            audit_insert_all(db, &entries)?;
            seal(db, Uuid::nil())?;
            let instant = |seconds| now() + TimeDelta::seconds(seconds);
            let filters = [
                AuditFilter { actor: Some(AccountId(id(2))), ..AuditFilter::default() },
                AuditFilter { action: Some("office.update".to_owned()), ..AuditFilter::default() },
                AuditFilter { object_kind: Some("case".to_owned()), ..AuditFilter::default() },
                AuditFilter { object_kind: Some("case".to_owned()), object_id: Some("ORL-03".to_owned()), ..AuditFilter::default() },
                AuditFilter { from: Some(instant(10)), to: Some(instant(20)), ..AuditFilter::default() },
                AuditFilter { actor: Some(AccountId(id(1))), from: Some(instant(30)), ..AuditFilter::default() },
            ];
            for filter in filters {
                let fits = |entry: &&AuditEntry| {
                    filter.actor.is_none_or(|actor| entry.actor == Some(actor))
                        && filter.action.as_ref().is_none_or(|action| entry.action == *action)
                        && filter.object_kind.as_ref().is_none_or(|kind| entry.object_kind == *kind)
                        && filter.object_id.as_ref().is_none_or(|id| entry.object_id == *id)
                        && filter.from.is_none_or(|from| entry.at >= from)
                        && filter.to.is_none_or(|to| entry.at < to)
                };
                let wanted: Vec<_> = entries.iter().rev().filter(fits).cloned().collect();
                let found: Vec<_> = all(db, &filter)?.into_iter().map(|sealed| sealed.entry).collect();
                assert!(!found.is_empty(), "{filter:?}");
                assert_eq!(found, wanted, "{filter:?}");
            }
            Ok::<_, Error>(())
        }).unwrap();
    }

    fn r21_no_row_of_the_log_can_be_changed_or_removed(db: TestDatabase) {
        db.open().write_blocking(|db| {
            common::region(db)?;
            audit_insert(db, &entry(1))?;
            seal(db, Uuid::nil())?;
            let anchor = audit_head(db, REGION)?.anchor(REGION, "WKR", now());
            audit_anchor_insert(db, &anchor, "file")
        }).unwrap();
        let before = db.contents();
        for table in ["audit_entry", "audit_seal", "audit_anchor", "case_event"] {
            let column = if table == "case_event" { "kind" } else { "region_id" };
            for statement in [format!("UPDATE {table} SET {column} = {column}"), format!("DELETE FROM {table}")] {
                if table == "case_event" && db.backend() == Backend::Sqlite {
                    // A trigger for each row has nothing to say about no row.
                    continue;
                }
                let refused = db.connect().batch_execute(&statement).unwrap_err();
                assert!(refused.to_string().contains("never changed or removed"), "{statement}: {refused}");
            }
        }
        assert_eq!(before, db.contents());
    }

    fn several_workers_seal_each_entry_once(db: TestDatabase) {
        let database = db.open();
        database.write_blocking(|db| {
            common::region(db)?;
            audit_insert_all(db, &(1..=60).map(entry).collect::<Vec<_>>())
        }).unwrap();
        let together = Barrier::new(3);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let other = db.open();
                    together.wait();
                    // Whoever was outrun looks again, as the worker does.
                    while let Err(error) = other.write_blocking(|db| seal(db, Uuid::nil())) {
                        assert!(matches!(error, Error::Conflict { .. } | Error::Busy), "{error}");
                    }
                });
            }
        });
        let verified = verify(&database);
        assert_eq!((verified.damage, verified.unsealed.count, verified.head.seq), (None, 0, 60));
    }

    fn an_entry_that_came_late_is_not_missing_and_is_sealed(db: TestDatabase) {
        let database = db.open();
        database.write_blocking(|db| {
            common::region(db)?;
            audit_insert_all(db, &(5..=9).map(entry).collect::<Vec<_>>())?;
            seal(db, Uuid::nil())?;
            // Its transaction took long: its time is before those that are sealed.
            audit_insert(db, &entry(2))?;
            let within = audit_verify_within(db, &asked())?;
            assert_eq!((within.damage, within.unsealed.count, within.unsealed.oldest), (None, 1, Some(entry(2).at)));
            assert_eq!(seal(db, first_id(entry(9).at))?, 0, "not among the newest");
            assert_eq!(seal(db, Uuid::nil())?, 1);
            Ok::<_, Error>(())
        }).unwrap();
        let verified = verify(&database);
        assert_eq!((verified.damage, verified.unsealed.count, verified.head.seq), (None, 0, 6));
    }

    fn g9_what_is_done_behind_the_program_is_found(db: TestDatabase) {
        let database = db.open();
        let anchor = database.write_blocking(|db| {
            common::region(db)?;
            audit_insert_all(db, &(1..=9).map(entry).collect::<Vec<_>>())?;
            seal(db, Uuid::nil())?;
            let anchor = audit_head(db, REGION)?.anchor(REGION, "WKR", now());
            audit_anchor_insert(db, &anchor, "file")?;
            assert_eq!(audit_anchor_last(db, REGION)?, Some(anchor.clone()));
            assert_eq!(audit_anchor_list(db, REGION)?, std::slice::from_ref(&anchor));
            Ok::<_, Error>(anchor)
        }).unwrap();
        db.take_rights();
        let anchors = [anchor];
        let damage = || {
            let asked = Asked { anchors: &anchors, ..asked() };
            let damage = audit_verify(&database, &asked, |_| {}).unwrap().damage;
            damage.map(|damage| (damage.kind, damage.seq))
        };
        assert_eq!(damage(), None);
        db.execute("UPDATE audit_entry SET reason = 'x' WHERE reason IS NOT NULL");
        assert_eq!(damage(), Some((DamageKind::Changed, 5)));
        db.execute("UPDATE audit_entry SET reason = 'көшті' WHERE reason IS NOT NULL");
        assert_eq!(damage(), None);
        db.execute("DELETE FROM audit_seal WHERE seq = 9");
        assert_eq!(damage(), Some((DamageKind::Cut, 9)));
        db.execute("DELETE FROM audit_seal WHERE seq = 3");
        assert_eq!(damage(), Some((DamageKind::Missing, 3)));
    }
}
