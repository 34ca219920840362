//! Reminders of the registers (3.4): set with every change of an entry, and told when they are due.

use super::{App, AppError, Tx, memorandum, message};
use kelisim_domain::{
    id::MediatorId,
    mediator::Mediator,
    memorandum::Memorandum,
    notice::{NoticeKind, Payload},
    policy::{Actor, Standing, System},
    reminder::Reminder,
};
use kelisim_persistence::{
    Db,
    store::{
        account::account_list_with,
        memorandum::memorandum_by_id,
        outbox::{Audience, NewMessage, Recipient, RecipientKind, outbox_insert},
        register_timer::{DueReminder, Subject, Wanted, register_timer_fire, register_timer_set},
    },
};

/// Sets the reminders of a memorandum after a change: of a signed one that has an end and has not ended early.
///
/// # Errors
/// As the store.
pub fn of_memorandum(tx: &mut Tx<'_>, memorandum: &Memorandum) -> Result<(), AppError> {
    let subject = Subject::Memorandum(memorandum.id);
    let last_day = memorandum.reminds_of();
    set(
        tx,
        subject,
        memorandum.version,
        last_day,
        Reminder::OF_MEMORANDUM,
    )
}

/// Sets the reminders of a mediator's papers after a change: of everybody who was not removed.
///
/// # Errors
/// As the store.
pub fn of_mediator(tx: &mut Tx<'_>, mediator: &Mediator) -> Result<(), AppError> {
    use kelisim_domain::assignment::MediatorStatus::Removed;
    let last_day = mediator.entry.documents_valid_to;
    let last_day = last_day.filter(|_| mediator.status != Removed);
    let subject = Subject::Mediator(mediator.id);
    set(
        tx,
        subject,
        mediator.version,
        last_day,
        Reminder::OF_DOCUMENTS,
    )
}

fn set(
    tx: &mut Tx<'_>,
    subject: Subject,
    version: i32,
    last_day: Option<chrono::NaiveDate>,
    list: &[Reminder],
) -> Result<(), AppError> {
    // D37: what is past, or imported, starts nothing.
    if tx.app.is_history {
        return Ok(());
    }
    let (region, zone, now) = (tx.region(), tx.zone(), tx.now);
    let reminders = last_day.map(|day| Reminder::ahead(list, zone, day, now));
    let wanted = Wanted {
        subject,
        version,
        last_day,
        reminders: reminders.unwrap_or_default(),
    };
    Ok(register_timer_set(tx.db, region, zone, &wanted, now)?)
}

/// Tells what a claimed reminder reminds of; whether it did, and not: too early, or the claim was lost.
///
/// # Errors
/// Those of the store.
pub fn run(db: &mut Db, app: &App, due: &DueReminder) -> Result<bool, AppError> {
    let actor = Actor::system(due.region(), System::Clock);
    Tx::run(db, app, actor, app.clock.now(), |tx| {
        if tx.now < due.due_at() || !register_timer_fire(tx.db, due, tx.now)? {
            return Ok(false);
        }
        match due.subject() {
            Subject::Memorandum(id) => {
                let region = tx.region();
                let entry = memorandum_by_id(tx.db, region, id)?;
                let kind = match due.name() == Reminder::LastDay.code() {
                    true => NoticeKind::MemorandumExpired,
                    false => NoticeKind::MemorandumExpiring,
                };
                let cause = format!("/{}/{}", due.name(), due.last_day());
                memorandum::tell(tx, &entry, kind, due.last_day(), &cause)?;
            }
            Subject::Mediator(id) => tell_registrars(tx, id, due)?,
        }
        Ok(true)
    })
}

fn tell_registrars(
    tx: &mut Tx<'_>,
    mediator: MediatorId,
    due: &DueReminder,
) -> Result<(), AppError> {
    let (region, today, kind) = (tx.region(), tx.today(), NoticeKind::DocumentsExpiring);
    let payload = message::payload(&Payload::Documents {
        mediator,
        until: due.last_day(),
    })?;
    for account in account_list_with(tx.db, region, Standing::Registrar, today)? {
        let (name, last_day) = (due.name(), due.last_day());
        let message = NewMessage {
            region,
            id: tx.new_id(),
            kind,
            dedupe_key: format!(
                "{mediator}/{}/{name}/{last_day}/{}",
                kind.code(),
                account.id
            ),
            case: None,
            office: None,
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
        };
        outbox_insert(tx.db, &message)?;
    }
    Ok(())
}
