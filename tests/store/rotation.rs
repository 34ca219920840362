//! Another master key takes the place of the one in use: batch by batch, with both known meanwhile.

use std::path::Path;
use std::sync::Arc;

use kelisim_domain::id::DataKeyId;
use kelisim_persistence::rotation::{Ending, Rotation, Standing, begin, standing};
use kelisim_persistence::{
    DataKey, Database, Db, Error, KeyFiles, MasterKey, SeededEntropy, Vault,
};
use kelisim_tests::{TestDatabase, on_both_databases};

use crate::common::{self, REGION, now};

/// Data keys that are made under the old key.
const KEYS: u128 = 25;
/// Data keys of a batch.
const BATCH: i64 = 10;

fn entropy() -> Arc<SeededEntropy> {
    Arc::new(SeededEntropy::new(7))
}

/// The old key in its file, the next one in the place beside it.
fn files(folder: &Path) -> (KeyFiles, [MasterKey; 2]) {
    let files = KeyFiles::beside(&folder.join("of-test.key"));
    let old = MasterKey::create(&files.file, &SeededEntropy::new(1)).unwrap();
    let new = MasterKey::generate(&SeededEntropy::new(2));
    (files, [old, new])
}

fn key_of(db: &mut Db, vault: &Vault, number: u128) -> Result<DataKey, Error> {
    vault.key_create(db, REGION, ("case", common::id(number)), now())
}

/// A database with some data keys, one of them destroyed; gives the vault of a server, and the keys.
fn lived_in(database: &Database, files: &KeyFiles, old: &MasterKey) -> (Vault, Vec<DataKeyId>) {
    let (files, old) = (files.clone(), old.clone());
    let made = database.write_blocking(move |db| {
        common::region(db)?;
        Vault::found(db, &old, entropy(), now())?;
        let vault = Vault::open_with(db, files, entropy())?;
        let mut ids = Vec::new();
        for number in 0..KEYS {
            ids.push(key_of(db, &vault, number)?.id());
        }
        vault.key_destroy(db, REGION, ids[3], now())?;
        Ok::<_, Error>((vault, ids))
    });
    made.unwrap()
}

fn opened(database: &Database, vault: &Vault, ids: &[DataKeyId]) -> usize {
    let (vault, ids) = (vault.clone(), ids.to_vec());
    database
        .read_blocking(move |db| Ok::<_, Error>(vault.key_open_all(db, REGION, &ids)?.len()))
        .unwrap()
}

fn step(database: &Database, vault: &Vault, keys: &[MasterKey; 2], rotation: Rotation) -> u64 {
    let (vault, keys) = (vault.clone(), keys.clone());
    database
        .write_blocking(move |db| rotation.step(db, &keys, &vault, BATCH))
        .unwrap()
}

fn is_key_error<T: std::fmt::Debug>(answer: &Result<T, Error>) -> bool {
    matches!(answer, Err(Error::Key { .. }))
}

on_both_databases! {
    fn r17_a_server_goes_on_while_the_master_key_is_replaced(db: TestDatabase) {
        let database = db.open();
        let (files, keys) = files(db.folder());
        let (server, ids) = lived_in(&database, &files, &keys[0]);
        MasterKey::create(&files.next, &SeededEntropy::new(2)).unwrap();
        let (vault, both) = (server.clone(), keys.clone());
        let rotation = database.write_blocking(move |db| begin(db, &vault, (&both[0], &both[1]), now())).unwrap();
        assert_eq!(db.count("master_key WHERE retired_at IS NULL"), 2);

        // The server has not looked: it makes keys under the old one, and opens those of the new one all the same.
        let vault = server.clone();
        let late = database.write_blocking(move |db| Ok::<_, Error>(key_of(db, &vault, 100)?.id())).unwrap();
        assert_eq!(step(&database, &server, &keys, rotation), 10);
        let all: Vec<DataKeyId> = ids.iter().copied().chain([late]).collect();
        assert_eq!(opened(&database, &server, &all), 25, "all but the destroyed one");
        let ended = database.write_blocking(move |db| rotation.end(db, now())).unwrap();
        assert_eq!(ended, Ending::Early, "data keys still need the old one");

        let vault = server.clone();
        database.read_blocking(move |db| vault.refresh(db)).unwrap();
        let vault = server.clone();
        database.write_blocking(move |db| key_of(db, &vault, 101).map(|_| ())).unwrap();
        assert_eq!([10, 6, 0].map(|_| step(&database, &server, &keys, rotation)), [10, 6, 0]);
        let ended = database.write_blocking(move |db| rotation.end(db, now())).unwrap();
        assert_eq!(ended, Ending::Retired);
        let again = database.write_blocking(move |db| rotation.end(db, now())).unwrap();
        assert_eq!(again, Ending::Before, "the end is entered once");
        assert_eq!(db.count("master_key WHERE retired_at IS NULL"), 1);
        assert_eq!(db.count("data_key WHERE wrapped IS NULL"), 1, "erased stays erased");

        let vault = server.clone();
        database.write_blocking(move |db| key_of(db, &vault, 102).map(|_| ())).unwrap();
        assert_eq!(opened(&database, &server, &all), 25);
        let [old, new] = keys.clone();
        database.read_blocking(move |db| {
            assert!(is_key_error(&Vault::open(db, &old, entropy())), "the old file");
            assert!(Vault::open(db, &new, entropy()).is_ok());
            assert_eq!(standing(db, &old, Some(&new))?, Standing::New);
            Ok::<_, Error>(())
        }).unwrap();
        let kept = files.take_over(&keys[1]).unwrap().unwrap();
        assert!(!files.next.exists() && kept.exists());
        database.read_blocking(move |db| Vault::open_with(db, files, entropy())).unwrap();
    }

    fn a_server_that_cannot_read_the_new_key_makes_none_and_says_which_file_it_lacks(db: TestDatabase) {
        let database = db.open();
        let (files, keys) = files(db.folder());
        let (server, ids) = lived_in(&database, &files, &keys[0]);
        let (vault, both) = (server.clone(), keys.clone());
        let rotation = database.write_blocking(move |db| begin(db, &vault, (&both[0], &both[1]), now())).unwrap();
        while step(&database, &server, &keys, rotation) > 0 {}
        let vault = server.clone();
        let refused = database.read_blocking(move |db| vault.key_open(db, REGION, ids[0]));
        assert!(is_key_error(&refused));
        let vault = server.clone();
        let said = database.read_blocking(move |db| vault.refresh(db)).unwrap_err().to_string();
        assert!(said.contains("of-test.key.next"), "{said}");
        let half = files.clone();
        let start = database.read_blocking(move |db| Vault::open_with(db, half, entropy()));
        assert!(is_key_error(&start), "no start with half of the keys");
        database.write_blocking(move |db| rotation.end(db, now())).unwrap();
        let refused = database.write_blocking(move |db| key_of(db, &server, 300).map(|_| ()));
        assert!(is_key_error(&refused), "nothing is wrapped with a retired key");
    }

    fn a_rotation_begins_once_and_only_from_the_key_in_use(db: TestDatabase) {
        let database = db.open();
        let (files, keys) = files(db.folder());
        let (server, _) = lived_in(&database, &files, &keys[0]);
        let begun = |old: &MasterKey, new: &MasterKey| {
            let (vault, old, new) = (server.clone(), old.clone(), new.clone());
            database.write_blocking(move |db| begin(db, &vault, (&old, &new), now()))
        };
        let [old, new] = &keys;
        let other = MasterKey::generate(&SeededEntropy::new(3));
        assert!(is_key_error(&begun(old, old)), "the same key");
        assert!(is_key_error(&begun(&other, new)), "not the key in use");
        let first = begun(old, new).unwrap();
        assert_eq!(begun(old, new).unwrap(), first, "goes on");
        assert!(is_key_error(&begun(old, &other)), "two at once");
        while step(&database, &server, &keys, first) > 0 {}
        database.write_blocking(move |db| first.end(db, now())).unwrap();
        assert!(is_key_error(&begun(old, new)), "done");
        let again = begun(new, &other).unwrap();
        assert_ne!(again, first);
    }
}

fn content_of(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap()
}

#[test]
fn r17_there_is_no_moment_without_a_master_key_however_many_take_over() {
    for _ in 0..50 {
        let folder = tempfile::tempdir().unwrap();
        let (files, keys) = files(folder.path());
        assert!(
            is_key_error(&files.take_over(&keys[1])),
            "the next one is not there"
        );
        assert!(files.file.exists(), "and the old one stays");
        let old = content_of(&files.file);
        MasterKey::create(&files.next, &SeededEntropy::new(3)).unwrap();
        assert!(
            is_key_error(&files.take_over(&keys[1])),
            "another one than the database names"
        );
        assert_eq!(content_of(&files.file), old);
        std::fs::remove_file(&files.next).unwrap();
        MasterKey::create(&files.next, &SeededEntropy::new(2)).unwrap();
        let new = content_of(&files.next);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| files.take_over(&keys[1]).unwrap());
            }
            while content_of(&files.file) != new {}
        });
        assert_eq!(files.take_over(&keys[1]).unwrap(), None, "done is done");
        assert!(!files.next.exists());
        let names = std::fs::read_dir(folder.path()).unwrap();
        let held: Vec<String> = names
            .map(|entry| content_of(&entry.unwrap().path()))
            .collect();
        assert!(
            held.len() == 2 && held.contains(&old) && held.contains(&new),
            "both, and nothing else"
        );
    }
}
