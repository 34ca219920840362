//! What commands that publish, retire and move have in common: who acts, in which region, and what is said of a pass.

use super::{Failure, account::address, arguments::Decider, print, serving_sources, style};
use crate::{
    app::{App, AppError, Tx, pass},
    config::Config,
    http::problem::RefusalView,
    phrase, setup, start,
};
use chrono::{DateTime, Utc};
use indicatif::{ProgressBar, ProgressStyle};
use kelisim_domain::{
    id::{AccountId, GrantId, RegionId},
    language::Language,
    policy::{Actor, Grant, Role, Standing},
};
use kelisim_persistence::{
    Database, Db, Error, SystemPart,
    store::{
        account::{account_find_by_email, grant_list},
        case_pass::{Left, Pass, left_list},
        region::region_find,
    },
};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// The application at the hand of a command, in the region of its configuration.
pub(super) struct Desk {
    pub(super) app: Arc<App>,
    pub(super) region: RegionId,
}

/// What ends a job: the application's own error, or a sentence.
pub(super) enum Refused {
    App(AppError),
    Said(String),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Refused::App(error.into())
    }
}

impl From<AppError> for Refused {
    fn from(error: AppError) -> Self {
        Refused::App(error)
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Said(what) => Failure::Failed(what),
            Refused::App(error) => failed(error),
        }
    }
}

/// An error of a use case in words.
pub(super) fn failed(error: AppError) -> Failure {
    match error {
        AppError::Refused(refusals) | AppError::NotPermitted(refusals) => {
            let said = refusals.iter().map(|refusal| {
                let view = RefusalView::of(refusal, Language::En);
                format!("{} ({})", view.detail, view.rule)
            });
            Failure::Failed(said.collect::<Vec<_>>().join("\n"))
        }
        AppError::NotFound => Failure::failed("there is no such thing"),
        AppError::Busy | AppError::Unavailable => Failure::failed(
            "the database is busy or away; what was begun goes on when the command runs again",
        ),
        AppError::Internal(what) => Failure::Failed(what),
        error => Failure::Failed(format!("{error:?}")),
    }
}

impl Desk {
    pub(super) fn open(config: &Config) -> Result<Self, Failure> {
        let app = start::open(config, &serving_sources()?)?;
        let wanted = config.clone();
        let region = app
            .database
            .as_system(SystemPart::Command)
            .read_blocking(move |db| setup::region_id(db, &wanted))?;
        Ok(Self { app, region })
    }

    /// The database, for a command of whoever has it at hand.
    pub(super) fn database(&self) -> Database {
        self.app.database.as_system(SystemPart::Command)
    }

    /// Runs a use case as somebody, in one transaction.
    pub(super) fn act<T: Send + 'static>(
        &self,
        email: Option<&str>,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, Failure> {
        Ok(self.try_to(email, job)??)
    }

    /// As [`Desk::act`], for whoever wants to say more of a refusal.
    pub(super) fn try_to<T: Send + 'static>(
        &self,
        email: Option<&str>,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T, AppError> + Send + 'static,
    ) -> Result<Result<T, Refused>, Failure> {
        let email = email.map(|email| address("--as", email)).transpose()?;
        let (app, region) = (Arc::clone(&self.app), self.region);
        Ok(self.database().write_blocking(move |db| {
            let now = app.clock.now();
            let actor = match email {
                Some(email) => coordinator(db, region, &email, now)?,
                None => command(region, now),
            };
            Ok(Tx::run(db, &app, actor, now, job)?)
        }))
    }

    /// Drives a pass, with a bar where a person looks.
    pub(super) fn drive(&self, begun: &Pass) -> Result<Pass, Failure> {
        let bar = match style::on_stderr_terminal() {
            true => {
                let bar = ProgressBar::new_spinner();
                let look = ProgressStyle::with_template("{spinner} {msg}");
                look.into_iter().for_each(|look| bar.set_style(look));
                bar
            }
            false => ProgressBar::hidden(),
        };
        let driven = pass::drive(&self.app, begun.region, begun.id, |pass| {
            bar.set_message(format!(
                "{} cases changed, {} left",
                pass.changed, pass.refused
            ));
            bar.tick();
            true
        });
        bar.finish_and_clear();
        driven.map_err(failed)
    }

    /// Every case that a pass left as it is.
    pub(super) fn left(&self, pass: Option<&Pass>) -> Result<Vec<Left>, Failure> {
        const PAGE: i64 = 1_000;
        let Some(pass) = pass else {
            return Ok(Vec::new());
        };
        let (region, id) = (pass.region, pass.id);
        let all = self.database().read_blocking(move |db| {
            let mut all: Vec<Left> = Vec::new();
            loop {
                let after = all.last().map(|left| left.case);
                let page = left_list(db, region, id, after, PAGE)?;
                if page.is_empty() {
                    return Ok::<_, Error>(all);
                }
                all.extend(page);
            }
        });
        Ok(all?)
    }
}

/// The account of whoever decides, with the grants that hold today.
fn coordinator(
    db: &mut Db,
    region: RegionId,
    email: &kelisim_domain::text::EmailAddress,
    now: DateTime<Utc>,
) -> Result<Actor, Refused> {
    let account = match account_find_by_email(db, email) {
        Ok(account) if account.active && account.region == region => account,
        Ok(_) | Err(Error::NotFound) => {
            return Err(Refused::Said(format!("{email} has no active account here")));
        }
        Err(error) => return Err(error.into()),
    };
    let today = region_find(db, region)?.zone.day(now);
    let mut grants = grant_list(db, region, account.id)?;
    grants.retain(|grant| grant.holds_on(today));
    let actor = Actor {
        account: account.id,
        region,
        language: account.language,
        grants,
        system: None,
    };
    match actor.has(Role::Coordinator) {
        true => Ok(actor),
        false => Err(Refused::Said(format!("{email} is no coordinator"))),
    }
}

/// Whoever has the database at hand and gives no name: nobody, as in the audit log.
fn command(region: RegionId, now: DateTime<Utc>) -> Actor {
    let grant = Grant {
        id: GrantId(Uuid::nil()),
        standing: Standing::Coordinator,
        from: now.date_naive(),
        to: None,
    };
    Actor {
        account: AccountId(Uuid::nil()),
        region,
        language: Language::En,
        grants: vec![grant],
        system: None,
    }
}

pub(super) fn reason(who: &Decider) -> Result<String, Failure> {
    line(&who.reason)
}

pub(super) fn line(text: &str) -> Result<String, Failure> {
    kelisim_domain::publish::reason(text)
        .map_err(|_| Failure::Usage("--reason must be one line of text".to_owned()))
}

pub(super) fn say_pass(
    pass: &Pass,
    left: &[Left],
    went: &str,
    stayed: &str,
) -> Result<(), Failure> {
    eprintln!("{} cases {went}, {} {stayed}.", pass.changed, left.len());
    let lines = left.iter().map(|left| {
        let why = phrase::stays(&left.code, &left.step, &left.about, Language::En);
        format!("{}  {why}\n", left.number)
    });
    print(&lines.collect::<String>())
}

pub(super) fn pass_json(pass: &Pass, left: &[Left]) -> Value {
    let left = left.iter().map(|left| {
        json!({
            "case": left.case, "number": left.number, "code": left.code,
            "why": phrase::stays(&left.code, &left.step, &left.about, Language::En),
        })
    });
    json!({
        "id": pass.id, "kind": pass.kind.code(), "changed": pass.changed, "left": left.collect::<Vec<_>>(),
    })
}
