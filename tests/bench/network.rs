//! The network in which cases are worked on: 145 offices, each with a head and a mediator of its own,
//! and partners that refer cases under memoranda.
//!
//! Ids and tokens follow from small numbers, so that the limits can name the same rows without asking.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kelisim_domain::assignment::MediatorStatus;
use kelisim_domain::code::{DistrictCode, OfficeCode, PartnerCode, RegionCode};
use kelisim_domain::id::{
    AccountId, ContactId, GrantId, MediatorId, MemorandumId, OfficeId, PartnerId, RegionId, TokenId,
};
use kelisim_domain::language::Language;
use kelisim_domain::mediator::{Mediator, MediatorEntry, StatusStep};
use kelisim_domain::memorandum::{Draft, Memorandum};
use kelisim_domain::office::{Office, OfficeEntry};
use kelisim_domain::partner::{Contact, ContactWish, Partner, PartnerEntry};
use kelisim_domain::policy::{Grant, Standing};
use kelisim_domain::register::Known;
use kelisim_domain::text::{EmailAddress, Name};
use kelisim_persistence::store::account::{Account, account_insert, grant_insert};
use kelisim_persistence::store::contact::contact_insert;
use kelisim_persistence::store::mediator::mediator_insert;
use kelisim_persistence::store::memorandum::memorandum_insert;
use kelisim_persistence::store::office::office_insert;
use kelisim_persistence::store::partner::partner_insert;
use kelisim_persistence::store::region::region_find_by_code;
use kelisim_persistence::store::token::{NewToken, token_insert};
use kelisim_persistence::{Db, Error, MasterKey, OsEntropy, Vault};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// How many offices there are, and as many heads and mediators.
pub(crate) const OFFICES: usize = 145;
/// How many partners refer cases.
pub(crate) const PARTNERS: usize = 5;

const DISTRICTS: [&str; 13] = [
    "ORL", "AKZ", "BTR", "BOK", "BRL", "ZHG", "ZHB", "KZT", "KRT", "SYR", "TSK", "TRK", "CHG",
];

/// Where each kind of id begins; the office, mediator or partner with the number n has this plus n.
pub(crate) const OFFICE_IDS: u128 = 0x1_0000;
pub(crate) const MEDIATOR_IDS: u128 = 0x2_0000;
pub(crate) const HEAD_ACCOUNTS: u128 = 0x3_0000;
pub(crate) const MEDIATOR_ACCOUNTS: u128 = 0x4_0000;
pub(crate) const PARTNER_IDS: u128 = 0x5_0000;
const CONTACT_IDS: u128 = 0x6_0000;
const MEMORANDUM_IDS: u128 = 0x7_0000;

/// The code of an office.
pub(crate) fn office_code(number: usize) -> String {
    let district = DISTRICTS[number % DISTRICTS.len()];
    format!("{district}-{:02}", number / DISTRICTS.len() + 1)
}

/// The code of a partner.
pub(crate) fn partner_code(number: usize) -> String {
    format!("P{}", char::from(b'A' + u8::try_from(number).unwrap()))
}

/// The id of an office.
pub(crate) fn office(number: usize) -> Uuid {
    id(OFFICE_IDS, number)
}

/// The mediator of an office.
pub(crate) fn mediator(number: usize) -> Uuid {
    id(MEDIATOR_IDS, number)
}

/// The token of the head of an office.
pub(crate) fn head_token(number: usize) -> String {
    format!("klsm_bench_head_{number}")
}

/// The token of the mediator of an office.
pub(crate) fn mediator_token(number: usize) -> String {
    format!("klsm_bench_mediator_{number}")
}

fn id(first: u128, number: usize) -> Uuid {
    Uuid::from_u128(first + number as u128)
}

/// Writes the network into a migrated database that holds its region and master key.
pub(crate) fn lay(db: &mut Db, key: &MasterKey, now: DateTime<Utc>) -> Result<(), Error> {
    let region = region_find_by_code(db, &RegionCode::parse("WKR").unwrap())?.id;
    let vault = Vault::open(db, key, Arc::new(OsEntropy))?;
    let mut layer = Layer {
        db,
        vault,
        region,
        now,
        known: known(),
    };
    for number in 0..OFFICES {
        layer.office(number)?;
        layer.mediator(number)?;
        let head = Standing::OfficeHead {
            office: OfficeId(id(OFFICE_IDS, number)),
        };
        let mediator = Standing::Mediator {
            office: OfficeId(id(OFFICE_IDS, number)),
            mediator: MediatorId(mediator(number)),
        };
        layer.person(HEAD_ACCOUNTS, number, &head_token(number), head)?;
        layer.person(MEDIATOR_ACCOUNTS, number, &mediator_token(number), mediator)?;
    }
    for number in 0..PARTNERS {
        layer.partner(number)?;
    }
    Ok(())
}

fn known() -> Known {
    let offices = (0..OFFICES).map(|number| {
        let code = OfficeCode::parse(&office_code(number)).unwrap();
        (code, OfficeId(id(OFFICE_IDS, number)))
    });
    let partners = (0..PARTNERS).map(|number| {
        let code = PartnerCode::parse(&partner_code(number)).unwrap();
        (code, PartnerId(id(PARTNER_IDS, number)))
    });
    Known {
        districts: DISTRICTS
            .iter()
            .map(|code| DistrictCode::parse(code).unwrap())
            .collect(),
        offices: offices.collect(),
        partners: partners.collect(),
        ..Known::default()
    }
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

struct Layer<'a> {
    db: &'a mut Db,
    vault: Vault,
    region: RegionId,
    now: DateTime<Utc>,
    known: Known,
}

impl Layer<'_> {
    fn office(&mut self, number: usize) -> Result<(), Error> {
        let code = office_code(number);
        let body = json!({
            "code": code, "name_kk": "Медиация кабинеті", "name_ru": "Кабинет медиации", "name_en": "Mediation office",
            "kind": "library", "district": &code[..3], "settlement": "Oral", "address": "Abai 1",
            "phone": "+77112500000", "hours": "9-18", "languages": ["kk", "ru"], "active_from": "2019-06-06",
        });
        let office = Office {
            id: OfficeId(id(OFFICE_IDS, number)),
            entry: OfficeEntry::parse(&object(body), &self.known, None).unwrap(),
            version: 1,
            created_at: self.now,
            updated_at: self.now,
        };
        office_insert(self.db, self.region, &office)
    }

    fn mediator(&mut self, number: usize) -> Result<(), Error> {
        let body = json!({
            "kind": "public", "name_kk": "Айгүл Демо", "name_ru": "Айгуль Демо", "language": "kk",
            "register_no": format!("WK-{number:03}"), "languages": ["kk", "ru"], "specialisations": [],
            "home_settlement": "Oral", "offices": [office_code(number)], "max_open_cases": 50,
            "protocol": {"number": "7", "on": "2020-01-15", "body": "Gathering"},
            "iin": "010203045670", "email": format!("mediator{number}@example.kz"),
        });
        let (entry, _) =
            MediatorEntry::parse(&object(body), &self.known, None, day("2026-01-01")).unwrap();
        let since = day("2020-02-01");
        let entered = Mediator {
            id: MediatorId(mediator(number)),
            entry,
            status: MediatorStatus::Active,
            status_since: since,
            version: 1,
            created_at: self.now,
            updated_at: self.now,
        };
        let step = StatusStep {
            status: MediatorStatus::Active,
            since,
            reason: String::new(),
            at: self.now,
            by: None,
        };
        mediator_insert(self.db, &self.vault, self.region, &entered, &step).map(drop)
    }

    fn person(
        &mut self,
        first: u128,
        number: usize,
        token: &str,
        standing: Standing,
    ) -> Result<(), Error> {
        let account = AccountId(id(first, number));
        let new = Account {
            region: self.region,
            id: account,
            email: EmailAddress::parse(&format!("{token}@example.kz")).unwrap(),
            name: Name::parse("Demo Person").unwrap(),
            language: Language::Kk,
            active: true,
        };
        account_insert(self.db, &new, self.now)?;
        let grant = Grant {
            id: GrantId(account.0),
            standing,
            from: day("2020-02-01"),
            to: None,
        };
        grant_insert(self.db, self.region, account, &grant, self.now)?;
        let token = NewToken {
            region: self.region,
            id: TokenId(account.0),
            account,
            digest: Sha256::digest(token).into(),
            expires_at: self.now + TimeDelta::days(90),
            exports: true,
        };
        token_insert(self.db, &token, self.now)
    }

    /// A partner with one verified contact, and a memorandum that covers everything.
    fn partner(&mut self, number: usize) -> Result<(), Error> {
        let (code, now) = (partner_code(number), self.now);
        let partner_id = PartnerId(id(PARTNER_IDS, number));
        let body = json!({
            "code": code, "kind": "education", "name_kk": "Білім басқармасы",
            "name_ru": "Управление образования", "name_en": "Department of Education", "level": "region",
        });
        let partner = Partner {
            id: partner_id,
            entry: PartnerEntry::parse(&object(body), None).unwrap(),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        partner_insert(self.db, self.region, &partner)?;
        let email = format!("contact@{}.example.kz", code.to_lowercase());
        let body = json!({"name": "Contact Demo", "email": email, "language": "ru"});
        let wish = ContactWish::parse(&object(body), None, false).unwrap();
        let contact = Contact {
            id: ContactId(id(CONTACT_IDS, number)),
            partner: partner_id,
            language: wish.language,
            verified_at: Some(now),
            active: wish.active,
            secrets: wish.secrets,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        contact_insert(self.db, &self.vault, self.region, &contact)?;
        let body = json!({
            "number": format!("{}/2020", number + 1), "partner": code, "valid_from": "2020-01-01", "valid_to": null,
            "signatories": ["Demo Signer"], "categories": "all", "districts": "all",
            "events": ["received", "assigned", "started", "ended"], "data_level": "procedural_with_ref",
        });
        let Draft {
            terms,
            renewal_owner,
        } = Draft::parse(&object(body), &self.known, None).unwrap();
        let memorandum = Memorandum {
            id: MemorandumId(id(MEMORANDUM_IDS, number)),
            terms,
            renewal_owner,
            signed_on: None,
            terminated_on: None,
            termination_reason: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let memorandum = memorandum.sign(day("2020-01-05"), now).unwrap();
        memorandum_insert(self.db, self.region, &memorandum)
    }
}
