//! The outbox: messages that a committed change owes, until each is sent, failed and shown, or
//! uncertain and shown (promises.md G3, G4, R23–R27).
//!
//! Here are the nouns and the insert; `delivery` has what a worker does with them, `notice` what
//! people see of them.

use chrono::{DateTime, Utc};
use diesel::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use kelisim_domain::{
    id::{CaseId, DataKeyId, MemorandumId, NoticeId, OfficeId, PartnerId, RegionId},
    language::Language,
    notice::NoticeKind,
};

use crate::{
    connection::{Db, OrIgnore},
    error::Error,
    row::outbox::OutboxRow,
    schema::outbox,
    writes::Writes,
};

/// What a committed change owes to one reader.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// The region it belongs to.
    pub region: RegionId,
    /// Its id; also the left half of the Message-ID.
    pub id: NoticeId,
    /// What it tells.
    pub kind: NoticeKind,
    /// One cause, one recipient, one message (D26): a second insert under this key changes nothing.
    pub dedupe_key: String,
    /// The case it is about.
    pub case: Option<CaseId>,
    /// The office of that case.
    pub office: Option<OfficeId>,
    /// The memorandum under which it is sent.
    pub memorandum: Option<MemorandumId>,
    /// The partner it goes to.
    pub partner: Option<PartnerId>,
    /// Staff or partner.
    pub audience: Audience,
    /// Who receives it.
    pub recipient: Recipient,
    /// The recipient's language when the change was made.
    pub language: Language,
    /// What cannot be looked up later; nothing confidential.
    pub payload: Value,
    /// The instant of the change.
    pub created_at: DateTime<Utc>,
}

/// A stored message.
#[derive(Debug, Clone)]
pub struct Message {
    /// The region it belongs to.
    pub region: RegionId,
    /// Its id.
    pub id: NoticeId,
    /// The code of its kind. One that this program does not know is kept.
    pub kind: String,
    /// The case it is about.
    pub case: Option<CaseId>,
    /// The office of that case.
    pub office: Option<OfficeId>,
    /// The memorandum under which it is sent.
    pub memorandum: Option<MemorandumId>,
    /// The partner it goes to.
    pub partner: Option<PartnerId>,
    /// Staff or partner.
    pub audience: Audience,
    /// Who receives it.
    pub recipient: Recipient,
    /// The language it is or will be written in.
    pub language: Language,
    /// What cannot be looked up later.
    pub payload: Value,
    /// Where it stands.
    pub state: State,
    /// Why it stands there, as a code.
    pub reason: Option<String>,
    /// Attempts that reached the recipient's name.
    pub attempts: u32,
    /// When it is tried next.
    pub next_at: DateTime<Utc>,
    /// The token of whoever works on it.
    pub lease_token: Option<Uuid>,
    /// When the receiver took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// The key under which `frozen` is sealed.
    pub data_key: Option<DataKeyId>,
    /// The rendered message, sealed; every attempt sends these bytes.
    pub frozen: Option<Vec<u8>>,
    /// The instant of the change.
    pub created_at: DateTime<Utc>,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every value.
            pub const ALL: [$name; [$($code),+].len()] = [$($name::$variant),+];

            /// The code in the database and on the wire.
            pub fn code(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }
        }
    )+};
}

codes! {
    /// Where a message stands.
    State {
        /// To be sent at `next_at`, perhaps claimed.
        Waiting = "waiting",
        /// The receiver may be getting the content right now.
        Attempting = "attempting",
        /// The receiver took it.
        Sent = "sent",
        /// Kept back until a person releases it.
        Held = "held",
        /// Refused for good, or tried for long enough.
        Failed = "failed",
        /// The receiver may have it, and nobody will say; a person decides.
        Uncertain = "uncertain",
        /// No longer due, with the reason; never sent.
        Cancelled = "cancelled",
    }

    /// For whom a message is, which decides what becomes of an uncertain one.
    Audience {
        /// People of the network: an uncertain message is sent again, with the same Message-ID.
        Staff = "staff",
        /// A partner's contact: an uncertain message is held for a person.
        Partner = "partner",
    }

    /// In which register a recipient stands.
    RecipientKind {
        /// A mediator.
        Mediator = "mediator",
        /// A contact of a partner.
        Contact = "contact",
        /// Anyone with an account.
        Account = "account",
    }
}

/// One recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Recipient {
    /// The register.
    pub kind: RecipientKind,
    /// The id in it.
    pub id: Uuid,
}

/// What an insert found (R23).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enqueued {
    /// The message is now in the outbox.
    New,
    /// A message with this key was there already and stays as it is.
    Existing,
}

/// The right to work on one message, until it is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The region of the message.
    pub region: RegionId,
    /// The message.
    pub id: NoticeId,
    /// The secret of this claim.
    pub token: Uuid,
}

/// One try, as the delivery log shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Counted from 1.
    pub number: u32,
    /// When the content was about to leave, or the refusal came.
    pub started_at: DateTime<Utc>,
    /// When it ended; none while it runs.
    pub finished_at: Option<DateTime<Utc>>,
    /// The step of sending at which it ended.
    pub phase: Option<String>,
    /// The receiver's reply code.
    pub reply_code: Option<u16>,
    /// `sent`, `transient`, `permanent` or `uncertain`.
    pub result: Option<String>,
    /// The receiver's words, without addresses.
    pub detail: Option<String>,
}

/// What the relay's row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relay {
    /// Nothing is sent before this instant.
    pub paused_until: Option<DateTime<Utc>>,
    /// Why, as a code.
    pub reason: Option<String>,
    /// Since when it fails.
    pub since: Option<DateTime<Utc>>,
}

/// How an attempt ended, or why none was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// The receiver took it.
    Sent(Ending),
    /// To be tried again at that instant.
    Again(Ending, DateTime<Utc>),
    /// Refused for good, or tried for long enough.
    Failed(Ending),
    /// Nobody knows; a person decides.
    Uncertain(Ending),
    /// Nobody knows; it goes out once more at that instant with the same Message-ID.
    UncertainAgain(Ending, DateTime<Utc>),
    /// Not the message's doing: back to where it was, at no cost; with what it waits for, if known.
    Released(Option<String>),
    /// Not to be sent any more.
    Cancelled(String),
    /// Not to be sent before a person looks at it.
    Held(String),
}

/// What the log keeps of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ending {
    /// The step of sending.
    pub phase: String,
    /// The receiver's reply code.
    pub reply_code: Option<u16>,
    /// The receiver's words, without addresses.
    pub detail: String,
    /// The code that the message shows as its reason.
    pub reason: String,
}

/// Whether a guarded change found its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a stale change has not happened"]
pub enum Guarded {
    /// It did.
    Done,
    /// The lease was lost or the message has moved on; nothing was changed.
    Stale,
}

/// Records a message in the caller's transaction.
///
/// # Errors
/// Those of the database; a key that exists is none.
pub fn outbox_insert(db: &mut Db, message: &NewMessage) -> Result<Enqueued, Error> {
    let row = OutboxRow::new(message);
    let count = OrIgnore(diesel::insert_into(outbox::table).values(row)).execute(db)?;
    Ok(match count {
        0 => Enqueued::Existing,
        _ => Enqueued::New,
    })
}

/// Adds a message to what the caller's transaction stores at its end. Its key must be new.
pub fn outbox_add(writes: &mut Writes, message: &NewMessage) {
    let row = OutboxRow::new(message);
    writes.add(
        diesel::insert_into(outbox::table).values(row),
        Error::conflict("outbox.dedupe_key"),
    );
}
