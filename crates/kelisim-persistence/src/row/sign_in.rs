//! Rows of `credential`, `second_factor`, `recovery_code`, `session`, `link`, `device` and `rate`.

use diesel::{Insertable, Queryable, Selectable};
use kelisim_domain::sign_in::{Counted, LinkKind, SessionStage};

use crate::schema::{credential, device, link, rate, recovery_code, second_factor, session};
use crate::types::{Ts, Uid, Word};

#[derive(Debug, Insertable)]
#[diesel(table_name = credential)]
pub(crate) struct CredentialRow {
    pub(crate) region_id: Uid,
    pub(crate) account_id: Uid,
    pub(crate) password: String,
    pub(crate) changed_at: Ts,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = second_factor)]
pub(crate) struct SecondFactorRow {
    pub(crate) region_id: Uid,
    pub(crate) account_id: Uid,
    pub(crate) state: String,
    pub(crate) data_key_id: Uid,
    pub(crate) secret: Vec<u8>,
    pub(crate) last_step: i64,
    pub(crate) created_at: Ts,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = recovery_code)]
pub(crate) struct RecoveryCodeRow {
    pub(crate) region_id: Uid,
    pub(crate) account_id: Uid,
    pub(crate) digest: Vec<u8>,
    pub(crate) created_at: Ts,
    pub(crate) used_at: Option<Ts>,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = session)]
pub(crate) struct SessionRow {
    pub(crate) region_id: Uid,
    pub(crate) id: Uid,
    pub(crate) account_id: Uid,
    pub(crate) digest: Vec<u8>,
    pub(crate) stage: Word<SessionStage>,
    pub(crate) device: String,
    pub(crate) created_at: Ts,
    pub(crate) seen_at: Ts,
    pub(crate) expires_at: Ts,
    pub(crate) ended_at: Option<Ts>,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = link)]
pub(crate) struct LinkRow {
    pub(crate) region_id: Uid,
    pub(crate) id: Uid,
    pub(crate) account_id: Uid,
    pub(crate) kind: Word<LinkKind>,
    pub(crate) digest: Vec<u8>,
    pub(crate) created_at: Ts,
    pub(crate) expires_at: Ts,
    pub(crate) used_at: Option<Ts>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = device)]
pub(crate) struct DeviceRow {
    pub(crate) region_id: Uid,
    pub(crate) account_id: Uid,
    pub(crate) digest: Vec<u8>,
    pub(crate) created_at: Ts,
    pub(crate) seen_at: Ts,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = rate)]
pub(crate) struct RateRow {
    pub(crate) kind: Word<Counted>,
    pub(crate) subject: Vec<u8>,
    pub(crate) full_at: Ts,
}
