//! Where T8 takes place: the application without a server, under a clock that the proof sets.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use kelisim_api::app::{App, AppError, Definitions, Laws, Tx, case, once::Running};
use kelisim_api::clock::{Clock, ManualClock};
use kelisim_domain::calendar::Zone;
use kelisim_domain::case::{CourtStage, Filing};
use kelisim_domain::code::{ActionName, CategoryCode, DistrictCode, OfficeCode, SourceCode};
use kelisim_domain::confidential::Confidential;
use kelisim_domain::id::{AccountId, CaseId, GrantId};
use kelisim_domain::language::Language;
use kelisim_domain::law::Law;
use kelisim_domain::legal::{KZ_MEDIATION, Profile};
use kelisim_domain::policy::{Actor, Grant, Standing};
use kelisim_domain::workflow::{self, Value, Values};
use kelisim_persistence::faults::Plan;
use kelisim_persistence::store::access::See;
use kelisim_persistence::{Db, Error, Failpoints, MasterKey, Options, SeededEntropy, SystemPart};
use serde_json::json;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use uuid::Uuid;

use super::super::report::Report;
use crate::network::{self, ORL_01, REGION};
use crate::program::{Program, wait_until};
use crate::{Backend, OnBackend, TestDatabase, binary, mediation::Mediation};

/// The timers of a new case beside that of the standard workflow, with whether each fires in the end: the longest is ended by
/// the one before it, which moves the case.
const TIMERS: [(&str, &str); 7] = [
    ("h1", "1 hours"),
    ("h30", "30 hours"),
    ("d1", "1 calendar_days"),
    ("d10", "10 calendar_days"),
    ("w7", "7 working_days"),
    ("d40", "40 calendar_days"),
    ("d60", "60 calendar_days"),
];

/// The standard workflow with more timers at its first step.
pub(super) fn clockwork() -> String {
    let title = "title = { kk = \"Сағат\", ru = \"Часы\", en = \"Clock\" }";
    let mut text = workflow::MEDIATION.replace("key = \"mediation\"", "key = \"clockwork\"");
    text += &format!(
        "\n[[actions]]\nname = \"note_silence\"\nfrom = [\"registered\"]\nto = \"screening\"\nwho = [\"clock\"]\n{title}\n"
    );
    for (name, length) in TIMERS {
        let fires = if name == "d40" {
            "fires = \"note_silence\"\n"
        } else {
            ""
        };
        text += &format!(
            "\n[[timers]]\nname = \"{name}\"\nat = [\"registered\"]\nstarts = \"filed\"\nlength = \"{length}\"\n{fires}{title}\n\n  \
             [[timers.tells]]\n  to = \"coordinator\"\n  notice = \"case_unattended\"\n"
        );
    }
    text
}

/// The application, its clock, and the cases that were filed.
pub(super) struct World {
    pub(super) app: Arc<App>,
    clock: Arc<ManualClock>,
    profile: Profile,
    runtime: Runtime,
    cases: Mutex<Vec<CaseId>>,
    pub(super) database: TestDatabase,
}

impl World {
    /// A database of its own, with failpoints.
    pub(super) fn build(backend: Backend, plan: &str) -> Self {
        let plan: Plan = plan.parse().expect("a plan");
        let options = Options {
            faults: Failpoints::new(Arc::new(plan)),
            ..TestDatabase::options()
        };
        Self::lay(TestDatabase::create(backend), &options)
    }

    /// Fills a database.
    pub(super) fn lay(database: TestDatabase, options: &Options) -> Self {
        let key_file = database.folder().join("master.key");
        let key = MasterKey::create(&key_file, &SeededEntropy::new(7)).expect("a key");
        let open = database.open_with(options);
        let text = clockwork();
        let laid = text.clone();
        let vault = open
            .as_system(SystemPart::Test)
            .write_blocking(move |db| {
                let vault = network::lay_under(db, &key)?;
                network::publish(db, &laid)?;
                Ok::<_, Error>(vault)
            })
            .unwrap();
        // People were there all the time.
        database.execute("UPDATE account_grant SET valid_from = '2020-01-01'");
        let definition = workflow::parse(&text).unwrap_or_else(|faults| panic!("{faults:?}"));
        let definitions = Definitions::new(definition.key.as_str());
        definitions.insert(REGION, definition);
        let profile = Profile::parse(KZ_MEDIATION).unwrap();
        let clock = Arc::new(ManualClock::at(network::start()));
        let app = Arc::new(App {
            database: open,
            vault,
            definitions,
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::new(1)),
            laws: Laws::new(Law::new(profile.clone(), Zone::ORAL, &[])),
            layouts: Default::default(),
            public_url: "https://kelisim.example.kz".to_owned(),
            wake: Arc::new(Notify::new()),
            wake_timers: Arc::new(Notify::new()),
            passes: Default::default(),
            is_history: false,
            running: Running::default(),
            door: Default::default(),
            readings: Default::default(),
            erasures: None,
            faults: options.faults.clone(),
        });
        let runtime = tokio::runtime::Builder::new_current_thread();
        Self {
            app,
            clock,
            profile,
            runtime: { runtime }.enable_all().build().unwrap(),
            cases: Mutex::default(),
            database,
        }
    }

    pub(super) fn block_on<F: Future>(&self, work: F) -> F::Output {
        self.runtime.block_on(work)
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Moves the clock by so many seconds, back or forth.
    pub(super) fn advance(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    /// The clock shows an instant after everything that was started.
    pub(super) fn settle(&self) {
        self.clock.set("2039-01-01T00:00:00Z".parse().unwrap());
    }

    /// The cases that were filed.
    pub(super) fn cases(&self) -> Vec<CaseId> {
        self.cases.lock().unwrap().clone()
    }

    /// Files a case in a zone, at an instant.
    pub(super) fn file(&self, zone: Zone, at: DateTime<Utc>) {
        self.app
            .laws
            .insert(REGION, Law::new(self.profile.clone(), zone, &[]));
        self.clock.set(at);
        let id = self.write(|tx| {
            let place = case::FilingPlace {
                office: ORL_01,
                code: OfficeCode::parse("ORL-01").unwrap(),
                district: DistrictCode::parse("ORL").unwrap(),
                has_head: true,
                definition: tx.app.definitions.default_of(REGION)?,
            };
            let filing = Filing {
                category: CategoryCode::parse("family").unwrap(),
                subcategory: None,
                language: Language::Kk,
                district: place.district.clone(),
                court_stage: CourtStage::PreCourt,
                source: SourceCode::from_stored("self".to_owned()),
                referral: None,
                reference: None,
                summary: Confidential::new("A cow.".to_owned()),
                amount: None,
                parties: Vec::new(),
            };
            Ok(case::file(tx, &place, filing)?.case().id)
        });
        let id = id.unwrap_or_else(|error| panic!("a case cannot be filed: {error:?}"));
        self.cases.lock().unwrap().push(id);
    }

    /// The head answers the exclusion questions of a case, if it still stands at its first step: its timers end.
    pub(super) fn screen(&self, id: CaseId) {
        let name = ActionName::parse("screen").unwrap();
        let answers = ["third_party", "incapable", "corruption", "grave_crime"];
        let answers = answers.map(|code| (code.to_owned(), false));
        let done = self.write(move |tx| {
            let authorized = case::access::<See>(tx, id)?;
            if authorized.case().step.as_str() != "registered" {
                return Ok(());
            }
            let definition = case::definition_of(tx, authorized.case())?;
            let mut values = Values::new();
            values.insert("exclusions", Value::Exclusions(BTreeMap::from(answers)));
            case::act(tx, &authorized, &definition, &name, &values).map(drop)
        });
        match done {
            Ok(()) | Err(AppError::Stale) => {}
            Err(error) => panic!("a case cannot be screened: {error:?}"),
        }
    }

    fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let (app, now) = (Arc::clone(&self.app), self.now());
        self.app
            .database
            .as_system(SystemPart::Test)
            .write_blocking(move |db: &mut Db| Tx::run(db, &app, head(), now, |tx| job(tx)))
    }

    /// Starts a process of the program that works on this database, and waits until it does.
    pub(super) fn work(&self, number: usize, settings: &[(&str, String)]) -> Program {
        let folder = self.database.folder();
        let mut command = Command::new(binary());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("KELISIM_") {
                command.env_remove(name);
            }
        }
        command
            .arg("work")
            .current_dir(folder)
            .env("KELISIM__DATABASE__URL", self.database.url_text())
            .env(
                "KELISIM__ENCRYPTION__MASTER_KEY_FILE",
                folder.join("master.key"),
            )
            .env("KELISIM__MAIL__DIRECTORY", folder.join("mail"))
            .env("KELISIM__WORKFLOW__DEFAULT", "clockwork")
            .env("KELISIM__WORKER__LEASE_SECONDS", "2");
        for (name, value) in settings {
            command.env(name, value);
        }
        let mut program = Program::start(command, folder.join(format!("work-{number}.log")));
        wait_until("the process works", Duration::from_secs(60), || {
            assert!(!program.is_over(), "{}", program.log());
            program.log().contains("Kelisim sends the mail")
        });
        program
    }

    /// Timers that are due by the clock and have not fired, one sentence each.
    pub(super) fn due(&self) -> Vec<String> {
        let now = self.now().format("%Y-%m-%dT%H:%M:%S%.6fZ");
        let from = format!("timer WHERE state = 'armed' AND due_at <= '{now}' LIMIT 20");
        self.database.lines(
            "#case_id# || ' ' || name || ' in ' || zone || ' due ' || due_local",
            &from,
        )
    }

    /// How many timers have fired.
    pub(super) fn fired(&self) -> i64 {
        self.database.count("timer WHERE state = 'fired'")
    }

    /// Sets or takes away what a restore sets.
    pub(super) fn hold(&self, is_held: bool) {
        let id = match self.database.backend() {
            Backend::Sqlite => "x'00000000000000000000000000000001'",
            Backend::Postgres => "'00000000-0000-0000-0000-000000000001'",
        };
        self.database.execute(&match is_held {
            true => format!(
                "INSERT INTO hold VALUES ('restored', '2024-01-01T00:00:00.000000Z', {id}, '2024-01-01T00:00:00.000000Z')"
            ),
            false => "DELETE FROM hold".to_owned(),
        });
    }
}

/// The head of the office.
pub(super) fn head() -> Actor {
    Actor {
        account: AccountId(Uuid::from_u128(100)),
        region: REGION,
        language: Language::En,
        grants: vec![Grant {
            id: GrantId(Uuid::from_u128(1_000)),
            standing: Standing::OfficeHead { office: ORL_01 },
            from: "2020-01-01".parse().unwrap(),
            to: None,
        }],
        system: None,
    }
}

/// A day that no calendar has is refused where somebody enters it.
pub(super) fn invalid_days(report: &mut Report, backend: Backend) {
    let m = Mediation::on(backend);
    let case = m.screened();
    let days = [
        "2027-04-31",
        "2027-02-29",
        "2026-13-01",
        "2026-11-00",
        "2100-02-29",
        "2026-11-22T00:00:00Z",
        "31 April",
    ];
    let taken: Vec<String> = days
        .iter()
        .filter(|day| {
            let body = json!({"action": "send_proposal", "proposal": {"sent_on": day}});
            m.0.act("head", &case, &body).status != 422
        })
        .map(|day| (*day).to_owned())
        .collect();
    report.none("days that no calendar has, and that were taken", &taken);
}
