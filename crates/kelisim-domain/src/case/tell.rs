//! Which messages an event requires: what triggers one is read off the facts, never off a step's or an action's name.

use super::{Case, EventData, Fact};
use crate::{
    id::MediatorId,
    notice::{NoticeOrder, OutcomeClass, PartnerEvent},
    policy::{Actor, Relation, System, grants_in},
    workflow::{Action, Audience, Definition, Effect, NoticeRule, Text, Trigger},
};

pub(super) fn rules(definition: &Definition, on: Trigger) -> impl Iterator<Item = &NoticeRule> {
    definition.notices.iter().filter(move |rule| rule.on == on)
}

/// A message to the partner about what happened; nothing where nothing may be told.
pub(super) fn partner(
    happened: Option<(PartnerEvent, Option<OutcomeClass>)>,
    text: &Text,
) -> Option<NoticeOrder> {
    let (event, outcome) = happened?;
    let own = match text {
        Text::Shipped(_) => None,
        Text::Own(words) => Some(words.clone()),
    };
    Some(NoticeOrder::ToPartner {
        event,
        outcome,
        own,
    })
}

/// A message to one of the people around the case as it stands; none for an audience that is not there.
pub(super) fn tell(
    case: &Case,
    to: Audience,
    text: &Text,
    former: Option<MediatorId>,
) -> Option<NoticeOrder> {
    let text = text.clone();
    let one = |mediator: Option<MediatorId>, text| {
        mediator.map(|mediator| NoticeOrder::ToMediator { text, mediator })
    };
    match to {
        Audience::Mediator => one(case.mediator, text),
        Audience::MediatorOrHead => {
            one(case.mediator, text.clone()).or(Some(NoticeOrder::ToOffice(text)))
        }
        Audience::FormerMediator => one(former, text),
        Audience::AskedMediator => one(case.course.asked.map(|asked| asked.mediator), text),
        Audience::OfficeHead => Some(NoticeOrder::ToOffice(text)),
        Audience::Coordinator => Some(NoticeOrder::ToCoordinators(text)),
        Audience::Partner => None,
    }
}

/// The messages that an event requires, each once: what happened before is read off the case, never off a step's name.
pub(super) fn notices(
    definition: &Definition,
    case: &Case,
    actor: &Actor,
    action: &Action,
    event: &EventData,
) -> Vec<NoticeOrder> {
    let EventData::Moved {
        mediator,
        closure,
        facts,
        ..
    } = event
    else {
        return Vec::new();
    };
    let has = |wanted: fn(&Fact) -> bool| facts.iter().any(wanted);
    let asked = case.course.asked.map(|asked| asked.mediator);
    let offered = facts.iter().find_map(|fact| match fact {
        Fact::Offered { mediator } => Some(*mediator),
        _ => None,
    });
    let former = case.mediator.filter(|former| *mediator != Some(*former));
    let is_replaced = mediator.is_some() && former.is_some();
    let ended_offer = has(|fact| *fact == Fact::OfferEnded);
    let released = mediator.is_none() && has(|fact| *fact == Fact::Released);
    let is_office = actor.system.is_none() && !action.who.contains(&Relation::CaseMediator);
    let taken_back = released && is_office;
    // D12: the coordinator also hears of a mediator who was only asked.
    let is_lost = (released && !taken_back)
        || (mediator.is_none() && ended_offer && actor.system == Some(System::Register));
    let outcome = closure
        .filter(|_| case.closure.is_none())
        .and_then(|closure| OutcomeClass::of(closure.ground));
    let is_referred = case.partner.is_some();
    // An offer that ends because the case has gone on has neither run out nor been declined.
    let runs_out = actor.system == Some(System::Clock) && action.does(Effect::EndOffer);
    let declines = action.who.contains(&Relation::AskedMediator)
        && !grants_in(actor, &case.ties(true), &[Relation::AskedMediator]).is_empty();
    let happened = [
        (Trigger::Offered, offered.is_some()),
        (Trigger::OfferExpired, ended_offer && runs_out),
        (Trigger::OfferDeclined, ended_offer && declines),
        (
            Trigger::OfferWithdrawn,
            ended_offer && !runs_out && !declines,
        ),
        (Trigger::MediatorAssigned, mediator.is_some()),
        (Trigger::MediatorReplaced, is_replaced),
        (Trigger::MediatorLost, is_lost),
        (Trigger::TakenBack, taken_back),
        (
            Trigger::FirstAssigned,
            mediator.is_some() && case.accepted_at.is_none(),
        ),
        (
            Trigger::Started,
            has(|fact| matches!(fact, Fact::Contracted { .. })),
        ),
        (
            Trigger::TermExtended,
            has(|fact| matches!(fact, Fact::TermMoved { .. }))
                && !has(|fact| matches!(fact, Fact::Resumed { .. })),
        ),
        (Trigger::Ended, closure.is_some() && case.closure.is_none()),
    ];
    let mut orders = Vec::new();
    for (trigger, _) in happened.into_iter().filter(|(_, is_so)| *is_so) {
        let told = match trigger {
            Trigger::FirstAssigned => Some((PartnerEvent::Assigned, None)),
            Trigger::Started => Some((PartnerEvent::Started, None)),
            Trigger::Ended if outcome.is_some() => Some((PartnerEvent::Ended, outcome)),
            _ => None,
        };
        for rule in rules(definition, trigger) {
            let one = |mediator: Option<MediatorId>| {
                mediator.map(|mediator| NoticeOrder::ToMediator {
                    text: rule.notice.clone(),
                    mediator,
                })
            };
            orders.extend(match rule.to {
                Audience::Partner => partner(told.filter(|_| is_referred), &rule.notice),
                Audience::Mediator => one(mediator.or(case.mediator)),
                Audience::MediatorOrHead => one(mediator.or(case.mediator.filter(|_| !released)))
                    .or_else(|| Some(NoticeOrder::ToOffice(rule.notice.clone()))),
                Audience::AskedMediator => one(offered.or(asked)),
                to => tell(case, to, &rule.notice, former),
            });
        }
    }
    orders
}
