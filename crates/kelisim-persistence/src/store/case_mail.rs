//! What the mail may know of a case.
//!
//! The worker is no actor, so it has no way through `access_case`; instead of the case it gets the
//! few facts that a message can carry, and none of its content (R1, G6).

use std::{collections::BTreeMap, ops::Deref};

use chrono::{DateTime, NaiveDate, Utc};
use kelisim_domain::{
    case::{Armed, Case, CaseNumber, Stage, Term},
    code::{CategoryCode, DistrictCode, TimerName},
    id::{CaseId, MediatorId, OfficeId, RegionId},
    language::Language,
    notice::{PartnerReference, ReceiptCode},
};

use crate::{
    connection::Db,
    error::Error,
    store::case::{case_load, reference_open},
    store::case_scope::Sight,
    vault::{DataKey, Vault},
};

/// The facts of a case of which a message can speak.
#[derive(Clone)]
pub struct MailFacts {
    /// Its number, for staff.
    pub number: CaseNumber,
    /// Its office, for staff.
    pub office: OfficeId,
    /// Its language.
    pub language: Language,
    /// Its category, which a memorandum covers or not.
    pub category: CategoryCode,
    /// Its district, likewise.
    pub district: DistrictCode,
    /// Its stage.
    pub stage: Stage,
    /// Its mediator.
    pub mediator: Option<MediatorId>,
    /// The mediator who is asked and has not answered.
    pub asked: Option<MediatorId>,
    /// When it was filed.
    pub filed_at: DateTime<Utc>,
    /// The last day of the term of mediation.
    pub term_end: Option<NaiveDate>,
    /// The day on which a court paused its proceedings.
    pub ruled_on: Option<NaiveDate>,
    /// The day on which the agreement was signed.
    pub signed_on: Option<NaiveDate>,
    /// The timers of the step at which it stands.
    pub timers: BTreeMap<TimerName, Armed>,
}

impl MailFacts {
    /// Those of a case, stored or still to come.
    pub fn of(case: &Case) -> Self {
        let course = &case.course;
        MailFacts {
            number: case.number.clone(),
            office: case.office,
            language: case.language,
            category: case.category.clone(),
            district: case.district.clone(),
            stage: case.stage,
            mediator: case.mediator,
            asked: course.asked.map(|asked| asked.mediator),
            filed_at: case.filed_at,
            term_end: course.term.as_ref().map(Term::last_day),
            ruled_on: course.ruled_on,
            signed_on: course.signed_on,
            timers: course.timers.clone(),
        }
    }
}

/// A case as far as a message can speak of it.
#[derive(Clone)]
pub struct MailCase {
    facts: MailFacts,
    /// The names by which the partner knows it.
    pub referral: Option<MailReferral>,
    /// The key under which messages about it are sealed.
    pub key: DataKey,
}

impl Deref for MailCase {
    type Target = MailFacts;

    fn deref(&self) -> &MailFacts {
        &self.facts
    }
}

/// A referral as far as a message to its partner can speak of it.
#[derive(Clone)]
pub struct MailReferral {
    /// Our code.
    pub receipt_code: ReceiptCode,
    /// The partner's own number.
    pub reference: Option<PartnerReference>,
}

/// Loads what a message may know.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Erased`] when the case's key was destroyed.
pub fn case_for_mail(
    db: &mut Db,
    vault: &Vault,
    region: RegionId,
    id: CaseId,
) -> Result<MailCase, Error> {
    // Who heads the office is not asked here.
    let loaded = case_load(db, region, Sight::proven(), id, NaiveDate::default())?;
    let key = loaded.data_key(vault)?.clone();
    let referral = match loaded.referral() {
        None => None,
        Some((referred, sealed)) => Some(MailReferral {
            receipt_code: referred.receipt_code.clone(),
            reference: reference_open(&key, id, sealed.as_deref())?,
        }),
    };
    Ok(MailCase {
        facts: MailFacts::of(&loaded.case),
        referral,
        key,
    })
}
