//! After an erasure: what the database still holds of a destroyed key beside its rows.
//!
//! SQLite overwrites freed places (`secure_delete`), and its log may still hold pages from before: it is written back and
//! cut. PostgreSQL leaves old rows in pages and in its log until both are used again; a rotation of the master key makes
//! them worthless at once (docs/OPERATIONS.md).

use diesel::connection::SimpleConnection;

use crate::connection::{DatabaseUrl, Db, Role};
use crate::error::Error;
use crate::transaction::{Options, connect};

/// Cuts the log of a SQLite database; a reader that holds it back is no error, for the next checkpoint goes on.
///
/// # Errors
/// Those of the database.
pub fn log_cut(url: &DatabaseUrl) -> Result<(), Error> {
    let DatabaseUrl::Sqlite(_) = url else {
        return Ok(());
    };
    let mut link = connect(&Options::default().manager(url, Role::Writer))?;
    if let Db::Sqlite(connection) = &mut link.db {
        connection.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?;
    }
    Ok(())
}
