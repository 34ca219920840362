//! `law check`, `rehearse`, `publish`, `retire` and `list`: legal profiles and days off.

use super::{
    Failure,
    arguments::{Decider, LawCommand, LawKind, LawOptions, LawText},
    desk::{Desk, Refused, pass_json, reason, say_pass},
    load, print,
    rehearsal::{Reader, days_json, days_words},
    workflow::{faults_json, read, refusal, unsound},
};
use crate::app::{
    publish::{self, Checked, Moving, Sound},
    rehearse::rehearse_days,
};
use kelisim_domain::{calendar::NamedDays, language::Language, publish::PublishKind};
use kelisim_persistence::{
    Error,
    store::{
        case_pass::Pass,
        publication::{law_text_list, retired_list},
    },
};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

pub(super) fn run(command: LawCommand, config: Option<PathBuf>) -> Result<(), Failure> {
    let desk = || Desk::open(&load(config, None)?);
    match command {
        LawCommand::Check {
            what,
            language,
            json,
        } => check(&what, language, json),
        LawCommand::Rehearse {
            file,
            language,
            json,
        } => rehearse(&desk()?, &file, language, json),
        LawCommand::Publish(options) => publish(&desk()?, options),
        LawCommand::Retire { kind, version, who } => retire(&desk()?, kind, version, &who),
        LawCommand::List { json } => list(&desk()?, json),
    }
}

fn check(what: &LawText, language: Language, as_json: bool) -> Result<(), Failure> {
    let (kind, file) = (PublishKind::from(what.kind), &what.file);
    let text = read(file)?;
    match publish::check(kind, &text) {
        Ok(sound) if as_json => print(&format!(
            "{:#}\n",
            json!({"kind": kind.code(), "version": sound.version(), "faults": []})
        )),
        Ok(sound) => print(&format!("{}\n", summary(&sound))),
        Err(faults) if as_json => {
            print(&format!(
                "{:#}\n",
                json!({"faults": faults_json(&faults, language)})
            ))?;
            Err(Failure::Failed(refusal(file, faults.len())))
        }
        Err(faults) => Err(unsound(file, &text, &faults, language)),
    }
}

fn summary(sound: &Sound) -> String {
    match sound {
        Sound::Workflow(definition) => format!("{} version {}", definition.key, definition.version),
        Sound::Profile(profile) => {
            let versions = profile.versions();
            let last = versions.last().map(|last| last.valid_from.to_string());
            let last = last.unwrap_or_default();
            format!(
                "profile: {} versions, the last one holds from {last}.",
                versions.len()
            )
        }
        Sound::Holidays(list) => {
            format!(
                "holidays version {}; days named: {}.",
                list.version,
                list.days.len()
            )
        }
    }
}

fn rehearse(desk: &Desk, file: &Path, language: Language, as_json: bool) -> Result<(), Failure> {
    let text = read(file)?;
    let list =
        NamedDays::parse(&text).map_err(|faults| unsound(file, &text, &faults, Language::En))?;
    let version = list.version;
    let (app, region) = (Arc::clone(&desk.app), desk.region);
    let (found, reader) = desk.database().read_blocking(move |db| {
        let found = rehearse_days(&app, db, region, &list, usize::MAX)?;
        let cases = found.deadlines.iter();
        let followed = cases.map(|case| (&case.workflow.0, case.workflow.1));
        let reader = Reader::new((&app, db, region), language, None, followed)?;
        Ok::<_, Refused>((found, reader))
    })?;
    match as_json {
        true => print(&format!("{:#}\n", days_json(version, &found))),
        false => print(&days_words(version, &found, &reader)),
    }
}

fn publish(desk: &Desk, options: LawOptions) -> Result<(), Failure> {
    let (kind, file) = (PublishKind::from(options.what.kind), &options.what.file);
    let text = read(file)?;
    let reason = reason(&options.who)?;
    let checked =
        Checked::of(kind, &text).map_err(|faults| unsound(file, &text, &faults, Language::En))?;
    let published = desk.act(Some(&options.who.email), move |tx| {
        publish::publish(tx, checked, &reason, Moving::Stay)
    })?;
    let (kind, version) = (published.kind.code(), published.version);
    if !options.json {
        match published.is_new {
            true => eprintln!("{kind} version {version} is published."),
            false => eprintln!("{kind} version {version} was published before, word for word."),
        }
    }
    let ended = published.pass.map(|begun| desk.drive(&begun)).transpose()?;
    if options.json {
        let recount = ended.as_ref().map(|pass| pass_json(pass, &[]));
        let done = json!({
            "kind": kind, "version": version, "is_new": published.is_new, "recount": recount,
        });
        return print(&format!("{done:#}\n"));
    }
    ended.map_or(Ok(()), |pass| say_recounted(&pass))
}

fn retire(desk: &Desk, kind: LawKind, version: i32, who: &Decider) -> Result<(), Failure> {
    let (kind, reason) = (PublishKind::from(kind), reason(who)?);
    let begun = desk.act(Some(&who.email), move |tx| {
        publish::retire(tx, kind, kind.code(), version, &reason)
    })?;
    eprintln!(
        "{} version {version} is retired: nothing new follows it.",
        kind.code()
    );
    match begun {
        Some(begun) => say_recounted(&desk.drive(&begun)?),
        None => Ok(()),
    }
}

fn say_recounted(pass: &Pass) -> Result<(), Failure> {
    say_pass(pass, &[], "got other deadlines", "could not be counted")?;
    if pass.finished_at.is_none() {
        eprintln!("A server counts once more in ten seconds, for what was changed meanwhile.");
    }
    Ok(())
}

fn list(desk: &Desk, as_json: bool) -> Result<(), Failure> {
    let region = desk.region;
    let (texts, retired) = desk.database().read_blocking(move |db| {
        let mut retired: BTreeSet<(String, i32)> = BTreeSet::new();
        for kind in [PublishKind::Profile, PublishKind::Holidays] {
            retired.extend(retired_list(db, region, kind)?);
        }
        Ok::<_, Error>((law_text_list(db, region)?, retired))
    })?;
    let status = |kind: PublishKind, version: i32| match retired
        .contains(&(kind.code().to_owned(), version))
    {
        true => "retired",
        false => "published",
    };
    if as_json {
        let items = texts.iter().map(|text| {
            json!({
                "kind": text.kind.code(), "version": text.version, "status": status(text.kind, text.version),
                "published_at": text.published_at, "text": text.text,
            })
        });
        let items: Vec<Value> = items.collect();
        return print(&format!("{:#}\n", json!({"items": items})));
    }
    let lines = texts.iter().map(|text| {
        let (kind, version) = (text.kind.code(), text.version);
        let day = text.published_at.format("%Y-%m-%d");
        format!("{kind} {version}  {}  {day}\n", status(text.kind, version))
    });
    print(&lines.collect::<String>())
}
