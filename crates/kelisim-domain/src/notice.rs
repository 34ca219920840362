//! What is told to whom.
//!
//! A message to a partner is built from a fixed list of fields (docs/RULES.md), none of which can hold a
//! confidential value: the constructor takes plain, closed types only, and a test shows that a
//! [`Confidential`](crate::confidential::Confidential) value does not compile in their place (G6, D24).

use crate::{
    case::{CaseNumber, closed_enum, ground::Ground},
    code::TimerName,
    confidential::Wipe,
    id::{LinkId, MediatorId},
    language::Names,
    workflow::Text,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

closed_enum! {
    /// The kinds of message.
    NoticeKind {
        /// To the mediator: a case is yours.
        Assignment = "assignment",
        /// To the mediator who is asked: will you take this case?
        Offer = "offer",
        /// To the mediator who was asked: the offer was withdrawn.
        OfferWithdrawn = "offer_withdrawn",
        /// To the mediator who was asked, the head and the coordinator: nobody answered in time.
        OfferExpired = "offer_expired",
        /// To the head: the mediator took the case.
        OfferAccepted = "offer_accepted",
        /// To the head: the mediator declined.
        OfferDeclined = "offer_declined",
        /// To the head and the coordinator: the case has lost its mediator (D12).
        MediatorLost = "mediator_lost",
        /// To the coordinator: nobody has acted on a new case.
        CaseUnattended = "case_unattended",
        /// To the mediator and the head: no contract yet.
        ContractLate = "contract_late",
        /// To the mediator and the head: the term of mediation ends soon.
        TermEndsSoon = "term_ends_soon",
        /// To the mediator and the head: the term of mediation is over.
        TermIsOver = "term_is_over",
        /// To the head: the term of mediation was extended (D16).
        TermExtended = "term_extended",
        /// To the mediator and the head: the case was closed because its time was over.
        CaseLapsed = "case_lapsed",
        /// To the mediator: a check after the agreement is due.
        FollowUpDue = "follow_up_due",
        /// To the mediator: the court's pause of its proceedings ends.
        CourtPauseEnds = "court_pause_ends",
        /// To staff: a text that stands in the definition of the workflow.
        WorkflowNote = "workflow_note",
        /// To the former mediator: a case is no longer yours.
        Unassignment = "unassignment",
        /// To the partner's contacts and the coordinator: the memorandum is signed.
        MemorandumSigned = "memorandum_signed",
        /// To the partner's contacts and the coordinator: the memorandum has ended early.
        MemorandumTerminated = "memorandum_terminated",
        /// To the partner: your referral was received.
        CaseReceived = "case_received",
        /// To the partner: your referral has a mediator.
        CaseAssigned = "case_assigned",
        /// To the partner: mediation has begun. Workflows without a contract, such as `basic`, never send it.
        CaseStarted = "case_started",
        /// To the partner: your referral has ended, with its outcome class.
        CaseEnded = "case_ended",
        /// To the partner's contacts and the coordinator: the memorandum ends soon.
        MemorandumExpiring = "memorandum_expiring",
        /// To the partner's contacts and the coordinator: this is the last day of the memorandum.
        MemorandumExpired = "memorandum_expired",
        /// To the registrar: a mediator's papers run out soon.
        DocumentsExpiring = "documents_expiring",
        /// To somebody new: set your password.
        AccountInvitation = "account_invitation",
        /// To whoever asked for another password.
        PasswordReset = "password_reset",
    }
}

impl NoticeKind {
    /// The event of a memorandum that this message reports, for messages about a case to a partner.
    pub fn partner_event(self) -> Option<PartnerEvent> {
        match self {
            NoticeKind::CaseReceived => Some(PartnerEvent::Received),
            NoticeKind::CaseAssigned => Some(PartnerEvent::Assigned),
            NoticeKind::CaseStarted => Some(PartnerEvent::Started),
            NoticeKind::CaseEnded => Some(PartnerEvent::Ended),
            _ => None,
        }
    }

    /// Whether it is about a memorandum and not about a case.
    pub fn is_about_memorandum(self) -> bool {
        matches!(
            self,
            NoticeKind::MemorandumSigned
                | NoticeKind::MemorandumTerminated
                | NoticeKind::MemorandumExpiring
                | NoticeKind::MemorandumExpired
        )
    }
}

/// What a memorandum may subscribe to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartnerEvent {
    /// The referral was received.
    Received,
    /// A mediator was assigned for the first time.
    Assigned,
    /// A mediation contract was signed.
    Started,
    /// The mediation ended, or the case was closed without one.
    Ended,
}

impl PartnerEvent {
    /// Every event.
    pub const ALL: [PartnerEvent; 4] = [
        PartnerEvent::Received,
        PartnerEvent::Assigned,
        PartnerEvent::Started,
        PartnerEvent::Ended,
    ];

    /// The code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            PartnerEvent::Received => "received",
            PartnerEvent::Assigned => "assigned",
            PartnerEvent::Started => "started",
            PartnerEvent::Ended => "ended",
        }
    }

    /// The message that reports it.
    pub fn kind(self) -> NoticeKind {
        match self {
            PartnerEvent::Received => NoticeKind::CaseReceived,
            PartnerEvent::Assigned => NoticeKind::CaseAssigned,
            PartnerEvent::Started => NoticeKind::CaseStarted,
            PartnerEvent::Ended => NoticeKind::CaseEnded,
        }
    }
}

/// How much a partner is told, by its memorandum.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataLevel {
    /// Numbers of own referrals, and no message about a case.
    CountOnly,
    /// Events with dates, outcome class and receipt code.
    Procedural,
    /// The same, with the partner's own reference number.
    ProceduralWithRef,
}

impl DataLevel {
    /// Every level.
    pub const ALL: [DataLevel; 3] = [
        DataLevel::CountOnly,
        DataLevel::Procedural,
        DataLevel::ProceduralWithRef,
    ];

    /// The code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            DataLevel::CountOnly => "count_only",
            DataLevel::Procedural => "procedural",
            DataLevel::ProceduralWithRef => "procedural_with_ref",
        }
    }
}

/// How a case ended, as far as a partner may know: nobody can tell a refusal from an expired term.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeClass {
    /// Settled, wholly or partly.
    Settlement,
    /// Not settled, for whatever reason.
    NoSettlement,
    /// The dispute may not be mediated.
    NotSuitable,
}

impl OutcomeClass {
    /// Every class.
    pub const ALL: [OutcomeClass; 3] = [
        OutcomeClass::Settlement,
        OutcomeClass::NoSettlement,
        OutcomeClass::NotSuitable,
    ];

    /// The code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            OutcomeClass::Settlement => "settlement",
            OutcomeClass::NoSettlement => "no_settlement",
            OutcomeClass::NotSuitable => "not_suitable",
        }
    }

    /// The class of a ground; none where the referral follows a linked case, of which this case tells nothing.
    pub fn of(ground: Ground) -> Option<OutcomeClass> {
        match ground {
            Ground::Settled | Ground::PartlySettled => Some(OutcomeClass::Settlement),
            Ground::NotSuitable => Some(OutcomeClass::NotSuitable),
            Ground::Transferred | Ground::Duplicate => None,
            Ground::MediationImpossible
            | Ground::BothRefused
            | Ground::OneRefused
            | Ground::TermExpired
            | Ground::ProposalRejected
            | Ground::Withdrawn
            | Ground::ConsultationOnly => Some(OutcomeClass::NoSettlement),
        }
    }
}

/// The random code by which a partner knows its referral.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReceiptCode(String);

impl ReceiptCode {
    /// Letters and digits that nobody mixes up when reading them aloud.
    const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

    /// Makes a code of 26 signs (130 bits) from 26 random bytes (R5).
    pub fn from_random(bytes: [u8; 26]) -> Self {
        ReceiptCode(
            bytes
                .iter()
                .map(|byte| char::from(Self::ALPHABET[usize::from(byte % 32)]))
                .collect(),
        )
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes back a stored code.
    pub fn from_stored(text: String) -> Self {
        ReceiptCode(text)
    }
}

/// The number that a partner gave its own referral. It goes back to that partner only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PartnerReference(String);

impl Wipe for PartnerReference {
    fn wipe(&mut self) {
        self.0.wipe();
    }
}

impl PartnerReference {
    /// The longest reference, in characters.
    pub const MOST: usize = 80;

    /// Parses a reference: one line.
    ///
    /// # Errors
    /// Empty, too long, or with a control character.
    pub fn parse(text: &str) -> Result<Self, crate::fault::FaultKind> {
        crate::text::line(text, Self::MOST).map(PartnerReference)
    }

    /// The reference as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PartnerReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PartnerReference(…)")
    }
}

/// What a memorandum lets its partner be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Disclosure {
    /// The data level.
    pub level: DataLevel,
    /// Whether the mediator may be named.
    pub may_name_mediator: bool,
}

/// Everything a message about a case may tell a partner, and nothing else (docs/RULES.md).
///
/// The fields are private: [`PartnerNotice::build`] is the only way to one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartnerNotice {
    event: PartnerEvent,
    on: NaiveDate,
    receipt_code: ReceiptCode,
    reference: Option<PartnerReference>,
    outcome: Option<OutcomeClass>,
    mediator_name: Option<String>,
}

impl PartnerNotice {
    /// Builds the notice at the memorandum's data level; nothing at the level of counts only.
    pub fn build(
        disclosure: Disclosure,
        event: PartnerEvent,
        on: NaiveDate,
        receipt_code: ReceiptCode,
        reference: Option<PartnerReference>,
        outcome: Option<OutcomeClass>,
        mediator_name: Option<String>,
    ) -> Option<PartnerNotice> {
        if disclosure.level == DataLevel::CountOnly {
            return None;
        }
        Some(PartnerNotice {
            event,
            on,
            receipt_code,
            reference: reference.filter(|_| disclosure.level == DataLevel::ProceduralWithRef),
            outcome: outcome.filter(|_| event == PartnerEvent::Ended),
            mediator_name: mediator_name.filter(|_| disclosure.may_name_mediator),
        })
    }

    /// What happened.
    pub fn event(&self) -> PartnerEvent {
        self.event
    }

    /// On which local day.
    pub fn on(&self) -> NaiveDate {
        self.on
    }

    /// The partner's receipt code.
    pub fn receipt_code(&self) -> &ReceiptCode {
        &self.receipt_code
    }

    /// The partner's own reference, where the level allows it.
    pub fn reference(&self) -> Option<&PartnerReference> {
        self.reference.as_ref()
    }

    /// How it ended.
    pub fn outcome(&self) -> Option<OutcomeClass> {
        self.outcome
    }

    /// The mediator's name, where the memorandum allows it.
    pub fn mediator_name(&self) -> Option<&str> {
        self.mediator_name.as_deref()
    }

    /// The name of the case for the partner, as it stands in the subject: its own reference, else the receipt code.
    pub fn subject_name(&self) -> &str {
        self.reference
            .as_ref()
            .map_or(self.receipt_code.as_str(), PartnerReference::as_str)
    }
}

/// What a message keeps from its cause; everything else is looked up when it is first sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Payload {
    /// To staff, about a case.
    Case {
        /// The number that stands in the subject.
        number: CaseNumber,
        /// The local day of the event.
        on: NaiveDate,
        /// The workflow's own words, in Fluent.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        own: Option<Names>,
        /// The timer that was due, where the case still stood in its way: when the case has gone on by the time of
        /// sending, the message is no longer due.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        timer: Option<TimerName>,
        /// The timer that acts next if nobody does: its last day is told, as it is on the day of sending.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        until: Option<TimerName>,
    },
    /// To a partner, about its referral.
    Referral {
        /// The local day of the event, for D25.
        on: NaiveDate,
        /// How it ended.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        outcome: Option<OutcomeClass>,
        /// The workflow's own words, in Fluent.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        own: Option<Names>,
    },
    /// About a memorandum.
    Memorandum {
        /// The local day of the event; of a reminder, the last day of which it reminds.
        on: NaiveDate,
    },
    /// About a mediator's papers.
    Documents {
        /// Whose.
        mediator: MediatorId,
        /// The last day on which they are valid.
        until: NaiveDate,
    },
    /// About the reader's own account: a link that works once, which stands nowhere until the letter is written.
    Account {
        /// Which link.
        link: LinkId,
    },
}

/// A message that a decision requires; the application resolves the people behind it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoticeOrder {
    /// To one mediator.
    ToMediator {
        /// What they are told.
        text: Text,
        /// Who.
        mediator: MediatorId,
    },
    /// To the head of the case's office; to the coordinators where it has none.
    ToOffice(Text),
    /// To the coordinators of the region.
    ToCoordinators(Text),
    /// To the contacts of the partner that referred the case.
    ToPartner {
        /// What happened.
        event: PartnerEvent,
        /// How it ended, for [`PartnerEvent::Ended`].
        outcome: Option<OutcomeClass>,
        /// The workflow's own words for it; those of the program when there are none.
        own: Option<Names>,
    },
}

impl NoticeOrder {
    /// The kind of message.
    pub fn kind(&self) -> NoticeKind {
        match self {
            NoticeOrder::ToMediator { text, .. }
            | NoticeOrder::ToOffice(text)
            | NoticeOrder::ToCoordinators(text) => text.kind(),
            NoticeOrder::ToPartner { event, .. } => event.kind(),
        }
    }

    /// The workflow's own words.
    pub fn own(&self) -> Option<&Names> {
        match self {
            NoticeOrder::ToMediator { text, .. }
            | NoticeOrder::ToOffice(text)
            | NoticeOrder::ToCoordinators(text) => text.own(),
            NoticeOrder::ToPartner { own, .. } => own.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(
        level: DataLevel,
        may_name_mediator: bool,
        event: PartnerEvent,
    ) -> Option<PartnerNotice> {
        PartnerNotice::build(
            Disclosure {
                level,
                may_name_mediator,
            },
            event,
            NaiveDate::from_ymd_opt(2026, 11, 22).unwrap(),
            ReceiptCode::from_random([7; 26]),
            Some(PartnerReference::parse("214").unwrap()),
            Some(OutcomeClass::Settlement),
            Some("Demo Mediator".into()),
        )
    }

    #[test]
    fn d24_each_level_tells_its_own_fields_only() {
        assert_eq!(build(DataLevel::CountOnly, true, PartnerEvent::Ended), None);
        let procedural = build(DataLevel::Procedural, false, PartnerEvent::Ended).unwrap();
        assert_eq!(
            (procedural.reference(), procedural.mediator_name()),
            (None, None)
        );
        assert_eq!(
            procedural.subject_name(),
            procedural.receipt_code().as_str()
        );
        let with_ref = build(DataLevel::ProceduralWithRef, true, PartnerEvent::Ended).unwrap();
        assert_eq!(with_ref.subject_name(), "214");
        assert_eq!(with_ref.mediator_name(), Some("Demo Mediator"));
    }

    #[test]
    fn only_the_end_has_an_outcome() {
        for event in [
            PartnerEvent::Received,
            PartnerEvent::Assigned,
            PartnerEvent::Started,
        ] {
            assert_eq!(
                build(DataLevel::Procedural, false, event)
                    .unwrap()
                    .outcome(),
                None
            );
        }
    }

    #[test]
    fn nobody_can_tell_a_refusal_from_an_expired_term() {
        assert_eq!(
            OutcomeClass::of(Ground::OneRefused),
            OutcomeClass::of(Ground::TermExpired)
        );
        assert_eq!(OutcomeClass::of(Ground::Duplicate), None);
    }

    #[test]
    fn r05_a_receipt_code_has_130_random_bits() {
        let code = ReceiptCode::from_random(std::array::from_fn(|i| i as u8 * 9));
        assert_eq!(code.as_str().len(), 26);
    }
}
