//! Handing up: the head or the mediator of a case opens its content to the coordinator, and closes it again.
//!
//! An event of the case says that it happened, and a row of `handing_up` why: a reason tells of the dispute, so it is sealed.

use super::{
    AppError, Tx,
    case::{Done, store},
};
use kelisim_domain::{case, confidential::Confidential};
use kelisim_persistence::store::{
    access::{Authorized, HandUp, ReadContent},
    handing_up::{HandedUp, handing_up_add, handing_up_end, handing_up_of},
};

/// Opens the content of a case to the coordinator.
///
/// # Errors
/// It is open to them already, or the case was erased; stale when the case has changed meanwhile.
pub fn hand_up(
    tx: &mut Tx<'_>,
    authorized: &Authorized<HandUp>,
    reason: Confidential<String>,
) -> Result<Done, AppError> {
    let has_head = authorized.office_has_head();
    let decision = case::hand_up(authorized.case(), &tx.actor, has_head)?;
    let act = HandedUp {
        at: tx.now,
        by: tx.actor.account,
        reason,
    };
    let seq = authorized.case().version + 1;
    handing_up_add(&mut tx.writes, &tx.app.vault, authorized, seq, &act)?;
    store(tx, authorized, decision)
}

/// Closes it again.
///
/// # Errors
/// It is not open to them; stale when the case has changed meanwhile.
pub fn take_back(tx: &mut Tx<'_>, authorized: &Authorized<HandUp>) -> Result<Done, AppError> {
    let has_head = authorized.office_has_head();
    let decision = case::take_back(authorized.case(), &tx.actor, has_head)?;
    handing_up_end(&mut tx.writes, authorized, tx.actor.account, tx.now);
    store(tx, authorized, decision)
}

/// Why the case is handed up, for whoever reads the content.
///
/// # Errors
/// As the store.
pub fn reason(
    tx: &mut Tx<'_>,
    authorized: &Authorized<ReadContent>,
) -> Result<Option<HandedUp>, AppError> {
    match authorized.case().course.handed_up_at {
        None => Ok(None),
        Some(_) => Ok(handing_up_of(tx.db, &tx.app.vault, authorized)?),
    }
}
