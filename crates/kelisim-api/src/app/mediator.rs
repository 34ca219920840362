//! The register of mediators.

use super::{
    AppError, Tx, case,
    register::{Change, hashed, record, taken},
    reminder,
};
use kelisim_domain::{
    assignment::MediatorStatus,
    id::MediatorId,
    mediator::{Mediator, MediatorEntry, StatusStep, StatusWish, status_step},
    policy::RegisterAct,
    refusal::Refusal,
    register::RegisterRefusal,
};
use kelisim_persistence::{
    DataKey,
    store::mediator::{
        SealedMediator, mediator_by_id, mediator_insert, mediator_status_list, mediator_update,
    },
};
use serde_json::{Map, Value, json};

/// A mediator by their id.
///
/// # Errors
/// Not found, also when the entry was erased.
pub fn load(tx: &mut Tx<'_>, id: MediatorId) -> Result<SealedMediator, AppError> {
    let region = tx.region();
    Ok(mediator_by_id(tx.db, &tx.app.vault, region, id)?)
}

/// The steps of a mediator's status, oldest first.
///
/// # Errors
/// As the store.
pub fn history(tx: &mut Tx<'_>, id: MediatorId) -> Result<Vec<StatusStep>, AppError> {
    let region = tx.region();
    Ok(mediator_status_list(tx.db, region, id)?)
}

/// Enters a mediator: as a candidate, or as elected where the registrar says so.
///
/// # Errors
/// The register number is taken; the actor may not record an election.
pub fn create(
    tx: &mut Tx<'_>,
    entry: MediatorEntry,
    wish: StatusWish,
) -> Result<SealedMediator, AppError> {
    let status = wish.status.unwrap_or(MediatorStatus::Candidate);
    if status != MediatorStatus::Candidate {
        may_step(tx, MediatorStatus::Candidate, status)?;
    }
    let mediator = Mediator {
        id: tx.new_id(),
        entry,
        status,
        status_since: wish.since.unwrap_or(tx.today()),
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    let step = step(tx, &mediator, wish.reason.clone().unwrap_or_default());
    let region = tx.region();
    let key = mediator_insert(tx.db, &tx.app.vault, region, &mediator, &step)
        .map_err(|error| taken(error, "mediator.register_no", "register_no"))?;
    reminder::of_mediator(tx, &mediator)?;
    let after = form(&mediator, &key);
    audit(tx, "mediator.create", &mediator, None, after, wish.reason)?;
    Ok(SealedMediator { mediator, key })
}

/// Changes a mediator's entry and, where that is wished, their status; what says the same changes nothing.
///
/// # Errors
/// The status does not lead there, or the actor may not record it; another change came in between.
pub fn change(
    tx: &mut Tx<'_>,
    before: SealedMediator,
    entry: MediatorEntry,
    wish: StatusWish,
) -> Result<SealedMediator, AppError> {
    let SealedMediator {
        mediator: before,
        key,
    } = before;
    if before.entry == entry && wish.status.is_none() {
        return Ok(SealedMediator {
            mediator: before,
            key,
        });
    }
    let mut after = Mediator {
        entry,
        version: before.version + 1,
        updated_at: tx.now,
        ..before.clone()
    };
    if let Some(status) = wish.status {
        may_step(tx, before.status, status)?;
        after.status = status;
        after.status_since = wish.since.unwrap_or(tx.today());
    }
    let step = wish
        .status
        .map(|_| step(tx, &after, wish.reason.clone().unwrap_or_default()));
    let region = tx.region();
    let stored = mediator_update(tx.db, &key, region, &after, step.as_ref())
        .map_err(|error| taken(error, "mediator.register_no", "register_no"))?;
    if !stored {
        return Err(AppError::Stale);
    }
    if after.status != before.status {
        case::release_lost(tx, after.id)?;
    }
    reminder::of_mediator(tx, &after)?;
    let (old, new) = (form(&before, &key), form(&after, &key));
    audit(tx, "mediator.update", &after, Some(old), new, wish.reason)?;
    Ok(SealedMediator {
        mediator: after,
        key,
    })
}

/// Election, suspension and removal are the registrar's.
fn may_step(tx: &Tx<'_>, from: MediatorStatus, to: MediatorStatus) -> Result<(), AppError> {
    let refuse = |refusal| AppError::refused(vec![Refusal::Register(refusal)]);
    if !RegisterAct::RecordMediatorStatus.allowed(&tx.actor) {
        return Err(refuse(RegisterRefusal::RegistrarOnly));
    }
    status_step(from, to).map_err(refuse)
}

fn step(tx: &Tx<'_>, mediator: &Mediator, reason: String) -> StatusStep {
    StatusStep {
        status: mediator.status,
        since: mediator.status_since,
        reason,
        at: tx.now,
        by: Some(tx.actor.account),
    }
}

/// The entry as the audit log keeps it: confidential fields as hashes under the entry's key.
fn form(mediator: &Mediator, key: &DataKey) -> Map<String, Value> {
    let mut form = mediator.entry.open_form();
    form.insert("status".into(), json!(mediator.status));
    form.insert("status_since".into(), json!(mediator.status_since));
    form.extend(hashed(key, mediator.entry.secret_form().reveal()));
    form
}

fn audit(
    tx: &mut Tx<'_>,
    action: &'static str,
    mediator: &Mediator,
    before: Option<Map<String, Value>>,
    after: Map<String, Value>,
    reason: Option<String>,
) -> Result<(), AppError> {
    record(
        tx,
        Change {
            action,
            kind: "mediator",
            id: mediator.id.to_string(),
            before,
            after,
            reason,
        },
    )
}
