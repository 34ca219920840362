//! What a message says, before anybody chose words or letters for it.
//!
//! Every kind of message is a variant here, with exactly the fields that it may tell.
//! A message to a partner about a case takes a [`PartnerNotice`], which the domain builds from its
//! fixed list and which cannot hold a confidential value (G6, D24).

use chrono::{DateTime, NaiveDate, Utc};
use kelisim_domain::{
    id::NoticeId,
    language::Language,
    notice::{DataLevel, NoticeKind, PartnerEvent, PartnerNotice},
};
use lettre::{Address, message::Mailbox};

/// A message that is complete but for its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The outbox id, which becomes the Message-ID.
    pub id: NoticeId,
    /// The reader's language.
    pub language: Language,
    /// The network's name in that language.
    pub network: String,
    /// The one recipient.
    pub to: Address,
    /// Where an answer goes, if not to the sender: for a partner never an office.
    pub reply_to: Option<Mailbox>,
    /// The root of the thread: one per case and recipient, and not to be guessed.
    pub thread: Option<[u8; 16]>,
    /// When it was rendered, which its `Date` says.
    pub at: DateTime<Utc>,
    /// What it tells.
    pub content: Content,
}

/// What a message tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// To the mediator: a case is yours.
    Assignment {
        /// The case number.
        number: String,
        /// The office, in the reader's language.
        office: String,
        /// The language of the case.
        case_language: Language,
        /// The day of the assignment.
        on: NaiveDate,
        /// The page of the case. Opening it changes nothing.
        link: String,
    },
    /// To the former mediator: a case is no longer yours.
    Unassignment {
        /// The case number.
        number: String,
        /// The office, in the reader's language.
        office: String,
        /// The day on which the case passed on.
        on: NaiveDate,
    },
    /// A memorandum was signed.
    MemorandumSigned {
        /// Its number.
        memorandum: String,
        /// The partner's name, for the coordinator; partners know who they are.
        partner: Option<String>,
        /// The first day.
        from: Option<NaiveDate>,
        /// The last day; none is open-ended.
        until: Option<NaiveDate>,
        /// How much the partner is told.
        level: DataLevel,
        /// The events that it is told of.
        events: Vec<PartnerEvent>,
    },
    /// A memorandum ended early.
    MemorandumTerminated {
        /// Its number.
        memorandum: String,
        /// The partner's name, for the coordinator.
        partner: Option<String>,
        /// The day from which it is no longer in force.
        on: NaiveDate,
    },
    /// A step of a case that the partner referred.
    Case {
        /// The fields of the whitelist.
        notice: PartnerNotice,
        /// The number of the memorandum under which it is told.
        memorandum: String,
    },
    /// `kelisim mail test`.
    Test,
}

impl Content {
    /// The code of the kind, for file names and headers that people read.
    pub fn code(&self) -> &'static str {
        match self {
            Content::Assignment { .. } => NoticeKind::Assignment.code(),
            Content::Unassignment { .. } => NoticeKind::Unassignment.code(),
            Content::MemorandumSigned { .. } => NoticeKind::MemorandumSigned.code(),
            Content::MemorandumTerminated { .. } => NoticeKind::MemorandumTerminated.code(),
            Content::Case { notice, .. } => notice.event().kind().code(),
            Content::Test => "test",
        }
    }
}
