//! Drafts of workflows, legal profiles and days off: written, checked, compared, rehearsed, published.

mod view;

pub(super) use view::{PassView, ReasonBody, pass_view};

use crate::{
    app::{
        App, AppError, Tx,
        publish::{self, Checked, Moving, Sound},
        published,
        rehearse::{self, Planned, Rehearsal, rehearse_days},
    },
    http::{
        answer::Answer,
        api::workflow::{ChangeView, change_views},
        call::Call,
        query::Query,
    },
    phrase,
};
use actix_web::{HttpResponse, delete, get, patch, post, web};
use kelisim_domain::{
    code::StepId,
    fault::{FaultKind, Faults},
    input::{Input, merge},
    policy::RegisterAct::Publish,
    publish::{PublishKind, draft_text, draft_title, reason},
    workflow::{Definition, StepMap},
};
use kelisim_persistence::store::draft::{Draft, draft_find, draft_list};
use serde_json::{Map, Value, json};
use utoipa_actix_web::service_config::ServiceConfig;
use view::{
    CheckView, DraftBody, DraftChangesView, DraftList, DraftView, PublishBody, PublishedView,
    RehearsalView, answer, days_view, empty_view, moved_view, view,
};

/// The most cases of each sort that a rehearsal lists; it counts them all.
const LISTED_MOST: usize = 1_000;

/// Registers the routes.
pub fn configure(routes: &mut ServiceConfig<'_>) {
    routes
        .service(list_drafts)
        .service(create_draft)
        .service(read_draft)
        .service(change_draft)
        .service(discard_draft)
        .service(check_draft)
        .service(compare_draft)
        .service(rehearse_draft)
        .service(keep_rehearsal)
        .service(publish_draft);
}

/// The reason in a body that says nothing else.
///
/// # Errors
/// Missing, or no line of text.
pub(super) fn reason_of(body: &Map<String, Value>) -> Result<String, AppError> {
    let mut faults = Faults::new();
    let mut input = Input::new(body, &mut faults);
    let why = input.text("reason", reason);
    input.finish();
    faults.finish(why).map_err(AppError::Invalid)
}

/// What a body says, read whole.
struct Said {
    kind: PublishKind,
    title: String,
    text: String,
    steps: StepMap,
}

fn said(body: &Map<String, Value>) -> Result<Said, AppError> {
    let mut faults = Faults::new();
    let mut input = Input::new(body, &mut faults);
    let kind = input.text("kind", str::parse::<PublishKind>);
    let title = input.text("title", draft_title);
    let text = input.text("text", draft_text);
    input.mentions("steps");
    input.finish();
    let steps = steps(body, &mut faults);
    let said = kind.zip(title).zip(text.zip(steps));
    let said = said.map(|((kind, title), (text, steps))| Said {
        kind,
        title,
        text,
        steps,
    });
    faults.finish(said).map_err(AppError::Invalid)
}

/// The map of a body: an object whose names are steps.
fn steps(body: &Map<String, Value>, faults: &mut Faults) -> Option<StepMap> {
    let object = match body.get("steps") {
        None | Some(Value::Null) => return Some(StepMap::default()),
        Some(Value::Object(object)) => object,
        Some(_) => {
            faults.push("/steps", FaultKind::WrongType { expected: "object" });
            return None;
        }
    };
    let mut pairs = Vec::new();
    for (from, to) in object {
        let pointer = format!("/steps/{from}");
        let to = to.as_str().ok_or(FaultKind::WrongType { expected: "text" });
        let pair = StepId::parse(from).and_then(|from| Ok((from, StepId::parse(to?)?)));
        pairs.extend(faults.take(&pointer, pair));
    }
    Some(pairs.into_iter().collect())
}

/// Drafts, the newest first.
#[utoipa::path(tag = "drafts",
    params(("limit" = Option<i64>, Query, description = "At most 100."),
        ("after" = Option<String>, Query, description = "The last id of the page before.")),
    responses((status = 200, body = DraftList), (status = 401), (status = 404), (status = 422)))]
#[get("/drafts")]
async fn list_drafts(call: Call, mut query: Query) -> HttpResponse {
    call.get(move |tx| {
        tx.allow(Publish)?;
        let after = query.one("after", kelisim_domain::input::id);
        let paging = query.finish()?;
        let region = tx.region();
        let drafts = draft_list(tx.db, region, after, paging.load())?;
        Ok(paging.answer(drafts, |draft| draft.id.to_string(), view))
    })
    .await
}

/// Begins a draft.
#[utoipa::path(tag = "drafts", request_body = DraftBody,
    responses((status = 201, body = DraftView), (status = 401), (status = 404), (status = 422)))]
#[post("/drafts")]
async fn create_draft(call: Call) -> HttpResponse {
    call.post(
        |tx| tx.allow(Publish),
        |tx, (), body| {
            let said = said(&*body.object()?)?;
            let draft = publish::draft_create(tx, said.kind, said.title, said.text, said.steps)?;
            let place = format!("/api/v1/drafts/{}", draft.id);
            Ok(Answer {
                status: 201,
                location: Some(place),
                ..answer(draft)
            })
        },
    )
    .await
}

fn find(tx: &mut Tx<'_>, id: &str) -> Result<Draft, AppError> {
    tx.allow(Publish)?;
    let (region, id) = (tx.region(), id.parse().map_err(|_| AppError::NotFound)?);
    Ok(draft_find(tx.db, region, id)?)
}

/// As [`find`], with its version, for `If-Match`.
fn found(tx: &mut Tx<'_>, id: &str) -> Result<(Draft, i32), AppError> {
    let draft = find(tx, id)?;
    let version = draft.version;
    Ok((draft, version))
}

/// One draft.
#[utoipa::path(tag = "drafts", params(("id" = String, Path, description = "The draft.")),
    responses((status = 200, body = DraftView), (status = 304), (status = 401), (status = 404)))]
#[get("/drafts/{id}")]
async fn read_draft(call: Call, id: web::Path<String>) -> HttpResponse {
    call.get(move |tx| Ok(answer(find(tx, &id)?))).await
}

/// Changes a draft (merge patch).
#[utoipa::path(tag = "drafts", params(("id" = String, Path, description = "The draft.")), request_body = DraftBody,
    responses((status = 200, body = DraftView), (status = 401), (status = 404), (status = 412), (status = 422),
        (status = 428)))]
#[patch("/drafts/{id}")]
async fn change_draft(call: Call, id: web::Path<String>) -> HttpResponse {
    call.change(
        move |tx| found(tx, &id),
        |tx, before, body| {
            let form = json!({
                "kind": before.kind.code(), "title": before.title, "text": before.text, "steps": before.steps,
            });
            let mut form = form.as_object().cloned().unwrap_or_default();
            merge(&mut form, &*body.object()?);
            let said = said(&form)?;
            if said.kind != before.kind {
                return Err(AppError::invalid("/kind", FaultKind::NotHere));
            }
            let after = Draft {
                title: said.title,
                text: said.text,
                steps: said.steps,
                ..before.clone()
            };
            Ok(answer(publish::draft_change(tx, before, after)?))
        },
    )
    .await
}

/// Throws a draft away, and shows it once more.
#[utoipa::path(tag = "drafts", params(("id" = String, Path, description = "The draft.")),
    responses((status = 200, body = DraftView), (status = 401), (status = 404), (status = 412), (status = 428)))]
#[delete("/drafts/{id}")]
async fn discard_draft(call: Call, id: web::Path<String>) -> HttpResponse {
    call.change(
        move |tx| found(tx, &id),
        |tx, draft, _| {
            publish::draft_drop(tx, &draft)?;
            Ok(answer(draft))
        },
    )
    .await
}

/// Says everything that stands against publishing a draft: 422 with an entry for each finding and its line.
#[utoipa::path(tag = "drafts", params(("id" = String, Path, description = "The draft.")),
    responses((status = 200, body = CheckView), (status = 401), (status = 404), (status = 422)))]
#[get("/drafts/{id}/check")]
async fn check_draft(call: Call, id: web::Path<String>) -> HttpResponse {
    call.get(move |tx| {
        let draft = find(tx, &id)?;
        let sound = sound(&draft)?;
        Ok(Answer::ok(&CheckView {
            kind: draft.kind.code(),
            key: sound.key(),
            version: sound.version(),
        }))
    })
    .await
}

fn sound(draft: &Draft) -> Result<Sound, AppError> {
    publish::check(draft.kind, &draft.text).map_err(AppError::Unsound)
}

/// What a draft changes about what is published, in words.
#[utoipa::path(tag = "drafts", params(("id" = String, Path, description = "The draft.")),
    responses((status = 200, body = DraftChangesView), (status = 401), (status = 404), (status = 422)))]
#[get("/drafts/{id}/changes")]
async fn compare_draft(call: Call, id: web::Path<String>) -> HttpResponse {
    call.get(move |tx| {
        let sound = sound(&find(tx, &id)?)?;
        let (region, language) = (tx.region(), tx.language());
        let (from, changes) = match &sound {
            Sound::Workflow(new) => match tx.app.definitions.newest(region, new.key.as_str()) {
                None => (None, Vec::new()),
                Some(old) => (Some(old.version), change_views(&old, new, language)),
            },
            Sound::Profile(new) => {
                let old = tx.law.profile().versions();
                let fresh = new.versions().iter().filter(|one| !old.contains(one));
                let words = fresh.map(|one| {
                    let from = one.valid_from.to_string();
                    ChangeView::law("profile_version", one.version.to_string(), from, language)
                });
                (old.last().map(|last| last.version), words.collect())
            }
            Sound::Holidays(new) => {
                let words = new.days.iter().map(|(day, kind)| {
                    let kind = phrase::day_kind(*kind, language);
                    ChangeView::law("day_named", day.to_string(), kind, language)
                });
                (None, words.collect())
            }
        };
        Ok(Answer::ok(&DraftChangesView {
            key: sound.key(),
            from,
            to: sound.version(),
            changes,
        }))
    })
    .await
}

/// What would become of running cases if a draft were published. Nothing is changed, and nothing is put on record.
#[utoipa::path(tag = "drafts", params(("id" = String, Path, description = "The draft.")),
    responses((status = 200, body = RehearsalView), (status = 401), (status = 404), (status = 409), (status = 422)))]
#[get("/drafts/{id}/rehearsal")]
async fn rehearse_draft(call: Call, id: web::Path<String>) -> HttpResponse {
    call.get(move |tx| {
        let draft = find(tx, &id)?;
        let region = tx.region();
        let view = match sound(&draft)? {
            Sound::Workflow(new) => moved_view(&rehearsed(tx, &draft, &new)?, tx),
            Sound::Holidays(list) => {
                let found = rehearse_days(tx.app, tx.db, region, &list, LISTED_MOST)?;
                days_view(list.version, &found, tx)
            }
            // D3: no stored result changes with a profile.
            Sound::Profile(profile) => {
                let version = profile.versions().last().map_or(0, |last| last.version);
                empty_view(PublishKind::Profile.code(), version)
            }
        };
        Ok(Answer::ok(&view))
    })
    .await
}

fn rehearsed(tx: &mut Tx<'_>, draft: &Draft, new: &Definition) -> Result<Rehearsal, AppError> {
    let region = tx.region();
    let planned = Planned {
        new,
        text: &draft.text,
        written: draft.steps.clone(),
    };
    rehearse::rehearse(tx.app, tx.db, region, planned, LISTED_MOST)
}

/// Rehearses the move of running cases to the workflow of a draft, and puts it on record: its move may follow.
#[utoipa::path(tag = "drafts", params(("id" = String, Path, description = "The draft.")),
    responses((status = 201, body = RehearsalView), (status = 401), (status = 404), (status = 409), (status = 422)))]
#[post("/drafts/{id}/rehearsal")]
async fn keep_rehearsal(call: Call, id: web::Path<String>) -> HttpResponse {
    call.look_and_post(
        move |tx| {
            let draft = find(tx, &id)?;
            match sound(&draft)? {
                Sound::Workflow(new) => rehearsed(tx, &draft, &new),
                // Nothing moves with them.
                Sound::Profile(_) | Sound::Holidays(_) => {
                    Err(AppError::invalid("/kind", FaultKind::NotHere))
                }
            }
        },
        |tx| tx.allow(Publish),
        |tx, found, _| {
            let id = rehearse::keep(tx, &found)?;
            Ok(Answer {
                status: 201,
                ..Answer::ok(&moved_view(&found, tx).on_record(id, found.at))
            })
        },
    )
    .await
}

/// Publishes a draft, which is thrown away then. New cases follow it at once; running cases move only when it says so,
/// and when exactly this text and these steps were rehearsed.
#[utoipa::path(tag = "drafts", params(("id" = String, Path, description = "The draft.")), request_body = PublishBody,
    responses((status = 201, body = PublishedView), (status = 401), (status = 404), (status = 409), (status = 412),
        (status = 422), (status = 428)))]
#[post("/drafts/{id}/publish")]
async fn publish_draft(call: Call, app: web::Data<App>, id: web::Path<String>) -> HttpResponse {
    let looked = id.clone();
    let response = call.look_and_change(
        move |tx| {
            let draft = find(tx, &looked)?;
            Ok(Checked::of(draft.kind, &draft.text))
        },
        move |tx| found(tx, &id),
        |tx, checked, draft, body| {
            let body = body.object()?;
            let mut faults = Faults::new();
            let mut input = Input::new(&body, &mut faults);
            let why = input.text("reason", reason);
            let moves = input.yes_no("move", false);
            input.finish();
            let (why, moves) = faults.finish(why.zip(moves)).map_err(AppError::Invalid)?;
            let moving = match moves {
                true => Moving::By(draft.steps.clone()),
                false => Moving::Stay,
            };
            let checked = checked.map_err(AppError::Unsound)?;
            // Somebody changed the draft in between, so nobody has checked what stands there now.
            if !checked.is_of(draft.kind, &draft.text) {
                return Err(AppError::Stale);
            }
            let done = publish::publish(tx, checked, &why, moving)?;
            publish::draft_drop(tx, &draft)?;
            let view = PublishedView {
                kind: done.kind.code(),
                key: done.key,
                version: done.version,
                is_new: done.is_new,
                pass: done.pass.as_ref().map(pass_view),
            };
            Ok(Answer {
                status: 201,
                ..Answer::ok(&view)
            })
        },
    );
    let response = response.await;
    published::learn(app.into_inner()).await;
    response
}
