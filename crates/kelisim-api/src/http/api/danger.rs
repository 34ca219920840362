//! Reports of a danger to a child: write one, and read those that one wrote or received (D30).
//!
//! Absent on purpose: any way from a case to a report and back, and the report in the answer that made it.

use crate::{
    app::{self, AppError, reading::Reading},
    http::{answer::Answer, call::Call},
};
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use kelisim_domain::{
    confidential::Confidential,
    danger::{DangerReport, told_on},
    fault::Faults,
    input::Input,
    policy::RegisterAct::{ReadDangerReports, WriteDangerReports},
    text::{EmailAddress, NAME_MOST, STORY_MOST, line, story},
};
use kelisim_persistence::store::danger_report::DangerNote;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Registers the routes.
pub fn configure(routes: &mut ServiceConfig<'_>) {
    routes.service(list).service(write).service(one);
}

/// A report.
#[derive(Serialize, ToSchema)]
struct DangerReportView {
    id: Uuid,
    written_at: DateTime<Utc>,
    written_by: Uuid,
    receiver: Uuid,
    /// Only of one that is asked for by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidential: Option<DangerContentView>,
}

/// What it says.
#[derive(Serialize, ToSchema)]
struct DangerContentView {
    facts: String,
    body: String,
    informed_on: NaiveDate,
}

fn view(note: &DangerNote, report: Option<DangerReport>) -> DangerReportView {
    DangerReportView {
        id: note.id.0,
        written_at: note.at,
        written_by: note.by.0,
        receiver: note.receiver.0,
        confidential: report.map(|report| DangerContentView {
            facts: report.facts.into_revealed(),
            body: report.body.into_revealed(),
            informed_on: report.informed_on.into_revealed(),
        }),
    }
}

/// A page of reports.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a page, which is made of its entries")]
struct DangerReportList {
    items: Vec<DangerReportView>,
    next: Option<String>,
}

/// The last hundred reports that the reader wrote or received, the newest first, without what they say.
#[utoipa::path(tag = "protection", responses((status = 200, body = DangerReportList), (status = 401), (status = 404)))]
#[get("/danger-reports")]
async fn list(call: Call) -> HttpResponse {
    call.get(|tx| {
        tx.allow(ReadDangerReports)?;
        let found = app::danger::list(tx)?;
        let items: Vec<DangerReportView> = found.iter().map(|note| view(note, None)).collect();
        Ok(Answer::page(&items, None))
    })
    .await
}

/// A report that somebody writes.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct DangerReportBody {
    /// What was seen or heard.
    facts: String,
    /// The protection body that was told.
    #[schema(example = "Body of guardianship, Oral")]
    body: String,
    /// The day on which it was told.
    informed_on: NaiveDate,
    /// The address of the head or coordinator who shall read it, and nobody else.
    receiver: String,
}

/// Report a danger to a child. It names no case, and no step of a case follows from it.
#[utoipa::path(tag = "protection", request_body = DangerReportBody,
    responses((status = 201, body = DangerReportView), (status = 401), (status = 403), (status = 404), (status = 422)))]
#[post("/danger-reports")]
async fn write(call: Call) -> HttpResponse {
    call.post(
        |tx| tx.allow_write(ReadDangerReports, WriteDangerReports),
        |tx, (), body| {
            let body = body.object()?;
            let (mut faults, today) = (Faults::new(), tx.today());
            let mut input = Input::new(&body, &mut faults);
            let facts = input.text("facts", |text| story(text, STORY_MOST));
            let told = input.text("body", |text| line(text, NAME_MOST));
            let on = input.text("informed_on", |text| {
                kelisim_domain::input::day(text).and_then(|day| told_on(day, today))
            });
            let receiver = input.text("receiver", EmailAddress::parse);
            input.finish();
            let parts = facts.zip(told).zip(on).zip(receiver);
            let (((facts, told), informed_on), receiver) =
                faults.finish(parts).map_err(AppError::Invalid)?;
            let report = DangerReport {
                facts: Confidential::new(facts),
                body: Confidential::new(told),
                informed_on: Confidential::new(informed_on),
            };
            let (note, key) = app::danger::add(tx, &report, &receiver)?;
            let location = format!("/api/v1/danger-reports/{}", note.id);
            Ok(Answer::created(location, &view(&note, None)).sealed_by(Some(key)))
        },
    )
    .await
}

/// A report, for whoever wrote or received it.
#[utoipa::path(tag = "protection", params(("id" = String, Path, description = "The report.")),
    responses((status = 200, body = DangerReportView), (status = 401), (status = 404)))]
#[get("/danger-reports/{id}")]
async fn one(call: Call, path: web::Path<String>) -> HttpResponse {
    call.get(move |tx| {
        tx.allow(ReadDangerReports)?;
        let id = path.parse().map_err(|_| AppError::NotFound)?;
        let (note, report) = app::danger::find(tx, id)?;
        Ok(Answer::ok(&view(&note, Some(report))).reads([Reading::danger_report(note.id)]))
    })
    .await
}
