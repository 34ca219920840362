//! What a command does to a case, or why not. Pure: the same arguments give the same answer.

use super::{
    Act, Agreement, Case, CaseNumber, Class, Closure, ContentChange, CourtStage, Event, EventData,
    Fact, Facts, Party, Place, Referred, Stage, Term,
    act::{check, standing},
    evolve::{evolve, opened},
    ground::{EffectiveOn, Ground},
    learn::learned,
    tell::{notices, partner, rules},
    timer::timers_after,
};
use crate::{
    code::{CategoryCode, DistrictCode, SourceCode},
    confidential::Confidential,
    fault::{Fault, FaultKind, Faults},
    id::{CaseId, GrantId, MediatorId, OfficeId},
    language::Language,
    law::Law,
    notice::{NoticeOrder, PartnerEvent, PartnerReference},
    policy::{Actor, CaseTies, grants_in},
    refusal::Refusal,
    workflow::{Action, Audience, Definition, Effect, Trigger, Value, Values},
};
use chrono::{DateTime, Utc};
use std::{collections::BTreeMap, sync::Arc};

/// What follows from a command: one event, what it changes in the content, and the messages it requires.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// The open half of the event.
    pub event: EventData,
    /// The confidential half; empty for most events.
    pub content: ContentChange,
    /// The grant under which the actor acts; none for what acts by itself.
    pub grant: Option<GrantId>,
    /// The messages.
    pub notices: Vec<NoticeOrder>,
}

/// Why a command does nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Rejection {
    /// A rule stands against it: every reason.
    Refused(Vec<Refusal>),
    /// The answers to the form do not make sense: every fault.
    Invalid(Vec<Fault>),
}

/// What somebody files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Filing {
    /// The kind of dispute.
    pub category: CategoryCode,
    /// A finer kind.
    pub subcategory: Option<String>,
    /// The language of the mediation.
    pub language: Language,
    /// The district of the dispute.
    pub district: DistrictCode,
    /// Where it stands with the courts.
    pub court_stage: CourtStage,
    /// Where it came from.
    pub source: SourceCode,
    /// The partner's referral.
    pub referral: Option<Referred>,
    /// The partner's own number of it.
    pub reference: Option<PartnerReference>,
    /// The narrative.
    pub summary: Confidential<String>,
    /// The amount in dispute, in whole tenge.
    pub amount: Option<i64>,
    /// The parties.
    pub parties: Vec<Party>,
}

/// What the office brings to a filing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FilingFacts {
    /// The office.
    pub office: OfficeId,
    /// The number that the office's counter gave (D22).
    pub number: CaseNumber,
    /// The id that the case will have.
    pub case: CaseId,
    /// The instant.
    pub now: DateTime<Utc>,
    /// The law, the calendar and the time zone of the region.
    pub law: Arc<Law>,
}

/// Whether the actor may file at an office under this workflow, and by which grant.
pub fn may_file(definition: &Definition, actor: &Actor, office: OfficeId) -> Option<GrantId> {
    let ties = CaseTies {
        office,
        mediator: None,
        asked: None,
        filed_by: actor.account,
        was_assigned: false,
        office_has_head: true,
        handed_up: false,
    };
    let action = definition.opening().next()?;
    grants_in(actor, &ties, &action.who)
        .first()
        .map(|grant| grant.id)
}

/// Files a case.
///
/// # Errors
/// The actor may not file at this office (3.3): a mediator files only where they hold a grant.
pub fn file(
    definition: &Definition,
    filing: Filing,
    facts: FilingFacts,
    actor: &Actor,
) -> Result<Decision, Rejection> {
    let refused = |who: &[_]| {
        Rejection::Refused(vec![Refusal::Step(super::StepRefusal::NotYours {
            who: who.to_vec(),
            stage: Stage::Filed,
        })])
    };
    let Some(action) = definition.opening().next() else {
        return Err(refused(&[]));
    };
    let grant = may_file(definition, actor, facts.office).ok_or_else(|| refused(&action.who))?;
    let referred = filing.referral.is_some();
    let mut event = EventData::Filed {
        number: facts.number,
        office: facts.office,
        workflow: definition.key.clone(),
        workflow_version: definition.version,
        action: action.name.clone(),
        to: place(definition, action, None),
        category: filing.category,
        subcategory: filing.subcategory,
        language: filing.language,
        district: filing.district,
        court_stage: filing.court_stage,
        source: filing.source,
        referral: filing.referral,
        timers: Vec::new(),
    };
    let first = Event {
        case: facts.case,
        seq: 1,
        at: facts.now,
        actor: actor.account,
        grant: Some(grant),
        data: event,
    };
    let changes = opened(&first).map(|case| timers_after(definition, &case, &facts.law));
    event = first.data;
    if let EventData::Filed { timers, .. } = &mut event {
        timers.extend(changes.into_iter().flatten());
    }
    let content = ContentChange {
        summary: Confidential::new(Some(filing.summary.into_revealed())),
        amount: Confidential::new(filing.amount.map(Some)),
        parties: Some(filing.parties),
        reference: Confidential::new(
            filing
                .reference
                .map(|reference| reference.as_str().to_owned()),
        ),
        ..ContentChange::default()
    };
    let happened = referred.then_some((PartnerEvent::Received, None));
    let mut notices = Vec::new();
    for rule in rules(definition, Trigger::Filed) {
        notices.extend(match rule.to {
            Audience::Partner => partner(happened, &rule.notice),
            Audience::OfficeHead | Audience::MediatorOrHead => {
                Some(NoticeOrder::ToOffice(rule.notice.clone()))
            }
            Audience::Coordinator => Some(NoticeOrder::ToCoordinators(rule.notice.clone())),
            Audience::Mediator | Audience::FormerMediator | Audience::AskedMediator => None,
        });
    }
    Ok(Decision {
        event,
        content,
        grant: Some(grant),
        notices,
    })
}

/// Takes an action of the workflow.
///
/// # Errors
/// Every refusal, or every fault of the answers.
pub fn decide(
    definition: &Definition,
    case: &Case,
    actor: &Actor,
    act: Act<'_>,
    facts: &Facts,
) -> Result<Decision, Rejection> {
    let refusals = check(definition, case, actor, act, facts);
    if !refusals.is_empty() {
        return Err(Rejection::Refused(refusals));
    }
    let nothing = Values::new();
    let values = act.values.unwrap_or(&nothing);
    let Some(action) = definition.action_at(act.action, &case.step) else {
        return Err(Rejection::Refused(refusals));
    };
    let Some(standing) = standing(action, case, actor, facts) else {
        return Err(Rejection::Refused(refusals));
    };
    let closure = complete(case, action, values)
        .and_then(|()| closure(case, action, values, facts))
        .map_err(Rejection::Invalid)?;
    let mediator = given(case, action, values);
    let mut learned = learned(case, action, values, facts)?;
    if outlives_answer(definition, case, action, &learned, mediator) {
        learned.push(Fact::OfferEnded);
    }
    let (answers, mut content) = answers(action, values);
    // D5: that the limit was lifted is on open record, and why is sealed: a reason tells of people and their dispute.
    let why = values.text("over_limit_reason");
    content.reason = Confidential::new(why.map(|reason| reason.reveal().clone()));
    let event = EventData::Moved {
        action: action.name.clone(),
        from: case.step.clone(),
        to: place(
            definition,
            action,
            closure.or(case.closure).map(|closure| closure.ground),
        ),
        mediator,
        limit_lifted: why.is_some(),
        over_limit_reason: None,
        closure: closure.filter(|_| case.closure.is_none()),
        answers,
        facts: learned,
        timers: Vec::new(),
        by: None,
    };
    let notices = notices(definition, case, actor, action, &event);
    Ok(Decision {
        event: with_timers(definition, case, actor, event, facts),
        content,
        grant: standing.grant,
        notices,
    })
}

/// D11: whether an open offer would be left behind where nobody can answer it: it ends with the move.
fn outlives_answer(
    definition: &Definition,
    case: &Case,
    action: &Action,
    learned: &[Fact],
    taken_by: Option<MediatorId>,
) -> bool {
    let is_answered = |fact: &Fact| matches!(fact, Fact::OfferEnded | Fact::Offered { .. });
    case.course.asked.is_some()
        && taken_by.is_none()
        && !learned.iter().any(is_answered)
        && !definition.answers_offer(&action.to)
}

/// The event with what it does to the timers of the case.
fn with_timers(
    definition: &Definition,
    case: &Case,
    actor: &Actor,
    mut data: EventData,
    facts: &Facts,
) -> EventData {
    if definition.timers.is_empty() && case.course.timers.is_empty() {
        return data;
    }
    let event = Event {
        case: case.id,
        seq: case.version + 1,
        at: facts.now,
        actor: actor.account,
        grant: None,
        data,
    };
    let after = evolve(case.clone(), &event);
    data = event.data;
    if let EventData::Moved { timers, .. } = &mut data {
        *timers = timers_after(definition, &after, &facts.law);
    }
    data
}

/// The mediator who has the case from now on.
fn given(case: &Case, action: &Action, values: &Values) -> Option<MediatorId> {
    if action.does(Effect::AssignMediator) {
        return values.mediator("mediator");
    }
    let asked = case.course.asked.map(|asked| asked.mediator);
    asked.filter(|_| action.does(Effect::AcceptOffer))
}

/// Where the action leads; the class of a closed case follows its ground (D19).
fn place(definition: &Definition, action: &Action, ground: Option<Ground>) -> Place {
    let step = definition.step(&action.to);
    let stage = step.map_or(Stage::Filed, |step| step.stage);
    let class = step
        .and_then(|step| step.class)
        .unwrap_or_else(|| class_of(ground));
    Place {
        step: action.to.clone(),
        stage,
        class,
    }
}

pub(super) fn class_of(ground: Option<Ground>) -> Class {
    if ground.is_some_and(Ground::is_success) {
        Class::DoneSuccess
    } else {
        Class::DoneOther
    }
}

/// An effect without the answers it needs would leave half a fact behind, such as an assigned case without a mediator.
fn complete(case: &Case, action: &Action, values: &Values) -> Result<(), Vec<Fault>> {
    let mut faults = Faults::new();
    let needed = action.effects.iter().flat_map(|effect| match effect {
        Effect::SetGround if case.closure.is_some() => &[],
        effect => effect.needs(),
    });
    for name in needed.filter(|name| values.get(name).is_none()) {
        faults.push(format!("/{}", name.replace('.', "/")), FaultKind::Missing);
    }
    faults.finish(Some(()))
}

/// The closure that the answers make, with its effective day (3.2).
fn closure(
    case: &Case,
    action: &Action,
    values: &Values,
    facts: &Facts,
) -> Result<Option<Closure>, Vec<Fault>> {
    if !action.does(Effect::SetGround) {
        return Ok(None);
    }
    if case.closure.is_some() {
        return Ok(case.closure);
    }
    let mut faults = Faults::new();
    let Some(ground) = values.ground("ground") else {
        return Err(vec![Fault::new("/ground", FaultKind::Missing)]);
    };
    let named = values.date("effective_on");
    let effective_on = match ground.effective_on() {
        EffectiveOn::Signing => values
            .date("agreement.signed_on")
            .or(named)
            .ok_or(FaultKind::Missing),
        EffectiveOn::Named => named.ok_or(FaultKind::Missing),
        EffectiveOn::Decision => Ok(named.unwrap_or(facts.today)),
        EffectiveOn::TermEnd => {
            let term = case.course.term.as_ref();
            Ok(term.map(Term::last_day).or(named).unwrap_or(facts.today))
        }
    };
    let effective_on = faults.take("/effective_on", effective_on);
    let linked_case = values.case("linked_case");
    link_fits(case, ground, linked_case, &mut faults);
    match (ground, values.text("exclusion_code")) {
        (Ground::NotSuitable, None) => faults.push("/exclusion_code", FaultKind::Missing),
        (Ground::NotSuitable, Some(_)) | (_, None) => {}
        (_, Some(_)) => faults.push("/exclusion_code", FaultKind::NotHere),
    }
    let closure = effective_on.map(|effective_on| Closure {
        ground,
        effective_on,
        linked_case,
    });
    faults.finish(closure).map(Some)
}

/// A duplicate names the other case, and no other ground names one.
pub(super) fn link_fits(
    case: &Case,
    ground: Ground,
    linked_case: Option<CaseId>,
    faults: &mut Faults,
) {
    match (ground.needs_linked_case(), linked_case) {
        (true, None) => faults.push("/linked_case", FaultKind::Missing),
        (true, Some(linked)) if linked != case.id => {}
        (false, None) => {}
        _ => faults.push("/linked_case", FaultKind::NotHere),
    }
}

/// Fields that an effect reads and that are kept as answers besides: the effect keeps only what follows from them.
const KEPT: [&str; 7] = [
    "exclusions",
    "declaration.result",
    "waivers.given_on",
    "contract.elements",
    "extension.requested_on",
    "agreement.elements",
    "check.contacted_on",
];

/// Sorts the answers into what an effect takes, what goes to the ciphertext, and what stays open in the event.
fn answers(action: &Action, values: &Values) -> (BTreeMap<String, String>, ContentChange) {
    let taken: Vec<&str> = action
        .effects
        .iter()
        .flat_map(|effect| effect.fields())
        .map(|(name, _)| *name)
        .collect();
    let mut open = BTreeMap::new();
    let mut content = ContentChange::default();
    if action.does(Effect::RecordAgreement)
        && let (Some(signed_on), Some(summary)) = (
            values.date("agreement.signed_on"),
            values.text("agreement.summary"),
        )
    {
        content.agreement = Some(Agreement {
            signed_on,
            summary: summary.clone(),
        });
    }
    if action.does(Effect::SetGround) {
        content.exclusion_code = Confidential::new(
            values
                .text("exclusion_code")
                .map(|code| code.reveal().clone()),
        );
    }
    let kept = |name: &&str| !KEPT.contains(name);
    let taken: Vec<&str> = taken.into_iter().filter(kept).collect();
    for field in action
        .form
        .iter()
        .filter(|field| !taken.contains(&field.name.as_str()))
    {
        let Some(value) = values.get(&field.name).map(Value::to_text) else {
            continue;
        };
        if field.is_sealed() {
            content
                .answers
                .insert(field.name.clone(), Confidential::new(value));
        } else {
            open.insert(field.name.clone(), value);
        }
    }
    (open, content)
}
