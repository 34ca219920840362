//! The routes under `/api/v1`: a file for each noun, with its handlers and nothing else.

pub mod account;
pub mod audit;
pub mod case;
pub mod danger;
pub mod diagram;
pub mod draft;
pub mod erasure;
pub mod law;
pub mod me;
pub mod mediator;
pub mod memorandum;
pub mod notice;
pub mod office;
pub mod partner;
mod retire;
pub mod workflow;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers every route. A route outside this list does not exist, and every route in it stands in the OpenAPI document.
pub fn configure(routes: &mut ServiceConfig<'_>) {
    // The first that fits is taken, and most requests are about cases.
    case::configure(routes);
    notice::configure(routes);
    me::configure(routes);
    account::configure(routes);
    office::configure(routes);
    mediator::configure(routes);
    partner::configure(routes);
    memorandum::configure(routes);
    workflow::configure(routes);
    diagram::configure(routes);
    draft::configure(routes);
    law::configure(routes);
    audit::configure(routes);
    erasure::configure(routes);
    danger::configure(routes);
}
