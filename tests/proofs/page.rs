//! `docs/GUARANTEES.md`, made from `docs/proofs.json`.

use std::{fs, path::PathBuf};

use super::Report;

/// A published promise: its number, its words, and the proofs that it needs.
type Promise = (&'static str, &'static str, &'static [&'static str]);

const PROMISES: [Promise; 13] = [
    (
        "G1",
        "When Kelisim has answered a change with success, the change survives a crash of every Kelisim process and, with the default settings on storage that honours flush, a loss of power.",
        &["T1", "T6", "T7", "T23"],
    ),
    (
        "G2",
        "A request repeated with the same idempotency key within 30 days takes effect at most once and returns the first answer.",
        &["T1", "T4", "T23"],
    ),
    (
        "G3",
        "Every notification that a committed change requires is recorded in the same transaction; none is created for a change that did not commit; none disappears: each is sent, scheduled, held and shown, failed and shown, or uncertain and shown.",
        &["T1", "T2", "T3"],
    ),
    (
        "G4",
        "Kelisim never sends an e-mail twice for one key, except when the mail server's answer to the complete message was lost, or Kelisim stopped before it had recorded that answer, or a person released the message after a restore. Apart from such a release, the message is then marked uncertain, shown and, by its class, held for a person or sent again with the same Message-ID.",
        &["T2", "T3"],
    ),
    (
        "G5",
        "A user sees and changes only the cases of their office, region or assignment; each route, role and relation is tested, and a route without such tests cannot be released.",
        &["T10", "T16"],
    ),
    (
        "G6",
        "What goes to a partner agency is built from a fixed list of non-confidential fields; confidential text cannot be placed in it, by construction.",
        &["T11"],
    ),
    (
        "G7",
        "A deadline fires once and not before its time, also over restarts, clock changes and daylight-saving changes; if the system was down, in the first minute after it is up again; after a restore, when a person has released it.",
        &["T8", "T4", "T23"],
    ),
    (
        "G8",
        "With three database nodes in strict synchronous mode, the failure of any one node loses no acknowledged change; if no second copy is available, Kelisim acknowledges no change instead of risking it.",
        &["T5"],
    ),
    (
        "G9",
        "A change, removal, reordering or cutting of audit entries is detected by `kelisim audit verify` against anchors kept outside the database. An anchor is made every 10 minutes; cutting off entries newer than the last anchor is not detected. Tamper-evident, not tamper-proof.",
        &["T12"],
    ),
    (
        "G10",
        "A backup counts only when it was restored: the last successful restore drill, with date, age and time needed, is shown. A restored system sends nothing until a person releases it.",
        &["T18"],
    ),
    (
        "G11",
        "Malformed input yields a 4xx answer; in the release run of N requests (N is printed, at least 50,000) there is no 5xx and no crash. An uploaded file cannot exhaust the server.",
        &["T9", "T13"],
    ),
    (
        "G12",
        "An upgrade from every earlier release is tested on a populated database and can be interrupted at any point.",
        &["T19"],
    ),
    (
        "G13",
        "Content of mediations and personal data do not appear in logs, metrics, URLs or error reports.",
        &["T11"],
    ),
];

/// What each proof does, in a line.
const PROOFS: [(&str, &str); 16] = [
    (
        "T1",
        "kill -9 of server and worker while cases are led, at random moments and at failpoints; faults of the database",
    ),
    (
        "T2",
        "T1 with a mail server that keeps a journal before it answers",
    ),
    (
        "T3",
        "a mail server that misbehaves in every way at every step",
    ),
    (
        "T4",
        "several workers on one outbox; pauses between read and update; processes stopped past their lease",
    ),
    ("T5", "three database nodes, each failing in turn"),
    ("T6", "full and failing disks"),
    ("T7", "loss of power: writes that were not flushed are gone"),
    ("T8", "jumps of the clock, time zones, downtime"),
    ("T9", "malformed requests"),
    ("T10", "every principal, route and relation"),
    ("T11", "a canary in every confidential field"),
    ("T12", "every change of the audit log"),
    ("T13", "files made to exhaust their reader"),
    (
        "T16",
        "passwords, letters, ids and links guessed by the thousand, and the times of the answers compared",
    ),
    ("T18", "restore drills"),
    (
        "T23",
        "a model of the workflows beside the program: the same requests, crashes, repeats and deadlines, and the same outcome",
    ),
];

const AFTERWORD: &str = "\
T19, the interrupted upgrade from earlier releases, follows with the second release: there is no earlier one yet.

## Not promised

- Exactly-once e-mail: between the final dot and the answer to it nobody but the mail server knows who owns a message.
- Delivery to the recipient's inbox, and the order of e-mails.
- No loss when two database nodes fail at once.
- Changes newer than the last backup when the storage itself is lost.
- Protection against an administrator of the machine who has time and the anchor key.

## How to verify the audit log without trusting us

An export (`kelisim audit export`) has a line of JSON for each sealed entry: the entry, its number in the region, the hash of the seal before and its own.
The text of an entry is its ten fields as JSON by RFC 8785: no white space, fields in the order of their names, UTF-8.
The hash of a seal is the SHA-256 of four lines, each with a line feed at its end: `kelisim audit 1`, the number, the hash of the seal before (64 zeros for the first), and the SHA-256 of the entry's text, in lower-case hexadecimal digits.
An anchor is one line, `kelisim-audit CODE REGION NUMBER HASH TIME`: number and hash of the last seal at that time.
Every field, and a check in some fifteen lines of Python, stand in [AUDIT.md](AUDIT.md).
`kelisim-audit-verify` does the same and shares no code with the program; it needs the export and the anchors, and neither the database nor any key.

## How to read the figures

Nought failures in n independent trials support a rate of at most 3/n with 95 % confidence.
A thousand kills without a loss support \"below 0.3 % a crash\", and no more.
A skipped proof counts as failed, and a proof that fails is not left out: its row says so.
The moments of the kills are the machine's; everything else that a proof decides comes from its seed.

A kill is `kill -9` at a random moment, or the end of the process at a named failpoint by `abort()`, which flushes nothing and runs no destructor either.
The proofs drive a build with debug assertions, for the released program has no failpoints.

## How to repeat

```sh
cargo xtask prove T1 --seed 1 --json t1.json
cargo xtask prove T1 --seed 1 --json t1.json --quick --database sqlite
```

The first takes the size of a release on both databases; the second is what the test command runs.
`--record` keeps what a full run measured in `docs/proofs.json` and makes this page from it.
";

fn docs(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs")).join(name)
}

/// What was recorded of full runs.
///
/// # Panics
/// The file is not what this program writes.
pub fn recorded() -> Vec<Report> {
    let text = fs::read_to_string(docs("proofs.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Keeps the reports of full runs, and makes the page.
///
/// # Panics
/// The files cannot be written.
pub fn record(reports: &[Report]) {
    let mut all = recorded();
    for report in reports {
        assert_eq!(report.size, "full", "only a full run is recorded");
        all.retain(|old| (&old.id, &old.database) != (&report.id, &report.database));
        all.push(report.clone());
    }
    let order = |report: &Report| (report.id.clone(), report.database.clone());
    all.sort_by_key(order);
    let text = serde_json::to_string_pretty(&all).unwrap();
    fs::write(docs("proofs.json"), text + "\n").unwrap();
    fs::write(docs("GUARANTEES.md"), page(&all)).unwrap();
}

/// The page as it stands in the repository.
///
/// # Panics
/// There is none.
pub fn kept() -> String {
    fs::read_to_string(docs("GUARANTEES.md")).unwrap()
}

/// The page that follows from what was measured.
pub fn page(reports: &[Report]) -> String {
    let mut page = "# What Kelisim guarantees\n\n\
        For whoever has to trust the program with a case.\n\
        Each promise names the proofs that attack it; a promise is worth what its proofs measured.\n\
        This page is made by `cargo xtask prove … --record` from [proofs.json](proofs.json), and a test fails when the two differ.\n\n\
        ## The promises\n"
        .to_owned();
    for (number, words, proofs) in PROMISES {
        let words = words.replace(". ", ".\n");
        page += &format!("\n### {number}\n\n{words}\n\n");
        for proof in proofs {
            page += &standing(proof, reports);
        }
    }
    page += "\n## The figures\n";
    for report in reports {
        page += &table(report);
    }
    if reports.is_empty() {
        page += "\nNo proof has run at full size yet.\n";
    }
    page += "\n## The proofs\n\n| proof | what is done |\n|---|---|\n";
    for (id, what) in PROOFS {
        page += &format!("| {id} | {what} |\n");
    }
    page + "\n" + AFTERWORD
}

/// One line of a promise: what its proof says today.
fn standing(proof: &str, reports: &[Report]) -> String {
    let of_this: Vec<&Report> = reports.iter().filter(|one| one.id == proof).collect();
    if of_this.is_empty() {
        return format!("- {proof}: not proven yet.\n");
    }
    let mut lines = String::new();
    for report in of_this {
        let Report {
            database,
            commit,
            seed,
            date,
            ..
        } = report;
        let missed: Vec<&str> = report
            .figures
            .iter()
            .filter(|figure| !figure.reached)
            .map(|figure| figure.name.as_str())
            .collect();
        let outcome = match missed.as_slice() {
            [] if report.holds() => "holds".to_owned(),
            missed => format!("**misses** {}", missed.join(", ")),
        };
        let line =
            format!("- {proof} on {database}: {outcome} (commit {commit}, seed {seed}, {date}).\n");
        lines += &line;
    }
    lines
}

fn table(report: &Report) -> String {
    let Report {
        id,
        database,
        commit,
        seed,
        machine,
        date,
        seconds,
        ..
    } = report;
    let mut table = format!(
        "\n### {id} on {database}\n\n\
         Commit {commit}, seed {seed}, {date}, {seconds} s on {machine}.\n\n\
         | figure | goal | measured | |\n|---|---|---|---|\n"
    );

    for figure in &report.figures {
        let mark = if figure.reached { "" } else { "missed" };
        let row = format!(
            "| {} | {} | {} | {mark} |\n",
            figure.name, figure.goal, figure.measured
        );
        table += &row;
    }
    let kills = report.figures.iter().find(|figure| figure.name == "kills");
    if let Some(kills) = kills.filter(|_| report.holds()) {
        let percent = 300.0 / kills.measured;
        table += &format!(
            "\n{} kills without a loss support \"below {percent:.2} % a crash\".\n",
            kills.measured
        );
    }
    for example in &report.counterexamples {
        table += &format!("\n- {example}");
    }
    table
}
