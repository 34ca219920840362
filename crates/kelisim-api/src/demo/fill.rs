//! From the plan to the database: the network first, then the year in the order in which it happened.
//!
//! Many steps share a transaction, so that the disk is waited for a few dozen times and not thousands of times.
//! The application that records them says that it is history, so nobody gets a message (D37).

use super::{
    act,
    network::{self, PartnerPlan},
    plan::Plan,
    year::Doer,
};
use crate::{
    app::{self, App, AppError, Tx},
    enrol::{Desk, EnrolError, NewAccount},
};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use kelisim_domain::{
    id::{CaseId, MediatorId, OfficeId, PartnerId, RegionId},
    language::Language,
    policy::{Actor, Standing, System},
    text::{EmailAddress, Name},
};
use kelisim_persistence::{
    Db, Error, SystemPart,
    store::{
        account::{account_find_by_email, grant_list},
        due::{Claiming, timer_claim, timer_next_due},
    },
};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// How many steps share a transaction.
const GROUP: usize = 100;
/// How many timers are taken at once.
const RING: usize = 50;
/// Why, in the audit log.
pub(super) const REASON: &str = "demo";

/// Why the demo could not be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum FillError {
    /// A use case refused what the plan wanted: the plan is wrong.
    #[error("{what}: {error:?}; fewer --cases or another --seed may help")]
    Refused { what: String, error: AppError },
    #[error("{0}")]
    Enrol(#[from] EnrolError),
    #[error("{0}")]
    Store(#[from] Error),
}

/// Those who act, and what the plan's indices stand for.
#[derive(Clone)]
pub(super) struct Cast {
    pub(super) coordinator: Actor,
    pub(super) heads: Vec<Option<Actor>>,
    pub(super) mediators: Vec<Actor>,
    pub(super) mediator_ids: Vec<MediatorId>,
}

impl Cast {
    /// Who does a step of the plan.
    pub(super) fn actor(&self, doer: Doer) -> &Actor {
        match doer {
            Doer::Head(office) => self
                .heads
                .get(office)
                .and_then(Option::as_ref)
                .unwrap_or(&self.coordinator),
            Doer::Mediator(index) => self.mediators.get(index).unwrap_or(&self.coordinator),
            Doer::Coordinator => &self.coordinator,
        }
    }
}

/// The addresses of the accounts of the region.
pub(super) const COORDINATOR: &str = "coordinator@kelisim.example";
pub(super) const REGISTRAR: &str = "registrar@kelisim.example";
pub(super) const ADMINISTRATOR: &str = "administrator@kelisim.example";
pub(super) const AUDITOR: &str = "auditor@kelisim.example";

/// Makes accounts, offices, mediators and partners.
pub(super) fn network(
    app: &Arc<App>,
    plan: &Arc<Plan>,
    region: RegionId,
) -> Result<Cast, FillError> {
    let (app_in, plan_in) = (Arc::clone(app), Arc::clone(plan));
    app.database
        .as_system(SystemPart::Setup)
        .write_blocking(move |db| {
            let mut fill = Fill {
                db,
                app: &app_in,
                plan: &plan_in,
                region,
            };
            let coordinator = fill.staff()?;
            let offices = fill.offices(&coordinator)?;
            let heads = fill.heads(&offices)?;
            let (mediator_ids, mediators) = fill.mediators(&offices)?;
            fill.partners(&coordinator)?;
            Ok(Cast {
                coordinator,
                heads,
                mediators,
                mediator_ids,
            })
        })
}

struct Fill<'a> {
    db: &'a mut Db,
    app: &'a App,
    plan: &'a Plan,
    region: RegionId,
}

impl Fill<'_> {
    fn at(&self, day: NaiveDate, minutes: i64) -> DateTime<Utc> {
        self.app.laws.of(self.region).zone().start_of(day)
            + Duration::hours(9)
            + Duration::minutes(minutes)
    }

    fn run<T>(
        &mut self,
        actor: &Actor,
        now: DateTime<Utc>,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        Tx::run(self.db, self.app, actor.clone(), now, job)
    }

    fn desk(&mut self, now: DateTime<Utc>) -> Desk<'_> {
        Desk {
            db: self.db,
            region: self.region,
            now,
            zone: self.app.laws.of(self.region).zone(),
            entropy: self.app.entropy.as_ref(),
            reason: REASON,
        }
    }

    /// Makes an account with these standings and gives the actor behind it.
    fn account(
        &mut self,
        email: &str,
        name: &str,
        language: Language,
        standings: &[Standing],
        now: DateTime<Utc>,
    ) -> Result<Actor, FillError> {
        let mut desk = self.desk(now);
        let Some((first, others)) = standings.split_first() else {
            return Err(refused(email)(AppError::NotFound));
        };
        let account = desk.account_create(&NewAccount {
            email: EmailAddress::from_stored(email.to_owned()),
            name: Name::from_stored(name.to_owned()),
            language,
            standing: *first,
        })?;
        for standing in others {
            desk.grant_create(account, *standing)?;
        }
        let grants = grant_list(self.db, self.region, account)?;
        Ok(Actor {
            account,
            region: self.region,
            language,
            grants,
            system: None,
        })
    }

    /// One account for each role of the region; gives the coordinator.
    fn staff(&mut self) -> Result<Actor, FillError> {
        let now = self.at(network::opened(), 0);
        let coordinator = self.account(
            COORDINATOR,
            "Өңірлік үйлестіруші (демо)",
            Language::Kk,
            &[Standing::Coordinator],
            now,
        )?;
        self.account(
            REGISTRAR,
            "Тіркеуші (демо)",
            Language::Kk,
            &[Standing::Registrar],
            now,
        )?;
        self.account(
            ADMINISTRATOR,
            "Әкімші (демо)",
            Language::Ru,
            &[Standing::Administrator],
            now,
        )?;
        self.account(
            AUDITOR,
            "Аудитор (демо)",
            Language::Ru,
            &[Standing::Auditor],
            now,
        )?;
        Ok(coordinator)
    }

    fn offices(&mut self, coordinator: &Actor) -> Result<Vec<OfficeId>, FillError> {
        let mut ids = Vec::with_capacity(self.plan.offices.len());
        let plan = self.plan;
        for (minute, office) in (10..).zip(&plan.offices) {
            let now = self.at(network::opened(), minute);
            let id = self.run(coordinator, now, |tx| act::office_open(tx, &office.form));
            ids.push(id.map_err(refused(&office.code))?);
        }
        Ok(ids)
    }

    fn heads(&mut self, offices: &[OfficeId]) -> Result<Vec<Option<Actor>>, FillError> {
        let (plan, now) = (self.plan, self.at(network::opened(), 300));
        let mut heads = Vec::with_capacity(offices.len());
        for (office, id) in plan.offices.iter().zip(offices) {
            let Some(name) = &office.head else {
                heads.push(None);
                continue;
            };
            let email = network::head_email(&office.code);
            let standing = Standing::OfficeHead { office: *id };
            heads.push(Some(self.account(
                &email,
                &name.kk,
                Language::Kk,
                &[standing],
                now,
            )?));
        }
        Ok(heads)
    }

    fn mediators(
        &mut self,
        offices: &[OfficeId],
    ) -> Result<(Vec<MediatorId>, Vec<Actor>), FillError> {
        let registrar = self.registrar()?;
        let plan = self.plan;
        let (mut ids, mut actors) = (Vec::new(), Vec::new());
        for (index, mediator) in plan.mediators.iter().enumerate() {
            let now = self.at(mediator.elected_on + chrono::Days::new(1), 0);
            let id = self
                .run(&registrar, now, |tx| {
                    act::mediator_enter(tx, &mediator.form)
                })
                .map_err(refused(&mediator.name.ru))?;
            let standings: Vec<Standing> = mediator
                .offices
                .iter()
                .map(|office| Standing::Mediator {
                    office: offices[*office],
                    mediator: id,
                })
                .collect();
            let language = if mediator.form["language"] == "ru" {
                Language::Ru
            } else {
                Language::Kk
            };
            let name = if language == Language::Ru {
                &mediator.name.ru
            } else {
                &mediator.name.kk
            };
            actors.push(self.account(
                &network::mediator_email(index),
                name,
                language,
                &standings,
                now,
            )?);
            ids.push(id);
        }
        Ok((ids, actors))
    }

    fn registrar(&mut self) -> Result<Actor, FillError> {
        let account =
            account_find_by_email(self.db, &EmailAddress::from_stored(REGISTRAR.to_owned()))?;
        let grants = grant_list(self.db, self.region, account.id)?;
        Ok(Actor {
            account: account.id,
            region: self.region,
            language: account.language,
            grants,
            system: None,
        })
    }

    fn partners(&mut self, coordinator: &Actor) -> Result<(), FillError> {
        let plan = self.plan;
        for partner in &plan.partners {
            let id = self
                .partner(coordinator, partner)
                .map_err(refused(&partner.row.code))?;
            let email = network::partner_email(&partner.row.code);
            let now = self.at(partner.signed_on, 60);
            let standing = Standing::Partner { partner: id };
            let name = partner.contact["name"].as_str().unwrap_or("demo");
            let language = if partner.contact["language"] == "ru" {
                Language::Ru
            } else {
                Language::Kk
            };
            self.account(&email, name, language, &[standing], now)?;
        }
        Ok(())
    }

    fn partner(&mut self, coordinator: &Actor, plan: &PartnerPlan) -> Result<PartnerId, AppError> {
        let now = self.at(plan.signed_on, 0);
        self.run(coordinator, now, |tx| {
            let id = act::partner_enter(tx, &plan.form)?;
            act::contact_enter(tx, id, &plan.contact)?;
            act::memorandum_sign(tx, &plan.memorandum)?;
            Ok(id)
        })
    }
}

/// Records the whole year, with the timers that were due in it; `progress` is told how many steps are done.
pub(super) fn year(
    app: &Arc<App>,
    plan: &Arc<Plan>,
    cast: &Arc<Cast>,
    until: DateTime<Utc>,
    progress: &dyn Fn(usize),
) -> Result<(), FillError> {
    let timeline = Arc::new(timeline(plan));
    let mut ids: BTreeMap<usize, CaseId> = BTreeMap::new();
    for start in (0..timeline.len()).step_by(GROUP) {
        let (app_in, plan, cast, timeline) = (
            Arc::clone(app),
            Arc::clone(plan),
            Arc::clone(cast),
            Arc::clone(&timeline),
        );
        let end = (start + GROUP).min(timeline.len());
        ids = app
            .database
            .as_system(SystemPart::Setup)
            .write_blocking(move |db| {
                for moment in &timeline[start..end] {
                    ring(db, &app_in, moment.at)?;
                    moment.happen(db, &app_in, &plan, &cast, &mut ids)?;
                }
                Ok::<_, FillError>(ids)
            })?;
        progress(end);
    }
    let app_in = Arc::clone(app);
    app.database
        .as_system(SystemPart::Setup)
        .write_blocking(move |db| ring(db, &app_in, until))
}

/// Lets every timer fire that is due before a moment, each at its own time: they belong to the invented past too.
fn ring(db: &mut Db, app: &App, before: DateTime<Utc>) -> Result<(), FillError> {
    while timer_next_due(db, before, before)?.is_some_and(|due| due <= before) {
        let claiming = Claiming {
            due: before,
            now: before,
            lease_until: before + Duration::minutes(1),
        };
        let tokens: Vec<Uuid> = (0..RING).map(|_| app.new_id(before)).collect();
        for due in timer_claim(db, claiming, &tokens, &app.faults)? {
            let actor = Actor::system(due.region(), System::Clock);
            Tx::run(db, app, actor, due.due_at(), |tx| {
                app::timer::fire(tx, &due)
            })
            .map_err(refused("a timer of the invented year"))?;
        }
    }
    Ok(())
}

/// How many steps the year has.
pub(super) fn steps(plan: &Plan) -> usize {
    plan.cases.iter().map(|case| 1 + case.steps.len()).sum()
}

/// One step of one case; none is the filing.
struct Moment {
    at: DateTime<Utc>,
    case: usize,
    step: Option<usize>,
}

/// Everything that happens, in the order of time; a case's own steps keep their order.
fn timeline(plan: &Plan) -> Vec<Moment> {
    let mut moments = Vec::with_capacity(steps(plan));
    for (case, planned) in plan.cases.iter().enumerate() {
        moments.push(Moment {
            at: planned.filed_at,
            case,
            step: None,
        });
        for (step, planned) in planned.steps.iter().enumerate() {
            moments.push(Moment {
                at: planned.at,
                case,
                step: Some(step),
            });
        }
    }
    moments.sort_by_key(|moment| (moment.at, moment.case, moment.step));
    moments
}

impl Moment {
    fn happen(
        &self,
        db: &mut Db,
        app: &App,
        plan: &Plan,
        cast: &Cast,
        ids: &mut BTreeMap<usize, CaseId>,
    ) -> Result<(), FillError> {
        let case = &plan.cases[self.case];
        let what = || {
            format!(
                "{}, case {} at {}",
                plan.offices[case.office].code, self.case, self.at
            )
        };
        let Some(step) = self.step else {
            let actor = cast.actor(case.filer).clone();
            let done = Tx::run(db, app, actor, self.at, |tx| act::case_file(tx, &case.form))
                .map_err(refused(&what()))?;
            ids.insert(self.case, done.case().id);
            return Ok(());
        };
        let step = &case.steps[step];
        let id = ids
            .get(&self.case)
            .copied()
            .ok_or_else(|| refused(&what())(AppError::NotFound))?;
        let form = act::with_mediator(
            &step.form,
            step.mediator.map(|index| cast.mediator_ids[index]),
        );
        let actor = cast.actor(step.doer).clone();
        let act = |tx: &mut Tx<'_>| act::case_act(tx, id, step.action, &form);
        Tx::run(db, app, actor, self.at, act).map_err(refused(&what()))?;
        Ok(())
    }
}

fn refused(what: &str) -> impl FnOnce(AppError) -> FillError {
    let what = what.to_owned();
    move |error| FillError::Refused { what, error }
}
