//! Cases: file, list, read, correct, move, history, and why not.

mod consent;
mod due;
mod export;
mod handing;
pub(crate) mod list;
pub(crate) mod lookup;
pub(crate) mod read;
mod search;
pub(crate) mod view;
pub(crate) mod why;

use crate::{
    app::{self, AppError, reading::Reading},
    http::{answer::Answer, call::Call, form::Form, query::Query},
};
use actix_web::{HttpResponse, get, patch, post, web};
use kelisim_domain::{
    code::ActionName, confidential::Confidential, fault::FaultKind, id::CaseId, input::id,
};
use kelisim_persistence::store::access::{Correct, CorrectGround, See};
use std::sync::Arc;
use utoipa_actix_web::service_config::ServiceConfig;
use view::{CaseView, EventList, EventView, TransitionAnswer, case_answer};
use why::ExplainView;

/// Registers the routes.
pub fn configure(routes: &mut ServiceConfig<'_>) {
    routes
        .service(file)
        .service(list::list)
        .service(search::search)
        .service(one)
        .service(correct)
        .service(transition)
        .service(events)
        .service(handing::hand_up)
        .service(handing::take_back)
        .service(consent::list)
        .service(consent::add)
        .service(consent::withdraw)
        .service(export::export)
        .service(explain);
}

/// The id in a path; what is not an id is not found, because ids say nothing else.
fn case_id(path: &str) -> Result<CaseId, AppError> {
    path.parse().map_err(|_| AppError::NotFound)
}

/// File a case.
#[utoipa::path(tag = "cases", request_body = read::FileCase,
    responses((status = 201, body = CaseView), (status = 401), (status = 403), (status = 422)))]
#[post("/cases")]
async fn file(call: Call) -> HttpResponse {
    call.post(
        |tx| app::case::may_file_somewhere(tx),
        |tx, (), body| {
            let body = body.object()?;
            let (place, filing) = read::filing(tx, &body)?;
            let done = app::case::file(tx, &place, filing)?;
            let authorized = app::case::access_after(tx, &done)?;
            let answer = case_answer(tx, &authorized, None)?;
            let location = format!("/api/v1/cases/{}", done.case().id);
            Ok(Answer {
                status: 201,
                location: Some(location),
                ..answer
            })
        },
    )
    .await
}

/// One case; the confidential part only for a reader who may see it.
#[utoipa::path(tag = "cases", params(("id" = String, Path, description = "The case.")),
    responses((status = 200, body = CaseView), (status = 304), (status = 401), (status = 404)))]
#[get("/cases/{id}")]
async fn one(call: Call, path: web::Path<String>) -> HttpResponse {
    call.get(move |tx| {
        let authorized = app::case::access::<See>(tx, case_id(&path)?)?;
        case_answer(tx, &authorized, None)
    })
    .await
}

/// Correct facts of a case (merge patch); the ground of a closed one only by the coordinator, with a reason.
#[utoipa::path(tag = "cases", params(("id" = String, Path, description = "The case.")), request_body = read::CorrectCase,
    responses((status = 200, body = CaseView), (status = 401), (status = 403), (status = 404), (status = 409), (status = 412), (status = 422), (status = 428)))]
#[patch("/cases/{id}")]
async fn correct(call: Call, path: web::Path<String>) -> HttpResponse {
    call.change(
        move |tx| {
            let authorized = app::case::access::<Correct>(tx, case_id(&path)?)?;
            let version = authorized.case().version;
            Ok((authorized, version))
        },
        |tx, authorized, body| {
            let body = body.object()?;
            let done = if body.contains_key("ground") || body.contains_key("reason") {
                let right = authorized
                    .also::<CorrectGround>(&tx.actor)
                    .ok_or_else(|| AppError::NotPermitted(Vec::new()))?;
                let change = read::ground_change(&body, tx.today())?;
                app::case::correct_ground(tx, &right, change)?
            } else {
                let (correction, content) = read::correction(tx, &authorized, &body)?;
                app::case::correct(tx, &authorized, correction, content)?
            };
            let authorized = app::case::access_after(tx, &done)?;
            case_answer(tx, &authorized, None)
        },
    )
    .await
}

/// Take an action of the case's workflow.
#[utoipa::path(tag = "cases", params(("id" = String, Path, description = "The case.")), request_body = read::TakeAction,
    responses((status = 201, body = TransitionAnswer), (status = 401), (status = 403), (status = 404), (status = 409), (status = 412), (status = 422), (status = 428)))]
#[post("/cases/{id}/transitions")]
async fn transition(call: Call, path: web::Path<String>) -> HttpResponse {
    call.change(
        move |tx| {
            let authorized = app::case::access::<See>(tx, case_id(&path)?)?;
            let version = authorized.case().version;
            Ok((authorized, version))
        },
        |tx, authorized, body| {
            let body = body.object()?;
            let name = match body.get("action").map(serde_json::Value::as_str) {
                None => return Err(AppError::invalid("/action", FaultKind::Missing)),
                Some(None) => {
                    return Err(AppError::invalid(
                        "/action",
                        FaultKind::WrongType { expected: "text" },
                    ));
                }
                Some(Some(name)) => {
                    ActionName::parse(name).map_err(|kind| AppError::invalid("/action", kind))?
                }
            };
            let definition = app::case::definition_of(tx, authorized.case())?;
            let action = app::case::action_of(tx, &authorized, &definition, &name)?;
            let law = Arc::clone(&tx.law);
            let form = Form::of(&definition, action, authorized.case(), &law, tx.today());
            let values = form.read(&body)?;
            let done = app::case::act(tx, &authorized, &definition, &name, &values)?;
            view::transition_answer(tx, &done)
        },
    )
    .await
}

/// The history of a case, oldest first; of what is confidential only why a limit was lifted or a ground corrected, and only for
/// whoever reads the content.
#[utoipa::path(tag = "cases", params(("id" = String, Path, description = "The case."),
        ("limit" = Option<i64>, Query, description = "At most 100."),
        ("after" = Option<i32>, Query, description = "The last `seq` of the page before.")),
    responses((status = 200, body = EventList), (status = 401), (status = 404)))]
#[get("/cases/{id}/events")]
async fn events(call: Call, path: web::Path<String>, mut query: Query) -> HttpResponse {
    call.get(move |tx| {
        let authorized = app::case::access::<See>(tx, case_id(&path)?)?;
        let after = query.one("after", |text| {
            text.parse()
                .map_err(|_| FaultKind::WrongType { expected: "number" })
        });
        let paging = query.finish()?;
        let recorded = authorized.history(tx.db, after.unwrap_or(0), paging.load())?;
        let mut reasons = app::case::reasons(tx, &authorized, &recorded)?;
        let read = (!reasons.is_empty()).then(|| Reading::content(authorized.case().id));
        let answer = paging.answer(
            recorded,
            |last| last.event.seq.to_string(),
            |recorded| {
                let reason = reasons.remove(&recorded.event.seq);
                EventView::of(&recorded, reason.map(Confidential::into_revealed))
            },
        );
        Ok(answer.reads(read))
    })
    .await
}

/// Every action of the workflow: allowed, or each reason why not and who can lift it.
#[utoipa::path(tag = "cases", params(("id" = String, Path, description = "The case."),
        ("mediator" = Option<String>, Query, description = "Ask for this mediator.")),
    responses((status = 200, body = ExplainView), (status = 401), (status = 404)))]
#[get("/cases/{id}/explain")]
async fn explain(call: Call, path: web::Path<String>, mut query: Query) -> HttpResponse {
    call.get(move |tx| {
        let authorized = app::case::access::<See>(tx, case_id(&path)?)?;
        let mediator = query.one("mediator", id);
        query.finish()?;
        why::explain_answer(tx, &authorized, mediator)
    })
    .await
}
