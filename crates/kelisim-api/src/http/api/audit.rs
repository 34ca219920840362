//! The audit log, for auditors: who did what, when and why, with the number and the hash of its seal.
//!
//! An entry stands here some seconds after it was made, when it was sealed.

use crate::{
    app::{AppError, Tx, reading::Reading},
    exported,
    http::{answer::Answer, call::Call, query::Query},
};
use actix_web::{HttpResponse, get};
use chrono::{DateTime, Utc};
use kelisim_domain::{
    audit::chain::hex,
    fault::FaultKind,
    id::{AccountId, AuditId},
    input::{day, id},
    policy::RegisterAct::ReadAudit,
    text::line,
};
use kelisim_persistence::store::{
    account::account_names,
    audit_anchor::audit_anchor_last,
    audit_list::{AuditFilter, Sealed, audit_page},
    audit_seal::audit_head,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// The longest code or id of a filter, in characters.
const WORD_MOST: usize = 200;
/// The most entries of one part of an export.
pub(crate) const EXPORT_MOST: i64 = 5_000;

/// Registers the routes.
pub fn configure(routes: &mut ServiceConfig<'_>) {
    routes.service(list).service(head).service(export);
}

/// An entry. Confidential values stand in it as keyed hashes only.
#[derive(Serialize, ToSchema)]
struct EntryView {
    /// Its number in the region; there is no gap.
    seq: i64,
    id: Uuid,
    at: DateTime<Utc>,
    /// Who did it; none for a command, a timer or the register.
    actor: Option<PersonView>,
    /// Such as `office.update`, `case.moved` or `case.read_content`.
    action: String,
    object: ObjectView,
    /// What it was before, or the hash of the event before.
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    /// What it was after, or the event.
    #[schema(value_type = Option<Object>)]
    after: Option<Value>,
    reason: Option<String>,
    /// Chains the entry to the one before: SHA-256, hexadecimal.
    hash: String,
}

/// Who acted.
#[derive(Serialize, ToSchema)]
struct PersonView {
    /// The account.
    id: Uuid,
    /// Their name, as it is today.
    name: Option<String>,
}

/// What it was done to.
#[derive(Serialize, ToSchema)]
struct ObjectView {
    /// Such as `case` or `office`.
    kind: String,
    /// Its id or code.
    id: String,
}

/// A page of the log.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a page, which is made of its entries")]
struct EntryList {
    items: Vec<EntryView>,
    /// The address of the next page.
    next: Option<String>,
}

/// Where the log ends.
#[derive(Serialize, ToSchema)]
struct ChainHeadView {
    /// The number of the last sealed entry.
    seq: i64,
    /// The hash of its seal.
    hash: String,
    /// One line to keep where nobody can change it: `kelisim audit verify --anchors` reads it.
    anchor: String,
    /// The last head that the worker wrote down outside; none when it never did.
    last_anchor: Option<AnchorView>,
}

/// A head that was written down outside.
#[derive(Serialize, ToSchema)]
struct AnchorView {
    seq: i64,
    at: DateTime<Utc>,
}

/// The audit log, newest first.
#[utoipa::path(tag = "audit", params(
        ("actor" = Option<Uuid>, Query, description = "The account of whoever acted."),
        ("action" = Option<String>, Query, description = "What was done, such as `case.read_content`."),
        ("object_kind" = Option<String>, Query, description = "The kind of thing, such as `case`."),
        ("object_id" = Option<String>, Query, description = "Which one: its id or code; together with its kind."),
        ("from" = Option<String>, Query, description = "On or after this local day."),
        ("to" = Option<String>, Query, description = "On or before this local day."),
        ("limit" = Option<i64>, Query, description = "At most 100."),
        ("after" = Option<Uuid>, Query, description = "The last id of the page before.")),
    responses((status = 200, body = EntryList), (status = 401), (status = 404), (status = 422)))]
#[get("/audit")]
async fn list(call: Call, mut query: Query) -> HttpResponse {
    call.get(move |tx| {
        tx.allow(ReadAudit)?;
        let (filter, after) = wish(tx, &mut query);
        let paging = query.finish()?;
        let entries = audit_page(tx.db, tx.actor.region, &filter?, after, paging.load())?;
        let names = names(tx, &entries)?;
        Ok(paging.answer(entries, cursor, |sealed| view(sealed, &names)))
    })
    .await
}

/// Where the log ends, and what was written down of it outside.
#[utoipa::path(tag = "audit", responses((status = 200, body = ChainHeadView), (status = 401), (status = 404)))]
#[get("/audit/head")]
async fn head(call: Call) -> HttpResponse {
    call.get(move |tx| {
        tx.allow(ReadAudit)?;
        let region = kelisim_persistence::store::region::region_find(tx.db, tx.actor.region)?;
        let head = audit_head(tx.db, region.id)?;
        let last = audit_anchor_last(tx.db, region.id)?;
        Ok(Answer::ok(&ChainHeadView {
            seq: head.seq,
            hash: hex(&head.hash),
            anchor: head
                .anchor(region.id, region.code.as_str(), tx.now)
                .to_string(),
            last_anchor: last.map(|anchor| AnchorView {
                seq: anchor.seq,
                at: anchor.at,
            }),
        }))
    })
    .await
}

/// The same as JSON lines for `kelisim-audit-verify`, newest first, for a token that may export; the header `Link` leads to the next part.
#[utoipa::path(tag = "audit", params(
        ("actor" = Option<Uuid>, Query, description = "As in the list."),
        ("action" = Option<String>, Query, description = "As in the list."),
        ("object_kind" = Option<String>, Query, description = "As in the list."),
        ("object_id" = Option<String>, Query, description = "As in the list."),
        ("from" = Option<String>, Query, description = "As in the list."),
        ("to" = Option<String>, Query, description = "As in the list."),
        ("limit" = Option<i64>, Query, description = "At most 5000."),
        ("after" = Option<Uuid>, Query, description = "The last id of the part before.")),
    responses((status = 200, content_type = "application/x-ndjson"), (status = 401), (status = 403), (status = 404), (status = 422)))]
#[get("/audit/export")]
async fn export(call: Call, mut query: Query) -> HttpResponse {
    let sees = |tx: &mut Tx<'_>| tx.allow(ReadAudit);
    call.export(sees, move |tx, _| {
        let (filter, after) = wish(tx, &mut query);
        let paging = query.finish_within(EXPORT_MOST, EXPORT_MOST)?;
        let filter = filter?;
        let mut entries = audit_page(tx.db, tx.actor.region, &filter, after, paging.load())?;
        let next = paging.cut(&mut entries, cursor);
        let lines: String = entries.iter().map(exported::line).collect();
        // What leaves in one piece is entered itself (R31).
        let reading = Reading::export(described(&filter), entries.len());
        Ok(Answer::lines(lines, next).reads([reading]))
    })
    .await
}

/// A filter, and the entry after which to go on.
pub(crate) type Wish = (Result<AuditFilter, AppError>, Option<AuditId>);

/// What somebody wants of the log.
pub(crate) fn wish(tx: &Tx<'_>, query: &mut Query) -> Wish {
    let zone = tx.zone();
    let word = |text: &str| line(text, WORD_MOST);
    let last = query.one("to", day);
    let filter = AuditFilter {
        actor: query.one("actor", id::<AccountId>),
        action: query.one("action", word),
        object_kind: query.one("object_kind", word),
        object_id: query.one("object_id", word),
        from: query.one("from", day).map(|day| zone.start_of(day)),
        to: last
            .and_then(|day| day.succ_opt())
            .map(|day| zone.start_of(day)),
    };
    let after = query.one("after", id::<AuditId>);
    let is_half = filter.object_id.is_some() && filter.object_kind.is_none();
    let filter = match is_half {
        true => Err(AppError::invalid("object_kind", FaultKind::Missing)),
        false => Ok(filter),
    };
    (filter, after)
}

/// The filter as the entry of an export keeps it.
pub(crate) fn described(filter: &AuditFilter) -> Value {
    json!({
        "actor": filter.actor,
        "action": filter.action,
        "object_kind": filter.object_kind,
        "object_id": filter.object_id,
        "from": filter.from,
        "to": filter.to,
    })
}

/// Where the next page goes on.
pub(crate) fn cursor(sealed: &Sealed) -> String {
    sealed.entry.id.to_string()
}

/// The names of those who acted.
pub(crate) fn names(
    tx: &mut Tx<'_>,
    entries: &[Sealed],
) -> Result<BTreeMap<AccountId, String>, AppError> {
    let mut ids: Vec<AccountId> = entries
        .iter()
        .filter_map(|sealed| sealed.entry.actor)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(account_names(tx.db, tx.actor.region, &ids)?)
}

fn view(sealed: Sealed, names: &BTreeMap<AccountId, String>) -> EntryView {
    let entry = sealed.entry;
    EntryView {
        seq: sealed.seq,
        id: entry.id.0,
        at: entry.at,
        actor: entry.actor.map(|account| PersonView {
            id: account.0,
            name: names.get(&account).cloned(),
        }),
        action: entry.action.into_owned(),
        object: ObjectView {
            kind: entry.object_kind.into_owned(),
            id: entry.object_id,
        },
        before: entry.before,
        after: entry.after,
        reason: entry.reason,
        hash: hex(&sealed.hash),
    }
}
