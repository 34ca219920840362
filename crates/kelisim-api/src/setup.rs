//! Making a database ready: tables, master key, region and workflows. `migrate` and `demo` do it, and nobody else.

use crate::{
    config::Config,
    region::{self, RegionFiles, Unreadable},
    start::Sources,
};
use chrono::{DateTime, Utc};
use kelisim_domain::{
    code::WorkflowKey,
    document::DocumentFault,
    id::RegionId,
    legal::{KZ_MEDIATION, Profile},
    publish::{PublishAct, PublishKind},
    workflow::{self, Definition},
};
use kelisim_persistence::{
    Database, Db, Entropy, Error, KeyFiles, MasterKey, Options, SystemPart, Vault,
    entropy::new_id,
    migrate,
    store::{
        definition::{StoredDefinition, definition_insert, definition_list},
        name_index::name_index_make,
        publication::publication_list,
        region::{region_find_by_code, region_list},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

/// Why a database is not ready, in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The database.
    #[error("{0}")]
    Database(#[from] Error),
    /// No region has this code.
    #[error("region.code is {code}, and this program knows {known} only")]
    UnknownRegion {
        /// The code in the configuration.
        code: String,
        /// The codes that there are.
        known: String,
    },
    /// The region is not in the database.
    #[error("the database has no region {0} yet; run `kelisim migrate`")]
    NoRegion(String),
    /// The region counts its days elsewhere.
    #[error(
        "region.time_zone is {wanted}, and the region was made with {stored}; \
         its dates and case numbers were counted there"
    )]
    OtherZone {
        /// The setting.
        wanted: &'static str,
        /// The zone in the database.
        stored: &'static str,
    },
    /// Tables are missing.
    #[error("the database lacks {0} of this program's migrations; run `kelisim migrate`")]
    Behind(usize),
    /// A workflow of the program was published before with another text (D34).
    #[error(
        "workflow {key} version {version} in the database differs from the one in this program; \
         a published version never changes, so one of the two is not what it says"
    )]
    OtherDefinition {
        /// The key.
        key: String,
        /// The version.
        version: i32,
    },
    /// A workflow in the database makes no sense to this program.
    #[error("workflow {key} version {version} cannot be read: {fault}")]
    UnreadableDefinition {
        /// The key.
        key: String,
        /// The version.
        version: i32,
        /// The first fault.
        fault: String,
    },
    /// The workflow for new cases is not published.
    #[error("workflow.default is {0}, which is not published in this database")]
    NoDefault(String),
    /// The database names a master key that is not there.
    #[error(
        "the master key file {0} is missing, and the database was made with it; \
         put it back, a new key would open nothing"
    )]
    KeyLost(PathBuf),
    /// A file that is part of the program is broken.
    #[error("{0}")]
    Embedded(#[from] Unreadable),
}

/// What was done.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The migrations that were applied.
    pub migrations: Vec<String>,
    /// The master key file that was made.
    pub master_key: Option<PathBuf>,
    /// Whether the region was new.
    pub is_new_region: bool,
    /// The workflows of the program, as `key version`, that the region has in its own way.
    pub left_workflows: Vec<String>,
}

/// The sizes of the database's queues and threads.
pub fn options(config: &Config) -> Options {
    Options {
        threads: config.limits.database_readers,
        queue: config.limits.database_queue,
        ..Options::default()
    }
}

/// Applies migrations, makes the master key of an empty database, loads the region and the workflows.
///
/// # Errors
/// See [`SetupError`]; doing it again after the cause was removed goes on where it stopped.
pub fn run(config: &Config, sources: &Sources) -> Result<Done, SetupError> {
    let code = &config.region.code;
    let mut files = region::find(code)?.ok_or_else(|| SetupError::UnknownRegion {
        code: code.to_string(),
        known: region::known().join(", "),
    })?;
    files.head.time_zone = config.region.zone.name().to_owned();
    files.head.languages.clone_from(&config.region.languages);
    let migrations = migrate::migrate(&config.database, config.migrate_database.as_ref())?;
    let database = Database::open(&config.database, &options(config))?.as_system(SystemPart::Setup);
    let (key, master_key) = master_key(config, &database, sources.secret_entropy.as_ref())?;
    let keys = config.master_key.clone();
    let now = sources.clock.now();
    let (ids, secrets) = (
        Arc::clone(&sources.entropy),
        Arc::clone(&sources.secret_entropy),
    );
    let (is_new_region, left_workflows) = database.write_blocking(move |db| {
        let vault = match key {
            Some(key) => Vault::found(db, &key, secrets, now)?,
            None => Vault::open_with(db, keys, secrets)?,
        };
        let loaded = load(db, &files, ids.as_ref(), now)?;
        for region in region_list(db)? {
            name_index_make(db, &vault, region.id, now)?;
        }
        Ok::<_, SetupError>(loaded)
    })?;
    Ok(Done {
        migrations,
        master_key,
        is_new_region,
        left_workflows,
    })
}

/// The key of a database that names none yet, and its file if it was made now; nothing for one that names its key.
fn master_key(
    config: &Config,
    database: &Database,
    entropy: &dyn Entropy,
) -> Result<(Option<MasterKey>, Option<PathBuf>), SetupError> {
    if database.read_blocking(Vault::is_founded)? {
        return key_files(config).map(|_| (None, None));
    }
    let path = &config.master_key.file;
    match path.exists() {
        true => Ok((Some(MasterKey::read(path)?), None)),
        false => Ok((Some(MasterKey::create(path, entropy)?), Some(path.clone()))),
    }
}

/// The files of the master key of a database that names one.
///
/// # Errors
/// Neither of them is there.
pub(crate) fn key_files(config: &Config) -> Result<KeyFiles, SetupError> {
    let files = config.master_key.clone();
    match files.file.exists() || files.next.exists() {
        true => Ok(files),
        false => Err(SetupError::KeyLost(files.file)),
    }
}

/// Loads region, lists and embedded workflows; says whether the region was new, and what was not loaded.
fn load(
    db: &mut Db,
    files: &RegionFiles,
    entropy: &dyn Entropy,
    now: DateTime<Utc>,
) -> Result<(bool, Vec<String>), SetupError> {
    let new = RegionId(new_id(now, entropy));
    let region = region::load(db, files, new, now)?;
    let left = publish_shipped(db, region, &embedded()?, now)?;
    Ok((region == new, left))
}

/// Publishes the workflows of the program in a region; gives those that it leaves out, as `key version`.
///
/// A workflow of which the region has published a version of its own is the region's from then on: what it published
/// stays as it is, and a further version of the program is not put over it. A coordinator may publish that text too.
///
/// # Errors
/// A version that the program published before has another text now (D34).
pub fn publish_shipped(
    db: &mut Db,
    region: RegionId,
    shipped: &[(Definition, &str)],
    now: DateTime<Utc>,
) -> Result<Vec<String>, SetupError> {
    let own = own_versions(db, region)?;
    let there = definition_list(db, region)?.into_iter();
    let there: BTreeMap<(String, i32), String> = there
        .map(|one| ((one.key.to_string(), one.version), one.text))
        .collect();
    let mut left = Vec::new();
    for (definition, text) in shipped {
        let name = (definition.key.to_string(), definition.version);
        let is_own = own.contains(&name);
        if is_own && there.get(&name).is_some_and(|there| there == text) {
            continue;
        }
        let is_late = !there.contains_key(&name) && own.iter().any(|(key, _)| *key == name.0);
        if is_own || is_late {
            left.push(format!("{} {}", name.0, name.1));
            continue;
        }
        let stored = StoredDefinition {
            key: definition.key.clone(),
            version: definition.version,
            text: (*text).to_owned(),
            published_at: now,
        };
        match definition_insert(db, region, &stored) {
            Err(Error::Conflict { .. }) => return Err(differs(&stored.key, stored.version)),
            other => other?,
        };
    }
    Ok(left)
}

/// The workflows, by key and version, that people of a region have published: the program's have no such act.
pub(crate) fn own_versions(
    db: &mut Db,
    region: RegionId,
) -> Result<BTreeSet<(String, i32)>, SetupError> {
    let acts = publication_list(db, region, PublishKind::Workflow)?.into_iter();
    let published = acts.filter(|one| one.act == PublishAct::Publish);
    Ok(published.map(|one| (one.key, one.version)).collect())
}

/// The workflows that are part of the program.
pub(crate) fn embedded() -> Result<Vec<(Definition, &'static str)>, SetupError> {
    let read = |text: &'static str| {
        let definition = workflow::parse(text).map_err(|faults| unreadable("embedded", 1, &faults));
        definition.map(|definition| (definition, text))
    };
    [workflow::BASIC, workflow::MEDIATION]
        .into_iter()
        .map(read)
        .collect()
}

/// The legal profile that is part of the program.
pub(crate) fn profile() -> Result<Profile, SetupError> {
    Profile::parse(KZ_MEDIATION).map_err(|faults| unreadable("kz-mediation", 1, &faults))
}

pub(crate) fn differs(key: &WorkflowKey, version: i32) -> SetupError {
    SetupError::OtherDefinition {
        key: key.to_string(),
        version,
    }
}

pub(crate) fn unreadable(key: &str, version: i32, faults: &[DocumentFault]) -> SetupError {
    SetupError::UnreadableDefinition {
        key: key.to_owned(),
        version,
        fault: faults.first().map(ToString::to_string).unwrap_or_default(),
    }
}

/// The id of the region in which commands create.
///
/// # Errors
/// It is not loaded yet, or it was made with another time zone.
pub fn region_id(db: &mut Db, config: &Config) -> Result<RegionId, SetupError> {
    let wanted = config.region.zone;
    match region_find_by_code(db, &config.region.code) {
        Ok(region) if region.zone != wanted => Err(SetupError::OtherZone {
            wanted: wanted.name(),
            stored: region.zone.name(),
        }),
        Ok(region) => Ok(region.id),
        Err(Error::NotFound) => Err(SetupError::NoRegion(config.region.code.to_string())),
        Err(error) => Err(error.into()),
    }
}
