//! T1: `kill -9` loses nothing and repeats nothing (G1, G2, G3).

use std::{path::PathBuf, time::Duration};

use super::{
    Order, Report,
    check::Findings,
    client::Writer,
    report::{number, percentile},
    storm::Storm,
};
use crate::{OnBackend, house::House};

/// Clients that lead cases at the same time.
pub const WRITERS: usize = 8;
/// From the start of a process to its first good answer, in seconds, for 95 of a hundred starts.
const READY_SECONDS: f64 = 3.0;
/// Lives between two comparisons of everything.
const COMPARE_EVERY: usize = 25;

/// Runs the proof.
pub fn prove(order: &Order) -> Report {
    run(order, if order.is_quick { 50 } else { 1_000 }, "")
}

/// As [`prove`], with a number of kills and with a defect that every process is given.
///
/// # Panics
/// The program cannot be run at all.
pub fn run(order: &Order, kills: usize, defect: &str) -> Report {
    let mut report = Report::begin("T1", order);
    let house = House::on(order.backend);
    let mut storm = Storm::new(&house, order.seed, order.is_quick, &[]);
    storm.always = defect.to_owned();
    let mut writers = writers(&house, order, false);
    let mut found = Findings::default();
    while storm.kills < kills {
        storm.life(&mut writers);
        if storm.kills.is_multiple_of(COMPARE_EVERY) {
            found.compare(&house, &writers);
            progress(&storm, &writers, &found);
        }
        let is_enough = !defect.is_empty() && is_wrong(&writers, &found);
        if is_enough {
            break;
        }
    }
    let server = storm.calm();
    let mut repeats = 0;
    for writer in &mut writers {
        let hands = writer.hands(&house, &server);
        writer.resolve(&hands);
        repeats += writer.repeat_some(&hands, kills / 4 + 25);
    }
    storm.mail_is_quiet(Duration::from_secs(60));
    found.compare_all(&house, &writers);
    server.program.stop();
    figures(&mut report, &storm, &writers, &found, kills);
    report.noted("acknowledged changes repeated at the end", number(repeats));
    if defect.is_empty() {
        keep_evidence(&mut report, &house);
    }
    report.end()
}

/// The clients of a proof.
///
/// # Panics
/// Their journals cannot be made.
pub fn writers(house: &House, order: &Order, all_referred: bool) -> Vec<Writer> {
    let folder = house.database.folder().join("journals");
    std::fs::create_dir_all(&folder).unwrap();
    let writer = |number| Writer::new(house, number, order.seed, &folder, all_referred);
    (0..WRITERS).map(writer).collect()
}

/// One line on the way, and at once what contradicts a promise.
pub fn progress(storm: &Storm<'_>, writers: &[Writer], found: &Findings) {
    println!("  {} kills, {} changes", storm.kills, answered(writers));
    let wrong = writers.iter().flat_map(|writer| &writer.wrong);
    let found = [&found.lost, &found.twice, &found.broken, &storm.wrong];
    for contradiction in found.into_iter().flatten().chain(wrong).take(5) {
        println!("  {contradiction}");
    }
}

/// How many changes were acknowledged.
pub fn answered(writers: &[Writer]) -> usize {
    let of = |writer: &Writer| {
        writer
            .changes
            .iter()
            .filter(|change| change.seen.is_some())
            .count()
    };
    writers.iter().map(of).sum()
}

fn is_wrong(writers: &[Writer], found: &Findings) -> bool {
    !found.lost.is_empty() || writers.iter().any(|writer| !writer.wrong.is_empty())
}

/// The figures that T1 and T2 share.
pub fn figures(
    report: &mut Report,
    storm: &Storm<'_>,
    writers: &[Writer],
    found: &Findings,
    kills: usize,
) {
    let wrong: Vec<String> = writers
        .iter()
        .flat_map(|writer| &writer.wrong)
        .cloned()
        .collect();
    report.at_least("kills", number(kills), number(storm.kills));
    report.none("acknowledged and lost", &found.lost);
    report.none("keys with more than one effect", &found.twice);
    report.none(
        "answers that contradict an earlier one or that nobody expects",
        &wrong,
    );
    report.none("invariants that do not hold", &found.broken);
    report.none("messages missing or not required", &found.messages);
    report.none(
        "processes that ended or stayed against the plan",
        &storm.wrong,
    );
    report.at_most(
        "restart to ready, p95, seconds",
        READY_SECONDS,
        percentile(&mut storm.ready.clone(), 95),
    );
    report.noted("acknowledged changes", number(answered(writers)));
    report.noted(
        "kills at failpoints",
        number(storm.at_points.values().sum()),
    );
    report.noted(
        "different failpoints of these kills",
        number(storm.at_points.len()),
    );
    report.noted(
        "faults of the database server",
        number(storm.database_faults),
    );
}

/// Keeps journals and logs of a run that failed, and says where.
pub fn keep_evidence(report: &mut Report, house: &House) {
    if report.holds() {
        return;
    }
    let from = house.database.folder();
    let to: PathBuf = std::env::temp_dir().join(format!(
        "kelisim-{}-{}-{}",
        report.id, report.database, report.seed
    ));
    let mut copy = std::process::Command::new("cp");
    let copied = copy.arg("-a").arg(from).arg(&to).status();
    if copied.is_ok_and(|status| status.success()) {
        report.counterexamples.push(format!(
            "journals, logs and, on SQLite, the database: {}",
            to.display()
        ));
    }
}
