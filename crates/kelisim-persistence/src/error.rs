//! What can go wrong between a job and its database.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::keys;

/// Why a job, or the opening of a database, did not succeed.
///
/// The texts are for operators and logs: they name tables and settings, never a stored value.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The row does not exist.
    #[error("no such row")]
    NotFound,
    /// A unique value is taken, or the row has changed since it was read.
    #[error("conflict: {what}")]
    Conflict {
        /// What is taken: `table.column`.
        what: String,
    },
    /// A row refers to something that does not exist.
    #[error("a row refers to something that does not exist: {what}")]
    Missing {
        /// The constraint, as the database names it.
        what: String,
    },
    /// The queue is full, or a lock was not to be had in time: try again.
    #[error("the database is busy")]
    Busy,
    /// The database cannot be reached; nothing was changed.
    #[error("the database cannot be reached: {detail}")]
    Unavailable {
        /// What the driver says.
        detail: String,
    },
    /// The connection failed during COMMIT: the change may or may not stand.
    #[error("it is unknown whether the change was committed: {detail}")]
    CommitUnknown {
        /// What the driver says.
        detail: String,
    },
    /// The transaction was rolled back although the job itself had succeeded.
    #[error("the transaction was rolled back: {detail}")]
    RolledBack {
        /// What the driver says.
        detail: String,
    },
    /// The database was migrated by a newer program.
    #[error("the database is newer than this program: it has migration {migration}")]
    Newer {
        /// The first migration that this program does not know.
        migration: String,
    },
    /// A setting of the database could lose acknowledged changes.
    #[error("unsafe setting: {setting} is {found}, and must be {wanted}")]
    Unsafe {
        /// Name of the setting.
        setting: &'static str,
        /// Its value.
        found: String,
        /// What is asked of it.
        wanted: &'static str,
    },
    /// A role of the server may do too much or too little; the sentence says what to do.
    #[error("{detail}")]
    Roles {
        /// What is wrong, and what to do.
        detail: String,
    },
    /// The data key was destroyed: what it sealed can never be read again.
    #[error("erased: its key was destroyed")]
    Erased,
    /// A key is missing or is not the right one.
    #[error("encryption key: {detail}")]
    Key {
        /// What is wrong with it.
        detail: String,
    },
    /// The configured address of the database is not usable.
    #[error("{detail}")]
    Url {
        /// What is wrong with it, with the nearest valid form.
        detail: String,
    },
    /// A backup cannot be made, or is not what it should be; the sentence says what to do.
    #[error("{detail}")]
    Backup {
        /// What is wrong, and what to do.
        detail: String,
    },
    /// A job panicked; its changes were rolled back.
    #[error("a job panicked: {detail}")]
    Panicked {
        /// The panic's message.
        detail: String,
    },
    /// Anything else: a defect of the program or of the data.
    #[error("{context}: {detail}")]
    Broken {
        /// What was being done.
        context: &'static str,
        /// What the driver says.
        detail: String,
    },
}

impl Error {
    /// A defect, with what was being done.
    pub fn broken(context: &'static str, detail: impl std::fmt::Display) -> Self {
        Self::Broken {
            context,
            detail: detail.to_string(),
        }
    }

    /// A sealed value that this program cannot read. The parser's own words stay out of it: they could
    /// repeat a piece of what is confidential.
    pub(crate) fn unreadable(place: &'static str) -> Self {
        Self::broken(place, "not what this program sealed")
    }

    /// A backup that cannot be made or used, with what to do.
    pub(crate) fn backup(detail: impl std::fmt::Display) -> Self {
        Self::Backup {
            detail: detail.to_string(),
        }
    }

    /// A conflict on something that has a name.
    pub fn conflict(what: impl Into<String>) -> Self {
        Self::Conflict { what: what.into() }
    }
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(kind, info) => {
                match kind {
                    DatabaseErrorKind::UniqueViolation => {
                        Self::Conflict {
                            what: info.constraint_name().and_then(keys::name).unwrap_or_else(
                                || unique_name(info.table_name(), info.details(), info.message()),
                            ),
                        }
                    }
                    DatabaseErrorKind::ForeignKeyViolation => Self::Missing {
                        what: info.constraint_name().unwrap_or("foreign key").to_owned(),
                    },
                    DatabaseErrorKind::SerializationFailure => Self::Busy,
                    DatabaseErrorKind::ClosedConnection
                    | DatabaseErrorKind::UnableToSendCommand => Self::Unavailable {
                        detail: info.message().to_owned(),
                    },
                    _ => database_error(info.message()),
                }
            }
            other => Self::broken("query", other),
        }
    }
}

fn database_error(message: &str) -> Error {
    const TRY_AGAIN: [&str; 4] = [
        "database is locked",
        "database table is locked",
        "deadlock detected",
        "canceling statement due to",
    ];
    const GONE: [&str; 4] = [
        "server closed the connection",
        "terminating connection",
        "could not connect",
        "no connection to the server",
    ];
    if TRY_AGAIN.iter().any(|part| message.contains(part)) {
        Error::Busy
    } else if GONE.iter().any(|part| message.contains(part)) {
        Error::Unavailable {
            detail: message.to_owned(),
        }
    } else {
        Error::broken("query", message)
    }
}

/// One name for the same violated constraint on both databases: `table.column` (the region, which
/// begins every key, left out). The stored value beside the columns is not looked at.
///
/// PostgreSQL writes `Key (region_id, code)=(…, ORL-03) already exists.`, SQLite
/// `UNIQUE constraint failed: office.region_id, office.code`.
fn unique_name(table: Option<&str>, details: Option<&str>, message: &str) -> String {
    let sqlite = message.split_once("UNIQUE constraint failed: ");
    let postgres = details
        .and_then(|text| text.split_once(")=("))
        .and_then(|(key, _)| key.split_once('('));
    let (table, columns): (&str, Vec<&str>) = match (sqlite, postgres) {
        (Some((_, list)), _) => (
            list.split('.').next().unwrap_or(list),
            list.split(", ")
                .filter_map(|part| part.split_once('.').map(|(_, column)| column))
                .collect(),
        ),
        (None, Some((_, list))) => (table.unwrap_or("table"), list.split(", ").collect()),
        (None, None) => return "unique value".to_owned(),
    };
    let columns: Vec<&str> = columns
        .into_iter()
        .filter(|column| *column != "region_id")
        .collect();
    format!("{table}.{}", columns.join("_"))
}

#[cfg(test)]
mod tests {
    use super::unique_name;

    #[test]
    fn a_violated_constraint_has_one_name_on_both_databases() {
        for (sqlite, table, details, name) in [
            (
                "UNIQUE constraint failed: office.region_id, office.code",
                "office",
                "Key (region_id, code)=(0190, ORL-03) already exists.",
                "office.code",
            ),
            (
                "UNIQUE constraint failed: account.email",
                "account",
                "Key (email)=(a)=(b@example.kz) already exists.",
                "account.email",
            ),
            (
                "UNIQUE constraint failed: t.region_id, t.account_id, t.key",
                "t",
                "Ключ \"(region_id, account_id, key)=(1, 2, 3)\" уже существует.",
                "t.account_id_key",
            ),
        ] {
            assert_eq!(unique_name(None, None, sqlite), name);
            assert_eq!(unique_name(Some(table), Some(details), ""), name);
        }
        assert_eq!(unique_name(None, None, "?"), "unique value");
    }
}
