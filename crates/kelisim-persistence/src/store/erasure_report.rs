//! What an erasure is about and how far it has come, and what keeps cases from being erased.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use kelisim_domain::erasure::Trouble;
use kelisim_domain::id::CaseId;

use crate::connection::Db;
use crate::error::Error;
use crate::schema::{cases, erasure_case, office};
use crate::store::erasure::Erasure;
use crate::types::{Ts, Uid, Word};

/// Cases that could not be erased and are shown.
const LEFT_SHOWN: i64 = 100;

/// What an erasure is about, in totals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureReport {
    /// Cases of each office, by its code.
    pub offices: Vec<(String, i64)>,
    /// How many are erased.
    pub erased: i64,
    /// The first numbers.
    pub numbers: Vec<String>,
    /// How many could not be erased when it was tried last, by what keeps them.
    pub troubles: Vec<(Trouble, i64)>,
    /// The first of these, by their numbers.
    pub left: Vec<LeftCase>,
}

/// A case of a confirmed erasure that could not be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftCase {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: String,
    /// What keeps it.
    pub trouble: Trouble,
    /// When it was tried last.
    pub tried_at: DateTime<Utc>,
}

/// Counts an erasure out, and gives the first numbers in it.
///
/// # Errors
/// Those of the database.
pub fn erasure_report(db: &mut Db, of: &Erasure, numbers: i64) -> Result<ErasureReport, Error> {
    let found = || {
        erasure_case::table
            .inner_join(
                cases::table.on(cases::region_id
                    .eq(erasure_case::region_id)
                    .and(cases::id.eq(erasure_case::case_id))),
            )
            .filter(erasure_case::region_id.eq(Uid::from(of.region)))
            .filter(erasure_case::erasure_id.eq(Uid::from(of.id)))
    };
    let offices: Vec<(String, i64)> = erasure_case::table
        .inner_join(
            cases::table.on(cases::region_id
                .eq(erasure_case::region_id)
                .and(cases::id.eq(erasure_case::case_id))),
        )
        .inner_join(
            office::table.on(office::region_id
                .eq(cases::region_id)
                .and(office::id.eq(cases::office_id))),
        )
        .filter(erasure_case::region_id.eq(Uid::from(of.region)))
        .filter(erasure_case::erasure_id.eq(Uid::from(of.id)))
        .group_by(office::code)
        .select((office::code, diesel::dsl::count_star()))
        .order(office::code)
        .load(db)?;
    let erased: i64 = erasure_case::table
        .filter(erasure_case::region_id.eq(Uid::from(of.region)))
        .filter(erasure_case::erasure_id.eq(Uid::from(of.id)))
        .filter(erasure_case::erased_at.is_not_null())
        .count()
        .get_result(db)?;
    let numbers: Vec<String> = found()
        .order(cases::number)
        .limit(numbers)
        .select(cases::number)
        .load(db)?;
    let troubles: Vec<(Option<Word<Trouble>>, i64)> = erasure_case::table
        .filter(erasure_case::region_id.eq(Uid::from(of.region)))
        .filter(erasure_case::erasure_id.eq(Uid::from(of.id)))
        .filter(erasure_case::trouble.is_not_null())
        .group_by(erasure_case::trouble)
        .select((erasure_case::trouble, diesel::dsl::count_star()))
        .order(erasure_case::trouble)
        .load(db)?;
    let troubles = troubles.into_iter();
    let troubles = troubles.filter_map(|(trouble, cases)| Some((trouble?.0, cases)));
    Ok(ErasureReport {
        offices,
        erased,
        numbers,
        troubles: troubles.collect(),
        left: left_cases(db, of)?,
    })
}

fn left_cases(db: &mut Db, of: &Erasure) -> Result<Vec<LeftCase>, Error> {
    type Row = (Uid, String, Option<Word<Trouble>>, Option<Ts>);
    let rows: Vec<Row> = erasure_case::table
        .inner_join(
            cases::table.on(cases::region_id
                .eq(erasure_case::region_id)
                .and(cases::id.eq(erasure_case::case_id))),
        )
        .filter(erasure_case::region_id.eq(Uid::from(of.region)))
        .filter(erasure_case::erasure_id.eq(Uid::from(of.id)))
        .filter(erasure_case::trouble.is_not_null())
        .order(cases::number)
        .limit(LEFT_SHOWN)
        .select((
            cases::id,
            cases::number,
            erasure_case::trouble,
            erasure_case::tried_at,
        ))
        .load(db)?;
    let left = rows.into_iter().filter_map(|(case, number, trouble, at)| {
        Some(LeftCase {
            case: case.into(),
            number,
            trouble: trouble?.0,
            tried_at: at?.into(),
        })
    });
    Ok(left.collect())
}
