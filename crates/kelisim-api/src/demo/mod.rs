//! `kelisim demo`: a network with an invented year, and one case walked from filed to closed.
//!
//! Two applications share the database: one records the past and tells nobody (D37), the other walks the new
//! case with real messages. Both take their ids from the seed; keys and tokens come from the operating system.

mod accounts;
mod act;
mod course;
mod data;
mod dice;
mod fill;
mod folder;
mod names;
mod network;
mod plan;
mod screen;
mod walk;
mod year;

use crate::{
    app::App,
    clock::{Clock, ManualClock},
    config::Config,
    enrol::EnrolError,
    outgoing,
    setup::{self, SetupError},
    start::{self, Sources},
};
use accounts::Access;
use chrono::NaiveDate;
use fill::FillError;
use folder::{Folder, Found, Mark};
use kelisim_domain::{calendar::Zone, id::RegionId};
use kelisim_persistence::{Entropy, SeededEntropy, SystemPart};
use plan::{Choice, Plan};
use screen::Screen;
use serde_json::{Value, json};
use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Instant};
use walk::{Walk, Walked};

/// The first day on which the invented network, elections included, is complete.
const EARLIEST: (i32, u32, u32) = (2024, 7, 1);

/// What is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// Where it will be served; for the configuration file and the addresses shown.
    pub(crate) listen: SocketAddr,
    pub(crate) data: PathBuf,
    pub(crate) cases: usize,
    pub(crate) seed: u64,
    pub(crate) date: Option<NaiveDate>,
    pub(crate) fresh: bool,
    pub(crate) json: bool,
    pub(crate) serves: bool,
}

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// A flag makes no sense.
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Failed(String),
    /// The database or its set-up.
    #[error("{0}")]
    Setup(#[from] SetupError),
    #[error("{0}")]
    Enrol(#[from] EnrolError),
}

impl From<FillError> for DemoError {
    fn from(error: FillError) -> Self {
        DemoError::Failed(format!("the demo's plan was refused: {error}"))
    }
}

/// A demo that is ready to be served.
pub(crate) struct Made {
    pub(crate) config: Config,
    /// What `--json` prints.
    pub(crate) json: Value,
}

/// Makes the demo, or opens the one that is there.
pub(crate) fn make(options: &Options, real: &Sources) -> Result<Made, DemoError> {
    let zone = Zone::ORAL;
    let choice = choice(options, zone.day(real.clock.now()))?;
    let screen = Screen::new(!options.json, zone);
    let (folder, found) = Folder::open(&options.data, options.fresh).map_err(DemoError::Failed)?;
    screen.title(choice);
    let case = match found {
        Found::Empty => fresh(&folder, choice, options, zone, real, &screen)?,
        Found::Demo(mark) => again(&mark, choice, &screen),
    };
    let path = folder
        .write_config(options.listen)
        .map_err(DemoError::Failed)?;
    let config = config(&folder)?;
    // A demo that an older program made gets the tables that came later.
    setup::run(&config, real)?;
    let app = start::open(&config, real)?;
    let region = region(&app, &config)?;
    let office = case["office"].as_str().unwrap_or("ORL-01").to_owned();
    let accounts = accounts::mint(
        &app,
        region,
        office,
        real.clock.now(),
        Arc::clone(&real.secret_entropy),
    )?;
    screen.accounts(&accounts);
    let url = config.http.public_url.clone();
    let token = accounts.first().map_or("", |access| access.token.as_str());
    screen.next(&url, token, &path, &folder.mail(), options.serves);
    Ok(Made {
        json: json!({
            "url": url,
            "database_url": format!("sqlite:{}", folder.database().display()),
            "mail_directory": folder.mail(),
            "config": path,
            "accounts": accounts.iter().map(Access::to_json).collect::<Vec<_>>(),
            "case": case,
        }),
        config,
    })
}

fn choice(options: &Options, today: NaiveDate) -> Result<Choice, DemoError> {
    if !options.listen.ip().is_loopback() {
        let text = format!(
            "--listen {}: a demo listens on a loopback address only",
            options.listen
        );
        return Err(DemoError::Usage(text));
    }
    let date = options.date.unwrap_or(today);
    let (year, month, day) = EARLIEST;
    if date > today || NaiveDate::from_ymd_opt(year, month, day).is_some_and(|first| date < first) {
        let text = format!("--date must lie between {year}-{month:02}-{day:02} and today, {today}");
        return Err(DemoError::Usage(text));
    }
    Ok(Choice {
        seed: options.seed,
        date,
        cases: options.cases,
    })
}

fn again(mark: &Mark, choice: Choice, screen: &Screen) -> Value {
    let text = match (mark.seed, mark.cases) == (choice.seed, choice.cases) {
        true => format!(
            "The demo of {} is still here, and its older tokens work.",
            mark.date
        ),
        false => format!(
            "The demo of {} with {} cases and seed {} is still here; --fresh makes another.",
            mark.date, mark.cases, mark.seed
        ),
    };
    screen.note(&text);
    mark.case.clone()
}

fn fresh(
    folder: &Folder,
    choice: Choice,
    options: &Options,
    zone: Zone,
    real: &Sources,
    screen: &Screen,
) -> Result<Value, DemoError> {
    let started = Instant::now();
    let mut mark = Mark::new(choice);
    folder.begin(&mark).map_err(DemoError::Failed)?;
    folder
        .write_config(options.listen)
        .map_err(DemoError::Failed)?;
    let config = config(folder)?;
    let world = data::world().map_err(SetupError::from)?;
    let plan = Arc::new(Plan::new(&world, choice, zone));
    let clock = Arc::new(ManualClock::at(zone.start_of(network::opened())));
    let past = Sources {
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        entropy: Arc::new(SeededEntropy::new(choice.seed)) as Arc<dyn Entropy>,
        secret_entropy: Arc::clone(&real.secret_entropy),
        is_history: true,
        faults: real.faults.clone(),
    };
    setup::run(&config, &past)?;
    let app = start::open(&config, &past)?;
    let region = region(&app, &config)?;
    let cast = Arc::new(fill::network(&app, &plan, region)?);
    let bar = screen.bar(fill::steps(&plan));
    let end = config.region.zone.start_of(choice.date);
    let tell = |done| bar.set_position(done as u64);
    fill::year(&app, &plan, &cast, end, &tell)?;
    bar.finish_and_clear();
    screen.network(&plan, started.elapsed());
    let walked = walk(
        &Stage {
            config: &config,
            plan: &plan,
            cast: &cast,
            clock,
            past,
            choice,
            zone,
            folder,
        },
        screen,
    )?;
    mark.case = shown(&walked, &plan, zone);
    mark.is_complete = true;
    folder.keep(&mark).map_err(DemoError::Failed)?;
    Ok(mark.case)
}

/// What the walk needs of what was made before.
struct Stage<'a> {
    config: &'a Config,
    plan: &'a Plan,
    cast: &'a Arc<fill::Cast>,
    clock: Arc<ManualClock>,
    past: Sources,
    choice: Choice,
    zone: Zone,
    folder: &'a Folder,
}

fn walk(stage: &Stage<'_>, screen: &Screen) -> Result<Walked, DemoError> {
    let present = Sources {
        entropy: Arc::new(SeededEntropy::new(stage.choice.seed ^ 0x7761)),
        is_history: false,
        ..stage.past.clone()
    };
    let app = start::open(stage.config, &present)?;
    let worker = outgoing::worker(&app, stage.config).map_err(DemoError::Failed)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| DemoError::Failed(error.to_string()))?;
    screen.walk_title(&stage.folder.mail());
    let walk = Walk {
        app: &app,
        clock: &stage.clock,
        worker: &worker,
        runtime: &runtime,
        plan: stage.plan,
        cast: stage.cast,
        zone: stage.zone,
        day: year::working_day(stage.choice.date, stage.choice.date),
        mail: &stage.folder.mail(),
    };
    let walked = walk.run(&mut |step| screen.step(step))?;
    screen.walked(&walked.number);
    Ok(walked)
}

/// The walked case for programs.
fn shown(walked: &Walked, plan: &Plan, zone: Zone) -> Value {
    let steps: Vec<Value> = walked
        .steps
        .iter()
        .map(|step| {
            let messages: Vec<Value> = step
                .told
                .iter()
                .map(|told| json!({"to": told.to, "kind": told.kind, "state": told.state, "file": told.file}))
                .collect();
            json!({"stage": step.stage, "at": step.at, "on": zone.day(step.at), "by": step.who, "role": step.role, "messages": messages})
        })
        .collect();
    json!({"id": walked.id, "number": walked.number, "office": accounts::office_code(plan), "steps": steps})
}

/// The configuration of the folder; the environment of the process has no say in a demo.
fn config(folder: &Folder) -> Result<Config, DemoError> {
    Config::load(Some(&folder.config()), [], &[])
        .map_err(|error| DemoError::Failed(error.to_string()))
}

fn region(app: &App, config: &Config) -> Result<RegionId, SetupError> {
    let config = config.clone();
    app.database
        .as_system(SystemPart::Setup)
        .read_blocking(move |db| setup::region_id(db, &config))
}
