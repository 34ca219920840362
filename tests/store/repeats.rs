//! Stored answers to repeated requests.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use kelisim_persistence::store::idempotency::{
    KeyOwner, StoredAnswer, TAKEN, idempotency_add, idempotency_find, idempotency_purge,
};
use kelisim_persistence::store::token::{NewToken, token_bearer, token_insert};
use kelisim_persistence::{Db, Error, MasterKey, SeededEntropy, Vault, Writes};
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

/// Whether the answer was stored.
fn keep(db: &mut Db, owner: KeyOwner<'_>, answer: &StoredAnswer) -> Result<bool, Error> {
    let mut writes = Writes::default();
    idempotency_add(&mut writes, owner, answer.clone());
    match writes.store(db) {
        Ok(()) => Ok(true),
        Err(Error::Conflict { what }) if what == TAKEN => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether the bearer of the token got hold of the key.
fn claims(db: &mut Db) -> Result<bool, Error> {
    let found = token_bearer(db, &[1; 32], Some("5f0c"), now())?;
    Ok(found.expect("the token works").claimed)
}

on_both_databases! {
    fn an_answer_belongs_to_one_account_and_is_kept_for_thirty_days(db: TestDatabase) {
        db.open().write_blocking(|db| {
            let answer = answer_at(db, now())?;
            assert_eq!(idempotency_find(db, owner(9), now())?, None);
            assert!(keep(db, owner(9), &answer)?);
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
            assert!(keep(db, owner(9), &answer)?);
            let second = StoredAnswer { status: 200, ..answer.clone() };
            assert!(!keep(db, owner(9), &second)?);
            assert_eq!(idempotency_find(db, owner(9), now())?, Some(answer));
            Ok::<_, Error>(())
        }).unwrap();
    }

    fn an_expired_answer_makes_room_and_is_swept_up(db: TestDatabase) {
        db.open().write_blocking(|db| {
            let old = answer_at(db, now() - TimeDelta::days(31))?;
            assert!(keep(db, owner(9), &old)?);
            assert!(keep(db, owner(10), &old)?);
            let fresh = StoredAnswer { created_at: now(), ..old };
            assert!(keep(db, owner(9), &fresh)?);
            assert_eq!(idempotency_purge(db, now())?, 1);
            assert_eq!(idempotency_find(db, owner(9), now())?, Some(fresh));
            Ok::<_, Error>(())
        }).unwrap();
    }

    fn a_key_that_another_transaction_answers_is_known(db: TestDatabase) {
        let database = db.open();
        let other = database.clone();
        let postgres = db.backend() == Backend::Postgres;
        database.write_blocking(|db| {
            common::region(db)?;
            let token = NewToken {
                region: REGION,
                id: kelisim_domain::id::TokenId(id(11)),
                account: account_of(db, 9)?,
                digest: [1; 32],
                expires_at: now() + TimeDelta::days(1),
                exports: true,
            };
            token_insert(db, &token, now())
        }).unwrap();
        let (mine, theirs) = database.write_blocking(move |db| {
            let mine = claims(db)?;
            if !postgres {
                return Ok((mine, false));
            }
            let theirs = other.write_blocking(claims)?;
            Ok::<_, Error>((mine, theirs))
        }).unwrap();
        assert!(mine && !theirs);
        assert!(database.write_blocking(claims).unwrap());
    }
}
