//! Published workflows, and what changed between their versions.

use crate::{
    app::{App, AppError, Tx, pass, published},
    http::{
        answer::Answer,
        api::{
            draft::{PassView, ReasonBody, pass_view, reason_of},
            retire::{Version, retire},
        },
        call::Call,
        query::Query,
    },
    phrase::{self, Titles},
};
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use kelisim_domain::{
    code::WorkflowKey,
    fault::FaultKind,
    id::PassId,
    language::Language,
    policy::RegisterAct::{Publish, ReadPublished},
    publish::{PublishAct, PublishKind},
    workflow::{self, Definition},
};
use kelisim_persistence::store::{
    case_pass::{left_list, pass_find},
    definition::{StoredDefinition, definition_find, definition_list},
    publication::{Publication, publication_list},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Registers the routes.
pub fn configure(routes: &mut ServiceConfig<'_>) {
    routes
        .service(list_versions)
        .service(read_version)
        .service(read_changes)
        .service(retire_version)
        .service(undo_move)
        .service(read_pass)
        .service(list_left);
}

/// A version of a workflow in a list.
#[derive(Serialize, ToSchema)]
struct VersionView {
    key: String,
    version: i32,
    title: String,
    /// `published` or `retired`.
    status: &'static str,
    /// Whether new cases follow it.
    is_default: bool,
    published_at: DateTime<Utc>,
    /// Who published it and why; nobody for what came with the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<ActView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retired: Option<ActView>,
}

/// An act of publishing or retiring.
#[derive(Serialize, ToSchema)]
struct ActView {
    at: DateTime<Utc>,
    actor: Option<Uuid>,
    reason: String,
}

/// All versions.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a page, which is made of its entries")]
struct VersionList {
    items: Vec<VersionView>,
    /// There is one page.
    next: Option<String>,
}

/// A version with its text.
#[derive(Serialize, ToSchema)]
struct WorkflowView {
    #[serde(flatten)]
    version: VersionView,
    statutory: bool,
    grounds: Vec<&'static str>,
    steps: Vec<StepView>,
    actions: Vec<String>,
    timers: Vec<String>,
    /// The definition as it was published (TOML).
    text: String,
}

/// A step of a workflow.
#[derive(Serialize, ToSchema)]
struct StepView {
    id: String,
    stage: &'static str,
    class: Option<&'static str>,
    title: String,
}

/// What changed between two versions.
#[derive(Serialize, ToSchema)]
struct DiffView {
    key: String,
    from: i32,
    to: i32,
    changes: Vec<ChangeView>,
}

/// One change.
#[derive(Serialize, ToSchema)]
pub(super) struct ChangeView {
    code: &'static str,
    /// In the reader's language.
    text: String,
}

impl ChangeView {
    /// A change of the law, with what it names.
    pub(super) fn law(code: &'static str, what: String, is: String, language: Language) -> Self {
        let text = phrase::law_change(code, what, is, language);
        ChangeView { code, text }
    }
}

/// A case that a pass left as it is.
#[derive(Serialize, ToSchema)]
struct LeftView {
    case: Uuid,
    number: String,
    code: String,
    /// In the reader's language.
    why: String,
}

/// Cases that a pass left as they are.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a page, which is made of its entries")]
struct LeftList {
    items: Vec<LeftView>,
    /// The address of the next page.
    next: Option<String>,
}

/// What changed, for a reader.
pub(super) fn change_views(
    old: &Definition,
    new: &Definition,
    language: Language,
) -> Vec<ChangeView> {
    let changes = workflow::diff(old, new);
    let titles = Titles { old, new };
    let view = |change: &workflow::Change| ChangeView {
        code: change.code(),
        text: phrase::change(change, titles, language),
    };
    changes.iter().map(view).collect()
}

fn version_view(
    tx: &Tx<'_>,
    definition: &Definition,
    stored: &StoredDefinition,
    acts: &[Publication],
) -> VersionView {
    let act = |wanted: PublishAct| {
        let is_it = |act: &&Publication| {
            act.key == stored.key.as_str() && act.version == stored.version && act.act == wanted
        };
        acts.iter().find(is_it).map(|act| ActView {
            at: act.at,
            actor: act.actor.map(|account| account.0),
            reason: act.reason.clone(),
        })
    };
    let retired = act(PublishAct::Retire);
    let default = tx.app.definitions.default_of(tx.region()).ok();
    VersionView {
        key: stored.key.to_string(),
        version: stored.version,
        title: definition.title.get(tx.language()).to_owned(),
        status: match retired {
            None => "published",
            Some(_) => "retired",
        },
        is_default: default
            .is_some_and(|one| one.key == stored.key && one.version == stored.version),
        published_at: stored.published_at,
        published: act(PublishAct::Publish),
        retired,
    }
}

/// Every published version of every workflow, by key and version.
#[utoipa::path(tag = "workflows", responses((status = 200, body = VersionList), (status = 401), (status = 404)))]
#[get("/workflows")]
async fn list_versions(call: Call) -> HttpResponse {
    call.get(|tx| {
        tx.allow(ReadPublished)?;
        let region = tx.region();
        let acts = publication_list(tx.db, region, PublishKind::Workflow)?;
        let mut items = Vec::new();
        for stored in definition_list(tx.db, region)? {
            let (key, version) = (&stored.key, stored.version);
            let definition = published::definition(tx.app, tx.db, region, key, version)?;
            items.push(version_view(tx, &definition, &stored, &acts));
        }
        Ok(Answer::page(&items, None))
    })
    .await
}

/// One published version, with its text.
#[utoipa::path(tag = "workflows",
    params(("key" = String, Path, description = "The workflow."), ("n" = i32, Path, description = "The version.")),
    responses((status = 200, body = WorkflowView), (status = 401), (status = 404)))]
#[get("/workflows/{key}/versions/{n}")]
async fn read_version(call: Call, path: web::Path<(String, String)>) -> HttpResponse {
    call.get(move |tx| {
        tx.allow(ReadPublished)?;
        let (stored, definition) = find(tx, &path)?;
        let region = tx.region();
        let acts = publication_list(tx.db, region, PublishKind::Workflow)?;
        let language = tx.language();
        let step = |step: &workflow::Step| StepView {
            id: step.id.to_string(),
            stage: step.stage.code(),
            class: step.class.map(|class| class.code()),
            title: step.title.get(language).to_owned(),
        };
        let actions = definition.actions.iter();
        let mut actions: Vec<String> = actions.map(|action| action.name.to_string()).collect();
        actions.dedup();
        Ok(Answer::ok(&WorkflowView {
            version: version_view(tx, &definition, &stored, &acts),
            statutory: definition.statutory,
            grounds: definition
                .grounds
                .iter()
                .map(|ground| ground.code())
                .collect(),
            steps: definition.steps.iter().map(step).collect(),
            actions,
            timers: definition
                .timers
                .iter()
                .map(|timer| timer.name.to_string())
                .collect(),
            text: stored.text,
        }))
    })
    .await
}

/// What a version changed about an earlier one, in words.
#[utoipa::path(tag = "workflows",
    params(("key" = String, Path, description = "The workflow."), ("n" = i32, Path, description = "The version."),
        ("from" = Option<i32>, Query, description = "The version to compare with; the one before when left out.")),
    responses((status = 200, body = DiffView), (status = 401), (status = 404), (status = 422)))]
#[get("/workflows/{key}/versions/{n}/changes")]
async fn read_changes(
    call: Call,
    path: web::Path<(String, String)>,
    mut query: Query,
) -> HttpResponse {
    call.get(move |tx| {
        tx.allow(ReadPublished)?;
        let (_, new) = find(tx, &path)?;
        let from = query.one("from", |text| {
            text.parse()
                .map_err(|_| FaultKind::WrongType { expected: "number" })
        });
        query.finish()?;
        let region = tx.region();
        let earlier = definition_list(tx.db, region)?.into_iter();
        let earlier = earlier.filter(|one| one.key == new.key && one.version < new.version);
        let before = earlier.map(|one| one.version).max();
        let from = from.or(before).unwrap_or(new.version);
        let old = published::definition(tx.app, tx.db, region, &new.key, from)?;
        Ok(Answer::ok(&DiffView {
            key: new.key.to_string(),
            from,
            to: new.version,
            changes: change_views(&old, &new, tx.language()),
        }))
    })
    .await
}

fn find(
    tx: &mut Tx<'_>,
    (key, version): &(String, String),
) -> Result<(StoredDefinition, std::sync::Arc<Definition>), AppError> {
    let key = WorkflowKey::parse(key).map_err(|_| AppError::NotFound)?;
    let version = version.parse().map_err(|_| AppError::NotFound)?;
    let region = tx.region();
    let stored = definition_find(tx.db, region, &key, version)?;
    let definition = published::definition(tx.app, tx.db, region, &key, version)?;
    Ok((stored, definition))
}

/// Retires a version: no new case follows it, and those that do go on.
#[utoipa::path(tag = "workflows", request_body = ReasonBody,
    params(("key" = String, Path, description = "The workflow."), ("n" = i32, Path, description = "The version.")),
    responses((status = 200, body = VersionView), (status = 401), (status = 403), (status = 404), (status = 409),
        (status = 422)))]
#[post("/workflows/{key}/versions/{n}/retire")]
async fn retire_version(
    call: Call,
    app: web::Data<App>,
    path: web::Path<(String, String)>,
) -> HttpResponse {
    retire(
        call,
        app,
        move |tx| {
            let (stored, definition) = find(tx, &path)?;
            let what = Version {
                kind: PublishKind::Workflow,
                key: stored.key.to_string(),
                version: stored.version,
            };
            Ok((what, (stored, definition)))
        },
        |tx, (stored, definition)| {
            let region = tx.region();
            let acts = publication_list(tx.db, region, PublishKind::Workflow)?;
            Ok(Answer::ok(&version_view(tx, &definition, &stored, &acts)))
        },
    )
    .await
}

/// Takes the last move of running cases back, for each that has not gone on since.
#[utoipa::path(tag = "workflows", request_body = ReasonBody,
    params(("key" = String, Path, description = "The workflow.")),
    responses((status = 201, body = PassView), (status = 401), (status = 403), (status = 404), (status = 409),
        (status = 422)))]
#[post("/workflows/{key}/undo")]
async fn undo_move(call: Call, path: web::Path<String>) -> HttpResponse {
    call.post(
        move |tx| {
            tx.allow(ReadPublished)?;
            let key = WorkflowKey::parse(&path).map_err(|_| AppError::NotFound)?;
            if tx
                .app
                .definitions
                .newest(tx.region(), key.as_str())
                .is_none()
            {
                return Err(AppError::NotFound);
            }
            tx.allow_write(ReadPublished, Publish)?;
            Ok(key)
        },
        |tx, key, body| {
            let reason = reason_of(&*body.object()?)?;
            let pass = pass::begin_undo(tx, &key, &reason)?;
            let location = format!("/api/v1/passes/{}", pass.id);
            Ok(Answer::created(location, &pass_view(&pass)))
        },
    )
    .await
}

/// A pass over running cases, and how far it has come.
#[utoipa::path(tag = "workflows", params(("id" = String, Path, description = "The pass.")),
    responses((status = 200, body = PassView), (status = 401), (status = 404)))]
#[get("/passes/{id}")]
async fn read_pass(call: Call, path: web::Path<String>) -> HttpResponse {
    call.get(move |tx| {
        tx.allow(Publish)?;
        let (region, id) = (tx.region(), pass_id(&path)?);
        Ok(Answer::ok(&pass_view(&pass_find(tx.db, region, id)?)))
    })
    .await
}

/// The cases that a pass left as they are, and why.
#[utoipa::path(tag = "workflows", params(("id" = String, Path, description = "The pass."),
        ("limit" = Option<i64>, Query, description = "At most 100."),
        ("after" = Option<String>, Query, description = "The last case of the page before.")),
    responses((status = 200, body = LeftList), (status = 401), (status = 404), (status = 422)))]
#[get("/passes/{id}/left")]
async fn list_left(call: Call, path: web::Path<String>, mut query: Query) -> HttpResponse {
    call.get(move |tx| {
        tx.allow(Publish)?;
        let (region, id) = (tx.region(), pass_id(&path)?);
        pass_find(tx.db, region, id)?;
        let after = query.one("after", kelisim_domain::input::id);
        let paging = query.finish()?;
        let language = tx.language();
        let left = left_list(tx.db, region, id, after, paging.load())?;
        Ok(paging.answer(
            left,
            |left| left.case.to_string(),
            |left| LeftView {
                case: left.case.0,
                why: phrase::stays(&left.code, &left.step, &left.about, language),
                number: left.number,
                code: left.code,
            },
        ))
    })
    .await
}

fn pass_id(text: &str) -> Result<PassId, AppError> {
    text.parse().map_err(|_| AppError::NotFound)
}
