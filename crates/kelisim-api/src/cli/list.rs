//! `workflow list`: what is published, which version new cases follow, and how many running cases follow each.

use super::{
    Failure,
    desk::{Desk, Refused},
    print,
};
use crate::app::published;
use chrono::{DateTime, Utc};
use kelisim_domain::{
    calendar::Zone,
    language::Language,
    publish::{PublishAct, PublishKind},
};
use kelisim_persistence::store::{
    case_pass::steps_in_use, definition::definition_list, publication::publication_list,
};
use serde_json::{Value, json};
use std::sync::Arc;

/// A published version.
struct Version {
    key: String,
    version: i32,
    title: String,
    is_default: bool,
    published_at: DateTime<Utc>,
    retired_at: Option<DateTime<Utc>>,
    running: i64,
}

pub(super) fn list(desk: &Desk, language: Language, as_json: bool) -> Result<(), Failure> {
    let (app, region) = (Arc::clone(&desk.app), desk.region);
    let zone = app.laws.of(region).zone();
    let versions = desk.database().read_blocking(move |db| {
        let acts = publication_list(db, region, PublishKind::Workflow)?;
        let default = app.definitions.default_of(region).ok();
        let mut versions = Vec::new();
        for stored in definition_list(db, region)? {
            let (key, version) = (&stored.key, stored.version);
            let definition = published::definition(&app, db, region, key, version)?;
            let in_use = steps_in_use(db, region, key.as_str())?.into_iter();
            let here = in_use.filter(|(one, ..)| *one == version);
            let retired = acts.iter().find(|act| {
                act.key == key.as_str() && act.version == version && act.act == PublishAct::Retire
            });
            versions.push(Version {
                key: key.to_string(),
                version,
                title: definition.title.get(language).to_owned(),
                is_default: default
                    .as_ref()
                    .is_some_and(|one| one.key == *key && one.version == version),
                published_at: stored.published_at,
                retired_at: retired.map(|act| act.at),
                running: here.map(|(.., cases)| cases).sum(),
            });
        }
        Ok::<_, Refused>(versions)
    })?;
    if as_json {
        let items: Vec<Value> = versions.iter().map(to_json).collect();
        return print(&format!("{:#}\n", json!({"items": items})));
    }
    let lines = versions.iter().map(|one| line(one, zone));
    print(&lines.collect::<String>())
}

fn status(one: &Version) -> &'static str {
    match one.retired_at {
        None => "published",
        Some(_) => "retired",
    }
}

fn to_json(one: &Version) -> Value {
    json!({
        "key": one.key, "version": one.version, "title": one.title, "status": status(one),
        "is_default": one.is_default, "published_at": one.published_at, "retired_at": one.retired_at,
        "running": one.running,
    })
}

/// Days are those of the region, as people there count them.
fn line(one: &Version, zone: Zone) -> String {
    let on = zone.day(one.retired_at.unwrap_or(one.published_at));
    let default = if one.is_default {
        "  new cases follow it"
    } else {
        ""
    };
    format!(
        "{} {}  {}  {on}  running cases: {}  {}{default}\n",
        one.key,
        one.version,
        status(one),
        one.running,
        one.title
    )
}
