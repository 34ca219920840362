//! What a letter to staff tells of a case, as it is when the letter leaves; and whether it is still due then.
//!
//! A reminder that comes when the thing is done teaches people not to read reminders.

use chrono::NaiveDate;
use kelisim_domain::{
    calendar::Zone,
    case::Stage,
    code::TimerName,
    id::MediatorId,
    language::Language,
    notice::{NoticeKind, Payload},
};
use kelisim_persistence::store::{
    case_mail::MailFacts,
    outbox::{Message as Row, RecipientKind},
};

use super::{
    message::{CaseNews, Reader},
    words::own_words,
};

/// Why a message to staff about a case is no longer due; none when it is.
pub(super) fn outdated(
    kind: NoticeKind,
    row: &Row,
    payload: &Payload,
    case: &MailFacts,
) -> Option<&'static str> {
    let Payload::Case { timer, until, .. } = payload else {
        return None;
    };
    let reader = mediator_of(row);
    let is = |mediator: Option<MediatorId>| reader.is_some() && mediator == reader;
    let (has_it, is_asked) = (is(case.mediator), is(case.asked));
    let by_kind = match kind {
        // Whoever lost the case before the letter left is not told that it is theirs (D11).
        NoticeKind::Assignment => (!has_it).then_some("reassigned"),
        NoticeKind::Unassignment => has_it.then_some("reassigned"),
        NoticeKind::Offer => (!is_asked).then_some("not_asked"),
        NoticeKind::OfferWithdrawn | NoticeKind::OfferExpired if reader.is_some() => {
            (has_it || is_asked).then_some("asked_again")
        }
        NoticeKind::OfferAccepted if case.mediator.is_none() => Some("reassigned"),
        NoticeKind::CaseLapsed if case.stage != Stage::Closed => Some("not_closed"),
        NoticeKind::CaseLapsed | NoticeKind::MediatorLost | NoticeKind::WorkflowNote => None,
        _ if case.stage == Stage::Closed => Some("closed"),
        _ => None,
    };
    let is_for_the_mediator = matches!(
        kind,
        NoticeKind::ContractLate
            | NoticeKind::TermEndsSoon
            | NoticeKind::TermIsOver
            | NoticeKind::CaseLapsed
            | NoticeKind::FollowUpDue
            | NoticeKind::CourtPauseEnds
    );
    by_kind
        .or_else(|| (is_for_the_mediator && reader.is_some() && !has_it).then_some("reassigned"))
        .or_else(|| gone_on(case, timer.as_ref(), until.as_ref()))
}

/// Whether the case has gone on since the timer was due, or since the timer ran that the message tells of.
fn gone_on(
    case: &MailFacts,
    timer: Option<&TimerName>,
    until: Option<&TimerName>,
) -> Option<&'static str> {
    if let Some(name) = timer {
        match case.timers.get(name) {
            None => return Some("gone_on"),
            // It runs once more, to another day: the warning comes again in time.
            Some(armed) if !armed.fired => return Some("moved"),
            Some(_) => {}
        }
    }
    let runs = |name: &TimerName| case.timers.get(name).is_some_and(|armed| !armed.fired);
    until.is_some_and(|name| !runs(name)).then_some("gone_on")
}

/// The mediator to whom a message goes.
pub(super) fn mediator_of(row: &Row) -> Option<MediatorId> {
    (row.recipient.kind == RecipientKind::Mediator).then_some(MediatorId(row.recipient.id))
}

/// Whether the reader of a message may open the case: the office, whoever has it and whoever is asked.
pub(super) fn may_open(reader: Option<MediatorId>, case: &MailFacts) -> bool {
    match reader {
        None => true,
        reader => case.mediator == reader || case.asked == reader,
    }
}

/// What a message tells, to a mediator or to others of staff; none when its kind or payload is none of these.
pub(super) fn news(
    kind: NoticeKind,
    to: Option<MediatorId>,
    payload: &Payload,
    case: &MailFacts,
    language: Language,
    zone: Zone,
) -> Option<CaseNews> {
    let Payload::Case {
        number,
        on,
        own,
        until,
        ..
    } = payload
    else {
        return None;
    };
    let on = *on;
    let reader = reader(to, case, on);
    let last_day = case.term_end;
    let until = until
        .as_ref()
        .and_then(|name| case.timers.get(name))
        .map(|armed| armed.deadline.last_day);
    Some(match kind {
        NoticeKind::Offer => CaseNews::Offer {
            case_language: case.language,
            until,
        },
        NoticeKind::OfferWithdrawn => CaseNews::OfferWithdrawn { on },
        NoticeKind::OfferExpired => CaseNews::OfferExpired { on, reader },
        NoticeKind::OfferAccepted => CaseNews::OfferAccepted { on },
        NoticeKind::OfferDeclined => CaseNews::OfferDeclined { on, reader },
        NoticeKind::MediatorLost => CaseNews::MediatorLost {
            on,
            term_end: last_day.filter(|_| case.stage == Stage::Assigned),
            reader,
        },
        NoticeKind::CaseUnattended => CaseNews::CaseUnattended {
            filed_on: zone.day(case.filed_at),
        },
        NoticeKind::ContractLate => CaseNews::ContractLate { reader },
        NoticeKind::TermEndsSoon => CaseNews::TermEndsSoon { last_day, reader },
        NoticeKind::TermIsOver => CaseNews::TermIsOver {
            last_day,
            until,
            reader,
        },
        NoticeKind::TermExtended => CaseNews::TermExtended { last_day },
        NoticeKind::CaseLapsed => CaseNews::CaseLapsed { on, reader },
        NoticeKind::FollowUpDue => CaseNews::FollowUpDue {
            signed_on: case.signed_on,
        },
        NoticeKind::CourtPauseEnds => CaseNews::CourtPauseEnds {
            ruled_on: case.ruled_on,
        },
        NoticeKind::WorkflowNote => {
            let number = Some(number.to_string());
            let text = own_words(language, own.as_ref()?, on, number)?;
            CaseNews::Note { text, on }
        }
        _ => return None,
    })
}

/// Who reads a letter about an event of a day. After an agreement, and when the term was over, nobody is chosen any more.
fn reader(to: Option<MediatorId>, case: &MailFacts, on: NaiveDate) -> Reader {
    let is_chosen = case.mediator.is_some() || case.asked.is_some();
    let is_over = case.term_end.is_some_and(|last_day| last_day < on);
    if to.is_some() {
        Reader::Mediator
    } else if is_chosen || case.stage == Stage::Closed {
        Reader::Office
    } else if is_over || case.stage == Stage::Reconciled {
        Reader::Keeping
    } else {
        Reader::Choosing
    }
}
