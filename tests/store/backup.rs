//! A backup holds every table, becomes the same database on either kind, and nothing is restored by halves.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kelisim_domain::id::{AccountId, SessionId};
use kelisim_domain::sign_in::SessionStage;
use kelisim_persistence::backup::{Made, backup, keys_file};
use kelisim_persistence::restore::{Restored, Wanted, check, restore};
use kelisim_persistence::store::delivery::{outbox_claim, outbox_next_due};
use kelisim_persistence::store::hold::{hold_find, hold_kept, hold_release, outbox_resend_staff};
use kelisim_persistence::store::session::{Session, session_insert};
use kelisim_persistence::{Error, Failpoints, KeyFiles, MasterKey, OsEntropy, SeededEntropy};
use kelisim_tests::{Backend, TestApp, TestDatabase, network, on_both_databases};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const SCHEMA: &str = concat!(
    include_str!("../../crates/kelisim-persistence/src/schema.rs"),
    include_str!("../../crates/kelisim-persistence/src/schema/publishing.rs"),
    include_str!("../../crates/kelisim-persistence/src/schema/sign_in.rs"),
    include_str!("../../crates/kelisim-persistence/src/schema/protection.rs"),
);

/// Cases in every stage, one closed as the duplicate of a case that was filed after it.
fn lived_in(t: &TestApp) {
    let earlier = t.file(&TestApp::referred_filing());
    let later = t.file(&TestApp::filing());
    let duplicate = json!({"action": "close", "ground": "duplicate", "linked_case": later["id"]});
    t.moved("head", &earlier, &duplicate);
    let case = t.file(&TestApp::referred_filing());
    let aigul = json!({"action": "assign", "mediator": network::AIGUL});
    t.moved("head", &case, &aigul);
    let filing = TestApp::filing();
    let repeated = t.by("head").request("POST", "cases").key("once");
    repeated.json(&filing).send().expect(201);
}

fn file(folder: &Path) -> PathBuf {
    folder.join("backup")
}

fn backed_up(database: &TestDatabase, folder: &Path) -> Made {
    backup(
        database.url(),
        &file(folder),
        false,
        network::start(),
        &OsEntropy,
    )
    .unwrap()
}

/// What takes each of the migrations back that came with or after that of rehearsals.
const UNDONE: &[&str] = &[
    "DROP TABLE rehearsal; ALTER TABLE case_pass DROP COLUMN round;",
    "DROP TABLE audit_seal; DROP TABLE audit_anchor;",
    "DROP TABLE credential; DROP TABLE second_factor; DROP TABLE recovery_code; DROP TABLE session;
     DROP TABLE link; DROP TABLE device; DROP TABLE rate; ALTER TABLE account DROP COLUMN version;
     ALTER TABLE token DROP COLUMN scope; ALTER TABLE token DROP COLUMN label; ALTER TABLE token DROP COLUMN exports;",
    "DROP INDEX master_key_replaced; DROP INDEX master_key_first; ALTER TABLE master_key DROP COLUMN replaces;
     CREATE UNIQUE INDEX master_key_in_use ON master_key ((retired_at IS NULL)) WHERE retired_at IS NULL;",
    "DROP TABLE consent; DROP TABLE danger_report;",
    "DROP TABLE party_token; DROP TABLE handing_up;",
    "DROP TABLE erasure_case; DROP TABLE erasure; DROP TABLE retention;",
];

/// The key of the test network lies in a file, as a program finds it.
fn wanted(folder: &Path) -> Wanted {
    let master_key_file = folder.join("master.key");
    if !master_key_file.exists() {
        MasterKey::create(&master_key_file, &SeededEntropy::new(7)).unwrap();
    }
    Wanted {
        file: file(folder),
        keys: None,
        master_key: KeyFiles::beside(&master_key_file),
        erasures: None,
        erased_may_come_back: true,
        now: network::start(),
        entropy: Arc::new(OsEntropy),
    }
}

fn restored(backend: Backend, folder: &Path) -> (TestDatabase, Restored) {
    let target = TestDatabase::create_empty(backend);
    let done = restore(
        target.url(),
        target.owner_url(),
        &wanted(folder),
        &TestDatabase::options(),
    )
    .unwrap();
    (target, done)
}

#[track_caller]
fn refused(target: &TestDatabase, wanted: &Wanted, words: &str) {
    refused_by_target(target, wanted, words);
    // A check says the same: none of these faults lies in the target.
    let error = check(wanted).unwrap_err();
    assert!(error.to_string().contains(words), "{error}");
}

#[track_caller]
fn refused_by_target(target: &TestDatabase, wanted: &Wanted, words: &str) {
    let error = restore(
        target.url(),
        target.owner_url(),
        wanted,
        &TestDatabase::options(),
    )
    .unwrap_err();
    assert!(error.to_string().contains(words), "{error}");
}

/// The rows of every table but those that a restore itself writes, each as the letters it has: JSON
/// may have its fields in another order.
fn rows(database: &TestDatabase) -> Vec<(String, Vec<String>)> {
    let written = [
        "hold",
        "outbox",
        "delivery_attempt",
        "audit_entry",
        "__diesel_schema_migrations",
    ];
    let letters = |row: String| {
        let mut letters: Vec<char> = row.chars().filter(|c| !c.is_whitespace()).collect();
        letters.sort_unstable();
        letters.into_iter().collect::<String>()
    };
    let contents = database.contents().into_iter();
    contents
        .filter(|(table, _)| !written.contains(&table.as_str()))
        .map(|(table, rows)| {
            let mut rows: Vec<String> = rows.into_iter().map(letters).collect();
            rows.sort();
            (table, rows)
        })
        .collect()
}

fn other(backend: Backend) -> Backend {
    match backend {
        Backend::Sqlite => Backend::Postgres,
        Backend::Postgres => Backend::Sqlite,
    }
}

/// Writes the digest of the frame anew: for a file that was changed on purpose and looks whole.
fn sealed_again(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.pop();
    let mut frame = Sha256::new();
    for line in lines.iter().filter(|line| !line.starts_with('[')) {
        frame.update(line);
        frame.update("\n");
    }
    let digest: String = frame
        .finalize()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    format!("{}\n{}\n", lines.join("\n"), json!({"sha256": digest}))
}

on_both_databases! {
    fn every_table_is_in_a_backup(t: TestApp) {
        let folder = tempfile::tempdir().unwrap();
        let made = backed_up(&t.database, folder.path());
        let in_backup: BTreeSet<&str> = made.summary.rows.keys().map(String::as_str).collect();
        let of_schema = SCHEMA.lines().filter_map(|line| {
            let (name, _) = line.strip_prefix("    ")?.strip_suffix(") {")?.split_once(" (")?;
            Some(name)
        });
        assert_eq!(in_backup, of_schema.collect::<BTreeSet<&str>>());
    }

    fn a_backup_becomes_the_same_database_on_either_kind(t: TestApp) {
        lived_in(&t);
        let (here, there) = (t.database.backend(), other(t.database.backend()));
        let first = tempfile::tempdir().unwrap();
        let made = backed_up(&t.database, first.path());
        assert!(made.summary.rows_of("cases") == 4 && made.summary.rows_of("data_key") > 4);
        let (same, done) = restored(here, first.path());
        assert_eq!(rows(&same), rows(&t.database));
        assert!(done.events >= 6 && done.keys_opened == made.summary.rows_of("data_key"));
        let (crossed, _) = restored(there, first.path());
        let second = tempfile::tempdir().unwrap();
        backed_up(&crossed, second.path());
        let (back, _) = restored(here, second.path());
        assert_eq!(rows(&back), rows(&t.database));
        check(&wanted(first.path())).unwrap();
    }

    fn a_backup_of_an_older_program_is_restored_and_migrated(t: TestApp) {
        lived_in(&t);
        t.database.take_rights();
        t.database.execute(UNDONE.concat().as_str());
        t.database.execute("DELETE FROM __diesel_schema_migrations WHERE version >= '20261128000008'");
        t.database.execute(match t.database.backend() {
            Backend::Sqlite => {
                "ALTER TABLE audit_entry ADD COLUMN seq INTEGER; \
                 ALTER TABLE audit_entry ADD COLUMN prev_hash BLOB; ALTER TABLE audit_entry ADD COLUMN hash BLOB"
            }
            Backend::Postgres => {
                "ALTER TABLE audit_entry ADD COLUMN seq BIGINT, ADD COLUMN prev_hash BYTEA, ADD COLUMN hash BYTEA; \
                 DROP FUNCTION only_grows CASCADE"
            }
        });
        t.database.execute("CREATE INDEX audit_entry_by_time ON audit_entry (region_id, at); \
             CREATE INDEX audit_entry_by_object ON audit_entry (region_id, object_kind, object_id)");
        let folder = tempfile::tempdir().unwrap();
        let made = backed_up(&t.database, folder.path());
        assert!(!made.summary.rows.contains_key("audit_seal") && made.last_drill.is_none());
        for backend in [t.database.backend(), other(t.database.backend())] {
            let (target, done) = restored(backend, folder.path());
            let mut later = kelisim_persistence::migrate::names().unwrap();
            later.retain(|name| name.as_str() >= "2026-11-28-000008");
            assert_eq!(done.migrations, later);
            assert_eq!((target.count("hold"), target.count("cases")), (1, 4));
        }
        let migrated = TestDatabase::create(t.database.backend());
        refused_by_target(&migrated, &wanted(folder.path()), "restore into a new database");
    }

    fn r10_a_restore_ends_every_session(t: TestApp) {
        let session = Session {
            region: network::REGION,
            id: SessionId(Uuid::from_u128(1)),
            account: AccountId(Uuid::from_u128(100)),
            digest: [1; 32],
            stage: SessionStage::Full,
            device: "Firefox, Linux".to_owned(),
            created_at: network::start(),
            seen_at: network::start(),
            expires_at: network::start() + chrono::TimeDelta::hours(12),
        };
        t.write(move |db| session_insert(db, &session));
        let folder = tempfile::tempdir().unwrap();
        backed_up(&t.database, folder.path());
        let (target, _) = restored(t.database.backend(), folder.path());
        assert_eq!(target.count("session"), 1);
        assert_eq!(target.count("session WHERE ended_at IS NULL"), 0);
    }

    fn g10_a_restored_system_claims_nothing_until_it_is_released(t: TestApp) {
        lived_in(&t);
        let unfinished = t.database.count("outbox WHERE state IN ('waiting', 'attempting')");
        assert!(unfinished >= 4);
        let folder = tempfile::tempdir().unwrap();
        backed_up(&t.database, folder.path());
        let (target, done) = restored(t.database.backend(), folder.path());
        assert_eq!(i64::try_from(done.uncertain).unwrap(), unfinished);
        let doubtful = "outbox WHERE state = 'uncertain' AND reason = 'restored'";
        assert_eq!(target.count(doubtful), unfinished);
        assert_eq!(target.count("audit_entry WHERE action = 'backup.restore'"), 1);

        let open = target.open();
        let now = network::start() + chrono::TimeDelta::days(1);
        let claim = move || open.write_blocking(move |db| {
            let due = outbox_next_due(db)?;
            let token = [Uuid::from_u128(5)];
            Ok::<_, Error>((due, outbox_claim(db, now, now, &token, &Failpoints::NONE)?.len()))
        }).unwrap();
        target.execute("UPDATE outbox SET state = 'waiting', reason = NULL WHERE audience = 'partner'");
        assert_eq!(claim(), (None, 0), "held");
        let open = target.open();
        let kept = open.write_blocking(move |db| {
            let (held, kept) = (hold_find(db)?, hold_kept(db)?);
            assert_eq!(held.map(|held| held.since), Some(network::start()));
            assert_eq!(outbox_resend_staff(db, now)?, usize::try_from(kept.uncertain_staff).unwrap());
            assert!(hold_release(db)? && !hold_release(db)?);
            Ok::<_, Error>(kept)
        }).unwrap();
        assert!(kept.waiting > 0 && kept.uncertain_staff > 0 && kept.uncertain_partner == 0);
        assert!(matches!(claim(), (Some(_), 1)), "released");
    }

    fn a_fault_is_said_and_nothing_is_stored(t: TestApp) {
        lived_in(&t);
        let here = t.database.backend();
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        backed_up(&t.database, folder);
        let target = TestDatabase::create(here);
        let before = target.contents();
        let whole = fs::read_to_string(file(folder)).unwrap();
        let keys = fs::read_to_string(keys_file(&file(folder))).unwrap();
        let put = |text: &str| fs::write(file(folder), text).unwrap();

        for part in [7, 300, whole.len() / 2, whole.len() - 1, whole.len() - 80] {
            let at = (part..).find(|at| whole.is_char_boundary(*at)).unwrap();
            put(&whole[..at]);
            refused(&target, &wanted(folder), if part == 7 { "cut off" } else { "was " });
        }
        // A digit of a row, of a count, of the head.
        for (from, to) in [("\"assigned\"", "\"resigned\""), ("{\"rows\":4,", "{\"rows\":5,"), ("\"WKR\"", "\"WKS\"")] {
            assert!(whole.contains(from), "{from}");
            put(&whole.replacen(from, to, 1));
            refused(&target, &wanted(folder), "was changed after it was written");
        }
        let newer = whole.replacen("\"20261122000001\"", "\"20261122000001\",\"20991231000001\"", 1);
        put(&sealed_again(&newer));
        refused(&target, &wanted(folder), "20991231000001, which is newer than this program");
        put(&whole);

        fs::write(keys_file(&file(folder)), keys.replacen("[\"", "[ \"", 1)).unwrap();
        refused(&target, &wanted(folder), "was changed after it was written");
        fs::remove_file(keys_file(&file(folder))).unwrap();
        refused(&target, &wanted(folder), "name it with --keys");
        let second = tempfile::tempdir().unwrap();
        backed_up(&t.database, second.path());
        let keys_of_another = Some(keys_file(&file(second.path())));
        refused(&target, &Wanted { keys: keys_of_another, ..wanted(folder) }, "belongs to another backup");
        fs::write(keys_file(&file(folder)), &keys).unwrap();

        let wrong = folder.join("wrong.key");
        MasterKey::create(&wrong, &SeededEntropy::new(8)).unwrap();
        refused(&target, &Wanted { master_key: KeyFiles::beside(&wrong), ..wanted(folder) }, "is not the one of this backup");
        let none = folder.join("none.key");
        refused(&target, &Wanted { master_key: KeyFiles::beside(&none), ..wanted(folder) }, "there is no master key file");
        assert_eq!(target.contents(), before);

        let full = t.database.contents();
        refused_by_target(&t.database, &wanted(folder), "is not empty");
        assert_eq!(t.database.contents(), full);
        let error = backup(t.database.url(), &file(folder), false, network::start(), &OsEntropy).unwrap_err();
        assert!(error.to_string().contains("--overwrite"), "{error}");
    }

    fn what_was_wrong_before_the_backup_is_found_by_a_restore(t: TestApp) {
        lived_in(&t);
        t.database.take_rights();
        for (spoil, mend, words) in [
            (
                "UPDATE case_event SET seq = seq + 7 WHERE seq = 2",
                "UPDATE case_event SET seq = seq - 7 WHERE seq = 9",
                "does not verify",
            ),
            (
                "UPDATE case_counter SET last = last + 1",
                "UPDATE case_counter SET last = last - 1",
                "have a gap",
            ),
        ] {
            let folder = tempfile::tempdir().unwrap();
            t.database.execute(spoil);
            backed_up(&t.database, folder.path());
            let target = TestDatabase::create_empty(t.database.backend());
            refused(&target, &wanted(folder.path()), words);
            assert!(target.backend() == Backend::Postgres || target.files().is_empty());
            t.database.execute(mend);
        }
        let folder = tempfile::tempdir().unwrap();
        backed_up(&t.database, folder.path());
        restored(t.database.backend(), folder.path());
    }
}

#[test]
fn a_backup_is_for_its_owner_alone_and_shows_no_secret() {
    use std::os::unix::fs::PermissionsExt;
    let t = TestApp::start(Backend::Sqlite, kelisim_domain::workflow::BASIC);
    lived_in(&t);
    let folder = tempfile::tempdir().unwrap();
    backed_up(&t.database, folder.path());
    for path in [file(folder.path()), keys_file(&file(folder.path()))] {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let text = fs::read_to_string(&path).unwrap();
        let key = MasterKey::generate(&SeededEntropy::new(7));
        assert!(
            !text.contains("Demo Applicant") && !text.contains("a cow"),
            "{key:?}"
        );
    }
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        2,
        "no half file is left"
    );
    let first: Value = serde_json::from_str(
        fs::read_to_string(file(folder.path()))
            .unwrap()
            .lines()
            .nth(1)
            .unwrap(),
    )
    .unwrap();
    assert_eq!(first["database"], "sqlite");
}
