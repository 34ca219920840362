//! `release`: a person ends the hold of a restored system (G10).

use super::{Failure, account::address, arguments::ReleaseOptions, confirm, sources};
use crate::{config::Config, setup};
use kelisim_domain::{
    audit::AuditEntry,
    id::{AccountId, AuditId},
    policy::Role,
    text::EmailAddress,
};
use kelisim_persistence::{
    Database, Db, Error, SystemPart,
    entropy::new_id,
    store::{
        account::{account_find_by_email, grant_list},
        audit::audit_insert,
        hold::{Hold, Kept, hold_find, hold_kept, hold_release, outbox_resend_staff},
        region::{region_find, region_list},
    },
};
use serde_json::json;

/// Roles that may release.
const DECIDE: [Role; 2] = [Role::Coordinator, Role::Administrator];

pub(super) fn run(config: &Config, typed: ReleaseOptions) -> Result<(), Failure> {
    let email = address("--as", &typed.email)?;
    let reason = typed.reason.trim().to_owned();
    if reason.is_empty() || reason.chars().any(char::is_control) {
        return Err(Failure::Usage(
            "--reason must be one line of text".to_owned(),
        ));
    }
    let database =
        Database::open(&config.database, &setup::options(config))?.as_system(SystemPart::Command);
    let (held, kept) =
        database.read_blocking(|db| Ok::<_, Error>((hold_find(db)?, hold_kept(db)?)))?;
    let Some(held) = held else {
        return Err(Failure::failed("nothing is held: messages leave as usual"));
    };
    tell(&held, &kept, typed.resend_staff);
    confirm("Release?", typed.yes)?;
    let (sources, resend_staff) = (sources(), typed.resend_staff);
    let sent = database.write_blocking(move |db| {
        let now = sources.clock.now();
        let account = decider(db, &email, now)?;
        let held = hold_find(db)?.ok_or_else(|| Refused("somebody else released it".to_owned()))?;
        let kept = hold_kept(db)?;
        let resent = match resend_staff {
            true => outbox_resend_staff(db, now)?,
            false => 0,
        };
        hold_release(db)?;
        for region in region_list(db)? {
            let entry = AuditEntry {
                id: AuditId(new_id(now, sources.entropy.as_ref())),
                region: region.id,
                at: now,
                actor: Some(account),
                action: "hold.release".into(),
                object_kind: "backup".into(),
                object_id: held.backup.to_string(),
                before: Some(json!({"since": held.since, "backup_taken_at": held.taken_at})),
                after: Some(json!({"waiting": kept.waiting, "resent_staff": resent})),
                reason: Some(reason.clone()),
            };
            audit_insert(db, &entry)?;
        }
        Ok::<_, Refused>(kept.waiting.unsigned_abs() + resent as u64)
    });
    let sent = sent.map_err(|refused| Failure::Failed(refused.0))?;
    eprintln!("Released: {sent} messages leave now.");
    Ok(())
}

fn tell(held: &Hold, kept: &Kept, resend_staff: bool) {
    eprintln!(
        "Held since {}, restored from the backup of {}.",
        held.since, held.taken_at
    );
    eprintln!("{} messages wait and will leave at once.", kept.waiting);
    let staff = match resend_staff {
        true => "will be sent once more, with the same Message-ID",
        false => "stay uncertain; --resend-staff sends them once more",
    };
    eprintln!(
        "{} messages to staff may have been sent after the backup: they {staff}.",
        kept.uncertain_staff
    );
    eprintln!(
        "{} messages to partners may have been sent after the backup: they stay uncertain, and a person decides about each.",
        kept.uncertain_partner
    );
}

/// The account of whoever decides.
fn decider(
    db: &mut Db,
    email: &EmailAddress,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<AccountId, Refused> {
    let account = match account_find_by_email(db, email) {
        Ok(account) if account.active => account,
        Ok(_) | Err(Error::NotFound) => {
            return Err(Refused(format!("{email} has no active account")));
        }
        Err(error) => return Err(error.into()),
    };
    let today = region_find(db, account.region)?.zone.day(now);
    let grants = grant_list(db, account.region, account.id)?;
    let may = grants
        .iter()
        .any(|grant| grant.holds_on(today) && DECIDE.contains(&grant.standing.role()));
    match may {
        true => Ok(account.id),
        false => Err(Refused(format!(
            "{email} is neither coordinator nor administrator"
        ))),
    }
}

/// What rolls the release back.
struct Refused(String);

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Refused(error.to_string())
    }
}
