//! What is read equals what was written, and sorts the same, on both databases.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use kelisim_persistence::schema::{account, audit_entry, idempotency_key, relay};
use kelisim_persistence::types::{Json, Ts, Uid};
use kelisim_persistence::{Db, Error};
use kelisim_tests::{TestDatabase, on_both_databases};
use serde_json::json;

use crate::common;

fn put_relay(db: &mut Db, name: &str, until: DateTime<Utc>) -> Result<(), Error> {
    diesel::insert_into(relay::table)
        .values((
            relay::name.eq(name),
            relay::paused_until.eq(Some(Ts::from(until))),
        ))
        .execute(db)?;
    Ok(())
}

on_both_databases! {
    fn an_instant_is_cut_to_microseconds_when_it_is_made(db: TestDatabase) {
        let base = common::now();
        let instants = [
            base + TimeDelta::nanoseconds(123_456_789),
            base,
            base + TimeDelta::microseconds(999_999),
            DateTime::<Utc>::UNIX_EPOCH - TimeDelta::microseconds(1),
        ];
        let read: Vec<Ts> = db.open().write_blocking(move |db| {
            for (number, at) in instants.iter().enumerate() {
                put_relay(db, &number.to_string(), *at)?;
            }
            Ok::<_, Error>(relay::table
                .select(relay::paused_until.assume_not_null())
                .order(relay::name)
                .load(db)?)
        }).unwrap();
        assert_eq!(read, instants.map(Ts::from));
        assert_eq!(DateTime::<Utc>::from(read[0]), base + TimeDelta::nanoseconds(123_456_000));
    }

    fn instants_compare_and_sort_by_time(db: TestDatabase) {
        let base = common::now();
        let names: Vec<String> = db.open().write_blocking(move |db| {
            put_relay(db, "later", base + TimeDelta::microseconds(1))?;
            put_relay(db, "first", base - TimeDelta::days(400))?;
            put_relay(db, "now", base)?;
            Ok::<_, Error>(relay::table
                .filter(relay::paused_until.ge(Ts::from(base - TimeDelta::days(500))))
                .filter(relay::paused_until.le(Ts::from(base)))
                .order(relay::paused_until)
                .select(relay::name)
                .load(db)?)
        }).unwrap();
        assert_eq!(names, ["first", "now"]);
    }

    fn ids_and_documents_come_back(db: TestDatabase) {
        let document = json!({"text": "Әке мен бала", "n": 1.5, "list": [null, true], "q": "'\"\\"});
        let sent = document.clone();
        let read: (Uid, Option<Json<serde_json::Value>>, Option<Json<serde_json::Value>>) =
            db.open().write_blocking(move |db| {
                common::region(db)?;
                diesel::insert_into(audit_entry::table).values((
                    audit_entry::region_id.eq(Uid::from(common::REGION)),
                    audit_entry::id.eq(Uid(common::id(77))),
                    audit_entry::at.eq(Ts::from(common::now())),
                    audit_entry::action.eq("try"),
                    audit_entry::object_kind.eq("value"),
                    audit_entry::object_id.eq("1"),
                    audit_entry::after.eq(Some(Json(sent))),
                )).execute(db)?;
                Ok::<_, Error>(audit_entry::table
                    .filter(audit_entry::id.eq_any(vec![Uid(common::id(77)), Uid(common::id(78))]))
                    .select((audit_entry::id, audit_entry::before, audit_entry::after))
                    .first(db)?)
            }).unwrap();
        assert_eq!(read, (Uid(common::id(77)), None, Some(Json(document))));
    }

    fn a_word_that_is_not_in_the_list_is_refused(db: TestDatabase) {
        let refused = db.open().write_blocking(|db| {
            common::region(db)?;
            let owner = common::account_of(db, 9)?;
            Ok::<_, Error>(diesel::update(account::table
                .find((Uid::from(common::REGION), Uid::from(owner))))
                .set(account::language.eq("de"))
                .execute(db)?)
        });
        assert!(matches!(refused, Err(Error::Broken { .. })), "{refused:?}");
    }

    fn a_row_cannot_point_into_another_region(db: TestDatabase) {
        let refused = db.open().write_blocking(|db| {
            common::region(db)?;
            let owner = common::account_of(db, 9)?;
            Ok::<_, Error>(diesel::insert_into(idempotency_key::table).values((
                idempotency_key::region_id.eq(Uid(common::id(2))),
                idempotency_key::account_id.eq(Uid::from(owner)),
                idempotency_key::key.eq("k"),
                idempotency_key::fingerprint.eq(vec![0; 32]),
                idempotency_key::status.eq(200),
                idempotency_key::data_key_id.eq(Uid(common::id(4))),
                idempotency_key::answer.eq(vec![0]),
                idempotency_key::created_at.eq(Ts::from(common::now())),
            )).execute(db)?)
        });
        assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    }
}
