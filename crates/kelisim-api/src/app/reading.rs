//! Readings of confidential content: an entry of the audit log for each, before the answer leaves (R21).
//!
//! A reading runs on a snapshot that cannot write, so its entry is written when the answer is ready and still held back.
//! If that fails, the answer stays here and the reader gets 503. Entries of requests that come at the same time share one
//! transaction: while one is on its way to the disk the next ones gather, as the writer of SQLite does with its jobs.
//!
//! Who changes a case is shown it in the answer, and the event with their name is the entry of that.

use super::{App, AppError};
use chrono::{DateTime, Utc};
use kelisim_domain::{
    audit::AuditEntry,
    id::{AuditId, CaseId, ContactId, DangerReportId, MediatorId, PartyId},
    policy::Actor,
};
use kelisim_persistence::{Db, SystemPart, store::audit::audit_insert_all};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// The most entries that share one transaction.
const TOGETHER_MOST: usize = 256;
/// The most entries that wait for one; a reader that comes when there are more is told to come again.
const WAITING_MOST: usize = 4_096;

/// What an answer shows that is confidential. It is kept with the answer, for a repeat shows it again.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Reading {
    action: String,
    kind: String,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    what: Option<Value>,
}

impl Reading {
    fn of(action: &str, kind: &str, id: String, what: Option<Value>) -> Self {
        Reading {
            action: action.to_owned(),
            kind: kind.to_owned(),
            id,
            what,
        }
    }

    /// The narrative, the sides and the agreement of a case.
    pub fn content(case: CaseId) -> Self {
        Self::of("case.read_content", "case", case.to_string(), None)
    }

    /// The names of the sides, for a mediator who is asked.
    pub fn names(case: CaseId) -> Self {
        Self::of("case.read_names", "case", case.to_string(), None)
    }

    /// The confidential half of a mediator's entry.
    pub fn mediator(id: MediatorId) -> Self {
        Self::of("mediator.read", "mediator", id.to_string(), None)
    }

    /// Name, address and telephone of a contact.
    pub fn contact(id: ContactId) -> Self {
        Self::of("contact.read", "contact", id.to_string(), None)
    }

    /// The same of all contacts of a partner.
    pub fn contacts(partner: &str, ids: &[ContactId]) -> Self {
        let what = json!({"contacts": ids});
        Self::of("contact.list", "partner", partner.to_owned(), Some(what))
    }

    /// What is kept of a side, given out as one document.
    pub fn party(case: CaseId, party: PartyId) -> Self {
        let what = json!({"party": party});
        Self::of("party.export", "case", case.to_string(), Some(what))
    }

    /// What a report of a danger to a child says.
    pub fn danger_report(id: DangerReportId) -> Self {
        Self::of("danger_report.read", "danger_report", id.to_string(), None)
    }

    /// Entries of the audit log that leave the system in one piece.
    pub fn export(filter: Value, entries: usize) -> Self {
        let what = json!({"filter": filter, "entries": entries});
        Self::of("audit.export", "audit", String::new(), Some(what))
    }

    /// Whether the entry of a change stands for it: the event of a case names who changed and saw it.
    pub fn is_in_event(&self) -> bool {
        self.kind == "case"
    }

    /// The entry of this reading.
    pub fn entry(&self, app: &App, actor: &Actor, now: DateTime<Utc>) -> AuditEntry {
        AuditEntry {
            id: app.new_id::<AuditId>(now),
            region: actor.region,
            at: now,
            actor: Some(actor.account),
            action: self.action.clone().into(),
            object_kind: self.kind.clone().into(),
            object_id: self.id.clone(),
            before: None,
            after: self.what.clone(),
            reason: None,
        }
    }
}

/// Entries on their way into the log.
#[derive(Default)]
pub struct Readings(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    entries: Vec<AuditEntry>,
    readers: Vec<Reader>,
    /// Whether somebody writes already.
    is_writing: bool,
}

/// Somebody who waits: how many entries are theirs, and how they hear of it.
struct Reader {
    entries: usize,
    tell: oneshot::Sender<Result<(), AppError>>,
}

/// Writes the entries of a reading; whoever hears of success may show what was read.
///
/// # Errors
/// They could not be written: nothing may be shown.
pub async fn record(app: &Arc<App>, entries: Vec<AuditEntry>) -> Result<(), AppError> {
    if entries.is_empty() {
        return Ok(());
    }
    let (tell, told) = oneshot::channel();
    let begins = {
        let mut waiting = app.readings.waiting();
        if waiting.entries.len() + entries.len() > WAITING_MOST {
            return Err(AppError::Busy);
        }
        waiting.readers.push(Reader {
            entries: entries.len(),
            tell,
        });
        waiting.entries.extend(entries);
        !std::mem::replace(&mut waiting.is_writing, true)
    };
    if begins {
        // A task of its own: a reader who goes away must not leave the others waiting.
        tokio::spawn(write_all(Arc::clone(app)));
    }
    told.await.unwrap_or(Err(AppError::Unavailable))
}

async fn write_all(app: Arc<App>) {
    // Those of many readers go in together, so none of them can say who enters.
    let database = app.database.as_system(SystemPart::Record);
    while let Some((entries, readers)) = app.readings.next() {
        let job = move |db: &mut Db| audit_insert_all(db, &entries);
        let written = database.write(job).await;
        if let Err(error) = &written {
            tracing::error!(%error, "readings cannot be entered into the audit log, so nothing is shown");
        }
        for reader in readers {
            // Whatever went wrong is the database's: the reader may come again.
            let told = match &written {
                Ok(()) => Ok(()),
                Err(kelisim_persistence::Error::Busy) => Err(AppError::Busy),
                Err(_) => Err(AppError::Unavailable),
            };
            // Who has gone away has been shown nothing.
            let _ = reader.tell.send(told);
        }
    }
}

impl Readings {
    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next entries to write with those who wait for them; when there are none, nobody writes any more.
    fn next(&self) -> Option<(Vec<AuditEntry>, Vec<Reader>)> {
        let mut waiting = self.waiting();
        let (mut readers, mut entries) = (0, 0);
        for reader in &waiting.readers {
            if readers > 0 && entries + reader.entries > TOGETHER_MOST {
                break;
            }
            readers += 1;
            entries += reader.entries;
        }
        if readers == 0 {
            waiting.is_writing = false;
            return None;
        }
        let entries = waiting.entries.drain(..entries).collect();
        let readers = waiting.readers.drain(..readers).collect();
        Some((entries, readers))
    }
}
