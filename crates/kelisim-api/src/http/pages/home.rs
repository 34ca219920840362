//! The first page, signing out, the language, and what is missing before the first case (S1).

use super::{
    ANY, FULL, acted, append_cookie,
    case::{Asked, act_first, card::Card},
    home_own::{Agreed, agreed, registered},
    left,
    page::Page,
    seen,
    visit::{Cookie, Posted, Visit, see},
};
use crate::app::{AppError, Tx, case::may_file_somewhere, own, session};
use actix_web::{HttpResponse, get, http::StatusCode, post, web};
use askama::Template;
use kelisim_domain::policy::{CaseScope, Grant, RegisterAct, Role, Standing};
use kelisim_persistence::store::{
    mediator::{MediatorPage, mediator_list},
    notice::notice_count,
    office::{OfficePage, office_code, office_list},
    outbox::State,
    partner::partner_code,
    region::region_find,
};

/// Registers the pages.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(home)
        .service(set_up)
        .service(sign_out)
        .service(speak);
}

/// Cases of a kind that are shown on the first page.
const SHOWN: usize = 5;

/// Cases that belong together, most urgent first.
struct Section {
    title: &'static str,
    cards: Vec<Card>,
    /// How many there are besides.
    more: i64,
}

/// What somebody finds on their first page.
#[derive(Default)]
struct Found {
    roles: Vec<(Role, String)>,
    has_cases: bool,
    /// Whether they may file a case somewhere.
    files: bool,
    /// Whether the cases are their own, and not those of an office or a region.
    mediates: bool,
    sections: Vec<Section>,
    /// How many open cases there are, when they could be counted.
    open: Option<i64>,
    keeps_accounts: bool,
    reads_audit: bool,
    /// For a partner: what is agreed with its agency.
    agreed: Vec<Agreed>,
    /// For the registrar: how many mediators stand where.
    registered: Vec<(String, usize)>,
}

#[derive(Template)]
#[template(path = "pages/home.html")]
struct Home<'a> {
    page: &'a Page,
    found: &'a Found,
}

impl Home<'_> {
    /// What a role has no page for yet.
    fn about(&self, role: &Role) -> Option<&'static str> {
        match role {
            Role::Registrar => Some("page-home-registrar"),
            Role::Partner => Some("page-home-partner"),
            Role::Mediator
            | Role::OfficeHead
            | Role::Coordinator
            | Role::Auditor
            | Role::Administrator => None,
        }
    }
}

/// The first page (S3): what waits for whoever is signed in, and where they may go.
#[get("/")]
async fn home(visit: Visit) -> HttpResponse {
    match seen(&visit, FULL, |tx, visitor| found(tx, &visitor.actor.grants)).await {
        Ok((visitor, found)) => {
            let page = Page::of(&visit, &visitor, "page-home-title").wide();
            let template = Home {
                page: &page,
                found: &found,
            };
            Page::answer(StatusCode::OK, &template, &page)
        }
        Err(answer) => answer,
    }
}

fn found(tx: &mut Tx<'_>, grants: &[Grant]) -> Result<Found, AppError> {
    let mut found = Found {
        roles: roles(tx, grants)?,
        has_cases: !CaseScope::of(&tx.actor).is_empty(),
        files: may_file_somewhere(tx).is_ok(),
        mediates: tx.actor.has(Role::Mediator),
        keeps_accounts: RegisterAct::KeepAccounts.allowed(&tx.actor),
        reads_audit: RegisterAct::ReadAudit.allowed(&tx.actor),
        agreed: agreed(tx, grants)?,
        registered: registered(tx)?,
        ..Found::default()
    };
    if !found.has_cases {
        return Ok(found);
    }
    let (cards, is_cut) = act_first(tx, &Asked::default())?;
    found.open = (!is_cut).then(|| i64::try_from(cards.len()).unwrap_or_default());
    let assigns = tx.actor.has_any(&[Role::OfficeHead, Role::Coordinator]);
    let (mut asked, mut today, mut vacant) = (Vec::new(), Vec::new(), Vec::new());
    for card in cards {
        if card.is_asked {
            asked.push(card);
        } else if card.is_for_today() {
            today.push(card);
        } else if card.is_unassigned && assigns {
            vacant.push(card);
        }
    }
    let sections = [
        ("page-home-asked", asked),
        ("page-home-today", today),
        ("page-home-vacant", vacant),
    ];
    let filled = sections.into_iter().filter(|(_, cards)| !cards.is_empty());
    found.sections = filled.map(|(title, cards)| section(title, cards)).collect();
    Ok(found)
}

fn section(title: &'static str, mut cards: Vec<Card>) -> Section {
    let more = cards.len().saturating_sub(SHOWN);
    cards.truncate(SHOWN);
    Section {
        title,
        cards,
        more: i64::try_from(more).unwrap_or_default(),
    }
}

/// Roles with the code of their office or partner.
pub(super) fn roles(tx: &mut Tx<'_>, grants: &[Grant]) -> Result<Vec<(Role, String)>, AppError> {
    let scoped = |grant: &Grant| Ok((grant.standing.role(), scope(tx, grant)?));
    grants.iter().map(scoped).collect()
}

/// The code of a grant's office or partner; empty for the region.
pub(super) fn scope(tx: &mut Tx<'_>, grant: &Grant) -> Result<String, AppError> {
    let region = tx.region();
    Ok(match grant.standing {
        Standing::Mediator { office, .. } | Standing::OfficeHead { office } => {
            office_code(tx.db, region, office)?.to_string()
        }
        Standing::Partner { partner } => partner_code(tx.db, region, partner)?.to_string(),
        Standing::Registrar
        | Standing::Coordinator
        | Standing::Auditor
        | Standing::Administrator => String::new(),
    })
}

#[derive(Template)]
#[template(path = "pages/set_up.html")]
struct SetUp<'a> {
    page: &'a Page,
    network: String,
    /// Whether it is there, what it is, and what to do.
    steps: Vec<(bool, &'static str, &'static str)>,
}

/// What is still missing before the first case.
#[get("/set-up")]
async fn set_up(visit: Visit) -> HttpResponse {
    let looked = seen(&visit, FULL, |tx, visitor| {
        tx.allow(RegisterAct::KeepAccounts)?;
        let region = tx.region();
        let first = OfficePage {
            limit: 1,
            ..OfficePage::default()
        };
        let office = !office_list(tx.db, region, &first)?.is_empty();
        let first = MediatorPage {
            limit: 1,
            ..MediatorPage::default()
        };
        let mediator = !mediator_list(tx.db, region, &first)?.is_empty();
        let counts = notice_count(tx.db, region)?;
        let mail = counts
            .iter()
            .any(|one| one.state == State::Sent && one.count > 0);
        let people = crate::app::people::is_staffed(tx)?;
        let network = region_find(tx.db, region)?.names;
        let steps = vec![
            (office, "page-set-up-offices", "page-set-up-offices-next"),
            (
                mediator,
                "page-set-up-mediators",
                "page-set-up-mediators-next",
            ),
            (people, "page-set-up-people", "page-set-up-people-next"),
            (mail, "page-set-up-mail", "page-set-up-mail-next"),
        ];
        Ok((network.get(visitor.actor.language).to_owned(), steps))
    });
    match looked.await {
        Ok((visitor, (network, steps))) => {
            let page = Page::of(&visit, &visitor, "page-set-up-title");
            let template = SetUp {
                page: &page,
                network,
                steps,
            };
            Page::answer(StatusCode::OK, &template, &page)
        }
        Err(answer) => answer,
    }
}

/// Ends the session of this browser.
#[post("/sign-out")]
async fn sign_out(posted: Posted) -> HttpResponse {
    let ended = acted(&posted.visit, ANY, |tx, visitor| {
        session::end(tx, visitor.session.id)
    });
    ended.await.map_or_else(|answer| answer, |_| left())
}

/// Changes the language: of the account, once somebody is signed in, and of this browser in any case.
#[post("/language")]
async fn speak(posted: Posted) -> HttpResponse {
    let back = Some(posted.field("back")).filter(|to| super::visit::is_inside(to));
    let mut response = see(back.unwrap_or("/"));
    let Some(language) = posted.switch() else {
        return response;
    };
    if posted.visit.session.is_some() {
        // Whoever is not signed in any more changes the language of the browser alone.
        let _ = super::tried(&posted.visit, ANY, move |tx, _| {
            own::set_language(tx, language)
        })
        .await;
    }
    let cookie = Cookie::Language.set(language.code(), posted.visit.is_secure);
    append_cookie(&mut response, &cookie);
    response
}
