//! The legal profiles of a region as they are stored: what was published, and until when it held.

use super::AppError;
use kelisim_domain::{
    calendar::Zone,
    id::RegionId,
    legal::Profile,
    profiles::{Issued, Profiles},
    publish::{PublishAct, PublishKind},
};
use kelisim_persistence::{
    Db,
    store::publication::{LawText, law_text_list, publication_list},
};
use std::collections::BTreeMap;

/// Every version that a region knows, of the program's profile and of its own.
///
/// # Errors
/// As the store; internal when a text cannot be read any more.
pub fn known(
    db: &mut Db,
    region: RegionId,
    zone: Zone,
    of_program: Profile,
) -> Result<Profiles, AppError> {
    let acts = publication_list(db, region, PublishKind::Profile)?;
    let retired = acts.iter().filter(|one| one.act == PublishAct::Retire);
    let retired: BTreeMap<i32, _> = retired.map(|one| (one.version, zone.day(one.at))).collect();
    let issued = |text: &LawText| {
        let profile = Profile::parse(&text.text).map_err(|_| unreadable(text))?;
        let retired_on = retired.get(&text.version).copied();
        Ok::<_, AppError>(Issued {
            profile,
            retired_on,
        })
    };
    let texts = law_text_list(db, region)?;
    let texts = texts.iter().filter(|one| one.kind == PublishKind::Profile);
    let issued: Vec<Issued> = texts.map(issued).collect::<Result<_, _>>()?;
    Ok(Profiles::known(of_program, &issued))
}

/// What is said of a text that was published and makes no sense to this program.
pub(super) fn unreadable(text: &LawText) -> AppError {
    let what = format!("{} {} cannot be read", text.kind.code(), text.version);
    AppError::Internal(what)
}
