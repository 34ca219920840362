//! `admin create`, `account create`, `token create`.

use super::{
    Failure,
    arguments::{AccountCommand, AdminCommand, TokenCommand},
    print, sources,
};
use crate::{
    config::Config,
    enrol::{Desk, EnrolError, NewAccount, TypedStanding},
    setup::{self, SetupError},
};
use kelisim_domain::{
    language::Language,
    policy::Standing,
    sign_in::LINK_MINUTES,
    text::{EmailAddress, Name},
};
use kelisim_persistence::{Database, Entropy, Error, SystemPart, store::region::region_find};
use std::sync::Arc;

const REASON: &str = "command line";

impl From<EnrolError> for Failure {
    fn from(error: EnrolError) -> Self {
        match error {
            EnrolError::Usage(text) => Failure::Usage(text),
            other => Failure::failed(other),
        }
    }
}

pub(super) fn admin(command: AdminCommand, config: &Config) -> Result<(), Failure> {
    let AdminCommand::Create { email, name } = command;
    let (email, name) = (address("--email", &email)?, person(&name)?);
    let new = NewAccount {
        email: email.clone(),
        name,
        language: Language::default(),
        standing: Standing::Administrator,
    };
    let (secret, is_new) = at_desk(config, move |desk, secret| {
        desk.administrator_create(&new, secret)
    })?;
    let whose = match is_new {
        true => format!("{email} is administrator."),
        false => format!("{email} is administrator already."),
    };
    eprintln!(
        "{whose} The link below works once, for {LINK_MINUTES} minutes: it sets a password, and then the second factor."
    );
    print(&format!("{}/link/{secret}\n", config.http.public_url))
}

pub(super) fn account(command: AccountCommand, config: &Config) -> Result<(), Failure> {
    let AccountCommand::Create {
        email,
        name,
        role,
        office,
        mediator,
        partner,
        language,
    } = command;
    let (email, name) = (address("--email", &email)?, person(&name)?);
    let language: Language = language
        .parse()
        .map_err(|_| Failure::Usage(format!("--language {language} is none of kk, ru, en")))?;
    let id = at_desk(config, move |desk, _| {
        let standing = desk.standing(TypedStanding {
            role: &role,
            office: office.as_deref(),
            mediator: mediator.as_deref(),
            partner: partner.as_deref(),
        })?;
        desk.account_create(&NewAccount {
            email,
            name,
            language,
            standing,
        })
    })?;
    print(&format!("{id}\n"))
}

pub(super) fn token(command: TokenCommand, config: &Config) -> Result<(), Failure> {
    let TokenCommand::Create {
        email,
        expires_days,
        exports,
    } = command;
    let email = address("--email", &email)?;
    let token = at_desk(config, move |desk, secret| {
        desk.token_create(&email, (expires_days, exports), secret)
    })?;
    print(&format!("{token}\n"))
}

/// One transaction on the region of the configuration.
fn at_desk<T: Send + 'static>(
    config: &Config,
    job: impl FnOnce(&mut Desk<'_>, &dyn Entropy) -> Result<T, EnrolError> + Send + 'static,
) -> Result<T, Failure> {
    let sources = sources();
    let database =
        Database::open(&config.database, &setup::options(config))?.as_system(SystemPart::Command);
    let (config, now) = (config.clone(), sources.clock.now());
    let secret = Arc::clone(&sources.secret_entropy);
    database
        .write_blocking(move |db| {
            let region = setup::region_id(db, &config).map_err(Refused::Setup)?;
            let zone = region_find(db, region)?.zone;
            let mut desk = Desk {
                db,
                region,
                now,
                zone,
                entropy: secret.as_ref(),
                reason: REASON,
            };
            job(&mut desk, secret.as_ref()).map_err(Refused::Enrol)
        })
        .map_err(|refused| match refused {
            Refused::Setup(error) => error.into(),
            Refused::Enrol(error) => error.into(),
        })
}

/// What rolls the transaction back.
enum Refused {
    Setup(SetupError),
    Enrol(EnrolError),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Refused::Enrol(error.into())
    }
}

/// An address that was typed after a flag.
pub(super) fn address(flag: &str, text: &str) -> Result<EmailAddress, Failure> {
    EmailAddress::parse(text).map_err(|_| {
        Failure::Usage(format!(
            "{flag} {text} is not an address such as aigul@example.kz"
        ))
    })
}

fn person(text: &str) -> Result<Name, Failure> {
    Name::parse(text).map_err(|_| Failure::Usage("--name must be one line of text".to_owned()))
}
