//! What the first page tells those who have no cases: a partner its own memoranda, the registrar how many mediators stand where.
//!
//! Absent on purpose: any number of a partner's referrals, which is told by statistics alone, and any name of a mediator.

use super::page::Say;
use crate::app::{AppError, Tx};
use chrono::NaiveDate;
use kelisim_domain::{
    assignment::MediatorStatus,
    memorandum::{Memorandum, MemorandumStatus},
    notice::DataLevel,
    policy::{Grant, Role, Standing},
};
use kelisim_persistence::store::{
    mediator::{MediatorPage, mediator_list},
    memorandum::{MemorandumPage, memorandum_list},
};

/// More mediators than these a region does not have.
const MEDIATORS: i64 = 5_000;
/// The newest memoranda of a partner: the one in force, and the one before it.
const MEMORANDA: i64 = 2;

/// A memorandum as its partner reads it.
pub(super) struct Agreed {
    pub(super) number: String,
    /// Where it stands, in a word.
    pub(super) status: String,
    pub(super) facts: Vec<(String, String)>,
    /// What the network writes about.
    pub(super) events: Vec<String>,
}

/// The memoranda of the agencies for which somebody reads, the newest first; a draft is not theirs to read.
///
/// # Errors
/// As the store.
pub(super) fn agreed(tx: &mut Tx<'_>, grants: &[Grant]) -> Result<Vec<Agreed>, AppError> {
    let (region, today) = (tx.region(), tx.today());
    let say = Say::new(tx.language(), tx.zone());
    let mut agreed = Vec::new();
    for grant in grants {
        let Standing::Partner { partner } = grant.standing else {
            continue;
        };
        let page = MemorandumPage {
            partner: Some(partner),
            signed: true,
            limit: MEMORANDA,
            ..MemorandumPage::default()
        };
        let found = memorandum_list(tx.db, region, &page)?;
        agreed.extend(found.iter().map(|one| told(say, one, one.status(today))));
    }
    Ok(agreed)
}

fn told(say: Say, memorandum: &Memorandum, status: MemorandumStatus) -> Agreed {
    let terms = &memorandum.terms;
    let day = |key: &str, day: &NaiveDate| (say.t(key), say.day(day));
    let mut facts = Vec::new();
    facts.extend(
        memorandum
            .starts_on()
            .map(|from| day("page-agreed-from", &from)),
    );
    facts.push(match (&memorandum.terminated_on, &terms.valid_to) {
        (Some(ended), _) => day("page-agreed-ended", ended),
        (None, Some(last)) => day("page-agreed-until", last),
        (None, None) => (say.t("page-agreed-until"), say.t("page-agreed-open")),
    });
    let level = format!("page-agreed-{}", terms.data_level.code().replace('_', "-"));
    facts.push((say.t("page-agreed-level"), say.t(&level)));
    let tells = terms.data_level != DataLevel::CountOnly;
    let events = terms.events.iter().filter(|_| tells);
    Agreed {
        number: terms.number.clone(),
        status: say.t(&format!(
            "page-agreed-status-{}",
            status.code().replace('_', "-")
        )),
        facts,
        events: events
            .map(|event| say.t(&format!("mail-event-{}", event.code())))
            .collect(),
    }
}

/// How many mediators stand where, for whoever keeps their register; empty for everybody else.
///
/// # Errors
/// As the store.
pub(super) fn registered(tx: &mut Tx<'_>) -> Result<Vec<(String, usize)>, AppError> {
    if !tx.actor.has(Role::Registrar) {
        return Ok(Vec::new());
    }
    let region = tx.region();
    let all = MediatorPage {
        limit: MEDIATORS,
        ..MediatorPage::default()
    };
    let found = mediator_list(tx.db, region, &all)?;
    let say = Say::new(tx.language(), tx.zone());
    let counted = MediatorStatus::ALL.map(|status| {
        let count = found.iter().filter(|one| one.status == status).count();
        (say.t(&format!("page-mediators-{}", status.code())), count)
    });
    Ok(counted.into_iter().collect())
}
