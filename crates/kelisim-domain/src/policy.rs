//! Who may do what: the one place.
//!
//! A permission is named by the act, never derived from "can see" (R3).
//! An account holds grants; their union decides, and the history records the grant that was used.
//! Deny is the default: a role that a function does not name may not.

use crate::{
    case::closed_enum,
    id::{AccountId, GrantId, MediatorId, OfficeId, PartnerId, RegionId},
    language::Language,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A role, as it stands on the wire and in the commands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Logs cases and mediates those assigned to them.
    Mediator,
    /// Assigns the cases of one office.
    OfficeHead,
    /// Keeps the register of offices and mediators; sees no case.
    Registrar,
    /// Sees the steps of all cases of the region and keeps the memoranda.
    Coordinator,
    /// A contact person of a partner agency.
    Partner,
    /// Reads the audit log and totals; sees no case.
    Auditor,
    /// Keeps users and settings; sees no case.
    Administrator,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 7] = [
        Role::Mediator,
        Role::OfficeHead,
        Role::Registrar,
        Role::Coordinator,
        Role::Partner,
        Role::Auditor,
        Role::Administrator,
    ];

    /// The code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Role::Mediator => "mediator",
            Role::OfficeHead => "office_head",
            Role::Registrar => "registrar",
            Role::Coordinator => "coordinator",
            Role::Partner => "partner",
            Role::Auditor => "auditor",
            Role::Administrator => "administrator",
        }
    }
}

/// The text names no role.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a role")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(code: &str) -> Result<Self, UnknownRole> {
        Role::ALL
            .into_iter()
            .find(|role| role.code() == code)
            .ok_or(UnknownRole)
    }
}

/// A role with the scope that belongs to it; a head without an office cannot be written down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// A mediator working at an office.
    Mediator {
        /// The office where they file cases.
        office: OfficeId,
        /// Their entry in the register.
        mediator: MediatorId,
    },
    /// The head of an office.
    OfficeHead {
        /// The office.
        office: OfficeId,
    },
    /// The registrar of the region.
    Registrar,
    /// The coordinator of the region.
    Coordinator,
    /// A contact of a partner agency.
    Partner {
        /// The agency.
        partner: PartnerId,
    },
    /// An auditor of the region.
    Auditor,
    /// An administrator of the region.
    Administrator,
}

impl Standing {
    /// The role without its scope.
    pub fn role(self) -> Role {
        match self {
            Standing::Mediator { .. } => Role::Mediator,
            Standing::OfficeHead { .. } => Role::OfficeHead,
            Standing::Registrar => Role::Registrar,
            Standing::Coordinator => Role::Coordinator,
            Standing::Partner { .. } => Role::Partner,
            Standing::Auditor => Role::Auditor,
            Standing::Administrator => Role::Administrator,
        }
    }

    /// Whether the role works on cases; such a role never meets administrator or auditor in one account.
    fn works_on_cases(self) -> bool {
        matches!(
            self,
            Standing::Mediator { .. }
                | Standing::OfficeHead { .. }
                | Standing::Coordinator
                | Standing::Partner { .. }
        )
    }
}

/// One role of one account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Grant {
    /// The grant's id, recorded with what was done under it.
    pub id: GrantId,
    /// Role and scope.
    pub standing: Standing,
    /// The first day on which it holds.
    pub from: NaiveDate,
    /// The last day on which it holds; none for an open end.
    pub to: Option<NaiveDate>,
}

impl Grant {
    /// Whether the grant holds on a local day.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// Whether one account may hold these standings together: administrator and auditor never combine with a role on cases.
pub fn combine(standings: &[Standing]) -> bool {
    let watches = standings
        .iter()
        .any(|s| matches!(s, Standing::Auditor | Standing::Administrator));
    !(watches && standings.iter().any(|s| s.works_on_cases()))
}

/// Somebody who asks for something, with the grants that hold today.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Actor {
    /// The account.
    pub account: AccountId,
    /// The region of the account and of all its grants.
    pub region: RegionId,
    /// The account's language.
    pub language: Language,
    /// Grants that hold today.
    pub grants: Vec<Grant>,
    /// Set when nobody asks: then there is no grant, and the account is the nil one.
    pub system: Option<System>,
}

impl Actor {
    /// Nobody: a timer or the register of mediators acts in a region.
    pub fn system(region: RegionId, system: System) -> Self {
        Actor {
            account: AccountId(uuid::Uuid::nil()),
            region,
            language: Language::Kk,
            grants: Vec::new(),
            system: Some(system),
        }
    }

    /// The account, for the record; none when nobody acts, or a command without a name.
    pub fn by_name(&self) -> Option<AccountId> {
        Some(self.account).filter(|account| !account.0.is_nil())
    }

    /// Whether one of the grants has the role.
    pub fn has(&self, role: Role) -> bool {
        self.grants
            .iter()
            .any(|grant| grant.standing.role() == role)
    }

    /// Whether one of the grants has one of the roles.
    pub fn has_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }

    /// Whether the actor works in the network: everybody but a partner's contact.
    pub fn is_staff(&self) -> bool {
        self.grants
            .iter()
            .any(|grant| grant.standing.role() != Role::Partner)
    }

    /// Whether the actor is head of the office.
    pub fn heads(&self, office: OfficeId) -> bool {
        self.grants
            .iter()
            .any(|grant| grant.standing == Standing::OfficeHead { office })
    }
}

/// An act on the registers, with the roles that may do it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RegisterAct {
    /// Read the register of offices.
    ReadOffices,
    /// Open or change an office.
    WriteOffices,
    /// Read the register of mediators.
    ReadMediators,
    /// Enter or change a mediator.
    WriteMediators,
    /// Record the election, suspension or removal of a mediator.
    RecordMediatorStatus,
    /// Read a mediator's personal number, telephone, address and affiliations.
    ReadMediatorSecrets,
    /// Read codes and names of partners.
    ReadPartners,
    /// Enter or change a partner, and see its contacts.
    ManagePartners,
    /// Read and keep the memoranda.
    ManageMemoranda,
    /// Read the delivery log.
    ReadNotices,
    /// Send a failed or uncertain message again.
    RetryNotices,
    /// Read workflows, laws and days off as they were published.
    ReadPublished,
    /// Draft, publish and retire them, and move running cases.
    Publish,
    /// Keep accounts and grants.
    KeepAccounts,
    /// Read and export the audit log.
    ReadAudit,
    /// See how long data are kept, and what was erased.
    ReadRetention,
    /// Set how long data are kept, and erase what is due.
    Erase,
    /// Have reports of a danger to a child: each is read by its author and its receiver only (D30).
    ReadDangerReports,
    /// Write one.
    WriteDangerReports,
}

impl RegisterAct {
    /// The roles that may.
    pub fn roles(self) -> &'static [Role] {
        use Role::{Administrator, Auditor, Coordinator, Mediator, OfficeHead, Registrar};
        match self {
            RegisterAct::ReadOffices
            | RegisterAct::ReadMediators
            | RegisterAct::ReadPartners
            | RegisterAct::ReadPublished => &[
                Mediator,
                OfficeHead,
                Registrar,
                Coordinator,
                Auditor,
                Administrator,
            ],
            RegisterAct::WriteOffices => &[Administrator, Coordinator],
            RegisterAct::WriteMediators => &[Registrar, Coordinator],
            RegisterAct::RecordMediatorStatus => &[Registrar],
            RegisterAct::ReadMediatorSecrets => &[Registrar, Coordinator],
            RegisterAct::ManagePartners
            | RegisterAct::ManageMemoranda
            | RegisterAct::Publish
            | RegisterAct::Erase => &[Coordinator],
            RegisterAct::ReadRetention => &[Coordinator, Auditor],
            RegisterAct::ReadDangerReports => &[Mediator, OfficeHead, Coordinator],
            RegisterAct::WriteDangerReports => &[Mediator],
            RegisterAct::KeepAccounts => &[Administrator],
            RegisterAct::ReadNotices => &[OfficeHead, Coordinator, Mediator, Administrator],
            RegisterAct::RetryNotices => &[OfficeHead, Coordinator],
            RegisterAct::ReadAudit => &[Auditor],
        }
    }

    /// Whether the actor may.
    pub fn allowed(self, actor: &Actor) -> bool {
        actor.has_any(self.roles())
    }
}

/// What the policy has to know of a case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CaseTies {
    /// The office of the case.
    pub office: OfficeId,
    /// The mediator of the case.
    pub mediator: Option<MediatorId>,
    /// The mediator who was asked and has not answered.
    pub asked: Option<MediatorId>,
    /// The account that filed it.
    pub filed_by: AccountId,
    /// Whether it was ever assigned.
    pub was_assigned: bool,
    /// Whether the office has a head today; without one its content goes to the coordinator.
    pub office_has_head: bool,
    /// Whether its head or mediator has opened its content to the coordinator.
    pub handed_up: bool,
}

closed_enum! {
    /// Who stands in which relation to a case: the words that a workflow uses in `who`.
    Relation {
        /// The mediator of the case, lent or not (D9).
        CaseMediator = "case_mediator",
        /// A mediator with a grant at the office.
        OfficeMediator = "office_mediator",
        /// The head of the case's office.
        OfficeHead = "office_head",
        /// The coordinator of the region.
        Coordinator = "coordinator",
        /// The mediator who was asked and has not answered.
        AskedMediator = "asked_mediator",
        /// A timer whose time has come.
        Clock = "clock",
        /// The register of mediators, when it suspends or removes the mediator of the case (D12).
        Register = "register",
    }
}

closed_enum! {
    /// What acts without being anybody.
    System {
        /// A timer whose time has come.
        Clock = "clock",
        /// The register of mediators, after a mediator was suspended or removed (D12).
        Register = "register",
    }
}

impl System {
    /// The relation in which it stands to every case of its region.
    pub fn relation(self) -> Relation {
        match self {
            System::Clock => Relation::Clock,
            System::Register => Relation::Register,
        }
    }
}

impl Relation {
    /// Whether a grant gives this relation to a case.
    pub fn given_by(self, standing: Standing, ties: &CaseTies) -> bool {
        match (self, standing) {
            (Relation::CaseMediator, Standing::Mediator { mediator, .. }) => {
                ties.mediator == Some(mediator)
            }
            (Relation::OfficeMediator, Standing::Mediator { office, .. }) => office == ties.office,
            (Relation::OfficeHead, Standing::OfficeHead { office }) => office == ties.office,
            (Relation::Coordinator, Standing::Coordinator) => true,
            (Relation::AskedMediator, Standing::Mediator { mediator, .. }) => {
                ties.asked == Some(mediator)
            }
            _ => false,
        }
    }

    /// The role to ask when somebody else has to act (D36); nobody, where it happens by itself.
    pub fn role(self) -> Option<Role> {
        match self {
            Relation::CaseMediator | Relation::OfficeMediator | Relation::AskedMediator => {
                Some(Role::Mediator)
            }
            Relation::OfficeHead => Some(Role::OfficeHead),
            Relation::Coordinator => Some(Role::Coordinator),
            Relation::Register => Some(Role::Registrar),
            Relation::Clock => None,
        }
    }
}

/// The grants of the actor that stand in one of the relations to the case.
pub fn grants_in(actor: &Actor, ties: &CaseTies, relations: &[Relation]) -> Vec<Grant> {
    actor
        .grants
        .iter()
        .filter(|grant| {
            relations
                .iter()
                .any(|relation| relation.given_by(grant.standing, ties))
        })
        .copied()
        .collect()
}

/// An act on one case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CasePermission {
    /// See number, steps, dates and mediator.
    See,
    /// Read the sides' names and settlements: what a mediator who is asked has to know to declare a connection (D6).
    ReadNames,
    /// Read the narrative, the sides and the agreement.
    ReadContent,
    /// Correct facts; who may correct content must also read it.
    Correct,
    /// Correct the ground of a closed case (D20).
    CorrectGround,
    /// Open its content to the coordinator, and close it again.
    HandUp,
}

/// The relations to the case that open this to the actor.
///
/// See: the mediator of the case, the one who is asked, the head of its office, the coordinator, and whoever filed it
/// until it is first assigned.
/// Names: whoever reads the content, and the mediator who is asked, until the offer ends.
/// Content: the same without the coordinator, who reads it only where the office has no head, or of a case handed up.
/// Handing up: the mediator of the case and the head of its office, nobody else.
/// On reassignment the former mediator loses all of it at that moment (D11).
pub fn open_to(actor: &Actor, ties: &CaseTies, permission: CasePermission) -> Vec<Relation> {
    let mut relations = Vec::new();
    if permission == CasePermission::HandUp {
        return vec![Relation::CaseMediator, Relation::OfficeHead];
    }
    if permission != CasePermission::CorrectGround {
        relations.extend([Relation::CaseMediator, Relation::OfficeHead]);
        if !ties.was_assigned && ties.filed_by == actor.account {
            relations.push(Relation::OfficeMediator);
        }
    }
    if matches!(permission, CasePermission::See | CasePermission::ReadNames) {
        relations.push(Relation::AskedMediator);
    }
    let is_content = matches!(
        permission,
        CasePermission::ReadContent | CasePermission::ReadNames
    );
    if !is_content || !ties.office_has_head || ties.handed_up {
        relations.push(Relation::Coordinator);
    }
    relations
}

/// Whether the actor may do this with the case: whether a grant stands in one of the relations of [`open_to`].
pub fn may(actor: &Actor, ties: &CaseTies, permission: CasePermission) -> bool {
    !grants_in(actor, ties, &open_to(actor, ties, permission)).is_empty()
}

/// Which cases a list, search or count may touch (R2). Every such query takes one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CaseScope {
    /// The region.
    pub region: RegionId,
    /// All cases of the region.
    pub whole_region: bool,
    /// Cases of these offices.
    pub offices: Vec<OfficeId>,
    /// Cases of these mediators.
    pub mediators: Vec<MediatorId>,
    /// Cases that this account filed at these offices and that nobody was assigned to yet.
    pub filed_by: Option<(AccountId, Vec<OfficeId>)>,
}

impl CaseScope {
    /// The scope of an actor; it agrees with [`may`] and [`CasePermission::See`].
    pub fn of(actor: &Actor) -> Self {
        let mut scope = CaseScope {
            region: actor.region,
            whole_region: false,
            offices: Vec::new(),
            mediators: Vec::new(),
            filed_by: None,
        };
        let mut files_at = Vec::new();
        for grant in &actor.grants {
            match grant.standing {
                Standing::Coordinator => scope.whole_region = true,
                Standing::OfficeHead { office } => scope.offices.push(office),
                Standing::Mediator { office, mediator } => {
                    scope.mediators.push(mediator);
                    files_at.push(office);
                }
                Standing::Registrar
                | Standing::Partner { .. }
                | Standing::Auditor
                | Standing::Administrator => {}
            }
        }
        if !files_at.is_empty() {
            scope.filed_by = Some((actor.account, files_at));
        }
        scope
    }

    /// Whether no case at all is in scope.
    pub fn is_empty(&self) -> bool {
        !self.whole_region
            && self.offices.is_empty()
            && self.mediators.is_empty()
            && self.filed_by.is_none()
    }
}

/// Among which cases somebody may look for a name (R2): those whose sides they may read, which are fewer than they see.
///
/// That a name is found tells where a person has a case, so a coordinator finds it only where the content is open to
/// them: in offices without a head, and in cases handed up. It agrees with [`may`] and [`CasePermission::ReadNames`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NameScope {
    /// The region.
    pub region: RegionId,
    /// Cases of these offices, by grant.
    pub offices: Vec<OfficeId>,
    /// Cases of these mediators, and those that they are asked to take.
    pub mediators: Vec<MediatorId>,
    /// Cases that this account filed at these offices and that nobody was assigned to yet.
    pub filed_by: Option<(AccountId, Vec<OfficeId>)>,
    /// Cases handed up, and those of offices without a head.
    pub handed_up: bool,
}

impl NameScope {
    /// The scope of an actor.
    pub fn of(actor: &Actor) -> Self {
        let CaseScope {
            region,
            whole_region,
            offices,
            mediators,
            filed_by,
        } = CaseScope::of(actor);
        NameScope {
            region,
            offices,
            mediators,
            filed_by,
            handed_up: whole_region,
        }
    }

    /// Whether no case at all is in scope.
    pub fn is_empty(&self) -> bool {
        !self.handed_up
            && self.offices.is_empty()
            && self.mediators.is_empty()
            && self.filed_by.is_none()
    }
}

#[cfg(test)]
mod tests;
