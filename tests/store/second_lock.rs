//! The second lock as it is built: a policy on every table, roles that cannot pass it, and rights that are no more than
//! needed. What it lets through is tested in tests/api/second_lock.rs.

use diesel::RunQueryDsl;
use kelisim_persistence::migrate::migrate;
use kelisim_persistence::{Database, DatabaseUrl, Db, Error, Options, SystemPart};
use kelisim_tests::{Backend, TestDatabase};

use crate::common;

/// Tables without a policy, and why.
const OPEN: [(&str, &str); 1] = [(
    "__diesel_schema_migrations",
    "the program reads it before it knows anything, and it names only what the program has in itself",
)];

fn server() -> TestDatabase {
    TestDatabase::create(Backend::Postgres)
}

fn as_user(db: &TestDatabase, statement: &str) -> Result<usize, String> {
    let Db::Postgres(mut connection) = db.connect_as_user() else {
        unreachable!("this is about the server")
    };
    diesel::sql_query(statement)
        .execute(&mut connection)
        .map_err(|error| error.to_string())
}

/// The address of the database for another role, which a statement has made.
fn as_role(db: &TestDatabase, role: &str) -> DatabaseUrl {
    db.url_text()
        .replace("//kelisim@", &format!("//{role}@"))
        .parse()
        .unwrap()
}

fn refused(url: &DatabaseUrl) -> String {
    match Database::open(url, &TestDatabase::options()) {
        Err(Error::Roles { detail }) => detail,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was opened"),
    }
}

#[test]
fn r02_every_table_has_a_policy() {
    let db = server();
    let all =
        "pg_class t WHERE t.relkind IN ('r', 'p') AND t.relnamespace = 'public'::regnamespace";
    let tables = db.lines("t.relname::text", all);
    assert!(tables.len() > 30, "{tables:?}");
    let locked = format!(
        "{all} AND t.relrowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid)"
    );
    let locked = db.lines("t.relname::text", &locked);
    let open: Vec<&String> = tables
        .iter()
        .filter(|table| !locked.contains(table) && !OPEN.iter().any(|(open, _)| open == table))
        .collect();
    assert!(
        open.is_empty(),
        "no policy on {open:?}: the migration that makes a table says who sees its rows, see migrations/README.md"
    );
    for (table, _) in OPEN {
        assert!(tables.iter().any(|known| known == table), "{table} is gone");
    }
}

#[test]
fn r02_a_role_that_passes_the_lock_is_refused_in_words() {
    let db = server();
    let owner = db.owner_url().unwrap();
    let said = refused(owner);
    assert!(
        said.contains("owns tables") && said.contains("database.migrate_url"),
        "{said}"
    );
    assert!(refused(&as_role(&db, "postgres")).contains("is a superuser"));
    let name = format!("unbound_{}", std::process::id());
    db.execute(&format!(
        "DROP ROLE IF EXISTS {name}; CREATE ROLE {name} LOGIN BYPASSRLS"
    ));
    assert!(refused(&as_role(&db, &name)).contains("passes row-level security"));
    db.execute(&format!(
        "ALTER ROLE {name} NOBYPASSRLS; GRANT kelisim_owner TO {name}"
    ));
    assert!(
        refused(&as_role(&db, &name)).contains("owns tables"),
        "a member is as good as the owner"
    );
    db.execute(&format!("REVOKE kelisim_owner FROM {name}"));
    assert!(refused(&as_role(&db, &name)).contains("no rights on the tables"));
    db.execute(&format!("DROP ROLE {name}"));
}

#[test]
fn r02_a_table_whose_lock_is_open_stops_the_start() {
    let db = TestDatabase::create_durable(Backend::Postgres);
    let open = || Database::open(db.url(), &Options::default()).map(drop);
    open().unwrap();
    db.execute("ALTER TABLE case_party DISABLE ROW LEVEL SECURITY");
    let error = open().unwrap_err().to_string();
    assert!(error.contains("case_party"), "{error}");
}

#[test]
fn r02_to_migrate_takes_two_roles() {
    let db = TestDatabase::create_empty(Backend::Postgres);
    let owner = db.owner_url();
    let said = |url: &DatabaseUrl, owner: Option<&DatabaseUrl>| match migrate(url, owner) {
        Err(Error::Roles { detail }) => detail,
        other => panic!("{other:?}"),
    };
    assert!(said(db.url(), None).contains("database.migrate_url is not set"));
    assert!(said(db.url(), Some(db.url())).contains("the same role"));
    assert!(said(&as_role(&db, "postgres"), owner).contains("superuser"));
    let other = TestDatabase::create_empty(Backend::Postgres);
    assert!(said(db.url(), other.owner_url()).contains("leads to the database"));
    assert_eq!(
        db.count("pg_class WHERE relnamespace = 'public'::regnamespace"),
        0,
        "nothing was made"
    );
    assert!(!migrate(db.url(), owner).unwrap().is_empty());
}

#[test]
fn r02_the_role_of_the_program_uses_tables_and_changes_none() {
    let db = server();
    for statement in [
        "TRUNCATE case_party",
        "ALTER TABLE case_party DISABLE ROW LEVEL SECURITY",
        "DROP POLICY by_scope ON cases",
        "DELETE FROM audit_entry",
        "UPDATE audit_seal SET seq = seq",
        "DELETE FROM audit_anchor",
        "UPDATE case_event SET hash = hash",
        "ALTER TABLE case_event DISABLE TRIGGER ALL",
        "CREATE TABLE mine (n INTEGER)",
        "INSERT INTO __diesel_schema_migrations (version) VALUES ('1')",
        "SET ROLE kelisim_owner",
        "SET session_replication_role = replica",
    ] {
        let said = as_user(&db, statement).unwrap_err();
        let is_denied = ["permission denied", "must be owner", "denied"]
            .iter()
            .any(|word| said.contains(word));
        assert!(is_denied, "{statement}: {said}");
    }
}

/// What was said for one transaction does not hold for the next one of the same connection.
#[test]
fn r02_for_whom_a_transaction_runs_ends_with_it() {
    let db = server();
    db.open().write_blocking(common::region).unwrap();
    let one = Options {
        threads: std::num::NonZeroUsize::MIN,
        ..TestDatabase::options()
    };
    let nobody = db.open_with(&one);
    let system = nobody.as_system(SystemPart::Test);
    let regions =
        |db: &mut Db| Ok::<_, Error>(kelisim_persistence::store::region::region_list(db)?.len());
    for _ in 0..3 {
        assert_eq!(system.read_blocking(regions).unwrap(), 1);
        assert_eq!(nobody.read_blocking(regions).unwrap(), 0);
        assert_eq!(system.write_blocking(regions).unwrap(), 1);
        assert_eq!(nobody.write_blocking(regions).unwrap(), 0);
        let undone = system.write_blocking(|_| Err::<(), _>(Error::NotFound));
        assert!(undone.is_err());
        assert_eq!(nobody.at_door().write_blocking(regions).unwrap(), 1);
        assert_eq!(nobody.write_blocking(regions).unwrap(), 0);
    }
}
