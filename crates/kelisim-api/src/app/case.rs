//! A case: file it, move it, correct it. Load, ask, decide, store: one transaction each.

use super::{AppError, Tx, message, published};
use kelisim_domain::{
    case::{
        self, Act, Case, CaseNumber, Closure, ContentChange, Correction, Decision, Event, Facts,
        Filing, FilingFacts, GroundCorrection, MediatorAsked, Referred, ground::Ground,
    },
    code::{ActionName, OfficeCode, PartnerCode},
    confidential::Confidential,
    fault::FaultKind,
    id::{AccountId, CaseId, EventId, MediatorId, OfficeId, ReferralId},
    notice::ReceiptCode,
    policy::{Actor, Relation, System},
    workflow::{Action, Definition, Values},
};
use kelisim_persistence::store::{
    access::{
        Authorized, Correct, CorrectGround, NoAccess, Permission, See, access_case, access_lost,
        access_stored,
    },
    case::{CaseChange, Loaded, NewCase, case_add, case_change, case_number_next},
    due::DueTimer,
    mediator,
    office::FilingOffice,
    outbox::NewMessage,
    partner::{PartnerAsked, partner_told},
};
use kelisim_persistence::{Defect, Point};
use std::sync::Arc;

mod shown;

pub use shown::{Shown, reads_content, reasons, shown};

/// What a change came to.
pub struct Done {
    /// The case after it.
    pub after: Loaded,
    /// What happened.
    pub event: Event,
    /// The id of the entry in the history.
    pub event_id: EventId,
    /// The messages that it caused.
    pub messages: Vec<NewMessage>,
}

impl Done {
    /// The open facts of the case after it.
    pub fn case(&self) -> &Case {
        &self.after.case
    }
}

/// A case for an act of the caller.
///
/// # Errors
/// Not found when the caller may not see it; not permitted when they may see it but not do this.
pub fn access<P: Permission>(tx: &mut Tx<'_>, id: CaseId) -> Result<Authorized<P>, AppError> {
    let today = tx.today();
    let authorized = access_case::<P>(tx.db, &tx.actor, id, today).map_err(refused)?;
    let names = authorized.loaded().names();
    if let Some((id, name)) = &names.mediator {
        tx.names.mediator(*id, name.clone());
    }
    if let Some((id, code)) = &names.partner {
        tx.names.partner(*id, code.clone());
    }
    Ok(authorized)
}

/// The case after a change of the caller, who may have given it away with this very act (D11).
///
/// # Errors
/// Not found, when the caller may not see it any more.
pub fn access_after(tx: &Tx<'_>, done: &Done) -> Result<Authorized<See>, AppError> {
    access_stored(&done.after, &tx.actor).map_err(refused)
}

fn refused(error: NoAccess) -> AppError {
    match error {
        NoAccess::NotFound => AppError::NotFound,
        NoAccess::NotPermitted => AppError::NotPermitted(Vec::new()),
        NoAccess::Store(error) => error.into(),
    }
}

/// The workflow of a case; one that another process published a moment ago is read now.
///
/// # Errors
/// Internal when there is none: a case cannot exist without its workflow.
pub fn definition_of(tx: &mut Tx<'_>, case: &Case) -> Result<Arc<Definition>, AppError> {
    let region = tx.region();
    published::definition(tx.app, tx.db, region, &case.workflow, case.workflow_version)
}

/// An office where the caller may file, by its code.
pub struct FilingPlace {
    /// The office.
    pub office: OfficeId,
    /// Its code.
    pub code: OfficeCode,
    /// Its district, for a case that names none.
    pub district: kelisim_domain::code::DistrictCode,
    /// Whether it has a head today.
    pub has_head: bool,
    /// The workflow that the case will follow.
    pub definition: Arc<Definition>,
}

/// Lets through whoever may file somewhere: a partner or an auditor has no such route.
///
/// # Errors
/// Not found.
pub fn may_file_somewhere(tx: &Tx<'_>) -> Result<(), AppError> {
    use kelisim_domain::policy::Role;
    if tx
        .actor
        .has_any(&[Role::Mediator, Role::OfficeHead, Role::Coordinator])
    {
        Ok(())
    } else {
        Err(AppError::NotFound)
    }
}

/// The office of a filing.
///
/// # Errors
/// Unknown code, an office that has been closed, or one where the caller holds no grant.
pub fn filing_place(
    tx: &mut Tx<'_>,
    code: &OfficeCode,
    office: Option<FilingOffice>,
) -> Result<FilingPlace, AppError> {
    let unknown = || AppError::invalid("/office", FaultKind::UnknownCode { known: Vec::new() });
    let office = office.ok_or_else(unknown)?;
    // D34: a new case takes the newest version, whichever process published it.
    published::keep_up(tx, office.edition)?;
    let definition = tx.app.definitions.default_of(tx.region())?;
    if case::may_file(&definition, &tx.actor, office.id).is_none() {
        let refusal = case::StepRefusal::NotYours {
            who: definition
                .opening()
                .flat_map(|action| action.who.clone())
                .collect(),
            stage: case::Stage::Filed,
        };
        return Err(AppError::NotPermitted(vec![
            kelisim_domain::refusal::Refusal::Step(refusal),
        ]));
    }
    if !office.is_open {
        return Err(unknown());
    }
    Ok(FilingPlace {
        office: office.id,
        code: code.clone(),
        district: office.district,
        has_head: office.has_head,
        definition,
    })
}

/// A partner's referral at its arrival: a new receipt code, and the memorandum in force today.
///
/// # Errors
/// Unknown or inactive partner.
pub fn referred_by(tx: &mut Tx<'_>, code: &PartnerCode) -> Result<Referred, AppError> {
    let unknown = || {
        AppError::invalid(
            "/referral/partner",
            FaultKind::UnknownCode { known: Vec::new() },
        )
    };
    let (region, today) = (tx.region(), tx.today());
    let partner = match partner_told(tx.db, region, PartnerAsked::Code(code)) {
        Ok(partner) if partner.active => partner,
        Ok(_) | Err(kelisim_persistence::Error::NotFound) => return Err(unknown()),
        Err(error) => return Err(error.into()),
    };
    tx.names.partner(partner.id, code.clone());
    let mut random = [0; 26];
    tx.app.entropy.fill(&mut random);
    let referred = Referred {
        partner: partner.id,
        memorandum: message::in_force(&partner, today),
        receipt_code: ReceiptCode::from_random(random),
    };
    tx.told = Some(partner);
    Ok(referred)
}

/// What a filing would come to, with nothing stored and no number taken: the case, and who is told.
///
/// # Errors
/// The domain's refusals.
pub fn file_decided(
    tx: &mut Tx<'_>,
    place: &FilingPlace,
    filing: Filing,
) -> Result<(Case, Decision), AppError> {
    let number = CaseNumber {
        office: place.code.clone(),
        year: tx.zone().year(tx.now),
        serial: 0,
    };
    let id = tx.new_id();
    let facts = FilingFacts {
        office: place.office,
        number,
        case: id,
        now: tx.now,
        law: Arc::clone(&tx.law),
    };
    let decision = case::file(&place.definition, filing, facts, &tx.actor)?;
    let event = event(tx, tx.actor.account, id, 1, &decision);
    let case =
        case::opened(&event).ok_or_else(|| AppError::Internal("a filing opens a case".into()))?;
    Ok((case, decision))
}

/// Files a case.
///
/// # Errors
/// The domain's refusals; an unknown code of the region's lists.
pub fn file(tx: &mut Tx<'_>, place: &FilingPlace, filing: Filing) -> Result<Done, AppError> {
    let (region, zone, now) = (tx.region(), tx.zone(), tx.now);
    let referred = filing.referral.clone();
    if tx.app.faults.has(Defect::LogContent) {
        tracing::info!(
            summary = filing.summary.reveal(),
            "a defect that T11 must find"
        );
    }
    let number = case_number_next(tx.db, region, place.office, &place.code, zone.year(now))?;
    tx.app.faults.at(Point::NumberTaken)?;
    let id: CaseId = tx.new_id();
    let facts = FilingFacts {
        office: place.office,
        number,
        case: id,
        now,
        law: Arc::clone(&tx.law),
    };
    let decision = case::file(&place.definition, filing, facts, &tx.actor)?;
    let event = event(tx, tx.actor.account, id, 1, &decision);
    let case =
        case::opened(&event).ok_or_else(|| AppError::Internal("a filing opens a case".into()))?;
    let key = tx
        .app
        .vault
        .key_add(&mut tx.writes, region, ("case", id.0), now);
    let names = tx.app.vault.name_key(tx.db, region)?;
    let event_id: EventId = tx.new_id();
    let referral_id: ReferralId = tx.new_id();
    let after = case_add(
        &mut tx.writes,
        key,
        &NewCase {
            region,
            case: &case,
            event: &event,
            event_id,
            content: &decision.content,
            referral: referred.as_ref().map(|referred| (referral_id, referred)),
            received_on: zone.day(now),
            office_has_head: place.has_head,
            zone,
            names: names.as_ref(),
        },
    )?;
    let messages = message::enqueue(tx, &case, &event, event_id, &decision.notices)?;
    Ok(Done {
        after,
        event,
        event_id,
        messages,
    })
}

/// The entry of an action at the step of a case, if the caller may take it at all.
///
/// # Errors
/// Every refusal that holds whatever the answers are.
pub fn action_of<'d>(
    tx: &mut Tx<'_>,
    authorized: &Authorized<See>,
    definition: &'d Definition,
    name: &ActionName,
) -> Result<&'d Action, AppError> {
    let facts = facts(tx, authorized, None)?;
    let act = Act {
        action: name,
        values: None,
    };
    let refusals = case::check(definition, authorized.case(), &tx.actor, act, &facts);
    match definition.action_at(name, &authorized.case().step) {
        Some(action) if refusals.is_empty() => Ok(action),
        _ => Err(AppError::refused(refusals)),
    }
}

/// Takes an action on a case.
///
/// # Errors
/// The domain's refusals and faults; stale when the case has changed since it was loaded.
pub fn act(
    tx: &mut Tx<'_>,
    authorized: &Authorized<See>,
    definition: &Definition,
    name: &ActionName,
    values: &Values,
) -> Result<Done, AppError> {
    if let Some(mediator) = values.mediator("mediator") {
        let region = tx.region();
        mediator::mediator_lock(tx.db, region, mediator)?;
    }
    let decision = decided(tx, authorized, definition, name, values)?;
    store(tx, authorized, decision)
}

/// What an action would come to, with nothing stored: what changes, and who is told.
///
/// # Errors
/// The domain's refusals and faults.
pub fn decided(
    tx: &mut Tx<'_>,
    authorized: &Authorized<See>,
    definition: &Definition,
    name: &ActionName,
    values: &Values,
) -> Result<Decision, AppError> {
    linked_is_seen(tx, values.case("linked_case"))?;
    let facts = facts(tx, authorized, values.mediator("mediator"))?;
    let act = Act {
        action: name,
        values: Some(values),
    };
    let decision = case::decide(definition, authorized.case(), &tx.actor, act, &facts)?;
    Ok(decision)
}

/// Takes the open cases of a mediator whom the register has suspended or removed from them, the same day (D12): each by
/// the action of its workflow that is open to the register at its step.
///
/// A case whose workflow has no such action there keeps its mediator, and so does one where a rule stands against it:
/// the register goes first, and the log says which case a person has to look at.
///
/// # Errors
/// As the store.
pub fn release_lost(tx: &mut Tx<'_>, mediator: MediatorId) -> Result<Vec<Done>, AppError> {
    let (region, today) = (tx.region(), tx.today());
    let register = Actor::system(region, System::Register);
    let mut released = Vec::new();
    for authorized in access_lost(tx.db, region, mediator, today)? {
        let case = authorized.case();
        let definition = definition_of(tx, case)?;
        let Some(action) = definition.action_of(Relation::Register, &case.step) else {
            tracing::warn!(case = %case.id, "the mediator of a case was lost, and its workflow has no way for that");
            continue;
        };
        let facts = facts(tx, &authorized, None)?;
        let act = Act {
            action: &action.name,
            values: None,
        };
        match case::decide(&definition, case, &register, act, &facts) {
            Ok(decision) => {
                let done = store_as(tx, register.account, &authorized, decision, None)?;
                released.push(done);
            }
            Err(rejection) => {
                let error = AppError::from(rejection);
                tracing::error!(case = %case.id, ?error, "a case cannot be taken from a mediator who was lost");
            }
        }
    }
    Ok(released)
}

/// Corrects facts of a case.
///
/// # Errors
/// D20: a closed case keeps its facts.
pub fn correct(
    tx: &mut Tx<'_>,
    authorized: &Authorized<Correct>,
    correction: Correction,
    content: ContentChange,
) -> Result<Done, AppError> {
    let decision = case::correct(
        authorized.case(),
        &tx.actor,
        authorized.office_has_head(),
        correction,
        content,
    )?;
    store(tx, authorized, decision)
}

/// What somebody says was the right end of a closed case.
pub struct RightGround {
    /// The ground.
    pub ground: Ground,
    /// Its day; the old one when none is named.
    pub effective_on: Option<chrono::NaiveDate>,
    /// The other case, for a duplicate.
    pub linked_case: Option<CaseId>,
    /// The code of the exclusion, for a dispute that may not be mediated.
    pub exclusion_code: Confidential<Option<String>>,
    /// Why it is corrected.
    pub reason: Confidential<String>,
}

/// Corrects the ground of a closed case (D20).
///
/// # Errors
/// The case is not closed, the ground could not have closed it, or it lacks what it needs.
pub fn correct_ground(
    tx: &mut Tx<'_>,
    authorized: &Authorized<CorrectGround>,
    right: RightGround,
) -> Result<Done, AppError> {
    linked_is_seen(tx, right.linked_case)?;
    let case = authorized.case();
    let definition = definition_of(tx, case)?;
    let old = case.closure;
    let effective_on = right
        .effective_on
        .or(old.map(|closure| closure.effective_on))
        .unwrap_or_else(|| tx.today());
    let kept = old
        .and_then(|closure| closure.linked_case)
        .filter(|_| right.ground.needs_linked_case());
    let (filed_on, closed_on) = (
        tx.zone().day(case.filed_at),
        tx.zone().day(case.closed_at.unwrap_or(tx.now)),
    );
    if effective_on < filed_on {
        let kind = FaultKind::TooEarly { earliest: filed_on };
        return Err(AppError::invalid("/effective_on", kind));
    }
    if effective_on > closed_on {
        let kind = FaultKind::TooLate { latest: closed_on };
        return Err(AppError::invalid("/effective_on", kind));
    }
    let correction = GroundCorrection {
        closure: Closure {
            ground: right.ground,
            effective_on,
            linked_case: right.linked_case.or(kept),
        },
        exclusion_code: right.exclusion_code,
        reason: right.reason,
    };
    let decision = case::correct_ground(&definition, case, &tx.actor, correction)?;
    store(tx, authorized, decision)
}

/// A linked case is one that the caller may see.
fn linked_is_seen(tx: &mut Tx<'_>, linked: Option<CaseId>) -> Result<(), AppError> {
    let Some(linked) = linked else { return Ok(()) };
    match access::<See>(tx, linked) {
        Ok(_) => Ok(()),
        Err(AppError::NotFound) => Err(AppError::invalid(
            "/linked_case",
            FaultKind::UnknownCode { known: Vec::new() },
        )),
        Err(error) => Err(error),
    }
}

/// What the registers say, for a case and the mediator whom a form names.
///
/// # Errors
/// As the store.
pub fn facts<P>(
    tx: &mut Tx<'_>,
    authorized: &Authorized<P>,
    mediator: Option<MediatorId>,
) -> Result<Facts, AppError> {
    let (region, today) = (tx.region(), tx.today());
    let mediator = match mediator {
        None => MediatorAsked::Nobody,
        Some(id) => match mediator::mediator_facts(tx.db, region, id, today)? {
            None => MediatorAsked::Unknown,
            Some((facts, name)) => {
                tx.names.mediator(id, name);
                MediatorAsked::Known(facts)
            }
        },
    };
    Ok(tx.facts(authorized.case(), authorized.office_has_head(), mediator))
}

/// A case as a decision of the caller would leave it, with nothing stored.
pub fn foreseen(tx: &Tx<'_>, case: &Case, decision: &Decision) -> Case {
    let event = event(tx, tx.actor.account, case.id, case.version + 1, decision);
    case::evolve(case.clone(), &event)
}

fn event(tx: &Tx<'_>, actor: AccountId, case: CaseId, seq: i32, decision: &Decision) -> Event {
    Event {
        case,
        seq,
        at: tx.now,
        actor,
        grant: decision.grant,
        data: decision.event.clone(),
    }
}

/// Stores what the actor of the transaction has decided, with its messages.
pub(super) fn store<P>(
    tx: &mut Tx<'_>,
    authorized: &Authorized<P>,
    decision: Decision,
) -> Result<Done, AppError> {
    let actor = tx.actor.account;
    store_as(tx, actor, authorized, decision, None)
}

/// Stores what was decided, with its messages: the one way for people, for timers and for the register.
///
/// A timer shows its claim; without the lease nothing is stored.
///
/// # Errors
/// [`Error::Erased`](kelisim_persistence::Error::Erased) and the like, when the content cannot be opened.
pub(super) fn store_as<P>(
    tx: &mut Tx<'_>,
    actor: AccountId,
    authorized: &Authorized<P>,
    decision: Decision,
    claim: Option<&DueTimer>,
) -> Result<Done, AppError> {
    let (before, region) = (authorized.loaded(), tx.region());
    let seq = before.case.version + 1;
    let event = event(tx, actor, before.case.id, seq, &decision);
    let case = case::evolve(before.case.clone(), &event);
    let event_id: EventId = tx.new_id();
    let names = match decision.content.parties {
        Some(_) => tx.app.vault.name_key(tx.db, region)?,
        None => None,
    };
    let change = CaseChange {
        before,
        after: case,
        event: &event,
        event_id,
        content: &decision.content,
        zone: tx.zone(),
        claim: claim.map(DueTimer::token),
        names: names.as_ref(),
    };
    let after = case_change(tx.db, &tx.app.vault, &mut tx.writes, change)?;
    let messages = message::enqueue(tx, &after.case, &event, event_id, &decision.notices)?;
    Ok(Done {
        after,
        event,
        event_id,
        messages,
    })
}
