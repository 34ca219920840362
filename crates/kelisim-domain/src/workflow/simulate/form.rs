//! The answers that people give to a form, of any action.

use super::{
    chance::About,
    play::{Live, Play},
};
use crate::{
    case::{Declared, ground::Ground},
    confidential::Confidential,
    id::CaseId,
    workflow::{
        Action, Effect, Field, FieldType, Value, Values,
        explore::{day, elements, screened},
    },
};
use uuid::Uuid;

/// Whether the form names a mediator.
pub(super) fn names_mediator(action: &Action) -> bool {
    action.does(Effect::OfferMediator) || action.does(Effect::AssignMediator)
}

/// The answers; what is neither asked for nor read by an effect is left out.
pub(super) fn answers(play: &Play<'_>, live: &Live, action: &Action) -> Values {
    let ground = ground(live, action);
    let mut values = Values::new();
    for field in &action.form {
        if let Some(value) = answer(play, live, field, ground) {
            values.insert(&field.name, value);
        }
    }
    values
}

/// The ground that is named: what was set, what the sides agree on, or how it ends.
fn ground(live: &Live, action: &Action) -> Option<Ground> {
    let wanted = [
        live.case.closure.map(|closure| closure.ground),
        live.fate.agreement,
        live.fate.ground,
    ];
    let mut wanted = wanted.into_iter().flatten();
    let is_set = live.case.closure.is_some();
    wanted.find(|ground| is_set || (action.offers(*ground) && fits(live, *ground)))
}

fn fits(live: &Live, ground: Ground) -> bool {
    // A success is set on the way to its own stage, so it fits where the case still is with its mediator.
    ground.is_success() || ground.from_stages().contains(&live.case.stage)
}

fn answer(play: &Play<'_>, live: &Live, field: &Field, ground: Option<Ground>) -> Option<Value> {
    let facts = &play.facts;
    match (field.name.as_str(), field.kind) {
        ("over_limit_reason", _) => None,
        ("exclusion_code", _) if ground != Some(Ground::NotSuitable) => None,
        ("linked_case", _) if !ground.is_some_and(Ground::needs_linked_case) => None,
        ("exclusion_code", _) => Some(Value::Text(Confidential::new("x".to_owned()))),
        (_, FieldType::Text) if !field.required => None,
        (_, FieldType::Text) => Some(Value::Text(Confidential::new("x".to_owned()))),
        (name, FieldType::Date) => Some(Value::Date(day(name, &live.case, facts))),
        (_, FieldType::YesNo) => Some(Value::YesNo(true)),
        (_, FieldType::Mediator) => match &facts.mediator {
            crate::case::MediatorAsked::Known(one) => Some(Value::Mediator(one.id)),
            _ => None,
        },
        // The case on the other side is none of those that are played.
        (_, FieldType::Case) => Some(Value::Case(CaseId(Uuid::nil()))),
        (_, FieldType::Ground) => ground.map(Value::Ground),
        ("check.after", FieldType::Choice) => {
            let check = play.next_check(live).map(|(check, _)| check);
            check.map(|check| Value::Choice(check.to_owned()))
        }
        (_, FieldType::Choice) if !field.required => None,
        (_, FieldType::Choice) => field.choices.first().cloned().map(Value::Choice),
        (_, FieldType::Exclusions) => {
            let is_out = live.fate.ground == Some(Ground::NotSuitable);
            Some(screened(is_out, facts))
        }
        (_, FieldType::Declaration) => {
            let mut dice = play.dice(live, About::Declaration);
            let disclosed = dice.happens(play.assumed.disclosed);
            Some(Value::Declaration(match disclosed {
                true => Declared::Disclosed,
                false => Declared::None,
            }))
        }
        (_, FieldType::Elements) => Some(elements(field, facts)),
        (_, FieldType::Document) if !field.required => None,
        (_, FieldType::Document) => Some(Value::Document("x".to_owned())),
    }
}
