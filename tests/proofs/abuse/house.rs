//! A house full of accounts, behind a proxy that says where each request comes from; its clock is ours.

use std::{net::Ipv4Addr, sync::Arc};

use chrono::{DateTime, Utc};
use kelisim_api::{
    clock::Clock,
    door::{Door, hasher::hash_blocking},
};
use kelisim_domain::{id::AccountId, policy::Standing, sign_in::Password, workflow::BASIC};
use kelisim_persistence::{
    Db, Defect, Error, Failpoints, OsEntropy, Point, faults::Faults,
    store::credential::credential_set,
};
use uuid::Uuid;

use crate::{
    Backend, TestApp, TestDatabase,
    browser::{Browser, PASSWORD},
    http::Reply,
    network::{self, REGION},
    proofs::dice::Dice,
};

/// The first of the accounts that are attacked.
const FIRST: u128 = 10_000;

/// The application with its accounts.
pub(super) struct House {
    pub(super) app: TestApp,
    accounts: usize,
}

impl House {
    /// With so many accounts that have [`PASSWORD`], and with a defect, where one is wanted.
    pub(super) fn build(backend: Backend, accounts: usize, defect: Option<Defect>) -> Self {
        let door = Door {
            trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
            ..Door::default()
        };
        let mut options = TestDatabase::options();
        if let Some(defect) = defect {
            options.faults = Failpoints::new(Arc::new(With(defect)));
        }
        let app = TestApp::start_as(backend, BASIC, &options, door);
        let hash = hash_blocking(&Password::offered(PASSWORD), &OsEntropy).unwrap();
        let now = network::start();
        app.write(move |db| {
            for number in 0..accounts {
                enrol(db, number, &hash, now)?;
            }
            Ok(())
        });
        Self { app, accounts }
    }

    /// What the clock shows.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.app.clock.now()
    }

    /// One of the accounts.
    pub(super) fn one_of(&self, dice: &Dice) -> String {
        known(dice.below(self.accounts))
    }

    /// The letters with a link: for whom, and when.
    pub(super) fn letters(&self) -> Vec<(String, DateTime<Utc>)> {
        let database = &self.app.database;
        let at = match database.backend() {
            Backend::Sqlite => "created_at",
            Backend::Postgres => {
                "to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
            }
        };
        let expression = format!("#recipient_id# || ' ' || {at}");
        let rows = database.lines(&expression, "outbox WHERE kind = 'password_reset'");
        let letter = |row: &String| {
            let (who, at) = row.split_once(' ').expect("two words");
            (who.to_owned(), at.parse().expect("an instant"))
        };
        rows.iter().map(letter).collect()
    }
}

/// A program with one defect.
struct With(Defect);

impl Faults for With {
    fn at(&self, _: Point) -> Result<(), Error> {
        Ok(())
    }

    fn has(&self, defect: Defect) -> bool {
        defect == self.0
    }
}

/// The address of an account that is there.
pub(super) fn known(number: usize) -> String {
    format!("person{number}@example.kz")
}

/// An address of the same form that nobody has.
pub(super) fn unknown(number: usize) -> String {
    format!("nobody{number}@example.kz")
}

fn enrol(db: &mut Db, number: usize, hash: &str, now: DateTime<Utc>) -> Result<(), Error> {
    let id = FIRST + u128::try_from(number).unwrap_or(0);
    let name = format!("person{number}");
    // Without a second step and without an office, whose budget would stop the guesses earlier.
    network::person(db, id, &name, &[Standing::Auditor])?;
    credential_set(db, REGION, AccountId(Uuid::from_u128(id)), hash, now)
}

/// A browser at an address of its own.
pub(super) fn browser(house: &House, number: usize) -> Browser {
    let number = u32::try_from(number).unwrap_or(0);
    let address = Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 0)) + number);
    let mut browser = Browser::new(&house.app);
    browser.says.push(("x-forwarded-for", address.to_string()));
    browser.get("/sign-in");
    browser
}

/// An answer as everybody would see it: without the token of its form, the address that was typed and the number of the request.
pub(super) fn bare(reply: &Reply, browser: &Browser, email: &str) -> String {
    let mut text = reply.text.replace(browser.token(), "");
    text = text.replace(email, "");
    let headers = reply.headers.iter().filter(|(name, _)| {
        !["set-cookie", "date", "x-request-id", "content-length"].contains(&name.as_str())
    });
    let headers: Vec<String> = headers
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    format!("{} {} {text}", reply.status, headers.join(", "))
}
