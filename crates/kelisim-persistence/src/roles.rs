//! The two roles of a PostgreSQL server: one owns the tables and migrates them, the other uses them.
//!
//! Row-level security binds neither the owner of a table nor a superuser, so the program refuses to serve as one.

use diesel::connection::SimpleConnection;
use diesel::sql_types::{Bool, Text};
use diesel::{PgConnection, QueryableByName, RunQueryDsl};

use crate::connection::{DatabaseUrl, Db, Role};
use crate::error::Error;
use crate::keys;
use crate::transaction::{Options, connect};

/// What may be known of the role of a connection.
#[derive(QueryableByName)]
struct Powers {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    database: String,
    /// A superuser or a role with BYPASSRLS, or one that may become such a one.
    #[diesel(sql_type = Bool)]
    is_unbound: bool,
    /// Owns a table, or may become who does.
    #[diesel(sql_type = Bool)]
    is_owner: bool,
}

const POWERS: &str = "
    SELECT current_user::text AS name, current_database()::text AS database,
        EXISTS (SELECT FROM pg_roles r
            WHERE (r.rolsuper OR r.rolbypassrls) AND pg_has_role(current_user, r.oid, 'MEMBER')) AS is_unbound,
        EXISTS (SELECT FROM pg_class t WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace
            AND pg_has_role(current_user, t.relowner, 'MEMBER')) AS is_owner";

/// A table whose lock is open; the list of migrations has none.
const UNLOCKED: &str = "
    SELECT t.relname::text AS name FROM pg_class t
    WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace
        AND t.relname NOT LIKE '\\_\\_%' AND NOT t.relrowsecurity
    ORDER BY t.relname LIMIT 1";

const HOW: &str = "make two roles and a database of the first, as docs/OPERATIONS.md says: \
    CREATE ROLE kelisim_owner LOGIN PASSWORD '…'; CREATE ROLE kelisim LOGIN PASSWORD '…'; \
    CREATE DATABASE kelisim OWNER kelisim_owner; \
    database.url is the address of the second role, database.migrate_url that of the first";

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Refuses a role that row-level security does not bind, and tables on which it is not switched on.
///
/// `allow_unlocked` is for tests, which have tables of their own.
pub(crate) fn check(db: &mut Db, allow_unlocked: bool) -> Result<(), Error> {
    let Db::Postgres(connection) = db else {
        return Ok(());
    };
    refuse_unbound(&powers(connection)?)?;
    keys::learn(connection)?;
    let unlocked: Vec<Name> = diesel::sql_query(UNLOCKED).load(connection)?;
    match unlocked.first() {
        Some(table) if !allow_unlocked => Err(refused(format!(
            "row-level security is off on the table {}; nothing but ALTER TABLE switches it off, \
             so find out who did, and switch it on again",
            table.name
        ))),
        _ => Ok(()),
    }
}

/// The role that uses the tables, when another one owns them; nothing on SQLite.
///
/// # Errors
/// [`Error::Roles`], with what to do: there are no two roles, or the one that uses the tables may do too much.
pub(crate) fn user_of(
    url: &DatabaseUrl,
    owner: Option<&DatabaseUrl>,
) -> Result<Option<String>, Error> {
    if matches!(url, DatabaseUrl::Sqlite(_)) {
        return Ok(None);
    }
    let Some(owner) = owner else {
        return Err(refused(format!(
            "database.migrate_url is not set: on PostgreSQL one role owns the tables and another uses them; {HOW}"
        )));
    };
    let user = look(url)?;
    refuse_unbound(&user)?;
    let owner = look(owner)?;
    if owner.database != user.database {
        return Err(refused(format!(
            "database.url leads to the database {}, and database.migrate_url to {}",
            user.database, owner.database
        )));
    }
    if owner.name == user.name {
        return Err(refused(format!(
            "database.url and database.migrate_url name the same role, {}; {HOW}",
            user.name
        )));
    }
    Ok(Some(user.name))
}

/// Refuses a role that may not read a table which is there: nobody has given it its rights.
pub(crate) fn refuse_powerless(connection: &mut PgConnection, table: &str) -> Result<(), Error> {
    let query = format!(
        "SELECT current_user::text AS name FROM pg_class t WHERE t.oid = to_regclass('public.{table}') \
         AND NOT has_table_privilege(t.oid, 'SELECT')"
    );
    let powerless: Vec<Name> = diesel::sql_query(query).load(connection)?;
    match powerless.first() {
        None => Ok(()),
        Some(role) => Err(refused(format!(
            "the role {} of database.url has no rights on the tables; `kelisim migrate` gives them, \
             with database.migrate_url as the role that owns the tables",
            role.name
        ))),
    }
}

/// Gives a role its rights on every table: to use it, and not to change or empty it; what only grows, it may only add to.
///
/// For the owner of the tables; doing it again changes nothing.
pub(crate) fn grant(connection: &mut PgConnection, user: &str) -> Result<(), Error> {
    let user = format!("\"{}\"", user.replace('"', "\"\""));
    connection.batch_execute(&format!(
        "GRANT USAGE ON SCHEMA public TO {user};
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {user};
         REVOKE UPDATE, DELETE ON audit_entry, audit_seal, audit_anchor, case_event FROM {user};
         REVOKE INSERT, UPDATE, DELETE ON __diesel_schema_migrations FROM {user};"
    ))?;
    Ok(())
}

fn look(url: &DatabaseUrl) -> Result<Powers, Error> {
    let mut link = connect(&Options::default().manager(url, Role::Writer))?;
    match &mut link.db {
        Db::Postgres(connection) => powers(connection),
        Db::Sqlite(_) => Err(refused(
            "database.migrate_url must be an address of the server that database.url names",
        )),
    }
}

fn powers(connection: &mut PgConnection) -> Result<Powers, Error> {
    Ok(diesel::sql_query(POWERS).get_result(connection)?)
}

fn refuse_unbound(user: &Powers) -> Result<(), Error> {
    let what = match (user.is_unbound, user.is_owner) {
        (true, _) => "is a superuser or passes row-level security, or may become such a role",
        (false, true) => "owns tables, or may become the role that does",
        (false, false) => return Ok(()),
    };
    Err(refused(format!(
        "the role {} of database.url {what}, so the database would keep nothing from whoever finds a hole in the program; {HOW}",
        user.name
    )))
}

fn refused(detail: impl Into<String>) -> Error {
    Error::Roles {
        detail: detail.into(),
    }
}
