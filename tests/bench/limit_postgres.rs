//! The limit on PostgreSQL: pgbench with prepared statements, five round trips a transition.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::network;
use crate::place::{Place, word};

const SCRIPT: &str = include_str!("limit.sql");
const THIN_SCRIPT: &str = include_str!("limit_thin.sql");

/// An id that begins with the time, as those of the program do (UUID version 7 in its form).
const NEW_ID: &str = "encode(substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) \
     || substring(uuid_send(gen_random_uuid()) FROM 7), 'hex')::uuid";

/// What an action reads of its case, and what the answer shows of it.
const CASE_COLUMNS: &str = "x.version AS case_version, x.number AS case_number, x.office_id AS office_id, \
     x.workflow_key AS workflow, x.workflow_version AS workflow_version, x.stage AS stage, x.step AS step, \
     x.class AS class, x.category AS category, x.subcategory AS subcategory, x.language AS spoken, \
     x.district AS district, x.court_stage AS court_stage, x.source AS source, x.partner_id AS partner_id, \
     x.mediator_id AS mediator_id, x.filed_by AS filed_by, x.filed_at AS filed_at, x.accepted_at AS accepted_at, \
     x.ground AS ground, x.effective_on AS effective_on, x.data_key_id AS data_key_id, x.secret AS case_secret, \
     x.head_hash AS head_hash, k.wrapped AS case_key, \
     EXISTS (SELECT FROM account_grant h JOIN account b ON b.region_id = h.region_id AND b.id = h.account_id \
        WHERE h.region_id = x.region_id AND h.office_id = x.office_id AND h.role = 'office_head' AND b.active \
        AND h.valid_from <= current_date AND (h.valid_to IS NULL OR h.valid_to >= current_date)) AS has_head, \
     (SELECT array_agg(s.secret ORDER BY s.position) FROM case_party s WHERE s.region_id = x.region_id \
        AND s.case_id = x.id) AS parties, \
     (SELECT f.receipt_code || f.received_on || encode(f.secret, 'hex') FROM referral f \
        WHERE f.region_id = x.region_id AND f.case_id = x.id) AS referral";

/// The history and the message of one transition of the thin limit.
const THIN_EVENT_AND_MESSAGE: &str = "WITH event AS (
    INSERT INTO case_event (region_id, case_id, seq, id, kind, at, data, prev_hash, hash)
    VALUES (:region, :case_id, {version}, :event_id, 'moved', :at, :event_data_2, :hash, :hash)
)
INSERT INTO outbox (region_id, id, kind, dedupe_key, case_id, office_id, audience, recipient_kind, recipient_id,
    language, payload, state, attempts, next_at, created_at)
VALUES (:region, :outbox_id, 'assignment', :event_id, :case_id, :office_id, 'staff', 'mediator', :case_id, 'kk',
    :payload_case, 'waiting', 0, :at, :at);";

/// One later transition of the thin limit.
const THIN_MOVE: &str = "BEGIN;
SELECT x.version AS case_version, x.stage AS stage, x.office_id AS office_id,
    {new_id} AS event_id, {new_id} AS outbox_id, clock_timestamp() AS at
FROM cases x WHERE x.region_id = :region AND x.id = :case_id
\\gset
UPDATE cases SET version = {version}, stage = '{stage}', step = '{stage}',
    mediator_id = lpad(to_hex(131072 + :office), 32, '0')::uuid, ground = 'settled',
    effective_on = current_date, closed_at = :at, head_hash = :hash::bytea
WHERE region_id = :region AND id = :case_id AND version = {version} - 1;
{event_and_message}
COMMIT;
";

/// Which of the two.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// All reads and writes of the program.
    Whole,
    /// Case, event and message only.
    Thin,
}

/// pgbench with a script and the values that it needs.
pub(crate) struct Limit {
    place: Place,
    script: PathBuf,
    values: Vec<(String, String)>,
}

/// What pgbench measured.
pub(crate) struct Measured {
    pub(crate) lifecycles: u64,
    pub(crate) per_second: f64,
    pub(crate) lifecycle_micros: Vec<u32>,
    /// Processor time, where the limit and the database are one process.
    pub(crate) cpu_seconds: Option<f64>,
}

impl Limit {
    /// The limit on a copy of a database in which one case has been walked to its end.
    pub(crate) fn on(walked: &Place, work: Work) -> Self {
        let (name, script) = match work {
            Work::Whole => ("limit", whole_script()),
            Work::Thin => ("thin", thin_script()),
        };
        let place = walked.copy(name);
        let path = walked.folder().join(format!("{name}.sql"));
        fs::write(&path, script).unwrap();
        Self {
            values: values(&place),
            place,
            script: path,
        }
    }

    /// The database that it works on.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// Runs it with as many clients as the program had.
    pub(crate) fn run(&self, clients: usize, seconds: u64, seed: u64) -> Measured {
        let prefix = self.script.with_extension("log");
        let output = self
            .command(clients)
            .args(["-j", "2", "-T", &seconds.to_string()])
            .args(["--random-seed", &(seed >> 1).to_string()])
            .arg("--log")
            .arg(format!("--log-prefix={}", prefix.display()))
            .arg(self.place.url())
            .output()
            .expect("pgbench, which comes with PostgreSQL");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "pgbench: {errors}{said}");
        let lifecycle_micros = take_logs(&prefix);
        Measured {
            lifecycles: lifecycle_micros.len() as u64,
            per_second: number_behind(&said, "tps = "),
            lifecycle_micros,
            cpu_seconds: None,
        }
    }

    /// Runs the script once: every statement still fits the tables.
    pub(crate) fn try_once(&self) {
        let output = self
            .command(1)
            .args(["-t", "1"])
            .arg(self.place.url())
            .output();
        let output = output.expect("pgbench, which comes with PostgreSQL");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "pgbench: {errors}");
    }

    fn command(&self, clients: usize) -> Command {
        let mut command = Command::new(pgbench());
        // Each statement is planned once, in the order of its joins, which is the order of the keys; left to
        // itself the planner would think about the ten tables of an act again and again.
        command.env(
            "PGOPTIONS",
            "-c plan_cache_mode=force_generic_plan -c join_collapse_limit=1",
        );
        command.args(["-n", "-M", "prepared", "-c", &clients.to_string()]);
        command.arg("-f").arg(&self.script);
        for (name, value) in &self.values {
            command.arg("-D").arg(format!("{name}={value}"));
        }
        command
    }
}

/// Where pgbench is: `cargo xtask bench` puts it on the path; Debian keeps it beside the server.
fn pgbench() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path);
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"));
    on_path
        .chain(versions)
        .map(|folder| folder.join("pgbench"))
        .find(|program| program.is_file())
        .unwrap_or_else(|| "pgbench".into())
}

fn whole_script() -> String {
    SCRIPT
        .replace("{case_columns}", CASE_COLUMNS)
        .replace("{new_id}", NEW_ID)
}

fn thin_script() -> String {
    let stages = [(2, "assigned"), (3, "reconciled"), (4, "closed")];
    let moves: String = stages
        .iter()
        .map(|(version, stage)| {
            THIN_MOVE
                .replace("{event_and_message}", THIN_EVENT_AND_MESSAGE)
                .replace("{version}", &version.to_string())
                .replace("{stage}", stage)
        })
        .collect();
    THIN_SCRIPT
        .replace(
            "{event_and_message}",
            &THIN_EVENT_AND_MESSAGE.replace("{version}", "1"),
        )
        .replace("{moves}", &moves)
        .replace("{new_id}", NEW_ID)
}

/// The values of the walked case: what the program itself wrote, so lengths and entropy are right.
fn values(place: &Place) -> Vec<(String, String)> {
    let mut db = place.connect();
    let mut values = vec![
        ("offices".to_owned(), network::OFFICES.to_string()),
        ("partners".to_owned(), network::PARTNERS.to_string()),
    ];
    let mut take = |name: &str, query: &str| {
        values.push((name.to_owned(), word(&mut db, query)));
    };
    take("hash", "SELECT hash::text AS word FROM __walked");
    take(
        "wrapped",
        "SELECT wrapped::text AS word FROM data_key WHERE subject_id = (SELECT id FROM __walked)",
    );
    take("case_secret_1", "SELECT secret::text AS word FROM __walked");
    take(
        "case_secret_3",
        "SELECT secret::text AS word FROM cases WHERE id = (SELECT id FROM __walked)",
    );
    take(
        "referral_secret",
        "SELECT secret::text AS word FROM referral WHERE case_id = (SELECT id FROM __walked)",
    );
    let mut of_case = |name: &str, column: &str, from: &str| {
        let query = format!(
            "SELECT {column}::text AS word FROM {from} AND case_id = (SELECT id FROM __walked)"
        );
        take(name, &query);
    };
    of_case("party_a", "secret", "case_party WHERE position = 0");
    of_case("party_b", "secret", "case_party WHERE position = 1");
    of_case(
        "name_tokens",
        "string_agg(token, ''::bytea)",
        "party_token WHERE TRUE",
    );
    for seq in [1, 3] {
        let from = format!("case_event WHERE seq = {seq}");
        of_case(&format!("event_secret_{seq}"), "secret", &from);
    }
    for seq in 1..=4 {
        let from = format!("case_event WHERE seq = {seq}");
        of_case(&format!("event_data_{seq}"), "data", &from);
    }
    of_case(
        "payload_referral",
        "payload",
        "outbox WHERE kind = 'case_received'",
    );
    of_case(
        "payload_case",
        "payload",
        "outbox WHERE kind = 'assignment'",
    );
    of_case(
        "payload_ended",
        "payload",
        "outbox WHERE kind = 'case_ended'",
    );
    for at in 0..4 {
        // The walked case was the first.
        let query = format!(
            "SELECT answer::text AS word FROM idempotency_key ORDER BY created_at LIMIT 1 OFFSET {at}"
        );
        take(&format!("answer_{}", at + 1), &query);
    }
    values
}

/// Reads the per-transaction logs and removes them: the third field is the time in microseconds.
fn take_logs(prefix: &Path) -> Vec<u32> {
    let folder = prefix.parent().unwrap();
    let name = prefix.file_name().unwrap().to_string_lossy().into_owned();
    let mut micros = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if !entry
            .file_name()
            .to_string_lossy()
            .starts_with(&format!("{name}."))
        {
            continue;
        }
        let text = fs::read_to_string(entry.path()).unwrap();
        let times = text.lines().filter_map(|line| line.split(' ').nth(2));
        micros.extend(times.map(|time| time.parse::<u32>().unwrap()));
        fs::remove_file(entry.path()).unwrap();
    }
    micros
}

fn number_behind(text: &str, name: &str) -> f64 {
    let rest = text.split_once(name).map(|(_, rest)| rest);
    let number = rest.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    number.unwrap_or_else(|| panic!("pgbench said no {name:?}: {text}"))
}
