//! The checks of messages: who is told what, and in which words (D24).

use super::{Check, Place};
use crate::{
    document::{Flaw, Part},
    notice::NoticeKind,
    workflow::{
        definition::{Audience, Text, Trigger},
        fluent,
    },
};

impl Check<'_> {
    pub(super) fn notices(&self) {
        for (rule, pointer) in self.definition.notices.iter().zip(&self.draft.notices) {
            let place = Place {
                pointer: pointer.clone(),
                part: Part::Notice {
                    on: rule.on.code().to_owned(),
                },
            };
            self.text(&place, rule.to, &rule.notice, Some(rule.on));
        }
    }

    /// The text fits who gets it and why; one of the definition's own uses only the variables of its audience (D24).
    pub(super) fn text(&self, place: &Place, to: Audience, text: &Text, on: Option<Trigger>) {
        match text {
            Text::Shipped(kind) => {
                let fits = match (on, to) {
                    (Some(on), Audience::Partner) => partner_kind(on) == Some(*kind),
                    _ => staff_kinds(on, to).contains(kind),
                };
                if !fits {
                    let (notice, to) = (kind.code().to_owned(), to.code().to_owned());
                    let flaw = match on.map(|on| on.code().to_owned()) {
                        Some(on) => Flaw::NoticeDoesNotFit { notice, on, to },
                        None => Flaw::TimerNoticeDoesNotFit { notice, to },
                    };
                    self.fault(place, flaw);
                }
            }
            Text::Own(words) => {
                let untold = on.filter(|on| to == Audience::Partner && partner_kind(*on).is_none());
                if let Some(on) = untold {
                    let on = on.code().to_owned();
                    self.fault(place, Flaw::PartnerNotTold { on });
                }
                for (language, pattern) in [("kk", &words.kk), ("ru", &words.ru), ("en", &words.en)]
                {
                    self.pattern(&place.at(&format!("text/{language}")), to, pattern);
                }
            }
        }
    }

    fn pattern(&self, place: &Place, to: Audience, pattern: &str) {
        let allowed = to.variables();
        match fluent::variables(pattern) {
            Err(flaw) => self.fault(place, flaw),
            Ok(_) if pattern.trim().is_empty() => self.fault(place, Flaw::EmptyText),
            Ok(found) => {
                for name in found
                    .iter()
                    .filter(|name| !allowed.contains(&name.as_str()))
                {
                    let (known, name) = (allowed.join(", "), name.clone());
                    let flaw = match to {
                        Audience::Partner => Flaw::PartnerVariable { known, name },
                        _ => Flaw::OtherVariable {
                            to: to.code().to_owned(),
                            known,
                            name,
                        },
                    };
                    self.fault(place, flaw);
                }
            }
        }
    }
}

/// The message by which a partner is told of an event.
fn partner_kind(on: Trigger) -> Option<NoticeKind> {
    match on {
        Trigger::Filed => Some(NoticeKind::CaseReceived),
        Trigger::FirstAssigned => Some(NoticeKind::CaseAssigned),
        Trigger::Started => Some(NoticeKind::CaseStarted),
        Trigger::Ended => Some(NoticeKind::CaseEnded),
        _ => None,
    }
}

/// The shipped messages to staff that fit an event, or a timer.
fn staff_kinds(on: Option<Trigger>, to: Audience) -> &'static [NoticeKind] {
    use Audience::{
        AskedMediator, Coordinator, FormerMediator, Mediator, MediatorOrHead, OfficeHead,
    };
    match (on, to) {
        (Some(Trigger::MediatorAssigned), Mediator) => &[NoticeKind::Assignment],
        (Some(Trigger::MediatorAssigned), OfficeHead) => &[NoticeKind::OfferAccepted],
        (
            Some(Trigger::MediatorReplaced | Trigger::MediatorLost | Trigger::TakenBack),
            FormerMediator,
        ) => &[NoticeKind::Unassignment],
        (Some(Trigger::MediatorLost), OfficeHead | Coordinator) => &[NoticeKind::MediatorLost],
        (Some(Trigger::Offered), AskedMediator) => &[NoticeKind::Offer],
        (Some(Trigger::OfferWithdrawn), AskedMediator) => &[NoticeKind::OfferWithdrawn],
        (Some(Trigger::OfferExpired), AskedMediator | OfficeHead | Coordinator) => {
            &[NoticeKind::OfferExpired]
        }
        (Some(Trigger::OfferDeclined), OfficeHead | Coordinator) => &[NoticeKind::OfferDeclined],
        (Some(Trigger::TermExtended), OfficeHead) => &[NoticeKind::TermExtended],
        (None, OfficeHead | Coordinator) => &[
            NoticeKind::CaseUnattended,
            NoticeKind::ContractLate,
            NoticeKind::TermEndsSoon,
            NoticeKind::TermIsOver,
            NoticeKind::CaseLapsed,
            NoticeKind::OfferExpired,
        ],
        (None, MediatorOrHead) => &[NoticeKind::FollowUpDue, NoticeKind::CourtPauseEnds],
        (None, Mediator) => &[
            NoticeKind::ContractLate,
            NoticeKind::TermEndsSoon,
            NoticeKind::TermIsOver,
            NoticeKind::CaseLapsed,
            NoticeKind::FollowUpDue,
            NoticeKind::CourtPauseEnds,
        ],
        _ => &[],
    }
}
