//! Sessions of browsers: begun from a proof alone, ended by their owner, by time, or with the account (R10).

use super::{
    App, AppError, Tx,
    prove::{Caller, Means, Proven, known_since, taken},
    register::{Change, record},
};
use crate::door::{digest, factor, factor::AppSecret, subject};
use chrono::{DateTime, TimeDelta, Utc};
use kelisim_domain::{
    id::{AccountId, RegionId, SessionId},
    language::Language,
    policy::Actor,
    sign_in::{Counted, HALF_WAY_MINUTES, SESSION_HOURS, SessionStage, must_have_second_factor},
};
use kelisim_persistence::{
    Db,
    store::{
        account::{account_enter, account_find, grant_list},
        credential::credential_find,
        device::{device_is_known, device_note},
        rate::rate_give_back,
        second_factor::{FactorState, recovery_code_use, second_factor_find, second_factor_use},
        session::{Session, Visitor, session_end, session_insert, session_visitor},
    },
};
use serde_json::{Map, Value, json};

/// A session that has just begun: what the browser gets.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The secret of the session's cookie.
    pub cookie: String,
    /// The secret of a new cookie for the device; none when it has one that we know.
    pub device: Option<String>,
    /// What comes next.
    pub stage: SessionStage,
    /// The person's language.
    pub language: Language,
}

/// Who a session's cookie stands for, and what is still asked of them.
///
/// # Errors
/// Unauthenticated.
pub fn visitor(db: &mut Db, cookie: &str, now: DateTime<Utc>) -> Result<Visitor, AppError> {
    let found = session_visitor(db, &digest(cookie), now)?;
    let mut visitor = found.ok_or(AppError::Unauthenticated)?;
    // Whoever was given a role meanwhile that asks for a second factor sets one up before anything else (R7, R9).
    if visitor.session.stage == SessionStage::Full
        && !visitor.has_second_factor
        && must_have_second_factor(&visitor.actor.grants)
    {
        visitor.session.stage = SessionStage::SetUp;
    }
    Ok(visitor)
}

/// Begins a session for somebody who has proved who they are.
///
/// # Errors
/// Unauthenticated, when the account was stopped or its password changed in between.
pub fn begin(
    db: &mut Db,
    app: &App,
    proven: &Proven,
    caller: &Caller,
    now: DateTime<Utc>,
) -> Result<Opened, AppError> {
    let (region, id) = (proven.region(), proven.account());
    let actor = person(db, app, region, id, now)?;
    if proven.means() == Means::Password {
        let hash = credential_find(db, region, id)?;
        if hash.as_deref() != proven.hash() {
            return Err(AppError::Unauthenticated);
        }
    }
    rate_give_back(db, proven.taken())?;
    account_enter(db, region, id, now)?;
    Tx::run(db, app, actor, now, |tx| {
        begin_within(tx, proven.means(), caller)
    })
}

/// As [`begin`], where the transaction is open already and the actor is the person.
pub(super) fn begin_within(
    tx: &mut Tx<'_>,
    means: Means,
    caller: &Caller,
) -> Result<Opened, AppError> {
    let (region, account) = (tx.region(), tx.actor.account);
    let factor = second_factor_find(tx.db, region, account, FactorState::Confirmed)?;
    let stage = match factor {
        Some(_) => SessionStage::SecondFactor,
        None if must_have_second_factor(&tx.actor.grants) => SessionStage::SetUp,
        None => SessionStage::Full,
    };
    let opened = open(tx, stage, caller)?;
    told(
        tx,
        "session.begin",
        json!({"by": means.code(), "stage": stage}),
    )?;
    Ok(opened)
}

/// The person behind an account, with the grants of today.
fn person(
    db: &mut Db,
    app: &App,
    region: RegionId,
    id: AccountId,
    now: DateTime<Utc>,
) -> Result<Actor, AppError> {
    let account = account_find(db, region, id)?;
    if !account.active {
        return Err(AppError::Unauthenticated);
    }
    let today = app.laws.of(region).zone().day(now);
    let grants = grant_list(db, region, id)?;
    Ok(Actor {
        account: id,
        region,
        language: account.language,
        grants: grants
            .into_iter()
            .filter(|one| one.holds_on(today))
            .collect(),
        system: None,
    })
}

/// Puts a session of a stage into the place of another: with every step the secret is a new one (R10).
///
/// # Errors
/// As the store.
pub fn advance(
    tx: &mut Tx<'_>,
    before: &Session,
    stage: SessionStage,
    caller: &Caller,
) -> Result<Opened, AppError> {
    session_end(tx.db, before.region, before.account, before.id, tx.now)?;
    open(tx, stage, caller)
}

fn open(tx: &mut Tx<'_>, stage: SessionStage, caller: &Caller) -> Result<Opened, AppError> {
    let (cookie, digest) = tx.app.door.secret();
    let lasts = match stage {
        SessionStage::Full => TimeDelta::hours(SESSION_HOURS),
        SessionStage::SecondFactor | SessionStage::SetUp => TimeDelta::minutes(HALF_WAY_MINUTES),
    };
    let session = Session {
        region: tx.region(),
        id: tx.new_id(),
        account: tx.actor.account,
        digest,
        stage,
        device: caller.label.clone(),
        created_at: tx.now,
        seen_at: tx.now,
        expires_at: tx.now + lasts,
    };
    session_insert(tx.db, &session)?;
    let device = match stage {
        SessionStage::Full => know(tx, caller)?,
        _ => None,
    };
    Ok(Opened {
        cookie,
        device,
        stage,
        language: tx.language(),
    })
}

/// Notes the device, which is known from now on; gives it a cookie if it has none.
fn know(tx: &mut Tx<'_>, caller: &Caller) -> Result<Option<String>, AppError> {
    let (region, account, now) = (tx.region(), tx.actor.account, tx.now);
    let (secret, digest) = match caller.device {
        Some(digest) => (None, digest),
        None => {
            let (secret, digest) = tx.app.door.secret();
            (Some(secret), digest)
        }
    };
    device_note(tx.db, region, account, &digest, now)?;
    Ok(secret)
}

/// The second step of a sign-in: a code of the app, or a recovery code. A wrong one is counted, so this must be committed
/// whatever comes of it: the inner result says what came of it.
///
/// # Errors
/// As the store.
pub fn second_factor(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    code: &str,
    caller: &Caller,
) -> Result<Result<Opened, AppError>, AppError> {
    if visitor.session.stage != SessionStage::SecondFactor {
        return Ok(Err(AppError::Unauthenticated));
    }
    let budget = code_budget(tx, caller)?;
    if let Err(used) = taken(tx, &[budget])? {
        return Ok(Err(used));
    }
    let Some(how) = fits(tx, code)? else {
        let account = tx.actor.account;
        tracing::info!(%account, "a code of a second factor was wrong");
        return Ok(Err(AppError::Unauthenticated));
    };
    rate_give_back(tx.db, &[budget])?;
    told(tx, "session.second_factor", json!({"by": how}))?;
    advance(tx, &visitor.session, SessionStage::Full, caller).map(Ok)
}

/// By what a code fits, if it does; it is used up with it.
pub(super) fn fits(tx: &mut Tx<'_>, code: &str) -> Result<Option<&'static str>, AppError> {
    let (region, account) = (tx.region(), tx.actor.account);
    if factor::looks_like_recovery(code) {
        let digest = factor::recovery_digest(code);
        let used = recovery_code_use(tx.db, region, account, &digest, tx.now)?;
        return Ok(used.then_some("recovery_code"));
    }
    let Some(found) = second_factor_find(tx.db, region, account, FactorState::Confirmed)? else {
        return Ok(None);
    };
    let key = tx.app.vault.key_open(tx.db, region, found.data_key)?;
    let secret = key.open(&secret_place(account), &found.secret)?;
    match AppSecret::from_sealed(secret).step_of(code, tx.now)? {
        Some(step) if second_factor_use(tx.db, region, account, step)? => Ok(Some("app")),
        _ => Ok(None),
    }
}

/// Where the secret of an app is sealed for, whether it is confirmed yet or not.
pub(super) fn secret_place(account: AccountId) -> String {
    format!("second_factor.secret/{account}")
}

/// The budget for codes: a known device has one of its own.
pub(super) fn code_budget(
    tx: &mut Tx<'_>,
    caller: &Caller,
) -> Result<(Counted, [u8; 32]), AppError> {
    let (region, account) = (tx.region(), tx.actor.account);
    if let Some(device) = &caller.device
        && device_is_known(tx.db, region, account, device, known_since(tx.now))?
    {
        let what = [account.0.as_bytes().as_slice(), device.as_slice()].concat();
        return Ok((Counted::DeviceCode, subject("device", &what)));
    }
    Ok((Counted::Code, subject("account", account.0.as_bytes())))
}

/// Ends the session of whoever signs out.
///
/// # Errors
/// As the store.
pub fn end(tx: &mut Tx<'_>, session: SessionId) -> Result<(), AppError> {
    let (region, account) = (tx.region(), tx.actor.account);
    if session_end(tx.db, region, account, session, tx.now)? {
        told(tx, "session.end", json!({"session": session}))?;
    }
    Ok(())
}

/// Writes into the audit log what somebody did with their own account.
pub(super) fn told(tx: &mut Tx<'_>, action: &'static str, after: Value) -> Result<(), AppError> {
    let after: Map<String, Value> = after.as_object().cloned().unwrap_or_default();
    let id = tx.actor.account.to_string();
    record(
        tx,
        Change {
            action,
            kind: "account",
            id,
            before: None,
            after,
            reason: None,
        },
    )
}
