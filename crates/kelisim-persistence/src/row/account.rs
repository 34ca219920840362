//! Rows of `account`, `account_grant` and `token`.

use chrono::NaiveDate;
use diesel::{Insertable, Queryable, Selectable};
use kelisim_domain::language::Language;
use kelisim_domain::policy::{Grant, Role, Standing};
use kelisim_domain::sign_in::TokenScope;

use crate::error::Error;
use crate::schema::{account, account_grant, token};
use crate::types::{Ts, Uid, Word};

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = account)]
pub(crate) struct AccountRow {
    pub(crate) region_id: Uid,
    pub(crate) id: Uid,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) language: Word<Language>,
    pub(crate) active: bool,
    pub(crate) created_at: Ts,
    pub(crate) updated_at: Ts,
    pub(crate) version: i32,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = account_grant)]
pub(crate) struct GrantRow {
    pub(crate) region_id: Uid,
    pub(crate) id: Uid,
    pub(crate) account_id: Uid,
    pub(crate) role: Word<Role>,
    pub(crate) office_id: Option<Uid>,
    pub(crate) partner_id: Option<Uid>,
    pub(crate) mediator_id: Option<Uid>,
    pub(crate) valid_from: NaiveDate,
    pub(crate) valid_to: Option<NaiveDate>,
    pub(crate) created_at: Ts,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = token)]
pub(crate) struct TokenRow {
    pub(crate) region_id: Uid,
    pub(crate) id: Uid,
    pub(crate) account_id: Uid,
    pub(crate) digest: Vec<u8>,
    pub(crate) created_at: Ts,
    pub(crate) expires_at: Ts,
    pub(crate) revoked_at: Option<Ts>,
    pub(crate) scope: Word<TokenScope>,
    pub(crate) label: String,
    pub(crate) exports: bool,
}

impl TryFrom<GrantRow> for Grant {
    type Error = Error;

    fn try_from(row: GrantRow) -> Result<Self, Error> {
        let standing = match (row.role.0, row.office_id, row.mediator_id, row.partner_id) {
            (Role::Mediator, Some(office), Some(mediator), None) => Standing::Mediator {
                office: office.into(),
                mediator: mediator.into(),
            },
            (Role::OfficeHead, Some(office), None, None) => Standing::OfficeHead {
                office: office.into(),
            },
            (Role::Partner, None, None, Some(partner)) => Standing::Partner {
                partner: partner.into(),
            },
            (Role::Registrar, None, None, None) => Standing::Registrar,
            (Role::Coordinator, None, None, None) => Standing::Coordinator,
            (Role::Auditor, None, None, None) => Standing::Auditor,
            (Role::Administrator, None, None, None) => Standing::Administrator,
            (role, ..) => {
                return Err(Error::broken(
                    "grant",
                    format!("{} has a scope that does not fit it", role.code()),
                ));
            }
        };
        Ok(Self {
            id: row.id.into(),
            standing,
            from: row.valid_from,
            to: row.valid_to,
        })
    }
}
