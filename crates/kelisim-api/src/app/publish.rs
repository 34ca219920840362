//! Drafts, publishing and retiring: of workflows, legal profiles and days off. The coordinator's, each act on record.

use super::{
    AppError, Tx, pass, profile,
    register::{Change, record},
    rehearse::Planned,
};
use crate::setup;
use kelisim_domain::{
    calendar::NamedDays,
    document::DocumentFault,
    id::{DraftId, RegionId},
    legal::Profile,
    policy::RegisterAct::Publish,
    publish::{PublishAct, PublishKind, PublishRefusal},
    refusal::Refusal,
    workflow::{self, Definition, StepMap},
};
use kelisim_persistence::{
    Db, Error as StoreError,
    store::{
        case_pass::Pass,
        definition::{StoredDefinition, definition_insert, definition_list},
        draft::{Draft, draft_delete, draft_insert, draft_update},
        publication::{
            LawText, Publication, law_text_insert, law_text_list, publication_insert, retired_list,
        },
    },
};
use serde_json::{Map, Value, json};

/// A text that can be published.
#[derive(Debug)]
pub enum Sound {
    /// A workflow of which every way was walked (D35).
    Workflow(Box<Definition>),
    /// A legal profile.
    Profile(Box<Profile>),
    /// Days off.
    Holidays(NamedDays),
}

impl Sound {
    /// Its key: of a workflow its own, else the word of the kind.
    pub fn key(&self) -> String {
        match self {
            Sound::Workflow(definition) => definition.key.to_string(),
            Sound::Profile(_) => PublishKind::Profile.code().to_owned(),
            Sound::Holidays(_) => PublishKind::Holidays.code().to_owned(),
        }
    }

    /// Its version; of a profile, that of the last one in it.
    pub fn version(&self) -> i32 {
        match self {
            Sound::Workflow(definition) => definition.version,
            Sound::Profile(profile) => profile.versions().last().map_or(0, |last| last.version),
            Sound::Holidays(list) => list.version,
        }
    }
}

/// Checks a text as publishing it would.
///
/// # Errors
/// Everything that is wrong with it, each with its line.
pub fn check(kind: PublishKind, text: &str) -> Result<Sound, Vec<DocumentFault>> {
    Ok(match kind {
        PublishKind::Workflow => Sound::Workflow(Box::new(workflow::examine(text)?)),
        PublishKind::Profile => Sound::Profile(Box::new(Profile::parse(text)?)),
        PublishKind::Holidays => Sound::Holidays(NamedDays::parse(text)?),
    })
}

/// A text that was checked. Checking can take a second, and so it is done before a transaction is open that lets nobody
/// else write: [`publish`] takes nothing else.
#[derive(Debug)]
pub struct Checked {
    kind: PublishKind,
    text: String,
    sound: Sound,
}

impl Checked {
    /// Checks a text.
    ///
    /// # Errors
    /// As [`check`].
    pub fn of(kind: PublishKind, text: &str) -> Result<Self, Vec<DocumentFault>> {
        let sound = check(kind, text)?;
        Ok(Self {
            kind,
            text: text.to_owned(),
            sound,
        })
    }

    /// What it is.
    pub fn sound(&self) -> &Sound {
        &self.sound
    }

    /// Whether it was this text.
    pub fn is_of(&self, kind: PublishKind, text: &str) -> bool {
        self.kind == kind && self.text == text
    }
}

fn refused(refusal: PublishRefusal) -> AppError {
    AppError::refused(vec![Refusal::Publish(refusal)])
}

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The kind.
    pub kind: PublishKind,
    /// The key.
    pub key: String,
    /// The version.
    pub version: i32,
    /// Whether it was not published before.
    pub is_new: bool,
    /// The pass over running cases that follows, if one does.
    pub pass: Option<Pass>,
}

/// How running cases are to follow a new version of their workflow.
#[derive(Debug, Clone, Default)]
pub enum Moving {
    /// They stay on theirs.
    #[default]
    Stay,
    /// They move by a map; where it is silent, a step of the same id is taken.
    By(StepMap),
}

/// Publishes a text, and begins what follows from it, all in one transaction.
///
/// What is published already, word for word, is not published again; a move of cases follows all the same, or goes on.
///
/// # Errors
/// Another text under the same version, or the same text after it was retired, or a move that nobody has rehearsed (D34); a profile that says something else of an
/// earlier version, or brings one that begins before tomorrow (D3).
pub fn publish(
    tx: &mut Tx<'_>,
    checked: Checked,
    reason: &str,
    moving: Moving,
) -> Result<Published, AppError> {
    tx.allow(Publish)?;
    let Checked { kind, text, sound } = checked;
    let text = text.as_str();
    let (key, version) = (sound.key(), sound.version());
    let is_new = match &sound {
        Sound::Workflow(definition) => store_workflow(tx, definition, text)?,
        Sound::Profile(profile) => {
            keeps_versions(tx, profile)?;
            store_law(tx, kind, version, text)?
        }
        Sound::Holidays(_) => store_law(tx, kind, version, text)?,
    };
    if is_new {
        act(tx, kind, &key, version, PublishAct::Publish, reason)?;
    } else if matches!(moving, Moving::Stay) {
        // A move that was begun before goes on, and looks at this itself.
        still_open(tx, kind, &key, version)?;
    }
    let pass = match (sound, moving) {
        (Sound::Workflow(definition), Moving::By(map)) => {
            let planned = Planned {
                new: &definition,
                text,
                written: map,
            };
            Some(pass::begin_move(tx, planned, reason)?)
        }
        (Sound::Holidays(_), _) if is_new => Some(pass::begin_recount(tx, version, reason)?),
        _ => None,
    };
    Ok(Published {
        kind,
        key,
        version,
        is_new,
        pass,
    })
}

/// D34: what was retired does not come back by being published once more; it takes another number.
fn still_open(tx: &mut Tx<'_>, kind: PublishKind, key: &str, version: i32) -> Result<(), AppError> {
    let region = tx.region();
    match retired_list(tx.db, region, kind)?.contains(&(key.to_owned(), version)) {
        true => Err(refused(PublishRefusal::IsRetired)),
        false => Ok(()),
    }
}

fn store_workflow(tx: &mut Tx<'_>, definition: &Definition, text: &str) -> Result<bool, AppError> {
    let region = tx.region();
    let versions = definition_list(tx.db, region)?;
    let versions = versions.iter().filter(|one| one.key == definition.key);
    let newest = versions.map(|one| one.version).max().unwrap_or(0);
    let stored = StoredDefinition {
        key: definition.key.clone(),
        version: definition.version,
        text: text.to_owned(),
        published_at: tx.now,
    };
    match definition_insert(tx.db, region, &stored) {
        // The transaction ends with the refusal, and what was stored with it.
        Ok(true) if definition.version < newest => {
            Err(refused(PublishRefusal::NotNewest { newest }))
        }
        Ok(is_new) => Ok(is_new),
        Err(StoreError::Conflict { .. }) => Err(refused(PublishRefusal::OtherText {
            version: definition.version,
        })),
        Err(error) => Err(error.into()),
    }
}

fn store_law(
    tx: &mut Tx<'_>,
    kind: PublishKind,
    version: i32,
    text: &str,
) -> Result<bool, AppError> {
    let region = tx.region();
    let texts = law_text_list(tx.db, region)?;
    let mut texts = texts.iter().filter(|one| one.kind == kind);
    if let Some(there) = texts.clone().find(|one| one.version == version) {
        return match there.text == text {
            true => Ok(false),
            false => Err(refused(PublishRefusal::OtherText { version })),
        };
    }
    if let Some(newer) = texts.find(|one| one.version > version) {
        let newest = newer.version;
        return Err(refused(PublishRefusal::NotNewest { newest }));
    }
    let new = LawText {
        kind,
        version,
        text: text.to_owned(),
        published_at: tx.now,
    };
    law_text_insert(tx.db, region, &new)?;
    Ok(true)
}

/// D3: whatever was worked out by a version of the profile can be worked out again by the same one.
fn keeps_versions(tx: &mut Tx<'_>, new: &Profile) -> Result<(), AppError> {
    let (region, zone, today) = (tx.region(), tx.zone(), tx.today());
    let of_program = setup::profile().map_err(|error| AppError::Internal(error.to_string()))?;
    let known = profile::known(tx.db, region, zone, of_program)?;
    known.may_follow(new, today).map_err(refused)
}

/// Retires a version: nothing new follows it, and what follows it goes on. The versions of a profile hold to the end of the
/// day, and what is dated up to it follows them later too (D3).
///
/// # Errors
/// Not found; retired already; new cases would have no workflow any more.
pub fn retire(
    tx: &mut Tx<'_>,
    kind: PublishKind,
    key: &str,
    version: i32,
    reason: &str,
) -> Result<Option<Pass>, AppError> {
    let region = tx.region();
    let there = open_versions(tx.db, region, kind, key)?;
    if !there.iter().any(|(one, _)| *one == version) {
        return Err(AppError::NotFound);
    }
    let mut open = there.iter().filter(|(_, is_open)| *is_open);
    if !open.clone().any(|(one, _)| *one == version) {
        return Err(refused(PublishRefusal::IsRetired));
    }
    let is_default = kind == PublishKind::Workflow && key == tx.app.definitions.default_key();
    if is_default && open.all(|(one, _)| *one == version) {
        return Err(refused(PublishRefusal::LastOne));
    }
    act(tx, kind, key, version, PublishAct::Retire, reason)?;
    match kind {
        PublishKind::Holidays => Ok(Some(pass::begin_recount(tx, version, reason)?)),
        PublishKind::Workflow | PublishKind::Profile => Ok(None),
    }
}

/// The versions of something, and whether each is still open.
fn open_versions(
    db: &mut Db,
    region: RegionId,
    kind: PublishKind,
    key: &str,
) -> Result<Vec<(i32, bool)>, AppError> {
    let versions: Vec<i32> = match kind {
        PublishKind::Workflow => {
            let all = definition_list(db, region)?.into_iter();
            all.filter(|one| one.key.as_str() == key)
                .map(|one| one.version)
                .collect()
        }
        PublishKind::Profile | PublishKind::Holidays => {
            let all = law_text_list(db, region)?.into_iter();
            all.filter(|one| one.kind == kind)
                .map(|one| one.version)
                .collect()
        }
    };
    let retired = retired_list(db, region, kind)?;
    let is_open = |version: i32| !retired.contains(&(key.to_owned(), version));
    Ok(versions
        .into_iter()
        .map(|one| (one, is_open(one)))
        .collect())
}

/// Records an act of publishing or retiring, for whoever looks at the thing and for the audit.
fn act(
    tx: &mut Tx<'_>,
    kind: PublishKind,
    key: &str,
    version: i32,
    act: PublishAct,
    reason: &str,
) -> Result<(), AppError> {
    let (region, at, actor) = (tx.region(), tx.now, tx.actor.account);
    let publication = Publication {
        kind,
        key: key.to_owned(),
        version,
        act,
        at,
        actor: Some(actor),
        reason: reason.to_owned(),
    };
    publication_insert(tx.db, region, &publication)?;
    let action = match act {
        PublishAct::Publish => "published.publish",
        PublishAct::Retire => "published.retire",
    };
    let form = json!({"kind": kind.code(), "key": key, "version": version});
    note(
        tx,
        action,
        kind.code(),
        format!("{key}/{version}"),
        form,
        reason,
    )
}

/// An entry of the audit for an act that has no fields before.
pub(super) fn note(
    tx: &mut Tx<'_>,
    action: &'static str,
    kind: &'static str,
    id: String,
    after: Value,
    reason: &str,
) -> Result<(), AppError> {
    let after = match after {
        Value::Object(form) => form,
        _ => Map::new(),
    };
    record(
        tx,
        Change {
            action,
            kind,
            id,
            before: None,
            after,
            reason: Some(reason.to_owned()),
        },
    )
}

/// Begins a draft. Its text may be anything: it is checked when somebody asks, and when it is published.
///
/// # Errors
/// As the store.
pub fn draft_create(
    tx: &mut Tx<'_>,
    kind: PublishKind,
    title: String,
    text: String,
    steps: StepMap,
) -> Result<Draft, AppError> {
    let draft = Draft {
        id: tx.new_id(),
        kind,
        title,
        text,
        steps,
        version: 1,
        author: tx.actor.account,
        created_at: tx.now,
        updated_at: tx.now,
    };
    let region = tx.region();
    draft_insert(tx.db, region, &draft)?;
    record_draft(tx, "draft.create", None, &draft)?;
    Ok(draft)
}

/// Changes a draft; what says the same changes nothing.
///
/// # Errors
/// Another change came in between.
pub fn draft_change(tx: &mut Tx<'_>, before: Draft, after: Draft) -> Result<Draft, AppError> {
    if before == after {
        return Ok(before);
    }
    let after = Draft {
        version: before.version + 1,
        updated_at: tx.now,
        ..after
    };
    let region = tx.region();
    if !draft_update(tx.db, region, &after)? {
        return Err(AppError::Stale);
    }
    record_draft(tx, "draft.update", Some(&before), &after)?;
    Ok(after)
}

/// Throws a draft away.
///
/// # Errors
/// As the store.
pub fn draft_drop(tx: &mut Tx<'_>, draft: &Draft) -> Result<(), AppError> {
    let (region, id): (RegionId, DraftId) = (tx.region(), draft.id);
    draft_delete(tx.db, region, id)?;
    record_draft(tx, "draft.delete", Some(draft), draft)
}

/// The audit keeps that a draft was changed, and how long it was; its texts are kept once they are published.
fn record_draft(
    tx: &mut Tx<'_>,
    action: &'static str,
    before: Option<&Draft>,
    after: &Draft,
) -> Result<(), AppError> {
    let form = |draft: &Draft| {
        let form = json!({
            "kind": draft.kind.code(), "title": draft.title, "bytes": draft.text.len(), "steps": draft.steps,
            "version": draft.version,
        });
        match form {
            Value::Object(form) => form,
            _ => Map::new(),
        }
    };
    record(
        tx,
        Change {
            action,
            kind: "draft",
            id: after.id.to_string(),
            before: before.map(form),
            after: form(after),
            reason: None,
        },
    )
}
