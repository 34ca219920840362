//! Whether the process runs, and whether it can do its work.

use crate::app::App;
use actix_web::{HttpResponse, get, web};
use serde::Serialize;

#[derive(Serialize)]
struct Health {
    status: &'static str,
}

/// The process answers.
#[get("/healthz")]
pub(crate) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok" })
}

/// The database answers and has every migration of this program.
#[get("/readyz")]
pub(crate) async fn readyz(app: web::Data<App>) -> HttpResponse {
    let ready = app.database.is_migrated().await;
    match ready {
        Ok(true) => HttpResponse::Ok().json(Health { status: "ready" }),
        Ok(false) => HttpResponse::ServiceUnavailable().json(Health {
            status: "migrations_pending",
        }),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            HttpResponse::ServiceUnavailable().json(Health {
                status: "database_unavailable",
            })
        }
    }
}
