//! The outbox as people see it: lists, the delivery log, counts, and "send again".

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension,
    QueryDsl, RunQueryDsl, SelectableHelper, dsl,
};

use kelisim_domain::id::{CaseId, MediatorId, NoticeId, OfficeId, RegionId};

use crate::{
    connection::{Db, MultiBackend},
    error::Error,
    row::outbox::{AttemptRow, OutboxRow, known},
    schema::{cases, delivery_attempt, outbox},
    store::outbox::{Attempt, Message, State},
    types::{Ts, Uid},
};

/// Whose messages a reader may see (R2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeScope {
    /// All of the region.
    Region,
    /// Those of cases of these offices, and of cases of this mediator.
    Parts {
        /// Offices whose head the reader is.
        offices: Vec<OfficeId>,
        /// The reader as a mediator.
        mediators: Vec<MediatorId>,
    },
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NoticeFilter {
    /// Only these states; empty is all.
    pub states: Vec<State>,
    /// Only this case.
    pub case: Option<CaseId>,
}

/// Where the next page begins: after this message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoticeCursor {
    /// The instant of the change that caused it.
    pub created_at: DateTime<Utc>,
    /// Its id.
    pub id: NoticeId,
}

/// How many messages stand in a state for one reason, and how old the oldest is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeCount {
    /// The state.
    pub state: State,
    /// The code of the reason.
    pub reason: Option<String>,
    /// How many.
    pub count: u64,
    /// The oldest of them.
    pub oldest: DateTime<Utc>,
}

/// What became of "send again".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retried {
    /// It is waiting again.
    Done,
    /// Not from this state.
    Refused(State),
}

type Query<'a> = outbox::BoxedQuery<'a, MultiBackend>;

fn visible<'a>(region: RegionId, scope: &NoticeScope) -> Query<'a> {
    let all = outbox::table
        .filter(outbox::region_id.eq(Uid(region.0)))
        .into_boxed::<MultiBackend>();
    match scope {
        NoticeScope::Region => all,
        NoticeScope::Parts { offices, mediators } => {
            let offices: Vec<Uid> = offices.iter().map(|id| Uid(id.0)).collect();
            let mediators: Vec<Uid> = mediators.iter().map(|id| Uid(id.0)).collect();
            let own = cases::table
                .filter(cases::region_id.eq(Uid(region.0)))
                .filter(cases::mediator_id.eq_any(mediators))
                .select(cases::id.nullable());
            all.filter(
                outbox::office_id
                    .eq_any(offices)
                    .assume_not_null()
                    .or(outbox::case_id.eq_any(own).assume_not_null()),
            )
        }
    }
}

/// At most `limit` messages, the newest first.
///
/// # Errors
/// Those of the database.
pub fn notice_list(
    db: &mut Db,
    region: RegionId,
    scope: &NoticeScope,
    filter: &NoticeFilter,
    after: Option<NoticeCursor>,
    limit: i64,
) -> Result<Vec<Message>, Error> {
    let mut query = visible(region, scope);
    query = match filter.states.as_slice() {
        [] => query,
        // Equality lets the page be a walk along the index of states.
        [state] => query.filter(outbox::state.eq(state.code())),
        states => {
            let states: Vec<&str> = states.iter().map(|state| state.code()).collect();
            query.filter(outbox::state.eq_any(states))
        }
    };
    if let Some(case) = filter.case {
        query = query.filter(outbox::case_id.eq(Uid(case.0)));
    }
    if let Some(after) = after {
        let at = Ts::from(after.created_at);
        query = query.filter(
            outbox::created_at.lt(at).or(outbox::created_at
                .eq(at)
                .and(outbox::id.lt(Uid(after.id.0)))),
        );
    }
    let rows: Vec<OutboxRow> = query
        .order((outbox::created_at.desc(), outbox::id.desc()))
        .limit(limit)
        .select(OutboxRow::as_select())
        .load(db)?;
    rows.into_iter().map(Message::try_from).collect()
}

/// One message within the reader's scope.
///
/// # Errors
/// Those of the database.
pub fn notice_find(
    db: &mut Db,
    region: RegionId,
    scope: &NoticeScope,
    id: NoticeId,
) -> Result<Option<Message>, Error> {
    let row: Option<OutboxRow> = visible(region, scope)
        .filter(outbox::id.eq(Uid(id.0)))
        .select(OutboxRow::as_select())
        .first(db)
        .optional()?;
    row.map(Message::try_from).transpose()
}

/// The delivery log of one message within the reader's scope, in order.
///
/// # Errors
/// [`Error::NotFound`], or those of the database.
pub fn attempt_list(
    db: &mut Db,
    region: RegionId,
    scope: &NoticeScope,
    id: NoticeId,
) -> Result<Vec<Attempt>, Error> {
    state_of(db, region, scope, id)?;
    let rows: Vec<AttemptRow> = delivery_attempt::table
        .filter(delivery_attempt::region_id.eq(Uid(region.0)))
        .filter(delivery_attempt::outbox_id.eq(Uid(id.0)))
        .order(delivery_attempt::attempt)
        .select(AttemptRow::as_select())
        .load(db)?;
    Ok(rows.into_iter().map(Attempt::from).collect())
}

/// Counts by state and reason in a whole region, with the age of the oldest: what an administrator
/// may know, and where dead letters show (R27).
///
/// # Errors
/// Those of the database.
pub fn notice_count(db: &mut Db, region: RegionId) -> Result<Vec<NoticeCount>, Error> {
    let rows: Vec<(String, Option<String>, i64, Option<Ts>)> = outbox::table
        .filter(outbox::region_id.eq(Uid(region.0)))
        .group_by((outbox::state, outbox::reason))
        .select((
            outbox::state,
            outbox::reason,
            dsl::count_star(),
            dsl::min(outbox::created_at),
        ))
        .order((outbox::state, outbox::reason))
        .load(db)?;
    rows.into_iter()
        .map(|(state, reason, count, oldest)| {
            Ok(NoticeCount {
                state: known("outbox.state", &state, State::ALL, State::code)?,
                reason,
                count: count.unsigned_abs(),
                oldest: oldest.map(Into::into).unwrap_or_default(),
            })
        })
        .collect()
}

/// Sends a failed, uncertain or held message within the scope of whoever asks again, with the same bytes and the same
/// Message-ID.
///
/// # Errors
/// [`Error::NotFound`], or those of the database.
pub fn notice_retry(
    db: &mut Db,
    region: RegionId,
    scope: &NoticeScope,
    id: NoticeId,
    now: DateTime<Utc>,
) -> Result<Retried, Error> {
    const FROM: [State; 3] = [State::Failed, State::Uncertain, State::Held];
    let row = outbox::table
        .filter(outbox::region_id.eq(Uid(region.0)))
        .filter(outbox::id.eq(Uid(id.0)));
    state_of(db, region, scope, id)?;
    let count = diesel::update(row)
        .filter(outbox::state.eq_any(FROM.map(State::code)))
        .set((
            outbox::state.eq(State::Waiting.code()),
            outbox::reason.eq(None::<String>),
            outbox::next_at.eq(Ts::from(now)),
        ))
        .execute(db)?;
    if count > 0 {
        return Ok(Retried::Done);
    }
    Ok(Retried::Refused(state_of(db, region, scope, id)?))
}

/// Where a message within a scope stands; [`Error::NotFound`] outside of it.
fn state_of(
    db: &mut Db,
    region: RegionId,
    scope: &NoticeScope,
    id: NoticeId,
) -> Result<State, Error> {
    let state: String = visible(region, scope)
        .filter(outbox::id.eq(Uid(id.0)))
        .select(outbox::state)
        .first(db)?;
    known("outbox.state", &state, State::ALL, State::code)
}
