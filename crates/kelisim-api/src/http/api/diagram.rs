//! The picture of a workflow, and of the way that a case took in it.

use crate::{
    app::{self, AppError, Tx, published},
    http::{answer::Answer, call::Call, query::Query},
};
use actix_web::{HttpResponse, get, web};
use kelisim_domain::{
    case::EventData,
    code::WorkflowKey,
    id::CaseId,
    input::id,
    policy::RegisterAct::ReadPublished,
    workflow::{
        Definition,
        draw::{self, Layout, Taken, Walked},
    },
};
use kelisim_persistence::store::access::See;
use std::sync::Arc;
use utoipa_actix_web::service_config::ServiceConfig;

/// More events than these are no way that a picture could show.
const WAY_MOST: i64 = 500;

/// Registers the route.
pub fn configure(routes: &mut ServiceConfig<'_>) {
    routes.service(read_diagram);
}

/// The picture of a version, in the reader's language; with a case that the reader sees, where it stands and its way.
#[utoipa::path(tag = "workflows",
    params(("key" = String, Path, description = "The workflow."), ("n" = i32, Path, description = "The version."),
        ("case" = Option<String>, Query, description = "A case that follows this version.")),
    responses((status = 200, content_type = "image/svg+xml", body = String), (status = 401), (status = 404)))]
#[get("/workflows/{key}/versions/{n}/diagram.svg")]
async fn read_diagram(
    call: Call,
    path: web::Path<(String, String)>,
    mut query: Query,
) -> HttpResponse {
    call.get(move |tx| {
        tx.allow(ReadPublished)?;
        let case: Option<CaseId> = query.one("case", id);
        query.finish()?;
        let (key, version) = path.into_inner();
        let key = WorkflowKey::parse(&key).map_err(|_| AppError::NotFound)?;
        let version = version.parse().map_err(|_| AppError::NotFound)?;
        let region = tx.region();
        let definition = published::definition(tx.app, tx.db, region, &key, version)?;
        let walked = case.map(|case| walked(tx, &definition, case)).transpose()?;
        let svg = picture(tx, &definition, walked.as_ref());
        Ok(Answer::picture(svg))
    })
    .await
}

/// The picture in the reader's language.
pub(crate) fn picture(tx: &Tx<'_>, definition: &Definition, walked: Option<&Walked>) -> String {
    draw::svg(definition, &layout(tx, definition), walked)
}

/// The width and height of the picture with the way of a case, in pixels: whoever shows it keeps room for it, so that nothing
/// on their page moves when it comes.
pub(crate) fn picture_size(tx: &Tx<'_>, definition: &Definition) -> (f64, f64) {
    layout(tx, definition).size(true)
}

fn layout(tx: &Tx<'_>, definition: &Definition) -> Arc<Layout> {
    let (region, language) = (tx.region(), tx.language());
    let key = definition.key.to_string();
    let layouts = &tx.app.layouts;
    layouts.of((region, key, definition.version, language.code()), || {
        Layout::of(definition, language)
    })
}

/// Where a case stands, and how it came there; a case of another version is not found in this one.
pub(crate) fn walked(
    tx: &mut Tx<'_>,
    definition: &Definition,
    case: CaseId,
) -> Result<Walked, AppError> {
    let authorized = app::case::access::<See>(tx, case)?;
    let case = authorized.case();
    if (&case.workflow, case.workflow_version) != (&definition.key, definition.version) {
        return Err(AppError::NotFound);
    }
    let mut way = Vec::new();
    for recorded in authorized.history(tx.db, 0, WAY_MOST)? {
        if let EventData::Moved {
            action,
            from,
            to,
            by,
            ..
        } = recorded.event.data
        {
            way.push(Taken {
                from,
                to: to.step,
                action,
                by_clock: by.is_some(),
            });
        }
    }
    Ok(Walked {
        here: case.step.clone(),
        way,
    })
}
