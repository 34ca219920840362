//! What a caller is shown of a case, and what has to be opened for it.

use super::{AppError, Tx};
use kelisim_domain::confidential::Confidential;
use kelisim_persistence::Error as StoreError;
use kelisim_persistence::store::access::{Authorized, ReadContent, ReadNames, See};
use kelisim_persistence::store::case_event::Recorded;
use std::collections::BTreeMap;

/// What a reader of a case is shown of what is confidential in it.
pub enum Shown {
    /// All of it.
    Content(Authorized<ReadContent>),
    /// The sides' names and settlements (D6).
    Names(Authorized<ReadNames>),
    /// Nothing.
    Nothing,
    /// Nothing any more, for nobody: the case was erased.
    Erased,
}

/// What the caller is shown; the content is opened with it.
///
/// # Errors
/// As the store.
pub fn shown(tx: &Tx<'_>, authorized: &Authorized<See>) -> Result<Shown, AppError> {
    let opened = if let Some(reader) = reads_content(tx, authorized) {
        let opened = reader.content(&tx.app.vault).map(drop);
        opened.map(|()| Shown::Content(reader))
    } else if let Some(asked) = authorized.also::<ReadNames>(&tx.actor) {
        let opened = asked.parties(&tx.app.vault).map(drop);
        opened.map(|()| Shown::Names(asked))
    } else {
        return Ok(Shown::Nothing);
    };
    match opened {
        Err(StoreError::Erased) => Ok(Shown::Erased),
        opened => Ok(opened?),
    }
}

/// Whether the caller may read the content, and the proof.
pub fn reads_content<P>(
    tx: &Tx<'_>,
    authorized: &Authorized<P>,
) -> Option<Authorized<ReadContent>> {
    authorized.also::<ReadContent>(&tx.actor)
}

/// Why somebody did what the entries of a history say, by their number, for a caller who reads the content.
///
/// Of a case that was erased nothing is left to read.
///
/// # Errors
/// As the store.
pub fn reasons(
    tx: &Tx<'_>,
    authorized: &Authorized<See>,
    history: &[Recorded],
) -> Result<BTreeMap<i32, Confidential<String>>, AppError> {
    let mut reasons = BTreeMap::new();
    let Some(reader) = reads_content(tx, authorized) else {
        return Ok(reasons);
    };
    for recorded in history {
        let reason = match reader.reason_of(&tx.app.vault, recorded) {
            Err(StoreError::Erased) => break,
            reason => reason?.into_revealed(),
        };
        if let Some(reason) = reason {
            reasons.insert(recorded.event.seq, Confidential::new(reason));
        }
    }
    Ok(reasons)
}
