//! A case as it goes over the wire.

use super::{
    super::notice::NoticeView,
    due::{DueView, TermView, due, term},
    handing::HandedUpView,
    lookup::Lookup,
};
use crate::{
    app::{
        self, AppError, Tx,
        case::{Done, Shown},
        reading::Reading,
    },
    http::answer::Answer,
};
use chrono::{DateTime, NaiveDate, Utc};
use kelisim_domain::{
    case::{Case, Content, Event, EventData, MediatorAsked, Party, PartyKind, Side, explain},
    id::{CaseId, MediatorId},
    language::Language,
    workflow::Definition,
};
use kelisim_persistence::store::{
    access::{Authorized, ReadNames, See},
    case_event::Recorded,
    handing_up::HandedUp,
    mediator::MediatorName,
};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// A case.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseView {
    id: Uuid,
    /// What people read, such as `ORL-03/2026-0017`.
    number: String,
    /// Also the `ETag`.
    version: i32,
    /// The code of the office.
    office: String,
    workflow: CaseWorkflowView,
    /// `filed`, `assigned`, `reconciled` or `closed`.
    stage: &'static str,
    /// The workflow's own state inside the stage.
    step: String,
    /// `new`, `active`, `waiting`, `done_success` or `done_other`.
    class: &'static str,
    category: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subcategory: Option<String>,
    language: &'static str,
    district: String,
    court_stage: &'static str,
    referral: ReferralView,
    mediator: Option<CaseMediatorView>,
    /// The mediator who is asked to take it and has not answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<CaseMediatorView>,
    /// The sides' names and settlements, for the mediator who is asked: nobody accepts without declaring a connection;
    /// and in what a search by name has found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sides: Vec<SideView>,
    filed_at: DateTime<Utc>,
    due: Vec<DueView>,
    /// Set while its content is open to the coordinator.
    #[serde(skip_serializing_if = "Option::is_none")]
    handed_up: Option<HandedUpView>,
    /// The term of mediation, once the contract was concluded.
    #[serde(skip_serializing_if = "Option::is_none")]
    term: Option<TermView>,
    /// `settlement`, `no_settlement` or `not_suitable`, once the ground is set.
    outcome: Option<&'static str>,
    closure: Option<ClosureView>,
    /// The actions that the reader may take now.
    allowed_actions: Vec<String>,
    /// Only for a reader who may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidential: Option<ContentView>,
    /// The case was erased by law: its key was destroyed and nobody reads its content any more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    erased: bool,
}

impl CaseView {
    /// The case itself, when its confidential content is shown.
    fn shows_content(&self) -> Option<CaseId> {
        self.confidential.as_ref().map(|_| CaseId(self.id))
    }

    /// What of it is confidential.
    fn reading(&self) -> Option<Reading> {
        let names = (!self.sides.is_empty()).then(|| Reading::names(CaseId(self.id)));
        self.shows_content().map(Reading::content).or(names)
    }
}

/// A side, as far as whoever is asked has to know it to declare a connection (D6).
#[derive(Serialize, ToSchema)]
struct SideView {
    #[schema(value_type = String)]
    side: Side,
    #[schema(value_type = String)]
    kind: PartyKind,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    settlement: Option<String>,
}

fn side_view(party: &Party) -> SideView {
    SideView {
        side: party.side,
        kind: party.kind,
        name: party.name.reveal().to_string(),
        settlement: party.settlement.reveal().clone(),
    }
}

/// Which workflow a case follows.
#[derive(Serialize, ToSchema)]
struct CaseWorkflowView {
    key: String,
    version: i32,
}

/// Where a case came from.
#[derive(Serialize, ToSchema)]
struct ReferralView {
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    partner: Option<String>,
    /// The partner's own number; only for a reader who may see the content.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_code: Option<String>,
}

/// Who mediates.
#[derive(Serialize, ToSchema)]
struct CaseMediatorView {
    id: Uuid,
    name: String,
}

/// Why and when it ended.
#[derive(Serialize, ToSchema)]
struct ClosureView {
    ground: &'static str,
    effective_on: NaiveDate,
    /// When the file was closed; none while it is reconciled.
    at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    linked_case: Option<Uuid>,
}

/// What only the case team reads.
#[derive(Serialize, ToSchema)]
struct ContentView {
    summary: String,
    /// In whole tenge.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<i64>,
    parties: Vec<PartyView>,
    agreement: Option<AgreementView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exclusion_code: Option<String>,
    /// Further confidential answers of the workflow's forms.
    #[serde(skip_serializing_if = "HashMap::is_empty")]
    answers: HashMap<String, String>,
}

/// A party.
#[derive(Serialize, ToSchema)]
pub(super) struct PartyView {
    id: Uuid,
    side: &'static str,
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settlement: Option<String>,
}

/// A signed agreement.
#[derive(Serialize, ToSchema)]
struct AgreementView {
    signed_on: NaiveDate,
    summary: String,
}

/// A page of cases.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a page, which is made of its entries")]
pub(super) struct CaseList {
    items: Vec<CaseView>,
    /// The address of the next page.
    next: Option<String>,
}

/// A page of a history.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a page, which is made of its entries")]
pub(super) struct EventList {
    items: Vec<EventView>,
    /// The address of the next page.
    next: Option<String>,
}

/// One entry of the history.
#[derive(Serialize, ToSchema)]
pub(super) struct EventView {
    id: Uuid,
    seq: i32,
    kind: &'static str,
    at: DateTime<Utc>,
    actor: Option<Uuid>,
    #[schema(value_type = Object)]
    data: EventData,
    /// Why somebody lifted a limit or corrected a ground; only for whoever reads the content of the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Chains the entry to the one before: SHA-256, hexadecimal.
    hash: String,
}

/// What a transition came to.
#[derive(Serialize, ToSchema)]
pub(super) struct TransitionAnswer {
    transition: TransitionView,
    case: CaseView,
    /// The messages that it caused.
    notices: Vec<NoticeView>,
}

/// A transition.
#[derive(Serialize, ToSchema)]
struct TransitionView {
    id: Uuid,
    action: String,
    from: String,
    to: String,
    at: DateTime<Utc>,
    actor: Option<Uuid>,
}

/// The open part of a case; `office_has_head` matters for what the reader may do.
pub(super) fn open_view(
    tx: &Tx<'_>,
    case: &Case,
    lookup: &Lookup,
    allowed_actions: Vec<String>,
) -> CaseView {
    let mediator = |id: MediatorId| CaseMediatorView {
        id: id.0,
        name: lookup
            .mediators
            .get(&id)
            .map(|name| name_in(name, tx.language()))
            .unwrap_or_default(),
    };
    CaseView {
        id: case.id.0,
        number: case.number.to_string(),
        version: case.version,
        office: case.number.office.to_string(),
        workflow: CaseWorkflowView {
            key: case.workflow.to_string(),
            version: case.workflow_version,
        },
        stage: case.stage.code(),
        step: case.step.to_string(),
        class: case.class.code(),
        category: case.category.to_string(),
        subcategory: case.subcategory.clone(),
        language: case.language.code(),
        district: case.district.to_string(),
        court_stage: case.court_stage.code(),
        referral: ReferralView {
            source: case.source.to_string(),
            partner: case
                .partner
                .and_then(|id| lookup.partners.get(&id).map(ToString::to_string)),
            reference: None,
            receipt_code: None,
        },
        mediator: case.mediator.map(mediator),
        asked: case.course.asked.map(|asked| mediator(asked.mediator)),
        sides: Vec::new(),
        filed_at: case.filed_at,
        due: due(tx, case),
        handed_up: case.course.handed_up_at.map(HandedUpView::since),
        term: term(tx, case),
        outcome: case
            .closure
            .and_then(|closure| kelisim_domain::notice::OutcomeClass::of(closure.ground))
            .map(|outcome| outcome.code()),
        closure: case.closure.map(|closure| ClosureView {
            ground: closure.ground.code(),
            effective_on: closure.effective_on,
            at: case.closed_at,
            linked_case: closure.linked_case.map(|id| id.0),
        }),
        allowed_actions,
        confidential: None,
        erased: false,
    }
}

/// The name of a mediator for a reader.
pub(crate) fn name_in(name: &MediatorName, language: Language) -> String {
    match language {
        Language::Kk => name.kk.to_string(),
        Language::Ru | Language::En => name.ru.to_string(),
    }
}

/// The actions that the reader may take on a case, as far as they can be known without answers to a form.
pub(crate) fn allowed_actions(
    tx: &Tx<'_>,
    definition: &Definition,
    case: &Case,
    office_has_head: bool,
) -> Vec<String> {
    let facts = tx.facts(case, office_has_head, MediatorAsked::Nobody);
    explain(definition, case, &tx.actor, &facts, None)
        .into_iter()
        .filter(|answer| answer.allowed())
        .map(|answer| answer.name.to_string())
        .collect()
}

/// A case for one reader, with what they may read of its content.
///
/// `act` is an act of handing up that the transaction is about to store.
pub(super) fn case_view(
    tx: &mut Tx<'_>,
    authorized: &Authorized<See>,
    act: Option<HandedUp>,
) -> Result<CaseView, AppError> {
    let case = authorized.case();
    let definition = app::case::definition_of(tx, case)?;
    let lookup = Lookup::of(tx, std::iter::once(case))?;
    let allowed = allowed_actions(tx, &definition, case, authorized.office_has_head());
    let mut view = open_view(tx, case, &lookup, allowed);
    if let Some(referred) = authorized.referral() {
        view.referral.receipt_code = Some(referred.receipt_code.as_str().to_owned());
    }
    match app::case::shown(tx, authorized)? {
        Shown::Content(reader) => {
            let content = reader.content(&tx.app.vault)?;
            let reference = content.reference.reveal().as_ref();
            view.referral.reference = reference.map(|text| text.as_str().to_owned());
            view.confidential = Some(content_view(content));
            let act = match act {
                Some(act) => Some(act),
                None => app::handing::reason(tx, &reader)?,
            };
            view.handed_up = act.map(HandedUpView::whole).or(view.handed_up);
        }
        Shown::Names(asked) => {
            let parties = asked.parties(&tx.app.vault)?;
            view.sides = parties.iter().map(side_view).collect();
        }
        Shown::Nothing => {}
        Shown::Erased => view.erased = true,
    }
    Ok(view)
}

/// A case that was found by a name, with the names of its sides.
pub(super) fn named_view(
    tx: &Tx<'_>,
    authorized: &Authorized<ReadNames>,
    lookup: &Lookup,
    allowed_actions: Vec<String>,
) -> Result<CaseView, AppError> {
    let mut view = open_view(tx, authorized.case(), lookup, allowed_actions);
    let parties = authorized.parties(&tx.app.vault)?;
    view.sides = parties.iter().map(side_view).collect();
    Ok(view)
}

/// The answer that shows a case.
pub(super) fn case_answer(
    tx: &mut Tx<'_>,
    authorized: &Authorized<See>,
    act: Option<HandedUp>,
) -> Result<Answer, AppError> {
    let view = case_view(tx, authorized, act)?;
    Ok(Answer::ok(&view)
        .version(view.version)
        .content_of(view.shows_content())
        .reads(view.reading())
        .sealed_by(authorized.data_key(&tx.app.vault).ok().cloned()))
}

/// The content for a reader who passed the check for it.
fn content_view(content: &Content) -> ContentView {
    ContentView {
        summary: content.summary.reveal().clone(),
        amount: *content.amount.reveal(),
        parties: content.parties.iter().map(party_view).collect(),
        agreement: content.agreement.as_ref().map(|agreement| AgreementView {
            signed_on: agreement.signed_on,
            summary: agreement.summary.reveal().clone(),
        }),
        exclusion_code: content.exclusion_code.reveal().clone(),
        answers: content
            .answers
            .iter()
            .map(|(name, answer)| (name.clone(), answer.reveal().clone()))
            .collect(),
    }
}

/// A party for whoever reads the content.
pub(super) fn party_view(party: &Party) -> PartyView {
    PartyView {
        id: party.id.0,
        side: party.side.code(),
        kind: party.kind.code(),
        name: party.name.reveal().to_string(),
        phone: party.phone.reveal().as_ref().map(ToString::to_string),
        email: party.email.reveal().as_ref().map(ToString::to_string),
        language: party.language.map(Language::code),
        settlement: party.settlement.reveal().clone(),
    }
}

impl EventView {
    /// An entry of the history, and why it was done, for whoever may read that.
    pub(super) fn of(recorded: &Recorded, reason: Option<String>) -> Self {
        let event = &recorded.event;
        EventView {
            id: recorded.id.0,
            seq: event.seq,
            kind: event.data.kind(),
            at: event.at,
            actor: person(event),
            data: event.data.clone(),
            reason,
            hash: recorded
                .hash
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        }
    }
}

/// The answer to a transition: what happened, the case after it, and the messages.
pub(super) fn transition_answer(tx: &mut Tx<'_>, done: &Done) -> Result<Answer, AppError> {
    let case = view_after(tx, done)?;
    let (version, content_of, reading) = (case.version, case.shows_content(), case.reading());
    let view = TransitionAnswer {
        transition: transition_view(&done.event, done.event_id.0),
        case,
        notices: done.messages.iter().map(NoticeView::fresh).collect(),
    };
    Ok(Answer {
        status: 201,
        ..Answer::ok(&view)
            .version(version)
            .content_of(content_of)
            .reads(reading)
            .sealed_by(done.after.data_key(&tx.app.vault).ok().cloned())
    })
}

/// The case after a change by the same actor. They may have given it away with this very act: then the open part is
/// all that is left to show, and the next request finds nothing (D11).
fn view_after(tx: &mut Tx<'_>, done: &Done) -> Result<CaseView, AppError> {
    match app::case::access_after(tx, done) {
        Ok(authorized) => case_view(tx, &authorized, None),
        Err(AppError::NotFound) => {
            let case = done.case();
            let lookup = Lookup::of(tx, std::iter::once(case))?;
            Ok(open_view(tx, case, &lookup, Vec::new()))
        }
        Err(error) => Err(error),
    }
}

fn transition_view(event: &Event, id: Uuid) -> TransitionView {
    let (action, from, to) = match &event.data {
        EventData::Moved {
            action, from, to, ..
        } => (action.to_string(), from.to_string(), to.step.to_string()),
        other => (other.kind().to_owned(), String::new(), String::new()),
    };
    TransitionView {
        id,
        action,
        from,
        to,
        at: event.at,
        actor: person(event),
    }
}

/// Who did it; nobody for what a timer or the register of mediators did.
fn person(event: &Event) -> Option<Uuid> {
    Some(event.actor.0).filter(|actor| !actor.is_nil())
}
