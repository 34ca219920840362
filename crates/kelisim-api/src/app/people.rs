//! Accounts and grants, kept by the administrator.
//!
//! What is taken away is taken with the next request: grants are read with every one, and a stopped account loses its
//! sessions, tokens and links in the same transaction (R7, R10).

use super::{
    AppError, Tx, link,
    register::{Change, record, taken},
};
use kelisim_domain::{
    account::{AccountWish, GrantWish},
    fault::FaultKind,
    id::{AccountId, GrantId},
    policy::{Grant, Role, Standing, combine},
    refusal::Refusal,
    register::RegisterRefusal,
    sign_in::LinkKind,
};
use kelisim_persistence::store::{
    account::{Account, account_insert, account_list_with, grant_end, grant_insert, grant_remove},
    account_entry::{
        AccountEntry, AccountPage, account_count_change, account_entry, account_page,
        account_update,
    },
    device::device_forget,
    link::link_end_all,
    mediator::mediator_facts,
    second_factor::second_factor_remove,
    session::session_end_all,
    token::token_revoke_all,
};
use serde_json::{Map, Value, json};

/// A page of accounts.
///
/// # Errors
/// As the store.
pub fn list(tx: &mut Tx<'_>, page: &AccountPage) -> Result<Vec<AccountEntry>, AppError> {
    let region = tx.region();
    Ok(account_page(tx.db, region, page)?)
}

/// One account.
///
/// # Errors
/// Not found.
pub fn load(tx: &mut Tx<'_>, id: AccountId) -> Result<AccountEntry, AppError> {
    let region = tx.region();
    Ok(account_entry(tx.db, region, id)?)
}

/// Makes an account with a grant, and invites the person.
///
/// # Errors
/// The address is taken; the mediator is not of that office.
pub fn create(
    tx: &mut Tx<'_>,
    wish: AccountWish,
    grant: Option<&GrantWish>,
) -> Result<AccountEntry, AppError> {
    let account = Account {
        region: tx.region(),
        id: tx.new_id(),
        email: wish.email.clone(),
        name: wish.name.clone(),
        language: wish.language,
        active: wish.active,
    };
    account_insert(tx.db, &account, tx.now)
        .map_err(|error| taken(error, "account.email", "email"))?;
    told(tx, "account.create", account.id, None, wish.form())?;
    if let Some(grant) = grant {
        add(tx, account.id, &[], grant)?;
    }
    if account.active {
        link::send(tx, &account, LinkKind::Invitation)?;
    }
    load(tx, account.id)
}

/// Changes an account; one that is stopped loses its sessions, tokens and links at once.
///
/// # Errors
/// The address is taken; nobody else could keep the accounts; another change came in between.
pub fn change(
    tx: &mut Tx<'_>,
    before: AccountEntry,
    wish: AccountWish,
) -> Result<AccountEntry, AppError> {
    let old = wish_of(&before.account);
    if old == wish {
        return Ok(before);
    }
    let stops = before.account.active && !wish.active;
    if stops {
        someone_left(tx, before.account.id)?;
    }
    let after = Account {
        email: wish.email.clone(),
        name: wish.name.clone(),
        language: wish.language,
        active: wish.active,
        ..before.account.clone()
    };
    let changed = account_update(tx.db, &after, before.version + 1, tx.now)
        .map_err(|error| taken(error, "account.email", "email"))?;
    if !changed {
        return Err(AppError::Stale);
    }
    if stops {
        let (region, id, now) = (tx.region(), after.id, tx.now);
        session_end_all(tx.db, region, id, None, now)?;
        token_revoke_all(tx.db, region, id, now)?;
        link_end_all(tx.db, region, id, now)?;
    }
    if after.email != before.account.email {
        // A letter to the old address must not open the account any more.
        link_end_all(tx.db, after.region, after.id, tx.now)?;
    }
    told(
        tx,
        "account.update",
        after.id,
        Some(old.form()),
        wish.form(),
    )?;
    load(tx, after.id)
}

/// Gives one more role.
///
/// # Errors
/// The roles do not combine; the mediator is not of that office; another change came in between.
pub fn give(
    tx: &mut Tx<'_>,
    before: AccountEntry,
    wish: &GrantWish,
) -> Result<AccountEntry, AppError> {
    let id = before.account.id;
    counted(tx, &before)?;
    add(tx, id, &before.grants, wish)?;
    load(tx, id)
}

fn add(
    tx: &mut Tx<'_>,
    account: AccountId,
    held: &[Grant],
    wish: &GrantWish,
) -> Result<(), AppError> {
    let (region, today) = (tx.region(), tx.today());
    let Some(standing) = wish.standing() else {
        return Err(AppError::invalid("/role", FaultKind::Missing));
    };
    if let Standing::Mediator { office, mediator } = standing {
        let facts = mediator_facts(tx.db, region, mediator, today)?;
        if !facts.is_some_and(|(facts, _)| facts.offices.contains(&office)) {
            let kind = FaultKind::UnknownCode { known: Vec::new() };
            return Err(AppError::invalid("/mediator", kind));
        }
    }
    // What is over binds nobody: somebody may change from one side to the other.
    let open = held
        .iter()
        .filter(|grant| grant.to.is_none_or(|to| to >= today));
    let mut standings: Vec<Standing> = open.map(|grant| grant.standing).collect();
    standings.push(standing);
    if !combine(&standings) {
        let refusal = Refusal::Register(RegisterRefusal::RolesDoNotCombine);
        return Err(AppError::Refused(vec![refusal]));
    }
    let grant = Grant {
        id: tx.new_id(),
        standing,
        from: wish.from,
        to: wish.to,
    };
    grant_insert(tx.db, region, account, &grant, tx.now)?;
    told_grant(tx, "grant.create", account, None, &grant)
}

/// Ends a grant with a day; without one at once, and with the next request it holds no more.
///
/// # Errors
/// Not found; the day is over; nobody else could keep the accounts; another change came in between.
pub fn take(
    tx: &mut Tx<'_>,
    before: AccountEntry,
    grant: GrantId,
    last: Option<chrono::NaiveDate>,
) -> Result<AccountEntry, AppError> {
    let (region, today) = (tx.region(), tx.today());
    let found = before.grants.iter().find(|one| one.id == grant);
    let found = *found.ok_or(AppError::NotFound)?;
    let earliest = today.max(found.from);
    if last.is_some_and(|last| last < earliest) {
        return Err(AppError::invalid("/to", FaultKind::TooEarly { earliest }));
    }
    if found.to.is_some_and(|to| to < today) {
        return Err(AppError::invalid("/to", FaultKind::Frozen));
    }
    if found.standing == Standing::Administrator && last.is_none_or(|last| last <= today) {
        someone_left(tx, before.account.id)?;
    }
    counted(tx, &before)?;
    let yesterday = today.pred_opt().unwrap_or(today);
    let after = match last {
        Some(last) => Some(last),
        None if found.from <= yesterday => Some(yesterday),
        None => None,
    };
    match after {
        Some(last) => grant_end(tx.db, region, grant, last)?,
        // It never held for a whole day: there is no last one to write down, and the audit log knows of it.
        None => grant_remove(tx.db, region, grant)?,
    }
    let ended = Grant { to: after, ..found };
    told_grant(tx, "grant.end", before.account.id, Some(&found), &ended)?;
    load(tx, before.account.id)
}

/// Sends the person a letter with a link: an invitation, or another password for whoever has one.
///
/// # Errors
/// Refused, when the account is stopped.
pub fn invite(tx: &mut Tx<'_>, entry: &AccountEntry) -> Result<(), AppError> {
    if !entry.account.active {
        return Err(AppError::invalid("/active", FaultKind::MustBeYes));
    }
    let kind = match entry.has_password {
        true => LinkKind::Reset,
        false => LinkKind::Invitation,
    };
    link::send(tx, &entry.account, kind).map(drop)
}

/// Takes away the second factor of somebody who has lost telephone and codes; they set up another one with the next sign-in,
/// where a role asks for one. Every session and every known device ends.
///
/// # Errors
/// As the store; another change came in between.
pub fn reset_second_factor(
    tx: &mut Tx<'_>,
    before: AccountEntry,
) -> Result<AccountEntry, AppError> {
    counted(tx, &before)?;
    let (region, id, now) = (tx.region(), before.account.id, tx.now);
    second_factor_remove(tx.db, region, id)?;
    session_end_all(tx.db, region, id, None, now)?;
    device_forget(tx.db, region, id, None)?;
    told(tx, "second_factor.reset", id, None, Map::new())?;
    load(tx, id)
}

/// Whether somebody heads an office or coordinates today.
///
/// # Errors
/// As the store.
pub fn is_staffed(tx: &mut Tx<'_>) -> Result<bool, AppError> {
    let region = tx.region();
    let of = |role| AccountPage {
        role: Some(role),
        limit: 1,
        ..AccountPage::default()
    };
    for role in [Role::Coordinator, Role::OfficeHead] {
        if !account_page(tx.db, region, &of(role))?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether somebody else can keep the accounts today (without an account there would be nobody but the command line).
fn someone_left(tx: &mut Tx<'_>, but: AccountId) -> Result<(), AppError> {
    let (region, today) = (tx.region(), tx.today());
    let keepers = account_list_with(tx.db, region, Standing::Administrator, today)?;
    let was_one = keepers.iter().any(|one| one.id == but);
    match was_one && keepers.iter().all(|one| one.id == but) {
        true => Err(AppError::Refused(vec![Refusal::Register(
            RegisterRefusal::LastAdministrator,
        )])),
        false => Ok(()),
    }
}

fn counted(tx: &mut Tx<'_>, before: &AccountEntry) -> Result<(), AppError> {
    let (region, id, version) = (tx.region(), before.account.id, before.version + 1);
    match account_count_change(tx.db, region, id, version, tx.now)? {
        true => Ok(()),
        false => Err(AppError::Stale),
    }
}

/// An account as somebody would ask for it.
pub fn wish_of(account: &Account) -> AccountWish {
    AccountWish {
        email: account.email.clone(),
        name: account.name.clone(),
        language: account.language,
        active: account.active,
    }
}

/// Names and addresses of people stay out of the audit log: it is kept longer than they are.
fn told(
    tx: &mut Tx<'_>,
    action: &'static str,
    id: AccountId,
    before: Option<Map<String, Value>>,
    after: Map<String, Value>,
) -> Result<(), AppError> {
    let (region, now) = (tx.region(), tx.now);
    let key = link::account_key(tx.db, &tx.app.vault, region, id, now)?;
    let veiled = |mut form: Map<String, Value>| {
        for name in ["email", "name"] {
            if let Some(value) = form.remove(name) {
                let one = Map::from_iter([(name.to_owned(), value)]);
                form.extend(super::register::hashed(&key, &one));
            }
        }
        form
    };
    record(
        tx,
        Change {
            action,
            kind: "account",
            id: id.to_string(),
            before: before.map(veiled),
            after: veiled(after),
            reason: None,
        },
    )
}

fn told_grant(
    tx: &mut Tx<'_>,
    action: &'static str,
    account: AccountId,
    before: Option<&Grant>,
    after: &Grant,
) -> Result<(), AppError> {
    let form = |grant: &Grant| {
        let form = json!({
            "account": account,
            "role": grant.standing.role(),
            "scope": scope_of(grant.standing),
            "from": grant.from,
            "to": grant.to,
        });
        form.as_object().cloned().unwrap_or_default()
    };
    record(
        tx,
        Change {
            action,
            kind: "grant",
            id: after.id.to_string(),
            before: before.map(form),
            after: form(after),
            reason: None,
        },
    )
}

fn scope_of(standing: Standing) -> Value {
    match standing {
        Standing::Mediator { office, mediator } => json!({"office": office, "mediator": mediator}),
        Standing::OfficeHead { office } => json!({"office": office}),
        Standing::Partner { partner } => json!({"partner": partner}),
        Standing::Registrar
        | Standing::Coordinator
        | Standing::Auditor
        | Standing::Administrator => json!({}),
    }
}
