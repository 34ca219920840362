//! `draft save`, `list`, `show` and `delete`: what is written and not published yet.

use super::{
    Failure,
    arguments::{DraftCommand, DraftOptions},
    confirm,
    desk::{Desk, Refused},
    print,
    publish::written,
    workflow::{read, unsound},
};
use crate::{app::publish, config::Config};
use kelisim_domain::{
    id::DraftId,
    language::Language,
    publish::{DRAFT_TEXT_MOST, PublishKind, draft_text, draft_title},
    workflow::{self, StepMap},
};
use kelisim_persistence::{
    Error,
    store::draft::{Draft, draft_find, draft_list},
};
use serde_json::{Value, json};

pub(super) fn run(command: DraftCommand, config: &Config) -> Result<(), Failure> {
    let desk = Desk::open(config)?;
    match command {
        DraftCommand::Save(options) => save(&desk, options),
        DraftCommand::List { json } => list(&desk, json),
        DraftCommand::Show { id, json } => show(&desk, &id, json),
        DraftCommand::Delete { id, email, yes } => delete(&desk, &id, &email, yes),
    }
}

fn save(desk: &Desk, options: DraftOptions) -> Result<(), Failure> {
    let text = draft_text(&read(&options.file)?).map_err(|_| {
        let file = options.file.display();
        Failure::Usage(format!("{file} has more than {DRAFT_TEXT_MOST} bytes"))
    })?;
    let title = options.title.as_deref().map(draft_title).transpose();
    let title = title.map_err(|_| Failure::Usage("--title must be one line of text".to_owned()))?;
    let steps = steps(&options, &text)?;
    let id = options.id.as_deref().map(id_of).transpose()?;
    let kind = options.kind.unwrap_or(PublishKind::Workflow);
    let saved = desk.act(Some(&options.email), move |tx| {
        let Some(id) = id else {
            let (title, steps) = (title.unwrap_or_default(), steps.unwrap_or_default());
            return publish::draft_create(tx, kind, title, text, steps);
        };
        let region = tx.region();
        let before = draft_find(tx.db, region, id)?;
        let after = Draft {
            title: title.unwrap_or_else(|| before.title.clone()),
            steps: steps.unwrap_or_else(|| before.steps.clone()),
            text,
            ..before.clone()
        };
        publish::draft_change(tx, before, after)
    })?;
    if options.json {
        return print(&format!("{:#}\n", draft_json(&saved)));
    }
    eprintln!("“{}” is saved, version {}.", saved.title, saved.version);
    print(&format!("{}\n", saved.id))
}

/// The map of a draft. Whether its steps are there is looked up in the workflow, so that one must be readable.
fn steps(options: &DraftOptions, text: &str) -> Result<Option<StepMap>, Failure> {
    if options.map.is_none() {
        return Ok(None);
    }
    let read = workflow::parse(text);
    let new = read.map_err(|faults| unsound(&options.file, text, &faults, Language::En))?;
    written(options.map.as_deref(), &new).map(Some)
}

fn list(desk: &Desk, as_json: bool) -> Result<(), Failure> {
    const PAGE: i64 = 1_000;
    let region = desk.region;
    let all = desk.database().read_blocking(move |db| {
        let mut all: Vec<Draft> = Vec::new();
        loop {
            let after = all.last().map(|draft| draft.id);
            let page = draft_list(db, region, after, PAGE)?;
            if page.is_empty() {
                return Ok::<_, Error>(all);
            }
            all.extend(page);
        }
    })?;
    if as_json {
        let all: Vec<Value> = all.iter().map(draft_json).collect();
        return print(&format!("{:#}\n", json!({"items": all})));
    }
    let lines = all.iter().map(|draft| {
        let (id, kind, title) = (draft.id, draft.kind.code(), &draft.title);
        let day = draft.updated_at.format("%Y-%m-%d");
        format!("{id}  {kind:8}  {day}  {title}\n")
    });
    print(&lines.collect::<String>())
}

fn show(desk: &Desk, id: &str, as_json: bool) -> Result<(), Failure> {
    let draft = find(desk, id)?;
    match as_json {
        true => print(&format!("{:#}\n", draft_json(&draft))),
        false => print(&draft.text),
    }
}

fn delete(desk: &Desk, id: &str, email: &str, yes: bool) -> Result<(), Failure> {
    let Draft { id, title, .. } = find(desk, id)?;
    confirm(&format!("“{title}” will be thrown away."), yes)?;
    desk.act(Some(email), move |tx| {
        let region = tx.region();
        let draft = draft_find(tx.db, region, id)?;
        publish::draft_drop(tx, &draft)
    })?;
    eprintln!("“{title}” was thrown away.");
    Ok(())
}

fn find(desk: &Desk, id: &str) -> Result<Draft, Failure> {
    let (region, id) = (desk.region, id_of(id)?);
    let found = desk.database().read_blocking(move |db| {
        let found = draft_find(db, region, id);
        found.map_err(|error| match error {
            Error::NotFound => Refused::Said(format!("there is no draft {id}")),
            error => error.into(),
        })
    });
    Ok(found?)
}

fn id_of(text: &str) -> Result<DraftId, Failure> {
    text.parse()
        .map_err(|_| Failure::Usage(format!("{text} is no id of a draft")))
}

fn draft_json(draft: &Draft) -> Value {
    json!({
        "id": draft.id, "kind": draft.kind.code(), "title": draft.title, "text": draft.text, "steps": draft.steps,
        "author": draft.author, "version": draft.version, "created_at": draft.created_at,
        "updated_at": draft.updated_at,
    })
}
