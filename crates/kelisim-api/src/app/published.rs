//! What is published, as a process holds it in memory, and how it learns of what another process has published.
//!
//! Each act of publishing or retiring raises the edition of its kind in its region, in its own transaction. Three looks
//! at that number keep a process up to date:
//!
//! - a filing reads it in the query that it asks anyway, so a new case takes the newest version, exactly;
//! - a case on a version that is not known here reads that version, in the same transaction;
//! - `serve` and `work` look every two seconds, for the law and for lists, and so does whoever published.
//!
//! A published text never changes (D34), so what was read once is read for good.

use super::{App, AppError, Tx, profile};
use crate::setup::{self, SetupError};
use chrono::NaiveDate;
use kelisim_domain::{
    calendar::{DayKind, NamedDays, Zone},
    case::Case,
    code::WorkflowKey,
    id::RegionId,
    law::Law,
    legal::Profile,
    publish::PublishKind,
    workflow::{self, Definition},
};
use kelisim_persistence::{
    Db, SystemPart,
    store::{
        definition::{StoredDefinition, definition_find, definition_list},
        publication::{LawText, edition_list, law_text_list, retired_list},
        region::region_find,
    },
};
use std::sync::Arc;

/// A workflow by key and version, known here or read now.
///
/// # Errors
/// Internal when there is none.
pub fn definition(
    app: &App,
    db: &mut Db,
    region: RegionId,
    key: &WorkflowKey,
    version: i32,
) -> Result<Arc<Definition>, AppError> {
    if !app.definitions.has(region, key.as_str(), version) {
        let stored = definition_find(db, region, key, version)?;
        app.definitions
            .insert(region, read(&stored).map_err(broken)?);
    }
    app.definitions.get(region, key.as_str(), version)
}

/// The workflow of a case; none when it is missing or cannot be read, for whoever goes over many cases.
///
/// # Errors
/// As the store, when it is busy or away.
pub fn of_case(
    app: &App,
    db: &mut Db,
    region: RegionId,
    case: &Case,
) -> Result<Option<Arc<Definition>>, AppError> {
    match definition(app, db, region, &case.workflow, case.workflow_version) {
        Ok(definition) => Ok(Some(definition)),
        Err(AppError::NotFound | AppError::Internal(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads what was published since this process last looked, when a filing sees that there is more.
///
/// # Errors
/// As the store.
pub fn keep_up(tx: &mut Tx<'_>, edition: i32) -> Result<(), AppError> {
    let region = tx.region();
    if tx.app.definitions.edition(region, PublishKind::Workflow) == edition {
        return Ok(());
    }
    workflows(tx.app, tx.db, region)?;
    let definitions = &tx.app.definitions;
    definitions.read_up_to(region, PublishKind::Workflow, edition);
    Ok(())
}

/// As [`refresh`], after an act of this process was committed; what fails here is made up for by the next look.
pub async fn learn(app: Arc<App>) {
    let reader = Arc::clone(&app);
    let database = app.database.as_system(SystemPart::Watch);
    let learned = database.read(move |db| refresh(&reader, db)).await;
    if let Err(error) = learned {
        tracing::warn!(?error, "cannot look for what was published");
    }
}

/// Reads everything that was published since this process last looked.
///
/// A text that cannot be read keeps nobody from those of other kinds and regions.
///
/// # Errors
/// As the store; the first, when all were looked at.
pub fn refresh(app: &App, db: &mut Db) -> Result<(), AppError> {
    let mut outcome = Ok(());
    for edition in edition_list(db)? {
        let (region, kind) = (edition.region, edition.kind);
        if app.definitions.edition(region, kind) == edition.number {
            continue;
        }
        let read = match kind {
            PublishKind::Workflow => workflows(app, db, region),
            PublishKind::Profile | PublishKind::Holidays => {
                law_now(db, region).map(|law| app.laws.insert(region, law))
            }
        };
        match read {
            Ok(()) => app.definitions.read_up_to(region, kind, edition.number),
            Err(error) => outcome = outcome.and(Err(error)),
        }
    }
    outcome
}

fn workflows(app: &App, db: &mut Db, region: RegionId) -> Result<(), AppError> {
    for stored in definition_list(db, region)? {
        let (key, version) = (stored.key.as_str(), stored.version);
        if !app.definitions.has(region, key, version) {
            app.definitions
                .insert(region, read(&stored).map_err(broken)?);
        }
    }
    let retired = retired_list(db, region, PublishKind::Workflow)?;
    app.definitions.retire(region, retired);
    Ok(())
}

/// A workflow as it was published (D34); no check of today stands between it and its cases.
pub(crate) fn read(stored: &StoredDefinition) -> Result<Definition, SetupError> {
    let (key, version) = (stored.key.as_str(), stored.version);
    workflow::from_stored(&stored.text).map_err(|faults| setup::unreadable(key, version, &faults))
}

fn broken(error: impl std::fmt::Display) -> AppError {
    AppError::Internal(error.to_string())
}

/// The law of a region as it is published: every version of the profile, and the days off that are named besides.
///
/// # Errors
/// As the store; internal when a text cannot be read any more.
pub fn law(
    db: &mut Db,
    region: RegionId,
    zone: Zone,
    of_program: Profile,
) -> Result<Law, AppError> {
    let named = days_named(db, region)?;
    Ok(profile::known(db, region, zone, of_program)?.law(zone, &named))
}

/// The law of a region as the open transaction finds it.
///
/// # Errors
/// As [`law`].
pub fn law_now(db: &mut Db, region: RegionId) -> Result<Law, AppError> {
    let zone = region_find(db, region)?.zone;
    law(db, region, zone, setup::profile().map_err(broken)?)
}

/// The law of a region as it would be with one more list of days off.
///
/// # Errors
/// As [`law`].
pub fn law_with(db: &mut Db, region: RegionId, list: &NamedDays) -> Result<Law, AppError> {
    let zone = region_find(db, region)?.zone;
    let of_program = setup::profile().map_err(broken)?;
    let mut named = days_named(db, region)?;
    named.extend(list.days.iter().copied());
    Ok(profile::known(db, region, zone, of_program)?.law(zone, &named))
}

/// The days of every list that was published and not retired.
fn days_named(db: &mut Db, region: RegionId) -> Result<Vec<(NaiveDate, DayKind)>, AppError> {
    let retired = retired_list(db, region, PublishKind::Holidays)?;
    let is_open = |text: &LawText| {
        let key = (text.kind.code().to_owned(), text.version);
        text.kind == PublishKind::Holidays && !retired.contains(&key)
    };
    let mut named = Vec::new();
    for text in law_text_list(db, region)?
        .iter()
        .filter(|text| is_open(text))
    {
        let list = NamedDays::parse(&text.text).map_err(|_| profile::unreadable(text))?;
        named.extend(list.days);
    }
    Ok(named)
}
