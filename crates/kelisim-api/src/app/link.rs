//! Links that work once: invitations, and another password (R11).
//!
//! The secret of a link is made from the key of its account and its id, when the letter is written: until then it stands
//! nowhere, and nobody who reads the database can make it.

use super::{
    App, AppError, Tx,
    message::payload,
    prove::{self, Caller, too_many},
    register::{Change, record},
    session::{self, Opened},
};
use crate::door::{counted_as, digest, hasher, judge, subject};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use kelisim_domain::{
    fault::FaultKind,
    id::{AccountId, LinkId, RegionId},
    notice::{NoticeKind, Payload},
    policy::Actor,
    sign_in::{Counted, LINK_MINUTES, LinkKind},
    text::EmailAddress,
};
use kelisim_persistence::{
    DataKey, Db, Error as StoreError, SystemPart, Vault,
    store::{
        account::{Account, account_enter, account_find, account_find_by_email, grant_list},
        credential::credential_set,
        device::device_forget,
        link::{Link, link_end_all, link_insert, link_open},
        outbox::{Audience, NewMessage, Recipient, RecipientKind, outbox_add},
        rate::{Subject, rate_take},
        session::session_end_all,
    },
};
use serde_json::json;
use std::sync::Arc;

/// The data key of an account, made when it is first needed.
///
/// # Errors
/// As the store; busy, when another process makes it at this moment.
pub fn account_key(
    db: &mut Db,
    vault: &Vault,
    region: RegionId,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<DataKey, StoreError> {
    let subject = ("account", account.0);
    match vault.key_of(db, region, subject)? {
        Some(key) => Ok(key),
        None => match vault.key_create(db, region, subject, now) {
            Err(StoreError::Conflict { .. }) => Err(StoreError::Busy),
            made => made,
        },
    }
}

/// The secret of a link, as it stands in its address.
pub fn secret_of(key: &DataKey, link: LinkId) -> String {
    URL_SAFE_NO_PAD.encode(key.mac(format!("link/{link}").as_bytes()))
}

/// Makes a link and the letter with it, in the transaction that is open. Links that were made before keep working:
/// whoever asks for many must not take the first away from the person.
///
/// # Errors
/// As the store.
pub fn send(tx: &mut Tx<'_>, account: &Account, kind: LinkKind) -> Result<LinkId, AppError> {
    let link = new(tx, account, kind);
    let key = account_key(tx.db, &tx.app.vault, account.region, account.id, tx.now)?;
    link_insert(tx.db, &link, digest(&secret_of(&key, link.id)))?;
    let message = NewMessage {
        region: account.region,
        id: tx.new_id(),
        kind: match kind {
            LinkKind::Invitation => NoticeKind::AccountInvitation,
            LinkKind::Reset => NoticeKind::PasswordReset,
        },
        dedupe_key: format!("link/{}", link.id),
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
        payload: payload(&Payload::Account { link: link.id })?,
        created_at: tx.now,
    };
    outbox_add(&mut tx.writes, &message);
    told(tx, "link.send", &link)?;
    Ok(link.id)
}

fn new(tx: &Tx<'_>, account: &Account, kind: LinkKind) -> Link {
    Link {
        region: account.region,
        id: tx.new_id(),
        account: account.id,
        kind,
        created_at: tx.now,
        expires_at: tx.now + TimeDelta::minutes(LINK_MINUTES),
        used_at: None,
    }
}

fn told(tx: &mut Tx<'_>, action: &'static str, link: &Link) -> Result<(), AppError> {
    let after = json!({"kind": link.kind, "link": link.id});
    record(
        tx,
        Change {
            action,
            kind: "account",
            id: link.account.to_string(),
            before: None,
            after: after.as_object().cloned().unwrap_or_default(),
            reason: None,
        },
    )
}

/// Somebody has forgotten a password. The answer is the same and comes at the same time whether there is such an account
/// or not: the letter is made after it (R12).
///
/// # Errors
/// Too many letters were asked for from this address.
pub async fn forgot(app: &Arc<App>, email: &str, caller: &Caller) -> Result<(), AppError> {
    let from: Subject = (
        Counted::AddressLetter,
        subject("address", &counted_as(caller.address)),
    );
    let house = Arc::clone(app);
    let door = app.database.at_door();
    let taken = door.write(move |db| {
        let now = house.clock.now();
        let taken = rate_take(db, &[from], now)?;
        Ok::<_, AppError>(taken.map_err(|used| too_many(used.until, now)))
    });
    taken.await??;
    let Ok(email) = EmailAddress::parse(email) else {
        return Ok(());
    };
    let app = Arc::clone(app);
    tokio::spawn(async move {
        let house = Arc::clone(&app);
        // Whoever has forgotten their password cannot say who they are, and hears nothing of what is done here.
        let database = app.database.as_system(SystemPart::Reset);
        let sent = database.write(move |db| reset(db, &house, &email));
        match sent.await {
            Ok(()) => app.wake(),
            Err(error) => tracing::warn!(?error, "a letter with a link was not made"),
        }
    });
    Ok(())
}

/// The letter, if there is such an account and it has not got enough of them in this hour.
fn reset(db: &mut Db, app: &App, email: &EmailAddress) -> Result<(), AppError> {
    let now = app.clock.now();
    let typed = subject("email", email.as_str().to_lowercase().as_bytes());
    if rate_take(db, &[(Counted::Letter, typed)], now)?.is_err() {
        return Ok(());
    }
    let account = match find(db, email)? {
        Some(account) if account.active => account,
        _ => return Ok(()),
    };
    // Nobody has proved yet who they are: the record names no actor.
    let nobody = Actor {
        account: AccountId(uuid::Uuid::nil()),
        region: account.region,
        language: account.language,
        grants: Vec::new(),
        system: None,
    };
    Tx::run(db, app, nobody, now, |tx| {
        send(tx, &account, LinkKind::Reset).map(drop)
    })
}

/// An account by an address as people type it: on a telephone the first letter comes out as a capital by itself.
fn find(db: &mut Db, email: &EmailAddress) -> Result<Option<Account>, StoreError> {
    let lower = EmailAddress::from_stored(email.as_str().to_lowercase());
    for email in [email, &lower] {
        match account_find_by_email(db, email) {
            Err(StoreError::NotFound) => {}
            found => return found.map(Some),
        }
    }
    Ok(None)
}

/// What a page of a link shows before anything happens.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The link.
    pub link: Link,
    /// Whose password it sets.
    pub account: Account,
}

/// Looks at a link; looking changes nothing, because the scanners of mail look too (C30).
///
/// # Errors
/// Not found: unknown, used or over. Too many looks from this address.
pub async fn look(app: &Arc<App>, secret: &str, caller: &Caller) -> Result<Shown, AppError> {
    let (house, digest) = (Arc::clone(app), digest(secret));
    let from: Subject = (
        Counted::Link,
        subject("address", &counted_as(caller.address)),
    );
    let door = app.database.at_door();
    let looked = door.write(move |db| {
        let now = house.clock.now();
        match link_open(db, &digest, now)? {
            Some(link) => {
                let account = account_find(db, link.region, link.account)?;
                Ok(Ok(Shown { link, account }))
            }
            // Only whoever guesses is counted.
            None => Ok(match rate_take(db, &[from], now)? {
                Ok(()) => Err(AppError::NotFound),
                Err(used) => Err(too_many(used.until, now)),
            }),
        }
    });
    let looked: Result<Result<Shown, AppError>, AppError> = looked.await;
    looked?
}

/// Sets the password of a link's account, ends every session and every other link of it, and begins a session: a second
/// factor is asked for as with every sign-in.
///
/// # Errors
/// As [`look`]; the password is not good enough.
pub async fn set_password(
    app: &Arc<App>,
    secret: &str,
    password: &str,
    caller: &Caller,
) -> Result<Opened, AppError> {
    let shown = look(app, secret, caller).await?;
    let own = [shown.account.name.as_str(), shown.account.email.as_str()];
    let password = judge::judge(password, &own).map_err(wrong)?;
    let hash = app
        .door
        .hasher
        .hash(password, app.door.secrets.as_ref())
        .await?;
    let (house, caller) = (Arc::clone(app), caller.clone());
    let set = move |db: &mut Db| {
        let now = house.clock.now();
        let account = account_find(db, shown.link.region, shown.link.account)?;
        // It is looked at again: meanwhile somebody may have been faster, or the account was stopped.
        if !account.active || !shown.link.works(now) {
            return Err(AppError::NotFound);
        }
        // The link is the proof, and it is used up below, or nothing of all this stays.
        account_enter(db, account.region, account.id, now)?;
        let grants = grant_list(db, account.region, account.id)?;
        let today = house.laws.of(account.region).zone().day(now);
        let actor = Actor {
            account: account.id,
            region: account.region,
            language: account.language,
            grants: grants
                .into_iter()
                .filter(|one| one.holds_on(today))
                .collect(),
            system: None,
        };
        Tx::run(db, &house, actor, now, |tx| {
            let proven = prove::by_link(tx, &shown.link)?;
            told(tx, "link.use", &shown.link)?;
            replace(tx, account.id, &hash)?;
            session::begin_within(tx, proven.means(), &caller)
        })
    };
    app.database.at_door().write(set).await
}

/// Puts a password into the place of another: every session, every link and every known device of the account ends.
pub(super) fn replace(tx: &mut Tx<'_>, account: AccountId, hash: &str) -> Result<(), AppError> {
    let (region, now) = (tx.region(), tx.now);
    credential_set(tx.db, region, account, hash, now)?;
    session_end_all(tx.db, region, account, None, now)?;
    link_end_all(tx.db, region, account, now)?;
    device_forget(tx.db, region, account, None)?;
    session::told(tx, "password.set", json!({}))
}

pub(super) fn wrong(kind: FaultKind) -> AppError {
    AppError::invalid("/password", kind)
}

/// Sets a password where nobody floods: the demo.
///
/// # Errors
/// As the store.
pub fn set_password_blocking(
    db: &mut Db,
    app: &App,
    account: &Account,
    password: &kelisim_domain::sign_in::Password,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let hash = hasher::hash_blocking(password, app.door.secrets.as_ref())?;
    Ok(credential_set(db, account.region, account.id, &hash, now)?)
}
