//! Accounts and tokens made on this machine, by whoever may run commands on it.
//!
//! The entries in the audit log carry no actor and say so: the right to do this is the right to read the master key.

use crate::door::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use kelisim_domain::{
    audit::AuditEntry,
    calendar::Zone,
    code::{OfficeCode, PartnerCode},
    id::{AccountId, AuditId, GrantId, LinkId, MediatorId, RegionId, TokenId},
    language::Language,
    policy::{Grant, Role, Standing, combine},
    sign_in::{LINK_MINUTES, LinkKind},
    text::{EmailAddress, Name},
};
use kelisim_persistence::{
    Db, Entropy, Error,
    entropy::new_id,
    store::{
        account::{Account, account_find_by_email, account_insert, grant_insert, grant_list},
        account_entry::account_any_locked,
        audit::audit_insert,
        link::{Link, link_insert},
        mediator::mediator_facts,
        office::office_by_code,
        partner::partner_by_code,
        token::{NewToken, token_insert},
    },
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What every token begins with, so that a scanner for leaked secrets finds it.
pub const TOKEN_PREFIX: &str = "klsm_";

/// Why an account or token was not made.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// What was typed makes no sense, whatever the database holds.
    #[error("{0}")]
    Usage(String),
    /// The database holds no such thing, or holds it already.
    #[error("{0}")]
    Wrong(String),
    /// The database.
    #[error("{0}")]
    Database(#[from] Error),
}

/// The transaction in which something is made.
pub struct Desk<'a> {
    /// The connection.
    pub db: &'a mut Db,
    /// The region.
    pub region: RegionId,
    /// The time.
    pub now: DateTime<Utc>,
    /// The region's zone: a grant begins on the local day.
    pub zone: Zone,
    /// Chance for ids.
    pub entropy: &'a dyn Entropy,
    /// Why, for the audit log.
    pub reason: &'static str,
}

/// Somebody new.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The mail address.
    pub email: EmailAddress,
    /// The name.
    pub name: Name,
    /// The language.
    pub language: Language,
    /// Role and scope.
    pub standing: Standing,
}

/// Role and scope as they were typed.
#[derive(Clone, Copy, Debug)]
pub struct TypedStanding<'a> {
    /// The role.
    pub role: &'a str,
    /// The code of the office.
    pub office: Option<&'a str>,
    /// The id of the mediator.
    pub mediator: Option<&'a str>,
    /// The code of the partner.
    pub partner: Option<&'a str>,
}

impl Desk<'_> {
    /// Reads role and scope: each role takes the scope that belongs to it, and no other.
    ///
    /// # Errors
    /// An unknown role or code, a scope that is missing or has no place.
    pub fn standing(&mut self, typed: TypedStanding<'_>) -> Result<Standing, EnrolError> {
        let role: Role = typed.role.parse().map_err(|_| {
            let roles: Vec<&str> = Role::ALL.iter().map(|role| role.code()).collect();
            EnrolError::Usage(format!(
                "--role {} is none of {}",
                typed.role,
                roles.join(", ")
            ))
        })?;
        let wants = match role {
            Role::Mediator => (true, true, false),
            Role::OfficeHead => (true, false, false),
            Role::Partner => (false, false, true),
            Role::Registrar | Role::Coordinator | Role::Auditor | Role::Administrator => {
                (false, false, false)
            }
        };
        scope("--office", typed.office, wants.0, role)?;
        scope("--mediator", typed.mediator, wants.1, role)?;
        scope("--partner", typed.partner, wants.2, role)?;
        Ok(match role {
            Role::Registrar => Standing::Registrar,
            Role::Coordinator => Standing::Coordinator,
            Role::Auditor => Standing::Auditor,
            Role::Administrator => Standing::Administrator,
            Role::OfficeHead => Standing::OfficeHead {
                office: self.office(typed.office)?,
            },
            Role::Partner => Standing::Partner {
                partner: self.partner(typed.partner)?,
            },
            Role::Mediator => {
                let office = self.office(typed.office)?;
                let mediator = self.mediator(typed.mediator, office)?;
                Standing::Mediator { office, mediator }
            }
        })
    }

    fn office(&mut self, code: Option<&str>) -> Result<kelisim_domain::id::OfficeId, EnrolError> {
        let code = code.unwrap_or_default();
        let wrong = || EnrolError::Wrong(format!("--office {code}: there is no such office"));
        let parsed = OfficeCode::parse(code).map_err(|_| wrong())?;
        match office_by_code(self.db, self.region, &parsed) {
            Ok(office) => Ok(office.id),
            Err(Error::NotFound) => Err(wrong()),
            Err(error) => Err(error.into()),
        }
    }

    fn partner(&mut self, code: Option<&str>) -> Result<kelisim_domain::id::PartnerId, EnrolError> {
        let code = code.unwrap_or_default();
        let wrong = || EnrolError::Wrong(format!("--partner {code}: there is no such partner"));
        let parsed = PartnerCode::parse(code).map_err(|_| wrong())?;
        match partner_by_code(self.db, self.region, &parsed) {
            Ok(partner) => Ok(partner.id),
            Err(Error::NotFound) => Err(wrong()),
            Err(error) => Err(error.into()),
        }
    }

    fn mediator(
        &mut self,
        id: Option<&str>,
        office: kelisim_domain::id::OfficeId,
    ) -> Result<MediatorId, EnrolError> {
        let id = id.unwrap_or_default();
        let wrong = || {
            EnrolError::Wrong(format!(
                "--mediator {id}: there is no such mediator at this office"
            ))
        };
        let parsed: MediatorId = id.parse().map_err(|_| wrong())?;
        let facts = mediator_facts(self.db, self.region, parsed, self.zone.day(self.now))?;
        match facts.filter(|(facts, _)| facts.offices.contains(&office)) {
            Some(_) => Ok(parsed),
            None => Err(wrong()),
        }
    }

    /// Makes an account with one grant.
    ///
    /// # Errors
    /// The address has an account already.
    pub fn account_create(&mut self, new: &NewAccount) -> Result<AccountId, EnrolError> {
        let account = Account {
            region: self.region,
            id: AccountId(new_id(self.now, self.entropy)),
            email: new.email.clone(),
            name: new.name.clone(),
            language: new.language,
            active: true,
        };
        match account_insert(self.db, &account, self.now) {
            Err(Error::Conflict { .. }) => {
                return Err(EnrolError::Wrong(format!(
                    "{} has an account already",
                    new.email
                )));
            }
            other => other?,
        }
        let after = json!({"active": true, "language": new.language});
        self.audit("account.create", account.id.to_string(), after)?;
        self.grant_create(account.id, new.standing)?;
        Ok(account.id)
    }

    /// Gives an account one more role, from today on.
    ///
    /// # Errors
    /// Administrator and auditor never combine with a role on cases.
    pub fn grant_create(
        &mut self,
        account: AccountId,
        standing: Standing,
    ) -> Result<(), EnrolError> {
        let held = grant_list(self.db, self.region, account)?;
        let mut standings: Vec<Standing> = held.iter().map(|grant| grant.standing).collect();
        standings.push(standing);
        if !combine(&standings) {
            return Err(EnrolError::Wrong(format!(
                "the role {} does not combine with the roles that the account has",
                standing.role().code()
            )));
        }
        let grant = Grant {
            id: GrantId(new_id(self.now, self.entropy)),
            standing,
            from: self.zone.day(self.now),
            to: None,
        };
        grant_insert(self.db, self.region, account, &grant, self.now)?;
        let after = json!({"account": account, "role": standing.role(), "from": grant.from});
        self.audit("grant.create", grant.id.to_string(), after)
    }

    /// Makes a bearer token; `secret` is the chance that nobody can guess. Only its digest is stored. `exports` says whether it
    /// may take many rows out in one piece.
    ///
    /// # Errors
    /// No active account has the address.
    pub fn token_create(
        &mut self,
        email: &EmailAddress,
        (days, exports): (i64, bool),
        secret: &dyn Entropy,
    ) -> Result<String, EnrolError> {
        let account = match account_find_by_email(self.db, email) {
            Ok(account) if account.active => account,
            Ok(_) | Err(Error::NotFound) => {
                return Err(EnrolError::Wrong(format!("{email} has no active account")));
            }
            Err(error) => return Err(error.into()),
        };
        let mut bytes = [0; 32];
        secret.fill(&mut bytes);
        let text = format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
        let token = NewToken {
            region: account.region,
            id: TokenId(new_id(self.now, secret)),
            account: account.id,
            digest: Sha256::digest(&text).into(),
            expires_at: self.now + Duration::days(days),
            exports,
        };
        token_insert(self.db, &token, self.now)?;
        let after =
            json!({"account": account.id, "exports": exports, "expires_at": token.expires_at});
        self.region = account.region;
        self.audit("token.create", token.id.to_string(), after)?;
        Ok(text)
    }

    /// Makes the first administrator, or gives the one who is there another link: whoever has lost the password and can
    /// read no mail. The answer is the secret of a link that works once, for an hour, and whether the account is new.
    ///
    /// Looking and making are one transaction, so two commands do not make two first ones.
    ///
    /// # Errors
    /// There is another administrator, who invites everybody else.
    pub fn administrator_create(
        &mut self,
        new: &NewAccount,
        secret: &dyn Entropy,
    ) -> Result<(String, bool), EnrolError> {
        let is_taken = account_any_locked(self.db, self.region, Role::Administrator)?;
        let found = match account_find_by_email(self.db, &new.email) {
            Ok(account) => Some(account),
            Err(Error::NotFound) => None,
            Err(error) => return Err(error.into()),
        };
        let (account, is_new) = match found {
            Some(account) if self.administers(&account)? => (account.id, false),
            _ if is_taken => {
                return Err(EnrolError::Wrong(
                    "there is an administrator already, who invites everybody else; \
                     name the address of one to get another link for them"
                        .to_owned(),
                ));
            }
            _ => (self.account_create(new)?, true),
        };
        let mut bytes = [0; 32];
        secret.fill(&mut bytes);
        let text = URL_SAFE_NO_PAD.encode(bytes);
        let link = Link {
            region: self.region,
            id: LinkId(new_id(self.now, self.entropy)),
            account,
            kind: LinkKind::Invitation,
            created_at: self.now,
            expires_at: self.now + Duration::minutes(LINK_MINUTES),
            used_at: None,
        };
        link_insert(self.db, &link, digest(&text))?;
        let after = json!({"kind": link.kind, "link": link.id});
        self.audit("account.link", account.to_string(), after)?;
        Ok((text, is_new))
    }

    fn administers(&mut self, account: &Account) -> Result<bool, EnrolError> {
        let today = self.zone.day(self.now);
        let grants = grant_list(self.db, account.region, account.id)?;
        let mut held = grants.iter().filter(|grant| grant.holds_on(today));
        let is_one = held.any(|grant| grant.standing == Standing::Administrator);
        Ok(is_one && account.active && account.region == self.region)
    }

    fn audit(
        &mut self,
        action: &'static str,
        object_id: String,
        after: Value,
    ) -> Result<(), EnrolError> {
        let kind = action.split('.').next().unwrap_or(action);
        let entry = AuditEntry {
            id: AuditId(new_id(self.now, self.entropy)),
            region: self.region,
            at: self.now,
            actor: None,
            action: action.into(),
            object_kind: kind.into(),
            object_id,
            before: None,
            after: Some(after),
            reason: Some(self.reason.to_owned()),
        };
        Ok(audit_insert(self.db, &entry)?)
    }
}

fn scope(flag: &str, given: Option<&str>, wanted: bool, role: Role) -> Result<(), EnrolError> {
    match (given.is_some(), wanted) {
        (false, true) => Err(EnrolError::Usage(format!(
            "the role {} needs {flag}",
            role.code()
        ))),
        (true, false) => Err(EnrolError::Usage(format!(
            "the role {} takes no {flag}",
            role.code()
        ))),
        _ => Ok(()),
    }
}
