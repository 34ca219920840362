//! What is tried in a state: every answer that makes a difference, by people who are all there and willing, with
//! mediators who are fit.

use crate::{
    assignment::{MediatorFacts, MediatorStatus},
    calendar::Zone,
    case::{
        Case, CaseNumber, Class, CourtStage, Declared, Event, EventData, Facts, MediatorAsked,
        Place, ground::Ground, grounds_offered, opened, timers_after,
    },
    code::{CategoryCode, DistrictCode, OfficeCode, SourceCode},
    confidential::Confidential,
    id::{AccountId, CaseId, GrantId, MediatorId, OfficeId, RegionId},
    language::Language,
    law::Law,
    legal::{Excluding, Prescribed, Profile},
    policy::{Actor, Grant, Relation, Standing, System},
    workflow::{Action, Definition, Field, FieldType, Value, Values},
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

/// The law by which the ways are walked. A workflow is proven against the shipped profile, with the pause allowed, so
/// that what the profile forbids today is walked all the same.
pub(super) fn law() -> Arc<Law> {
    let text = crate::legal::KZ_MEDIATION.replacen("allowed = false", "allowed = true", 1);
    let profile = Profile::parse(&text).unwrap_or_else(|_| Profile::empty());
    Arc::new(Law::new(profile, Zone::ORAL, &[]))
}

/// A case that was just filed.
pub(super) fn begin(definition: &Definition, law: &Law) -> Option<Case> {
    let action = definition.opening().next()?;
    let step = definition.step(&action.to)?;
    let data = EventData::Filed {
        number: CaseNumber {
            office: OfficeCode::from_stored("XXX-00".to_owned()),
            year: 2026,
            serial: 1,
        },
        office: OfficeId(id(1)),
        workflow: definition.key.clone(),
        workflow_version: definition.version,
        action: action.name.clone(),
        to: Place {
            step: step.id.clone(),
            stage: step.stage,
            class: step.class.unwrap_or(Class::New),
        },
        category: CategoryCode::from_stored("x".to_owned()),
        subcategory: None,
        language: Language::Kk,
        district: DistrictCode::from_stored("X".to_owned()),
        court_stage: CourtStage::PreCourt,
        source: SourceCode::from_stored("x".to_owned()),
        referral: None,
        timers: Vec::new(),
    };
    let mut case = opened(&event(1, begun(), data))?;
    for change in timers_after(definition, &case, law) {
        case.course.tick(&change);
    }
    Some(case)
}

/// Complete answers to a form: one for each combination that makes a difference to the engine.
pub(super) fn answers(
    definition: &Definition,
    action: &Action,
    case: &Case,
    facts: &Facts,
) -> Vec<Values> {
    let grounds: BTreeSet<Option<Ground>> = match action.field("ground") {
        None => BTreeSet::from([None]),
        Some(_) => grounds_offered(definition, action, case)
            .into_iter()
            .map(|code| code.parse().ok())
            .collect(),
    };
    let mut all = Vec::new();
    for ground in grounds {
        let mut combined = vec![Values::new()];
        for field in &action.form {
            let options = options(field, case, ground, facts);
            if options.is_empty() {
                continue;
            }
            let longer = combined.iter().flat_map(|values| {
                let with = |value: &Value| values.clone().with(&field.name, value.clone());
                options.iter().map(with).collect::<Vec<_>>()
            });
            combined = longer.collect();
        }
        all.extend(combined);
    }
    all
}

/// The answers to a field that make a difference; none for a field that is left out.
fn options(field: &Field, case: &Case, ground: Option<Ground>, facts: &Facts) -> Vec<Value> {
    let text = || Value::Text(Confidential::new("x".to_owned()));
    match (field.name.as_str(), field.kind) {
        ("over_limit_reason", _) => vec![],
        ("exclusion_code", _) if ground != Some(Ground::NotSuitable) => vec![],
        ("linked_case", _) if !ground.is_some_and(Ground::needs_linked_case) => vec![],
        (_, FieldType::Text) => vec![text()],
        (name, FieldType::Date) => vec![Value::Date(day(name, case, facts))],
        // No is refused or changes nothing, so it leads nowhere else.
        (_, FieldType::YesNo) => vec![Value::YesNo(true)],
        (_, FieldType::Mediator) => vec![Value::Mediator(another(case))],
        (_, FieldType::Case) => vec![Value::Case(CaseId(id(9)))],
        (_, FieldType::Ground) => ground.map(Value::Ground).into_iter().collect(),
        ("check.after", FieldType::Choice) => {
            field.choices.iter().cloned().map(Value::Choice).collect()
        }
        (_, FieldType::Choice) => {
            let first = field.choices.first().cloned();
            first.map(Value::Choice).into_iter().collect()
        }
        ("exclusions", FieldType::Exclusions) => {
            [false, true].map(|out| screened(out, facts)).to_vec()
        }
        ("declaration.result", FieldType::Declaration) => Declared::ALL
            .iter()
            .copied()
            .map(Value::Declaration)
            .collect(),
        // No effect and no guard reads one of another name.
        (_, FieldType::Exclusions) => vec![screened(false, facts)],
        (_, FieldType::Declaration) => vec![Value::Declaration(Declared::None)],
        (_, FieldType::Elements) => vec![elements(field, facts)],
        (_, FieldType::Document) => vec![Value::Document("x".to_owned())],
    }
}

/// A day that fits: today, but inside the term for what has to lie there, and as late as can be for an extension.
pub(in crate::workflow) fn day(name: &str, case: &Case, facts: &Facts) -> NaiveDate {
    let term = case.course.term.as_ref();
    let last_day = term.map(crate::case::Term::last_day);
    let inside = last_day.map_or(facts.today, |last| facts.today.min(last));
    match name {
        "agreement.signed_on" | "extension.requested_on" => inside,
        "extension.until" => {
            let longest = case.course.contract_on.and_then(|on| {
                let starts_at = facts.law.zone().start_of(on);
                let paused = term.map_or(0, |term| term.deadline.days_paused);
                let total = crate::legal::TermName::MediationTotal;
                facts.law.term(total, starts_at, paused)
            });
            longest.map_or(facts.today, |(deadline, _)| deadline.last_day)
        }
        "pause.from" => {
            let resumed_on = case.course.resumed_on;
            resumed_on.map_or(inside, |day| inside.max(day))
        }
        "pause.until" => case
            .course
            .paused_on
            .and_then(|on| on.checked_add_days(Days::new(1)))
            .unwrap_or(facts.today),
        _ => facts.today,
    }
}

pub(in crate::workflow) fn screened(is_out: bool, facts: &Facts) -> Value {
    let version = facts.law.on(facts.filed_on);
    let questions = version.map_or(&[][..], |version| &version.exclusions);
    let answer = |excludes: Excluding| (excludes == Excluding::Yes) == is_out;
    let answers = questions
        .iter()
        .map(|one| (one.code.clone(), answer(one.excludes)));
    Value::Exclusions(answers.collect())
}

pub(in crate::workflow) fn elements(field: &Field, facts: &Facts) -> Value {
    let document = field
        .choices
        .first()
        .and_then(|code| code.parse::<Prescribed>().ok());
    let version = facts.law.on(facts.today);
    let contents = version
        .zip(document)
        .and_then(|(version, one)| version.contents.get(&one));
    let elements = contents.map(|contents| contents.elements.iter().cloned().collect());
    Value::Elements(elements.unwrap_or_default())
}

/// Whoever may take an action: one account that is all people at once, and what acts by itself. The last word says
/// whether it is the register, on which nobody can wait.
pub(super) fn actors(action: &Action, case: &Case) -> Vec<(Actor, bool)> {
    let mut actors = Vec::new();
    let by_itself = |one: &Relation| matches!(one, Relation::Clock | Relation::Register);
    if !action.who.iter().all(by_itself) {
        actors.push((everybody(case), false));
    }
    if action.who.contains(&Relation::Register) {
        actors.push((Actor::system(RegionId(id(5)), System::Register), true));
    }
    actors
}

fn everybody(case: &Case) -> Actor {
    let office = case.office;
    let asked = case.course.asked.map(|asked| asked.mediator);
    let mediators = [case.mediator, asked, Some(MediatorId(id(2)))];
    let mediating = mediators.into_iter().flatten();
    let standings = mediating
        .map(|mediator| Standing::Mediator { office, mediator })
        .chain([Standing::OfficeHead { office }, Standing::Coordinator]);
    Actor {
        account: AccountId(id(4)),
        region: RegionId(id(5)),
        language: Language::Kk,
        grants: standings
            .into_iter()
            .zip(10..)
            .map(|(standing, number)| Grant {
                id: GrantId(id(number)),
                standing,
                from: NaiveDate::MIN,
                to: None,
            })
            .collect(),
        system: None,
    }
}

pub(super) fn facts(case: &Case, now: DateTime<Utc>, law: &Arc<Law>) -> Facts {
    Facts {
        region: RegionId(id(5)),
        law: Arc::clone(law),
        now,
        today: law.zone().day(now),
        filed_on: law.zone().day(case.filed_at),
        office_has_head: true,
        mediator: MediatorAsked::Known(MediatorFacts {
            id: another(case),
            offices: vec![case.office],
            status: MediatorStatus::Active,
            documents_valid_to: None,
            languages: vec![case.language.code().to_owned()],
            open_cases: 0,
            max_open_cases: 1,
            is_unavailable: false,
        }),
    }
}

/// A mediator who does not have the case, is not asked, and has not left it for good.
fn another(case: &Case) -> MediatorId {
    let asked = case.course.asked.map(|asked| asked.mediator);
    let is_free = |one: &MediatorId| {
        ![case.mediator, asked].contains(&Some(*one)) && !case.course.recused.contains(one)
    };
    let mut all = (100..).map(|number| MediatorId(id(number)));
    all.find(is_free).unwrap_or(MediatorId(id(2)))
}

pub(super) fn event(seq: i32, at: DateTime<Utc>, data: EventData) -> Event {
    Event {
        case: CaseId(id(8)),
        seq,
        at,
        actor: AccountId(id(4)),
        grant: Some(GrantId(id(10))),
        data,
    }
}

/// A day in spring, so that terms run into holidays too.
pub(super) fn begun() -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + chrono::TimeDelta::days(20_515)
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}
