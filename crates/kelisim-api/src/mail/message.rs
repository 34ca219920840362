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
        /// Whether another mediator has it.
        replaced: bool,
    },
    /// To staff: what is new in a case.
    Staff(CaseLetter),
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
        /// The workflow's own sentence in place of ours.
        own: Option<String>,
    },
    /// A memorandum ends soon, or with this day.
    MemorandumEnds {
        /// Its number.
        memorandum: String,
        /// The partner's name, for the coordinator.
        partner: Option<String>,
        /// Its last day.
        until: NaiveDate,
        /// Whether that is today.
        is_last_day: bool,
    },
    /// A mediator's papers run out soon.
    DocumentsExpiring {
        /// The mediator's name.
        mediator: String,
        /// The last day on which they are valid.
        until: NaiveDate,
    },
    /// A link to set a password.
    Account {
        /// Whether the account is new; else somebody asked for another password.
        is_new: bool,
        /// The person's name.
        name: String,
        /// The page. Opening it changes nothing.
        link: String,
    },
    /// `kelisim mail test`.
    Test,
}

/// A letter to staff about a case: no name and no word of the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseLetter {
    /// The case number.
    pub number: String,
    /// The office, in the reader's language.
    pub office: String,
    /// The page of the case, for whoever may open it. Opening it changes nothing.
    pub link: Option<String>,
    /// What is told.
    pub news: CaseNews,
}

/// Who reads a letter, where the sentence differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The mediator who has the case, or who was asked.
    Mediator,
    /// The head or the coordinator, of a case that has a mediator or asks one.
    Office,
    /// The head or the coordinator, of a case that waits for one of them to choose a mediator.
    Choosing,
    /// The head or the coordinator, of a case that has no mediator and gets none any more.
    Keeping,
}

/// What is new in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseNews {
    /// Will you take this case?
    Offer {
        /// The language of the case.
        case_language: Language,
        /// The last day to answer.
        until: Option<NaiveDate>,
    },
    /// You are not asked any more.
    OfferWithdrawn {
        /// The day on which the offer was withdrawn.
        on: NaiveDate,
    },
    /// Nobody answered in time.
    OfferExpired {
        /// The day on which the offer ended.
        on: NaiveDate,
        /// Who reads it.
        reader: Reader,
    },
    /// The mediator took the case.
    OfferAccepted {
        /// The day.
        on: NaiveDate,
    },
    /// The mediator does not take the case; never why.
    OfferDeclined {
        /// The day.
        on: NaiveDate,
        /// Who reads it.
        reader: Reader,
    },
    /// The case has lost its mediator (D12).
    MediatorLost {
        /// The day.
        on: NaiveDate,
        /// The last day of the term, which goes on.
        term_end: Option<NaiveDate>,
        /// Who reads it.
        reader: Reader,
    },
    /// Nobody has acted on a new case.
    CaseUnattended {
        /// The day of filing.
        filed_on: NaiveDate,
    },
    /// There is no contract yet.
    ContractLate {
        /// Who reads it.
        reader: Reader,
    },
    /// The term of mediation ends soon.
    TermEndsSoon {
        /// Its last day.
        last_day: Option<NaiveDate>,
        /// Who reads it.
        reader: Reader,
    },
    /// The term of mediation is over.
    TermIsOver {
        /// Its last day.
        last_day: Option<NaiveDate>,
        /// The last day to enter an agreement that was signed in time (D18).
        until: Option<NaiveDate>,
        /// Who reads it.
        reader: Reader,
    },
    /// The term of mediation was extended (D16).
    TermExtended {
        /// Its new last day.
        last_day: Option<NaiveDate>,
    },
    /// The case was closed because its time was over.
    CaseLapsed {
        /// The day.
        on: NaiveDate,
        /// Who reads it.
        reader: Reader,
    },
    /// A check after the agreement is due.
    FollowUpDue {
        /// The day of signing.
        signed_on: Option<NaiveDate>,
    },
    /// The court's pause of its proceedings ends (L18).
    CourtPauseEnds {
        /// The day of the court's ruling.
        ruled_on: Option<NaiveDate>,
    },
    /// A text that stands in the definition of the workflow.
    Note {
        /// The text, a paragraph a line.
        text: String,
        /// The day of the event.
        on: NaiveDate,
    },
}

impl CaseNews {
    /// The kind of message that tells it.
    pub fn kind(&self) -> NoticeKind {
        match self {
            CaseNews::Offer { .. } => NoticeKind::Offer,
            CaseNews::OfferWithdrawn { .. } => NoticeKind::OfferWithdrawn,
            CaseNews::OfferExpired { .. } => NoticeKind::OfferExpired,
            CaseNews::OfferAccepted { .. } => NoticeKind::OfferAccepted,
            CaseNews::OfferDeclined { .. } => NoticeKind::OfferDeclined,
            CaseNews::MediatorLost { .. } => NoticeKind::MediatorLost,
            CaseNews::CaseUnattended { .. } => NoticeKind::CaseUnattended,
            CaseNews::ContractLate { .. } => NoticeKind::ContractLate,
            CaseNews::TermEndsSoon { .. } => NoticeKind::TermEndsSoon,
            CaseNews::TermIsOver { .. } => NoticeKind::TermIsOver,
            CaseNews::TermExtended { .. } => NoticeKind::TermExtended,
            CaseNews::CaseLapsed { .. } => NoticeKind::CaseLapsed,
            CaseNews::FollowUpDue { .. } => NoticeKind::FollowUpDue,
            CaseNews::CourtPauseEnds { .. } => NoticeKind::CourtPauseEnds,
            CaseNews::Note { .. } => NoticeKind::WorkflowNote,
        }
    }
}

impl Content {
    /// The code of the kind, for file names and headers that people read.
    pub fn code(&self) -> &'static str {
        match self {
            Content::Assignment { .. } => NoticeKind::Assignment.code(),
            Content::Unassignment { .. } => NoticeKind::Unassignment.code(),
            Content::Staff(letter) => letter.news.kind().code(),
            Content::MemorandumSigned { .. } => NoticeKind::MemorandumSigned.code(),
            Content::MemorandumTerminated { .. } => NoticeKind::MemorandumTerminated.code(),
            Content::Case { notice, .. } => notice.event().kind().code(),
            Content::MemorandumEnds { is_last_day, .. } => match is_last_day {
                true => NoticeKind::MemorandumExpired.code(),
                false => NoticeKind::MemorandumExpiring.code(),
            },
            Content::DocumentsExpiring { .. } => NoticeKind::DocumentsExpiring.code(),
            Content::Account { is_new: true, .. } => NoticeKind::AccountInvitation.code(),
            Content::Account { is_new: false, .. } => NoticeKind::PasswordReset.code(),
            Content::Test => "test",
        }
    }
}
