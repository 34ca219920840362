//! A report of a danger to a child (D30): who may write one, and to whom it may go.
//!
//! It is about no case: no step follows from it, no case names it, and it names none. It is read by who wrote it and by the
//! one person it went to, who answers for an office or for the region.

use crate::{
    confidential::Confidential,
    fault::FaultKind,
    policy::{Grant, Role},
};
use chrono::NaiveDate;

/// What was seen, and who was told outside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DangerReport {
    /// The facts.
    pub facts: Confidential<String>,
    /// The protection body that was told.
    pub body: Confidential<String>,
    /// The day on which it was told.
    pub informed_on: Confidential<NaiveDate>,
}

/// Roles to which a report may go.
pub const RECEIVERS: [Role; 2] = [Role::OfficeHead, Role::Coordinator];

/// Whether a report may go to somebody with these grants, on a local day.
pub fn may_receive(grants: &[Grant], day: NaiveDate) -> bool {
    let fits = |grant: &Grant| RECEIVERS.contains(&grant.standing.role()) && grant.holds_on(day);
    grants.iter().any(fits)
}

/// What is wrong with the day on which the body was told.
///
/// # Errors
/// It has not come.
pub fn told_on(day: NaiveDate, today: NaiveDate) -> Result<NaiveDate, FaultKind> {
    match day <= today {
        true => Ok(day),
        false => Err(FaultKind::TooLate { latest: today }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::{GrantId, OfficeId},
        policy::Standing,
    };
    use uuid::Uuid;

    #[test]
    fn d30_a_report_goes_to_a_head_or_the_coordinator_whose_grant_holds() {
        let day = |text: &str| -> NaiveDate { text.parse().unwrap() };
        let grant = |standing| Grant {
            id: GrantId(Uuid::from_u128(1)),
            standing,
            from: day("2026-01-01"),
            to: Some(day("2026-11-22")),
        };
        let office = OfficeId(Uuid::from_u128(2));
        for standing in [Standing::OfficeHead { office }, Standing::Coordinator] {
            assert!(may_receive(&[grant(standing)], day("2026-11-22")));
            assert!(!may_receive(&[grant(standing)], day("2026-11-23")), "over");
        }
        for standing in [
            Standing::Auditor,
            Standing::Administrator,
            Standing::Registrar,
        ] {
            assert!(
                !may_receive(&[grant(standing)], day("2026-11-22")),
                "{standing:?}"
            );
        }
    }
}
