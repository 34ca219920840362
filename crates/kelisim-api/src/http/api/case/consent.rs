//! Consents of the sides of a case: list, record, take back.

use super::case_id;
use crate::{
    app::{self, AppError, reading::Reading},
    http::{answer::Answer, call::Call},
};
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use kelisim_domain::{
    confidential::Confidential,
    consent::{Consent, ConsentForm, ConsentTo},
    fault::Faults,
    input::{Input, id},
};
use kelisim_persistence::store::{
    access::{Authorized, ReadContent},
    consent::ConsentRecord,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A consent of a side.
#[derive(Serialize, ToSchema)]
pub(super) struct ConsentView {
    id: Uuid,
    /// Also the `ETag`.
    version: i32,
    entered_at: DateTime<Utc>,
    entered_by: Uuid,
    /// Left out of a kept answer for somebody who may not read the case any more.
    confidential: ConsentContentView,
}

/// What it says.
#[derive(Serialize, ToSchema)]
struct ConsentContentView {
    /// The id of the side's entry in the case.
    party: Uuid,
    #[schema(value_type = String, example = "personal_data")]
    to: ConsentTo,
    #[schema(value_type = String, example = "written")]
    form: ConsentForm,
    given_on: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn_on: Option<NaiveDate>,
}

impl ConsentView {
    /// A consent, for whoever reads the content of its case.
    pub(super) fn of(record: &ConsentRecord) -> Self {
        let consent = record.consent.reveal();
        ConsentView {
            id: record.id.0,
            version: record.version,
            entered_at: record.at,
            entered_by: record.by.0,
            confidential: ConsentContentView {
                party: consent.party.0,
                to: consent.to,
                form: consent.form,
                given_on: consent.given_on,
                withdrawn_on: consent.withdrawn_on,
            },
        }
    }
}

/// A page of consents.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a page, which is made of its entries")]
struct ConsentList {
    items: Vec<ConsentView>,
    next: Option<String>,
}

/// The consents of the sides of a case, the oldest first.
#[utoipa::path(tag = "protection", params(("id" = String, Path, description = "The case.")),
    responses((status = 200, body = ConsentList), (status = 401), (status = 403), (status = 404)))]
#[get("/cases/{id}/consents")]
pub(super) async fn list(call: Call, path: web::Path<String>) -> HttpResponse {
    call.get(move |tx| {
        let authorized = app::consent::reader(tx, case_id(&path)?)?;
        let found = app::consent::list(tx, &authorized)?;
        let items: Vec<ConsentView> = found.iter().map(ConsentView::of).collect();
        let read = (!items.is_empty()).then(|| Reading::content(authorized.case().id));
        Ok(Answer::page(&items, None).reads(read))
    })
    .await
}

/// A consent that somebody records.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct ConsentBody {
    /// The id of the side's entry in the case.
    party: Uuid,
    /// `mediation` or `personal_data`.
    to: String,
    /// `written`, `electronic` or `spoken`.
    form: String,
    given_on: NaiveDate,
}

/// Record a consent of a side.
#[utoipa::path(tag = "protection", params(("id" = String, Path, description = "The case.")), request_body = ConsentBody,
    responses((status = 201, body = ConsentView), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
#[post("/cases/{id}/consents")]
pub(super) async fn add(call: Call, path: web::Path<String>) -> HttpResponse {
    call.post(
        move |tx| app::consent::keeper(tx, case_id(&path)?),
        |tx, authorized, body| {
            let body = body.object()?;
            let mut faults = Faults::new();
            let mut input = Input::new(&body, &mut faults);
            let party = input.text("party", id);
            let to = input.text("to", str::parse::<ConsentTo>);
            let form = input.text("form", str::parse::<ConsentForm>);
            let given_on = input.date("given_on");
            input.finish();
            let consent = party.zip(to).zip(form).zip(given_on);
            let consent = consent.map(|(((party, to), form), given_on)| {
                Confidential::new(Consent {
                    party,
                    to,
                    form,
                    given_on,
                    withdrawn_on: None,
                })
            });
            let consent = faults.finish(consent).map_err(AppError::Invalid)?;
            let record = app::consent::add(tx, &authorized, consent)?;
            Ok(Answer {
                status: 201,
                ..answer(tx, &authorized, &record)
            })
        },
    )
    .await
}

/// From which day on it does not hold.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct WithdrawBody {
    withdrawn_on: NaiveDate,
}

/// Note that a side has taken a consent back.
#[utoipa::path(tag = "protection", params(("id" = String, Path, description = "The case."), ("consent" = String, Path, description = "The consent.")),
    request_body = WithdrawBody,
    responses((status = 200, body = ConsentView), (status = 401), (status = 403), (status = 404), (status = 409), (status = 412), (status = 422), (status = 428)))]
#[post("/cases/{id}/consents/{consent}/withdraw")]
pub(super) async fn withdraw(call: Call, path: web::Path<(String, String)>) -> HttpResponse {
    call.change(
        move |tx| {
            let (case, consent) = path.into_inner();
            let authorized = app::consent::keeper(tx, case_id(&case)?)?;
            let id = consent.parse().map_err(|_| AppError::NotFound)?;
            let before = app::consent::find(tx, &authorized, id)?;
            let version = before.version;
            Ok(((authorized, before), version))
        },
        |tx, (authorized, before), body| {
            let body = body.object()?;
            let mut faults = Faults::new();
            let mut input = Input::new(&body, &mut faults);
            let on = input.date("withdrawn_on");
            input.finish();
            let on = faults.finish(on).map_err(AppError::Invalid)?;
            let record = app::consent::withdraw(tx, &authorized, &before, on)?;
            Ok(answer(tx, &authorized, &record))
        },
    )
    .await
}

/// A consent, kept for repeats under the key of the case and only for whoever still reads it.
fn answer(
    tx: &app::Tx<'_>,
    authorized: &Authorized<ReadContent>,
    record: &ConsentRecord,
) -> Answer {
    let case = authorized.case().id;
    Answer::ok(&ConsentView::of(record))
        .version(record.version)
        .content_of(Some(case))
        .reads([Reading::content(case)])
        .sealed_by(authorized.data_key(&tx.app.vault).ok().cloned())
}
