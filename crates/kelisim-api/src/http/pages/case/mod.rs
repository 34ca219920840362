//! The pages of cases: the list, one case, and an action on it.
//!
//! Each asks the same functions as the interface for programs: `find` for lists, `access` for one case, `explain` for what can be
//! done, the form's own reader for what was typed. Absent on purpose: a query of its own, and any name of an action.

mod act;
mod act_check;
mod act_form;
pub(super) mod card;
mod date;
mod filed;
mod list;
mod look;
mod new;
mod new_form;
mod past;
mod search;
mod typed;

pub(super) use list::{Asked, act_first};

use crate::app::AppError;
use actix_web::web;
use kelisim_domain::id::CaseId;

/// Registers the pages.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(list::list)
        .service(search::search)
        .service(new::begin)
        .service(new::go)
        .service(filed::filed)
        .service(look::look)
        .service(look::way_picture)
        .service(act::form_page)
        .service(act::send);
}

/// The id in a path; what is not an id is not found.
fn case_id(path: &str) -> Result<CaseId, AppError> {
    path.parse().map_err(|_| AppError::NotFound)
}
