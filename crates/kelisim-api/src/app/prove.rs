//! The one seam behind which a person proves who they are.
//!
//! Whatever proves it gives a [`Proven`], which nothing outside this file can make, and a session begins from a [`Proven`]
//! alone (`session.rs`). Passkeys and identity providers come in here, each as one more function; what follows after
//! (second factor, sessions, limits, the record) does not know how it was proved.

use super::{App, AppError, Tx};
use crate::door::{counted_as, subject};
use chrono::{DateTime, TimeDelta, Utc};
use kelisim_domain::{
    id::{AccountId, RegionId},
    sign_in::{Counted, DEVICE_DAYS, LinkKind, Password},
    text::EmailAddress,
};
use kelisim_persistence::{
    Defect, Error as StoreError,
    store::{
        credential::{Claimant, claimant_find},
        link::{Link, link_use},
        rate::{Subject, rate_take},
    },
};
use std::{net::IpAddr, sync::Arc};

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The client's address.
    pub address: IpAddr,
    /// The digest of the device's cookie, if it has one.
    pub device: Option<[u8; 32]>,
    /// What the owner will know the device by.
    pub label: String,
}

/// By what somebody has proved who they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Means {
    /// Their password.
    Password,
    /// A link that was sent to them, or given to them by whoever runs this machine.
    Link(LinkKind),
}

impl Means {
    /// The word in the audit log.
    pub fn code(self) -> &'static str {
        match self {
            Means::Password => "password",
            Means::Link(kind) => kind.code(),
        }
    }
}

/// Somebody who has proved who they are. A second factor may still be asked for.
#[derive(Debug)]
pub struct Proven {
    region: RegionId,
    account: AccountId,
    means: Means,
    /// The hash that the password fitted: it must still be the one when the session begins.
    hash: Option<String>,
    /// The budgets from which a try was taken, to be given back: it was no guess.
    taken: Vec<Subject>,
}

impl Proven {
    /// The account's region.
    pub fn region(&self) -> RegionId {
        self.region
    }

    /// The account.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// By what.
    pub fn means(&self) -> Means {
        self.means
    }

    /// The hash that the password fitted.
    pub(super) fn hash(&self) -> Option<&str> {
        self.hash.as_deref()
    }

    /// The budgets to give back to.
    pub(super) fn taken(&self) -> &[Subject] {
        &self.taken
    }
}

/// By an address and a password. For whoever is not there the same is asked and worked out, so that neither answer nor time
/// tells one from the other (R12).
///
/// # Errors
/// Unauthenticated; too many tries; busy.
pub async fn by_password(
    app: &Arc<App>,
    email: &str,
    password: Password,
    caller: &Caller,
) -> Result<Proven, AppError> {
    let asked = Asked::new(email, caller);
    let house = Arc::clone(app);
    let door = app.database.at_door();
    let looked = door.write(move |db| {
        let now = house.clock.now();
        let claimant = match &asked.email {
            // Which day it is where an account is, is known with the account; an office more or less is no matter here.
            Some(email) => {
                let today = house.laws.otherwise().zone().day(now);
                claimant_find(db, email, asked.device.as_ref(), today, known_since(now))?
            }
            None => None,
        };
        let (mut subjects, office) = asked.subjects(claimant.as_ref());
        if let Err(used) = rate_take(db, &subjects, now)?
            && !house.faults.has(Defect::GuessWithoutLimit)
        {
            return Ok(Err(too_many(used.until, now)));
        }
        let is_office_open = match office {
            None => true,
            Some(office) => {
                subjects.push(office);
                rate_take(db, &[office], now)?.is_ok()
            }
        };
        Ok::<_, AppError>(Ok((claimant, subjects, is_office_open)))
    });
    let (claimant, subjects, is_office_open) = looked.await??;
    // Only an account that exists has an office, so nobody may hear of an office's budget: the password is wrong then.
    let claimant = claimant.filter(|_| is_office_open);
    let usable = claimant.as_ref().filter(|claimant| claimant.active);
    let hash = usable.and_then(|claimant| claimant.password.clone());
    let fits = app.door.hasher.verify(password, hash.clone()).await?;
    match claimant {
        Some(claimant) if fits => Ok(Proven {
            region: claimant.region,
            account: claimant.account,
            means: Means::Password,
            hash,
            taken: subjects,
        }),
        claimant => {
            // The id of an account that exists is no secret of the log, and whoever reads it sees an attack begin.
            let account = claimant.map(|claimant| claimant.account.to_string());
            tracing::info!(account, "a password was wrong");
            Err(AppError::Unauthenticated)
        }
    }
}

/// By a link, which is used up with it.
///
/// # Errors
/// Not found, when somebody was faster.
pub(super) fn by_link(tx: &mut Tx<'_>, link: &Link) -> Result<Proven, AppError> {
    if !link_use(tx.db, link.region, link.id, tx.now)? {
        return Err(AppError::NotFound);
    }
    Ok(Proven {
        region: link.region,
        account: link.account,
        means: Means::Link(link.kind),
        hash: None,
        taken: Vec::new(),
    })
}

/// Since when a device must have been seen to be known.
pub fn known_since(now: DateTime<Utc>) -> DateTime<Utc> {
    now - TimeDelta::days(DEVICE_DAYS)
}

/// How long to wait.
pub fn too_many(until: DateTime<Utc>, now: DateTime<Utc>) -> AppError {
    let seconds = (until - now).num_seconds() + 1;
    AppError::TooMany { seconds }
}

/// What somebody says of themselves.
struct Asked {
    email: Option<EmailAddress>,
    /// The address as it is counted, whether it is one or not.
    counted: String,
    device: Option<[u8; 32]>,
    address: IpAddr,
}

impl Asked {
    fn new(email: &str, caller: &Caller) -> Self {
        Asked {
            email: EmailAddress::parse(email).ok(),
            counted: email.trim().to_lowercase(),
            device: caller.device,
            address: caller.address,
        }
    }

    /// The budgets that a try is taken from, and that of the office by itself. Where the account knows the device, the device
    /// has a budget of its own, which no stranger can use up; without it there are the others.
    fn subjects(&self, claimant: Option<&Claimant>) -> (Vec<Subject>, Option<Subject>) {
        if let (Some(claimant), Some(device)) = (claimant, &self.device)
            && claimant.device_known
        {
            let what = [claimant.account.0.as_bytes().as_slice(), device.as_slice()].concat();
            return (vec![(Counted::Device, subject("device", &what))], None);
        }
        let office = match claimant.and_then(|claimant| claimant.offices.first()) {
            Some(office) => subject("office", office.0.as_bytes()),
            // Nobody's office, so that a look more or less into the budgets tells nothing.
            None => subject("no-office", self.counted.as_bytes()),
        };
        let loud = vec![
            (Counted::Account, subject("email", self.counted.as_bytes())),
            (
                Counted::Address,
                subject("address", &counted_as(self.address)),
            ),
        ];
        (loud, Some((Counted::Office, office)))
    }
}

/// Takes one try from a budget, in the transaction that is open.
///
/// # Errors
/// Those of the database.
pub(super) fn taken(
    tx: &mut Tx<'_>,
    subjects: &[Subject],
) -> Result<Result<(), AppError>, StoreError> {
    let now = tx.now;
    let taken = rate_take(tx.db, subjects, now)?;
    Ok(taken.map_err(|used| too_many(used.until, now)))
}
