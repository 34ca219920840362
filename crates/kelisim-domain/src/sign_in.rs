//! How a person gets in: passwords, second factors, links that work once, sessions, and how often somebody may try.
//!
//! The numbers stand in promises R7 to R12; the reasons in docs/adr.
//! Absent on purpose: hashing, randomness and the time, which come in from outside.

use crate::{
    case::closed_enum,
    fault::FaultKind,
    policy::{Grant, Role},
};
use chrono::{DateTime, TimeDelta, Utc};
use std::fmt;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// The shortest password, in characters (R8).
pub const PASSWORD_LEAST: usize = 12;
/// The longest password, in characters (R8).
pub const PASSWORD_MOST: usize = 128;
/// How long a link of an invitation or a reset works, in minutes (R11).
pub const LINK_MINUTES: i64 = 60;
/// How long a session lives without a request, in minutes (R10).
pub const IDLE_MINUTES: i64 = 30;
/// How long a session lives at most, in hours (R10).
pub const SESSION_HOURS: i64 = 12;
/// How long somebody may take between password and second factor, in minutes.
pub const HALF_WAY_MINUTES: i64 = 15;
/// How long a device is known after it was last signed in with, in days.
pub const DEVICE_DAYS: i64 = 90;
/// Recovery codes that one set has.
pub const RECOVERY_CODES: usize = 10;
/// The longest that a personal token holds, in days.
pub const TOKEN_DAYS_MOST: i64 = 365;

closed_enum! {
    /// How far a session has come.
    SessionStage {
        /// The password was right; the second factor is still to come.
        SecondFactor = "second_factor",
        /// The person must set up a second factor before anything else (R9).
        SetUp = "set_up",
        /// Signed in.
        Full = "full",
    }
}

closed_enum! {
    /// What a link that works once is for.
    LinkKind {
        /// The first password of a new account.
        Invitation = "invitation",
        /// Another password.
        Reset = "reset",
    }
}

closed_enum! {
    /// What a bearer token may do of what its account may.
    TokenScope {
        /// Read.
        Read = "read",
        /// Read and change.
        Write = "write",
    }
}

/// Whether whoever holds these grants must have a second factor (R9); everybody else may.
pub fn must_have_second_factor<'g>(grants: impl IntoIterator<Item = &'g Grant>) -> bool {
    let must = |role| {
        matches!(
            role,
            Role::OfficeHead | Role::Coordinator | Role::Administrator
        )
    };
    grants.into_iter().any(|grant| must(grant.standing.role()))
}

/// A password as somebody typed it: in Unicode normal form C, so that two keyboards give the same; wiped when dropped.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Parses a password that somebody wants to have. Every character may stand in it, and none must (R8).
    ///
    /// Whether it is common or easy to guess is asked where the list is.
    ///
    /// # Errors
    /// Shorter than [`PASSWORD_LEAST`] or longer than [`PASSWORD_MOST`] characters.
    pub fn parse(text: &str) -> Result<Self, FaultKind> {
        let password = Password::offered(text);
        match password.0.chars().count() {
            0 => Err(FaultKind::Empty),
            count if count < PASSWORD_LEAST => Err(FaultKind::TooShort {
                least: PASSWORD_LEAST,
            }),
            count if count > PASSWORD_MOST => Err(FaultKind::TooLong {
                most: PASSWORD_MOST,
            }),
            _ => Ok(password),
        }
    }

    /// Takes a password that somebody offers as theirs. One that is too long is cut, and fits nobody's.
    pub fn offered(text: &str) -> Self {
        let normal = text.nfc().take(PASSWORD_MOST + 1).collect();
        Password(Zeroizing::new(normal))
    }

    /// The text itself. The caller answers for where it goes: into the hash, and nowhere else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// How often something may be tried: so many at once, and so many more with each hour.
///
/// In any hour there are never more than the sum of both.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget {
    /// Tries that may follow one another at once.
    pub at_once: i32,
    /// Tries that an hour gives back.
    pub an_hour: i32,
}

/// A budget that is used up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UsedUp {
    /// When the next try is possible.
    pub until: DateTime<Utc>,
}

impl Budget {
    fn each(self) -> TimeDelta {
        TimeDelta::milliseconds(3_600_000 / i64::from(self.an_hour.max(1)))
    }

    /// Takes one try. `full_at` is when the budget is whole again (a past instant, or none, means that it is);
    /// the answer is the new such instant.
    ///
    /// # Errors
    /// The budget is used up.
    pub fn take(
        self,
        full_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, UsedUp> {
        let full_at = full_at.unwrap_or(now).max(now);
        let next = full_at + self.each();
        let most = now + self.each() * self.at_once;
        if next > most {
            return Err(UsedUp {
                until: now + (next - most),
            });
        }
        Ok(next)
    }

    /// Gives one try back: it was no guess after all.
    pub fn give_back(self, full_at: DateTime<Utc>) -> DateTime<Utc> {
        full_at - self.each()
    }
}

closed_enum! {
    /// What is counted, each by itself (R12).
    Counted {
        /// Passwords for one account, from devices that it never signed in with.
        Account = "account",
        /// Passwords for one account from one device that it has signed in with before: a stranger cannot use this up.
        Device = "device",
        /// Passwords from one address, from devices that the accounts never signed in with.
        Address = "address",
        /// Passwords for all accounts of one office, from devices that they never signed in with.
        Office = "office",
        /// Codes of the second factor of one account, from devices that it never signed in with.
        Code = "code",
        /// The same from a known device.
        DeviceCode = "device_code",
        /// Letters with a link for one account.
        Letter = "letter",
        /// Letters asked for from one address.
        AddressLetter = "address_letter",
        /// Links opened from one address.
        Link = "link",
        /// Names of sides that one person looks for.
        Search = "search",
    }
}

impl Counted {
    /// How often.
    ///
    /// Ten guesses an hour for an account (T16); an office has a few hundred people behind one address.
    pub fn budget(self) -> Budget {
        let (at_once, an_hour) = match self {
            Counted::Account | Counted::Device | Counted::Code | Counted::DeviceCode => (5, 5),
            Counted::Letter => (3, 2),
            Counted::Address => (30, 60),
            Counted::Office => (40, 80),
            Counted::AddressLetter => (10, 20),
            Counted::Link => (30, 60),
            // More than anybody needs who answers the telephone all day, and too few to go through a list of names.
            Counted::Search => (60, 120),
        };
        Budget { at_once, an_hour }
    }
}

#[cfg(test)]
mod tests;
