//! The accounts to sign in with: every role, and for one office the head and two mediators.

use super::{
    fill::{ADMINISTRATOR, AUDITOR, COORDINATOR, REASON, REGISTRAR},
    network,
    walk::{MEDIATORS, OFFICE, PARTNER},
};
use crate::{
    app::{App, AppError, link, own_factor},
    door::judge::judge,
    enrol::{Desk, EnrolError},
};
use chrono::{DateTime, Utc};
use kelisim_domain::{
    id::RegionId,
    policy::{Role, Standing},
    text::EmailAddress,
};
use kelisim_persistence::{
    Db, Entropy, SystemPart,
    store::{
        account::{account_find_by_email, grant_list},
        second_factor::second_factor_remove,
    },
};
use serde_json::{Value, json};
use std::sync::Arc;

/// How long the tokens of a demo hold.
const DAYS: i64 = 90;

/// One account with a new token.
pub(super) struct Access {
    pub(super) email: String,
    pub(super) role: Role,
    pub(super) scope: Value,
    pub(super) token: String,
    pub(super) password: String,
    /// The secret of the second factor, for roles that need one.
    pub(super) totp_secret: Option<String>,
}

impl Access {
    /// As `--json` shows it.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "email": self.email,
            "role": self.role,
            "scope": self.scope,
            "password": self.password,
            "totp_secret": self.totp_secret,
            "token": self.token,
        })
    }

    /// The scope in a word.
    pub(super) fn scope_words(&self) -> String {
        let word = |name: &str| {
            self.scope
                .get(name)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        word("office")
            .or_else(|| word("partner"))
            .unwrap_or_else(|| "region".to_owned())
    }
}

/// Mints a token for each, and makes a password and, where the role needs one, a second factor: new ones with every run.
pub(super) fn mint(
    app: &Arc<App>,
    region: RegionId,
    office: String,
    now: DateTime<Utc>,
    secret: Arc<dyn Entropy>,
) -> Result<Vec<Access>, EnrolError> {
    let zone = app.laws.of(region).zone();
    let house = Arc::clone(app);
    let database = app.database.as_system(SystemPart::Setup);
    database.write_blocking(move |db| {
        let mut access = Vec::new();
        let mut desk = Desk {
            db,
            region,
            now,
            zone,
            entropy: secret.as_ref(),
            reason: REASON,
        };
        let mut one = |email: String, role: Role| {
            let address = EmailAddress::from_stored(email.clone());
            let token = desk.token_create(&address, (DAYS, true), secret.as_ref())?;
            let scope = scope(desk.db, region, &address, role, &office)?;
            let (password, totp_secret) = way_in(desk.db, &house, &address, role, now)?;
            access.push(Access {
                email,
                role,
                scope,
                token,
                password,
                totp_secret,
            });
            Ok::<_, EnrolError>(())
        };
        one(COORDINATOR.to_owned(), Role::Coordinator)?;
        one(network::head_email(&office), Role::OfficeHead)?;
        let mut mediators = MEDIATORS;
        mediators.sort_unstable();
        for mediator in mediators {
            one(network::mediator_email(mediator), Role::Mediator)?;
        }
        one(network::partner_email(PARTNER), Role::Partner)?;
        one(REGISTRAR.to_owned(), Role::Registrar)?;
        one(AUDITOR.to_owned(), Role::Auditor)?;
        one(ADMINISTRATOR.to_owned(), Role::Administrator)?;
        Ok(access)
    })
}

/// A password of four groups, which is judged like everybody's, and the secret of a second factor.
fn way_in(
    db: &mut Db,
    app: &App,
    email: &EmailAddress,
    role: Role,
    now: DateTime<Utc>,
) -> Result<(String, Option<String>), EnrolError> {
    let account = account_find_by_email(db, email)?;
    let secret = app.door.secret().0.to_lowercase();
    let letters: Vec<char> = secret.chars().filter(char::is_ascii_alphanumeric).collect();
    let groups = letters.chunks(4).take(4);
    let password = groups.map(String::from_iter).collect::<Vec<_>>().join("-");
    let broken = |error| EnrolError::Wrong(format!("the way in of {email}: {error:?}"));
    let judged = judge(&password, &[email.as_str()]);
    let judged = judged.map_err(|fault| broken(AppError::invalid("/password", fault)))?;
    link::set_password_blocking(db, app, &account, &judged, now).map_err(broken)?;
    second_factor_remove(db, account.region, account.id)?;
    let asks = matches!(
        role,
        Role::OfficeHead | Role::Coordinator | Role::Administrator
    );
    if !asks {
        return Ok((password, None));
    }
    let typed = own_factor::set_blocking(db, app, &account, now).map_err(broken)?;
    Ok((password, Some(typed)))
}

/// `{}`, `{"office"}`, `{"office", "mediator"}` or `{"partner"}`.
fn scope(
    db: &mut Db,
    region: RegionId,
    email: &EmailAddress,
    role: Role,
    office: &str,
) -> Result<Value, EnrolError> {
    let account = account_find_by_email(db, email)?;
    let grants = grant_list(db, region, account.id)?;
    let mediator = grants.iter().find_map(|grant| match grant.standing {
        Standing::Mediator { mediator, .. } => Some(mediator),
        _ => None,
    });
    Ok(match role {
        Role::OfficeHead => json!({"office": office}),
        Role::Mediator => json!({"office": office, "mediator": mediator}),
        Role::Partner => json!({"partner": PARTNER}),
        Role::Registrar | Role::Coordinator | Role::Auditor | Role::Administrator => json!({}),
    })
}

/// The code of the office whose people are shown.
pub(super) fn office_code(plan: &super::plan::Plan) -> String {
    plan.offices[OFFICE].code.clone()
}
