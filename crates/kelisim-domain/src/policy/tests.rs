//! Who may do what, role by role.

use super::*;
use uuid::Uuid;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn actor(account: u128, standings: &[Standing]) -> Actor {
    Actor {
        account: AccountId(id(account)),
        region: RegionId(id(1)),
        language: Language::Kk,
        grants: standings
            .iter()
            .map(|standing| Grant {
                id: GrantId(id(9)),
                standing: *standing,
                from: NaiveDate::MIN,
                to: None,
            })
            .collect(),
        system: None,
    }
}

fn ties() -> CaseTies {
    CaseTies {
        office: OfficeId(id(3)),
        mediator: Some(MediatorId(id(5))),
        asked: None,
        filed_by: AccountId(id(7)),
        was_assigned: true,
        office_has_head: true,
        handed_up: false,
    }
}

#[test]
fn administrator_and_auditor_never_combine_with_a_role_on_cases() {
    assert!(!combine(&[Standing::Administrator, Standing::Coordinator]));
    assert!(!combine(&[
        Standing::Auditor,
        Standing::OfficeHead {
            office: OfficeId(id(3))
        }
    ]));
    assert!(combine(&[Standing::Administrator, Standing::Auditor]));
    assert!(combine(&[Standing::Coordinator, Standing::Registrar]));
}

#[test]
fn d11_a_former_mediator_sees_nothing() {
    let former = actor(
        7,
        &[Standing::Mediator {
            office: OfficeId(id(3)),
            mediator: MediatorId(id(6)),
        }],
    );
    assert!(
        !may(&former, &ties(), CasePermission::See),
        "also when they filed it"
    );
    let before = CaseTies {
        mediator: None,
        asked: None,
        was_assigned: false,
        ..ties()
    };
    assert!(
        may(&former, &before, CasePermission::ReadContent),
        "the filer reads it until the first assignment"
    );
}

#[test]
fn d09_a_lent_mediator_sees_that_case_and_nothing_else_of_the_office() {
    let lent = actor(
        8,
        &[Standing::Mediator {
            office: OfficeId(id(4)),
            mediator: MediatorId(id(5)),
        }],
    );
    assert!(may(&lent, &ties(), CasePermission::ReadContent));
    let other = CaseTies {
        mediator: Some(MediatorId(id(6))),
        asked: None,
        ..ties()
    };
    assert!(!may(&lent, &other, CasePermission::See));
}

#[test]
fn the_coordinator_reads_content_only_where_the_office_has_no_head() {
    let coordinator = actor(8, &[Standing::Coordinator]);
    assert!(may(&coordinator, &ties(), CasePermission::See));
    assert!(!may(&coordinator, &ties(), CasePermission::ReadContent));
    assert!(may(
        &coordinator,
        &CaseTies {
            office_has_head: false,
            ..ties()
        },
        CasePermission::ReadContent
    ));
}

#[test]
fn the_coordinator_reads_the_content_of_a_case_handed_up_and_cannot_hand_it_up() {
    let coordinator = actor(8, &[Standing::Coordinator]);
    let handed_up = CaseTies {
        handed_up: true,
        ..ties()
    };
    for permission in [CasePermission::ReadContent, CasePermission::ReadNames] {
        assert!(!may(&coordinator, &ties(), permission));
        assert!(may(&coordinator, &handed_up, permission));
    }
    let office = OfficeId(id(3));
    let head = actor(9, &[Standing::OfficeHead { office }]);
    let own = Standing::Mediator {
        office,
        mediator: MediatorId(id(5)),
    };
    let other = Standing::Mediator {
        office,
        mediator: MediatorId(id(6)),
    };
    for ties in [ties(), handed_up] {
        assert!(may(&head, &ties, CasePermission::HandUp));
        assert!(may(&actor(9, &[own]), &ties, CasePermission::HandUp));
        assert!(!may(&actor(9, &[other]), &ties, CasePermission::HandUp));
        assert!(!may(&coordinator, &ties, CasePermission::HandUp));
        let elsewhere = Standing::OfficeHead {
            office: OfficeId(id(4)),
        };
        assert!(!may(
            &actor(9, &[elsewhere]),
            &ties,
            CasePermission::ReadContent
        ));
    }
}

#[test]
fn a_name_is_looked_for_among_the_cases_whose_sides_one_may_read() {
    let coordinator = NameScope::of(&actor(8, &[Standing::Coordinator]));
    assert!(coordinator.handed_up && coordinator.offices.is_empty());
    let office = OfficeId(id(3));
    let head = NameScope::of(&actor(9, &[Standing::OfficeHead { office }]));
    assert!(!head.handed_up && head.offices == [office]);
    for standing in [
        Standing::Registrar,
        Standing::Auditor,
        Standing::Administrator,
    ] {
        assert!(NameScope::of(&actor(7, &[standing])).is_empty());
    }
}

#[test]
fn roles_without_cases_see_none() {
    for standing in [
        Standing::Registrar,
        Standing::Auditor,
        Standing::Administrator,
        Standing::Partner {
            partner: PartnerId(id(2)),
        },
    ] {
        let somebody = actor(7, &[standing]);
        let fresh = CaseTies {
            mediator: None,
            asked: None,
            was_assigned: false,
            office_has_head: false,
            ..ties()
        };
        for permission in [
            CasePermission::See,
            CasePermission::ReadContent,
            CasePermission::Correct,
            CasePermission::CorrectGround,
            CasePermission::HandUp,
        ] {
            assert!(
                !may(&somebody, &fresh, permission),
                "{standing:?} {permission:?}"
            );
        }
        assert!(CaseScope::of(&somebody).is_empty());
    }
}
