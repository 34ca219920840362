//! Grounds of closure: which are allowed from which stage, and their effective dates (3.2, D19, D20).

use super::Stage;
use crate::policy::Role;
use serde::{Deserialize, Serialize};

/// Why a case was closed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// An agreement was signed (L22).
    Settled,
    /// An agreement on part of the dispute was signed (L22).
    PartlySettled,
    /// The mediator finds that mediation cannot succeed (L22).
    MediationImpossible,
    /// Both sides refused in writing (L22).
    BothRefused,
    /// One side refused (L22).
    OneRefused,
    /// The term ran out (L22).
    TermExpired,
    /// The other side refused the proposal or did not answer it (L9).
    ProposalRejected,
    /// The dispute may not be mediated (L3, L4).
    NotSuitable,
    /// The applicant withdrew before a contract.
    Withdrawn,
    /// Another office took it over as a new case.
    Transferred,
    /// The dispute is on file already.
    Duplicate,
    /// It was a question, not a dispute.
    ConsultationOnly,
}

/// How the effective date of a ground comes about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EffectiveOn {
    /// The day of signing the agreement.
    Signing,
    /// A day that the person names: a refusal, an answer.
    Named,
    /// The day of the decision, unless an earlier one is named.
    Decision,
    /// The last day of the term of mediation.
    TermEnd,
}

impl Ground {
    /// Every ground.
    pub const ALL: [Ground; 12] = [
        Ground::Settled,
        Ground::PartlySettled,
        Ground::MediationImpossible,
        Ground::BothRefused,
        Ground::OneRefused,
        Ground::TermExpired,
        Ground::ProposalRejected,
        Ground::NotSuitable,
        Ground::Withdrawn,
        Ground::Transferred,
        Ground::Duplicate,
        Ground::ConsultationOnly,
    ];

    /// The code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Ground::Settled => "settled",
            Ground::PartlySettled => "partly_settled",
            Ground::MediationImpossible => "mediation_impossible",
            Ground::BothRefused => "both_refused",
            Ground::OneRefused => "one_refused",
            Ground::TermExpired => "term_expired",
            Ground::ProposalRejected => "proposal_rejected",
            Ground::NotSuitable => "not_suitable",
            Ground::Withdrawn => "withdrawn",
            Ground::Transferred => "transferred",
            Ground::Duplicate => "duplicate",
            Ground::ConsultationOnly => "consultation_only",
        }
    }

    /// Whether the mediation succeeded, wholly or partly.
    pub fn is_success(self) -> bool {
        matches!(self, Ground::Settled | Ground::PartlySettled)
    }

    /// The stages from which a case may be closed on this ground; for a success, the stage in which it is set.
    pub fn from_stages(self) -> &'static [Stage] {
        match self {
            Ground::Settled | Ground::PartlySettled => &[Stage::Reconciled],
            Ground::MediationImpossible
            | Ground::BothRefused
            | Ground::OneRefused
            | Ground::TermExpired => &[Stage::Assigned],
            Ground::ProposalRejected
            | Ground::Transferred
            | Ground::Duplicate
            | Ground::ConsultationOnly => &[Stage::Filed],
            Ground::NotSuitable | Ground::Withdrawn => &[Stage::Filed, Stage::Assigned],
        }
    }

    /// Whether it may be set on the way between two stages: a success on entering `reconciled`, any other on closing.
    pub fn fits(self, from: Stage, to: Stage) -> bool {
        if self.is_success() {
            (from, to) == (Stage::Assigned, Stage::Reconciled)
        } else {
            to == Stage::Closed && self.from_stages().contains(&from)
        }
    }

    /// Where the effective date comes from.
    pub fn effective_on(self) -> EffectiveOn {
        match self {
            Ground::Settled | Ground::PartlySettled => EffectiveOn::Signing,
            Ground::BothRefused | Ground::OneRefused | Ground::ProposalRejected => {
                EffectiveOn::Named
            }
            Ground::TermExpired => EffectiveOn::TermEnd,
            Ground::MediationImpossible
            | Ground::NotSuitable
            | Ground::Withdrawn
            | Ground::Transferred
            | Ground::Duplicate
            | Ground::ConsultationOnly => EffectiveOn::Decision,
        }
    }

    /// Whether the ground names another case.
    pub fn needs_linked_case(self) -> bool {
        matches!(self, Ground::Duplicate | Ground::Transferred)
    }
}

impl std::str::FromStr for Ground {
    type Err = crate::fault::FaultKind;
    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Ground::ALL
            .into_iter()
            .find(|ground| ground.code() == code)
            .ok_or(crate::fault::FaultKind::UnknownCode {
                known: Ground::ALL
                    .iter()
                    .map(|ground| ground.code().to_owned())
                    .collect(),
            })
    }
}

/// Why a ground may not be used now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GroundRefusal {
    /// D19: the ground is not allowed from this stage.
    NotFromHere {
        /// The ground asked for.
        ground: Ground,
        /// The stage of the case.
        stage: Stage,
    },
    /// 3.2: the workflow does not use this ground.
    NotInWorkflow(Ground),
    /// D19: the case has its ground already, and closing may repeat it but not change it.
    HasOther {
        /// The ground that was set on reconciling.
        set: Ground,
    },
}

impl GroundRefusal {
    /// The rule.
    pub fn rule(self) -> &'static str {
        match self {
            GroundRefusal::NotInWorkflow(_) => "3.2",
            GroundRefusal::NotFromHere { .. } | GroundRefusal::HasOther { .. } => "D19",
        }
    }

    /// The code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            GroundRefusal::NotFromHere { .. } => "ground_not_from_here",
            GroundRefusal::NotInWorkflow(_) => "ground_not_in_workflow",
            GroundRefusal::HasOther { .. } => "ground_is_set",
        }
    }

    /// Who can lift it: a wrong ground is corrected by the coordinator after closing (D20).
    pub fn lifted_by(self) -> Vec<Role> {
        match self {
            GroundRefusal::HasOther { .. } => vec![Role::Coordinator],
            GroundRefusal::NotInWorkflow(_) | GroundRefusal::NotFromHere { .. } => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d19_every_ground_has_a_stage_and_none_is_closed() {
        for ground in Ground::ALL {
            assert!(!ground.from_stages().is_empty(), "{ground:?}");
            assert!(!ground.from_stages().contains(&Stage::Closed), "{ground:?}");
            assert_eq!(ground.code().parse(), Ok(ground));
        }
    }
}
