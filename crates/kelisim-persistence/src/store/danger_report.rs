//! Reports of a danger to a child: each under a key of its own, read by its author and its receiver only (D30).
//!
//! Absent on purpose: the case. What is reported is told to the protection body, not to the file of a dispute.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use kelisim_domain::confidential::Confidential;
use kelisim_domain::danger::DangerReport;
use kelisim_domain::id::{AccountId, DangerReportId, RegionId};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::connection::Db;
use crate::error::Error;
use crate::schema::danger_report;
use crate::types::{Ts, Uid};
use crate::vault::{DataKey, Vault};

/// The kind under which the data key of a report is kept.
pub const SUBJECT: &str = "danger_report";
/// Reports that are listed.
const LISTED: i64 = 100;

/// That there is a report, without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DangerNote {
    /// Its id.
    pub id: DangerReportId,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Who wrote it.
    pub by: AccountId,
    /// Who receives it.
    pub receiver: AccountId,
}

/// What is sealed; borrowed on the way in, owned on the way out.
#[derive(Serialize, Deserialize)]
struct Secret<T> {
    facts: T,
    body: T,
    informed_on: NaiveDate,
}

fn place(id: DangerReportId) -> String {
    format!("danger_report.secret/{id}")
}

/// Enters a report and makes its data key, which the audit entry needs.
///
/// # Errors
/// Those of the vault and the database.
pub fn danger_report_insert(
    db: &mut Db,
    vault: &Vault,
    region: RegionId,
    note: &DangerNote,
    report: &DangerReport,
) -> Result<DataKey, Error> {
    let key = vault.key_create(db, region, (SUBJECT, note.id.0), note.at)?;
    let secret = Secret {
        facts: report.facts.reveal().as_str(),
        body: report.body.reveal().as_str(),
        informed_on: *report.informed_on.reveal(),
    };
    let plain = serde_json::to_vec(&secret)
        .map_err(|error| Error::broken("danger_report.secret", error))?;
    let plain = Zeroizing::new(plain);
    diesel::insert_into(danger_report::table)
        .values((
            danger_report::region_id.eq(Uid::from(region)),
            danger_report::id.eq(Uid::from(note.id)),
            danger_report::at.eq(Ts::from(note.at)),
            danger_report::actor_id.eq(Uid::from(note.by)),
            danger_report::receiver_id.eq(Uid::from(note.receiver)),
            danger_report::secret.eq(key.seal(&place(note.id), &plain)),
        ))
        .execute(db)?;
    Ok(key)
}

type Row = (Uid, Ts, Uid, Uid);

fn note((id, at, by, receiver): Row) -> DangerNote {
    DangerNote {
        id: id.into(),
        at: at.into(),
        by: by.into(),
        receiver: receiver.into(),
    }
}

/// The last reports that somebody wrote or received, the newest first.
///
/// # Errors
/// Those of the database.
pub fn danger_report_list(
    db: &mut Db,
    region: RegionId,
    reader: AccountId,
) -> Result<Vec<DangerNote>, Error> {
    let reader = Uid::from(reader);
    let rows: Vec<Row> = danger_report::table
        .filter(danger_report::region_id.eq(Uid::from(region)))
        .filter(
            danger_report::actor_id
                .eq(reader)
                .or(danger_report::receiver_id.eq(reader)),
        )
        .order(danger_report::id.desc())
        .limit(LISTED)
        .select((
            danger_report::id,
            danger_report::at,
            danger_report::actor_id,
            danger_report::receiver_id,
        ))
        .load(db)?;
    Ok(rows.into_iter().map(note).collect())
}

/// A report, for whoever wrote or received it and for nobody else.
///
/// # Errors
/// [`Error::NotFound`], also for everybody else; [`Error::Erased`]; [`Error::Key`].
pub fn danger_report_find(
    db: &mut Db,
    vault: &Vault,
    (region, reader): (RegionId, AccountId),
    id: DangerReportId,
) -> Result<(DangerNote, DangerReport), Error> {
    let of = Uid::from(reader);
    let (row, sealed): (Row, Vec<u8>) = danger_report::table
        .find((Uid::from(region), Uid::from(id)))
        .filter(
            danger_report::actor_id
                .eq(of)
                .or(danger_report::receiver_id.eq(of)),
        )
        .select((
            (
                danger_report::id,
                danger_report::at,
                danger_report::actor_id,
                danger_report::receiver_id,
            ),
            danger_report::secret,
        ))
        .first(db)?;
    let key = vault.key_of(db, region, (SUBJECT, id.0))?;
    let key = key.ok_or(Error::Erased)?;
    let plain = Zeroizing::new(key.open(&place(id), &sealed)?);
    let secret: Secret<String> = serde_json::from_slice(&plain)
        // The parser's words could repeat a piece of what is confidential.
        .map_err(|_| Error::unreadable("danger_report.secret"))?;
    let report = DangerReport {
        facts: Confidential::new(secret.facts),
        body: Confidential::new(secret.body),
        informed_on: Confidential::new(secret.informed_on),
    };
    Ok((note(row), report))
}
