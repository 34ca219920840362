//! What was published and retired, by whom and why; the texts of laws; and how often anything was.
//!
//! Absent on purpose: a way to change or delete a published text. Retiring is an act of its own, in a row of its own.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use kelisim_domain::id::{AccountId, RegionId};
use kelisim_domain::publish::{PublishAct, PublishKind};
use sha2::{Digest, Sha256};

use crate::connection::{Db, OrIgnore};
use crate::error::Error;
use crate::schema::{edition, law_text, publication};
use crate::types::{Ts, Uid, Word};

/// An act of publishing or retiring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// What was published.
    pub kind: PublishKind,
    /// Its key: of a workflow its own, else the word of the kind.
    pub key: String,
    /// Its version.
    pub version: i32,
    /// What was done.
    pub act: PublishAct,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom; nobody for what came with the program.
    pub actor: Option<AccountId>,
    /// Why.
    pub reason: String,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = publication)]
struct PublicationRow {
    region_id: Uid,
    kind: Word<PublishKind>,
    key: String,
    version: i32,
    act: Word<PublishAct>,
    at: Ts,
    actor_id: Option<Uid>,
    reason: String,
}

/// Records an act, and that there was one: whoever holds what is published in memory will see it.
///
/// # Errors
/// [`Error::Conflict`] when it was done before.
pub fn publication_insert(db: &mut Db, region: RegionId, new: &Publication) -> Result<(), Error> {
    let row = PublicationRow {
        region_id: region.into(),
        kind: Word(new.kind),
        key: new.key.clone(),
        version: new.version,
        act: Word(new.act),
        at: new.at.into(),
        actor_id: new.actor.map(Uid::from),
        reason: new.reason.clone(),
    };
    let insert = diesel::insert_into(publication::table).values(row);
    if OrIgnore(insert).execute(db)? == 0 {
        return Err(Error::conflict("publication.act"));
    }
    edition_raise(db, region, new.kind)
}

/// All acts of a kind in a region, by key and version.
///
/// # Errors
/// Those of the database.
pub fn publication_list(
    db: &mut Db,
    region: RegionId,
    kind: PublishKind,
) -> Result<Vec<Publication>, Error> {
    let rows = publication::table
        .filter(publication::region_id.eq(Uid::from(region)))
        .filter(publication::kind.eq(Word(kind)))
        .order((publication::key, publication::version, publication::act))
        .select(PublicationRow::as_select())
        .load(db)?;
    Ok(rows.into_iter().map(Publication::from).collect())
}

impl From<PublicationRow> for Publication {
    fn from(row: PublicationRow) -> Self {
        Self {
            kind: row.kind.0,
            key: row.key,
            version: row.version,
            act: row.act.0,
            at: row.at.into(),
            actor: row.actor_id.map(Into::into),
            reason: row.reason,
        }
    }
}

/// The keys and versions of a kind that were retired.
///
/// # Errors
/// Those of the database.
pub fn retired_list(
    db: &mut Db,
    region: RegionId,
    kind: PublishKind,
) -> Result<BTreeSet<(String, i32)>, Error> {
    let rows: Vec<(String, i32)> = publication::table
        .filter(publication::region_id.eq(Uid::from(region)))
        .filter(publication::kind.eq(Word(kind)))
        .filter(publication::act.eq(Word(PublishAct::Retire)))
        .select((publication::key, publication::version))
        .load(db)?;
    Ok(rows.into_iter().collect())
}

/// A legal profile or days off, as they were published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LawText {
    /// Which of the two.
    pub kind: PublishKind,
    /// The version, from 1.
    pub version: i32,
    /// The text.
    pub text: String,
    /// When it was published.
    pub published_at: DateTime<Utc>,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = law_text)]
struct LawTextRow {
    region_id: Uid,
    kind: Word<PublishKind>,
    version: i32,
    text: String,
    digest: Vec<u8>,
    published_at: Ts,
}

/// Publishes a text of the law.
///
/// # Errors
/// [`Error::Conflict`] when there is such a version.
pub fn law_text_insert(db: &mut Db, region: RegionId, new: &LawText) -> Result<(), Error> {
    let row = LawTextRow {
        region_id: region.into(),
        kind: Word(new.kind),
        version: new.version,
        digest: Sha256::digest(new.text.as_bytes()).to_vec(),
        text: new.text.clone(),
        published_at: new.published_at.into(),
    };
    let insert = diesel::insert_into(law_text::table).values(row);
    match OrIgnore(insert).execute(db)? {
        1 => Ok(()),
        _ => Err(Error::conflict("law_text.version")),
    }
}

/// All texts of the law of a region, by kind and version.
///
/// # Errors
/// [`Error::Broken`] when a text is not the one that was published.
pub fn law_text_list(db: &mut Db, region: RegionId) -> Result<Vec<LawText>, Error> {
    let rows = law_text::table
        .filter(law_text::region_id.eq(Uid::from(region)))
        .order((law_text::kind, law_text::version))
        .select(LawTextRow::as_select())
        .load(db)?;
    rows.into_iter().map(stored).collect()
}

fn stored(row: LawTextRow) -> Result<LawText, Error> {
    if Sha256::digest(row.text.as_bytes()).as_slice() != row.digest {
        let what = format!(
            "the text of {} {} was changed",
            row.kind.0.code(),
            row.version
        );
        return Err(Error::broken("law text", what));
    }
    Ok(LawText {
        kind: row.kind.0,
        version: row.version,
        text: row.text,
        published_at: row.published_at.into(),
    })
}

/// How often something of a kind was published or retired in a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edition {
    /// The region.
    pub region: RegionId,
    /// The kind.
    pub kind: PublishKind,
    /// How often; a kind of which nothing was published has no entry.
    pub number: i32,
}

/// The editions of every region.
///
/// # Errors
/// Those of the database.
pub fn edition_list(db: &mut Db) -> Result<Vec<Edition>, Error> {
    let rows: Vec<(Uid, Word<PublishKind>, i32)> = edition::table
        .select((edition::region_id, edition::kind, edition::number))
        .load(db)?;
    let edition = |(region, kind, number): (Uid, Word<PublishKind>, i32)| Edition {
        region: region.into(),
        kind: kind.0,
        number,
    };
    Ok(rows.into_iter().map(edition).collect())
}

/// How often anything of the law of a region was published or retired: a profile, or days off.
///
/// # Errors
/// Those of the database.
pub fn law_edition(db: &mut Db, region: RegionId) -> Result<i32, Error> {
    let of_law = [PublishKind::Profile, PublishKind::Holidays].map(Word);
    let numbers: Vec<i32> = edition::table
        .filter(edition::region_id.eq(Uid::from(region)))
        .filter(edition::kind.eq_any(of_law))
        .select(edition::number)
        .load(db)?;
    Ok(numbers.iter().sum())
}

fn edition_raise(db: &mut Db, region: RegionId, kind: PublishKind) -> Result<(), Error> {
    let first = (
        edition::region_id.eq(Uid::from(region)),
        edition::kind.eq(Word(kind)),
        edition::number.eq(1),
    );
    if OrIgnore(diesel::insert_into(edition::table).values(first)).execute(db)? == 1 {
        return Ok(());
    }
    let there = edition::table.find((Uid::from(region), Word(kind)));
    diesel::update(there)
        .set(edition::number.eq(edition::number + 1))
        .execute(db)?;
    Ok(())
}

/// The edition of a kind in a region, as an expression of a query; none when nothing of it was published.
macro_rules! edition_of {
    ($region:expr, $kind:expr) => {
        crate::schema::edition::table
            .find((crate::types::Uid::from($region), crate::types::Word($kind)))
            .select(crate::schema::edition::number)
            .single_value()
    };
}
pub(crate) use edition_of;
