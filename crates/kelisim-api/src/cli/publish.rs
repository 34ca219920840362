//! `workflow publish`, `undo`, `rehearse`, `diff` and `retire`: what changes running cases, or says how it would.

use super::{
    Failure,
    account::address,
    arguments::{Decider, PublishOptions, UndoOptions, WorkflowCommand},
    print, serving_sources, style, workflow,
};
use crate::{
    app::{
        App, AppError, Tx, pass,
        publish::{self, Checked, Moving, Published, Sound},
        published,
        rehearse::{Rehearsal, rehearse},
    },
    config::Config,
    http::problem::RefusalView,
    phrase, setup, start,
};
use chrono::{DateTime, Utc};
use indicatif::{ProgressBar, ProgressStyle};
use kelisim_domain::{
    code::WorkflowKey,
    id::{AccountId, GrantId, RegionId},
    language::Language,
    policy::{Actor, Grant, Role, Standing},
    publish::PublishKind,
    workflow::{self as definition, Definition, StepMap},
};
use kelisim_persistence::{
    Db, Error,
    store::{
        account::{account_find_by_email, grant_list},
        case_pass::{Left, Pass, left_list},
        region::region_find,
    },
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path, sync::Arc};
use uuid::Uuid;

pub(super) fn run(command: WorkflowCommand, config: &Config) -> Result<(), Failure> {
    let desk = Desk::open(config)?;
    match command {
        WorkflowCommand::Check { .. }
        | WorkflowCommand::Draw { .. }
        | WorkflowCommand::Simulate(_) => Ok(()),
        WorkflowCommand::Publish(options) => desk.publish(options),
        WorkflowCommand::Undo(options) => desk.undo(options),
        WorkflowCommand::Rehearse { file, map, json } => desk.rehearse(&file, map.as_deref(), json),
        WorkflowCommand::Diff {
            file,
            against,
            language,
            json,
        } => desk.diff(&file, against, &language, json),
        WorkflowCommand::Retire { key, version, who } => desk.retire(&key, version, who),
    }
}

/// The application at the hand of a command, in the region of its configuration.
struct Desk {
    app: Arc<App>,
    region: RegionId,
}

/// What ends a job: the application's own error, or a sentence.
enum Refused {
    App(AppError),
    Said(String),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Refused::App(error.into())
    }
}

impl From<AppError> for Refused {
    fn from(error: AppError) -> Self {
        Refused::App(error)
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Said(what) => Failure::Failed(what),
            Refused::App(error) => failed(error),
        }
    }
}

/// An error of a use case in words.
fn failed(error: AppError) -> Failure {
    match error {
        AppError::Refused(refusals) | AppError::NotPermitted(refusals) => {
            let said = refusals.iter().map(|refusal| {
                let view = RefusalView::of(refusal, Language::En);
                format!("{} ({})", view.detail, view.rule)
            });
            Failure::Failed(said.collect::<Vec<_>>().join("\n"))
        }
        AppError::NotFound => Failure::failed("there is no such thing"),
        AppError::Busy | AppError::Unavailable => Failure::failed(
            "the database is busy or away; what was begun goes on when the command runs again",
        ),
        AppError::Internal(what) => Failure::Failed(what),
        error => Failure::Failed(format!("{error:?}")),
    }
}

impl Desk {
    fn open(config: &Config) -> Result<Self, Failure> {
        let app = start::open(config, &serving_sources()?)?;
        let wanted = config.clone();
        let region = app
            .database
            .read_blocking(move |db| setup::region_id(db, &wanted))?;
        Ok(Self { app, region })
    }

    /// Runs a use case as somebody, in one transaction.
    fn act<T: Send + 'static>(
        &self,
        email: Option<&str>,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, Failure> {
        let email = email.map(|email| address("--as", email)).transpose()?;
        let (app, region) = (Arc::clone(&self.app), self.region);
        let done = self.app.database.write_blocking(move |db| {
            let now = app.clock.now();
            let actor = match email {
                Some(email) => coordinator(db, region, &email, now)?,
                None => command(region, now),
            };
            Ok::<_, Refused>(Tx::run(db, &app, actor, now, job)?)
        });
        Ok(done?)
    }

    fn publish(&self, options: PublishOptions) -> Result<(), Failure> {
        let text = workflow::read(&options.file)?;
        let reason = reason(&options.who)?;
        let checked = Checked::of(PublishKind::Workflow, &text)
            .map_err(|faults| workflow::unsound(&options.file, &text, &faults))?;
        let moving = match checked.sound() {
            Sound::Workflow(new) if options.moves => {
                Moving::By(written(options.map.as_deref(), new)?)
            }
            _ => Moving::Stay,
        };
        let published = self.act(Some(&options.who.email), move |tx| {
            publish::publish(tx, checked, &reason, moving)
        })?;
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

    fn rehearse(&self, file: &Path, map: Option<&Path>, as_json: bool) -> Result<(), Failure> {
        let text = workflow::read(file)?;
        let checked = definition::examine(&text);
        let new = checked.map_err(|faults| workflow::unsound(file, &text, &faults))?;
        let written = written(map, &new)?;
        let (app, region) = (Arc::clone(&self.app), self.region);
        let found = self.app.database.read_blocking(move |db| {
            Ok::<_, Refused>(rehearse(&app, db, region, &new, written, usize::MAX)?)
        })?;
        match as_json {
            true => print(&format!("{:#}\n", rehearsal_json(&found))),
            false => print(&rehearsal_words(&found)),
        }
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
        let new = checked.map_err(|faults| workflow::unsound(file, &text, &faults))?;
        let (app, region, key) = (Arc::clone(&self.app), self.region, new.key.clone());
        let old = self.app.database.read_blocking(move |db| {
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
        if as_json {
            let changes = changes.iter().map(
                |change| json!({"code": change.code(), "text": phrase::change(change, language)}),
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
            .map(|change| phrase::change(change, language) + "\n");
        print(&lines.collect::<String>())
    }

    /// Drives a pass, with a bar where a person looks.
    fn drive(&self, begun: &Pass) -> Result<Pass, Failure> {
        let bar = match style::on_stderr_terminal() {
            true => {
                let bar = ProgressBar::new_spinner();
                let look = ProgressStyle::with_template("{spinner} {msg}");
                look.into_iter().for_each(|look| bar.set_style(look));
                bar
            }
            false => ProgressBar::hidden(),
        };
        let driven = pass::drive(&self.app, begun.region, begun.id, |pass| {
            bar.set_message(format!(
                "{} cases changed, {} left",
                pass.changed, pass.refused
            ));
            bar.tick();
            true
        });
        bar.finish_and_clear();
        driven.map_err(failed)
    }

    /// Every case that a pass left as it is.
    fn left(&self, pass: Option<&Pass>) -> Result<Vec<Left>, Failure> {
        const PAGE: i64 = 1_000;
        let Some(pass) = pass else {
            return Ok(Vec::new());
        };
        let (region, id) = (pass.region, pass.id);
        let all = self.app.database.read_blocking(move |db| {
            let mut all: Vec<Left> = Vec::new();
            loop {
                let after = all.last().map(|left| left.case);
                let page = left_list(db, region, id, after, PAGE)?;
                if page.is_empty() {
                    return Ok::<_, Error>(all);
                }
                all.extend(page);
            }
        });
        Ok(all?)
    }
}

/// The account of whoever decides, with the grants that hold today.
fn coordinator(
    db: &mut Db,
    region: RegionId,
    email: &kelisim_domain::text::EmailAddress,
    now: DateTime<Utc>,
) -> Result<Actor, Refused> {
    let account = match account_find_by_email(db, email) {
        Ok(account) if account.active && account.region == region => account,
        Ok(_) | Err(Error::NotFound) => {
            return Err(Refused::Said(format!("{email} has no active account here")));
        }
        Err(error) => return Err(error.into()),
    };
    let today = region_find(db, region)?.zone.day(now);
    let mut grants = grant_list(db, region, account.id)?;
    grants.retain(|grant| grant.holds_on(today));
    let actor = Actor {
        account: account.id,
        region,
        language: account.language,
        grants,
        system: None,
    };
    match actor.has(Role::Coordinator) {
        true => Ok(actor),
        false => Err(Refused::Said(format!("{email} is no coordinator"))),
    }
}

/// Whoever has the database at hand and gives no name: nobody, as in the audit log.
fn command(region: RegionId, now: DateTime<Utc>) -> Actor {
    let grant = Grant {
        id: GrantId(Uuid::nil()),
        standing: Standing::Coordinator,
        from: now.date_naive(),
        to: None,
    };
    Actor {
        account: AccountId(Uuid::nil()),
        region,
        language: Language::En,
        grants: vec![grant],
        system: None,
    }
}

fn reason(who: &Decider) -> Result<String, Failure> {
    line(&who.reason)
}

fn line(text: &str) -> Result<String, Failure> {
    kelisim_domain::publish::reason(text)
        .map_err(|_| Failure::Usage("--reason must be one line of text".to_owned()))
}

/// The map of a file, if there is one.
fn written(file: Option<&Path>, new: &Definition) -> Result<StepMap, Failure> {
    let Some(file) = file else {
        return Ok(StepMap::default());
    };
    let text = workflow::read(file)?;
    StepMap::parse(&text, new).map_err(|faults| workflow::unsound(file, &text, &faults))
}

fn say_published(published: &Published) {
    let (key, version) = (&published.key, published.version);
    match published.is_new {
        true => eprintln!("{key} version {version} is published: new cases follow it."),
        false => eprintln!("{key} version {version} was published before, word for word."),
    }
}

fn say_pass(pass: &Pass, left: &[Left], went: &str, stayed: &str) -> Result<(), Failure> {
    eprintln!("{} cases {went}, {} {stayed}.", pass.changed, left.len());
    let lines = left.iter().map(|left| {
        let why = phrase::stays(&left.code, &left.step, &left.about, Language::En);
        format!("{}  {why}\n", left.number)
    });
    print(&lines.collect::<String>())
}

fn pass_json(pass: &Pass, left: &[Left]) -> Value {
    let left = left.iter().map(|left| {
        json!({
            "case": left.case, "number": left.number, "code": left.code,
            "why": phrase::stays(&left.code, &left.step, &left.about, Language::En),
        })
    });
    json!({
        "id": pass.id, "kind": pass.kind.code(), "changed": pass.changed, "left": left.collect::<Vec<_>>(),
    })
}

fn rehearsal_json(found: &Rehearsal) -> Value {
    let steps = found.in_use.iter().map(|step| {
        json!({"version": step.version, "step": step.step, "cases": step.cases, "to": step.to})
    });
    let deadlines = found.deadlines.iter().map(|one| {
        let changes = one
            .changes
            .iter()
            .map(|change| json!({"timer": change.timer, "was": change.was, "is": change.is}));
        json!({"case": one.case, "number": one.number, "deadlines": changes.collect::<Vec<_>>()})
    });
    let left = found.left.iter().map(|one| {
        let (step, about) = one.why.about();
        json!({
            "case": one.case, "number": one.number, "code": one.why.code(), "rule": one.why.rule(),
            "why": phrase::stays(one.why.code(), &step, &about, Language::En),
        })
    });
    json!({
        "key": found.key, "version": found.version, "running": found.running,
        "map": found.map, "steps": steps.collect::<Vec<_>>(),
        "as_they_are": found.as_they_are,
        "deadlines": {"count": found.with_deadlines, "cases": deadlines.collect::<Vec<_>>()},
        "cannot_go": {
            "count": found.stuck(), "by_reason": found.cannot_go, "cases": left.collect::<Vec<_>>(),
        },
    })
}

fn rehearsal_words(found: &Rehearsal) -> String {
    let mut lines = vec![format!(
        "{} version {}: {} running cases are on an older version. Nothing was changed.",
        found.key, found.version, found.running
    )];
    let mut steps: BTreeMap<String, i64> = BTreeMap::new();
    for step in &found.in_use {
        let to = step.to.as_ref().map_or("nowhere", |to| to.as_str());
        *steps.entry(format!("{} → {to}", step.step)).or_default() += step.cases;
    }
    lines.extend(steps.iter().map(|(way, cases)| format!("  {way}  {cases}")));
    lines.push(format!("{} move as they are.", found.as_they_are));
    lines.push(format!(
        "{} move and get other deadlines{}",
        found.with_deadlines,
        end(&found.deadlines)
    ));
    let day = |at: Option<DateTime<Utc>>| {
        at.map_or("none".to_owned(), |at| {
            at.format("%Y-%m-%d %H:%M UTC").to_string()
        })
    };
    for one in &found.deadlines {
        for change in &one.changes {
            let (was, is) = (day(change.was), day(change.is));
            lines.push(format!("  {}  {}: {was} → {is}", one.number, change.timer));
        }
    }
    lines.push(format!("{} cannot go{}", found.stuck(), end(&found.left)));
    for one in &found.left {
        let (step, about) = one.why.about();
        let why = phrase::stays(one.why.code(), &step, &about, Language::En);
        lines.push(format!("  {}  {why}", one.number));
    }
    lines.join("\n") + "\n"
}

fn end<T>(list: &[T]) -> &'static str {
    if list.is_empty() { "." } else { ":" }
}
