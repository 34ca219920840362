//! People and their roles, for the administrator (S17).

use super::{
    FULL, Stop, acted,
    guest::Guest,
    home::scope,
    page::Page,
    people_form::Typed,
    seen, status_of, told_faults, tried,
    visit::{Posted, Visit, append_language, see},
};
use crate::app::{AppError, Tx, people};
use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, post, web};
use askama::Template;
use kelisim_domain::{
    fault::Fault,
    id::{AccountId, GrantId},
    policy::{Grant, RegisterAct::KeepAccounts, Role},
    text::EmailAddress,
};
use kelisim_persistence::store::account_entry::{AccountEntry, AccountPage};
use url::form_urlencoded;

/// People on a page.
const PAGE: i64 = 20;

/// Registers the pages.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(list)
        // Before the page of a person, whose place would take it.
        .service(new)
        .service(create)
        .service(one)
        .service(give)
        .service(take)
        .service(invite)
        .service(set_active)
        .service(reset_factor);
}

#[derive(Template)]
#[template(path = "pages/people.html")]
struct People<'a> {
    page: &'a Page,
    people: Vec<AccountEntry>,
    begins: String,
    next: Option<String>,
    today: chrono::NaiveDate,
}

impl People<'_> {
    fn roles_of(&self, person: &AccountEntry) -> Vec<Role> {
        let held = person
            .grants
            .iter()
            .filter(|grant| grant.holds_on(self.today));
        held.map(|grant| grant.standing.role()).collect()
    }
}

/// The people of the region, by address.
#[get("/people")]
async fn list(visit: Visit, request: HttpRequest) -> HttpResponse {
    let query: Vec<(String, String)> = form_urlencoded::parse(request.query_string().as_bytes())
        .into_owned()
        .collect();
    let get = |name: &str| {
        let mut found = query.iter().filter(|(key, _)| key == name);
        found.next().map(|(_, value)| value.trim().to_owned())
    };
    let begins = get("email").unwrap_or_default().to_lowercase();
    let wanted = AccountPage {
        begins: Some(begins.clone()).filter(|text| !text.is_empty()),
        role: None,
        after: get("after").and_then(|text| EmailAddress::parse(&text).ok()),
        limit: PAGE + 1,
    };
    let looked = seen(&visit, FULL, move |tx, _| {
        tx.allow(KeepAccounts)?;
        Ok((people::list(tx, &wanted)?, tx.today()))
    });
    let (visitor, (mut people, today)) = match looked.await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let page = Page::of(&visit, &visitor, "page-people-title");
    let is_more = people.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    people.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let last = people.last().filter(|_| is_more);
    let next = last.map(|last| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("email", &begins);
        query.append_pair("after", last.account.email.as_str());
        format!("/people?{}", query.finish())
    });
    let template = People {
        page: &page,
        people,
        begins,
        next,
        today,
    };
    Page::answer(StatusCode::OK, &template, &page)
}

#[derive(Template)]
#[template(path = "pages/person_new.html")]
struct New<'a> {
    page: &'a Page,
    wrong: Vec<(String, String)>,
    typed: &'a Typed,
}

impl New<'_> {
    fn typed(&self, name: &str) -> &str {
        self.typed.get(name)
    }

    fn role_list(&self) -> [Role; 7] {
        Role::ALL
    }
}

fn new_shown(visit: &Visit, visitor: &Guest, typed: &Typed, faults: &[Fault]) -> HttpResponse {
    let page = Page::of(visit, visitor, "page-people-new").with_form();
    let wrong = told_faults(page.say, faults);
    let page = page.noting(&wrong);
    let status = status_of(&wrong);
    let template = New {
        page: &page,
        wrong,
        typed,
    };
    Page::answer(status, &template, &page)
}

/// The form for somebody new.
#[get("/people/new")]
async fn new(visit: Visit) -> HttpResponse {
    match seen(&visit, FULL, |tx, _| tx.allow(KeepAccounts)).await {
        Ok((visitor, ())) => new_shown(&visit, &visitor, &Typed::empty("kk"), &[]),
        Err(answer) => answer,
    }
}

/// Makes an account and invites the person.
#[post("/people/new")]
async fn create(posted: Posted) -> HttpResponse {
    let (visit, typed) = (&posted.visit, Typed::of(&posted));
    if let Some(language) = posted.switch() {
        let changed = acted(visit, FULL, move |tx, _| {
            tx.allow(KeepAccounts)?;
            crate::app::own::set_language(tx, language)
        });
        return match changed.await {
            Ok((mut visitor, ())) => {
                visitor.actor.language = language;
                let mut response = new_shown(visit, &visitor, &typed, &[]);
                append_language(&mut response, visit, language);
                response
            }
            Err(answer) => answer,
        };
    }
    let form = typed.clone();
    let made = tried(visit, FULL, move |tx, _| {
        tx.allow(KeepAccounts)?;
        let (person, grant) = form.person(tx)?;
        people::create(tx, person, Some(&grant))
    });
    match made.await {
        Ok((_, entry)) => see(&format!("/people/{}?done=invited", entry.account.id)),
        Err(stop) => match stop.faults(visit) {
            Ok(faults) => match seen(visit, FULL, |_, _| Ok(())).await {
                Ok((visitor, ())) => new_shown(visit, &visitor, &typed, &faults),
                Err(answer) => answer,
            },
            Err(answer) => answer,
        },
    }
}

/// A role, its scope in a word, and whether it can still be ended.
type Held = (Grant, String, bool);

#[derive(Template)]
#[template(path = "pages/person.html")]
struct Person<'a> {
    page: &'a Page,
    wrong: Vec<(String, String)>,
    done: Option<&'static str>,
    person: AccountEntry,
    grants: Vec<Held>,
    typed: Typed,
}

impl Person<'_> {
    fn typed(&self, name: &str) -> &str {
        self.typed.get(name)
    }

    fn role_list(&self) -> [Role; 7] {
        Role::ALL
    }

    fn role_of(&self, grant: &Grant) -> String {
        self.page.say.role(&grant.standing.role())
    }
}

async fn person_shown(
    visit: &Visit,
    id: String,
    done: Option<&'static str>,
    typed: Typed,
    faults: Vec<Fault>,
) -> HttpResponse {
    let looked = seen(visit, FULL, move |tx, _| {
        let entry = find(tx, &id)?;
        let today = tx.today();
        let mut grants = Vec::with_capacity(entry.grants.len());
        for grant in &entry.grants {
            let is_open = grant.to.is_none_or(|to| to >= today);
            grants.push((*grant, scope(tx, grant)?, is_open));
        }
        Ok((entry, grants))
    });
    match looked.await {
        Ok((visitor, (person, grants))) => {
            let page = Page::of(visit, &visitor, "page-person-title");
            let wrong = told_faults(page.say, &faults);
            let page = page.noting(&wrong);
            let status = status_of(&wrong);
            let template = Person {
                page: &page,
                wrong,
                done,
                person,
                grants,
                typed,
            };
            Page::answer(status, &template, &page)
        }
        Err(answer) => answer,
    }
}

fn find(tx: &mut Tx<'_>, id: &str) -> Result<AccountEntry, AppError> {
    tx.allow(KeepAccounts)?;
    let id: AccountId = id.parse().map_err(|_| AppError::NotFound)?;
    people::load(tx, id)
}

/// As the person saw it when they pressed the button: a change in between is told (D38).
fn find_at(tx: &mut Tx<'_>, id: &str, version: &str) -> Result<AccountEntry, AppError> {
    let entry = find(tx, id)?;
    match version.parse() == Ok(entry.version) {
        true => Ok(entry),
        false => Err(AppError::Stale),
    }
}

/// One person.
#[get("/people/{id}")]
async fn one(visit: Visit, id: web::Path<String>, request: HttpRequest) -> HttpResponse {
    let done = match request.query_string() {
        "done=invited" => Some("page-done-invited"),
        "done=changed" => Some("page-done-changed"),
        _ => None,
    };
    person_shown(&visit, id.into_inner(), done, Typed::default(), Vec::new()).await
}

/// Gives one more role.
#[post("/people/{id}/grants")]
async fn give(posted: Posted, id: web::Path<String>) -> HttpResponse {
    let (id, typed) = (id.into_inner(), Typed::of(&posted));
    let (wanted, form, version) = (
        id.clone(),
        typed.clone(),
        posted.field("version").to_owned(),
    );
    let given = tried(&posted.visit, FULL, move |tx, _| {
        let before = find_at(tx, &wanted, &version)?;
        let grant = form.grant(tx)?;
        people::give(tx, before, &grant).map(drop)
    });
    match given.await {
        Ok(_) => see(&format!("/people/{id}?done=changed")),
        Err(stop) => match stop.faults(&posted.visit) {
            Ok(faults) => person_shown(&posted.visit, id, None, typed, faults).await,
            Err(answer) => answer,
        },
    }
}

/// Ends a role at once.
#[post("/people/{id}/grants/{grant}/end")]
async fn take(posted: Posted, path: web::Path<(String, String)>) -> HttpResponse {
    let (id, grant) = path.into_inner();
    let grant: Option<GrantId> = grant.parse().ok();
    changed(&posted, id, move |tx, before| {
        let grant = grant.ok_or(AppError::NotFound)?;
        people::take(tx, before, grant, None).map(drop)
    })
    .await
}

/// Sends a letter with a link.
#[post("/people/{id}/invite")]
async fn invite(posted: Posted, id: web::Path<String>) -> HttpResponse {
    let id = id.into_inner();
    let wanted = id.clone();
    let sent = acted(&posted.visit, FULL, move |tx, _| {
        let entry = find(tx, &wanted)?;
        people::invite(tx, &entry)
    });
    match sent.await {
        Ok(_) => see(&format!("/people/{id}?done=invited")),
        Err(answer) => answer,
    }
}

/// Stops an account, or lets it act again.
#[post("/people/{id}/active")]
async fn set_active(posted: Posted, id: web::Path<String>) -> HttpResponse {
    let active = posted.field("active") == "yes";
    changed(&posted, id.into_inner(), move |tx, before| {
        let mut wish = people::wish_of(&before.account);
        wish.active = active;
        people::change(tx, before, wish).map(drop)
    })
    .await
}

/// Takes away the second factor of somebody who has lost it.
#[post("/people/{id}/second-factor")]
async fn reset_factor(posted: Posted, id: web::Path<String>) -> HttpResponse {
    changed(&posted, id.into_inner(), |tx, before| {
        people::reset_second_factor(tx, before).map(drop)
    })
    .await
}

async fn changed(
    posted: &Posted,
    id: String,
    change: impl FnOnce(&mut Tx<'_>, AccountEntry) -> Result<(), AppError> + Send + 'static,
) -> HttpResponse {
    let (wanted, version) = (id.clone(), posted.field("version").to_owned());
    let done = tried(&posted.visit, FULL, move |tx, _| {
        let before = find_at(tx, &wanted, &version)?;
        change(tx, before)
    });
    match done.await {
        Ok(_) => see(&format!("/people/{id}?done=changed")),
        Err(Stop::Error(AppError::Invalid(faults))) => {
            person_shown(&posted.visit, id, None, Typed::default(), faults).await
        }
        Err(stop) => stop.answer(&posted.visit),
    }
}
