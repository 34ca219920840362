//! The routes under `/api/v1`: a file for each noun, with its handlers and nothing else.

pub mod case;
pub mod me;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers every route. A route outside this list does not exist, and every route in it stands in the OpenAPI document.
pub fn configure(routes: &mut ServiceConfig<'_>) {
    me::configure(routes);
    case::configure(routes);
}
