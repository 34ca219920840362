//! `workflow publish`, `undo`, `rehearse`, `diff` and `retire`: what changes running cases, or says how it would.

use super::{
    Failure,
    arguments::{Decider, PublishOptions, UndoOptions, WorkflowCommand},
    desk::{Desk, Refused, line, pass_json, reason, say_pass},
    list::list,
    print,
    rehearsal::{Reader, rehearsal_json, rehearsal_words},
    workflow,
};
use crate::{
    app::{
        AppError, pass,
        publish::{self, Checked, Moving, Published, Sound},
        published,
        rehearse::{self, Planned},
    },
    config::Config,
    phrase::{self, Titles},
};
use kelisim_domain::{
    code::WorkflowKey,
    language::Language,
    publish::{PublishKind, rehearsal_holds_until},
    refusal::Refusal,
    workflow::{self as definition, Definition, StepMap},
};
use serde_json::json;
use std::{path::Path, sync::Arc};

pub(super) fn run(command: WorkflowCommand, config: &Config) -> Result<(), Failure> {
    let desk = Desk::open(config)?;
    match command {
        WorkflowCommand::Check { .. }
        | WorkflowCommand::Draw { .. }
        | WorkflowCommand::Simulate(_) => Ok(()),
        WorkflowCommand::List { language, json } => list(&desk, language, json),
        WorkflowCommand::Publish(options) => desk.publish(options),
        WorkflowCommand::Undo(options) => desk.undo(options),
        WorkflowCommand::Rehearse {
            file,
            map,
            email,
            language,
            json,
        } => desk.rehearse((&file, map.as_deref()), email.as_deref(), language, json),
        WorkflowCommand::Diff {
            file,
            against,
            language,
            json,
        } => desk.diff(&file, against, &language, json),
        WorkflowCommand::Retire { key, version, who } => desk.retire(&key, version, who),
    }
}

impl Desk {
    fn publish(&self, options: PublishOptions) -> Result<(), Failure> {
        let text = workflow::read(&options.file)?;
        let reason = reason(&options.who)?;
        let checked = Checked::of(PublishKind::Workflow, &text)
            .map_err(|faults| workflow::unsound(&options.file, &text, &faults, Language::En))?;
        let moving = match checked.sound() {
            Sound::Workflow(new) if options.moves => {
                Moving::By(written(options.map.as_deref(), new)?)
            }
            _ => Moving::Stay,
        };
        let done = self.try_to(Some(&options.who.email), move |tx| {
            publish::publish(tx, checked, &reason, moving)
        })?;
        let published = done.map_err(|refused| unrehearsed(refused, &options))?;
        if !options.json {
            say_published(&published);
        }
        let ended = match &published.pass {
            Some(pass) => Some(self.drive(pass)?),
            None => None,
        };
        let left = self.left(ended.as_ref())?;
        match options.json {
            true => print(&format!(
                "{:#}\n",
                json!({
                    "key": published.key, "version": published.version, "is_new": published.is_new,
                    "move": ended.as_ref().map(|pass| pass_json(pass, &left)),
                })
            )),
            false => ended.map_or(Ok(()), |pass| say_pass(&pass, &left, "moved", "cannot go")),
        }
    }

    fn undo(&self, options: UndoOptions) -> Result<(), Failure> {
        let key = WorkflowKey::parse(&options.key)
            .map_err(|_| Failure::Usage(format!("{} is no key of a workflow", options.key)))?;
        let reason = line(&options.reason)?;
        let begun = self.act(options.email.as_deref(), move |tx| {
            pass::begin_undo(tx, &key, &reason)
        })?;
        let ended = self.drive(&begun)?;
        let left = self.left(Some(&ended))?;
        match options.json {
            true => print(&format!("{:#}\n", pass_json(&ended, &left))),
            false => say_pass(&ended, &left, "went back", "have gone on"),
        }
    }

    fn retire(&self, key: &str, version: i32, who: Decider) -> Result<(), Failure> {
        let (key, reason) = (key.to_owned(), reason(&who)?);
        let named = format!("{key} version {version}");
        self.act(Some(&who.email), move |tx| {
            publish::retire(tx, PublishKind::Workflow, &key, version, &reason)
        })?;
        eprintln!("{named} is retired: no new case follows it, and those that do go on.");
        Ok(())
    }

    fn rehearse(
        &self,
        (file, map): (&Path, Option<&Path>),
        email: Option<&str>,
        language: Language,
        as_json: bool,
    ) -> Result<(), Failure> {
        let text = workflow::read(file)?;
        let checked = definition::examine(&text);
        let new =
            checked.map_err(|faults| workflow::unsound(file, &text, &faults, Language::En))?;
        let written = written(map, &new)?;
        let (app, region) = (Arc::clone(&self.app), self.region);
        let (found, reader) = self.database().read_blocking(move |db| {
            let planned = Planned {
                new: &new,
                text: &text,
                written,
            };
            let found = rehearse::rehearse(&app, db, region, planned, usize::MAX)?;
            let followed = found.in_use.iter().map(|step| (&found.key, step.version));
            let reader = Reader::new((&app, db, region), language, Some(&new), followed)?;
            Ok::<_, Refused>((found, reader))
        })?;
        let found = Arc::new(found);
        let kept = Arc::clone(&found);
        self.act(email, move |tx| rehearse::keep(tx, &kept))?;
        if as_json {
            return print(&format!("{:#}\n", rehearsal_json(&found)));
        }
        print(&rehearsal_words(&found, &reader))?;
        let until = reader.zone.wall(rehearsal_holds_until(found.at));
        let until = until.format("%Y-%m-%d %H:%M");
        eprintln!("This is on record: until {until} `workflow publish --move` may follow.");
        Ok(())
    }

    fn diff(
        &self,
        file: &Path,
        against: Option<i32>,
        language: &str,
        as_json: bool,
    ) -> Result<(), Failure> {
        let language: Language = language
            .parse()
            .map_err(|_| Failure::Usage(format!("--language {language} is none of kk, ru, en")))?;
        let text = workflow::read(file)?;
        let checked = definition::parse(&text);
        let new = checked.map_err(|faults| workflow::unsound(file, &text, &faults, language))?;
        let (app, region, key) = (Arc::clone(&self.app), self.region, new.key.clone());
        let old = self.database().read_blocking(move |db| {
            let newest = app.definitions.newest(region, key.as_str());
            match (against, newest) {
                (None, Some(newest)) => Ok(newest),
                (None, None) => Err(Refused::Said(format!("no version of {key} is published"))),
                (Some(version), _) => {
                    match published::definition(&app, db, region, &key, version) {
                        Err(AppError::NotFound) => Err(Refused::Said(format!(
                            "version {version} of {key} is not published"
                        ))),
                        found => Ok(found?),
                    }
                }
            }
        })?;
        let changes = definition::diff(&old, &new);
        let titles = Titles {
            old: &old,
            new: &new,
        };
        if as_json {
            let changes = changes.iter().map(
                |change| json!({"code": change.code(), "text": phrase::change(change, titles, language)}),
            );
            let found = json!({
                "key": new.key.as_str(), "from": old.version, "to": new.version,
                "changes": changes.collect::<Vec<_>>(),
            });
            return print(&format!("{found:#}\n"));
        }
        if changes.is_empty() {
            eprintln!("Nothing changed since version {}.", old.version);
        }
        let lines = changes
            .iter()
            .map(|change| phrase::change(change, titles, language) + "\n");
        print(&lines.collect::<String>())
    }
}

/// A refusal in words; where a rehearsal lifts it, with the command that rehearses.
fn unrehearsed(refused: Refused, options: &PublishOptions) -> Failure {
    let lifts =
        |refusal: &Refusal| matches!(refusal, Refusal::Publish(one) if one.asks_for_rehearsal());
    let asks = match &refused {
        Refused::App(AppError::Refused(refusals)) => refusals.iter().any(lifts),
        Refused::App(_) | Refused::Said(_) => false,
    };
    let failure = Failure::from(refused);
    if !asks {
        return failure;
    }
    let map = options.map.as_deref();
    let map = map.map_or(String::new(), |map| format!(" --map {}", map.display()));
    let (file, email) = (options.file.display(), &options.who.email);
    Failure::Failed(format!(
        "{failure}\nnothing was published or moved; rehearse it: kelisim workflow rehearse {file}{map} --as {email}"
    ))
}

/// The map of a file, if there is one.
pub(super) fn written(file: Option<&Path>, new: &Definition) -> Result<StepMap, Failure> {
    let Some(file) = file else {
        return Ok(StepMap::default());
    };
    let text = workflow::read(file)?;
    StepMap::parse(&text, new)
        .map_err(|faults| workflow::unsound(file, &text, &faults, Language::En))
}

fn say_published(published: &Published) {
    let (key, version) = (&published.key, published.version);
    match published.is_new {
        true => eprintln!("{key} version {version} is published: new cases follow it."),
        false => eprintln!("{key} version {version} was published before, word for word."),
    }
}
