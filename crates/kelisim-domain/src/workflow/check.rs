//! The checks that every workflow passes before a case may follow it.

mod law;
mod notices;
mod size;
mod timers;

use super::{
    definition::{Action, Definition, Effect, Field, FieldRule, FieldType, Guard},
    parse::Draft,
};
use crate::{
    case::{
        Class, Stage,
        ground::{EffectiveOn, Ground},
    },
    code::StepId,
    document::Document,
    legal::Prescribed,
    policy::Relation,
};
use law::statutory_grounds;

/// Notes everything that is wrong with a definition (D4, D8, D19 to D21).
pub(super) fn faults(draft: &Draft, document: &Document<'_>) {
    let check = Check {
        definition: &draft.definition,
        draft,
        document,
    };
    check.head();
    check.size();
    check.steps();
    for (action, (pointer, fields)) in draft.definition.actions.iter().zip(&draft.actions) {
        let place = Place {
            pointer: pointer.clone(),
            name: format!("action {} to {}", action.name, action.to),
        };
        check.action(&place, action);
        check.form(&place, action, fields);
    }
    for (timer, (pointer, tells)) in draft.definition.timers.iter().zip(&draft.timers) {
        let place = Place {
            pointer: pointer.clone(),
            name: format!("timer {}", timer.name),
        };
        check.timer(&place, timer, tells);
    }
    check.notices();
}

/// A part of the definition: where it stands, and what to call it.
struct Place {
    pointer: String,
    name: String,
}

impl Place {
    /// A field of the part, under the name of the part.
    fn at(&self, field: &str) -> Place {
        Place {
            pointer: format!("{}/{field}", self.pointer),
            name: self.name.clone(),
        }
    }
}

struct Check<'a> {
    definition: &'a Definition,
    draft: &'a Draft,
    document: &'a Document<'a>,
}

impl Check<'_> {
    fn fault(&self, place: &Place, what: impl AsRef<str>) {
        let what = format!("{}: {}", place.name, what.as_ref());
        self.document.fault(&place.pointer, what, None);
    }

    fn head_fault(&self, field: &str, what: &str) {
        let what = format!("{field}: {what}");
        self.document.fault(&format!("/{field}"), what, None);
    }

    fn head(&self) {
        if self.definition.version < 1 {
            self.head_fault("version", "versions count from 1");
        }
        // The embedded `basic` alone may go without the guards of the law.
        if !self.definition.statutory && self.definition.key.as_str() != "basic" {
            self.head_fault(
                "statutory",
                "only the workflow basic may leave out what the law demands",
            );
        }
        if self.draft.is_whole && self.definition.opening().count() != 1 {
            self.head_fault(
                "actions",
                "exactly one action opens a case: the one without `from`",
            );
        }
        if self.definition.statutory {
            for ground in statutory_grounds() {
                if !self.definition.grounds.contains(&ground) {
                    let code = ground.code();
                    self.head_fault(
                        "grounds",
                        &format!("the statutory ground {code} is missing (D35)"),
                    );
                }
            }
        }
        let mut steps = self.definition.steps.iter();
        if self.draft.is_whole && !steps.any(|step| step.stage == Stage::Closed) {
            self.head_fault(
                "steps",
                "no step has the stage closed, so no case could ever end",
            );
        }
    }

    fn steps(&self) {
        let definition = self.definition;
        for (position, step) in definition.steps.iter().enumerate() {
            let place = Place {
                pointer: self.draft.steps[position].clone(),
                name: format!("step {}", step.id),
            };
            if definition.steps[..position]
                .iter()
                .any(|other| other.id == step.id)
            {
                self.fault(&place.at("id"), "the id stands twice");
            }
            match (step.stage, step.class) {
                (Stage::Closed, Some(_)) => {
                    self.fault(
                        &place.at("class"),
                        "a closed step has no class: it follows the ground (D19)",
                    );
                }
                (Stage::Closed, None) | (_, Some(Class::New | Class::Active | Class::Waiting)) => {}
                (_, None) => self.fault(
                    &place.at("class"),
                    "class is missing: new, active or waiting (D21)",
                ),
                (_, Some(Class::DoneSuccess | Class::DoneOther)) => {
                    self.fault(&place.at("class"), "only a closed case is done (D21)");
                }
            }
            let entered = definition.actions.iter().any(|action| action.to == step.id);
            if self.draft.is_whole && !entered {
                self.fault(&place, "no action leads here");
            }
            let left = definition
                .actions
                .iter()
                .any(|action| action.from.contains(&step.id));
            if self.draft.is_whole && !left && step.stage != Stage::Closed {
                self.fault(&place, "no action leads away from here");
            }
        }
    }

    fn action(&self, place: &Place, action: &Action) {
        if self.draft.is_whole && action.who.is_empty() {
            self.fault(place, "nobody may take it: `who` is empty");
        }
        let Some(to) = self.definition.step(&action.to).map(|step| step.stage) else {
            return self.no_step(&place.at("to"), &action.to);
        };
        if action.from.is_empty() && to != Stage::Filed {
            self.fault(place, "a case opens in the stage filed");
        }
        if action.from.is_empty() && !(action.effects.is_empty() && action.guards.is_empty()) {
            self.fault(place, "what opens a case has no effects and no guards");
        }
        for effect in [
            Effect::AssignMediator,
            Effect::OfferMediator,
            Effect::AcceptOffer,
        ] {
            if action.does(effect) && to != Stage::Assigned {
                let what = format!("the effect {} leads to the stage assigned", effect.code());
                self.fault(place, what);
            }
        }
        for id in &action.from {
            let Some(from) = self.definition.step(id).map(|step| step.stage) else {
                self.no_step(&place.at("from"), id);
                continue;
            };
            self.stage_move(place, action, from, to);
            let twins = self
                .definition
                .actions
                .iter()
                .filter(|a| a.name == action.name && a.from.contains(id));
            if twins.count() > 1 {
                self.fault(place, format!("two actions of this name start at {id}"));
            }
        }
        let chooses = [Effect::AssignMediator, Effect::OfferMediator];
        if chooses.iter().any(|effect| action.does(*effect)) {
            self.demand(
                place,
                action,
                Guard::MediatorFit,
                "who chooses a mediator",
                "D4",
            );
        }
        // A case in `filed` has no mediator. Elsewhere, while one has it and another is asked, nobody could say of
        // `recuse`, or of a mediator whom the register has lost, which of them leaves.
        let may_have_one = |id: &StepId| {
            let step = self.definition.step(id);
            step.is_some_and(|step| step.stage != Stage::Filed)
        };
        if action.does(Effect::OfferMediator) && action.from.iter().any(may_have_one) {
            let who = "who offers a case that has left the stage filed";
            self.demand(place, action, Guard::NoMediator, who, "D12");
        }
        if self.definition.statutory {
            self.statutory(place, action, to);
        }
        if action.guards.contains(&Guard::MediatorFit) && action.field("mediator").is_none() {
            self.fault(place, "the guard mediator_fit needs the field mediator");
        }
    }

    /// A step that could not be read may be the one that is meant.
    fn no_step(&self, place: &Place, id: &StepId) {
        let mut ids = self.draft.step_ids.iter();
        if !ids.any(|other| other.is_empty() || other == id.as_str()) {
            self.fault(place, format!("there is no step {id}"));
        }
    }

    /// The moves between stages that the domain allows (3.1), and what each must do.
    fn stage_move(&self, place: &Place, action: &Action, from: Stage, to: Stage) {
        use Stage::{Assigned, Closed, Filed, Reconciled};
        let sets_ground = action.does(Effect::SetGround);
        match (from, to) {
            (Closed, _) => return self.fault(place, "closed is final (D20)"),
            (Filed, Reconciled) | (Reconciled, Filed | Assigned) => {
                let (from, to) = (from.code(), to.code());
                return self.fault(
                    place,
                    format!("a case does not go from {from} to {to} (3.1)"),
                );
            }
            (Filed, Assigned)
                if !action.does(Effect::AssignMediator) && !action.does(Effect::OfferMediator) =>
            {
                self.fault(
                    place,
                    "entering the stage assigned needs the effect assign_mediator or offer_mediator (D4)",
                );
            }
            (Assigned, Reconciled) | (Filed | Assigned, Closed) if !sets_ground => {
                self.fault(
                    place,
                    format!(
                        "entering the stage {} needs the effect set_ground (D19)",
                        to.code()
                    ),
                );
            }
            _ => {}
        }
        let ends = matches!((from, to), (Assigned, Reconciled) | (_, Closed));
        if sets_ground && !ends {
            self.fault(
                place,
                "the effect set_ground leads to the stage reconciled or closed (D19)",
            );
        }
        let records = action.does(Effect::RecordAgreement);
        if records && (from, to) != (Assigned, Reconciled) {
            self.fault(
                place,
                "the effect record_agreement leads from assigned to reconciled",
            );
        }
        let conduct = ends || sets_ground || records;
        // D8: where no mediator has the case, its office may record what the sides refused; a timer may close anywhere.
        let theirs = |who: &Relation| matches!(who, Relation::CaseMediator | Relation::Clock);
        let is_vacant = action.guards.contains(&Guard::NoMediator);
        if from != Filed && conduct && !is_vacant && !action.who.iter().all(theirs) {
            self.fault(
                place,
                "only the mediator of the case records its outcome and closes it (D8)",
            );
        }
        if sets_ground && ends && from != Reconciled {
            self.grounds(place, action, from, to);
        }
    }

    /// Some ground can be set on this move, and the form asks what each ground needs (3.2, D19).
    fn grounds(&self, place: &Place, action: &Action, from: Stage, to: Stage) {
        let open: Vec<Ground> = self
            .definition
            .grounds
            .iter()
            .copied()
            .filter(|ground| ground.fits(from, to) && action.offers(*ground))
            .collect();
        let field = action.field("ground");
        let choices = field.map_or(&[][..], |field| &field.choices);
        let choices = choices
            .iter()
            .filter_map(|code| code.parse::<Ground>().ok());
        let wrong: Vec<Ground> = choices.filter(|ground| !ground.fits(from, to)).collect();
        for ground in &wrong {
            let (code, from, to) = (ground.code(), from.code(), to.code());
            self.fault(
                place,
                format!("the ground {code} is not set on the way from {from} to {to} (3.2, D19)"),
            );
        }
        if open.is_empty() && wrong.is_empty() {
            self.fault(
                place,
                format!(
                    "none of its grounds leads from {} to {} (3.2)",
                    from.code(),
                    to.code()
                ),
            );
        }
        for ground in open {
            let asks: &[&str] = match ground.effective_on() {
                EffectiveOn::Signing => &["agreement.signed_on", "effective_on"],
                EffectiveOn::Named => &["effective_on"],
                EffectiveOn::Decision | EffectiveOn::TermEnd => &[],
            };
            if !asks.is_empty() && asks.iter().all(|name| action.field(name).is_none()) {
                self.needs(place, ground, asks[0]);
            }
            if ground.needs_linked_case() && action.field("linked_case").is_none() {
                self.needs(place, ground, "linked_case");
            }
            if ground == Ground::NotSuitable && action.field("exclusion_code").is_none() {
                self.needs(place, ground, "exclusion_code");
            }
        }
    }

    fn needs(&self, place: &Place, ground: Ground, name: &str) {
        self.fault(
            place,
            format!("the ground {} needs the field {name} (3.2)", ground.code()),
        );
    }

    fn form(&self, place: &Place, action: &Action, fields: &[String]) {
        for effect in &action.effects {
            for name in effect.needs() {
                let asked = action.field(name).is_some_and(|field| {
                    field.required || field.default.is_some() || self.repeats_ground(action)
                });
                if !asked {
                    self.fault(
                        place,
                        format!(
                            "the effect {} needs the field {name}, required or with a default",
                            effect.code()
                        ),
                    );
                }
            }
            for (name, kind) in effect.fields() {
                if action.field(name).is_some_and(|field| field.kind != *kind) {
                    self.fault(
                        place,
                        format!("the field {name} has the type {}", kind.code()),
                    );
                }
            }
        }
        for (guard, name) in [
            (Guard::AgreementComplete, "agreement.elements"),
            (Guard::ContractComplete, "contract.elements"),
            (Guard::Declared, "declaration.result"),
            (Guard::InTotal, "extension.until"),
        ] {
            if action.guards.contains(&guard) && action.field(name).is_none() {
                let what = format!("the guard {} needs the field {name}", guard.code());
                self.fault(place, what);
            }
        }
        let answers = ["proposal.sent_on", "consent.given_on"];
        if action.guards.contains(&Guard::InAnswerTime)
            && answers.iter().all(|name| action.field(name).is_none())
        {
            let what =
                "the guard in_answer_time needs the field proposal.sent_on or consent.given_on";
            self.fault(place, what);
        }
        for (position, (field, pointer)) in action.form.iter().zip(fields).enumerate() {
            let place = Place {
                pointer: pointer.clone(),
                name: format!("{}, field {}", place.name, field.name),
            };
            self.field(&place, action, position, field);
        }
    }

    /// Whether the action starts only where the ground was set before, so that naming it again is a courtesy.
    fn repeats_ground(&self, action: &Action) -> bool {
        let sets_it = |id| {
            let stage = self.definition.step(id).map(|step| step.stage);
            matches!(stage, Some(Stage::Filed | Stage::Assigned))
        };
        !action.from.iter().any(sets_it)
    }

    fn field(&self, place: &Place, action: &Action, position: usize, field: &Field) {
        if field.name == "action"
            || action.form[..position]
                .iter()
                .any(|other| other.name == field.name)
        {
            self.fault(place, "the name is taken");
        }
        if field.kind == FieldType::Choice && field.choices.is_empty() {
            self.fault(place, "a choice needs `choices`");
        }
        if field.kind == FieldType::Ground {
            for code in field.choices.iter().chain(&field.default) {
                match code.parse::<Ground>() {
                    Ok(ground) if self.definition.grounds.contains(&ground) => {}
                    Ok(_) => {
                        self.fault(place, format!("{code} is not in the workflow's `grounds`"))
                    }
                    Err(_) => self.fault(place, format!("{code} is not a ground")),
                }
            }
        }
        for rule in &field.rules {
            let kind = match rule {
                FieldRule::Yes => FieldType::YesNo,
                FieldRule::NotBeforeFiling
                | FieldRule::NotInFuture
                | FieldRule::NotBeforeContract
                | FieldRule::NotAfterTerm => FieldType::Date,
            };
            if field.kind != kind {
                let what = format!(
                    "the rule {} is for a field of type {}",
                    rule.code(),
                    kind.code()
                );
                self.fault(place, what);
            }
        }
        if field.kind == FieldType::Elements
            && !matches!(&field.choices[..], [document] if document.parse::<Prescribed>().is_ok())
        {
            self.fault(
                place,
                "`choices` of elements names one document: mediation_contract or settlement_agreement",
            );
        }
        let secret = matches!(
            field.name.as_str(),
            "agreement.summary" | "exclusion_code" | "exclusions" | "declaration.result"
        );
        if secret && !field.confidential {
            self.fault(place, "this field is confidential");
        }
        // The reason stands in the open half of the event, where whoever assigned can be asked for it (D5).
        if field.name == "over_limit_reason" && field.confidential {
            self.fault(place, "this field is on open record");
        }
    }
}

#[cfg(test)]
mod tests;
