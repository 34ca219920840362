//! Finding cases by the name of a side (D39). The name stands in the body, never in an address, and what is found is a reading.

use super::{
    super::{
        FULL,
        page::Page,
        seen_and_noted, status_of, told_faults,
        visit::{Posted, append_language},
    },
    card::{Card, Lists, card},
};
use crate::{
    app::{AppError, Tx, name_search, own, reading::Reading},
    http::api::case::view::name_in,
};
use actix_web::{HttpResponse, post};
use askama::Template;
use kelisim_domain::{
    confidential::Confidential,
    fault::Fault,
    id::CaseId,
    text::{NAME_MOST, line},
};

/// Cases on a page; each of them is opened.
const PAGE: usize = 20;

#[derive(Template)]
#[template(path = "pages/case_search.html")]
struct Search<'a> {
    page: &'a Page,
    wrong: Vec<(String, String)>,
    name: &'a str,
    cards: Vec<Card>,
    next: Option<String>,
}

/// What was found.
#[derive(Default)]
struct Found {
    cards: Vec<Card>,
    next: Option<String>,
    faults: Vec<Fault>,
}

/// The cases with a side of that name, among those whose sides the reader may read.
#[post("/cases/search")]
pub(super) async fn search(posted: Posted) -> HttpResponse {
    let visit = &posted.visit;
    let name = posted.field("name").trim().to_owned();
    let after = posted.field("after").parse().ok();
    let switched = posted.switch();
    if let Some(language) = switched {
        let changed =
            super::super::acted(visit, FULL, move |tx, _| own::set_language(tx, language));
        if let Err(answer) = changed.await {
            return answer;
        }
    }
    let wanted = name.clone();
    let looked = seen_and_noted(visit, FULL, move |tx, _| found(tx, &wanted, after)).await;
    let (guest, found) = match looked {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let page = Page::of(visit, &guest, "page-search-title")
        .with_form()
        .wide();
    let wrong = told_faults(page.say, &found.faults);
    let page = page.noting(&wrong);
    let status = status_of(&wrong);
    let template = Search {
        page: &page,
        wrong,
        name: &name,
        cards: found.cards,
        next: found.next,
    };
    let mut response = Page::answer(status, &template, &page);
    if let Some(language) = switched {
        append_language(&mut response, visit, language);
    }
    response
}

fn found(
    tx: &mut Tx<'_>,
    name: &str,
    after: Option<CaseId>,
) -> Result<(Found, Vec<Reading>), AppError> {
    let scope = name_search::scope(tx)?;
    let name = match line(name, NAME_MOST) {
        Ok(name) => Confidential::new(name),
        Err(kind) => {
            let faults = vec![Fault::new("/name", kind)];
            let nothing = Found {
                faults,
                ..Found::default()
            };
            return Ok((nothing, Vec::new()));
        }
    };
    let wish = name_search::Wish {
        name,
        after,
        limit: PAGE,
    };
    let page = name_search::find(tx, &scope, &wish)?;
    let lists = Lists::read(tx)?;
    let mut found = Found {
        next: page.next.map(|case| case.to_string()),
        ..Found::default()
    };
    let mut read = Vec::new();
    for authorized in &page.found {
        let case = authorized.case();
        let asked = case.course.asked.map(|asked| asked.mediator);
        let language = tx.language();
        let mediator = match case.mediator.or(asked) {
            None => None,
            Some(id) => tx
                .mediator_names(&[id])?
                .get(&id)
                .map(|name| name_in(name, language)),
        };
        let mut one = card(tx, &lists, case, mediator, authorized.office_has_head())?;
        let parties = authorized.parties(&tx.app.vault)?;
        let named = parties.iter().map(|party| party.name.reveal().to_string());
        one.sides = named.collect();
        read.push(Reading::names(case.id));
        found.cards.push(one);
    }
    Ok((found, read))
}
