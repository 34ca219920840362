//! The guards of a workflow: what the law and the house rules ask before an action, each with its refusal (D1 to D18).

use super::{Case, Term, closed_enum, timer::start_of};
use crate::{
    case::act::{Act, Facts},
    code::ActionName,
    law::Law,
    legal::{Excluding, Prescribed, TermName, Version},
    policy::Role,
    workflow::{Action, Effect, Guard, Values},
};
use chrono::NaiveDate;
use std::collections::BTreeMap;

closed_enum! {
    /// What a mediator declares of their connections to the sides (D6).
    Declared {
        /// There are none.
        None = "none",
        /// There are some, and every side has to waive them.
        Disclosed = "disclosed",
        /// There is one with which nobody may mediate.
        MustRefuse = "must_refuse",
    }
}

/// Why a guard stands against an action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GuardRefusal {
    /// D1: the exclusion questions are not answered.
    NotScreened,
    /// D2: an answer excludes the case; unless that answer was a mistake, it can only be closed.
    Excluded,
    /// D3: on that day no version of the legal profile was in force.
    NoLaw {
        /// The day.
        on: NaiveDate,
    },
    /// 3.4: the time to answer the proposal was over before.
    AnswerTimeOver {
        /// The last day for an answer.
        last_day: NaiveDate,
    },
    /// D6: a connection with which nobody may mediate.
    MustRefuse,
    /// D6: the sides have not waived what the mediator disclosed.
    WaiverMissing,
    /// D6: the contract, or the annex, is dated before the sides waived what was disclosed.
    BeforeWaiver {
        /// The day on which they did.
        on: NaiveDate,
    },
    /// D6, D14: the contract, or the annex, is dated before the mediator whom it names took the case.
    BeforeAcceptance {
        /// The day on which they did.
        on: NaiveDate,
    },
    /// D12: no annex to the contract names the mediator who has the case now.
    AnnexMissing,
    /// D14: not everybody has signed.
    NotAllSigned,
    /// D13: elements that the law prescribes are empty.
    ElementsMissing {
        /// The document.
        document: Prescribed,
        /// The names of the elements.
        missing: Vec<String>,
    },
    /// D14: there is no contract, so no term runs.
    NoTerm,
    /// D16: the request is dated after the term.
    RequestAfterTerm {
        /// The last day of the term.
        last_day: NaiveDate,
    },
    /// D18: the agreement is dated after the term.
    AgreementAfterTerm {
        /// The last day of the term.
        last_day: NaiveDate,
    },
    /// D16: the new end does not lie behind the old one.
    NotLonger {
        /// The last day of the term.
        last_day: NaiveDate,
    },
    /// D16: the new end lies behind the longest term that the law allows.
    PastTotal {
        /// The latest day.
        latest: NaiveDate,
    },
    /// D17: the law does not let the term be paused.
    PauseNotAllowed,
    /// D17: the term is paused already.
    IsPaused,
    /// D17: the term is not paused.
    NotPaused,
    /// D17: the pause would begin before the last one had ended, so that days would be added twice.
    PausesOverlap {
        /// The day on which the term went on.
        resumed_on: NaiveDate,
    },
    /// D17: the pause would begin when the term is over.
    PauseAfterTerm {
        /// The last day of the term.
        last_day: NaiveDate,
    },
    /// D8: the case has a mediator, whose conduct it is.
    HasMediator,
    /// 3.1: the last check after the agreement has not been made.
    NoLastCheck,
    /// The action asks for something that nobody was asked: no mediator has an open offer.
    NobodyAsked {
        /// The action.
        action: ActionName,
    },
    /// One mediator is asked at a time: the open offer ends before another is made.
    OfferIsOpen,
}

impl GuardRefusal {
    /// The rule.
    pub fn rule(&self) -> &'static str {
        match self {
            GuardRefusal::NotScreened => "D1",
            GuardRefusal::Excluded => "D2",
            GuardRefusal::NoLaw { .. } => "D3",
            GuardRefusal::AnswerTimeOver { .. } => "3.4",
            GuardRefusal::MustRefuse
            | GuardRefusal::WaiverMissing
            | GuardRefusal::BeforeWaiver { .. }
            | GuardRefusal::BeforeAcceptance { .. } => "D6",
            GuardRefusal::HasMediator => "D8",
            GuardRefusal::AnnexMissing => "D12",
            GuardRefusal::ElementsMissing { .. } => "D13",
            GuardRefusal::NotAllSigned | GuardRefusal::NoTerm => "D14",
            GuardRefusal::RequestAfterTerm { .. }
            | GuardRefusal::NotLonger { .. }
            | GuardRefusal::PastTotal { .. } => "D16",
            GuardRefusal::PauseNotAllowed
            | GuardRefusal::IsPaused
            | GuardRefusal::NotPaused
            | GuardRefusal::PausesOverlap { .. }
            | GuardRefusal::PauseAfterTerm { .. } => "D17",
            GuardRefusal::AgreementAfterTerm { .. } => "D18",
            GuardRefusal::NoLastCheck
            | GuardRefusal::NobodyAsked { .. }
            | GuardRefusal::OfferIsOpen => "3.1",
        }
    }

    /// The code on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            GuardRefusal::NotScreened => "not_screened",
            GuardRefusal::Excluded => "excluded",
            GuardRefusal::NoLaw { .. } => "no_law_on_day",
            GuardRefusal::AnswerTimeOver { .. } => "answer_time_over",
            GuardRefusal::MustRefuse => "must_refuse",
            GuardRefusal::WaiverMissing => "waiver_missing",
            GuardRefusal::BeforeWaiver { .. } => "before_waiver",
            GuardRefusal::BeforeAcceptance { .. } => "before_acceptance",
            GuardRefusal::AnnexMissing => "annex_missing",
            GuardRefusal::NotAllSigned => "not_all_signed",
            GuardRefusal::ElementsMissing { .. } => "elements_missing",
            GuardRefusal::NoTerm => "no_term",
            GuardRefusal::RequestAfterTerm { .. } => "request_after_term",
            GuardRefusal::AgreementAfterTerm { .. } => "agreement_after_term",
            GuardRefusal::NotLonger { .. } => "extension_not_longer",
            GuardRefusal::PastTotal { .. } => "extension_past_total",
            GuardRefusal::PauseNotAllowed => "pause_not_allowed",
            GuardRefusal::IsPaused => "term_is_paused",
            GuardRefusal::NotPaused => "term_not_paused",
            GuardRefusal::PausesOverlap { .. } => "pauses_overlap",
            GuardRefusal::PauseAfterTerm { .. } => "pause_after_term",
            GuardRefusal::HasMediator => "has_mediator",
            GuardRefusal::NoLastCheck => "no_last_check",
            GuardRefusal::NobodyAsked { .. } => "nobody_asked",
            GuardRefusal::OfferIsOpen => "offer_is_open",
        }
    }

    /// Who can lift it, by doing what is missing; nobody for what the law forbids.
    pub fn lifted_by(&self) -> Vec<Role> {
        match self {
            GuardRefusal::NotScreened
            | GuardRefusal::Excluded
            | GuardRefusal::NobodyAsked { .. }
            | GuardRefusal::OfferIsOpen => {
                vec![Role::OfficeHead, Role::Coordinator]
            }
            GuardRefusal::WaiverMissing
            | GuardRefusal::AnnexMissing
            | GuardRefusal::NotAllSigned
            | GuardRefusal::ElementsMissing { .. }
            | GuardRefusal::NoTerm
            | GuardRefusal::NotLonger { .. }
            | GuardRefusal::IsPaused
            | GuardRefusal::HasMediator
            | GuardRefusal::NoLastCheck => vec![Role::Mediator],
            GuardRefusal::NoLaw { .. }
            | GuardRefusal::AnswerTimeOver { .. }
            | GuardRefusal::MustRefuse
            | GuardRefusal::BeforeWaiver { .. }
            | GuardRefusal::BeforeAcceptance { .. }
            | GuardRefusal::RequestAfterTerm { .. }
            | GuardRefusal::AgreementAfterTerm { .. }
            | GuardRefusal::PastTotal { .. }
            | GuardRefusal::PauseNotAllowed
            | GuardRefusal::PausesOverlap { .. }
            | GuardRefusal::PauseAfterTerm { .. }
            | GuardRefusal::NotPaused => Vec::new(),
        }
    }
}

/// What stands against an action, of one guard; the fitness of a mediator is asked elsewhere.
pub(super) fn against(
    guard: Guard,
    case: &Case,
    action: &Action,
    act: Act<'_>,
    facts: &Facts,
) -> Vec<GuardRefusal> {
    let course = &case.course;
    match guard {
        Guard::MediatorFit => Vec::new(),
        Guard::Screened => match course.screening {
            None => vec![GuardRefusal::NotScreened],
            Some(screening) if !screening.passed => vec![GuardRefusal::Excluded],
            Some(_) => Vec::new(),
        },
        Guard::InAnswerTime => act.values.map_or_else(Vec::new, |values| {
            in_answer_time(case, action, values, facts)
                .into_iter()
                .collect()
        }),
        Guard::Declared => {
            let declared = act.values.and_then(|v| v.declaration("declaration.result"));
            one(declared == Some(Declared::MustRefuse), || {
                GuardRefusal::MustRefuse
            })
        }
        Guard::Waived => waived(case, act.values, &facts.law),
        Guard::Annexed => one(course.annex_is_missing, || GuardRefusal::AnnexMissing),
        Guard::ContractComplete => act.values.map_or_else(Vec::new, |values| {
            let day = values.date("contract.signed_on").unwrap_or(facts.today);
            let signed = values.yes_no("contract.all_signed") == Some(true);
            let mut refusals = one(!signed, || GuardRefusal::NotAllSigned);
            let document = Prescribed::MediationContract;
            refusals.extend(elements(
                values,
                "contract.elements",
                document,
                day,
                &facts.law,
            ));
            refusals
        }),
        Guard::AgreementComplete => act.values.map_or_else(Vec::new, |values| {
            let day = values.date("agreement.signed_on").unwrap_or(facts.today);
            let document = Prescribed::SettlementAgreement;
            elements(values, "agreement.elements", document, day, &facts.law)
                .into_iter()
                .collect()
        }),
        Guard::InTerm => in_term(case, action, act.values),
        Guard::InTotal => in_total(case, act.values, &facts.law),
        Guard::MayPause => {
            let day = course.contract_on.unwrap_or(facts.today);
            let version = match &course.term {
                Some(term) => facts.law.of(&term.basis, day),
                None => facts.law.on(day),
            };
            let allowed = version.is_some_and(|version| version.may_pause);
            let mut refusals = one(!allowed, || GuardRefusal::PauseNotAllowed);
            refusals.extend(one(course.paused_on.is_some(), || GuardRefusal::IsPaused));
            refusals.extend(one(course.term.is_none(), || GuardRefusal::NoTerm));
            let from = act.values.and_then(|values| values.date("pause.from"));
            refusals.extend(from.into_iter().flat_map(|from| misplaced(case, from)));
            refusals
        }
        Guard::Paused => one(course.paused_on.is_none(), || GuardRefusal::NotPaused),
        Guard::NoMediator => one(case.mediator.is_some(), || GuardRefusal::HasMediator),
        Guard::LastCheck => {
            let last = LAST_CHECK.to_owned();
            one(!course.checks.contains(&last), || GuardRefusal::NoLastCheck)
        }
    }
}

/// The check after which a file may be closed whatever is still to be performed (3.1): the days after the agreement.
pub(crate) const LAST_CHECK: &str = "180";

fn one(stands: bool, refusal: impl FnOnce() -> GuardRefusal) -> Vec<GuardRefusal> {
    if stands { vec![refusal()] } else { Vec::new() }
}

/// D13: the elements that the profile of the day prescribes, and the document lacks.
fn elements(
    values: &Values,
    field: &str,
    document: Prescribed,
    day: NaiveDate,
    law: &Law,
) -> Option<GuardRefusal> {
    let Some(contents) = law
        .on(day)
        .and_then(|version| version.contents.get(&document))
    else {
        return Some(GuardRefusal::NoLaw { on: day });
    };
    let there = values.elements(field);
    let lacks = |element: &&String| there.is_none_or(|there| !there.contains(*element));
    let missing: Vec<String> = contents.elements.iter().filter(lacks).cloned().collect();
    (!missing.is_empty()).then_some(GuardRefusal::ElementsMissing { document, missing })
}

/// D6: whoever mediates has accepted, and what they disclosed was waived, before a contract or an annex names them.
fn waived(case: &Case, values: Option<&Values>, law: &Law) -> Vec<GuardRefusal> {
    let course = &case.course;
    let mut refusals = one(course.waiver_is_missing, || GuardRefusal::WaiverMissing);
    let papers = ["contract.signed_on", "annex.signed_on"];
    let signed_on = values.and_then(|values| papers.iter().find_map(|name| values.date(name)));
    let Some(signed_on) = signed_on else {
        return refusals;
    };
    let later = |day: &NaiveDate| signed_on < *day;
    let waived_on = course.waived_on.filter(later);
    refusals.extend(waived_on.map(|on| GuardRefusal::BeforeWaiver { on }));
    let taken_on = course.taken_at.map(|at| law.zone().day(at)).filter(later);
    refusals.extend(taken_on.map(|on| GuardRefusal::BeforeAcceptance { on }));
    refusals
}

/// L9: what is over when it is entered leads nowhere, and what comes later than the last day is no answer.
///
/// A proposal is measured today, since the answer to it has still to come; a consent by its own day.
fn in_answer_time(
    case: &Case,
    action: &Action,
    values: &Values,
    facts: &Facts,
) -> Option<GuardRefusal> {
    let (sent_on, day) = if action.does(Effect::RecordProposal) {
        (values.date("proposal.sent_on")?, facts.today)
    } else {
        (
            case.course.proposal_sent_on?,
            values.date("consent.given_on")?,
        )
    };
    let law = &facts.law;
    let (answer, _) = law.term(TermName::ProposalAnswer, start_of(law, sent_on), 0)?;
    let last_day = answer.last_day;
    (day > last_day).then_some(GuardRefusal::AnswerTimeOver { last_day })
}

/// D17: a pause stops a term that runs, and each day is added once.
fn misplaced(case: &Case, from: NaiveDate) -> Vec<GuardRefusal> {
    let course = &case.course;
    let overlaps = course.resumed_on.filter(|resumed_on| from < *resumed_on);
    let last_day = course.term.as_ref().map(Term::last_day);
    let is_late = last_day.filter(|last_day| from > *last_day);
    let overlaps = overlaps.map(|resumed_on| GuardRefusal::PausesOverlap { resumed_on });
    let is_late = is_late.map(|last_day| GuardRefusal::PauseAfterTerm { last_day });
    overlaps.into_iter().chain(is_late).collect()
}

/// D16, D18. While the term is paused it is not over, and its last day is not known yet.
fn in_term(case: &Case, action: &Action, values: Option<&Values>) -> Vec<GuardRefusal> {
    let Some(term) = &case.course.term else {
        return vec![GuardRefusal::NoTerm];
    };
    if case.course.paused_on.is_some() {
        return Vec::new();
    }
    let last_day = term.last_day();
    let after = |field: &str| {
        let day = values.and_then(|values| values.date(field));
        day.is_some_and(|day| day > last_day)
    };
    let mut refusals = Vec::new();
    if action.does(Effect::RecordAgreement) && after("agreement.signed_on") {
        refusals.push(GuardRefusal::AgreementAfterTerm { last_day });
    }
    if action.does(Effect::ExtendTerm) && after("extension.requested_on") {
        refusals.push(GuardRefusal::RequestAfterTerm { last_day });
    }
    refusals
}

/// D16: the total is counted from the contract, by the profile of its day, and grows by the days of a pause.
fn in_total(case: &Case, values: Option<&Values>, law: &Law) -> Vec<GuardRefusal> {
    let (Some(term), Some(contract_on)) = (&case.course.term, case.course.contract_on) else {
        return vec![GuardRefusal::NoTerm];
    };
    let Some(until) = values.and_then(|values| values.date("extension.until")) else {
        return Vec::new();
    };
    let starts_at = start_of(law, contract_on);
    let paused = term.deadline.days_paused;
    let name = TermName::MediationTotal;
    let total = law.term_again(&term.basis, name, starts_at, paused);
    let Some((total, _)) = total else {
        return vec![GuardRefusal::NoLaw { on: contract_on }];
    };
    let last_day = term.last_day();
    let mut refusals = one(until <= last_day, || GuardRefusal::NotLonger { last_day });
    let latest = total.last_day;
    refusals.extend(one(until > latest, || GuardRefusal::PastTotal { latest }));
    refusals
}

/// Whether the answers leave the case fit for mediation; none when a question is not answered.
pub(super) fn passes(version: &Version, answers: &BTreeMap<String, bool>) -> Option<bool> {
    let mut passed = true;
    for question in &version.exclusions {
        let yes = *answers.get(&question.code)?;
        passed &= yes != (question.excludes == Excluding::Yes);
    }
    Some(passed)
}
