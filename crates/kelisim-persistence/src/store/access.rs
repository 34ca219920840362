//! The one way to a case (R1).
//!
//! A handler cannot act on a case without an [`Authorized`] value, and only [`access_case`] makes one,
//! inside the transaction of the act (R4). What acts without being anybody has a way of its own, which asks for its own
//! proof: the claim of a timer, or that the register has suspended or removed the mediator (D12).

use std::marker::PhantomData;
use std::sync::Arc;

use chrono::NaiveDate;
use kelisim_domain::{
    case::{Case, Content, Party, Referred},
    confidential::Confidential,
    id::{CaseId, MediatorId, RegionId},
    policy::{Actor, CasePermission, CaseScope, may},
};

use crate::connection::Db;
use crate::error::Error;
use crate::store::case::{self, Loaded};
use crate::store::case_event::{self, Recorded};
use crate::store::case_scope::Sight;
use crate::store::due::{DueTimer, timer_is_held};
use crate::vault::{DataKey, Vault};

/// An act on a case, as a type.
pub trait Permission {
    /// The act for the policy.
    const ASKED: CasePermission;
}

/// See number, steps, dates and mediator.
#[derive(Debug, Clone, Copy)]
pub struct See;
/// Read the sides' names and settlements.
#[derive(Debug, Clone, Copy)]
pub struct ReadNames;
/// Read the narrative, the sides and the agreement.
#[derive(Debug, Clone, Copy)]
pub struct ReadContent;
/// Correct facts.
#[derive(Debug, Clone, Copy)]
pub struct Correct;
/// Correct the ground of a closed case.
#[derive(Debug, Clone, Copy)]
pub struct CorrectGround;

/// Open its content to the coordinator, and close it again.
#[derive(Debug, Clone, Copy)]
pub struct HandUp;

impl Permission for HandUp {
    const ASKED: CasePermission = CasePermission::HandUp;
}
impl Permission for See {
    const ASKED: CasePermission = CasePermission::See;
}
impl Permission for ReadNames {
    const ASKED: CasePermission = CasePermission::ReadNames;
}
impl Permission for ReadContent {
    const ASKED: CasePermission = CasePermission::ReadContent;
}
impl Permission for Correct {
    const ASKED: CasePermission = CasePermission::Correct;
}
impl Permission for CorrectGround {
    const ASKED: CasePermission = CasePermission::CorrectGround;
}

/// A case with the proof that the actor may do `P` with it.
#[derive(Debug, Clone)]
pub struct Authorized<P> {
    loaded: Arc<Loaded>,
    permission: PhantomData<P>,
}

/// Why there is no way to a case.
#[derive(Debug)]
pub enum NoAccess {
    /// Missing, or not for this actor to know.
    NotFound,
    /// The actor may see the case, but not do this with it.
    NotPermitted,
    /// The database.
    Store(Error),
}

impl From<Error> for NoAccess {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::NotFound,
            other => Self::Store(other),
        }
    }
}

/// Loads a case for an act of an actor, on a local day. The query finds those within the actor's scope only (R2), and the
/// policy is asked of what it found (R1).
///
/// # Errors
/// [`NoAccess`]; a case that the actor may not see answers like one that does not exist.
pub fn access_case<P: Permission>(
    db: &mut Db,
    actor: &Actor,
    id: CaseId,
    today: NaiveDate,
) -> Result<Authorized<P>, NoAccess> {
    let sight = Sight::within(&CaseScope::of(actor));
    authorize(case::case_load(db, actor.region, sight, id, today)?, actor)
}

/// The same proof for a case that the open transaction is about to store.
///
/// # Errors
/// [`NoAccess`]: the actor may have given the case away with this very act.
pub fn access_stored<P: Permission>(
    stored: &Loaded,
    actor: &Actor,
) -> Result<Authorized<P>, NoAccess> {
    authorize(stored.clone(), actor)
}

fn authorize<P: Permission>(loaded: Loaded, actor: &Actor) -> Result<Authorized<P>, NoAccess> {
    let ties = loaded.case.ties(loaded.office_has_head);
    if !may(actor, &ties, CasePermission::See) {
        return Err(NoAccess::NotFound);
    }
    if !may(actor, &ties, P::ASKED) {
        return Err(NoAccess::NotPermitted);
    }
    Ok(Authorized {
        loaded: Arc::new(loaded),
        permission: PhantomData,
    })
}

/// Let a timer of a case fire: a claim is the proof, and no actor has it.
#[derive(Debug, Clone, Copy)]
pub struct Fire;

/// Loads the case of a timer that was claimed, on a local day; none when the claim holds no longer.
///
/// # Errors
/// As the database.
pub fn access_due(
    db: &mut Db,
    due: &DueTimer,
    today: NaiveDate,
) -> Result<Option<Authorized<Fire>>, Error> {
    if !timer_is_held(db, due)? {
        return Ok(None);
    }
    Ok(Some(Authorized {
        loaded: Arc::new(case::case_load(
            db,
            due.region(),
            Sight::proven(),
            due.case(),
            today,
        )?),
        permission: PhantomData,
    }))
}

/// Take a case from a mediator who may not go on (D12): no actor has it.
#[derive(Debug, Clone, Copy)]
pub struct Release;

/// The open cases of a mediator whom the register has suspended or removed, in the order of their ids; none of anybody else.
///
/// Nobody can change them until the transaction ends.
///
/// # Errors
/// As the database.
pub fn access_lost(
    db: &mut Db,
    region: RegionId,
    mediator: MediatorId,
    today: NaiveDate,
) -> Result<Vec<Authorized<Release>>, Error> {
    let ids = case::cases_lost(db, region, mediator)?;
    let load = |id| {
        Ok(Authorized {
            loaded: Arc::new(case::case_load(db, region, Sight::proven(), id, today)?),
            permission: PhantomData,
        })
    };
    ids.into_iter().map(load).collect()
}

impl<P> Authorized<P> {
    /// The open facts.
    pub fn case(&self) -> &Case {
        &self.loaded.case
    }

    /// The case as it was loaded, for a change in the same transaction.
    pub fn loaded(&self) -> &Loaded {
        &self.loaded
    }

    /// Whether the office has a head today.
    pub fn office_has_head(&self) -> bool {
        self.loaded.office_has_head
    }

    /// The data key of the content; what it opens is another question.
    ///
    /// # Errors
    /// [`Error::Erased`] when it was destroyed; [`Error::Key`].
    pub fn data_key(&self, vault: &Vault) -> Result<&DataKey, Error> {
        self.loaded.data_key(vault)
    }

    /// The proof for a weaker or another act, when the actor may do that too.
    pub fn also<Q: Permission>(&self, actor: &Actor) -> Option<Authorized<Q>> {
        let ties = self.loaded.case.ties(self.loaded.office_has_head);
        may(actor, &ties, Q::ASKED).then(|| Authorized {
            loaded: Arc::clone(&self.loaded),
            permission: PhantomData,
        })
    }

    /// The partner's referral, without its reference.
    pub fn referral(&self) -> Option<&Referred> {
        self.loaded.referral().map(|(referred, _)| referred)
    }

    /// A part of the history, oldest first.
    ///
    /// # Errors
    /// As the database.
    pub fn history(&self, db: &mut Db, after: i32, limit: i64) -> Result<Vec<Recorded>, Error> {
        case_event::list(db, self.loaded.region, self.loaded.case.id, after, limit)
    }
}

impl Authorized<ReadNames> {
    /// The sides, of whom the reader shows names and settlements only.
    ///
    /// # Errors
    /// [`Error::Key`] when the key does not fit or was destroyed.
    pub fn parties(&self, vault: &Vault) -> Result<&[Party], Error> {
        Ok(&self.loaded.content(vault)?.parties)
    }
}

impl Authorized<ReadContent> {
    /// The confidential content.
    ///
    /// # Errors
    /// [`Error::Key`] when the key does not fit or was destroyed.
    pub fn content(&self, vault: &Vault) -> Result<&Content, Error> {
        self.loaded.content(vault)
    }

    /// Why somebody did what an entry of the history says, where that was sealed.
    ///
    /// # Errors
    /// [`Error::Erased`]; [`Error::Key`] when the key does not fit.
    pub fn reason_of(
        &self,
        vault: &Vault,
        recorded: &Recorded,
    ) -> Result<Confidential<Option<String>>, Error> {
        if !recorded.event.data.has_sealed_reason() {
            return Ok(Confidential::default());
        }
        let change = case_event::content_change(self.data_key(vault)?, recorded)?;
        Ok(change.map_or_else(Confidential::default, |change| change.reason))
    }
}
