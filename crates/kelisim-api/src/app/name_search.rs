//! Finding cases by the name of a side: only among those whose sides the searcher may read.
//!
//! The index gives candidates within the searcher's scope; then each is opened on the one way to a case, and a case where no
//! single side has all the words is left out.

use super::{AppError, Tx, case::access};
use crate::door::subject;
use kelisim_domain::{
    confidential::Confidential, id::CaseId, names::name_words, policy::NameScope, sign_in::Counted,
};
use kelisim_persistence::store::{
    access::{Authorized, ReadNames},
    name_index::{NameAsked, cases_named},
    rate::rate_take,
};

/// What somebody looks for.
pub struct Wish {
    /// The name, or some words of it; it is never logged.
    pub name: Confidential<String>,
    /// Where the page before ended.
    pub after: Option<CaseId>,
    /// How many to find at most.
    pub limit: usize,
}

/// A page of cases, and where the next one begins.
#[derive(Default)]
pub struct Page {
    /// Newest first.
    pub found: Vec<Authorized<ReadNames>>,
    /// The last case that was looked at, when there may be more.
    pub next: Option<CaseId>,
}

/// Lets through whoever may read the sides of any case.
///
/// # Errors
/// Not found.
pub fn scope(tx: &Tx<'_>) -> Result<NameScope, AppError> {
    let scope = NameScope::of(&tx.actor);
    match scope.is_empty() {
        true => Err(AppError::NotFound),
        false => Ok(scope),
    }
}

/// Lets through whoever may read the sides of any case and has not looked for too many names: even where nothing is found,
/// somebody who could go through a list would learn whom their cases are about.
///
/// # Errors
/// Not found; searched too often.
pub fn count(tx: &mut Tx<'_>) -> Result<(), AppError> {
    scope(tx)?;
    let person = (
        Counted::Search,
        subject("search", tx.actor.account.0.as_bytes()),
    );
    match rate_take(tx.db, &[person], tx.now)? {
        Ok(()) => Ok(()),
        Err(used) => Err(AppError::SearchedTooOften {
            seconds: (used.until - tx.now).num_seconds() + 1,
        }),
    }
}

/// The cases with a side of that name.
///
/// # Errors
/// As the store.
pub fn find(tx: &mut Tx<'_>, scope: &NameScope, wish: &Wish) -> Result<Page, AppError> {
    let (region, today) = (tx.region(), tx.today());
    let Some(key) = tx.app.vault.name_key(tx.db, region)? else {
        return Ok(Page::default());
    };
    let Some(asked) = NameAsked::new(&key, &wish.name, wish.after, wish.limit + 1) else {
        return Ok(Page::default());
    };
    let mut candidates = cases_named(tx.db, scope, &asked, today)?;
    let is_more = candidates.len() > wish.limit;
    candidates.truncate(wish.limit);
    let next = candidates.last().copied().filter(|_| is_more);
    let mut found = Vec::new();
    for id in candidates {
        let authorized = match access::<ReadNames>(tx, id) {
            Ok(authorized) => authorized,
            // The index and the policy agree; should they ever not, the policy decides.
            Err(AppError::NotFound | AppError::NotPermitted(_)) => continue,
            Err(error) => return Err(error),
        };
        match authorized.parties(&tx.app.vault) {
            Ok(parties) => {
                let words = name_words(wish.name.reveal());
                let fits = |name: &str| words.is_subset(&name_words(name));
                if parties
                    .iter()
                    .any(|party| fits(party.name.reveal().as_str()))
                {
                    found.push(authorized);
                }
            }
            Err(kelisim_persistence::Error::Erased) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Page { found, next })
}
