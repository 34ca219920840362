//! A test's own database is what the application will meet.

use kelisim_persistence::Error;
use kelisim_tests::{Backend, TestDatabase, on_both_databases};

on_both_databases! {
    /// Two tests at once must not see each other's rows.
    fn a_fresh_database_is_migrated_and_empty(db: TestDatabase) {
        assert_eq!(db.count("region"), 0);
        let other = TestDatabase::create(db.backend());
        assert_ne!(db.url_text(), other.url_text());
    }

    async fn an_opened_database_knows_that_it_is_migrated(db: TestDatabase) {
        let database = db.open();
        assert!(database.is_migrated().await.unwrap());
    }

    fn nothing_is_pending_after_a_migration(db: TestDatabase) {
        assert_eq!(kelisim_persistence::migrate::pending(db.url()).unwrap(), Vec::<String>::new());
        assert_eq!(kelisim_persistence::migrate::migrate(db.url(), db.owner_url()).unwrap(), Vec::<String>::new());
    }

    /// The search for canaries would prove nothing if it could not find one.
    fn a_text_that_is_stored_is_found(db: TestDatabase) {
        db.execute("CREATE TABLE toy (words TEXT NOT NULL)");
        db.execute("INSERT INTO toy VALUES ('Кездейсоқ-канарейка')");
        assert!(!db.places_of("Кездейсоқ-канарейка").is_empty());
        assert_eq!(db.places_of("a text that nobody stored"), Vec::<String>::new());
    }

    fn a_change_of_one_row_changes_the_contents(db: TestDatabase) {
        db.execute("CREATE TABLE toy (n INTEGER NOT NULL, words TEXT NOT NULL)");
        db.execute("INSERT INTO toy VALUES (1, 'бір')");
        let before = db.contents();
        assert_eq!(before, db.contents());
        db.execute("UPDATE toy SET words = 'екі'");
        assert_ne!(before, db.contents());
    }

    fn a_start_on_a_newer_schema_is_refused(db: TestDatabase) {
        db.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000001')");
        let refused = kelisim_persistence::Database::open(db.url(), &TestDatabase::options());
        assert!(matches!(refused.err(), Some(Error::Newer { .. })));
    }
}

#[test]
fn the_files_of_sqlite_are_named() {
    let db = TestDatabase::create(Backend::Sqlite);
    assert_eq!(db.files().len(), 1);
}
