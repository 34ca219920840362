//! One's own second factor: set up, shown, confirmed with a code, taken away.

use super::{
    App, AppError, Tx,
    link::account_key,
    prove::{Caller, taken},
    session::{self, Opened, code_budget, fits, secret_place, told},
};
use crate::door::factor::{AppSecret, recovery_codes};
use chrono::{DateTime, Utc};
use kelisim_domain::{
    fault::FaultKind,
    refusal::Refusal,
    register::RegisterRefusal,
    sign_in::{SessionStage, must_have_second_factor},
};
use kelisim_persistence::{
    Db,
    store::{
        account::Account,
        rate::rate_give_back,
        second_factor::{
            FactorState, SecondFactor, recovery_code_replace, second_factor_begin,
            second_factor_confirm, second_factor_find, second_factor_remove,
        },
        session::{Visitor, session_end_all},
    },
};
use serde_json::json;

/// The secret that waits for its first code; a new one, when none waits or `anew`.
///
/// # Errors
/// As the store and the vault.
pub fn pending(tx: &mut Tx<'_>, anew: bool) -> Result<AppSecret, AppError> {
    let (region, account, now) = (tx.region(), tx.actor.account, tx.now);
    let key = account_key(tx.db, &tx.app.vault, region, account, now)?;
    let place = secret_place(account);
    let found = second_factor_find(tx.db, region, account, FactorState::Pending)?;
    if let (Some(found), false) = (found, anew) {
        return Ok(AppSecret::from_sealed(key.open(&place, &found.secret)?));
    }
    let secret = AppSecret::generate(tx.app.door.secrets.as_ref());
    let new = SecondFactor {
        data_key: key.id(),
        secret: key.seal(&place, secret.reveal()),
        last_step: 0,
    };
    second_factor_begin(tx.db, region, account, &new, now)?;
    Ok(secret)
}

/// The secret that waits, without making one.
///
/// # Errors
/// Not found, when none waits.
pub fn waiting(tx: &mut Tx<'_>) -> Result<AppSecret, AppError> {
    let (region, account) = (tx.region(), tx.actor.account);
    let found = second_factor_find(tx.db, region, account, FactorState::Pending)?;
    let found = found.ok_or(AppError::NotFound)?;
    let key = tx.app.vault.key_open(tx.db, region, found.data_key)?;
    Ok(AppSecret::from_sealed(
        key.open(&secret_place(account), &found.secret)?,
    ))
}

/// What comes of a first code: recovery codes, shown once, and a session that goes on.
pub struct Confirmed {
    /// The recovery codes.
    pub codes: Vec<String>,
    /// The session under a new secret; all others have ended.
    pub opened: Opened,
}

/// Lets the waiting secret count, once a code of it was typed. A wrong one is counted, so this must be committed whatever
/// comes of it.
///
/// # Errors
/// As the store; not found, when none waits.
pub fn confirm(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    code: &str,
    caller: &Caller,
) -> Result<Result<Confirmed, AppError>, AppError> {
    let (region, account, now) = (tx.region(), tx.actor.account, tx.now);
    let secret = waiting(tx)?;
    let budget = code_budget(tx, caller)?;
    if let Err(used) = taken(tx, &[budget])? {
        return Ok(Err(used));
    }
    let Some(step) = secret.step_of(code, now)? else {
        return Ok(Err(AppError::invalid("/code", FaultKind::NotHere)));
    };
    rate_give_back(tx.db, &[budget])?;
    second_factor_confirm(tx.db, region, account, step)?;
    let codes = new_codes(tx)?;
    session_end_all(tx.db, region, account, Some(visitor.session.id), now)?;
    told(tx, "second_factor.set", json!({}))?;
    let opened = session::advance(tx, &visitor.session, SessionStage::Full, caller)?;
    Ok(Ok(Confirmed { codes, opened }))
}

/// A new set of recovery codes in the place of the one before.
///
/// # Errors
/// As the store.
pub fn new_codes(tx: &mut Tx<'_>) -> Result<Vec<String>, AppError> {
    let (region, account, now) = (tx.region(), tx.actor.account, tx.now);
    let (codes, digests) = recovery_codes(tx.app.door.secrets.as_ref());
    recovery_code_replace(tx.db, region, account, &digests, now)?;
    told(tx, "recovery_code.create", json!({"codes": codes.len()}))?;
    Ok(codes)
}

/// Takes one's own second factor away, where no role asks for one. It asks for a code of it first.
///
/// # Errors
/// Refused, where a role asks for it.
pub fn remove(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    code: &str,
    caller: &Caller,
) -> Result<Result<(), AppError>, AppError> {
    if must_have_second_factor(&tx.actor.grants) {
        let refusal = Refusal::Register(RegisterRefusal::SecondFactorNeeded);
        return Ok(Err(AppError::Refused(vec![refusal])));
    }
    let budget = code_budget(tx, caller)?;
    if let Err(used) = taken(tx, &[budget])? {
        return Ok(Err(used));
    }
    if fits(tx, code)?.is_none() {
        return Ok(Err(AppError::invalid("/code", FaultKind::NotHere)));
    }
    rate_give_back(tx.db, &[budget])?;
    let (region, account, now) = (tx.region(), tx.actor.account, tx.now);
    second_factor_remove(tx.db, region, account)?;
    session_end_all(tx.db, region, account, Some(visitor.session.id), now)?;
    told(tx, "second_factor.remove", json!({}))?;
    Ok(Ok(()))
}

/// Sets a second factor without a person and a telephone: the demo, which prints the secret.
///
/// # Errors
/// As the store and the vault.
pub fn set_blocking(
    db: &mut Db,
    app: &App,
    account: &Account,
    now: DateTime<Utc>,
) -> Result<String, AppError> {
    let key = account_key(db, &app.vault, account.region, account.id, now)?;
    let secret = AppSecret::generate(app.door.secrets.as_ref());
    let new = SecondFactor {
        data_key: key.id(),
        secret: key.seal(&secret_place(account.id), secret.reveal()),
        last_step: 0,
    };
    second_factor_begin(db, account.region, account.id, &new, now)?;
    second_factor_confirm(db, account.region, account.id, 0)?;
    secret.typed()
}
