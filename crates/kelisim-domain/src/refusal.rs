//! Why something may not be done now, and who can change that (D36).
//!
//! Each rule has its own refusal in the module of the rule; this type gathers them for the reader.
//! The sentence is the Fluent message `refusal-<code>`.

use crate::{
    assignment::Unfit,
    case::{GuardRefusal, HandingRefusal, StepRefusal, ground::GroundRefusal},
    consent::ConsentRefusal,
    policy::Role,
    publish::PublishRefusal,
    register::RegisterRefusal,
    retention::ErasureRefusal,
};

/// One reason why not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The step, the actor or the state of the case.
    Step(StepRefusal),
    /// The mediator may not be given this case (D4, D5, D9).
    Unfit(Unfit),
    /// A guard of the workflow (D1, D2, D6, D8, D12 to D18).
    Guard(GuardRefusal),
    /// The ground of closure (3.2, D19, D20).
    Ground(GroundRefusal),
    /// Whether the coordinator reads the case (3.3).
    Handing(HandingRefusal),
    /// A register entry as it stands.
    Register(RegisterRefusal),
    /// What is to be erased as it stands (R20).
    Erasure(ErasureRefusal),
    /// A consent as it stands (R20).
    Consent(ConsentRefusal),
    /// What is published as it stands (D3, D34).
    Publish(PublishRefusal),
}

impl Refusal {
    /// The rule it comes from, such as `D4`; `3.3` is the table of who may do what.
    pub fn rule(&self) -> &'static str {
        match self {
            Refusal::Step(refusal) => refusal.rule(),
            Refusal::Unfit(refusal) => refusal.rule(),
            Refusal::Guard(refusal) => refusal.rule(),
            Refusal::Ground(refusal) => refusal.rule(),
            Refusal::Handing(refusal) => refusal.rule(),
            Refusal::Register(refusal) => refusal.rule(),
            Refusal::Erasure(refusal) => refusal.rule(),
            Refusal::Consent(refusal) => refusal.rule(),
            Refusal::Publish(refusal) => refusal.rule(),
        }
    }

    /// The stable code on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Step(refusal) => refusal.code(),
            Refusal::Unfit(refusal) => refusal.code(),
            Refusal::Guard(refusal) => refusal.code(),
            Refusal::Ground(refusal) => refusal.code(),
            Refusal::Handing(refusal) => refusal.code(),
            Refusal::Register(refusal) => refusal.code(),
            Refusal::Erasure(refusal) => refusal.code(),
            Refusal::Consent(refusal) => refusal.code(),
            Refusal::Publish(refusal) => refusal.code(),
        }
    }

    /// Who can lift it; nobody when the list is empty.
    pub fn lifted_by(&self) -> Vec<Role> {
        match self {
            Refusal::Step(refusal) => refusal.lifted_by(),
            Refusal::Unfit(refusal) => refusal.lifted_by(),
            Refusal::Guard(refusal) => refusal.lifted_by(),
            Refusal::Ground(refusal) => refusal.lifted_by(),
            Refusal::Handing(refusal) => refusal.lifted_by(),
            Refusal::Register(refusal) => refusal.lifted_by(),
            Refusal::Erasure(refusal) => refusal.lifted_by(),
            Refusal::Consent(refusal) => refusal.lifted_by(),
            Refusal::Publish(refusal) => refusal.lifted_by(),
        }
    }

    /// Whether it is about who asks, not about the case: such a refusal is a 403, every other a 409.
    pub fn is_about_who(&self) -> bool {
        matches!(
            self,
            Refusal::Step(StepRefusal::NotYours { .. })
                | Refusal::Register(RegisterRefusal::RegistrarOnly)
        )
    }
}
