//! From what a decision orders to messages in the outbox, in the same transaction (G3).
//!
//! A message names its recipient by register and id; address and text are looked up when it is first sent,
//! and so is the memorandum, once more (D25).

use super::{AppError, Tx};
use chrono::NaiveDate;
use kelisim_domain::{
    case::{Case, Event},
    id::{EventId, MediatorId, MemorandumId},
    notice::{NoticeOrder, Payload},
    policy::Standing,
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
        match order {
            NoticeOrder::ToMediator { mediator, .. } => {
                messages.push(to_mediator(tx, case, event_id, order, *mediator)?);
            }
            NoticeOrder::ToOffice(_) => {
                let head = Standing::OfficeHead {
                    office: case.office,
                };
                let heads = to_accounts(tx, case, event_id, order, head)?;
                // An office without a head leaves its cases to the coordinator (edge case 15).
                messages.extend(if heads.is_empty() {
                    to_accounts(tx, case, event_id, order, Standing::Coordinator)?
                } else {
                    heads
                });
            }
            NoticeOrder::ToCoordinators(_) => {
                messages.extend(to_accounts(
                    tx,
                    case,
                    event_id,
                    order,
                    Standing::Coordinator,
                )?);
            }
            NoticeOrder::ToPartner { .. } => {
                messages.extend(to_partner(tx, case, event, event_id, order)?);
            }
        }
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

fn to_mediator(
    tx: &mut Tx<'_>,
    case: &Case,
    event: EventId,
    order: &NoticeOrder,
    mediator: MediatorId,
) -> Result<NewMessage, AppError> {
    let (region, kind) = (tx.region(), order.kind());
    let names = tx.mediator_names(&[mediator])?;
    let language = names
        .get(&mediator)
        .map(|name| name.language)
        .ok_or(AppError::NotFound)?;
    Ok(NewMessage {
        region,
        id: tx.new_id(),
        kind,
        dedupe_key: format!("{event}/{}/{mediator}", kind.code()),
        case: Some(case.id),
        office: Some(case.office),
        memorandum: None,
        partner: None,
        audience: Audience::Staff,
        recipient: Recipient {
            kind: RecipientKind::Mediator,
            id: mediator.0,
        },
        language,
        payload: payload(&Payload::Case {
            number: case.number.clone(),
            on: tx.today(),
            own: order.own().cloned(),
        })?,
        created_at: tx.now,
    })
}

/// One message to each account that holds a standing today.
fn to_accounts(
    tx: &mut Tx<'_>,
    case: &Case,
    event: EventId,
    order: &NoticeOrder,
    standing: Standing,
) -> Result<Vec<NewMessage>, AppError> {
    let (region, today, kind) = (tx.region(), tx.today(), order.kind());
    let payload = payload(&Payload::Case {
        number: case.number.clone(),
        on: today,
        own: order.own().cloned(),
    })?;
    let accounts = account_list_with(tx.db, region, standing, today)?;
    let to = accounts.into_iter().map(|account| NewMessage {
        region,
        id: tx.new_id(),
        kind,
        dedupe_key: format!("{event}/{}/{}", kind.code(), account.id),
        case: Some(case.id),
        office: Some(case.office),
        memorandum: None,
        partner: None,
        audience: Audience::Staff,
        recipient: Recipient {
            kind: RecipientKind::Account,
            id: account.id.0,
        },
        language: account.language,
        payload: payload.clone(),
        created_at: tx.now,
    });
    Ok(to.collect())
}

/// One message to each contact; whether it may be sent is decided by D25 when it is sent.
///
/// A contact whom nobody verified, and a partner without a memorandum, get a message all the same:
/// it ends as cancelled with the reason, so that the record shows why nothing was told.
fn to_partner(
    tx: &mut Tx<'_>,
    case: &Case,
    event: &Event,
    event_id: EventId,
    order: &NoticeOrder,
) -> Result<Vec<NewMessage>, AppError> {
    let NoticeOrder::ToPartner { outcome, own, .. } = order else {
        return Ok(Vec::new());
    };
    let (region, on) = (tx.region(), tx.zone().day(event.at));
    let Some(partner) = case.partner else {
        return Ok(Vec::new());
    };
    let partner = match tx.told.take() {
        Some(known) if known.id == partner => known,
        _ => partner_told(tx.db, region, PartnerAsked::Id(partner))?,
    };
    let memorandum = in_force(&partner, on);
    let kind = order.kind();
    let mut messages = Vec::with_capacity(partner.contacts.len());
    for (contact, language) in partner.contacts {
        messages.push(NewMessage {
            region,
            id: tx.new_id(),
            kind,
            dedupe_key: format!("{event_id}/{}/{}", kind.code(), contact),
            case: Some(case.id),
            office: Some(case.office),
            memorandum,
            partner: Some(partner.id),
            audience: Audience::Partner,
            recipient: Recipient {
                kind: RecipientKind::Contact,
                id: contact.0,
            },
            language,
            payload: payload(&Payload::Referral {
                on,
                outcome: *outcome,
                own: own.clone(),
            })?,
            created_at: tx.now,
        });
    }
    Ok(messages)
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
