//! Finding cases by the name of a side. The name stands in the body, never in an address, and in no log.

use super::{
    lookup::Lookup,
    view::{CaseList, allowed_actions, named_view},
};
use crate::{
    app::{self, AppError, name_search::Wish, reading::Reading},
    http::{answer::Answer, call::Call},
};
use actix_web::{HttpResponse, post};
use kelisim_domain::{
    confidential::Confidential,
    fault::Faults,
    input::{Input, id},
    text::{NAME_MOST, line},
};
use std::time::Duration;
use utoipa::ToSchema;

/// Cases of a page when nobody says how many.
const LIMIT_DEFAULT: i32 = 20;
/// Each of them is opened, so there are fewer than in a list.
const LIMIT_MOST: i32 = 50;

/// No answer comes sooner: a name that stands in cases outside the reader's scope takes a little longer to look for than one
/// that stands nowhere, and that must tell nobody of them. A search that is within the scope is slower than that seldom.
const NO_SOONER: Duration = Duration::from_millis(100);

/// Whom somebody looks for.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct SearchBody {
    /// Whole words of a name, in any spelling.
    #[schema(example = "Қайрат Серіков")]
    name: String,
    /// At most 50; 20 when left out.
    limit: Option<i32>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// Find cases by the name of a side, among those whose sides the reader may read; newest first.
#[utoipa::path(tag = "cases", request_body = SearchBody,
    responses((status = 200, body = CaseList), (status = 401), (status = 404), (status = 422), (status = 429)))]
#[post("/cases/search")]
pub(super) async fn search(call: Call) -> HttpResponse {
    let found = call.counted(app::name_search::count, |tx, body| {
        let scope = app::name_search::scope(tx)?;
        let wish = wish(&*body.object()?)?;
        let page = app::name_search::find(tx, &scope, &wish)?;
        let mut items = Vec::with_capacity(page.found.len());
        for authorized in &page.found {
            let case = authorized.case();
            let definition = app::case::definition_of(tx, case)?;
            let lookup = Lookup::of(tx, std::iter::once(case))?;
            let allowed = allowed_actions(tx, &definition, case, authorized.office_has_head());
            items.push(named_view(tx, authorized, &lookup, allowed)?);
        }
        let next = page.next.map(|case| case.to_string());
        let read = page
            .found
            .iter()
            .map(|found| Reading::names(found.case().id));
        Ok(Answer::found(&items, next).reads(read))
    });
    let (answer, ()) = tokio::join!(found, tokio::time::sleep(NO_SOONER));
    answer
}

fn wish(body: &serde_json::Map<String, serde_json::Value>) -> Result<Wish, AppError> {
    let mut faults = Faults::new();
    let mut input = Input::new(body, &mut faults);
    let name = input.text("name", |text| line(text, NAME_MOST));
    let after = input.text_if("after", id);
    let limit = match input.has("limit") {
        true => input.number("limit", 1, LIMIT_MOST),
        false => Some(LIMIT_DEFAULT),
    };
    input.finish();
    let wish = name
        .zip(after)
        .zip(limit)
        .map(|((name, after), limit)| Wish {
            name: Confidential::new(name),
            after,
            limit: usize::try_from(limit).unwrap_or_default(),
        });
    faults.finish(wish).map_err(AppError::Invalid)
}
