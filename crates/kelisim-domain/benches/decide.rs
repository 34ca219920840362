//! What it costs to decide about a case of the standard workflow, to explain everything that can and cannot be done with
//! it, and to check a definition before it is published: `cargo bench -p kelisim-domain`.
#![expect(
    missing_docs,
    reason = "the macros of criterion make a public function"
)]

#[path = "../src/workflow/fixtures/longer.rs"]
mod longer;

use chrono::{DateTime, NaiveDate, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use kelisim_domain::{
    assignment::{MediatorFacts, MediatorStatus},
    calendar::Zone,
    case::{
        Act, Case, CaseNumber, Class, CourtStage, Event, EventData, Facts, MediatorAsked, Place,
        Stage, decide, explain, opened,
    },
    code::{ActionName, CategoryCode, DistrictCode, OfficeCode, SourceCode},
    id::{AccountId, CaseId, GrantId, MediatorId, OfficeId, RegionId},
    language::Language,
    law::Law,
    legal::{KZ_MEDIATION, Profile},
    policy::{Actor, Grant, Standing},
    workflow::{self, Definition, Value, Values},
};
use std::{hint::black_box, sync::Arc};
use uuid::Uuid;

const OFFICE: OfficeId = OfficeId(Uuid::from_u128(1));
const MEDIATOR: MediatorId = MediatorId(Uuid::from_u128(2));

fn now() -> DateTime<Utc> {
    "2026-11-23T05:00:00Z".parse().expect("an instant")
}

/// A case that is ready for a mediator: offering it looks at the screening, the mediator and the timers.
fn ready(definition: &Definition) -> Case {
    let step = definition
        .steps
        .iter()
        .find(|step| step.id.as_str() == "ready");
    let step = step.expect("the standard workflow has it");
    let data = EventData::Filed {
        number: CaseNumber {
            office: OfficeCode::from_stored("ORL-01".to_owned()),
            year: 2026,
            serial: 1,
        },
        office: OFFICE,
        workflow: definition.key.clone(),
        workflow_version: definition.version,
        action: ActionName::from_stored("file".to_owned()),
        to: Place {
            step: step.id.clone(),
            stage: Stage::Filed,
            class: step.class.unwrap_or(Class::Active),
        },
        category: CategoryCode::from_stored("family".to_owned()),
        subcategory: None,
        language: Language::Kk,
        district: DistrictCode::from_stored("ORL".to_owned()),
        court_stage: CourtStage::PreCourt,
        source: SourceCode::from_stored("self".to_owned()),
        referral: None,
        timers: Vec::new(),
    };
    let event = Event {
        case: CaseId(Uuid::from_u128(3)),
        seq: 1,
        at: now(),
        actor: AccountId(Uuid::from_u128(4)),
        grant: None,
        data,
    };
    let mut case = opened(&event).expect("a filing opens a case");
    case.course.screening = Some(kelisim_domain::case::Screening {
        passed: true,
        profile: 1,
    });
    case
}

fn head() -> Actor {
    Actor {
        account: AccountId(Uuid::from_u128(4)),
        region: RegionId(Uuid::from_u128(5)),
        language: Language::Kk,
        grants: vec![Grant {
            id: GrantId(Uuid::from_u128(6)),
            standing: Standing::OfficeHead { office: OFFICE },
            from: NaiveDate::MIN,
            to: None,
        }],
        system: None,
    }
}

fn facts() -> Facts {
    let profile = Profile::parse(KZ_MEDIATION).expect("the shipped profile");
    let law = Arc::new(Law::new(profile, Zone::ORAL, &[]));
    Facts {
        region: RegionId(Uuid::from_u128(5)),
        now: now(),
        today: Zone::ORAL.day(now()),
        filed_on: Zone::ORAL.day(now()),
        office_has_head: true,
        mediator: MediatorAsked::Known(MediatorFacts {
            id: MEDIATOR,
            offices: vec![OFFICE],
            status: MediatorStatus::Active,
            documents_valid_to: None,
            languages: vec!["kk".to_owned()],
            open_cases: 1,
            max_open_cases: 5,
            is_unavailable: false,
        }),
        law,
    }
}

/// The standard workflow, made longer; it is clean, so the check walks all of it.
fn large() -> String {
    let count = |text: &str| {
        let definition = workflow::parse(text).expect("it can be read");
        let moves = definition.actions.iter().map(|action| action.from.len());
        (definition.steps.len(), moves.sum::<usize>())
    };
    let (steps, moves) = count(workflow::MEDIATION);
    let text = longer::longer(workflow::MEDIATION, 60 - steps, 200 - moves);
    assert_eq!(count(&text), (60, 200));
    text
}

fn benches(criterion: &mut Criterion) {
    let definition = workflow::parse(workflow::MEDIATION).expect("the standard workflow");
    let (case, actor, facts) = (ready(&definition), head(), facts());
    let values = Values::new().with("mediator", Value::Mediator(MEDIATOR));
    let offer = ActionName::from_stored("offer".to_owned());
    let act = Act {
        action: &offer,
        values: Some(&values),
    };
    criterion.bench_function("decide", |bench| {
        bench.iter(|| decide(&definition, &case, &actor, black_box(act), &facts).expect("allowed"));
    });
    criterion.bench_function("explain", |bench| {
        bench.iter(|| explain(&definition, black_box(&case), &actor, &facts, None));
    });
    criterion.bench_function("decide + explain", |bench| {
        bench.iter(|| {
            let decision = decide(&definition, &case, &actor, black_box(act), &facts);
            (
                decision.expect("allowed"),
                explain(&definition, &case, &actor, &facts, None),
            )
        });
    });
    criterion.bench_function("check the standard workflow", |bench| {
        bench.iter(|| workflow::examine(black_box(workflow::MEDIATION)).expect("clean"));
    });
    let large = large();
    criterion.bench_function("check 60 steps and 200 transitions", |bench| {
        bench.iter(|| workflow::examine(black_box(&large)).expect("clean"));
    });
}

criterion_group!(all, benches);
criterion_main!(all);
