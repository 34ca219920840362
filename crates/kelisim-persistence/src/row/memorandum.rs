//! Rows of `memorandum`.

use chrono::NaiveDate;
use diesel::{AsChangeset, Insertable, Queryable, Selectable};
use kelisim_domain::code::{CategoryCode, DistrictCode, PartnerCode};
use kelisim_domain::id::RegionId;
use kelisim_domain::memorandum::{Cover, Memorandum, Terms};
use kelisim_domain::notice::{DataLevel, PartnerEvent};
use kelisim_domain::register::PartnerRef;

use crate::schema::memorandum;
use crate::types::{Json, Ts, Uid, Word};
use crate::worded;

worded!(DataLevel);

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = memorandum, primary_key(region_id, id), treat_none_as_null = true)]
pub(crate) struct MemorandumRow {
    region_id: Uid,
    id: Uid,
    number: String,
    partner_id: Uid,
    signed_on: Option<NaiveDate>,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    terminated_on: Option<NaiveDate>,
    termination_reason: Option<String>,
    signatories: Json<Vec<String>>,
    renewal_owner: Option<String>,
    categories: Json<Cover<CategoryCode>>,
    districts: Json<Cover<DistrictCode>>,
    events: Json<Vec<PartnerEvent>>,
    data_level: Word<DataLevel>,
    may_name_mediator: bool,
    may_tell_attendance: bool,
    version: i32,
    created_at: Ts,
    updated_at: Ts,
}

impl MemorandumRow {
    pub(crate) fn new(region: RegionId, memorandum: &Memorandum) -> Self {
        let terms = &memorandum.terms;
        Self {
            region_id: region.into(),
            id: memorandum.id.into(),
            number: terms.number.clone(),
            partner_id: terms.partner.id.into(),
            signed_on: memorandum.signed_on,
            valid_from: terms.valid_from,
            valid_to: terms.valid_to,
            terminated_on: memorandum.terminated_on,
            termination_reason: memorandum.termination_reason.clone(),
            signatories: Json(terms.signatories.clone()),
            renewal_owner: memorandum.renewal_owner.clone(),
            categories: Json(terms.categories.clone()),
            districts: Json(terms.districts.clone()),
            events: Json(terms.events.clone()),
            data_level: Word(terms.data_level),
            may_name_mediator: terms.may_name_mediator,
            may_tell_attendance: terms.may_tell_attendance,
            version: memorandum.version,
            created_at: memorandum.created_at.into(),
            updated_at: memorandum.updated_at.into(),
        }
    }

    pub(crate) fn into_memorandum(self, partner: String) -> Memorandum {
        Memorandum {
            id: self.id.into(),
            terms: Terms {
                number: self.number,
                partner: PartnerRef {
                    id: self.partner_id.into(),
                    code: PartnerCode::from_stored(partner),
                },
                valid_from: self.valid_from,
                valid_to: self.valid_to,
                signatories: self.signatories.0,
                categories: self.categories.0,
                districts: self.districts.0,
                events: self.events.0,
                data_level: self.data_level.0,
                may_name_mediator: self.may_name_mediator,
                may_tell_attendance: self.may_tell_attendance,
            },
            renewal_owner: self.renewal_owner,
            signed_on: self.signed_on,
            terminated_on: self.terminated_on,
            termination_reason: self.termination_reason,
            version: self.version,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        }
    }
}
