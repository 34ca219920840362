//! `erase`: how long data are kept, what is due, and erasing it.

use super::{
    Failure,
    arguments::EraseCommand,
    confirm,
    desk::{self, Desk},
    print, style,
};
use crate::{app, config::Config};
use indicatif::{ProgressBar, ProgressStyle};
use kelisim_domain::{
    erasure::{ErasureReason, ErasureWhy, LetterNumber},
    id::{CaseId, ErasureId},
    retention::{DataKind, look_holds_until},
};
use kelisim_persistence::{
    erasure_list::ErasureList,
    store::{
        erasure::{Erasure, cases_erased, erasure_find, erasure_list, retention_of},
        erasure_report::{ErasureReport, erasure_report},
    },
    wipe,
};
use serde_json::{Value, json};

/// Numbers that are shown of a look.
const NUMBERS: i64 = 20;

pub(super) fn run(command: EraseCommand, config: &Config) -> Result<(), Failure> {
    let desk = Desk::open(config)?;
    match command {
        EraseCommand::Set { months, who } => set(&desk, months, &who.email, &who.reason),
        EraseCommand::Look { email, case, json } => {
            look(&desk, email.as_deref(), case.as_deref(), json)
        }
        EraseCommand::List { json } => list(&desk, json),
        EraseCommand::Show { id, json } => show(&desk, &id, json),
        EraseCommand::MendList { yes } => mend_list(&desk, config, yes),
        EraseCommand::Confirm {
            id,
            email,
            reason,
            letter,
            yes,
            json,
        } => {
            let why = why(&reason, letter.as_deref())?;
            let list = config.erasures().map_err(Failure::Failed)?;
            let (erasure, report) = found(&desk, &id)?;
            let confirmed = confirmed(&desk, (erasure, &report), &email, why, yes)?;
            erase(&desk, config, (&confirmed, &list), json)
        }
    }
}

fn set(desk: &Desk, months: Option<i32>, email: &str, reason: &str) -> Result<(), Failure> {
    let reason = desk::line(reason)?;
    desk.act(Some(email), move |tx| {
        let before = retention_of(tx.db, tx.actor.region, DataKind::Case)?;
        app::erase::set(tx, &before, months, reason)
    })?;
    match months {
        Some(months) => eprintln!(
            "The content of closed cases is kept for {months} months. Nothing is erased before `kelisim erase look` and `kelisim erase confirm`."
        ),
        None => eprintln!("The content of closed cases is kept for ever."),
    }
    Ok(())
}

fn look(desk: &Desk, email: Option<&str>, case: Option<&str>, json: bool) -> Result<(), Failure> {
    let case: Option<CaseId> = match case {
        None => None,
        Some(id) => Some(
            id.parse()
                .map_err(|_| Failure::Usage("--case must be the id of a case".to_owned()))?,
        ),
    };
    let (erasure, report) = desk.act(email, move |tx| {
        let erasure = app::erase::look(tx, case)?;
        let report = erasure_report(tx.db, &erasure, NUMBERS)?;
        Ok((erasure, report))
    })?;
    if json {
        return print(&format!("{}\n", as_json(&erasure, Some(&report))));
    }
    print(&words(&erasure, &report))?;
    eprintln!(
        "Nothing was erased. Until {} a coordinator may confirm exactly this:\n  kelisim erase confirm {} --as ADDRESS --reason CODE",
        look_holds_until(erasure.at).format("%Y-%m-%d %H:%M UTC"),
        erasure.id
    );
    Ok(())
}

fn list(desk: &Desk, json: bool) -> Result<(), Failure> {
    let region = desk.region;
    let found = desk
        .database()
        .read_blocking(move |db| erasure_list(db, region, 100))?;
    if json {
        let all: Vec<Value> = found.iter().map(|one| as_json(one, None)).collect();
        return print(&format!("{}\n", Value::Array(all)));
    }
    let lines = found.iter().map(|one| {
        format!(
            "{}  {}  {} cases  {}\n",
            one.id,
            one.at.format("%Y-%m-%d"),
            one.cases,
            state(one)
        )
    });
    print(&lines.collect::<String>())
}

fn show(desk: &Desk, id: &str, json: bool) -> Result<(), Failure> {
    let (erasure, report) = found(desk, id)?;
    if json {
        return print(&format!("{}\n", as_json(&erasure, Some(&report))));
    }
    let mut text = words(&erasure, &report);
    text.push_str(&format!("{}, {} erased\n", state(&erasure), report.erased));
    text.push_str(&troubles(&report));
    print(&text)
}

/// An erasure of the region, with its report.
fn found(desk: &Desk, id: &str) -> Result<(Erasure, ErasureReport), Failure> {
    let id: ErasureId = id
        .parse()
        .map_err(|_| Failure::Usage("the id of an erasure is asked for".to_owned()))?;
    let region = desk.region;
    Ok(desk.database().read_blocking(move |db| {
        let erasure = erasure_find(db, region, id)?;
        let report = erasure_report(db, &erasure, NUMBERS)?;
        Ok::<_, kelisim_persistence::Error>((erasure, report))
    })?)
}

fn why(reason: &str, letter: Option<&str>) -> Result<ErasureWhy, Failure> {
    let reason: ErasureReason = reason
        .parse()
        .map_err(|_| Failure::Usage("--reason is none of the codes".to_owned()))?;
    let letter = letter.map(LetterNumber::parse).transpose().map_err(|_| {
        Failure::Usage("--letter must be a number such as ЗТ-О-125/2026".to_owned())
    })?;
    Ok(ErasureWhy { reason, letter })
}

/// The erasure, confirmed now or before: then it goes on where it stopped.
fn confirmed(
    desk: &Desk,
    (erasure, report): (Erasure, &ErasureReport),
    email: &str,
    why: ErasureWhy,
    yes: bool,
) -> Result<Erasure, Failure> {
    if erasure.confirmed_at.is_some() {
        return Ok(erasure);
    }
    if why.reason.fitting(erasure.months.is_none()).is_err() {
        return Err(Failure::Usage(
            "--reason time_over is for all that is due, and the others are for a case that was named".to_owned(),
        ));
    }
    eprint!("{}", words(&erasure, report));
    confirm("Erase these cases? Nothing brings their content back.", yes)?;
    desk.act(Some(email), move |tx| {
        let erasure = app::erase::find(tx, erasure.id)?;
        app::erase::confirm(tx, &erasure, &why)
    })
}

fn erase(
    desk: &Desk,
    config: &Config,
    (confirmed, list): (&Erasure, &ErasureList),
    json: bool,
) -> Result<(), Failure> {
    let bar = bar(u64::try_from(confirmed.cases).unwrap_or_default());
    let done = app::erase::drive(&desk.app, list, confirmed, |went| {
        bar.inc(went);
        true
    });
    bar.finish_and_clear();
    let done = done.map_err(desk::failed)?;
    // The bar and the words are of what was erased; what is left makes the command fail.
    let is_cut = wipe::log_cut_patiently(&config.database)?;
    if json {
        let left: Vec<Value> = done
            .left
            .iter()
            .map(|(case, why)| json!({"case": case, "why": why}))
            .collect();
        let mut said = as_json(&done.erasure, None);
        said["left"] = Value::Array(left);
        said["log_is_cut"] = json!(is_cut);
        print(&format!("{said}\n"))?;
    }
    if !is_cut {
        eprintln!(
            "A reader holds the log of the database, which still has what was erased: give the same command again, and it cuts the log."
        );
    }
    if !done.left.is_empty() {
        return Err(Failure::Failed(left_words(&done)));
    }
    if !json {
        eprintln!(
            "{} cases are erased; {} names them, and a restore reads it. Their content is gone for good when the last file of keys from before is gone.",
            done.erasure.cases,
            list.path().display()
        );
    }
    Ok(())
}

/// What could not be erased, case by case.
fn left_words(done: &app::erase::Driven) -> String {
    let cases = done
        .left
        .iter()
        .map(|(case, why)| format!("  {case}  {why}\n"));
    format!(
        "{} of {} cases could not be erased, and the others are:\n{}The same command tries again.",
        done.left.len(),
        done.erasure.cases,
        cases.collect::<String>()
    )
}

/// What keeps cases from being erased, as it was met last.
fn troubles(report: &ErasureReport) -> String {
    let counted = report.troubles.iter();
    let counted =
        counted.map(|(trouble, cases)| format!("  {cases} not erased: {}\n", trouble.code()));
    let named = report.left.iter().map(|left| {
        let at = left.tried_at.format("%Y-%m-%d %H:%M UTC");
        format!(
            "  {}  {}  {}  tried {at}\n",
            left.case,
            left.number,
            left.trouble.code()
        )
    });
    counted.chain(named).collect()
}

fn mend_list(desk: &Desk, config: &Config, yes: bool) -> Result<(), Failure> {
    let list = config.erasures().map_err(Failure::Failed)?;
    let name = list.path().display().to_string();
    let question = format!("Write every case that this database has erased into {name}?");
    confirm(&question, yes)?;
    let erased = desk.database().read_blocking(cases_erased)?;
    let added = list.mend(&erased)?;
    eprintln!(
        "{name} names all {} cases that the database has erased; {added} were missing. What was erased after the backup from which this database was restored, if it was, stands in the copy of the old list only.",
        erased.len()
    );
    Ok(())
}

fn bar(cases: u64) -> ProgressBar {
    if !style::on_stderr_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(cases);
    let look = ProgressStyle::with_template("{bar:40} {pos}/{len} cases");
    look.into_iter().for_each(|look| bar.set_style(look));
    bar
}

fn state(erasure: &Erasure) -> &'static str {
    match (erasure.confirmed_at, erasure.finished_at) {
        (None, _) => "looked_at",
        (Some(_), None) => "confirmed",
        (Some(_), Some(_)) => "done",
    }
}

fn words(erasure: &Erasure, report: &ErasureReport) -> String {
    let mut text = match (erasure.months, erasure.closed_before) {
        (Some(months), Some(day)) => format!(
            "{} closed cases are older than {months} months: closed before {day}.\n",
            erasure.cases
        ),
        _ => format!("{} closed case was named.\n", erasure.cases),
    };
    for (office, cases) in &report.offices {
        text.push_str(&format!("  {office}  {cases}\n"));
    }
    text.push_str(&format!("  {}", report.numbers.join(", ")));
    text.push_str(
        if report.numbers.len() < usize::try_from(erasure.cases).unwrap_or_default() {
            ", …\n"
        } else {
            "\n"
        },
    );
    text
}

fn as_json(erasure: &Erasure, report: Option<&ErasureReport>) -> Value {
    json!({
        "id": erasure.id, "state": state(erasure), "months": erasure.months, "closed_before": erasure.closed_before,
        "cases": erasure.cases, "looked_at": erasure.at, "holds_until": look_holds_until(erasure.at),
        "confirmed_at": erasure.confirmed_at, "reason": erasure.reason, "letter": erasure.letter, "finished_at": erasure.finished_at,
        "report": report.map(|report| json!({
            "erased": report.erased,
            "offices": report.offices.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
            "numbers": report.numbers,
            "troubles": report.troubles.iter().map(|(trouble, cases)| (trouble.code(), *cases))
                .collect::<std::collections::BTreeMap<_, _>>(),
            "left": report.left.iter().map(|left| json!({
                "case": left.case, "number": left.number, "trouble": left.trouble, "tried_at": left.tried_at,
            })).collect::<Vec<_>>(),
        })),
    })
}
