//! What somebody who has just filed a case reads (S5): its number, what happens next and by when, and whom to call.

use super::{
    super::{
        FULL,
        guest::grouped,
        page::{Page, Say},
        seen,
        visit::Visit,
    },
    case_id,
    date::{Dated, dates},
    look::{mediator_name, waits_for},
};
use crate::app::{self, AppError, Tx};
use actix_web::{HttpResponse, get, http::StatusCode, web};
use askama::Template;
use kelisim_domain::{language::Language, office::OfficeEntry};
use kelisim_persistence::store::{access::See, office::office_by_id};

/// What the page shows: nothing that is confidential, so it can be printed and handed over.
struct Told {
    case: String,
    number: String,
    step: String,
    waits_for: Option<String>,
    dates: Vec<Dated>,
    office: String,
    phone: (String, String),
}

#[derive(Template)]
#[template(path = "pages/case_filed.html")]
struct Filed<'a> {
    page: &'a Page,
    told: &'a Told,
}

/// The confirmation.
#[get("/cases/{id}/filed")]
pub(super) async fn filed(visit: Visit, id: web::Path<String>) -> HttpResponse {
    match seen(&visit, FULL, move |tx, _| told(tx, &id)).await {
        Ok((guest, told)) => {
            let page = Page::of(&visit, &guest, "page-filed-title");
            let template = Filed {
                page: &page,
                told: &told,
            };
            Page::answer(StatusCode::OK, &template, &page)
        }
        Err(answer) => answer,
    }
}

fn told(tx: &mut Tx<'_>, id: &str) -> Result<Told, AppError> {
    let authorized = app::case::access::<See>(tx, case_id(id)?)?;
    let case = authorized.case();
    let say = Say::new(tx.language(), tx.zone());
    let definition = app::case::definition_of(tx, case)?;
    let asked = case.course.asked.map(|asked| asked.mediator);
    let mediator = mediator_name(tx, case.mediator.or(asked))?;
    let region = tx.region();
    let office = office_by_id(tx.db, region, case.office)?.entry;
    let step = definition.step(&case.step);
    Ok(Told {
        case: case.id.to_string(),
        number: case.number.to_string(),
        step: step.map_or_else(
            || case.step.to_string(),
            |one| say.name(&one.title).to_owned(),
        ),
        waits_for: waits_for(say, &definition, case, mediator.as_deref()),
        dates: dates(tx, say, &definition, case),
        phone: (office.phone.to_string(), grouped(office.phone.as_str())),
        office: office_name(&office, say.language()),
    })
}

/// The name of an office.
pub(super) fn office_name(office: &OfficeEntry, language: Language) -> String {
    let name = match language {
        Language::Kk => &office.name_kk,
        Language::Ru => &office.name_ru,
        Language::En => &office.name_en,
    };
    name.to_string()
}
