//! Cases whose content was opened to the coordinator: when, by whom, why, and when that ended.
//!
//! That a case is handed up now stands in its course too, where the policy reads it; the row says why.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use kelisim_domain::confidential::Confidential;
use kelisim_domain::id::{AccountId, CaseId, RegionId};

use crate::connection::Db;
use crate::error::Error;
use crate::schema::handing_up;
use crate::store::access::{Authorized, HandUp, ReadContent};
use crate::types::{Ts, Uid};
use crate::vault::{DataKey, Vault};
use crate::writes::Writes;

/// An act of handing up that holds.
#[derive(Debug, Clone)]
pub struct HandedUp {
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub by: AccountId,
    /// Why.
    pub reason: Confidential<String>,
}

#[derive(Insertable)]
#[diesel(table_name = handing_up)]
struct Row {
    region_id: Uid,
    case_id: Uid,
    seq: i32,
    at: Ts,
    actor_id: Uid,
    reason: Vec<u8>,
}

fn place(case: CaseId, seq: i32) -> String {
    format!("handing_up.reason/{case}/{seq}")
}

/// Adds the row of an act; `seq` is that of its event in the history of the case.
///
/// # Errors
/// [`Error::Erased`] when the case was erased: there is nothing to hand up.
pub fn handing_up_add(
    writes: &mut Writes,
    vault: &Vault,
    authorized: &Authorized<HandUp>,
    seq: i32,
    act: &HandedUp,
) -> Result<(), Error> {
    let loaded = authorized.loaded();
    let (region, case) = (loaded.region, loaded.case.id);
    let key: &DataKey = authorized.data_key(vault)?;
    let row = Row {
        region_id: region.into(),
        case_id: case.into(),
        seq,
        at: act.at.into(),
        actor_id: act.by.into(),
        reason: key.seal(&place(case, seq), act.reason.reveal().as_bytes()),
    };
    writes.add(
        diesel::insert_into(handing_up::table).values(row),
        Error::conflict("handing_up"),
    );
    Ok(())
}

/// Ends the act that holds.
pub fn handing_up_end(
    writes: &mut Writes,
    authorized: &Authorized<HandUp>,
    by: AccountId,
    at: DateTime<Utc>,
) {
    let loaded = authorized.loaded();
    let row = handing_up::table
        .filter(handing_up::region_id.eq(Uid::from(loaded.region)))
        .filter(handing_up::case_id.eq(Uid::from(loaded.case.id)))
        .filter(handing_up::ended_at.is_null());
    let ended = (
        handing_up::ended_at.eq(Some(Ts::from(at))),
        handing_up::ended_by.eq(Some(Uid::from(by))),
    );
    writes.add(
        diesel::update(row).set(ended),
        Error::conflict("handing_up.ended_at"),
    );
}

/// The act that holds, for whoever reads the content.
///
/// # Errors
/// [`Error::Key`]; those of the database.
pub fn handing_up_of(
    db: &mut Db,
    vault: &Vault,
    authorized: &Authorized<ReadContent>,
) -> Result<Option<HandedUp>, Error> {
    let loaded = authorized.loaded();
    let (region, case): (RegionId, CaseId) = (loaded.region, loaded.case.id);
    let row: Option<(i32, Ts, Uid, Vec<u8>)> = handing_up::table
        .filter(handing_up::region_id.eq(Uid::from(region)))
        .filter(handing_up::case_id.eq(Uid::from(case)))
        .filter(handing_up::ended_at.is_null())
        .select((
            handing_up::seq,
            handing_up::at,
            handing_up::actor_id,
            handing_up::reason,
        ))
        .first(db)
        .optional()?;
    let Some((seq, at, by, sealed)) = row else {
        return Ok(None);
    };
    let plain = authorized
        .data_key(vault)?
        .open(&place(case, seq), &sealed)?;
    let reason = String::from_utf8(plain).map_err(|_| Error::unreadable("handing_up.reason"))?;
    Ok(Some(HandedUp {
        at: at.into(),
        by: by.into(),
        reason: Confidential::new(reason),
    }))
}
