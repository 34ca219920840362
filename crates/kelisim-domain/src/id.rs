//! Identifiers: one type per noun, so that the id of an office cannot be passed where a mediator's is meant.
//!
//! All are UUIDs (version 7, RFC 9562, made outside this crate).
//! They grant nothing: whoever holds an id still passes the access check (R5).

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map($name)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                $name(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Uuid {
                id.0
            }
        }
    )+};
}

ids! {
    /// A regional network; every table carries it.
    RegionId,
    /// A mediation office.
    OfficeId,
    /// A person's account, whatever roles it holds.
    AccountId,
    /// One role of one account, with its scope and dates.
    GrantId,
    /// A bearer token.
    TokenId,
    /// A mediator in the register.
    MediatorId,
    /// A partner agency.
    PartnerId,
    /// A person at a partner agency who receives notices.
    ContactId,
    /// A memorandum of cooperation.
    MemorandumId,
    /// A case.
    CaseId,
    /// One side of a case, or one of several persons on a side.
    PartyId,
    /// One entry in a case's history.
    EventId,
    /// A partner's referral.
    ReferralId,
    /// A message in the outbox.
    NoticeId,
    /// A deadline.
    TimerId,
    /// A key that encrypts one case or one register entry.
    DataKeyId,
    /// An entry of the audit log.
    AuditId,
    /// Something that is written and not published yet.
    DraftId,
    /// A pass over running cases: a move to another version, its undoing, or deadlines worked out anew.
    PassId,
    /// A rehearsal of a move.
    RehearsalId,
    /// A session of a browser.
    SessionId,
    /// A link that works once.
    LinkId,
    /// An erasure of cases.
    ErasureId,
    /// A consent of a side.
    ConsentId,
    /// A report of a danger to a child.
    DangerReportId,
}
