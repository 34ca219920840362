//! Rows of the outbox and of its log.

use diesel::{Identifiable, Insertable, Queryable, Selectable};
use serde_json::Value;
use uuid::Uuid;

use kelisim_domain::{
    id::{CaseId, DataKeyId, MemorandumId, NoticeId, OfficeId, PartnerId, RegionId},
    language::Language,
};

use crate::{
    error::Error,
    schema::{delivery_attempt, outbox, relay},
    store::outbox::{
        Attempt, Audience, Message, NewMessage, Recipient, RecipientKind, Relay, State,
    },
    types::{Json, Ts, Uid},
};

#[derive(Debug, Clone, Queryable, Selectable, Identifiable, Insertable)]
#[diesel(table_name = outbox, primary_key(region_id, id), treat_none_as_default_value = false)]
pub(crate) struct OutboxRow {
    region_id: Uid,
    id: Uid,
    kind: String,
    dedupe_key: String,
    case_id: Option<Uid>,
    office_id: Option<Uid>,
    memorandum_id: Option<Uid>,
    partner_id: Option<Uid>,
    audience: String,
    recipient_kind: String,
    recipient_id: Uid,
    language: String,
    payload: Json<Value>,
    state: String,
    reason: Option<String>,
    attempts: i32,
    next_at: Ts,
    lease_token: Option<Uid>,
    lease_until: Option<Ts>,
    sent_at: Option<Ts>,
    data_key_id: Option<Uid>,
    frozen: Option<Vec<u8>>,
    created_at: Ts,
}

impl OutboxRow {
    pub(crate) fn new(message: &NewMessage) -> Self {
        Self {
            region_id: Uid(message.region.0),
            id: Uid(message.id.0),
            kind: message.kind.code().to_owned(),
            dedupe_key: message.dedupe_key.clone(),
            case_id: message.case.map(|id| Uid(id.0)),
            office_id: message.office.map(|id| Uid(id.0)),
            memorandum_id: message.memorandum.map(|id| Uid(id.0)),
            partner_id: message.partner.map(|id| Uid(id.0)),
            audience: message.audience.code().to_owned(),
            recipient_kind: message.recipient.kind.code().to_owned(),
            recipient_id: Uid(message.recipient.id),
            language: message.language.code().to_owned(),
            payload: Json(message.payload.clone()),
            state: State::Waiting.code().to_owned(),
            reason: None,
            attempts: 0,
            next_at: message.created_at.into(),
            lease_token: None,
            lease_until: None,
            sent_at: None,
            data_key_id: None,
            frozen: None,
            created_at: message.created_at.into(),
        }
    }
}

impl TryFrom<OutboxRow> for Message {
    type Error = Error;

    fn try_from(row: OutboxRow) -> Result<Self, Error> {
        Ok(Self {
            region: RegionId(row.region_id.0),
            id: NoticeId(row.id.0),
            kind: row.kind,
            case: row.case_id.map(|id| CaseId(id.0)),
            office: row.office_id.map(|id| OfficeId(id.0)),
            memorandum: row.memorandum_id.map(|id| MemorandumId(id.0)),
            partner: row.partner_id.map(|id| PartnerId(id.0)),
            audience: known(
                "outbox.audience",
                &row.audience,
                Audience::ALL,
                Audience::code,
            )?,
            recipient: Recipient {
                kind: known(
                    "outbox.recipient_kind",
                    &row.recipient_kind,
                    RecipientKind::ALL,
                    RecipientKind::code,
                )?,
                id: row.recipient_id.0,
            },
            language: known(
                "outbox.language",
                &row.language,
                Language::ALL,
                Language::code,
            )?,
            payload: row.payload.0,
            state: known("outbox.state", &row.state, State::ALL, State::code)?,
            reason: row.reason,
            attempts: row.attempts.unsigned_abs(),
            next_at: row.next_at.into(),
            lease_token: row.lease_token.map(Uuid::from),
            sent_at: row.sent_at.map(Into::into),
            data_key: row.data_key_id.map(|id| DataKeyId(id.0)),
            frozen: row.frozen,
            created_at: row.created_at.into(),
        })
    }
}

/// The value whose code stands in the column.
pub(crate) fn known<T: Copy, const N: usize>(
    column: &'static str,
    word: &str,
    all: [T; N],
    code: fn(T) -> &'static str,
) -> Result<T, Error> {
    all.into_iter()
        .find(|value| code(*value) == word)
        .ok_or_else(|| Error::broken(column, format!("unknown word {word:?}")))
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = delivery_attempt)]
pub(crate) struct AttemptRow {
    pub(crate) region_id: Uid,
    pub(crate) outbox_id: Uid,
    pub(crate) attempt: i32,
    pub(crate) started_at: Ts,
    pub(crate) finished_at: Option<Ts>,
    pub(crate) phase: Option<String>,
    pub(crate) reply_code: Option<i32>,
    pub(crate) result: Option<String>,
    pub(crate) detail: Option<String>,
}

impl From<AttemptRow> for Attempt {
    fn from(row: AttemptRow) -> Self {
        Self {
            number: row.attempt.unsigned_abs(),
            started_at: row.started_at.into(),
            finished_at: row.finished_at.map(Into::into),
            phase: row.phase,
            reply_code: row.reply_code.and_then(|code| u16::try_from(code).ok()),
            result: row.result,
            detail: row.detail,
        }
    }
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = relay)]
pub(crate) struct RelayRow {
    pub(crate) name: String,
    pub(crate) paused_until: Option<Ts>,
    pub(crate) reason: Option<String>,
    pub(crate) since: Option<Ts>,
}

impl From<RelayRow> for Relay {
    fn from(row: RelayRow) -> Self {
        Self {
            paused_until: row.paused_until.map(Into::into),
            reason: row.reason,
            since: row.since.map(Into::into),
        }
    }
}
