//! Whether the process runs, and whether it can do its work.

use crate::app::App;
use actix_web::{HttpResponse, get, web};
use kelisim_persistence::SystemPart;
use kelisim_persistence::store::hold::hold_find;
use serde::Serialize;

#[derive(Serialize)]
struct Health {
    status: &'static str,
    /// The system was restored and no message leaves until a person releases it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    held: bool,
}

impl Health {
    fn is(status: &'static str) -> Self {
        Health {
            status,
            held: false,
        }
    }
}

/// The process answers.
#[get("/healthz")]
pub(crate) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(Health::is("ok"))
}

/// The database answers and has every migration of this program.
#[get("/readyz")]
pub(crate) async fn readyz(app: web::Data<App>) -> HttpResponse {
    let ready = match app.database.is_migrated().await {
        Ok(true) => app
            .database
            .as_system(SystemPart::Watch)
            .read(hold_find)
            .await
            .map(|hold| Some(hold.is_some())),
        Ok(false) => Ok(None),
        Err(error) => Err(error),
    };
    match ready {
        Ok(Some(held)) => HttpResponse::Ok().json(Health {
            held,
            ..Health::is("ready")
        }),
        Ok(None) => HttpResponse::ServiceUnavailable().json(Health::is("migrations_pending")),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            HttpResponse::ServiceUnavailable().json(Health::is("database_unavailable"))
        }
    }
}
