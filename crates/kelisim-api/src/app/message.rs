//! From what a decision orders to messages in the outbox, in the same transaction (G3).
//!
//! A message names its recipient by register and id; address and text are looked up when it is first sent,
//! and so is the memorandum, once more (D25).

use super::{AppError, Tx, case::definition_of};
use chrono::NaiveDate;
use kelisim_domain::{
    case::{Case, Event, EventData},
    code::TimerName,
    id::{EventId, MediatorId, MemorandumId},
    language::Language,
    notice::{NoticeKind, NoticeOrder, Payload},
    policy::Standing,
    workflow::Start,
};
use kelisim_persistence::Point;
use kelisim_persistence::store::{
    account::account_list_with,
    outbox::{Audience, NewMessage, Recipient, RecipientKind, outbox_add},
    partner::{PartnerAsked, PartnerTold, partner_told},
};
use std::collections::BTreeSet;

/// Records the messages that an event of a case requires.
///
/// # Errors
/// As the store.
pub fn enqueue(
    tx: &mut Tx<'_>,
    case: &Case,
    event: &Event,
    event_id: EventId,
    orders: &[NoticeOrder],
) -> Result<Vec<NewMessage>, AppError> {
    let mut messages = Vec::new();
    if tx.app.is_history {
        return Ok(messages);
    }
    for order in orders {
        let cause = Cause {
            case,
            event,
            id: event_id,
            nth: orders.iter().position(|one| one.own() == order.own()),
            order,
        };
        messages.extend(match order {
            NoticeOrder::ToMediator { mediator, .. } => vec![to_mediator(tx, &cause, *mediator)?],
            NoticeOrder::ToOffice(_) => to_office(tx, &cause)?,
            NoticeOrder::ToCoordinators(_) => to_accounts(tx, &cause, Standing::Coordinator)?,
            NoticeOrder::ToPartner { .. } => to_partner(tx, &cause)?,
        });
    }
    // Whoever is head and coordinator is told once.
    let mut told = BTreeSet::new();
    messages.retain(|message: &NewMessage| told.insert(message.dedupe_key.clone()));
    for message in &messages {
        // The key holds the id of the event, which is new, so the message is new too.
        tx.app.faults.at(Point::BeforeEnqueue)?;
        outbox_add(&mut tx.writes, message);
        tx.app.faults.at(Point::AfterEnqueue)?;
    }
    Ok(messages)
}

/// What a message comes from.
struct Cause<'a> {
    /// The case after the event.
    case: &'a Case,
    event: &'a Event,
    id: EventId,
    order: &'a NoticeOrder,
    /// Where the first order with the same words stands.
    nth: Option<usize>,
}

impl Cause<'_> {
    /// The key under which this recipient gets it once. Two notes of a workflow's own are two messages to staff,
    /// while a partner gets one message for an event, whatever its words are (D26).
    fn key(&self, recipient: impl std::fmt::Display) -> String {
        let (event, kind) = (self.id, self.order.kind());
        match self.nth {
            Some(nth) if kind == NoticeKind::WorkflowNote => {
                format!("{event}/{}/{nth}/{recipient}", kind.code())
            }
            _ => format!("{event}/{}/{recipient}", kind.code()),
        }
    }

    /// What the message keeps until it is first sent.
    fn payload(&self, tx: &mut Tx<'_>) -> Result<serde_json::Value, AppError> {
        payload(&told(tx, self.case, &self.event.data, self.order)?)
    }

    fn to_staff(
        &self,
        tx: &mut Tx<'_>,
        recipient: Recipient,
        language: Language,
        payload: serde_json::Value,
    ) -> NewMessage {
        NewMessage {
            region: tx.region(),
            id: tx.new_id(),
            kind: self.order.kind(),
            dedupe_key: self.key(recipient.id),
            case: Some(self.case.id),
            office: Some(self.case.office),
            memorandum: None,
            partner: None,
            audience: Audience::Staff,
            recipient,
            language,
            payload,
            created_at: tx.now,
        }
    }
}

/// What a message to staff keeps of an event, with the case as it is after it.
///
/// # Errors
/// As the store.
pub fn told(
    tx: &mut Tx<'_>,
    case: &Case,
    event: &EventData,
    order: &NoticeOrder,
) -> Result<Payload, AppError> {
    let timers = &case.course.timers;
    let fired = event.fired().filter(|name| timers.contains_key(name));
    Ok(Payload::Case {
        number: case.number.clone(),
        on: tx.today(),
        own: order.own().cloned(),
        timer: fired.cloned(),
        until: until(tx, case, order)?,
    })
}

/// The timer whose last day such a message tells: it acts on the case if nobody does.
fn until(tx: &mut Tx<'_>, case: &Case, order: &NoticeOrder) -> Result<Option<TimerName>, AppError> {
    let answers_an_offer = match order.kind() {
        NoticeKind::Offer => true,
        NoticeKind::TermIsOver => false,
        _ => return Ok(None),
    };
    let definition = definition_of(tx, case)?;
    let acts = |name: &TimerName| {
        definition.timer(name).is_some_and(|timer| {
            let starts = !answers_an_offer || timer.starts == Start::Offer;
            starts && timer.fires.is_some()
        })
    };
    let due = case.course.due();
    Ok(due
        .into_iter()
        .map(|(name, _)| name)
        .find(|name| acts(name))
        .cloned())
}

fn to_mediator(
    tx: &mut Tx<'_>,
    cause: &Cause<'_>,
    mediator: MediatorId,
) -> Result<NewMessage, AppError> {
    let names = tx.mediator_names(&[mediator])?;
    let language = names
        .get(&mediator)
        .map(|name| name.language)
        .ok_or(AppError::NotFound)?;
    let recipient = Recipient {
        kind: RecipientKind::Mediator,
        id: mediator.0,
    };
    let payload = cause.payload(tx)?;
    Ok(cause.to_staff(tx, recipient, language, payload))
}

/// To the head; an office without one leaves its cases to the coordinator (edge case 15).
fn to_office(tx: &mut Tx<'_>, cause: &Cause<'_>) -> Result<Vec<NewMessage>, AppError> {
    let office = cause.case.office;
    let heads = to_accounts(tx, cause, Standing::OfficeHead { office })?;
    if heads.is_empty() {
        return to_accounts(tx, cause, Standing::Coordinator);
    }
    Ok(heads)
}

/// One message to each account that holds a standing today.
fn to_accounts(
    tx: &mut Tx<'_>,
    cause: &Cause<'_>,
    standing: Standing,
) -> Result<Vec<NewMessage>, AppError> {
    let (region, today) = (tx.region(), tx.today());
    let payload = cause.payload(tx)?;
    let accounts = account_list_with(tx.db, region, standing, today)?;
    let to = accounts.into_iter().map(|account| {
        let recipient = Recipient {
            kind: RecipientKind::Account,
            id: account.id.0,
        };
        cause.to_staff(tx, recipient, account.language, payload.clone())
    });
    Ok(to.collect())
}

/// One message to each contact; whether it may be sent is decided by D25 when it is sent.
///
/// A contact whom nobody verified, and a partner without a memorandum, get a message all the same:
/// it ends as cancelled with the reason, so that the record shows why nothing was told.
fn to_partner(tx: &mut Tx<'_>, cause: &Cause<'_>) -> Result<Vec<NewMessage>, AppError> {
    let NoticeOrder::ToPartner { outcome, own, .. } = cause.order else {
        return Ok(Vec::new());
    };
    let (region, on) = (tx.region(), tx.zone().day(cause.event.at));
    let Some(partner) = cause.case.partner else {
        return Ok(Vec::new());
    };
    let partner = match tx.told.take() {
        Some(known) if known.id == partner => known,
        _ => partner_told(tx.db, region, PartnerAsked::Id(partner))?,
    };
    let memorandum = in_force(&partner, on);
    let payload = payload(&Payload::Referral {
        on,
        outcome: *outcome,
        own: own.clone(),
    })?;
    let to = partner
        .contacts
        .into_iter()
        .map(|(contact, language)| NewMessage {
            region,
            id: tx.new_id(),
            kind: cause.order.kind(),
            dedupe_key: cause.key(contact),
            case: Some(cause.case.id),
            office: Some(cause.case.office),
            memorandum,
            partner: Some(partner.id),
            audience: Audience::Partner,
            recipient: Recipient {
                kind: RecipientKind::Contact,
                id: contact.0,
            },
            language,
            payload: payload.clone(),
            created_at: tx.now,
        });
    Ok(to.collect())
}

/// The memorandum that is in force on a day.
pub fn in_force(partner: &PartnerTold, on: NaiveDate) -> Option<MemorandumId> {
    let memoranda = &mut partner.memoranda.iter();
    memoranda
        .find(|memorandum| memorandum.in_force_on(on))
        .map(|memorandum| memorandum.id)
}

/// The payload as it is stored.
///
/// # Errors
/// Internal; a payload is plain data.
pub fn payload(payload: &Payload) -> Result<serde_json::Value, AppError> {
    serde_json::to_value(payload).map_err(|error| AppError::Internal(format!("payload: {error}")))
}
