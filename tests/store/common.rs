//! Rows that several tests of the store begin with.

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use diesel::{ExpressionMethods, RunQueryDsl};
use kelisim_domain::calendar::Zone;
use kelisim_domain::code::{DistrictCode, RegionCode};
use kelisim_domain::id::{AccountId, OfficeId, RegionId};
use kelisim_domain::language::{Language, Names};
use kelisim_domain::region::{District, Region};
use kelisim_domain::text::{EmailAddress, Name};
use kelisim_persistence::schema::office;
use kelisim_persistence::store::account::{Account, account_insert};
use kelisim_persistence::store::reference::district_insert;
use kelisim_persistence::store::region::region_insert;
use kelisim_persistence::types::{Json, Ts, Uid};
use kelisim_persistence::{Db, Error};
use uuid::Uuid;

pub(crate) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(crate) const REGION: RegionId = RegionId(Uuid::from_u128(1));

/// Ten in the morning in Oral.
pub(crate) fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 5, 0, 0).unwrap()
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn names(text: &str) -> Names {
    Names {
        kk: format!("{text} (қаз)"),
        ru: format!("{text} (рус)"),
        en: text.to_owned(),
    }
}

pub(crate) fn region(db: &mut Db) -> Result<(), Error> {
    region_insert(db, &west_kazakhstan(), now())
}

pub(crate) fn west_kazakhstan() -> Region {
    Region {
        id: REGION,
        code: RegionCode::parse("WKR").unwrap(),
        names: names("West Kazakhstan"),
        zone: Zone::ORAL,
        languages: vec![Language::Kk, Language::Ru],
    }
}

pub(crate) fn account(number: u128, email: &str) -> Account {
    Account {
        region: REGION,
        id: AccountId(id(number)),
        email: EmailAddress::parse(email).unwrap(),
        name: Name::parse("Айгүл Серікқызы").unwrap(),
        language: Language::Kk,
        active: true,
    }
}

pub(crate) fn account_of(db: &mut Db, number: u128) -> Result<AccountId, Error> {
    let account = account(number, &format!("a{number}@example.kz"));
    account_insert(db, &account, now())?;
    Ok(account.id)
}

/// An office in the district ORL, which it makes too.
pub(crate) fn office_of(db: &mut Db, number: u128) -> Result<OfficeId, Error> {
    let oral = District {
        code: DistrictCode::parse("ORL").unwrap(),
        names: names("Oral"),
        centre: "Oral".to_owned(),
    };
    district_insert(db, REGION, &oral, 0)?;
    diesel::insert_into(office::table)
        .values((
            (
                office::region_id.eq(Uid::from(REGION)),
                office::id.eq(Uid(id(number))),
                office::code.eq(format!("ORL-{number:02}")),
                office::name_kk.eq("Кеңсе"),
                office::name_ru.eq("Офис"),
                office::name_en.eq("Office"),
                office::kind.eq("library"),
                office::district.eq("ORL"),
                office::settlement.eq("Oral"),
            ),
            (
                office::address.eq(""),
                office::phone.eq(""),
                office::hours.eq(""),
                office::languages.eq(Json(vec!["kk".to_owned()])),
                office::active_from.eq(day("2019-06-06")),
                office::version.eq(1),
                office::search_key.eq(""),
                office::created_at.eq(Ts::from(now())),
                office::updated_at.eq(Ts::from(now())),
            ),
        ))
        .execute(db)?;
    Ok(OfficeId(id(number)))
}
