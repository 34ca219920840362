//! The checks of what the law demands of every workflow but `basic` (D1, D6, D8, D13 to D18, D35, 3.3).

use super::{Check, Place};
use crate::{
    case::{Stage, ground::Ground},
    legal::{KZ_MEDIATION, Profile},
    policy::Relation,
    workflow::definition::{Action, Effect, Guard},
};

impl Check<'_> {
    pub(super) fn demand(
        &self,
        place: &Place,
        action: &Action,
        guard: Guard,
        who: &str,
        rule: &str,
    ) {
        if !action.guards.contains(&guard) {
            let what = format!("{who} needs the guard {} ({rule})", guard.code());
            self.fault(place, what);
        }
    }

    /// Contract, extension, pause and checks belong to the conduct of the case, and so to its mediator alone (3.3, D8).
    fn conduct(&self, place: &Place, action: &Action) {
        let is_vacant = action.guards.contains(&Guard::NoMediator);
        let own: &[Relation] = &[Relation::CaseMediator];
        let office: &[Relation] = &[Relation::OfficeHead, Relation::Coordinator];
        for (effect, others, what) in [
            (Effect::RecordContract, &[][..], "records the contract"),
            (Effect::RecordAnnex, &[], "records an annex"),
            (Effect::ExtendTerm, &[], "extends the term"),
            (Effect::PauseTerm, &[], "pauses the term"),
            // A pause may have a length, and must not outlast the mediator.
            (Effect::ResumeTerm, &[Relation::Clock], "ends a pause"),
            (Effect::RecordCheck, &[], "records a check"),
        ] {
            let stands_in = matches!(effect, Effect::ResumeTerm | Effect::RecordCheck);
            let stand_ins = if is_vacant && stands_in { office } else { &[] };
            let may = |who: &Relation| {
                [own, others, stand_ins]
                    .iter()
                    .any(|some| some.contains(who))
            };
            if action.does(effect) && !action.who.iter().all(may) {
                let what = format!("only the mediator of the case {what} (3.3, D8)");
                self.fault(&place.at("who"), what);
            }
        }
    }

    /// The guards that the law demands (D1, D6, D8, D14, D16 to D18).
    pub(super) fn statutory(&self, place: &Place, action: &Action, to: Stage) {
        self.conduct(place, action);
        let demand = |effect: Effect, guard, who, rule| {
            if action.does(effect) {
                self.demand(place, action, guard, who, rule);
            }
        };
        let from_filed = action.from.iter().any(|id| {
            let step = self.definition.step(id);
            step.is_some_and(|step| step.stage == Stage::Filed)
        });
        if from_filed && to == Stage::Assigned {
            self.demand(
                place,
                action,
                Guard::Screened,
                "entering the stage assigned",
                "D1",
            );
        }
        if action.does(Effect::AssignMediator) && !action.does(Effect::RecordDeclaration) {
            let what =
                "a mediator takes a case with the effects accept_offer and record_declaration (D6)";
            self.fault(place, what);
        }
        if action.does(Effect::AcceptOffer) {
            if !action.does(Effect::RecordDeclaration) {
                self.fault(
                    place,
                    "who accepts declares their connections: record_declaration (D6)",
                );
            }
            self.demand(place, action, Guard::Declared, "who accepts", "D6");
        }
        demand(
            Effect::RecordProposal,
            Guard::InAnswerTime,
            "a proposal",
            "L9",
        );
        demand(Effect::RecordContract, Guard::Waived, "the contract", "D6");
        demand(
            Effect::RecordContract,
            Guard::ContractComplete,
            "the contract",
            "D14",
        );
        demand(Effect::ExtendTerm, Guard::InTerm, "an extension", "D16");
        demand(Effect::ExtendTerm, Guard::InTotal, "an extension", "D16");
        demand(
            Effect::PauseTerm,
            Guard::MayPause,
            "a pause of the term",
            "D17",
        );
        demand(
            Effect::ResumeTerm,
            Guard::Paused,
            "the end of a pause",
            "D17",
        );
        demand(
            Effect::RecordAgreement,
            Guard::Waived,
            "the agreement",
            "D6",
        );
        demand(
            Effect::RecordAgreement,
            Guard::Annexed,
            "the agreement",
            "D12",
        );
        demand(
            Effect::RecordAgreement,
            Guard::InTerm,
            "the agreement",
            "D18",
        );
        demand(
            Effect::RecordAgreement,
            Guard::AgreementComplete,
            "the agreement",
            "D13",
        );
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
