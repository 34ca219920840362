//! The register of partner agencies.

use diesel::prelude::*;
use kelisim_domain::code::PartnerCode;
use kelisim_domain::id::{ContactId, PartnerId, RegionId};
use kelisim_domain::language::Language;
use kelisim_domain::memorandum::Memorandum;
use kelisim_domain::partner::Partner;

use crate::both;
use crate::connection::{Db, MultiBackend};
use crate::error::Error;
use crate::row::memorandum::MemorandumRow;
use crate::row::partner::PartnerRow;
use crate::schema::{contact, data_key, memorandum, partner};
use crate::store::search;
use crate::types::{Uid, Word};

/// Which partners a list shows, by code.
#[derive(Debug, Clone, Default)]
pub struct PartnerPage {
    /// Beginnings of words of the code or the names.
    pub q: Option<String>,
    /// The last code of the page before.
    pub after: Option<PartnerCode>,
    /// The most partners to give.
    pub limit: i64,
}

/// Enters a partner.
///
/// # Errors
/// [`Error::Conflict`] on `partner.code`.
pub fn partner_insert(db: &mut Db, region: RegionId, partner: &Partner) -> Result<(), Error> {
    let row = PartnerRow::new(region, partner);
    diesel::insert_into(partner::table)
        .values(&row)
        .execute(db)?;
    Ok(())
}

/// Replaces version `partner.version - 1` of a partner; the answer is no when that is not what
/// stands there.
///
/// # Errors
/// Those of the database.
pub fn partner_update(db: &mut Db, region: RegionId, partner: &Partner) -> Result<bool, Error> {
    let row = PartnerRow::new(region, partner);
    let before = partner::table
        .filter(partner::region_id.eq(Uid::from(region)))
        .filter(partner::id.eq(Uid::from(partner.id)))
        .filter(partner::version.eq(partner.version - 1));
    Ok(diesel::update(before).set(&row).execute(db)? == 1)
}

/// A partner by its code.
///
/// # Errors
/// [`Error::NotFound`].
pub fn partner_by_code(
    db: &mut Db,
    region: RegionId,
    code: &PartnerCode,
) -> Result<Partner, Error> {
    let row = partner::table
        .filter(partner::region_id.eq(Uid::from(region)))
        .filter(partner::code.eq(code.as_str()))
        .select(PartnerRow::as_select())
        .first(db)?;
    Ok(row.into_partner())
}

/// A partner by its id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn partner_by_id(db: &mut Db, region: RegionId, id: PartnerId) -> Result<Partner, Error> {
    let row = partner::table
        .find((Uid::from(region), Uid::from(id)))
        .select(PartnerRow::as_select())
        .first(db)?;
    Ok(row.into_partner())
}

/// The code of a partner.
///
/// # Errors
/// [`Error::NotFound`].
pub fn partner_code(db: &mut Db, region: RegionId, id: PartnerId) -> Result<PartnerCode, Error> {
    let code = partner::table
        .find((Uid::from(region), Uid::from(id)))
        .select(partner::code)
        .first(db)?;
    Ok(PartnerCode::from_stored(code))
}

/// A partner as far as it matters for telling it something.
#[derive(Debug, Clone)]
pub struct PartnerTold {
    /// The partner.
    pub id: PartnerId,
    /// Its code.
    pub code: PartnerCode,
    /// Whether it still refers cases.
    pub active: bool,
    /// Its memoranda, newest first.
    pub memoranda: Vec<Memorandum>,
    /// The active contacts with their languages, oldest first; those whose key was destroyed are left out.
    pub contacts: Vec<(ContactId, Language)>,
}

/// How a partner is asked for.
#[derive(Debug, Clone, Copy)]
pub enum PartnerAsked<'a> {
    /// By its code.
    Code(&'a PartnerCode),
    /// By its id.
    Id(PartnerId),
}

/// A partner with its memoranda and contacts, in one query.
///
/// # Errors
/// [`Error::NotFound`].
pub fn partner_told(
    db: &mut Db,
    region: RegionId,
    asked: PartnerAsked<'_>,
) -> Result<PartnerTold, Error> {
    type Found = (
        (Uid, String, bool),
        Option<MemorandumRow>,
        Option<(Uid, Word<Language>)>,
        Option<Uid>,
    );
    macro_rules! told {
        ($which:expr) => {
            both!(db, connection => partner::table
        .left_join(
            memorandum::table.on(memorandum::region_id
                .eq(partner::region_id)
                .and(memorandum::partner_id.eq(partner::id))),
        )
        .left_join(
            contact::table.on(contact::region_id
                .eq(partner::region_id)
                .and(contact::partner_id.eq(partner::id))
                .and(contact::active.eq(true))),
        )
        .left_join(
            data_key::table.on(data_key::region_id
                .eq(partner::region_id)
                .and(data_key::id.nullable().eq(contact::data_key_id.nullable()))
                .and(data_key::destroyed_at.is_null())),
        )
        .filter(partner::region_id.eq(Uid::from(region)))
        .filter($which)
        .order((memorandum::id.desc(), contact::id))
        .select((
            (partner::id, partner::code, partner::active),
            Option::<MemorandumRow>::as_select(),
            (contact::id, contact::language).nullable(),
            data_key::id.nullable(),
        ))
                .load(connection))
        };
    }
    let rows: Vec<Found> = match asked {
        PartnerAsked::Code(code) => told!(partner::code.eq(code.as_str())),
        PartnerAsked::Id(id) => told!(partner::id.eq(Uid::from(id))),
    }?;
    let (id, code, active) = rows
        .first()
        .map(|row| row.0.clone())
        .ok_or(Error::NotFound)?;
    // Each memorandum stands beside each contact.
    let (mut memoranda, mut contacts) = (Vec::<Memorandum>::new(), Vec::new());
    for (_, memorandum, contact, key) in rows {
        let memorandum = memorandum.map(|row| row.into_memorandum(code.clone()));
        memoranda
            .extend(memorandum.filter(|one| memoranda.last().is_none_or(|last| last.id != one.id)));
        if let (Some((id, language)), Some(_)) = (contact, key) {
            let contact = (ContactId::from(id), language.0);
            if !contacts.contains(&contact) {
                contacts.push(contact);
            }
        }
    }
    Ok(PartnerTold {
        id: id.into(),
        code: PartnerCode::from_stored(code),
        active,
        memoranda,
        contacts,
    })
}

/// The ids of partners by their codes; unknown codes are left out.
///
/// # Errors
/// Those of the database.
pub fn partner_ids(
    db: &mut Db,
    region: RegionId,
    codes: &[&str],
) -> Result<Vec<(PartnerCode, PartnerId)>, Error> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, Uid)> = partner::table
        .filter(partner::region_id.eq(Uid::from(region)))
        .filter(partner::code.eq_any(codes))
        .select((partner::code, partner::id))
        .load(db)?;
    let found = rows.into_iter();
    Ok(found
        .map(|(code, id)| (PartnerCode::from_stored(code), id.into()))
        .collect())
}

/// A page of partners in the order of their codes.
///
/// # Errors
/// Those of the database.
pub fn partner_list(
    db: &mut Db,
    region: RegionId,
    page: &PartnerPage,
) -> Result<Vec<Partner>, Error> {
    let mut query = partner::table
        .filter(partner::region_id.eq(Uid::from(region)))
        .select(PartnerRow::as_select())
        .order(partner::code)
        .limit(page.limit)
        .into_boxed::<MultiBackend>();
    if let Some(after) = &page.after {
        query = query.filter(partner::code.gt(after.as_str()));
    }
    for pattern in page.q.as_deref().map(search::patterns).unwrap_or_default() {
        query = query.filter(partner::search_key.like(pattern));
    }
    let rows = query.load(db)?;
    Ok(rows.into_iter().map(PartnerRow::into_partner).collect())
}
