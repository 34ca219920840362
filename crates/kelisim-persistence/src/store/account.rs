//! Accounts and their grants.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use kelisim_domain::id::{AccountId, GrantId, RegionId};
use kelisim_domain::language::Language;
use kelisim_domain::policy::{Grant, Standing};
use kelisim_domain::text::{EmailAddress, Name};

use crate::acting::Entered;
use crate::both;
use crate::connection::Db;
use crate::error::Error;
use crate::row::account::{AccountRow, GrantRow};
use crate::schema::{account, account_grant, region};
use crate::types::{Ts, Uid, Word};

/// Whether an office has a head on a day, as an expression of a query that names the office:
/// who reads the content of its cases depends on it.
macro_rules! has_head {
    ($region:expr, $office:expr, $day:expr) => {{
        use crate::schema::{account, account_grant};
        diesel::dsl::exists(
            account_grant::table
                .inner_join(
                    account::table.on(account::region_id
                        .eq(account_grant::region_id)
                        .and(account::id.eq(account_grant::account_id))),
                )
                .filter(account_grant::region_id.eq(crate::types::Uid::from($region)))
                .filter(account_grant::office_id.eq($office.nullable()))
                .filter(
                    account_grant::role
                        .eq(crate::types::Word(kelisim_domain::policy::Role::OfficeHead)),
                )
                .filter(account::active.eq(true))
                .filter(account_grant::valid_from.le($day))
                .filter(
                    account_grant::valid_to
                        .is_null()
                        .or(account_grant::valid_to.ge($day)),
                ),
        )
    }};
}
pub(crate) use has_head;

/// A person's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its region.
    pub region: RegionId,
    /// Its id.
    pub id: AccountId,
    /// The address it signs in with, unique in the whole database.
    pub email: EmailAddress,
    /// The person's name.
    pub name: Name,
    /// The person's language.
    pub language: Language,
    /// Whether it may act at all.
    pub active: bool,
}

/// Adds an account.
///
/// # Errors
/// [`Error::Conflict`] on `account.email`.
pub fn account_insert(db: &mut Db, new: &Account, now: DateTime<Utc>) -> Result<(), Error> {
    let row = AccountRow {
        region_id: new.region.into(),
        id: new.id.into(),
        email: new.email.as_str().to_owned(),
        name: new.name.as_str().to_owned(),
        language: Word(new.language),
        active: new.active,
        created_at: now.into(),
        updated_at: now.into(),
        version: 1,
    };
    diesel::insert_into(account::table)
        .values(row)
        .execute(db)?;
    Ok(())
}

/// Finds an account.
///
/// # Errors
/// [`Error::NotFound`].
pub fn account_find(db: &mut Db, region: RegionId, id: AccountId) -> Result<Account, Error> {
    let row = account::table
        .find((Uid::from(region), Uid::from(id)))
        .select(AccountRow::as_select())
        .first(db)?;
    Ok(row.into())
}

/// Lets somebody in who has proved who they are, where no token and no session says it: the database is told who asks from
/// now on, and the door is shut behind them. Whoever stands not at the door stays who they are.
///
/// # Errors
/// Those of the database.
pub fn account_enter(
    db: &mut Db,
    region: RegionId,
    id: AccountId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let (of_region, account_id) = (Uid::from(region), Uid::from(id));
    let _entered: Vec<bool> = both!(db, connection => account::table
        .inner_join(region::table.on(region::id.eq(account::region_id)))
        .left_join(
            account_grant::table.on(account_grant::region_id
                .eq(account::region_id)
                .and(account_grant::account_id.eq(account::id))),
        )
        .filter(account::region_id.eq(of_region))
        .filter(account::id.eq(account_id))
        .select(Entered { now: now.into() })
        .load(connection))?;
    Ok(())
}

/// The names of accounts, as far as they exist.
///
/// # Errors
/// Those of the database.
pub fn account_names(
    db: &mut Db,
    region: RegionId,
    ids: &[AccountId],
) -> Result<BTreeMap<AccountId, String>, Error> {
    let ids: Vec<Uid> = ids.iter().map(|id| Uid::from(*id)).collect();
    let rows: Vec<(Uid, String)> = account::table
        .filter(account::region_id.eq(Uid::from(region)))
        .filter(account::id.eq_any(ids))
        .select((account::id, account::name))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(id, name)| (id.into(), name))
        .collect())
}

/// Finds an account by the address it signs in with.
///
/// # Errors
/// [`Error::NotFound`].
pub fn account_find_by_email(db: &mut Db, email: &EmailAddress) -> Result<Account, Error> {
    let row = account::table
        .filter(account::email.eq(email.as_str()))
        .select(AccountRow::as_select())
        .first(db)?;
    Ok(row.into())
}

/// Lets an account act, or stops it; tokens of a stopped account do not work from that moment on.
///
/// # Errors
/// [`Error::NotFound`].
pub fn account_set_active(
    db: &mut Db,
    region: RegionId,
    id: AccountId,
    active: bool,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let changed = diesel::update(account::table.find((Uid::from(region), Uid::from(id))))
        .set((
            account::active.eq(active),
            account::updated_at.eq(Ts::from(now)),
        ))
        .execute(db)?;
    found(changed)
}

/// Active accounts that hold a grant of a kind on a day, oldest grant first: the head of an office,
/// the coordinators, a mediator's own account.
///
/// # Errors
/// Those of the database.
pub fn account_list_with(
    db: &mut Db,
    region: RegionId,
    standing: Standing,
    day: NaiveDate,
) -> Result<Vec<Account>, Error> {
    let mut query = account::table
        .inner_join(
            account_grant::table.on(account_grant::region_id
                .eq(account::region_id)
                .and(account_grant::account_id.eq(account::id))),
        )
        .filter(account::region_id.eq(Uid::from(region)))
        .filter(account::active.eq(true))
        .filter(account_grant::role.eq(Word(standing.role())))
        .filter(account_grant::valid_from.le(day))
        .filter(
            account_grant::valid_to
                .is_null()
                .or(account_grant::valid_to.ge(day)),
        )
        .order((account_grant::created_at, account_grant::id))
        .select(AccountRow::as_select())
        .into_boxed();
    let scope = scope(standing);
    if let Some(office) = scope.office {
        query = query.filter(account_grant::office_id.eq(office));
    }
    if let Some(partner) = scope.partner {
        query = query.filter(account_grant::partner_id.eq(partner));
    }
    if let Some(mediator) = scope.mediator {
        query = query.filter(account_grant::mediator_id.eq(mediator));
    }
    let rows: Vec<AccountRow> = query.load(db)?;
    Ok(rows.into_iter().map(Account::from).collect())
}

/// Gives a grant to an account.
///
/// # Errors
/// [`Error::Missing`] when the account or its scope does not exist.
pub fn grant_insert(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
    new: &Grant,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let scope = scope(new.standing);
    let row = GrantRow {
        region_id: region.into(),
        id: new.id.into(),
        account_id: account.into(),
        role: Word(new.standing.role()),
        office_id: scope.office,
        partner_id: scope.partner,
        mediator_id: scope.mediator,
        valid_from: new.from,
        valid_to: new.to,
        created_at: now.into(),
    };
    diesel::insert_into(account_grant::table)
        .values(row)
        .execute(db)?;
    Ok(())
}

/// Ends a grant: `last` is the last day on which it holds.
///
/// # Errors
/// [`Error::NotFound`].
pub fn grant_end(db: &mut Db, region: RegionId, id: GrantId, last: NaiveDate) -> Result<(), Error> {
    let changed = diesel::update(account_grant::table.find((Uid::from(region), Uid::from(id))))
        .set(account_grant::valid_to.eq(Some(last)))
        .execute(db)?;
    found(changed)
}

/// Takes a grant away that has not held for a whole day.
///
/// # Errors
/// [`Error::NotFound`].
pub fn grant_remove(db: &mut Db, region: RegionId, id: GrantId) -> Result<(), Error> {
    let row = account_grant::table.find((Uid::from(region), Uid::from(id)));
    found(diesel::delete(row).execute(db)?)
}

/// All grants of an account, past and future ones too, oldest first.
///
/// # Errors
/// Those of the database.
pub fn grant_list(db: &mut Db, region: RegionId, account: AccountId) -> Result<Vec<Grant>, Error> {
    let rows = account_grant::table
        .filter(account_grant::region_id.eq(Uid::from(region)))
        .filter(account_grant::account_id.eq(Uid::from(account)))
        .order((account_grant::created_at, account_grant::id))
        .select(GrantRow::as_select())
        .load(db)?;
    rows.into_iter().map(Grant::try_from).collect()
}

/// Columns of a grant's scope.
#[derive(Default)]
struct Scope {
    office: Option<Uid>,
    partner: Option<Uid>,
    mediator: Option<Uid>,
}

fn scope(standing: Standing) -> Scope {
    match standing {
        Standing::Mediator { office, mediator } => Scope {
            office: Some(office.into()),
            mediator: Some(mediator.into()),
            partner: None,
        },
        Standing::OfficeHead { office } => Scope {
            office: Some(office.into()),
            ..Scope::default()
        },
        Standing::Partner { partner } => Scope {
            partner: Some(partner.into()),
            ..Scope::default()
        },
        Standing::Registrar
        | Standing::Coordinator
        | Standing::Auditor
        | Standing::Administrator => Scope::default(),
    }
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Self {
            region: row.region_id.into(),
            id: row.id.into(),
            email: EmailAddress::from_stored(row.email),
            name: Name::from_stored(row.name),
            language: row.language.0,
            active: row.active,
        }
    }
}

fn found(changed: usize) -> Result<(), Error> {
    if changed == 0 {
        return Err(Error::NotFound);
    }
    Ok(())
}
