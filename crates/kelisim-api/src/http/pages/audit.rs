//! The audit log for the auditor (S21): who did what, when and why, and the same as one file.
//!
//! The filter is that of the interface for programs. A file is asked for with the password. Whoever wants a person or a case chooses it from an entry, so nobody
//! has to know an id.

use super::{
    FULL, Stop,
    guest::Guest,
    page::{Page, Say},
    seen, told_faults,
    visit::{Posted, Visit},
};
use crate::{
    app::{AppError, Tx, own, reading, reading::Reading},
    exported,
    http::{
        api::audit::{EXPORT_MOST, cursor, described, names, wish},
        query::Query,
    },
};
use actix_web::{
    HttpResponse, get,
    http::{StatusCode, header},
    post, web,
};
use askama::Template;
use kelisim_domain::{
    audit::{Anchor, AuditEntry, chain::hex},
    fault::{Fault, FaultKind},
    id::AccountId,
    policy::RegisterAct::ReadAudit,
};
use kelisim_persistence::store::{
    audit_anchor::audit_anchor_last,
    audit_list::{Sealed, audit_page},
    audit_seal::audit_head,
};
use std::collections::BTreeMap;

/// Entries on a page.
const PAGE: i64 = 20;
/// The fields of the filter.
const FIELDS: [&str; 6] = ["from", "to", "action", "actor", "object_kind", "object_id"];

/// Registers the pages.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes.service(list).service(export);
}

/// What the filter holds, as it was typed.
struct Typed([(&'static str, String); 6]);

impl Typed {
    fn of(query: &Query) -> Self {
        Typed(FIELDS.map(|name| (name, query.typed(name).to_owned())))
    }

    fn get(&self, name: &str) -> &str {
        let mut found = self.0.iter().filter(|(key, _)| *key == name);
        found.next().map_or("", |(_, value)| value.as_str())
    }

    /// What the form of the file repeats of the filter.
    fn filled(&self) -> impl Iterator<Item = &(&'static str, String)> {
        self.0.iter().filter(|(_, value)| !value.is_empty())
    }
}

/// What a filter found.
#[derive(Default)]
struct Found {
    entries: Vec<Sealed>,
    names: BTreeMap<AccountId, String>,
    next: Option<String>,
    /// The number of the last sealed entry.
    sealed: i64,
    anchor: Option<Anchor>,
}

#[derive(Template)]
#[template(path = "pages/audit.html")]
struct Log<'a> {
    page: &'a Page,
    wrong: Vec<(String, String)>,
    typed: &'a Typed,
    found: Found,
}

impl Log<'_> {
    fn typed(&self, name: &str) -> &str {
        self.typed.get(name)
    }

    fn is_filtered(&self) -> bool {
        self.typed.0.iter().any(|(_, value)| !value.is_empty())
    }

    fn sealed(&self) -> String {
        let say = self.page.say;
        say.with("page-audit-sealed", "seq", &self.found.sealed.to_string())
    }

    fn anchored(&self) -> String {
        let say: Say = self.page.say;
        match &self.found.anchor {
            Some(anchor) => {
                let at = say.time(&anchor.at);
                say.with("page-audit-anchored", "at", &at)
            }
            None => say.t("page-audit-anchored-never"),
        }
    }

    fn name_of(&self, account: &AccountId) -> String {
        let name = self.found.names.get(account);
        name.cloned().unwrap_or_else(|| account.to_string())
    }

    fn hash(&self, sealed: &Sealed) -> String {
        hex(&sealed.hash)
    }
}

fn shown(
    visit: &Visit,
    visitor: &Guest,
    typed: &Typed,
    (found, faults): (Found, Vec<Fault>),
) -> HttpResponse {
    let page = Page::of(visit, visitor, "page-audit-title");
    let wrong = told_faults(page.say, &faults);
    let page = page.noting(&wrong);
    let status = super::status_of(&wrong);
    let template = Log {
        page: &page,
        wrong,
        typed,
        found,
    };
    Page::answer(status, &template, &page)
}

/// The log, newest first.
#[get("/audit")]
async fn list(visit: Visit, query: Query) -> HttpResponse {
    let typed = Typed::of(&query);
    let looked = seen(&visit, FULL, move |tx, _| faults_apart(look(tx, query)));
    match looked.await {
        Ok((visitor, Ok(found))) => shown(&visit, &visitor, &typed, (found, Vec::new())),
        Ok((visitor, Err(faults))) => shown(&visit, &visitor, &typed, (Found::default(), faults)),
        Err(answer) => answer,
    }
}

/// The faults of a filter belong on its page; any other error has a page of its own.
fn faults_apart<T>(looked: Result<T, AppError>) -> Result<Result<T, Vec<Fault>>, AppError> {
    match looked {
        Err(AppError::Invalid(faults)) => Ok(Err(faults)),
        other => other.map(Ok),
    }
}

fn look(tx: &mut Tx<'_>, mut query: Query) -> Result<Found, AppError> {
    tx.allow(ReadAudit)?;
    let region = tx.region();
    let (filter, after) = wish(tx, &mut query);
    let paging = query.finish_within(PAGE, PAGE)?;
    let mut entries = audit_page(tx.db, region, &filter?, after, paging.load())?;
    let next = paging.cut(&mut entries, cursor);
    Ok(Found {
        names: names(tx, &entries)?,
        sealed: audit_head(tx.db, region)?.seq,
        anchor: audit_anchor_last(tx.db, region)?,
        entries,
        next,
    })
}

/// The same as JSON lines for `kelisim-audit-verify`: everything that the filter finds, or nothing and a reason. It leaves the
/// system in one piece, so whoever wants it says the password once more (R31).
#[post("/audit/export")]
async fn export(posted: Posted) -> HttpResponse {
    let visit = &posted.visit;
    let asked = posted.filled_but(&["token", "current"]);
    let typed = Typed::of(&Query::of_form("/audit", asked.clone()));
    // The filter comes first: a password that is right must not be typed twice.
    let query = Query::of_form("/audit", asked.clone());
    let looked = seen(visit, FULL, move |tx, _| faults_apart(taken(tx, query)));
    let (visitor, (lines, entry)) = match looked.await {
        Ok((visitor, Ok(taken))) => (visitor, taken),
        Ok((visitor, Err(faults))) => {
            return shown(visit, &visitor, &typed, (Found::default(), faults));
        }
        Err(answer) => return answer,
    };
    if let Err(error) = own::confirm(&visit.app, &visitor, posted.field("current")).await {
        return match Stop::Error(error).faults(visit) {
            Ok(faults) => asked_again(visit, asked, &typed, faults).await,
            Err(answer) => answer,
        };
    }
    // What leaves in one piece stands in the log itself before it leaves (R21).
    if let Err(error) = reading::record(&visit.app, vec![entry]).await {
        return Page::error(visit, &error);
    }
    HttpResponse::build(StatusCode::OK)
        .insert_header((
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"audit.jsonl\"",
        ))
        .content_type("application/x-ndjson")
        .body(lines)
}

/// What the filter finds, with what was wrong with the password.
async fn asked_again(
    visit: &Visit,
    asked: Vec<(String, String)>,
    typed: &Typed,
    faults: Vec<Fault>,
) -> HttpResponse {
    let query = Query::of_form("/audit", asked);
    match seen(visit, FULL, move |tx, _| look(tx, query)).await {
        Ok((visitor, found)) => shown(visit, &visitor, typed, (found, faults)),
        Err(answer) => answer,
    }
}

fn taken(tx: &mut Tx<'_>, mut query: Query) -> Result<(String, AuditEntry), AppError> {
    tx.allow(ReadAudit)?;
    // A file that begins or ends in the middle would look like a whole one.
    query.without("limit");
    query.without("after");
    let (filter, _) = wish(tx, &mut query);
    let paging = query.finish_within(EXPORT_MOST, EXPORT_MOST)?;
    let filter = filter?;
    let entries = audit_page(tx.db, tx.region(), &filter, None, paging.load())?;
    if i64::try_from(entries.len()).is_ok_and(|number| number > EXPORT_MOST) {
        let most = usize::try_from(EXPORT_MOST).unwrap_or(usize::MAX);
        return Err(AppError::invalid("from", FaultKind::TooMany { most }));
    }
    let lines = entries.iter().map(exported::line).collect();
    let reading = Reading::export(described(&filter), entries.len());
    Ok((lines, reading.entry(tx.app, &tx.actor, tx.now)))
}
