//! Memoranda of cooperation: drafts, signatures, early ends, and the messages that tell of them.

use super::{
    AppError, Tx, message,
    register::{Change, record, taken},
    reminder,
};
use chrono::NaiveDate;
use kelisim_domain::{
    id::{MemorandumId, PartnerId},
    language::Language,
    memorandum::{Draft, Memorandum, Signing, Termination},
    notice::{NoticeKind, Payload},
    policy::{Actor, RegisterAct, Standing},
    refusal::Refusal,
    register::RegisterRefusal,
};
use kelisim_persistence::store::{
    account::account_list_with,
    contact::contacts_of_partner,
    memorandum::{
        MemorandumPage, memorandum_by_id, memorandum_insert, memorandum_list, memorandum_update,
    },
    outbox::{Audience, NewMessage, Recipient, RecipientKind, outbox_insert},
};
use serde_json::{Map, Value, json};

/// Whose memoranda the actor may read: none for nobody's, else one partner's or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// All of the region.
    All,
    /// Those of their own agency, once signed.
    Own(PartnerId),
}

/// Whose memoranda the actor may read.
///
/// # Errors
/// Not found, when none.
pub fn sight(actor: &Actor) -> Result<Sight, AppError> {
    if RegisterAct::ManageMemoranda.allowed(actor) {
        return Ok(Sight::All);
    }
    let own = actor.grants.iter().find_map(|grant| match grant.standing {
        Standing::Partner { partner } => Some(Sight::Own(partner)),
        _ => None,
    });
    own.ok_or(AppError::NotFound)
}

/// A memorandum that the actor may read.
///
/// # Errors
/// Not found.
pub fn load(tx: &mut Tx<'_>, id: MemorandumId, sight: Sight) -> Result<Memorandum, AppError> {
    let region = tx.region();
    let memorandum = memorandum_by_id(tx.db, region, id)?;
    match sight {
        Sight::Own(partner) if !is_own(&memorandum, partner) => Err(AppError::NotFound),
        _ => Ok(memorandum),
    }
}

fn is_own(memorandum: &Memorandum, partner: PartnerId) -> bool {
    memorandum.terms.partner.id == partner && memorandum.signed_on.is_some()
}

/// A page of memoranda that the actor may read.
///
/// # Errors
/// As the store.
pub fn list(
    tx: &mut Tx<'_>,
    page: &MemorandumPage,
    sight: Sight,
) -> Result<Vec<Memorandum>, AppError> {
    let region = tx.region();
    Ok(match sight {
        Sight::All => memorandum_list(tx.db, region, page)?,
        Sight::Own(partner) => memorandum_list(
            tx.db,
            region,
            &MemorandumPage {
                partner: Some(partner),
                signed: true,
                ..page.clone()
            },
        )?,
    })
}

/// Enters a draft.
///
/// # Errors
/// The number is taken.
pub fn create(tx: &mut Tx<'_>, draft: Draft) -> Result<Memorandum, AppError> {
    let memorandum = Memorandum {
        id: tx.new_id(),
        terms: draft.terms,
        renewal_owner: draft.renewal_owner,
        signed_on: None,
        terminated_on: None,
        termination_reason: None,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    let region = tx.region();
    memorandum_insert(tx.db, region, &memorandum)
        .map_err(|error| taken(error, "memorandum.number", "number"))?;
    audit(tx, "memorandum.create", None, &memorandum, None)?;
    Ok(memorandum)
}

/// Changes a memorandum; what says the same changes nothing.
///
/// # Errors
/// The number is taken; another change came in between.
pub fn change(tx: &mut Tx<'_>, before: Memorandum, draft: Draft) -> Result<Memorandum, AppError> {
    if before.terms == draft.terms && before.renewal_owner == draft.renewal_owner {
        return Ok(before);
    }
    let after = Memorandum {
        terms: draft.terms,
        renewal_owner: draft.renewal_owner,
        updated_at: tx.now,
        ..before.clone()
    };
    store(tx, "memorandum.update", before, after, None)
}

/// Signs a memorandum, and tells the partner's verified contacts and the coordinators.
///
/// # Errors
/// It is signed already.
pub fn sign(
    tx: &mut Tx<'_>,
    before: Memorandum,
    signing: &Signing,
) -> Result<Memorandum, AppError> {
    let after = before
        .clone()
        .sign(signing.signed_on, tx.now)
        .map_err(refused)?;
    let after = store(tx, "memorandum.sign", before, after, None)?;
    // Signing and ending happen once each, so the key needs no more than this.
    let today = tx.today();
    tell(tx, &after, NoticeKind::MemorandumSigned, today, "")?;
    Ok(after)
}

/// Ends a memorandum early, and tells the partner's verified contacts and the coordinators.
///
/// # Errors
/// It was never signed, or has ended.
pub fn terminate(
    tx: &mut Tx<'_>,
    before: Memorandum,
    end: Termination,
) -> Result<Memorandum, AppError> {
    let Termination {
        terminated_on,
        reason,
    } = end;
    let after = before
        .clone()
        .terminate(terminated_on, reason.clone(), tx.now)
        .map_err(refused)?;
    let after = store(tx, "memorandum.terminate", before, after, Some(reason))?;
    let today = tx.today();
    tell(tx, &after, NoticeKind::MemorandumTerminated, today, "")?;
    Ok(after)
}

fn refused(refusal: RegisterRefusal) -> AppError {
    AppError::refused(vec![Refusal::Register(refusal)])
}

fn store(
    tx: &mut Tx<'_>,
    action: &'static str,
    before: Memorandum,
    after: Memorandum,
    reason: Option<String>,
) -> Result<Memorandum, AppError> {
    let after = Memorandum {
        version: before.version + 1,
        ..after
    };
    let region = tx.region();
    let stored = memorandum_update(tx.db, region, &after)
        .map_err(|error| taken(error, "memorandum.number", "number"))?;
    if !stored {
        return Err(AppError::Stale);
    }
    reminder::of_memorandum(tx, &after)?;
    audit(tx, action, Some(&before), &after, reason)?;
    Ok(after)
}

/// One message to each verified contact and each coordinator, in their language; once for a cause.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    memorandum: &Memorandum,
    kind: NoticeKind,
    on: NaiveDate,
    cause: &str,
) -> Result<(), AppError> {
    if tx.app.is_history {
        return Ok(());
    }
    let (region, today) = (tx.region(), tx.today());
    let partner = memorandum.terms.partner.id;
    let mut readers: Vec<(Audience, RecipientKind, uuid::Uuid, Language)> = Vec::new();
    for contact in contacts_of_partner(tx.db, &tx.app.vault, region, partner)? {
        if contact.may_receive() {
            readers.push((
                Audience::Partner,
                RecipientKind::Contact,
                contact.id.0,
                contact.language,
            ));
        }
    }
    for account in account_list_with(tx.db, region, Standing::Coordinator, today)? {
        let reader = (
            Audience::Staff,
            RecipientKind::Account,
            account.id.0,
            account.language,
        );
        if !readers.contains(&reader) {
            readers.push(reader);
        }
    }
    let payload = message::payload(&Payload::Memorandum { on })?;
    for (audience, kind_of_reader, id, language) in readers {
        let message = NewMessage {
            region,
            id: tx.new_id(),
            kind,
            dedupe_key: format!("{}/{}{cause}/{id}", memorandum.id, kind.code()),
            case: None,
            office: None,
            memorandum: Some(memorandum.id),
            partner: Some(partner),
            audience,
            recipient: Recipient {
                kind: kind_of_reader,
                id,
            },
            language,
            payload: payload.clone(),
            created_at: tx.now,
        };
        // An existing message of this key is the same message.
        outbox_insert(tx.db, &message)?;
    }
    Ok(())
}

fn form(memorandum: &Memorandum) -> Map<String, Value> {
    let mut form = memorandum.form();
    form.insert("signed_on".into(), json!(memorandum.signed_on));
    form.insert("terminated_on".into(), json!(memorandum.terminated_on));
    form.insert(
        "termination_reason".into(),
        json!(memorandum.termination_reason),
    );
    form
}

fn audit(
    tx: &mut Tx<'_>,
    action: &'static str,
    before: Option<&Memorandum>,
    after: &Memorandum,
    reason: Option<String>,
) -> Result<(), AppError> {
    record(
        tx,
        Change {
            action,
            kind: "memorandum",
            id: after.id.to_string(),
            before: before.map(form),
            after: form(after),
            reason,
        },
    )
}
