//! From a configuration to a running application, with every check that a start must pass.

use crate::{
    app::{App, AppError, Definitions, Laws, published},
    clock::Clock,
    config::Config,
    door::Door,
    setup::{self, SetupError},
};
use kelisim_domain::{calendar::Zone, law::Law, publish::PublishKind, workflow};
use kelisim_persistence::{
    Database, Db, Entropy, Error, Failpoints, Options, Point, SystemPart, Vault, migrate,
    store::{
        definition::definition_list,
        publication::{edition_list, retired_list},
        region::region_list,
    },
};
use std::sync::Arc;
use tokio::sync::Notify;

/// Where time and chance come from.
#[derive(Clone)]
pub struct Sources {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids and codes.
    pub entropy: Arc<dyn Entropy>,
    /// Keys and tokens.
    pub secret_entropy: Arc<dyn Entropy>,
    /// Whether a past is recorded, which causes no message (D37).
    pub is_history: bool,
    /// Proofs only.
    pub faults: Failpoints,
}

/// Opens the database and everything that stands on it.
///
/// # Errors
/// The database is behind or newer, its settings are unsafe, the master key is not the one it names, or a
/// workflow differs from the program's.
pub fn open(config: &Config, sources: &Sources) -> Result<Arc<App>, SetupError> {
    sources.faults.at(Point::StartBeforeOpen)?;
    let behind = migrate::pending(&config.database)?.len();
    if behind > 0 {
        return Err(SetupError::Behind(behind));
    }
    let options = Options {
        faults: sources.faults.clone(),
        ..setup::options(config)
    };
    let database = Database::open(&config.database, &options)?;
    let system = database.as_system(SystemPart::Start);
    let keys = setup::key_files(config)?;
    let entropy = Arc::clone(&sources.secret_entropy);
    let vault = system.read_blocking(move |db| Vault::open_with(db, keys, entropy))?;
    let default = config.workflow.as_str().to_owned();
    let (definitions, laws) = system.read_blocking(move |db| read_published(db, default))?;
    let wanted = config.clone();
    let region = system.read_blocking(move |db| setup::region_id(db, &wanted))?;
    let Ok(default) = definitions.default_of(region) else {
        return Err(SetupError::NoDefault(config.workflow.to_string()));
    };
    if !default.statutory {
        tracing::warn!(
            workflow = default.key.as_str(),
            "new cases pass no exclusion check (D1): this workflow leaves out what the law demands"
        );
    }
    sources.faults.at(Point::StartAfterOpen)?;
    Ok(Arc::new(App {
        database,
        vault,
        definitions,
        clock: Arc::clone(&sources.clock),
        entropy: Arc::clone(&sources.entropy),
        laws,
        layouts: Default::default(),
        public_url: config.http.public_url.clone(),
        wake: Arc::new(Notify::new()),
        wake_timers: Arc::new(Notify::new()),
        passes: Default::default(),
        is_history: sources.is_history,
        running: crate::app::once::Running::default(),
        door: Door {
            secrets: Arc::clone(&sources.secret_entropy),
            trusted_proxies: config.http.trusted_proxies.clone(),
            is_demo: config.http.is_demo,
            ..Door::default()
        },
        readings: Default::default(),
        erasures: config.erasures().ok(),
        faults: sources.faults.clone(),
    }))
}

/// The published workflows and the law of every region, with what was published since the program was made.
fn read_published(db: &mut Db, default: String) -> Result<(Definitions, Laws), SetupError> {
    let profile = setup::profile()?;
    let otherwise = Law::new(profile.clone(), Zone::ORAL, &[]);
    let (definitions, laws) = (Definitions::new(default), Laws::new(otherwise));
    let embedded = setup::embedded()?;
    for edition in edition_list(db)? {
        definitions.read_up_to(edition.region, edition.kind, edition.number);
    }
    for region in region_list(db)? {
        let law = published::law(db, region.id, region.zone, profile.clone());
        laws.insert(region.id, law.map_err(unreadable_law)?);
        let retired = retired_list(db, region.id, PublishKind::Workflow)?;
        definitions.retire(region.id, retired);
        let own = setup::own_versions(db, region.id)?;
        for stored in definition_list(db, region.id)? {
            let same = |ours: &&(workflow::Definition, &str)| {
                ours.0.key == stored.key && ours.0.version == stored.version
            };
            let differs = embedded
                .iter()
                .find(same)
                .is_some_and(|(_, text)| *text != stored.text);
            // What people published under that number is the region's, whatever the program ships.
            if differs && !own.contains(&(stored.key.to_string(), stored.version)) {
                return Err(setup::differs(&stored.key, stored.version));
            }
            definitions.insert(region.id, published::read(&stored)?);
        }
    }
    Ok((definitions, laws))
}

fn unreadable_law(error: AppError) -> SetupError {
    SetupError::Database(match error {
        AppError::Internal(what) => Error::broken("the published law", what),
        error => Error::broken("the published law", format!("{error:?}")),
    })
}
