//! Sessions of browsers: only the SHA-256 digest of a cookie is stored, for a cookie is random and long.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use kelisim_domain::calendar::Zone;
use kelisim_domain::id::{AccountId, RegionId, SessionId};
use kelisim_domain::language::Language;
use kelisim_domain::policy::{Actor, Grant};
use kelisim_domain::sign_in::{IDLE_MINUTES, SessionStage};
use kelisim_domain::text::Name;

use crate::acting::Entered;
use crate::both;
use crate::connection::Db;
use crate::error::Error;
use crate::row::account::GrantRow;
use crate::row::sign_in::SessionRow;
use crate::schema::{account, account_grant, link, region, second_factor, session};
use crate::types::{Ts, Uid, Word};

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The account's region.
    pub region: RegionId,
    /// The session's id.
    pub id: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// SHA-256 of the cookie.
    pub digest: [u8; 32],
    /// How far it has come.
    pub stage: SessionStage,
    /// What its owner knows the device by.
    pub device: String,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// The last request, to the minute.
    pub seen_at: DateTime<Utc>,
    /// When it ends whatever happens.
    pub expires_at: DateTime<Utc>,
}

/// Who a session belongs to, as of now.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The account, with the grants that hold today in the region's time zone.
    pub actor: Actor,
    /// The person's name.
    pub name: Name,
    /// Whether a second factor is asked for with every sign-in.
    pub has_second_factor: bool,
    /// The session.
    pub session: Session,
}

/// Begins a session.
///
/// # Errors
/// [`Error::Missing`] when there is no such account.
pub fn session_insert(db: &mut Db, new: &Session) -> Result<(), Error> {
    let row = SessionRow {
        region_id: new.region.into(),
        id: new.id.into(),
        account_id: new.account.into(),
        digest: new.digest.to_vec(),
        stage: Word(new.stage),
        device: new.device.clone(),
        created_at: new.created_at.into(),
        seen_at: new.seen_at.into(),
        expires_at: new.expires_at.into(),
        ended_at: None,
    };
    diesel::insert_into(session::table)
        .values(row)
        .execute(db)?;
    Ok(())
}

/// What lives: not ended, not too old, not idle for too long.
#[diesel::dsl::auto_type]
fn lives(now: DateTime<Utc>) -> _ {
    let (at, seen): (Ts, Ts) = (now.into(), idle_since(now).into());
    session::ended_at
        .is_null()
        .and(session::expires_at.gt(at))
        .and(session::seen_at.gt(seen))
}

fn idle_since(now: DateTime<Utc>) -> DateTime<Utc> {
    now - TimeDelta::minutes(IDLE_MINUTES)
}

/// Who a cookie stands for; nobody when the session is unknown, over or idle for too long, or its account is stopped.
///
/// Grants are read with every request, so a change of role acts with the next one (R7). The query also tells the database
/// who asks from now on.
///
/// # Errors
/// Those of the database.
pub fn session_visitor(
    db: &mut Db,
    digest: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<Option<Visitor>, Error> {
    type Found = (
        SessionRow,
        Word<Language>,
        String,
        String,
        Option<Uid>,
        Option<GrantRow>,
        bool,
    );
    let rows: Vec<Found> = both!(db, connection => session::table
        .inner_join(
            account::table.on(account::region_id
                .eq(session::region_id)
                .and(account::id.eq(session::account_id))),
        )
        .inner_join(region::table.on(region::id.eq(session::region_id)))
        .left_join(
            second_factor::table.on(second_factor::region_id
                .eq(session::region_id)
                .and(second_factor::account_id.eq(session::account_id))
                .and(second_factor::state.eq("confirmed"))),
        )
        .left_join(
            account_grant::table.on(account_grant::region_id
                .eq(session::region_id)
                .and(account_grant::account_id.eq(session::account_id))),
        )
        .filter(session::digest.eq(digest.as_slice()))
        .filter(lives(now))
        .filter(account::active.eq(true))
        .select((
            SessionRow::as_select(),
            account::language,
            account::name,
            region::time_zone,
            second_factor::account_id.nullable(),
            Option::<GrantRow>::as_select(),
            Entered { now: now.into() },
        ))
        .load(connection))?;
    let mut visitor: Option<Visitor> = None;
    for (row, language, name, zone, factor, grant, _) in rows {
        let zone = Zone::parse(&zone).map_err(|error| Error::broken("region", error))?;
        let session = Session::try_from(row)?;
        let visitor = visitor.get_or_insert_with(|| Visitor {
            actor: Actor {
                account: session.account,
                region: session.region,
                language: language.0,
                grants: Vec::new(),
                system: None,
            },
            name: Name::from_stored(name),
            has_second_factor: factor.is_some(),
            session,
        });
        let grant = grant.map(Grant::try_from).transpose()?;
        let today = zone.day(now);
        let held = grant.filter(|grant| grant.holds_on(today));
        visitor.actor.grants.extend(held);
    }
    if let Some(visitor) = &mut visitor {
        visitor.actor.grants.sort_by_key(|grant| grant.id);
    }
    Ok(visitor)
}

/// Notes that a session was used.
///
/// # Errors
/// Those of the database.
pub fn session_touch(
    db: &mut Db,
    region: RegionId,
    id: SessionId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let row = session::table.find((Uid::from(region), Uid::from(id)));
    diesel::update(row.filter(lives(now)))
        .set(session::seen_at.eq(Ts::from(now)))
        .execute(db)?;
    Ok(())
}

/// The living sessions of an account, the newest first; those that are half way too.
///
/// # Errors
/// Those of the database.
pub fn session_list(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Vec<Session>, Error> {
    let rows: Vec<SessionRow> = session::table
        .filter(session::region_id.eq(Uid::from(region)))
        .filter(session::account_id.eq(Uid::from(account)))
        .filter(lives(now))
        .order((session::created_at.desc(), session::id.desc()))
        .select(SessionRow::as_select())
        .load(db)?;
    rows.into_iter().map(Session::try_from).collect()
}

/// Ends a session of an account; no when it lives no more, or is somebody else's.
///
/// # Errors
/// Those of the database.
pub fn session_end(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
    id: SessionId,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let row = session::table
        .find((Uid::from(region), Uid::from(id)))
        .filter(session::account_id.eq(Uid::from(account)))
        .filter(session::ended_at.is_null());
    let ended = diesel::update(row)
        .set(session::ended_at.eq(Some(Ts::from(now))))
        .execute(db)?;
    Ok(ended == 1)
}

/// Ends the session of a cookie, whosever it is.
///
/// # Errors
/// Those of the database.
pub fn session_end_by_digest(
    db: &mut Db,
    digest: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let row = session::table
        .filter(session::digest.eq(digest.as_slice()))
        .filter(session::ended_at.is_null());
    diesel::update(row)
        .set(session::ended_at.eq(Some(Ts::from(now))))
        .execute(db)?;
    Ok(())
}

/// Ends the sessions of an account, all or all but one; the answer is how many lived until now.
///
/// # Errors
/// Those of the database.
pub fn session_end_all(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
    but: Option<SessionId>,
    now: DateTime<Utc>,
) -> Result<usize, Error> {
    let but = but.map_or(Uid(uuid::Uuid::nil()), Uid::from);
    let live = session::table
        .filter(session::region_id.eq(Uid::from(region)))
        .filter(session::account_id.eq(Uid::from(account)))
        .filter(session::ended_at.is_null())
        .filter(session::id.ne(but));
    Ok(diesel::update(live)
        .set(session::ended_at.eq(Some(Ts::from(now))))
        .execute(db)?)
}

/// Ends every session and every link of the database, as after a restore: whoever has ended theirs since the backup, or has
/// set another password, must not find them alive again.
///
/// # Errors
/// Those of the database.
pub fn session_end_whole(db: &mut Db, now: DateTime<Utc>) -> Result<(), Error> {
    let at = Some(Ts::from(now));
    diesel::update(session::table.filter(session::ended_at.is_null()))
        .set(session::ended_at.eq(at))
        .execute(db)?;
    diesel::update(link::table.filter(link::used_at.is_null()))
        .set(link::used_at.eq(at))
        .execute(db)?;
    Ok(())
}

/// Removes what ended or ran out before an instant; the answer is how many.
///
/// # Errors
/// Those of the database.
pub fn session_sweep(db: &mut Db, before: DateTime<Utc>) -> Result<usize, Error> {
    let over = session::table.filter(session::expires_at.lt(Ts::from(before)));
    Ok(diesel::delete(over).execute(db)?)
}

impl TryFrom<SessionRow> for Session {
    type Error = Error;

    fn try_from(row: SessionRow) -> Result<Self, Error> {
        Ok(Self {
            region: row.region_id.into(),
            id: row.id.into(),
            account: row.account_id.into(),
            digest: digest(&row.digest)?,
            stage: row.stage.0,
            device: row.device,
            created_at: row.created_at.into(),
            seen_at: row.seen_at.into(),
            expires_at: row.expires_at.into(),
        })
    }
}

pub(crate) fn digest(bytes: &[u8]) -> Result<[u8; 32], Error> {
    bytes
        .try_into()
        .map_err(|_| Error::broken("digest", "not 32 bytes"))
}
