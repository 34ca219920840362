//! `docs/BENCHMARKS.md`, made from `docs/benchmarks.json` and `docs/benchmarks-time.md`.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value};

/// Puts parts of a run in place of the same parts of earlier runs, and makes the page anew.
pub fn record(parts: &Map<String, Value>) {
    let mut all = recorded();
    all.extend(parts.clone());
    let text = serde_json::to_string_pretty(&all).unwrap();
    fs::write(docs("benchmarks.json"), text + "\n").unwrap();
    fs::write(docs("BENCHMARKS.md"), page(&all, &time())).unwrap();
}

/// The page as it is, and as the recorded figures would make it.
pub fn found_and_wanted() -> (String, String) {
    let found = fs::read_to_string(docs("BENCHMARKS.md")).unwrap();
    (found, page(&recorded(), &time()))
}

fn recorded() -> Map<String, Value> {
    let text = fs::read_to_string(docs("benchmarks.json")).unwrap_or_else(|_| "{}".to_owned());
    serde_json::from_str(&text).unwrap()
}

/// The part that a person writes.
fn time() -> String {
    fs::read_to_string(docs("benchmarks-time.md")).unwrap()
}

fn docs(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs")).join(name)
}

const HEAD: &str = "# What was measured\n\n\
Made from [benchmarks.json](benchmarks.json) by `cargo xtask bench --record`; a test compares the two.\n\
Every figure is of one run on one machine, named beside it; nothing here is an estimate.\n\n\
## How to repeat\n\n\
```sh\n\
cargo xtask bench                     # everything, on both databases\n\
cargo xtask bench lifecycle --database postgres --clients 8 --rounds 5 --seconds 8 --seed 1\n\
cargo xtask bench standard\n\
cargo xtask bench lists\n\
cargo xtask bench start\n\
cargo xtask bench move --database sqlite\n\
cargo xtask bench --json out.json     # the same, with every round as JSON\n\
```\n\n\
Nothing else should run on the machine: the load client, the program and the database share its cores, \
and a ratio under the load of others says little.\n\
The load that was there is printed with each run.\n";

const LIFECYCLE: &str = "\n## A case from filed to closed\n\n\
A client files a case that a partner refers, the head of the office assigns its mediator, the mediator reconciles and closes it: \
four requests over HTTP with the bearer tokens of the right people, an `Idempotency-Key` each, `If-Match` on each transition.\n\
Nothing is left out: authentication, stored answers, encryption and a durable COMMIT are in every figure.\n\
The program is the release build with its default settings, but for `worker.enabled = false`: only the path of requests is measured.\n\
145 offices, each with a head and a mediator, share the load; the database holds a thousand cases when the run begins, \
and at its end every acknowledged lifecycle is looked up: cases, events, messages, stored answers.\n\n\
The limit on PostgreSQL is pgbench with prepared statements, which does the same reads and writes in five round trips a transition; \
on SQLite it is a loop in C with one durable COMMIT a transition, serving as many open lifecycles in turn as there are clients.\n\
Both limits encrypt nothing, check nothing and speak no HTTP.\n\
The thin limit writes the case, its event and one message alone, without token, stored answer, keys and registers: \
the work of the comparison below.\n\
Limit and program take turns within each round, in an order that the seed shuffles; a ratio is of one round.\n";

const COMPARISON: &str = "\n## What others need for this\n\n\
Measured before this program was written, on two cores, with the same four transitions (case, event and outbox row in one transaction, \
fsync on, 8 clients), as a share of the limit in the same round; that limit did the work of our thin one.\n\n\
| what | PostgreSQL | SQLite |\n|---|---:|---:|\n\
| Django, DRF and django-fsm (42 ms of CPU a lifecycle, p99 718 ms) | 8 % | 12 % |\n\
| Directus | 2–4 % | |\n\
| a workflow library in process, without HTTP | 16 % | |\n";

/// The page.
fn page(parts: &Map<String, Value>, time: &str) -> String {
    let mut page = HEAD.to_owned();
    page.push_str(LIFECYCLE);
    for database in ["sqlite", "postgres"] {
        if let Some(part) = parts.get(&format!("lifecycle-{database}")) {
            lifecycle(&mut page, part);
        }
    }
    page.push_str(COMPARISON);
    page.push_str("\n## Where the time goes\n\n");
    page.push_str(time);
    standard(&mut page, parts);
    moving(&mut page, parts);
    start(&mut page, parts);
    lists(&mut page, parts);
    page
}

fn lifecycle(page: &mut String, part: &Value) {
    let (run, result) = (&part["run"], &part["result"]);
    let measurement = &result["measurement"];
    let name = title(measurement["database"].as_str().unwrap_or_default());
    let _ = writeln!(page, "\n### {name}\n");
    ran(page, run);
    let settings = measurement["durability"].as_array();
    let settings: Vec<String> = settings
        .into_iter()
        .flatten()
        .map(|pair| format!("{} = {}", text(&pair[0]), text(&pair[1])))
        .collect();
    let _ = writeln!(
        page,
        "Read back from the program's connections: {}.\n{} rounds of {} s; the ranges are the least and the most of a round.",
        settings.join(", "),
        measurement["rounds"],
        measurement["seconds"]
    );
    for summary in result["summary"].as_array().into_iter().flatten() {
        table(page, summary);
    }
    let mib = measurement["idle_pss_bytes"].as_f64().unwrap_or(0.0) / 1_048_576.0;
    let _ = writeln!(
        page,
        "\nMemory (PSS) after the warm-up {mib:.1} MiB.\n{} lifecycles were acknowledged in all, and the database held {} closed cases.",
        measurement["verified"]["lifecycles"], measurement["verified"]["cases_closed"]
    );
    slow(page, &measurement["slow_disk"]);
}

fn table(page: &mut String, summary: &Value) {
    let clients = summary["clients"].as_u64().unwrap_or(0);
    let is_sqlite = summary["database"] == "sqlite";
    let least_ratio = match (is_sqlite, clients) {
        (false, 8) => Some(0.8),
        (true, 8) => Some(0.9),
        (true, 32) => Some(1.5),
        _ => None,
    };
    let _ = writeln!(
        page,
        "\n| {clients} clients | median | range | goal | |\n|---|---:|---:|---:|---|"
    );
    let plain = None::<Goal>;
    let rows = [
        ("lifecycles a second", "per_second", 1, plain),
        (
            "lifecycles a second of the limit",
            "limit_per_second",
            1,
            plain,
        ),
        (
            "ratio to the limit",
            "ratio",
            2,
            least_ratio.map(Goal::AtLeast),
        ),
        ("ratio to the thin limit", "thin_ratio", 2, plain),
        ("p99 of a lifecycle, ms", "p99_ms", 1, plain),
        ("p99 of the limit, ms", "limit_p99_ms", 1, plain),
        (
            "p99 to that of the limit",
            "p99_ratio",
            2,
            Some(Goal::AtMost(2.0)),
        ),
        ("p99 of a request, ms", "request_p99_ms", 1, plain),
        (
            "CPU of the program a lifecycle, ms",
            "program_cpu_ms",
            2,
            Some(Goal::AtMost(3.0)),
        ),
        (
            "CPU of PostgreSQL a lifecycle, ms",
            "database_cpu_ms",
            2,
            Some(Goal::AtMost(4.0)),
        ),
        ("CPU of the limit a lifecycle, ms", "limit_cpu_ms", 2, plain),
        ("fsync of 8 KiB, µs", "fsync_micros", 0, plain),
    ];
    for (name, key, digits, goal) in rows {
        spread_row(page, name, &summary[key], digits, goal);
    }
    let peak = number(&summary["peak_pss_mib"]);
    row(
        page,
        "most memory (PSS), MiB",
        peak,
        1,
        "",
        Some(Goal::AtMost(100.0)),
    );
}

/// What a figure should be.
#[derive(Clone, Copy)]
enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Goal {
    /// The goal in words, and whether a figure reaches it.
    fn judge(self, figure: f64) -> (String, &'static str) {
        let (words, reached) = match self {
            Self::AtLeast(least) => (format!("≥ {least}"), figure >= least),
            Self::AtMost(most) => (format!("≤ {most}"), figure <= most),
        };
        (
            words,
            if reached {
                "reached"
            } else {
                "**not reached**"
            },
        )
    }
}

/// A row with its range; none for what was not measured.
fn spread_row(page: &mut String, name: &str, spread: &Value, digits: usize, goal: Option<Goal>) {
    if let Some(median) = spread["median"].as_f64() {
        let (min, max) = (number(&spread["min"]), number(&spread["max"]));
        let range = format!("{min:.digits$}–{max:.digits$}");
        row(page, name, median, digits, &range, goal);
    }
}

fn row(page: &mut String, name: &str, figure: f64, digits: usize, range: &str, goal: Option<Goal>) {
    let (goal, verdict) = goal.map_or((String::new(), ""), |goal| goal.judge(figure));
    let _ = writeln!(
        page,
        "| {name} | {figure:.digits$} | {range} | {goal} | {verdict} |"
    );
}

fn slow(page: &mut String, rows: &Value) {
    let rows = rows.as_array().filter(|rows| !rows.is_empty());
    let Some(rows) = rows else { return };
    page.push_str(
        "\nWith each fsync made 2 ms longer, for program and limit alike (one pass each), many requests share one COMMIT:\n\n\
         | clients | lifecycles a second | of the limit | ratio |\n|---:|---:|---:|---:|\n",
    );
    for row in rows {
        let (ours, limit) = (number(&row["per_second"]), number(&row["limit_per_second"]));
        let _ = writeln!(
            page,
            "| {} | {ours:.1} | {limit:.1} | {:.2} |",
            row["clients"],
            number(&row["ratio"])
        );
    }
}

fn standard(page: &mut String, parts: &Map<String, Value>) {
    page.push_str(
        "\n## The standard workflow\n\n\
         Lifecycles of `mediation` by its shortest way to a settled case (eight requests: file, screen, make ready, offer, accept, \
         contract, agreement, close, with its timers) in turn with those of `basic` (four requests), counted per transition.\n",
    );
    for database in ["sqlite", "postgres"] {
        let Some(part) = parts.get(&format!("standard-{database}")) else {
            continue;
        };
        let _ = writeln!(page, "\n### The standard workflow on {}\n", title(database));
        ran(page, &part["run"]);
        for rows in part["result"].as_array().into_iter().flatten() {
            let _ = writeln!(
                page,
                "\n| {} clients, {} rounds of {} s | median | range | goal | |\n|---|---:|---:|---:|---|",
                rows["clients"], rows["rounds"], rows["seconds"]
            );
            for (name, key, digits, goal) in [
                (
                    "transitions a second on `mediation`",
                    "mediation_per_second",
                    1,
                    None,
                ),
                (
                    "transitions a second on `basic`",
                    "basic_per_second",
                    1,
                    None,
                ),
                (
                    "`mediation` to `basic`",
                    "ratio",
                    2,
                    Some(Goal::AtLeast(0.95)),
                ),
                (
                    "CPU of a transition on `mediation`, ms",
                    "mediation_cpu_ms",
                    3,
                    None,
                ),
                (
                    "CPU of a transition on `basic`, ms",
                    "basic_cpu_ms",
                    3,
                    None,
                ),
            ] {
                spread_row(page, name, &rows[key], digits, goal);
            }
        }
    }
}

fn moving(page: &mut String, parts: &Map<String, Value>) {
    page.push_str(
        "\n## Moving running cases\n\n\
         Every running case goes to a new version that starts a timer at its step, by the command, without a server beside it: \
         an event, the case and a deadline for each.\n",
    );
    for database in ["sqlite", "postgres"] {
        let Some(part) = parts.get(&format!("move-{database}")) else {
            continue;
        };
        let result = &part["result"];
        let _ = writeln!(page, "\n### Moving on {}\n", title(database));
        ran(page, &part["run"]);
        let _ = writeln!(
            page,
            "\n| {} running cases | seconds | | goal | |\n|---|---:|---:|---:|---|",
            result["running"]
        );
        let most = (database == "sqlite").then_some(Goal::AtMost(60.0));
        for (name, key, goal) in [
            ("rehearsed", "rehearsal_seconds", None),
            ("published and moved", "move_seconds", most),
            ("taken back", "undo_seconds", None),
        ] {
            row(page, name, number(&result[key]), 1, "", goal);
        }
    }
}

fn start(page: &mut String, parts: &Map<String, Value>) {
    page.push_str(
        "\n## Start\n\n\
         From the start of the process to the first good answer to an authenticated `GET /api/v1/cases`, asked every millisecond, \
         on a database of a thousand cases; then the memory of a server that has waited for five seconds.\n",
    );
    for database in ["sqlite", "postgres"] {
        let Some(part) = parts.get(&format!("start-{database}")) else {
            continue;
        };
        let result = &part["result"];
        let spread = &result["first_answer_seconds"];
        let _ = writeln!(page, "\n### Start on {}\n", title(database));
        ran(page, &part["run"]);
        let _ = writeln!(
            page,
            "\n| {} starts | median | range | goal | |\n|---|---:|---:|---:|---|",
            result["starts"]
        );
        let range = format!(
            "{:.3}–{:.3}",
            number(&spread["min"]),
            number(&spread["max"])
        );
        let seconds = number(&spread["median"]);
        row(
            page,
            "first good answer, s",
            seconds,
            3,
            &range,
            Some(Goal::AtMost(0.3)),
        );
        let idle = number(&result["idle_pss_mib"]);
        row(
            page,
            "idle memory (PSS), MiB",
            idle,
            1,
            "",
            Some(Goal::AtMost(30.0)),
        );
    }
}

fn lists(page: &mut String, parts: &Map<String, Value>) {
    let mut written = false;
    for database in ["sqlite", "postgres"] {
        let Some(part) = parts.get(&format!("lists-{database}")) else {
            continue;
        };
        if !written {
            page.push_str(
                "\n## Lists\n\nThe time of one answer as the client sees it, over HTTP with a token, one request at a time.\n",
            );
            written = true;
        }
        let _ = writeln!(page, "\n### Lists on {}\n", title(database));
        ran(page, &part["run"]);
        page.push_str("\n| asked | cases | median, ms | goal | | p99, ms | to the first size |\n|---|---:|---:|---:|---|---:|---:|\n");
        for row in part["result"].as_array().into_iter().flatten() {
            let median = number(&row["median_ms"]);
            let (goal, verdict) = row["goal_ms"]
                .as_f64()
                .map_or((String::new(), ""), |most| Goal::AtMost(most).judge(median));
            let _ = writeln!(
                page,
                "| {} | {} | {median:.2} | {goal} | {verdict} | {:.2} | × {:.2} |",
                text(&row["kind"]),
                row["cases"],
                number(&row["p99_ms"]),
                number(&row["to_smallest"])
            );
        }
    }
}

/// Machine, date and commit of a run.
fn ran(page: &mut String, run: &Value) {
    let _ = writeln!(
        page,
        "{}, commit {}, seed {}; {} ({} cores, {} GiB), Linux {}, {}; load before it began {:.2}.",
        text(&run["date"]),
        text(&run["commit"]),
        run["seed"],
        text(&run["processor"]),
        run["cores"],
        run["memory_gib"],
        text(&run["kernel"]),
        text(&run["filesystem"]),
        number(&run["load_before"])
    );
}

fn title(database: &str) -> &str {
    match database {
        "sqlite" => "SQLite",
        "postgres" => "PostgreSQL",
        other => other,
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_goal_that_is_missed_is_said() {
        let spread = |median: f64| json!({"min": median, "median": median, "max": median});
        let summary = json!({
            "database": "postgres", "clients": 8, "ratio": spread(0.79), "p99_ratio": spread(1.9),
        });
        let mut page = String::new();
        table(&mut page, &summary);
        assert!(
            page.contains("| ratio to the limit | 0.79 | 0.79–0.79 | ≥ 0.8 | **not reached** |")
        );
        assert!(page.contains("| p99 to that of the limit | 1.90 | 1.90–1.90 | ≤ 2 | reached |"));
    }
}
