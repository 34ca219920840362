//! What a command does to a case, or why not. Pure: the same arguments give the same answer.

use super::{
    Act, Agreement, Case, CaseNumber, Class, Closure, Content, ContentChange, Correction,
    CourtStage, EventData, Facts, Party, Place, Referred, Stage,
    act::{check, grants_for},
    ground::{EffectiveOn, Ground},
};
use crate::{
    code::{CategoryCode, DistrictCode, SourceCode},
    confidential::Confidential,
    fault::{Fault, FaultKind, Faults},
    id::{GrantId, OfficeId},
    language::Language,
    notice::{NoticeKind, NoticeOrder, OutcomeClass, PartnerEvent, PartnerReference},
    policy::{Actor, CaseTies, grants_in},
    refusal::Refusal,
    workflow::{Action, Audience, Definition, Effect, Trigger, Value, Values},
};
use std::collections::BTreeMap;

/// What follows from a command: one event, what it changes in the content, and the messages it requires.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// The open half of the event.
    pub event: EventData,
    /// The confidential half; empty for most events.
    pub content: ContentChange,
    /// The grant under which the actor acts.
    pub grant: GrantId,
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
}

/// Whether the actor may file at an office under this workflow, and by which grant.
pub fn may_file(definition: &Definition, actor: &Actor, office: OfficeId) -> Option<GrantId> {
    let ties = CaseTies {
        office,
        mediator: None,
        filed_by: actor.account,
        was_assigned: false,
        office_has_head: true,
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
    let event = EventData::Filed {
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
    };
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
    let received = NoticeOrder::ToPartner {
        event: PartnerEvent::Received,
        outcome: None,
    };
    let notices = if referred && tells(definition, Trigger::Filed, Audience::Partner) {
        vec![received]
    } else {
        vec![]
    };
    Ok(Decision {
        event,
        content,
        grant,
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
    let (Some(action), true) = (
        definition.action_at(act.action, &case.step),
        refusals.is_empty(),
    ) else {
        return Err(Rejection::Refused(refusals));
    };
    let Some(grant) = grants_for(action, case, actor, facts)
        .first()
        .map(|grant| grant.id)
    else {
        return Err(Rejection::Refused(refusals));
    };
    let closure = closure(case, action, values, facts).map_err(Rejection::Invalid)?;
    let mediator = values
        .mediator("mediator")
        .filter(|_| action.does(Effect::AssignMediator));
    let (answers, content) = answers(action, values);
    let event = EventData::Moved {
        action: action.name.clone(),
        from: case.step.clone(),
        to: place(
            definition,
            action,
            closure.or(case.closure).map(|closure| closure.ground),
        ),
        mediator,
        over_limit_reason: values
            .text("over_limit_reason")
            .map(|reason| reason.reveal().clone()),
        closure: closure.filter(|_| case.closure.is_none()),
        answers,
    };
    let notices = notices(definition, case, &event);
    Ok(Decision {
        event,
        content,
        grant,
        notices,
    })
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

fn class_of(ground: Option<Ground>) -> Class {
    if ground.is_some_and(Ground::is_success) {
        Class::DoneSuccess
    } else {
        Class::DoneOther
    }
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
    };
    let effective_on = faults.take("/effective_on", effective_on);
    let linked_case = values.case("linked_case");
    match (ground.needs_linked_case(), linked_case) {
        (true, None) => faults.push("/linked_case", FaultKind::Missing),
        (false, Some(_)) => faults.push("/linked_case", FaultKind::NotHere),
        (true, Some(linked)) if linked == case.id => {
            faults.push("/linked_case", FaultKind::NotHere)
        }
        _ => {}
    }
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
    for field in action
        .form
        .iter()
        .filter(|field| !taken.contains(&field.name.as_str()))
    {
        let Some(value) = values.get(&field.name).map(Value::to_text) else {
            continue;
        };
        if field.confidential {
            content
                .answers
                .insert(field.name.clone(), Confidential::new(value));
        } else {
            open.insert(field.name.clone(), value);
        }
    }
    (open, content)
}

fn tells(definition: &Definition, on: Trigger, to: Audience) -> bool {
    definition
        .notices
        .iter()
        .any(|rule| rule.on == on && rule.to == to)
}

/// The messages that an event requires, each once: what happened before is read off the case, never off a step's name.
fn notices(definition: &Definition, case: &Case, event: &EventData) -> Vec<NoticeOrder> {
    let EventData::Moved {
        mediator, closure, ..
    } = event
    else {
        return Vec::new();
    };
    let mut orders = Vec::new();
    if let Some(new) = *mediator {
        if tells(definition, Trigger::MediatorAssigned, Audience::Mediator) {
            orders.push(NoticeOrder::ToMediator {
                kind: NoticeKind::Assignment,
                mediator: new,
            });
        }
        if let Some(former) = case.mediator.filter(|former| *former != new)
            && tells(
                definition,
                Trigger::MediatorReplaced,
                Audience::FormerMediator,
            )
        {
            orders.push(NoticeOrder::ToMediator {
                kind: NoticeKind::Unassignment,
                mediator: former,
            });
        }
    }
    if case.partner.is_none() {
        return orders;
    }
    if mediator.is_some()
        && case.accepted_at.is_none()
        && tells(definition, Trigger::FirstAssigned, Audience::Partner)
    {
        orders.push(NoticeOrder::ToPartner {
            event: PartnerEvent::Assigned,
            outcome: None,
        });
    }
    let outcome = closure
        .filter(|_| case.closure.is_none())
        .and_then(|closure| OutcomeClass::of(closure.ground));
    if outcome.is_some() && tells(definition, Trigger::Ended, Audience::Partner) {
        orders.push(NoticeOrder::ToPartner {
            event: PartnerEvent::Ended,
            outcome,
        });
    }
    orders
}

/// Corrects facts of a case that is not closed.
///
/// # Errors
/// D20: a closed case keeps its facts. A correction that changes nothing is a fault.
pub fn correct(
    case: &Case,
    actor: &Actor,
    office_has_head: bool,
    correction: Correction,
    content: ContentChange,
) -> Result<Decision, Rejection> {
    use crate::policy::Relation;
    if case.stage == Stage::Closed {
        return Err(Rejection::Refused(vec![Refusal::Step(
            super::StepRefusal::Closed,
        )]));
    }
    let who = Relation::ALL;
    let Some(grant) = grants_in(actor, &case.ties(office_has_head), &who)
        .first()
        .map(|grant| grant.id)
    else {
        let refusal = super::StepRefusal::NotYours {
            who: who.to_vec(),
            stage: case.stage,
        };
        return Err(Rejection::Refused(vec![Refusal::Step(refusal)]));
    };
    if correction == Correction::default() && content.is_empty() {
        return Err(Rejection::Invalid(vec![Fault::new("", FaultKind::Empty)]));
    }
    Ok(Decision {
        event: EventData::Corrected(correction),
        content,
        grant,
        notices: Vec::new(),
    })
}

/// Corrects the ground of a closed case: a separate act of the coordinator, with a reason (D20).
///
/// # Errors
/// The case is not closed, the actor is not the coordinator, or the ground could not have closed the case from where it was.
pub fn correct_ground(
    definition: &Definition,
    case: &Case,
    actor: &Actor,
    closure: Closure,
    reason: String,
) -> Result<Decision, Rejection> {
    use crate::policy::Relation;
    let refuse = |refusal| Err(Rejection::Refused(vec![refusal]));
    let who = [Relation::Coordinator];
    let Some(grant) = grants_in(actor, &case.ties(true), &who)
        .first()
        .map(|grant| grant.id)
    else {
        return refuse(Refusal::Step(super::StepRefusal::NotYours {
            who: who.to_vec(),
            stage: case.stage,
        }));
    };
    let Some(old) = case.closure.filter(|_| case.stage == Stage::Closed) else {
        return Err(Rejection::Invalid(vec![Fault::new(
            "/ground",
            FaultKind::NotHere,
        )]));
    };
    let ground = closure.ground;
    if !definition.grounds.contains(&ground) {
        return refuse(Refusal::Ground(
            super::ground::GroundRefusal::NotInWorkflow(ground),
        ));
    }
    let shared = ground
        .from_stages()
        .iter()
        .any(|stage| old.ground.from_stages().contains(stage));
    if !shared {
        let stage = old
            .ground
            .from_stages()
            .first()
            .copied()
            .unwrap_or(Stage::Filed);
        return refuse(Refusal::Ground(super::ground::GroundRefusal::NotFromHere {
            ground,
            stage,
        }));
    }
    let event = EventData::GroundCorrected {
        closure,
        class: class_of(Some(ground)),
        reason,
    };
    Ok(Decision {
        event,
        content: ContentChange::default(),
        grant,
        notices: Vec::new(),
    })
}

/// The names of the confidential fields that a change touches, for the open half of a correction.
pub fn touched(content: &ContentChange, before: &Content) -> Vec<String> {
    let mut names = Vec::new();
    if content
        .summary
        .reveal()
        .as_ref()
        .is_some_and(|summary| summary != before.summary.reveal())
    {
        names.push("summary".to_owned());
    }
    if content
        .amount
        .reveal()
        .is_some_and(|amount| amount != *before.amount.reveal())
    {
        names.push("amount".to_owned());
    }
    if content
        .parties
        .as_ref()
        .is_some_and(|parties| *parties != before.parties)
    {
        names.push("parties".to_owned());
    }
    names
}
