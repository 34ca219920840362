//! Stored answers to repeated requests.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use kelisim_persistence::store::idempotency::{
    KeyOwner, StoredAnswer, idempotency_find, idempotency_insert, idempotency_purge,
    idempotency_try_lock,
};
use kelisim_persistence::{Db, Error, MasterKey, SeededEntropy, Vault};
use kelisim_tests::{Backend, TestDatabase, on_both_databases};

use crate::common::{self, REGION, account_of, id, now};

fn owner(number: u128) -> KeyOwner<'static> {
    KeyOwner {
        region: REGION,
        account: kelisim_domain::id::AccountId(id(number)),
        key: "5f0c",
    }
}

fn answer_at(db: &mut Db, at: DateTime<Utc>) -> Result<StoredAnswer, Error> {
    common::region(db)?;
    for number in [9, 10] {
        account_of(db, number)?;
    }
    let entropy = Arc::new(SeededEntropy::new(7));
    let master = MasterKey::generate(&SeededEntropy::new(1));
    let vault = Vault::found(db, &master, entropy, now())?;
    let key = vault.key_create(db, REGION, ("case", id(5)), now())?;
    Ok(StoredAnswer {
        fingerprint: [3; 32],
        status: 201,
        data_key: key.id(),
        sealed: key.seal("idempotency_key.answer", b"{}"),
        created_at: at,
    })
}

on_both_databases! {
    fn an_answer_belongs_to_one_account_and_is_kept_for_thirty_days(db: TestDatabase) {
        db.open().write_blocking(|db| {
            let answer = answer_at(db, now())?;
            assert_eq!(idempotency_find(db, owner(9), now())?, None);
            assert!(idempotency_insert(db, owner(9), &answer)?);
            assert_eq!(idempotency_find(db, owner(9), now())?, Some(answer.clone()));
            assert_eq!(idempotency_find(db, owner(10), now())?, None);
            let last = now() + TimeDelta::days(30);
            assert_eq!(idempotency_find(db, owner(9), last)?, Some(answer));
            assert_eq!(idempotency_find(db, owner(9), last + TimeDelta::seconds(1))?, None);
            Ok::<_, Error>(())
        }).unwrap();
    }

    fn a_second_answer_to_the_same_key_is_not_stored(db: TestDatabase) {
        db.open().write_blocking(|db| {
            let answer = answer_at(db, now())?;
            assert!(idempotency_insert(db, owner(9), &answer)?);
            let second = StoredAnswer { status: 200, ..answer.clone() };
            assert!(!idempotency_insert(db, owner(9), &second)?);
            assert_eq!(idempotency_find(db, owner(9), now())?, Some(answer));
            Ok::<_, Error>(())
        }).unwrap();
    }

    fn an_expired_answer_makes_room_and_is_swept_up(db: TestDatabase) {
        db.open().write_blocking(|db| {
            let old = answer_at(db, now() - TimeDelta::days(31))?;
            assert!(idempotency_insert(db, owner(9), &old)?);
            assert!(idempotency_insert(db, owner(10), &old)?);
            let fresh = StoredAnswer { created_at: now(), ..old };
            assert!(idempotency_insert(db, owner(9), &fresh)?);
            assert_eq!(idempotency_purge(db, now())?, 1);
            assert_eq!(idempotency_find(db, owner(9), now())?, Some(fresh));
            Ok::<_, Error>(())
        }).unwrap();
    }

    fn a_key_that_another_transaction_answers_is_known(db: TestDatabase) {
        let database = db.open();
        let other = database.clone();
        let postgres = db.backend() == Backend::Postgres;
        let (mine, theirs) = database.write_blocking(move |db| {
            let mine = idempotency_try_lock(db, owner(9))?;
            if !postgres {
                return Ok((mine, false));
            }
            let theirs = other.write_blocking(|db| idempotency_try_lock(db, owner(9)))?;
            Ok::<_, Error>((mine, theirs))
        }).unwrap();
        assert!(mine && !theirs);
        assert!(database.write_blocking(|db| idempotency_try_lock(db, owner(9))).unwrap());
    }
}
