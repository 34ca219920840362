//! After a race: what the database says of every message, held against what the receiver has.

use std::collections::HashMap;

use diesel::{
    QueryableByName, RunQueryDsl,
    sql_types::{BigInt, Text},
};
use kelisim_persistence::Db;
use uuid::Uuid;

use crate::TestDatabase;

/// The sums over all messages, and every one that contradicts what is promised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages in the outbox.
    pub messages: usize,
    /// Recorded as sent.
    pub sent: usize,
    /// Uncertain at the end, and shown to a person.
    pub uncertain: usize,
    /// Not due any more, with a reason, and never sent.
    pub cancelled: usize,
    /// Of a kind that the program does not know, and kept.
    pub held: usize,
    /// Messages that the receiver has once.
    pub once: usize,
    /// Attempts that were recorded as uncertain.
    pub uncertainties: usize,
    /// Letters that came once more, each with a recorded uncertainty to explain it.
    pub explained: usize,
    /// Letters that came once more, and nothing explains it.
    pub unexplained: Vec<String>,
    /// Messages that are recorded as sent, and the receiver has none.
    pub lost: Vec<String>,
    /// Letters of which the outbox knows nothing.
    pub invented: Vec<String>,
    /// Messages that the race did not finish.
    pub unfinished: Vec<String>,
    /// Messages whose delivery log contradicts their state.
    pub contradictions: Vec<String>,
}

#[derive(Debug, QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = BigInt)]
    attempts: i64,
    #[diesel(sql_type = BigInt)]
    leased: i64,
    #[diesel(sql_type = BigInt)]
    tries: i64,
    #[diesel(sql_type = BigInt)]
    sent: i64,
    #[diesel(sql_type = BigInt)]
    uncertain: i64,
    #[diesel(sql_type = BigInt)]
    running: i64,
}

const ROWS: &str = "
    SELECT {id} AS id, o.state AS state, CAST(o.attempts AS BIGINT) AS attempts,
        CAST(CASE WHEN o.lease_token IS NULL THEN 0 ELSE 1 END AS BIGINT) AS leased,
        count(a.attempt) AS tries,
        count(CASE WHEN a.result = 'sent' THEN 1 END) AS sent,
        count(CASE WHEN a.result = 'uncertain' THEN 1 END) AS uncertain,
        count(CASE WHEN a.attempt IS NOT NULL AND a.result IS NULL THEN 1 END) AS running
    FROM outbox o LEFT JOIN delivery_attempt a ON a.region_id = o.region_id AND a.outbox_id = o.id
    GROUP BY o.region_id, o.id, o.state, o.attempts, o.lease_token";

impl Tally {
    /// Counts.
    pub(super) fn of(database: &TestDatabase, mut taken: HashMap<Uuid, u32>) -> Self {
        let rows: Vec<Row> = match database.connect() {
            Db::Sqlite(mut connection) => {
                let rows = diesel::sql_query(ROWS.replace("{id}", "hex(o.id)"));
                rows.load(&mut connection).unwrap()
            }
            Db::Postgres(mut connection) => {
                let rows = diesel::sql_query(ROWS.replace("{id}", "o.id::text"));
                rows.load(&mut connection).unwrap()
            }
        };
        let mut tally = Self::default();
        for row in rows {
            let letters = taken.remove(&row.id.parse().unwrap()).unwrap_or_default();
            tally.add(&row, usize::try_from(letters).unwrap());
        }
        tally.invented = taken.keys().map(Uuid::to_string).collect();
        tally
    }

    fn add(&mut self, row: &Row, letters: usize) {
        let uncertain = usize::try_from(row.uncertain).unwrap();
        let is_sent = row.state == "sent";
        self.messages += 1;
        match row.state.as_str() {
            "sent" => self.sent += 1,
            "uncertain" => self.uncertain += 1,
            "cancelled" => self.cancelled += 1,
            "held" => self.held += 1,
            _ => self.unfinished.push(format!("{row:?}")),
        }
        self.uncertainties += uncertain;
        self.once += usize::from(letters == 1);
        if is_sent && letters == 0 {
            self.lost.push(format!("{row:?}"));
        }
        // What was sent came once; each time that nobody knew, it may have come once more.
        let explained = usize::from(is_sent) + uncertain;
        self.explained += letters.min(explained).saturating_sub(1);
        for _ in explained..letters {
            self.unexplained
                .push(format!("{letters} letters of {row:?}"));
        }
        let agrees = row.sent == i64::from(is_sent)
            && row.attempts == row.tries
            && row.running == 0
            && row.leased == 0;
        if !agrees {
            self.contradictions.push(format!("{row:?}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, Tally};

    /// A message with one attempt, as it should be.
    fn sent() -> Row {
        Row {
            id: "0".repeat(32),
            state: "sent".to_owned(),
            attempts: 1,
            leased: 0,
            tries: 1,
            sent: 1,
            uncertain: 0,
            running: 0,
        }
    }

    fn tally(row: &Row, letters: usize) -> Tally {
        let mut tally = Tally::default();
        tally.add(row, letters);
        tally
    }

    #[test]
    fn a_letter_twice_needs_a_recorded_uncertainty() {
        assert_eq!(tally(&sent(), 2).unexplained.len(), 1);
        let again = Row {
            attempts: 2,
            tries: 2,
            uncertain: 1,
            ..sent()
        };
        let explained = tally(&again, 2);
        assert_eq!((explained.explained, explained.unexplained.len()), (1, 0));
        assert_eq!(tally(&again, 3).unexplained.len(), 1);
    }

    #[test]
    fn what_is_recorded_as_sent_is_there() {
        assert_eq!(tally(&sent(), 0).lost.len(), 1);
        assert!(tally(&sent(), 1).lost.is_empty());
    }

    #[test]
    fn a_log_that_contradicts_its_message_shows() {
        let overwritten = Row {
            state: "uncertain".to_owned(),
            ..sent()
        };
        assert_eq!(tally(&overwritten, 1).contradictions.len(), 1);
        let leased = Row {
            leased: 1,
            ..sent()
        };
        assert_eq!(tally(&leased, 1).contradictions.len(), 1);
        assert!(tally(&sent(), 1).contradictions.is_empty());
    }

    #[test]
    fn what_still_waits_is_not_finished() {
        let waiting = Row {
            state: "waiting".to_owned(),
            sent: 0,
            ..sent()
        };
        assert_eq!(tally(&waiting, 0).unfinished.len(), 1);
    }
}
