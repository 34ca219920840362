//! Published workflow definitions. One that is published never changes (D34).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use kelisim_domain::code::WorkflowKey;
use kelisim_domain::id::RegionId;
use sha2::{Digest, Sha256};

use crate::connection::{Db, OrIgnore};
use crate::error::Error;
use crate::row::definition::DefinitionRow;
use crate::schema::workflow_definition;
use crate::types::Uid;

/// A definition as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDefinition {
    /// The workflow.
    pub key: WorkflowKey,
    /// Its version.
    pub version: i32,
    /// The definition's text.
    pub text: String,
    /// When it was published.
    pub published_at: DateTime<Utc>,
}

/// Publishes a definition; no when it is there already with the same text.
///
/// # Errors
/// [`Error::Conflict`] when the same key and version stand for another text.
pub fn definition_insert(
    db: &mut Db,
    region: RegionId,
    new: &StoredDefinition,
) -> Result<bool, Error> {
    let digest = Sha256::digest(new.text.as_bytes()).to_vec();
    let row = DefinitionRow {
        region_id: region.into(),
        key: new.key.as_str().to_owned(),
        version: new.version,
        text: new.text.clone(),
        digest: digest.clone(),
        published_at: new.published_at.into(),
    };
    let insert = diesel::insert_into(workflow_definition::table).values(row);
    if OrIgnore(insert).execute(db)? == 1 {
        return Ok(true);
    }
    let published: Vec<u8> = workflow_definition::table
        .find((Uid::from(region), new.key.as_str(), new.version))
        .select(workflow_definition::digest)
        .first(db)?;
    if published == digest {
        Ok(false)
    } else {
        Err(Error::conflict(format!(
            "workflow {} version {} is published with another text",
            new.key, new.version
        )))
    }
}

/// All definitions of a region, by key and version.
///
/// # Errors
/// [`Error::Broken`] when a text is not the one that was published.
pub fn definition_list(db: &mut Db, region: RegionId) -> Result<Vec<StoredDefinition>, Error> {
    let rows = workflow_definition::table
        .filter(workflow_definition::region_id.eq(Uid::from(region)))
        .order((workflow_definition::key, workflow_definition::version))
        .select(DefinitionRow::as_select())
        .load(db)?;
    rows.into_iter().map(stored).collect()
}

/// Finds one definition.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Broken`] when its text is not the one that was published.
pub fn definition_find(
    db: &mut Db,
    region: RegionId,
    key: &WorkflowKey,
    version: i32,
) -> Result<StoredDefinition, Error> {
    let row = workflow_definition::table
        .find((Uid::from(region), key.as_str(), version))
        .select(DefinitionRow::as_select())
        .first(db)?;
    stored(row)
}

fn stored(row: DefinitionRow) -> Result<StoredDefinition, Error> {
    if Sha256::digest(row.text.as_bytes()).as_slice() != row.digest {
        return Err(Error::broken(
            "workflow definition",
            format!("the text of {} {} was changed", row.key, row.version),
        ));
    }
    Ok(StoredDefinition {
        key: WorkflowKey::from_stored(row.key),
        version: row.version,
        text: row.text,
        published_at: row.published_at.into(),
    })
}
