//! What was erased after the backup stays erased (R20): the list of erasures is replayed in the transaction of the restore.
//!
//! Absent on purpose: going on without the list of a network that has erased, unless whoever restores has said that what was
//! erased may come back.

use std::collections::BTreeSet;

use kelisim_domain::audit::AuditEntry;
use kelisim_domain::id::{AccountId, AuditId, EventId};
use serde_json::json;
use uuid::Uuid;

use super::Wanted;
use crate::backup::Head;
use crate::connection::Db;
use crate::entropy::new_id;
use crate::erasure_list::{Erased, ErasureList};
use crate::error::Error;
use crate::store::audit::audit_insert;
use crate::store::erase::{Erasing, case_erase};
use crate::store::erasure::cases_erased;
use crate::wipe::overwriting;

/// What to do where the list is missing or is not the list.
const HOW: &str = "put the list or its copy where encryption.erasure_list says. What was erased after the backup comes back \
    without it, and only --erased-may-come-back restores all the same";

/// The erasures on the list; none where there is no list.
///
/// # Errors
/// [`Error::Backup`]: it cannot be read.
pub(super) fn list_of(wanted: &Wanted) -> Result<Option<Vec<Erased>>, Error> {
    let read = wanted
        .erasures
        .as_ref()
        .map(ErasureList::read)
        .transpose()?;
    Ok(read.flatten())
}

/// Where no list was found.
fn missing(wanted: &Wanted) -> Error {
    Error::backup(match &wanted.erasures {
        Some(list) => format!(
            "there is no list of erasures at {}, and cases were erased before the backup; {HOW}",
            list.path().display()
        ),
        None => format!(
            "there is no list of erasures, for none is named, and cases were erased before the backup; {HOW}"
        ),
    })
}

/// Erases once more what the list names: how many cases that were, none without a list, and how many cases the backup has as
/// erased that the list does not name.
///
/// # Errors
/// [`Error::Backup`]: the list of a database that has erased is missing, or it is not the list of this database; those of the
/// database.
pub(super) fn erase_again(
    db: &mut Db,
    wanted: &Wanted,
    head: &Head,
) -> Result<(Option<u64>, u64), Error> {
    let list = list_of(wanted)?;
    let named: BTreeSet<Uuid> = list.iter().flatten().map(|one| one.case).collect();
    let before = cases_erased(db)?;
    let unlisted = before
        .iter()
        .filter(|one| !named.contains(&one.case))
        .count() as u64;
    let Some(list) = list else {
        // A network that has never erased anything has no list: it restores without one, and the command warns.
        return match unlisted > 0 && !wanted.erased_may_come_back {
            true => Err(missing(wanted)),
            false => Ok((None, unlisted)),
        };
    };
    if unlisted > 0 && !wanted.erased_may_come_back {
        return Err(Error::backup(format!(
            "the list of erasures does not name {unlisted} of the cases that were erased before the backup: it is not the list, \
             or was cut; {HOW}"
        )));
    }
    let mut count = 0;
    for one in list {
        let erasing = Erasing {
            case: one.case.into(),
            event: EventId(new_id(wanted.now, wanted.entropy.as_ref())),
            actor: AccountId(Uuid::nil()),
            reason: "restored".to_owned(),
            at: wanted.now,
        };
        let region = one.region.into();
        match overwriting(db, |db| case_erase(db, region, erasing)) {
            Ok(true) => {
                note(db, wanted, head, &one)?;
                count += 1;
            }
            // Erased before the backup, or filed after it.
            Ok(false) | Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok((Some(count), unlisted))
}

/// The erasure of a case stands in the audit log by whatever it comes about (D32).
fn note(db: &mut Db, wanted: &Wanted, head: &Head, erased: &Erased) -> Result<(), Error> {
    let entry = AuditEntry {
        id: AuditId(new_id(wanted.now, wanted.entropy.as_ref())),
        region: erased.region.into(),
        at: wanted.now,
        actor: None,
        action: "case.erase".into(),
        object_kind: "case".into(),
        object_id: erased.case.to_string(),
        before: None,
        after: Some(json!({"backup": head.backup, "erased_at": erased.at})),
        reason: Some("restored".to_owned()),
    };
    audit_insert(db, &entry)
}
