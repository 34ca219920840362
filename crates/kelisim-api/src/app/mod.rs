//! Use cases: one file each, plain functions inside one transaction.
//!
//! Absent on purpose: any type of actix, any JSON body, any rule. A use case loads, asks the policy, asks the domain
//! to decide, and stores what was decided with the messages that follow, all in the transaction it is given.

pub mod account;
pub mod case;
pub mod consent;
pub mod danger;
pub mod erase;
mod error;
pub mod handing;
pub mod layouts;
pub mod link;
pub mod mediator;
pub mod memorandum;
pub mod message;
pub mod name_search;
pub mod office;
pub mod once;
pub mod own;
pub mod own_factor;
pub mod partner;
pub mod pass;
pub mod people;
pub mod profile;
pub mod prove;
pub mod publish;
pub mod published;
pub mod reading;
pub mod register;
pub mod rehearse;
pub mod reminder;
pub mod session;
pub mod sweep;
pub mod timer;

pub use error::AppError;

use crate::clock::Clock;
use chrono::{DateTime, NaiveDate, Utc};
use kelisim_domain::{
    calendar::Zone,
    case::{Case, Class, Facts, MediatorAsked, Stage},
    code::PartnerCode,
    id::{MediatorId, PartnerId, RegionId},
    language::Language,
    law::Law,
    policy::{Actor, RegisterAct},
    publish::PublishKind,
    workflow::{Definition, Step},
};
use kelisim_persistence::{
    Database, Db, Error as StoreError, Failpoints, Point, Writes,
    entropy::{Entropy, new_id},
    erasure_list::ErasureList,
    store::{
        idempotency,
        mediator::{MediatorName, mediator_names},
        partner::{PartnerTold, partner_code},
        timer::{ARMED_AT_ONCE, LEASE_LOST},
    },
    vault::Vault,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};
use tokio::sync::Notify;
use uuid::Uuid;

/// What a use case needs besides its transaction; one for the process.
pub struct App {
    /// The database.
    pub database: Database,
    /// Seals and opens confidential values.
    pub vault: Vault,
    /// The published workflows.
    pub definitions: Definitions,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The law, the days off and the time zone of each region.
    pub laws: Laws,
    /// Pictures of workflows.
    pub layouts: layouts::Layouts,
    /// Where people reach this system: no slash at its end.
    pub public_url: String,
    /// Told after each commit, so that a worker in this process looks at the outbox at once.
    pub wake: Arc<Notify>,
    /// The same for the worker that lets timers fire.
    pub wake_timers: Arc<Notify>,
    /// Whether what happens is past: an invented or imported history causes no message (D37).
    pub is_history: bool,
    /// Idempotency keys whose first request is still running in this process.
    pub running: once::Running,
    /// What passes over running cases have met in this process.
    pub passes: pass::Met,
    /// The way in: what hashes passwords, and what it trusts.
    pub door: crate::door::Door,
    /// Entries of readings on their way into the audit log.
    pub readings: reading::Readings,
    /// The list of erasures; without one nothing is erased.
    pub erasures: Option<ErasureList>,
    /// Proofs only.
    pub faults: Failpoints,
}

/// The published workflows of every region, by key and version. They never change once published (D34).
///
/// A process learns of what another has published by the edition of its region: [`published`] says how.
#[derive(Default)]
pub struct Definitions {
    /// The key of the workflow that new cases follow.
    default: String,
    held: RwLock<Held>,
}

/// A workflow of a region and its version.
type VersionOf = (RegionId, String, i32);

#[derive(Default)]
struct Held {
    all: BTreeMap<VersionOf, Arc<Definition>>,
    /// What no new case follows any more.
    retired: BTreeSet<VersionOf>,
    /// How often something was published, as far as this process has read it.
    editions: BTreeMap<(RegionId, &'static str), i32>,
}

impl Definitions {
    /// No workflow yet; new cases will follow the newest version of `default`.
    pub fn new(default: impl Into<String>) -> Self {
        Definitions {
            default: default.into(),
            held: RwLock::default(),
        }
    }

    fn held(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> RwLockWriteGuard<'_, Held> {
        self.held.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key of the workflow that new cases follow.
    pub fn default_key(&self) -> &str {
        &self.default
    }

    /// Adds a published workflow.
    pub fn insert(&self, region: RegionId, definition: Definition) {
        let key = (
            region,
            definition.key.as_str().to_owned(),
            definition.version,
        );
        self.change().all.insert(key, Arc::new(definition));
    }

    /// Whether a workflow is known here.
    pub fn has(&self, region: RegionId, key: &str, version: i32) -> bool {
        let key = (region, key.to_owned(), version);
        self.held().all.contains_key(&key)
    }

    /// Notes the versions of a region that no new case follows any more.
    pub fn retire(&self, region: RegionId, versions: BTreeSet<(String, i32)>) {
        let versions = versions.into_iter();
        let versions = versions.map(|(key, version)| (region, key, version));
        self.change().retired.extend(versions);
    }

    /// How often something of a kind was published in a region, as far as this process has read it.
    pub fn edition(&self, region: RegionId, kind: PublishKind) -> i32 {
        let editions = &self.held().editions;
        editions.get(&(region, kind.code())).copied().unwrap_or(0)
    }

    /// Notes that everything of an edition was read.
    pub fn read_up_to(&self, region: RegionId, kind: PublishKind, edition: i32) {
        self.change()
            .editions
            .insert((region, kind.code()), edition);
    }

    /// The workflow of a case.
    ///
    /// # Errors
    /// Internal when it is not loaded: a case cannot exist without its workflow.
    pub fn get(
        &self,
        region: RegionId,
        key: &str,
        version: i32,
    ) -> Result<Arc<Definition>, AppError> {
        let held = self.held();
        held.all
            .get(&(region, key.to_owned(), version))
            .cloned()
            .ok_or_else(|| {
                AppError::Internal(format!("workflow {key} version {version} is not loaded"))
            })
    }

    /// The stages in which a case of one of some classes and at one of some steps can be, and whether every case in
    /// these stages is such a one; no class and no step means all.
    pub fn stages(
        &self,
        region: RegionId,
        classes: &[Class],
        steps: &[String],
    ) -> (Vec<Stage>, bool) {
        // The class of a closed case follows its ground.
        const DONE: [Class; 2] = [Class::DoneSuccess, Class::DoneOther];
        let held = self.held();
        let of_region = held.all.iter().filter(|((of, ..), _)| *of == region);
        let of_region: Vec<&Step> = of_region.flat_map(|(_, one)| &one.steps).collect();
        let is_one =
            |step: &Step| steps.is_empty() || steps.iter().any(|id| id == step.id.as_str());
        let may = |step: &Step| match step.class {
            _ if classes.is_empty() => true,
            Some(class) => classes.contains(&class),
            None => DONE.iter().any(|class| classes.contains(class)),
        };
        let must = |step: &Step| match step.class {
            None if !classes.is_empty() => DONE.iter().all(|class| classes.contains(class)),
            _ => may(step),
        };
        let fitting = of_region.iter().filter(|step| is_one(step) && may(step));
        let mut stages: Vec<Stage> = fitting.map(|step| step.stage).collect();
        stages.sort_unstable_by_key(|stage| stage.code());
        stages.dedup();
        let mut inside = of_region.iter().filter(|step| stages.contains(&step.stage));
        let is_all = inside.all(|step| is_one(step) && must(step));
        (stages, is_all)
    }

    /// The newest version of the workflow that new cases follow, of those that were not retired.
    ///
    /// # Errors
    /// Internal when the region has none: the start refuses such a setting.
    pub fn default_of(&self, region: RegionId) -> Result<Arc<Definition>, AppError> {
        self.newest(region, &self.default)
            .ok_or_else(|| AppError::Internal(format!("no workflow {} is published", self.default)))
    }

    /// The newest version of a workflow, of those that were not retired.
    pub fn newest(&self, region: RegionId, key: &str) -> Option<Arc<Definition>> {
        let held = self.held();
        let first = (region, key.to_owned(), 0);
        let last = (region, key.to_owned(), i32::MAX);
        let versions = held.all.range(first..=last).rev();
        let mut open = versions.filter(|(version, _)| !held.retired.contains(version));
        open.next().map(|(_, definition)| Arc::clone(definition))
    }
}

/// The law of each region: its legal profile, its own days off, and its time zone.
///
/// A profile and days off are published while the program runs, so they are held as they are and replaced as a whole.
pub struct Laws {
    /// For a region made by another process a moment ago.
    otherwise: Arc<Law>,
    all: RwLock<BTreeMap<RegionId, Arc<Law>>>,
}

impl Laws {
    /// No region yet.
    pub fn new(otherwise: Law) -> Self {
        Laws {
            otherwise: Arc::new(otherwise),
            all: RwLock::default(),
        }
    }

    /// Notes the law of a region, in the place of the one before.
    pub fn insert(&self, region: RegionId, law: Law) {
        self.all
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(region, Arc::new(law));
    }

    /// The law of a region that this process has not heard of.
    pub fn otherwise(&self) -> &Law {
        &self.otherwise
    }

    /// The law of a region.
    pub fn of(&self, region: RegionId) -> Arc<Law> {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.get(&region).unwrap_or(&self.otherwise))
    }
}

impl App {
    /// Lets the workers of this process look at once at what a commit may have left them.
    pub fn wake(&self) {
        self.wake.notify_one();
        self.wake_timers.notify_one();
    }

    /// A new id: UUID version 7 from the clock and the entropy of the application.
    pub fn new_id<T: From<Uuid>>(&self, now: DateTime<Utc>) -> T {
        T::from(new_id(now, self.entropy.as_ref()))
    }
}

/// One transaction of one actor.
pub struct Tx<'a> {
    /// The connection, inside the transaction.
    pub db: &'a mut Db,
    /// The rest of the house.
    pub app: &'a App,
    /// Who asks, with the grants that hold today.
    pub actor: Actor,
    /// The instant of the request: the same for everything in the transaction.
    pub now: DateTime<Utc>,
    /// The law of the actor's region, as it holds for the whole transaction.
    pub law: Arc<Law>,
    /// What is stored when the use case has ended well.
    pub writes: Writes,
    /// Names that were looked up already.
    pub names: Names,
    /// The partner of the case, when it was looked up already.
    pub told: Option<PartnerTold>,
}

/// Conflicts that mean that a case has changed since it was loaded, or that a timer has another owner.
const STALE: [&str; 5] = [
    "cases.version",
    "case_event.case_id_seq",
    ARMED_AT_ONCE[0],
    ARMED_AT_ONCE[1],
    LEASE_LOST,
];

/// How to call mediators and partners, as far as a transaction has come across them.
#[derive(Default)]
pub struct Names {
    mediators: BTreeMap<MediatorId, MediatorName>,
    partners: BTreeMap<PartnerId, PartnerCode>,
}

impl Names {
    /// Notes a mediator's.
    pub fn mediator(&mut self, id: MediatorId, name: MediatorName) {
        self.mediators.insert(id, name);
    }

    /// Notes a partner's.
    pub fn partner(&mut self, id: PartnerId, code: PartnerCode) {
        self.partners.insert(id, code);
    }
}

impl<'a> Tx<'a> {
    /// Runs a use case in the transaction that is open, and stores what it has decided.
    ///
    /// # Errors
    /// Those of the use case; stale, when the case has changed meanwhile; key running, when another request with
    /// the same key was faster.
    pub fn run<T>(
        db: &'a mut Db,
        app: &'a App,
        actor: Actor,
        now: DateTime<Utc>,
        job: impl FnOnce(&mut Tx<'a>) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let law = app.laws.of(actor.region);
        let mut tx = Tx {
            db,
            app,
            actor,
            now,
            law,
            writes: Writes::default(),
            names: Names::default(),
            told: None,
        };
        let value = job(&mut tx)?;
        tx.writes.store(tx.db).map_err(|error| match error {
            // Whoever was faster has changed the row, or has written the next entry of the history.
            StoreError::Conflict { what } if STALE.contains(&what.as_str()) => AppError::Stale,
            StoreError::Conflict { what } if what == idempotency::TAKEN => AppError::KeyRunning,
            other => other.into(),
        })?;
        app.faults.at(Point::CaseStored)?;
        Ok(value)
    }
}

impl Tx<'_> {
    /// The region of the actor, which is the region of everything here.
    pub fn region(&self) -> RegionId {
        self.actor.region
    }

    /// The region's time zone.
    pub fn zone(&self) -> Zone {
        self.law.zone()
    }

    /// What the domain has to know of the moment, for a case.
    pub fn facts(&self, case: &Case, office_has_head: bool, mediator: MediatorAsked) -> Facts {
        Facts {
            region: self.region(),
            law: Arc::clone(&self.law),
            now: self.now,
            today: self.today(),
            filed_on: self.zone().day(case.filed_at),
            office_has_head,
            mediator,
        }
    }

    /// The local day.
    pub fn today(&self) -> NaiveDate {
        self.zone().day(self.now)
    }

    /// The reader's language.
    pub fn language(&self) -> Language {
        self.actor.language
    }

    /// A new id.
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        self.app.new_id(self.now)
    }

    /// How to call mediators: noted before, or looked up now.
    ///
    /// # Errors
    /// As the store.
    pub fn mediator_names(
        &mut self,
        ids: &[MediatorId],
    ) -> Result<&BTreeMap<MediatorId, MediatorName>, AppError> {
        let known = &self.names.mediators;
        let unknown = ids.iter().filter(|id| !known.contains_key(id));
        let unknown: Vec<MediatorId> = unknown.copied().collect();
        if !unknown.is_empty() {
            let found = mediator_names(self.db, self.actor.region, &unknown)?;
            self.names.mediators.extend(found);
        }
        Ok(&self.names.mediators)
    }

    /// The code of a partner: noted before, or looked up now.
    ///
    /// # Errors
    /// As the store.
    pub fn partner_code(&mut self, id: PartnerId) -> Result<PartnerCode, AppError> {
        if let Some(code) = self.names.partners.get(&id) {
            return Ok(code.clone());
        }
        let code = partner_code(self.db, self.actor.region, id)?;
        self.names.partner(id, code.clone());
        Ok(code)
    }

    /// Lets the actor through to a register, or answers as for a thing that does not exist (R4).
    ///
    /// # Errors
    /// Not found, when none of the actor's grants allows the act.
    pub fn allow(&self, act: RegisterAct) -> Result<(), AppError> {
        if act.allowed(&self.actor) {
            Ok(())
        } else {
            Err(AppError::NotFound)
        }
    }

    /// As [`Tx::allow`], for an actor who may read the register but not change it.
    ///
    /// # Errors
    /// Not permitted, when the actor may read; not found, when not even that.
    pub fn allow_write(&self, read: RegisterAct, write: RegisterAct) -> Result<(), AppError> {
        match (write.allowed(&self.actor), read.allowed(&self.actor)) {
            (true, _) => Ok(()),
            (false, true) => Err(AppError::NotPermitted(Vec::new())),
            (false, false) => Err(AppError::NotFound),
        }
    }
}
