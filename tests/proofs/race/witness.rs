//! A witness inside the database: it writes down every change of a message that no holder of a
//! lease could have made. The program knows nothing of it.

use crate::{Backend, TestDatabase};

/// What must never happen: a name and the condition in SQL, with `{now}` for the database's clock.
const NEVER: [(&str, &str); 7] = [
    // What is done stays done: the rescuer of River #1302 overwrote a completed job.
    (
        "changed_after_the_end",
        "OLD.state IN ('sent', 'cancelled') AND (NEW.state <> OLD.state OR NEW.sent_at <> OLD.sent_at)",
    ),
    // Only a person may move what nobody holds, and only from where people decide.
    (
        "settled_without_a_lease",
        "OLD.lease_token IS NULL AND NEW.state <> OLD.state
         AND NOT (OLD.state IN ('failed', 'uncertain', 'held') AND NEW.state = 'waiting')",
    ),
    (
        "begun_without_the_lease",
        "OLD.state <> 'attempting' AND NEW.state = 'attempting'
         AND (NEW.lease_token IS NULL OR NEW.lease_token <> OLD.lease_token)",
    ),
    (
        "sent_without_attempting",
        "NEW.state = 'sent' AND OLD.state NOT IN ('attempting', 'sent')",
    ),
    (
        "leased_out_of_turn",
        "OLD.state <> 'waiting' AND NEW.lease_token IS NOT NULL
         AND (OLD.lease_token IS NULL OR NEW.lease_token <> OLD.lease_token)",
    ),
    (
        "taken_from_a_living_lease",
        "OLD.lease_token IS NOT NULL AND NEW.lease_token <> OLD.lease_token AND OLD.lease_until > {now}",
    ),
    (
        "rescued_from_a_living_lease",
        "OLD.state = 'attempting' AND NEW.state <> 'attempting' AND NEW.reason = 'stopped'
         AND OLD.lease_until > {now}",
    ),
];

/// The clock of each database, as it writes instants; SQLite's has milliseconds, so its end is meant.
fn now(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "(strftime('%Y-%m-%dT%H:%M:%f', 'now') || '999Z')",
        Backend::Postgres => "clock_timestamp()",
    }
}

/// Calls the witness.
pub(super) fn call(database: &TestDatabase) {
    let backend = database.backend();
    database.execute(match backend {
        Backend::Sqlite => "CREATE TABLE __race_witness (id BLOB NOT NULL, what TEXT NOT NULL)",
        Backend::Postgres => {
            "CREATE TABLE __race_witness (id UUID NOT NULL, what TEXT NOT NULL);
             CREATE FUNCTION race_witness() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
             BEGIN INSERT INTO __race_witness VALUES (NEW.id, TG_ARGV[0]); RETURN NEW; END $$"
        }
    });
    for (name, condition) in NEVER {
        let condition = condition.replace("{now}", now(backend));
        database.execute(&match backend {
            Backend::Sqlite => format!(
                "CREATE TRIGGER {name} AFTER UPDATE ON outbox WHEN {condition}
                 BEGIN INSERT INTO __race_witness VALUES (NEW.id, '{name}'); END"
            ),
            Backend::Postgres => format!(
                "CREATE TRIGGER {name} AFTER UPDATE ON outbox FOR EACH ROW WHEN ({condition})
                 EXECUTE FUNCTION race_witness('{name}')"
            ),
        });
    }
}

/// What it saw, each time.
pub(super) fn saw(database: &TestDatabase) -> Vec<String> {
    let mut seen = Vec::new();
    for (name, _) in NEVER {
        let times = database.count(&format!("__race_witness WHERE what = '{name}'"));
        seen.extend((0..times).map(|_| name.to_owned()));
    }
    seen
}
