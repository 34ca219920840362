//! Confidential values: sealed before they are stored, bound to their place, erased with their key.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use kelisim_domain::id::DataKeyId;
use kelisim_persistence::master_key::default_file;
use kelisim_persistence::store::idempotency::{KeyOwner, StoredAnswer, idempotency_add};
use kelisim_persistence::vault::sealed_by;
use kelisim_persistence::{DataKey, Db, Error, MasterKey, OsEntropy, SeededEntropy, Vault, Writes};
use kelisim_tests::{TestDatabase, on_both_databases};

use crate::common::{self, REGION, now};

fn entropy() -> Arc<SeededEntropy> {
    Arc::new(SeededEntropy::new(7))
}

fn master(seed: u64) -> MasterKey {
    MasterKey::generate(&SeededEntropy::new(seed))
}

fn found(db: &mut Db) -> Result<Vault, Error> {
    common::region(db)?;
    Vault::found(db, &master(1), entropy(), now())
}

fn key_of(db: &mut Db, vault: &Vault, number: u128) -> Result<DataKey, Error> {
    vault.key_create(db, REGION, ("case", common::id(number)), now())
}

fn is_key_error<T: std::fmt::Debug>(answer: &Result<T, Error>) -> bool {
    matches!(answer, Err(Error::Key { .. }))
}

on_both_databases! {
    fn what_a_key_sealed_it_opens_in_the_same_place(db: TestDatabase) {
        let database = db.open();
        let (vault, sealed, id) = database.write_blocking(|db| {
            let vault = found(db)?;
            let key = key_of(db, &vault, 5)?;
            let sealed = key.seal("cases.secret/5", "Сиыр бақшаға түсті".as_bytes());
            assert_eq!(sealed_by(&sealed), Some(key.id()));
            Ok::<_, Error>((vault, sealed, key.id()))
        }).unwrap();
        let key = database.read_blocking(move |db| vault.key_open(db, REGION, id)).unwrap();
        assert_eq!(key.open("cases.secret/5", &sealed).unwrap(), "Сиыр бақшаға түсті".as_bytes());
        assert!(is_key_error(&key.open("cases.secret/6", &sealed)), "another row");
        assert!(is_key_error(&key.open("case_party.secret/5", &sealed)), "another column");
        for place in [0, 1, 20, sealed.len() - 1] {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(is_key_error(&key.open("cases.secret/5", &changed)), "byte {place}");
        }
        for length in 0..sealed.len() {
            assert!(is_key_error(&key.open("cases.secret/5", &sealed[..length])));
        }
        assert_ne!(key.seal("x", b"same"), key.seal("x", b"same"), "a nonce is used once");
    }

    fn one_key_does_not_open_what_another_sealed(db: TestDatabase) {
        let database = db.open();
        let vault = database.write_blocking(|db| {
            let vault = found(db)?;
            let (one, other) = (key_of(db, &vault, 5)?, key_of(db, &vault, 6)?);
            let sealed = one.seal("place", b"canary");
            assert!(is_key_error(&other.open("place", &sealed)));
            assert_eq!(one.mac(b"canary"), one.mac(b"canary"));
            assert_ne!(one.mac(b"canary"), other.mac(b"canary"));
            Ok::<_, Error>(vault)
        }).unwrap();
        let second = database.write_blocking(move |db| key_of(db, &vault, 5));
        assert!(matches!(second, Err(Error::Conflict { .. })), "one key for each thing");
    }

    fn a_destroyed_key_erases_one_thing_and_no_other(db: TestDatabase) {
        let database = db.open();
        let (vault, ids) = database.write_blocking(|db| {
            let vault = found(db)?;
            let ids = [key_of(db, &vault, 5)?.id(), key_of(db, &vault, 6)?.id()];
            Ok::<_, Error>((vault, ids))
        }).unwrap();
        let held = vault.clone();
        let (first, second) = database.write_blocking(move |db| {
            let first = held.key_destroy(db, REGION, ids[0], now())?;
            Ok::<_, Error>((first, held.key_destroy(db, REGION, ids[0], now())?))
        }).unwrap();
        assert!(first && !second);
        database.read_blocking(move |db| {
            assert!(matches!(vault.key_open(db, REGION, ids[0]), Err(Error::Erased)));
            assert!(vault.key_open(db, REGION, ids[1]).is_ok());
            let missing = vault.key_open(db, REGION, DataKeyId(common::id(404)));
            assert!(matches!(missing, Err(Error::NotFound)));
            let all = vault.key_open_all(db, REGION, &ids)?;
            assert_eq!(all.keys().copied().collect::<Vec<_>>(), [ids[1]]);
            Ok::<_, Error>(())
        }).unwrap();
        assert_eq!(db.count("data_key WHERE wrapped IS NULL AND destroyed_at IS NOT NULL"), 1);
    }

    fn the_start_is_refused_with_another_master_key_or_none(db: TestDatabase) {
        let database = db.open();
        let none = database.read_blocking(|db| Vault::open(db, &master(1), entropy()));
        assert!(is_key_error(&none));
        database.write_blocking(found).unwrap();
        let other = database.read_blocking(|db| Vault::open(db, &master(2), entropy()));
        assert!(is_key_error(&other));
        let other = database.write_blocking(|db| Vault::found(db, &master(2), entropy(), now()));
        assert!(is_key_error(&other), "a second key is not entered by the way");
        database.write_blocking(|db| Vault::found(db, &master(1), entropy(), now())).unwrap();
        assert_eq!(db.count("master_key"), 1);
    }

    fn a_wrapped_key_does_not_open_in_another_row(db: TestDatabase) {
        let database = db.open();
        let (vault, ids) = database.write_blocking(|db| {
            let vault = found(db)?;
            let ids = [key_of(db, &vault, 5)?.id(), key_of(db, &vault, 6)?.id()];
            Ok::<_, Error>((vault, ids))
        }).unwrap();
        db.execute("UPDATE data_key SET wrapped =
            (SELECT wrapped FROM data_key WHERE subject_id =
                (SELECT subject_id FROM data_key ORDER BY subject_id LIMIT 1))");
        let opened = database.read_blocking(move |db| {
            Ok::<_, Error>(ids.map(|id| vault.key_open(db, REGION, id).is_ok()))
        }).unwrap();
        assert_eq!(opened, [true, false]);
    }

    fn no_clear_text_and_no_key_reaches_the_database(db: TestDatabase) {
        let canary = "canary-of-a-narrative-3141592653";
        db.open().write_blocking(move |db| {
            let vault = found(db)?;
            let key = key_of(db, &vault, 5)?;
            let owner = KeyOwner {
                region: REGION,
                account: common::account_of(db, 9)?,
                key: "seen-in-the-clear-2718281828",
            };
            let answer = StoredAnswer {
                fingerprint: [0; 32],
                status: 201,
                data_key: key.id(),
                sealed: key.seal("idempotency_key.answer", canary.as_bytes()),
                created_at: now(),
            };
            let mut writes = Writes::default();
            idempotency_add(&mut writes, owner, answer);
            writes.store(db)
        }).unwrap();
        assert_ne!(db.places_of("seen-in-the-clear-2718281828"), [""; 0], "the search works");
        assert_eq!(db.places_of(canary), [""; 0]);
    }

    fn a_key_file_is_for_its_owner_alone(db: TestDatabase) {
        let path = db.folder().join("master.key");
        if let Some(beside) = default_file(db.url()) {
            assert_eq!(beside, path);
        }
        let key = MasterKey::create(&path, &OsEntropy).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(is_key_error(&MasterKey::create(&path, &OsEntropy)), "never overwritten");
        let read = MasterKey::read(&path).unwrap();
        let database = db.open();
        database.write_blocking(move |db| {
            Vault::found(db, &key, Arc::new(OsEntropy), now())
        }).unwrap();
        database.read_blocking(move |db| Vault::open(db, &read, Arc::new(OsEntropy))).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(is_key_error(&MasterKey::read(&path)), "everybody can read it");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        for bad in ["", "abc", &"g".repeat(64), &"a".repeat(63), &"a".repeat(66)] {
            fs::write(&path, bad).unwrap();
            assert!(is_key_error(&MasterKey::read(&path)), "{bad}");
        }
        let none = db.folder().join("none");
        assert!(is_key_error(&MasterKey::read(&none)));
        assert!(is_key_error(&MasterKey::read_or_create(&none, true, &OsEntropy)), "lost");
        let made = MasterKey::read_or_create(&none, false, &OsEntropy).unwrap();
        let again = MasterKey::read_or_create(&none, false, &OsEntropy).unwrap();
        db.open().write_blocking(move |db| {
            db.batch_execute("DELETE FROM master_key")?;
            Vault::found(db, &made, entropy(), now())?;
            Vault::open(db, &again, entropy())
        }).unwrap();
    }
}

#[test]
fn a_seed_gives_the_same_bytes_and_shows_no_key() {
    let fill = |seed| {
        let mut bytes = [0; 64];
        kelisim_persistence::Entropy::fill(&SeededEntropy::new(seed), &mut bytes);
        bytes
    };
    assert_eq!(fill(1), fill(1));
    assert_ne!(fill(1), fill(2));
    assert_eq!(format!("{:?}", master(1)), "MasterKey(…)");
}
