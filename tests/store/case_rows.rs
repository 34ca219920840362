//! Some thousand cases of the small network, written past every check, for the tests of lists.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike, SecondsFormat, TimeDelta, Utc};
use kelisim_domain::calendar::Zone;
use kelisim_domain::case::{Class, Stage};
use kelisim_domain::id::{AccountId, CaseId, MediatorId, OfficeId};
use kelisim_domain::policy::CaseScope;
use kelisim_tests::network::{self, AIGUL, AKZ_01, BERIK, DANA, EDU, ORL_01, REGION};
use kelisim_tests::{Backend, TestDatabase};
use uuid::Uuid;

/// Enough for a page to be a small part of an office's cases, as it is in use.
const CASES: u32 = 6_000;
/// Who files as a mediator of ORL-01; an account of the network.
const FILER: AccountId = AccountId(Uuid::from_u128(102));
const HEAD: AccountId = AccountId(Uuid::from_u128(100));

/// A row, as far as lists look at it.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) id: CaseId,
    pub(crate) number: String,
    pub(crate) office: OfficeId,
    pub(crate) mediator: Option<MediatorId>,
    pub(crate) stage: Stage,
    pub(crate) class: Class,
    pub(crate) filed_by: AccountId,
    pub(crate) filed_at: DateTime<Utc>,
    pub(crate) referred: bool,
}

/// Two offices, three mediators, seven years; the newest cases are open.
fn rows() -> Vec<Row> {
    let first: DateTime<Utc> = "2020-01-01T10:00:00Z".parse().unwrap();
    let mut serials = std::collections::BTreeMap::new();
    (0..CASES)
        .map(|n| {
            // Three at one instant: then the id decides.
            let filed_at = first + TimeDelta::hours(i64::from(n / 3) * 30);
            let year = Zone::ORAL.day(filed_at).year();
            let (office, code) = if n % 5 < 3 {
                (ORL_01, "ORL-01")
            } else {
                (AKZ_01, "AKZ-01")
            };
            let serial = serials
                .entry((code, year))
                .and_modify(|last| *last += 1)
                .or_insert(1);
            let (stage, class) = match (n + 400 > CASES, n % 7) {
                (true, 0) => (Stage::Filed, Class::New),
                (true, 1) => (Stage::Reconciled, Class::Active),
                (true, _) => (Stage::Assigned, Class::Active),
                (false, 0..=2) => (Stage::Closed, Class::DoneOther),
                (false, _) => (Stage::Closed, Class::DoneSuccess),
            };
            let is_accepted = stage != Stage::Filed && n % 11 > 0;
            let mediator = match (n % 20, office) {
                (0, _) => DANA,
                (1..10, ORL_01) => AIGUL,
                (_, ORL_01) => BERIK,
                _ => DANA,
            };
            Row {
                id: CaseId(Uuid::from_u128(
                    (u128::from(n * 7_919 % 10_007) << 64) + u128::from(n),
                )),
                number: format!("{code}/{year}-{serial:04}"),
                office,
                mediator: (is_accepted || stage == Stage::Assigned).then_some(mediator),
                stage,
                class,
                filed_by: if n % 4 == 0 { FILER } else { HEAD },
                filed_at,
                referred: n % 6 == 0,
            }
        })
        .collect()
}

impl Row {
    pub(crate) fn accepted_at(&self) -> Option<DateTime<Utc>> {
        self.mediator.map(|_| self.filed_at + TimeDelta::hours(1))
    }

    fn values(&self, backend: Backend) -> String {
        let id = |id: Uuid| match backend {
            Backend::Sqlite => format!("X'{}'", id.simple()),
            Backend::Postgres => format!("'{id}'"),
        };
        let noise = |bytes: usize| match backend {
            Backend::Sqlite => format!("randomblob({bytes})"),
            Backend::Postgres => format!("decode(repeat('6b', {bytes}), 'hex')"),
        };
        let at =
            |at: DateTime<Utc>| format!("'{}'", at.to_rfc3339_opts(SecondsFormat::Micros, true));
        let or_null = |text: Option<String>| text.unwrap_or_else(|| "NULL".to_owned());
        let is_closed = self.stage == Stage::Closed;
        let closed = |text: String| or_null(is_closed.then_some(text));
        [
            id(REGION.0),
            id(self.id.0),
            format!("'{}'", self.number),
            id(self.office.0),
            "'basic', 1".to_owned(),
            format!(
                "'{}', '{}', '{}'",
                self.stage.code(),
                self.stage.code(),
                self.class.code()
            ),
            format!(
                "'family', NULL, 'kk', '{}', 'pre_court', 'self'",
                &self.number[..3]
            ),
            or_null(self.referred.then(|| id(EDU.0))),
            or_null(self.mediator.map(|mediator| id(mediator.0))),
            id(self.filed_by.0),
            at(self.filed_at),
            or_null(self.accepted_at().map(at)),
            "NULL, NULL".to_owned(),
            closed(at(self.filed_at + TimeDelta::days(9))),
            closed("'settled'".to_owned()),
            closed("'2026-01-01'".to_owned()),
            "NULL, 1".to_owned(),
            id(Uuid::nil()),
            noise(700),
            noise(32),
            "'{}', NULL".to_owned(),
        ]
        .join(", ")
    }
}

/// Writes the rows past every check, with the counters of their numbers, and lets the database look at them.
pub(crate) fn filled(db: &TestDatabase) -> Vec<Row> {
    db.open()
        .write_blocking(|db| network::lay(db).map(drop))
        .unwrap();
    let rows = rows();
    // The rows refer to no data key.
    let mut text = match db.backend() {
        Backend::Sqlite => "PRAGMA foreign_keys = OFF;".to_owned(),
        Backend::Postgres => "SET session_replication_role = replica;".to_owned(),
    };
    for some in rows.chunks(500) {
        let values: Vec<String> = some
            .iter()
            .map(|row| format!("({})", row.values(db.backend())))
            .collect();
        write!(text, "INSERT INTO cases VALUES {};", values.join(", ")).unwrap();
    }
    let year = match db.backend() {
        Backend::Sqlite => "CAST(substr(number, 8, 4) AS INTEGER)",
        Backend::Postgres => "substr(number, 8, 4)::int",
    };
    write!(
        text,
        "INSERT INTO case_counter SELECT region_id, office_id, {year}, count(*) FROM cases GROUP BY 1, 2, 3;",
    )
    .unwrap();
    db.execute(&text);
    if db.backend() == Backend::Postgres {
        db.execute("VACUUM ANALYZE");
    }
    rows
}

/// Who asks.
pub(crate) fn scopes() -> [(&'static str, CaseScope); 5] {
    let nobody = CaseScope {
        region: REGION,
        whole_region: false,
        offices: Vec::new(),
        mediators: Vec::new(),
        filed_by: None,
    };
    let head = CaseScope {
        offices: vec![ORL_01],
        ..nobody.clone()
    };
    let mediator = CaseScope {
        mediators: vec![AIGUL],
        filed_by: Some((FILER, vec![ORL_01])),
        ..nobody.clone()
    };
    let everything = CaseScope {
        offices: vec![AKZ_01, AKZ_01],
        ..mediator.clone()
    };
    [
        (
            "coordinator",
            CaseScope {
                whole_region: true,
                ..nobody.clone()
            },
        ),
        ("head", head),
        ("mediator", mediator),
        ("head and mediator", everything),
        (
            "mediator without cases",
            CaseScope {
                mediators: vec![MediatorId(Uuid::from_u128(9))],
                ..nobody
            },
        ),
    ]
}

pub(crate) fn sees(scope: &CaseScope, row: &Row) -> bool {
    let filed = |(account, offices): &(AccountId, Vec<OfficeId>)| {
        *account == row.filed_by && row.accepted_at().is_none() && offices.contains(&row.office)
    };
    scope.whole_region
        || scope.offices.contains(&row.office)
        || row
            .mediator
            .is_some_and(|mediator| scope.mediators.contains(&mediator))
        || scope.filed_by.as_ref().is_some_and(filed)
}
