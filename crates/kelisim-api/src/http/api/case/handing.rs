//! Handing a case up to the coordinator, and taking it back.

use super::{
    case_id,
    view::{CaseView, case_answer},
};
use crate::{
    app::{self, AppError, Tx},
    http::{answer::Answer, api::draft::reason_of, call::Call},
};
use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use kelisim_domain::confidential::Confidential;
use kelisim_persistence::store::{
    access::{Authorized, HandUp},
    handing_up::HandedUp,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// That a case is handed up; by whom and why only for whoever reads its content.
#[derive(Serialize, ToSchema)]
pub(super) struct HandedUpView {
    at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl HandedUpView {
    /// For whoever sees the case.
    pub(super) fn since(at: DateTime<Utc>) -> Self {
        Self {
            at,
            by: None,
            reason: None,
        }
    }

    /// For whoever reads its content.
    pub(super) fn whole(act: HandedUp) -> Self {
        Self {
            at: act.at,
            by: Some(act.by.0),
            reason: Some(act.reason.into_revealed()),
        }
    }
}

/// Why somebody hands a case up.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct HandUpBody {
    /// One line; only whoever reads the case reads it.
    reason: String,
}

fn authorise(tx: &mut Tx<'_>, path: &str) -> Result<(Authorized<HandUp>, i32), AppError> {
    let authorized = app::case::access::<HandUp>(tx, case_id(path)?)?;
    let version = authorized.case().version;
    Ok((authorized, version))
}

/// Open the content of a case to the coordinator.
#[utoipa::path(tag = "cases", params(("id" = String, Path, description = "The case.")), request_body = HandUpBody,
    responses((status = 200, body = CaseView), (status = 401), (status = 403), (status = 404), (status = 409), (status = 412), (status = 422), (status = 428)))]
#[post("/cases/{id}/hand-up")]
pub(super) async fn hand_up(call: Call, path: web::Path<String>) -> HttpResponse {
    call.change(
        move |tx| authorise(tx, &path),
        |tx, authorized, body| {
            let reason = Confidential::new(reason_of(&*body.object()?)?);
            let done = app::handing::hand_up(tx, &authorized, reason.clone())?;
            let act = HandedUp {
                at: tx.now,
                by: tx.actor.account,
                reason,
            };
            answer(tx, &done, Some(act))
        },
    )
    .await
}

/// Close the content of a case to the coordinator again.
#[utoipa::path(tag = "cases", params(("id" = String, Path, description = "The case.")),
    responses((status = 200, body = CaseView), (status = 401), (status = 403), (status = 404), (status = 409), (status = 412), (status = 428)))]
#[post("/cases/{id}/take-back")]
pub(super) async fn take_back(call: Call, path: web::Path<String>) -> HttpResponse {
    call.change(
        move |tx| authorise(tx, &path),
        |tx, authorized, body| {
            body.empty()?;
            let done = app::handing::take_back(tx, &authorized)?;
            answer(tx, &done, None)
        },
    )
    .await
}

/// The case after the act, whose row is stored only when the transaction ends.
fn answer(
    tx: &mut Tx<'_>,
    done: &app::case::Done,
    act: Option<HandedUp>,
) -> Result<Answer, AppError> {
    let authorized = app::case::access_after(tx, done)?;
    case_answer(tx, &authorized, act)
}
