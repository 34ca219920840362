//! Memoranda of cooperation: what a partner may be told, about what, and when.

use crate::{
    case::closed_enum,
    code::{CategoryCode, DistrictCode},
    fault::{Fault, FaultKind, Faults},
    id::MemorandumId,
    input::Input,
    notice::{DataLevel, Disclosure, PartnerEvent},
    register::{Known, LIST_MOST, PartnerRef, RegisterRefusal, line, reason},
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Days before its end from which a memorandum counts as expiring.
const EXPIRING_DAYS: u64 = 30;

closed_enum! {
    /// Where a memorandum stands. It is never stored: it follows from the dates.
    MemorandumStatus {
        /// Being written.
        Draft = "draft",
        /// Signed, and its first day has not come.
        Signed = "signed",
        /// In force.
        InForce = "in_force",
        /// In force for 30 days or fewer.
        Expiring = "expiring",
        /// Its last day has passed.
        Expired = "expired",
        /// Ended early.
        Terminated = "terminated",
    }
}

/// What a memorandum covers of a list: everything when it says so, else what it names. Naming nothing covers nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cover<T> {
    /// Everything; on the wire the word `all`.
    All(All),
    /// What is named.
    Only(Vec<T>),
}

/// The word `all`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum All {
    /// `all`
    #[serde(rename = "all")]
    All,
}

impl<T: PartialEq> Cover<T> {
    /// Whether an item is covered.
    pub fn holds(&self, item: &T) -> bool {
        match self {
            Cover::All(_) => true,
            Cover::Only(items) => items.contains(item),
        }
    }
}

/// What is agreed. Frozen once signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Terms {
    /// The number, unique in the region.
    pub number: String,
    /// With whom.
    pub partner: PartnerRef,
    /// The first day; the day of signing when the draft names none.
    pub valid_from: Option<NaiveDate>,
    /// The last day; none for an open end.
    pub valid_to: Option<NaiveDate>,
    /// Who signs.
    pub signatories: Vec<String>,
    /// The kinds of dispute covered.
    pub categories: Cover<CategoryCode>,
    /// The districts covered.
    pub districts: Cover<DistrictCode>,
    /// The events that are told.
    pub events: Vec<PartnerEvent>,
    /// How much is told.
    pub data_level: DataLevel,
    /// Whether the mediator may be named.
    pub may_name_mediator: bool,
    /// Whether it may be told that all sides came.
    pub may_tell_attendance: bool,
}

/// A memorandum.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Memorandum {
    /// The id.
    pub id: MemorandumId,
    /// What is agreed.
    pub terms: Terms,
    /// Who sees to the renewal; may change at any time.
    pub renewal_owner: Option<String>,
    /// When it was signed.
    pub signed_on: Option<NaiveDate>,
    /// The first day on which it holds no more, when it ended early.
    pub terminated_on: Option<NaiveDate>,
    /// Why it ended early.
    pub termination_reason: Option<String>,
    /// The version, from 1.
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Why a memorandum lets nothing be sent (D25).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotCovered {
    /// Not in force on the day of the event.
    EventDay,
    /// Not in force on the day of sending.
    SendingDay,
    /// It does not name the event.
    Event,
    /// It does not cover the kind of dispute.
    Category,
    /// It does not cover the district.
    District,
    /// It allows numbers only, and no message about a case.
    CountsOnly,
}

impl NotCovered {
    /// Every reason.
    pub const ALL: [NotCovered; 6] = [
        NotCovered::EventDay,
        NotCovered::SendingDay,
        NotCovered::Event,
        NotCovered::Category,
        NotCovered::District,
        NotCovered::CountsOnly,
    ];

    /// The code, as it is logged and shown beside a cancelled message.
    pub fn code(self) -> &'static str {
        match self {
            NotCovered::EventDay => "not_in_force_on_event_day",
            NotCovered::SendingDay => "not_in_force_on_sending_day",
            NotCovered::Event => "event_not_covered",
            NotCovered::Category => "category_not_covered",
            NotCovered::District => "district_not_covered",
            NotCovered::CountsOnly => "counts_only",
        }
    }
}

/// What is to be told about a case: the question that D25 asks of a memorandum.
#[derive(Clone, Copy, Debug)]
pub struct Telling<'a> {
    /// What happened.
    pub event: PartnerEvent,
    /// The kind of dispute.
    pub category: &'a CategoryCode,
    /// The district of the dispute.
    pub district: &'a DistrictCode,
    /// The local day on which it happened.
    pub event_day: NaiveDate,
    /// The local day on which it is told.
    pub sending_day: NaiveDate,
}

impl Memorandum {
    /// The first day: as agreed, else the day of signing.
    pub fn starts_on(&self) -> Option<NaiveDate> {
        self.terms.valid_from.or(self.signed_on)
    }

    /// Where it stands on a day.
    pub fn status(&self, today: NaiveDate) -> MemorandumStatus {
        let Some(starts_on) = self.signed_on.and(self.starts_on()) else {
            return MemorandumStatus::Draft;
        };
        match (self.terminated_on, self.terms.valid_to) {
            (Some(ended), _) if ended <= today => MemorandumStatus::Terminated,
            (_, Some(last)) if last < today => MemorandumStatus::Expired,
            _ if today < starts_on => MemorandumStatus::Signed,
            (_, Some(last)) if last <= today + Days::new(EXPIRING_DAYS) => {
                MemorandumStatus::Expiring
            }
            _ => MemorandumStatus::InForce,
        }
    }

    /// Whether it is in force on a day: signed by then, begun, not over, not ended early.
    pub fn in_force_on(&self, day: NaiveDate) -> bool {
        self.signed_on.is_some_and(|signed| signed <= day)
            && matches!(
                self.status(day),
                MemorandumStatus::InForce | MemorandumStatus::Expiring
            )
    }

    /// Whether it lets this be told (D25): in force on both days, and covering event, category and district.
    ///
    /// # Errors
    /// The first reason why not.
    pub fn covers(&self, telling: &Telling<'_>) -> Result<(), NotCovered> {
        let checks = [
            (self.in_force_on(telling.event_day), NotCovered::EventDay),
            (
                self.in_force_on(telling.sending_day),
                NotCovered::SendingDay,
            ),
            (
                self.terms.data_level != DataLevel::CountOnly,
                NotCovered::CountsOnly,
            ),
            (
                self.terms.events.contains(&telling.event),
                NotCovered::Event,
            ),
            (
                self.terms.categories.holds(telling.category),
                NotCovered::Category,
            ),
            (
                self.terms.districts.holds(telling.district),
                NotCovered::District,
            ),
        ];
        checks
            .into_iter()
            .find(|(holds, _)| !holds)
            .map_or(Ok(()), |(_, reason)| Err(reason))
    }

    /// How much it lets its partner be told.
    pub fn disclosure(&self) -> Disclosure {
        Disclosure {
            level: self.terms.data_level,
            may_name_mediator: self.terms.may_name_mediator,
        }
    }

    /// The memorandum as somebody would send it: the ground for a merge patch and for the audit log.
    pub fn form(&self) -> Map<String, Value> {
        let terms = &self.terms;
        let form = json!({
            "number": terms.number,
            "partner": terms.partner.code,
            "valid_from": terms.valid_from,
            "valid_to": terms.valid_to,
            "signatories": terms.signatories,
            "renewal_owner": self.renewal_owner,
            "categories": terms.categories,
            "districts": terms.districts,
            "events": terms.events,
            "data_level": terms.data_level,
            "may_name_mediator": terms.may_name_mediator,
            "may_tell_attendance": terms.may_tell_attendance,
        });
        match form {
            Value::Object(form) => form,
            _ => Map::new(),
        }
    }

    /// Signs it, which freezes its terms.
    ///
    /// # Errors
    /// It is signed already.
    pub fn sign(self, on: NaiveDate, at: DateTime<Utc>) -> Result<Memorandum, RegisterRefusal> {
        match self.signed_on {
            Some(_) => Err(RegisterRefusal::AlreadySigned),
            None => Ok(Memorandum {
                signed_on: Some(on),
                terms: Terms {
                    valid_from: self.terms.valid_from.or(Some(on)),
                    ..self.terms
                },
                updated_at: at,
                ..self
            }),
        }
    }

    /// Ends it early.
    ///
    /// # Errors
    /// It was never signed, or has ended.
    pub fn terminate(
        self,
        on: NaiveDate,
        reason: String,
        at: DateTime<Utc>,
    ) -> Result<Memorandum, RegisterRefusal> {
        match self.status(on) {
            MemorandumStatus::Draft => Err(RegisterRefusal::NotSigned),
            MemorandumStatus::Expired => Err(RegisterRefusal::AlreadyExpired),
            _ if self.terminated_on.is_some() => Err(RegisterRefusal::AlreadyTerminated),
            _ => Ok(Memorandum {
                terminated_on: Some(on),
                termination_reason: Some(reason),
                updated_at: at,
                ..self
            }),
        }
    }
}

mod form;

pub use form::{Draft, Signing, Termination};

#[cfg(test)]
mod tests;
