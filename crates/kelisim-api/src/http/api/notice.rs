//! Messages and their deliveries.

use crate::{
    app::{
        AppError, Tx,
        register::{Change, record},
    },
    http::{
        answer::Answer,
        call::Call,
        query::{Query, instant},
    },
    locale,
};
use actix_web::{HttpResponse, get, post, web};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use kelisim_domain::{
    fault::FaultKind,
    id::{CaseId, NoticeId},
    input::{Input, id},
    policy::{RegisterAct, Role, Standing},
};
use kelisim_persistence::Defect;
use kelisim_persistence::store::{
    hold::hold_find,
    notice::{
        NoticeCount, NoticeCursor, NoticeFilter, NoticeScope, Retried, attempt_list, notice_count,
        notice_find, notice_list, notice_retry,
    },
    outbox::{Attempt, Message, NewMessage, State},
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Registers the routes.
pub fn configure(routes: &mut ServiceConfig<'_>) {
    routes.service(list).service(one).service(retry);
}

/// A message. Its text is shown to nobody here; its recipient is named by the register that keeps them.
#[derive(Serialize, ToSchema)]
pub(super) struct NoticeView {
    id: Uuid,
    kind: String,
    /// The case it is about; an administrator is not told.
    case: Option<Uuid>,
    /// `email`.
    channel: &'static str,
    language: &'static str,
    /// waiting, attempting, sent, held, failed, uncertain or cancelled.
    state: &'static str,
    attempts: u32,
    /// When it is tried next; none when it is not.
    next_at: Option<DateTime<Utc>>,
    sent_at: Option<DateTime<Utc>>,
    /// Why it stands where it stands, as a code.
    reason: Option<String>,
}

/// A message with its delivery log.
#[derive(Serialize, ToSchema)]
struct NoticeDetail {
    #[serde(flatten)]
    notice: NoticeView,
    /// Every try, in order.
    deliveries: Vec<DeliveryView>,
}

/// One try.
#[derive(Serialize, ToSchema)]
struct DeliveryView {
    number: u32,
    started_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    /// The step of sending at which it ended.
    phase: Option<String>,
    /// The receiver's reply code.
    reply_code: Option<u16>,
    /// sent, transient, permanent or uncertain.
    result: Option<String>,
}

/// A page of messages.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a page, which is made of its entries")]
struct NoticeList {
    items: Vec<NoticeView>,
    /// The address of the next page.
    next: Option<String>,
    /// Only while a restored system is held: then no message leaves.
    held: Option<HeldView>,
}

/// Since when no message leaves, and why.
#[derive(Serialize, ToSchema)]
struct HeldView {
    /// When the system was restored.
    since: DateTime<Utc>,
    /// When the backup was made: later changes are lost, and messages of that time may have been sent.
    backup_taken_at: DateTime<Utc>,
    /// What it means, in the reader's language.
    detail: String,
}

/// What an administrator sees instead of messages: how many stand where, why, and since when.
#[derive(Serialize, ToSchema)]
struct NoticeCounts {
    /// Always empty.
    items: Vec<NoticeView>,
    /// Always none.
    next: Option<String>,
    counts: Vec<CountView>,
    /// As in a list of messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<HeldView>,
}

/// One count.
#[derive(Serialize, ToSchema)]
struct CountView {
    state: &'static str,
    reason: Option<String>,
    count: u64,
    oldest: DateTime<Utc>,
}

impl NoticeView {
    /// A message that was enqueued a moment ago.
    pub(super) fn fresh(message: &NewMessage) -> Self {
        NoticeView {
            id: message.id.0,
            kind: message.kind.code().to_owned(),
            case: message.case.map(|id| id.0),
            channel: "email",
            language: message.language.code(),
            state: State::Waiting.code(),
            attempts: 0,
            next_at: Some(message.created_at),
            sent_at: None,
            reason: None,
        }
    }

    fn of(message: &Message, names_case: bool) -> Self {
        let waits = matches!(message.state, State::Waiting | State::Attempting);
        NoticeView {
            id: message.id.0,
            kind: message.kind.clone(),
            case: message.case.filter(|_| names_case).map(|id| id.0),
            channel: "email",
            language: message.language.code(),
            state: message.state.code(),
            attempts: message.attempts,
            next_at: waits.then_some(message.next_at),
            sent_at: message.sent_at,
            reason: message.reason.clone(),
        }
    }
}

impl DeliveryView {
    fn of(attempt: Attempt) -> Self {
        DeliveryView {
            number: attempt.number,
            started_at: attempt.started_at,
            finished_at: attempt.finished_at,
            phase: attempt.phase,
            reply_code: attempt.reply_code,
            result: attempt.result,
        }
    }
}

impl CountView {
    fn of(count: NoticeCount) -> Self {
        CountView {
            state: count.state.code(),
            reason: count.reason,
            count: count.count,
            oldest: count.oldest,
        }
    }
}

/// Whose messages the reader sees.
enum Sight {
    /// Those within a scope.
    Messages(NoticeScope),
    /// Counts and reasons only.
    Counts,
}

fn sight(tx: &Tx<'_>) -> Result<Sight, AppError> {
    tx.allow(RegisterAct::ReadNotices)?;
    if tx.actor.has(Role::Coordinator) || tx.app.faults.has(Defect::DropNoticeScope) {
        return Ok(Sight::Messages(NoticeScope::Region));
    }
    if tx.actor.has(Role::Administrator) {
        return Ok(Sight::Counts);
    }
    let (mut offices, mut mediators) = (Vec::new(), Vec::new());
    for grant in &tx.actor.grants {
        match grant.standing {
            Standing::OfficeHead { office } => offices.push(office),
            Standing::Mediator { mediator, .. } => mediators.push(mediator),
            _ => {}
        }
    }
    Ok(Sight::Messages(NoticeScope::Parts { offices, mediators }))
}

/// The scope in which the reader finds messages, and whether they are told the case.
fn scope(tx: &Tx<'_>) -> Result<(NoticeScope, bool), AppError> {
    Ok(match sight(tx)? {
        Sight::Messages(scope) => (scope, true),
        Sight::Counts => (NoticeScope::Region, false),
    })
}

fn notice_id(path: &str) -> Result<NoticeId, AppError> {
    path.parse().map_err(|_| AppError::NotFound)
}

fn state(text: &str) -> Result<State, FaultKind> {
    State::ALL
        .into_iter()
        .find(|state| state.code() == text)
        .ok_or_else(|| FaultKind::UnknownCode {
            known: State::ALL.map(|state| state.code().to_owned()).into(),
        })
}

/// Messages within the reader's scope, newest first; for an administrator counts and reasons only.
#[utoipa::path(tag = "notices", params(
        ("state" = Option<String>, Query, description = "States, with commas."),
        ("case" = Option<String>, Query, description = "Only those of this case."),
        ("limit" = Option<i64>, Query, description = "At most 100."),
        ("after" = Option<String>, Query, description = "Where the page before ended.")),
    responses((status = 200, body = NoticeList), (status = 401), (status = 404), (status = 422)))]
#[get("/notices")]
async fn list(call: Call, mut query: Query) -> HttpResponse {
    call.get(move |tx| {
        let sight = sight(tx)?;
        let filter = NoticeFilter {
            states: query.many("state", state),
            case: query.one("case", id::<CaseId>),
        };
        let after = query.one("after", read_cursor);
        let paging = query.finish()?;
        let scope = match sight {
            Sight::Messages(scope) => scope,
            Sight::Counts => {
                let answer = counts(tx)?;
                return shown_held(tx, answer);
            }
        };
        let region = tx.region();
        let found = notice_list(tx.db, region, &scope, &filter, after, paging.load())?;
        let page = paging.answer(found, write_cursor, |message| {
            NoticeView::of(&message, true)
        });
        shown_held(tx, page)
    })
    .await
}

/// The messages about a case within the reader's scope, newest first.
///
/// # Errors
/// Not found, for a reader of no messages; as the store.
pub(crate) fn of_case(tx: &mut Tx<'_>, case: CaseId, most: i64) -> Result<Vec<Message>, AppError> {
    let (region, (scope, names_case)) = (tx.region(), scope(tx)?);
    if !names_case {
        return Err(AppError::NotFound);
    }
    let filter = NoticeFilter {
        states: Vec::new(),
        case: Some(case),
    };
    Ok(notice_list(tx.db, region, &scope, &filter, None, most)?)
}

/// Whoever looks at messages sees that none leaves (G10).
fn shown_held(tx: &mut Tx<'_>, answer: Answer) -> Result<Answer, AppError> {
    let Some(held) = hold_find(tx.db)? else {
        return Ok(answer);
    };
    let view = HeldView {
        since: held.since,
        backup_taken_at: held.taken_at,
        detail: locale::text(tx.language(), "notices-held"),
    };
    Ok(answer.with("held", json!(view)))
}

fn counts(tx: &mut Tx<'_>) -> Result<Answer, AppError> {
    let region = tx.region();
    let counts = notice_count(tx.db, region)?;
    Ok(Answer::ok(&NoticeCounts {
        items: Vec::new(),
        next: None,
        counts: counts.into_iter().map(CountView::of).collect(),
        held: None,
    }))
}

/// A message within the reader's scope, and whether the reader is told its case.
fn find(tx: &mut Tx<'_>, id: NoticeId) -> Result<(Message, bool), AppError> {
    let region = tx.region();
    let (scope, names_case) = scope(tx)?;
    let message = notice_find(tx.db, region, &scope, id)?.ok_or(AppError::NotFound)?;
    Ok((message, names_case))
}

fn detail(tx: &mut Tx<'_>, message: &Message, names_case: bool) -> Result<Answer, AppError> {
    let region = tx.region();
    let (scope, _) = scope(tx)?;
    let attempts = attempt_list(tx.db, region, &scope, message.id)?;
    Ok(Answer::ok(&NoticeDetail {
        notice: NoticeView::of(message, names_case),
        deliveries: attempts.into_iter().map(DeliveryView::of).collect(),
    }))
}

/// One message with its delivery log.
#[utoipa::path(tag = "notices", params(("id" = String, Path, description = "The message.")),
    responses((status = 200, body = NoticeDetail), (status = 401), (status = 404)))]
#[get("/notices/{id}")]
async fn one(call: Call, path: web::Path<String>) -> HttpResponse {
    call.get(move |tx| {
        let (message, names_case) = find(tx, notice_id(&path)?)?;
        detail(tx, &message, names_case)
    })
    .await
}

/// Send a failed, uncertain or held message again, with the same bytes and the same Message-ID.
#[utoipa::path(tag = "notices", params(("id" = String, Path, description = "The message.")),
    responses((status = 200, body = NoticeDetail), (status = 401), (status = 403), (status = 404), (status = 409)))]
#[post("/notices/{id}/retry")]
async fn retry(call: Call, path: web::Path<String>) -> HttpResponse {
    call.post(
        move |tx| retriable(tx, notice_id(&path)?),
        |tx, message, body| {
            let body = body.object()?;
            let mut faults = kelisim_domain::fault::Faults::new();
            Input::new(&body, &mut faults).finish();
            faults.finish(Some(())).map_err(AppError::Invalid)?;
            let (region, now) = (tx.region(), tx.now);
            let (scope, _) = scope(tx)?;
            match notice_retry(tx.db, region, &scope, message.id, now)? {
                Retried::Done => {}
                Retried::Refused(state) => return Err(AppError::NotRetried(state.code())),
            }
            let (after, names_case) = find(tx, message.id)?;
            record(
                tx,
                Change {
                    action: "notice.retry",
                    kind: "notice",
                    id: message.id.to_string(),
                    before: Some(audited(&message)),
                    after: audited(&after),
                    reason: None,
                },
            )?;
            detail(tx, &after, names_case)
        },
    )
    .await
}

/// A message that the reader may send again: the coordinator any, a head those of their own office,
/// whatever else they see as a mediator.
fn retriable(tx: &mut Tx<'_>, id: NoticeId) -> Result<Message, AppError> {
    let (message, _) = find(tx, id)?;
    tx.allow_write(RegisterAct::ReadNotices, RegisterAct::RetryNotices)?;
    let heads = message.office.is_some_and(|office| tx.actor.heads(office));
    match heads || tx.actor.has(Role::Coordinator) {
        true => Ok(message),
        false => Err(AppError::NotPermitted(Vec::new())),
    }
}

/// What the audit log keeps of a message.
fn audited(message: &Message) -> Map<String, Value> {
    let fields = json!({"state": message.state.code(), "reason": message.reason});
    fields.as_object().cloned().unwrap_or_default()
}

fn write_cursor(last: &Message) -> String {
    URL_SAFE_NO_PAD.encode(format!(
        "{}/{}",
        last.created_at.timestamp_micros(),
        last.id
    ))
}

fn read_cursor(text: &str) -> Result<NoticeCursor, FaultKind> {
    let read = || {
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (at, id) = plain.split_once('/')?;
        let created_at = instant(at)?;
        Some(NoticeCursor {
            created_at,
            id: id.parse().ok()?,
        })
    };
    read().ok_or(FaultKind::BadForm {
        example: "the after of next",
    })
}
