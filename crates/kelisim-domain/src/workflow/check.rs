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
    document::{Document, Flaw, Part},
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
            part: part(action),
        };
        check.action(&place, action);
        check.form(&place, action, fields);
    }
    for (timer, (pointer, tells)) in draft.definition.timers.iter().zip(&draft.timers) {
        let place = Place {
            pointer: pointer.clone(),
            part: Part::Timer {
                name: timer.name.to_string(),
            },
        };
        check.timer(&place, timer, tells);
    }
    check.notices();
}

/// How an action is called.
fn part(action: &Action) -> Part {
    Part::Action {
        name: action.name.to_string(),
        to: action.to.to_string(),
    }
}

/// A part of the definition: where it stands, and what to call it.
struct Place {
    pointer: String,
    part: Part,
}

impl Place {
    /// A field of the part, under the name of the part.
    fn at(&self, field: &str) -> Place {
        Place {
            pointer: format!("{}/{field}", self.pointer),
            part: self.part.clone(),
        }
    }
}

struct Check<'a> {
    definition: &'a Definition,
    draft: &'a Draft,
    document: &'a Document<'a>,
}

impl Check<'_> {
    fn fault(&self, place: &Place, flaw: Flaw) {
        self.document
            .fault_of(place.part.clone(), &place.pointer, flaw);
    }

    fn head_fault(&self, field: &str, flaw: Flaw) {
        let pointer = format!("/{field}");
        let field = field.to_owned();
        self.document
            .fault_of(Part::Field { field }, &pointer, flaw);
    }

    fn head(&self) {
        if self.definition.version < 1 {
            self.head_fault("version", Flaw::VersionTooSmall);
        }
        // The embedded `basic` alone may go without the guards of the law.
        if !self.definition.statutory && self.definition.key.as_str() != "basic" {
            self.head_fault("statutory", Flaw::OnlyBasic);
        }
        if self.draft.is_whole && self.definition.opening().count() != 1 {
            self.head_fault("actions", Flaw::OneOpening);
        }
        if self.definition.statutory {
            for ground in statutory_grounds() {
                if !self.definition.grounds.contains(&ground) {
                    let ground = ground.code().to_owned();
                    self.head_fault("grounds", Flaw::GroundMissing { ground });
                }
            }
        }
        let mut steps = self.definition.steps.iter();
        if self.draft.is_whole && !steps.any(|step| step.stage == Stage::Closed) {
            self.head_fault("steps", Flaw::NoClosedStep);
        }
    }

    fn steps(&self) {
        let definition = self.definition;
        for (position, step) in definition.steps.iter().enumerate() {
            let place = Place {
                pointer: self.draft.steps[position].clone(),
                part: Part::Step {
                    id: step.id.to_string(),
                },
            };
            if definition.steps[..position]
                .iter()
                .any(|other| other.id == step.id)
            {
                let name = step.id.to_string();
                self.fault(&place.at("id"), Flaw::Twice { name });
            }
            match (step.stage, step.class) {
                (Stage::Closed, Some(_)) => {
                    self.fault(&place.at("class"), Flaw::ClosedWithClass);
                }
                (Stage::Closed, None) | (_, Some(Class::New | Class::Active | Class::Waiting)) => {}
                (_, None) => self.fault(&place.at("class"), Flaw::ClassMissing),
                (_, Some(Class::DoneSuccess | Class::DoneOther)) => {
                    self.fault(&place.at("class"), Flaw::ClassDone);
                }
            }
            let entered = definition.actions.iter().any(|action| action.to == step.id);
            if self.draft.is_whole && !entered {
                self.fault(&place, Flaw::NothingLeadsHere);
            }
            let left = definition
                .actions
                .iter()
                .any(|action| action.from.contains(&step.id));
            if self.draft.is_whole && !left && step.stage != Stage::Closed {
                self.fault(&place, Flaw::NothingLeadsAway);
            }
        }
    }

    fn action(&self, place: &Place, action: &Action) {
        if self.draft.is_whole && action.who.is_empty() {
            self.fault(place, Flaw::NobodyMay);
        }
        let Some(to) = self.definition.step(&action.to).map(|step| step.stage) else {
            return self.no_step(&place.at("to"), &action.to);
        };
        if action.from.is_empty() && to != Stage::Filed {
            self.fault(place, Flaw::OpensElsewhere);
        }
        if action.from.is_empty() && !(action.effects.is_empty() && action.guards.is_empty()) {
            self.fault(place, Flaw::OpeningDoesMore);
        }
        for effect in [
            Effect::AssignMediator,
            Effect::OfferMediator,
            Effect::AcceptOffer,
        ] {
            if action.does(effect) && to != Stage::Assigned {
                let flaw = Flaw::EffectLeadsElsewhere {
                    effect: effect.code().to_owned(),
                    stage: Stage::Assigned.code().to_owned(),
                };
                self.fault(place, flaw);
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
                let step = id.to_string();
                self.fault(place, Flaw::TwinActions { step });
            }
        }
        let chooses = [Effect::AssignMediator, Effect::OfferMediator];
        for effect in chooses {
            self.demand(place, action, effect, Guard::MediatorFit, "D4");
        }
        // A case in `filed` has no mediator. Elsewhere, while one has it and another is asked, nobody could say of
        // `recuse`, or of a mediator whom the register has lost, which of them leaves.
        let may_have_one = |id: &StepId| {
            let step = self.definition.step(id);
            step.is_some_and(|step| step.stage != Stage::Filed)
        };
        if action.does(Effect::OfferMediator) && action.from.iter().any(may_have_one) {
            self.need(
                place,
                action,
                Guard::NoMediator,
                Flaw::LaterOfferNeedsVacancy,
            );
        }
        if self.definition.statutory {
            self.statutory(place, action, to);
        }
        if action.guards.contains(&Guard::MediatorFit) && action.field("mediator").is_none() {
            self.guard_needs(place, Guard::MediatorFit, "mediator");
        }
    }

    /// A step that could not be read may be the one that is meant.
    fn no_step(&self, place: &Place, id: &StepId) {
        let mut ids = self.draft.step_ids.iter();
        if !ids.any(|other| other.is_empty() || other == id.as_str()) {
            let step = id.to_string();
            self.fault(place, Flaw::NoStep { step });
        }
    }

    /// The moves between stages that the domain allows (3.1), and what each must do.
    fn stage_move(&self, place: &Place, action: &Action, from: Stage, to: Stage) {
        use Stage::{Assigned, Closed, Filed, Reconciled};
        let sets_ground = action.does(Effect::SetGround);
        match (from, to) {
            (Closed, _) => return self.fault(place, Flaw::ClosedIsFinal),
            (Filed, Reconciled) | (Reconciled, Filed | Assigned) => {
                let (from, to) = (from.code().to_owned(), to.code().to_owned());
                return self.fault(place, Flaw::StageMove { from, to });
            }
            (Filed, Assigned)
                if !action.does(Effect::AssignMediator) && !action.does(Effect::OfferMediator) =>
            {
                self.fault(place, Flaw::AssignedWithoutMediator);
            }
            (Assigned, Reconciled) | (Filed | Assigned, Closed) if !sets_ground => {
                let stage = to.code().to_owned();
                self.fault(place, Flaw::EndWithoutGround { stage });
            }
            _ => {}
        }
        let ends = matches!((from, to), (Assigned, Reconciled) | (_, Closed));
        if sets_ground && !ends {
            self.fault(place, Flaw::GroundSetElsewhere);
        }
        let records = action.does(Effect::RecordAgreement);
        if records && (from, to) != (Assigned, Reconciled) {
            self.fault(place, Flaw::AgreementElsewhere);
        }
        let conduct = ends || sets_ground || records;
        // D8: where no mediator has the case, its office may record what the sides refused; a timer may close anywhere.
        let theirs = |who: &Relation| matches!(who, Relation::CaseMediator | Relation::Clock);
        let is_vacant = action.guards.contains(&Guard::NoMediator);
        if from != Filed && conduct && !is_vacant && !action.who.iter().all(theirs) {
            self.fault(place, Flaw::OnlyMediatorEnds);
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
            let flaw = Flaw::GroundNotOnWay {
                ground: ground.code().to_owned(),
                from: from.code().to_owned(),
                to: to.code().to_owned(),
            };
            self.fault(place, flaw);
        }
        if open.is_empty() && wrong.is_empty() {
            let (from, to) = (from.code().to_owned(), to.code().to_owned());
            self.fault(place, Flaw::NoGroundOnWay { from, to });
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
        let (ground, field) = (ground.code().to_owned(), name.to_owned());
        self.fault(place, Flaw::GroundNeedsField { ground, field });
    }

    fn form(&self, place: &Place, action: &Action, fields: &[String]) {
        for effect in &action.effects {
            for name in effect.needs() {
                let asked = action.field(name).is_some_and(|field| {
                    field.required || field.default.is_some() || self.repeats_ground(action)
                });
                if !asked {
                    let (effect, field) = (effect.code().to_owned(), (*name).to_owned());
                    self.fault(place, Flaw::EffectNeedsField { effect, field });
                }
            }
            for (name, kind) in effect.fields() {
                if action.field(name).is_some_and(|field| field.kind != *kind) {
                    let (field, kind) = ((*name).to_owned(), kind.code().to_owned());
                    self.fault(place, Flaw::FieldHasType { field, kind });
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
                self.guard_needs(place, guard, name);
            }
        }
        let answers = ["proposal.sent_on", "consent.given_on"];
        if action.guards.contains(&Guard::InAnswerTime)
            && answers.iter().all(|name| action.field(name).is_none())
        {
            self.fault(place, Flaw::AnswerTimeNeedsField);
        }
        for (position, (field, pointer)) in action.form.iter().zip(fields).enumerate() {
            let place = Place {
                pointer: pointer.clone(),
                part: Part::FormField {
                    name: action.name.to_string(),
                    to: action.to.to_string(),
                    field: field.name.clone(),
                },
            };
            self.field(&place, action, position, field);
        }
    }

    fn guard_needs(&self, place: &Place, guard: Guard, name: &str) {
        let (guard, field) = (guard.code().to_owned(), name.to_owned());
        self.fault(place, Flaw::GuardNeedsField { guard, field });
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
            self.fault(place, Flaw::NameTaken);
        }
        if field.kind == FieldType::Choice && field.choices.is_empty() {
            self.fault(place, Flaw::NoChoices);
        }
        if field.kind == FieldType::Ground {
            for code in field.choices.iter().chain(&field.default) {
                match code.parse::<Ground>() {
                    Ok(ground) if self.definition.grounds.contains(&ground) => {}
                    Ok(_) => {
                        let code = code.clone();
                        self.fault(place, Flaw::GroundNotListed { code });
                    }
                    Err(_) => {
                        let code = code.clone();
                        self.fault(place, Flaw::NotAGround { code });
                    }
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
                let (rule, kind) = (rule.code().to_owned(), kind.code().to_owned());
                self.fault(place, Flaw::RuleOfOtherType { rule, kind });
            }
        }
        if field.kind == FieldType::Elements
            && !matches!(&field.choices[..], [document] if document.parse::<Prescribed>().is_ok())
        {
            self.fault(place, Flaw::ElementsOfNothing);
        }
        let secret = matches!(
            field.name.as_str(),
            "agreement.summary" | "exclusion_code" | "exclusions" | "declaration.result"
        );
        if secret && !field.confidential {
            self.fault(place, Flaw::IsConfidential);
        }
    }
}

#[cfg(test)]
mod tests;
