//! What people do with their own account: language, password, devices, tokens.

use super::{
    App, AppError, Tx, link,
    prove::{Caller, taken},
    session::{self, Opened, told},
};
use crate::{
    door::{judge, subject},
    enrol::TOKEN_PREFIX,
};
use chrono::TimeDelta;
use kelisim_domain::{
    fault::{Fault, FaultKind, Faults},
    id::{SessionId, TokenId},
    language::Language,
    sign_in::{Counted, Password, SessionStage, TOKEN_DAYS_MOST, TokenScope},
    text,
};
use kelisim_persistence::{
    Db,
    store::{
        account::{Account, account_enter, account_find, grant_list},
        account_entry::account_update,
        credential::credential_find,
        rate::rate_give_back,
        second_factor::recovery_code_count,
        session::{Session, Visitor, session_end_all, session_list},
        token::{NewToken, PersonalToken, token_insert_personal, token_list, token_revoke},
    },
};
use serde_json::json;
use std::sync::Arc;

/// The longest name of a token, in characters.
const LABEL_MOST: usize = 80;

/// One's own account, as its page shows it.
#[derive(Debug)]
pub struct Own {
    /// The account.
    pub account: Account,
    /// The grants of today are those of the actor; here are all.
    pub grants: Vec<kelisim_domain::policy::Grant>,
    /// Living sessions, the newest first.
    pub sessions: Vec<Session>,
    /// Tokens that work.
    pub tokens: Vec<PersonalToken>,
    /// Recovery codes that are left.
    pub recovery_codes: i64,
}

/// One's own account.
///
/// # Errors
/// As the store.
pub fn show(tx: &mut Tx<'_>) -> Result<Own, AppError> {
    let (region, account, now) = (tx.region(), tx.actor.account, tx.now);
    Ok(Own {
        account: account_find(tx.db, region, account)?,
        grants: grant_list(tx.db, region, account)?,
        sessions: session_list(tx.db, region, account, now)?,
        tokens: token_list(tx.db, region, account, now)?,
        recovery_codes: recovery_code_count(tx.db, region, account)?,
    })
}

/// Changes one's own language.
///
/// # Errors
/// Stale, when the account was changed at this moment.
pub fn set_language(tx: &mut Tx<'_>, language: Language) -> Result<(), AppError> {
    let (region, id) = (tx.region(), tx.actor.account);
    let entry = kelisim_persistence::store::account_entry::account_entry(tx.db, region, id)?;
    if entry.account.language == language {
        return Ok(());
    }
    let after = Account {
        language,
        ..entry.account
    };
    match account_update(tx.db, &after, entry.version + 1, tx.now)? {
        true => told(tx, "account.language", json!({"language": language})),
        false => Err(AppError::Stale),
    }
}

/// Whether the password is the person's: asked before what matters most (ASVS 7.5.3). A wrong one is counted.
///
/// # Errors
/// Invalid at `/current`; too many tries.
pub async fn confirm(app: &Arc<App>, visitor: &Visitor, current: &str) -> Result<(), AppError> {
    let (region, account) = (visitor.actor.region, visitor.actor.account);
    let budget = (Counted::Device, subject("own", account.0.as_bytes()));
    let (house, actor) = (Arc::clone(app), visitor.actor.clone());
    let door = app.database.at_door();
    let looked = door.write(move |db| {
        let now = house.clock.now();
        account_enter(db, region, account, now)?;
        let hash = credential_find(db, region, account)?;
        let taken = Tx::run(db, &house, actor, now, |tx| Ok(taken(tx, &[budget])?))?;
        Ok::<_, AppError>(taken.map(|()| hash))
    });
    let hash = looked.await??;
    let password = Password::offered(current);
    if !app.door.hasher.verify(password, hash).await? {
        return Err(AppError::invalid("/current", FaultKind::NotHere));
    }
    let door = app.database.at_door();
    let given = door.write(move |db| rate_give_back(db, &[budget]));
    Ok(given.await?)
}

/// Changes one's own password: every session ends, and this one goes on under a new secret.
///
/// # Errors
/// The password of now is wrong, or the new one is not good enough.
pub async fn change_password(
    app: &Arc<App>,
    visitor: Visitor,
    current: &str,
    wanted: &str,
    caller: &Caller,
) -> Result<Opened, AppError> {
    confirm(app, &visitor, current).await?;
    let (region, id) = (visitor.actor.region, visitor.actor.account);
    let account = app
        .database
        .at_door()
        .read(move |db| account_find(db, region, id))
        .await?;
    let own = [account.name.as_str(), account.email.as_str()];
    let password = judge::judge(wanted, &own).map_err(link::wrong)?;
    let hash = app
        .door
        .hasher
        .hash(password, app.door.secrets.as_ref())
        .await?;
    let (house, caller) = (Arc::clone(app), caller.clone());
    let change = move |db: &mut Db| {
        let now = house.clock.now();
        account_enter(db, region, id, now)?;
        Tx::run(db, &house, visitor.actor.clone(), now, |tx| {
            link::replace(tx, id, &hash)?;
            session::advance(tx, &visitor.session, SessionStage::Full, &caller)
        })
    };
    app.database.at_door().write(change).await
}

/// Ends one of one's own sessions.
///
/// # Errors
/// As the store.
pub fn end_session(tx: &mut Tx<'_>, id: SessionId) -> Result<(), AppError> {
    session::end(tx, id)
}

/// Signs out everywhere, here too.
///
/// # Errors
/// As the store.
pub fn end_everywhere(tx: &mut Tx<'_>) -> Result<(), AppError> {
    let (region, account, now) = (tx.region(), tx.actor.account, tx.now);
    let ended = session_end_all(tx.db, region, account, None, now)?;
    told(tx, "session.end_all", json!({"ended": ended}))
}

/// A token that somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenWish {
    /// What its owner calls it.
    pub label: String,
    /// What it may do.
    pub scope: TokenScope,
    /// How long it holds, in days.
    pub days: i64,
    /// Whether it may take many rows out in one piece (R31).
    pub exports: bool,
}

impl TokenWish {
    /// Parses what somebody typed.
    ///
    /// # Errors
    /// Every fault.
    pub fn parse(label: &str, scope: &str, days: &str, exports: bool) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults::new();
        let label = faults.take("/label", text::line(label, LABEL_MOST));
        let scope = faults.take("/scope", scope.parse());
        let days = days.trim().parse().ok();
        let days = days.filter(|days| (1..=TOKEN_DAYS_MOST).contains(days));
        let days = days.ok_or(FaultKind::OutOfRange {
            least: 1,
            most: TOKEN_DAYS_MOST,
        });
        let days = faults.take("/days", days);
        let wish = || {
            Some(TokenWish {
                label: label?,
                scope: scope?,
                days: days?,
                exports,
            })
        };
        faults.finish(wish())
    }
}

/// Makes a personal token; the text is shown once, and only its digest is stored.
///
/// # Errors
/// As the store.
pub fn make_token(tx: &mut Tx<'_>, wish: &TokenWish) -> Result<String, AppError> {
    let (secret, _) = tx.app.door.secret();
    let text = format!("{TOKEN_PREFIX}{secret}");
    let new = NewToken {
        region: tx.region(),
        id: tx.new_id(),
        account: tx.actor.account,
        digest: crate::door::digest(&text),
        expires_at: tx.now + TimeDelta::days(wish.days),
        exports: wish.exports,
    };
    token_insert_personal(tx.db, &new, wish.scope, &wish.label, tx.now)?;
    let after = json!({
        "token": new.id, "scope": wish.scope, "exports": wish.exports, "expires_at": new.expires_at,
    });
    told(tx, "token.create", after)?;
    Ok(text)
}

/// Ends one of one's own tokens.
///
/// # Errors
/// As the store.
pub fn end_token(tx: &mut Tx<'_>, id: TokenId) -> Result<(), AppError> {
    let (region, account, now) = (tx.region(), tx.actor.account, tx.now);
    if token_revoke(tx.db, region, account, id, now)? {
        told(tx, "token.revoke", json!({"token": id}))?;
    }
    Ok(())
}
