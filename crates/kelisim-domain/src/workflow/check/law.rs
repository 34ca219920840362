//! The checks of what the law demands of every workflow but `basic` (D1, D6, D8, D13 to D18, D35, 3.3).

use super::{Check, Place};
use crate::{
    case::{Stage, ground::Ground},
    document::Flaw,
    legal::{KZ_MEDIATION, Profile},
    policy::Relation,
    workflow::definition::{Action, Effect, Guard},
};

impl Check<'_> {
    pub(super) fn need(&self, place: &Place, action: &Action, guard: Guard, otherwise: Flaw) {
        if !action.guards.contains(&guard) {
            self.fault(place, otherwise);
        }
    }

    /// The guard that a rule demands of an action with an effect.
    pub(super) fn demand(
        &self,
        place: &Place,
        action: &Action,
        effect: Effect,
        guard: Guard,
        rule: &str,
    ) {
        if action.does(effect) {
            let otherwise = Flaw::EffectNeedsGuard {
                effect: effect.code().to_owned(),
                guard: guard.code().to_owned(),
                rule: rule.to_owned(),
            };
            self.need(place, action, guard, otherwise);
        }
    }

    /// Contract, extension, pause and checks belong to the conduct of the case, and so to its mediator alone (3.3, D8).
    fn conduct(&self, place: &Place, action: &Action) {
        let is_vacant = action.guards.contains(&Guard::NoMediator);
        let own: &[Relation] = &[Relation::CaseMediator];
        let office: &[Relation] = &[Relation::OfficeHead, Relation::Coordinator];
        for (effect, others) in [
            (Effect::RecordContract, &[][..]),
            (Effect::RecordAnnex, &[]),
            (Effect::ExtendTerm, &[]),
            (Effect::PauseTerm, &[]),
            // A pause may have a length, and must not outlast the mediator.
            (Effect::ResumeTerm, &[Relation::Clock]),
            (Effect::RecordCheck, &[]),
        ] {
            let stands_in = matches!(effect, Effect::ResumeTerm | Effect::RecordCheck);
            let stand_ins = if is_vacant && stands_in { office } else { &[] };
            let may = |who: &Relation| {
                [own, others, stand_ins]
                    .iter()
                    .any(|some| some.contains(who))
            };
            if action.does(effect) && !action.who.iter().all(may) {
                let effect = effect.code().to_owned();
                self.fault(&place.at("who"), Flaw::OnlyMediatorConducts { effect });
            }
        }
    }

    /// The guards that the law demands (D1, D6, D7, D12 to D14, D16 to D18, L9).
    pub(super) fn statutory(&self, place: &Place, action: &Action, to: Stage) {
        self.conduct(place, action);
        let from_filed = action.from.iter().any(|id| {
            let step = self.definition.step(id);
            step.is_some_and(|step| step.stage == Stage::Filed)
        });
        if from_filed && to == Stage::Assigned {
            self.need(place, action, Guard::Screened, Flaw::AssignedNeedsScreening);
        }
        let declares = action.does(Effect::RecordDeclaration);
        if action.does(Effect::AssignMediator) && !declares {
            self.fault(place, Flaw::TakenWithoutDeclaration);
        }
        if action.does(Effect::AcceptOffer) && !declares {
            self.fault(place, Flaw::AcceptedWithoutDeclaration);
        }
        for (effect, guard, rule) in [
            (Effect::RecordProposal, Guard::InAnswerTime, "L9"),
            (Effect::RecordContract, Guard::Waived, "D6"),
            (Effect::RecordContract, Guard::ContractComplete, "D14"),
            (Effect::ExtendTerm, Guard::InTerm, "D16"),
            (Effect::ExtendTerm, Guard::InTotal, "D16"),
            (Effect::PauseTerm, Guard::MayPause, "D17"),
            (Effect::ResumeTerm, Guard::Paused, "D17"),
            (Effect::RecordAgreement, Guard::Waived, "D6"),
            (Effect::RecordAgreement, Guard::Annexed, "D12"),
            (Effect::RecordAgreement, Guard::InTerm, "D18"),
            (Effect::RecordAgreement, Guard::AgreementComplete, "D13"),
        ] {
            self.demand(place, action, effect, guard, rule);
        }
        // Whoever must refuse declares so by leaving the case.
        if !action.does(Effect::Recuse) {
            let (declares, guard) = (Effect::RecordDeclaration, Guard::Declared);
            self.demand(place, action, declares, guard, "D6, D7");
        }
    }
}

/// The grounds that the law knows, by the newest version of the shipped profile (L22).
pub(super) fn statutory_grounds() -> Vec<Ground> {
    let profile = Profile::parse(KZ_MEDIATION).ok();
    let newest = profile
        .as_ref()
        .and_then(|profile| profile.versions().last());
    newest.map_or_else(Vec::new, |version| {
        version.grounds.keys().copied().collect()
    })
}
