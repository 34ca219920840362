//! A small network of mediators for tests of the interface: two offices, three mediators, one partner.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kelisim_api::region;
use kelisim_domain::assignment::MediatorStatus;
use kelisim_domain::code::{CategoryCode, DistrictCode, OfficeCode, PartnerCode, RegionCode};
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
use kelisim_domain::workflow;
use kelisim_persistence::store::account::{Account, account_insert, grant_insert};
use kelisim_persistence::store::contact::contact_insert;
use kelisim_persistence::store::definition::{StoredDefinition, definition_insert};
use kelisim_persistence::store::mediator::mediator_insert;
use kelisim_persistence::store::memorandum::memorandum_insert;
use kelisim_persistence::store::name_index::name_index_make;
use kelisim_persistence::store::office::office_insert;
use kelisim_persistence::store::partner::partner_insert;
use kelisim_persistence::store::token::{NewToken, token_insert};
use kelisim_persistence::{Db, Error, MasterKey, SeededEntropy, Vault};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The region of the tests.
pub const REGION: RegionId = RegionId(Uuid::from_u128(1));
/// Office ORL-01.
pub const ORL_01: OfficeId = OfficeId(Uuid::from_u128(11));
/// Office AKZ-01.
pub const AKZ_01: OfficeId = OfficeId(Uuid::from_u128(12));
/// A mediator of ORL-01, speaking Kazakh and Russian.
pub const AIGUL: MediatorId = MediatorId(Uuid::from_u128(21));
/// Another mediator of ORL-01.
pub const BERIK: MediatorId = MediatorId(Uuid::from_u128(22));
/// A mediator of AKZ-01.
pub const DANA: MediatorId = MediatorId(Uuid::from_u128(23));
/// The partner EDU.
pub const EDU: PartnerId = PartnerId(Uuid::from_u128(51));

/// The people of the network: a name in the tests, and what they are.
pub const PEOPLE: [(&str, Standing); 10] = [
    ("head", Standing::OfficeHead { office: ORL_01 }),
    ("other_head", Standing::OfficeHead { office: AKZ_01 }),
    (
        "aigul",
        Standing::Mediator {
            office: ORL_01,
            mediator: AIGUL,
        },
    ),
    (
        "berik",
        Standing::Mediator {
            office: ORL_01,
            mediator: BERIK,
        },
    ),
    (
        "dana",
        Standing::Mediator {
            office: AKZ_01,
            mediator: DANA,
        },
    ),
    ("coordinator", Standing::Coordinator),
    ("registrar", Standing::Registrar),
    ("auditor", Standing::Auditor),
    ("administrator", Standing::Administrator),
    ("partner", Standing::Partner { partner: EDU }),
];

/// The instant at which every test begins: ten in the morning in Oral.
pub fn start() -> DateTime<Utc> {
    "2026-11-22T05:00:00Z".parse().unwrap()
}

/// The token of somebody in [`PEOPLE`].
pub fn token(name: &str) -> String {
    format!("klsm_test_{name}")
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

fn known() -> Known {
    let districts = ["ORL", "AKZ", "BTR"].map(|code| DistrictCode::parse(code).unwrap());
    let categories = ["family", "debts_contracts"].map(|code| CategoryCode::parse(code).unwrap());
    Known {
        districts: districts.into(),
        categories: categories.into(),
        offices: [("ORL-01", ORL_01), ("AKZ-01", AKZ_01)]
            .map(|(code, id)| (OfficeCode::parse(code).unwrap(), id))
            .into(),
        partners: [("EDU", EDU)]
            .map(|(code, id)| (PartnerCode::parse(code).unwrap(), id))
            .into(),
    }
}

/// Writes the network into an empty database and gives the vault.
///
/// # Errors
/// Those of the database.
pub fn lay(db: &mut Db) -> Result<Vault, Error> {
    lay_under(db, &MasterKey::generate(&SeededEntropy::new(7)))
}

/// As [`lay`], under a master key that the program finds in a file.
///
/// # Errors
/// Those of the database.
pub fn lay_under(db: &mut Db, key: &MasterKey) -> Result<Vault, Error> {
    let entropy = Arc::new(SeededEntropy::new(7));
    let vault = Vault::found(db, key, entropy, start())?;
    let files = region::find(&RegionCode::parse("WKR").unwrap())
        .unwrap()
        .unwrap();
    region::load(db, &files, REGION, start())?;
    name_index_make(db, &vault, REGION, start())?;
    publish(db, workflow::BASIC)?;
    offices(db)?;
    mediators(db, &vault)?;
    partner(db, &vault)?;
    for (number, (name, standing)) in (100..).zip(PEOPLE) {
        person(db, number, name, &[standing])?;
    }
    Ok(vault)
}

/// Publishes a workflow.
///
/// # Errors
/// Those of the database.
pub fn publish(db: &mut Db, text: &str) -> Result<(), Error> {
    let definition = workflow::parse(text).unwrap();
    let stored = StoredDefinition {
        key: definition.key,
        version: definition.version,
        text: text.to_owned(),
        published_at: start(),
    };
    definition_insert(db, REGION, &stored).map(drop)
}

/// Makes an account with grants and the token of its name.
///
/// # Errors
/// Those of the database.
pub fn person(db: &mut Db, number: u128, name: &str, standings: &[Standing]) -> Result<(), Error> {
    let account = AccountId(Uuid::from_u128(number));
    let new = Account {
        region: REGION,
        id: account,
        email: EmailAddress::parse(&format!("{name}@example.kz")).unwrap(),
        name: Name::parse(&format!("Demo {name}")).unwrap(),
        language: Language::En,
        active: true,
    };
    account_insert(db, &new, start())?;
    for (at, standing) in (0..).zip(standings) {
        let grant = Grant {
            id: GrantId(Uuid::from_u128(number * 10 + at)),
            standing: *standing,
            from: day("2026-01-01"),
            to: None,
        };
        grant_insert(db, REGION, account, &grant, start())?;
    }
    let token = NewToken {
        region: REGION,
        id: TokenId(Uuid::from_u128(number)),
        account,
        digest: Sha256::digest(token(name)).into(),
        expires_at: start() + TimeDelta::days(400),
        exports: true,
    };
    token_insert(db, &token, start())
}

fn offices(db: &mut Db) -> Result<(), Error> {
    for (id, code) in [(ORL_01, "ORL-01"), (AKZ_01, "AKZ-01")] {
        let body = json!({
            "code": code, "name_kk": "Медиация кабинеті", "name_ru": "Кабинет медиации", "name_en": "Mediation office",
            "kind": "library", "district": &code[..3], "settlement": "Oral", "address": "Abai 1",
            "phone": "+77112500000", "hours": "9-18", "languages": ["kk", "ru"], "active_from": "2019-06-06",
        });
        let entry = OfficeEntry::parse(&object(body), &known(), None).unwrap();
        let office = Office {
            id,
            entry,
            version: 1,
            created_at: start(),
            updated_at: start(),
        };
        office_insert(db, REGION, &office)?;
    }
    Ok(())
}

fn mediators(db: &mut Db, vault: &Vault) -> Result<(), Error> {
    let all = [
        (AIGUL, "Айгүл Демо", "Айгуль Демо", "aigul", "ORL-01"),
        (BERIK, "Берік Демо", "Берик Демо", "berik", "ORL-01"),
        (DANA, "Дана Демо", "Дана Демо", "dana", "AKZ-01"),
    ];
    for (number, (id, kk, ru, name, office)) in (1..).zip(all) {
        let body = json!({
            "kind": "public", "name_kk": kk, "name_ru": ru, "register_no": format!("WK-{number:03}"),
            "language": "en", "languages": ["kk", "ru"], "specialisations": [], "home_settlement": "Oral",
            "offices": [office], "max_open_cases": 3, "protocol": {"number": "7", "on": "2026-01-15", "body": "Gathering"},
            "iin": "010203045670", "email": format!("{name}@example.kz"),
        });
        enter(db, vault, id, body, MediatorStatus::Active)?;
    }
    Ok(())
}

/// Enters a mediator in the register.
///
/// # Errors
/// Those of the database.
pub fn enter(
    db: &mut Db,
    vault: &Vault,
    id: MediatorId,
    body: Value,
    status: MediatorStatus,
) -> Result<(), Error> {
    let (entry, _) =
        MediatorEntry::parse(&object(body), &known(), None, day("2026-11-22")).unwrap();
    let mediator = Mediator {
        id,
        entry,
        status,
        status_since: day("2026-02-01"),
        version: 1,
        created_at: start(),
        updated_at: start(),
    };
    let step = StatusStep {
        status,
        since: day("2026-02-01"),
        reason: String::new(),
        at: start(),
        by: None,
    };
    mediator_insert(db, vault, REGION, &mediator, &step).map(drop)
}

/// EDU with one verified contact and a memorandum that covers everything.
fn partner(db: &mut Db, vault: &Vault) -> Result<(), Error> {
    let body = json!({
        "code": "EDU", "kind": "education", "name_kk": "Білім басқармасы", "name_ru": "Управление образования",
        "name_en": "Department of Education", "level": "region",
    });
    let entry = PartnerEntry::parse(&object(body), None).unwrap();
    let partner = Partner {
        id: EDU,
        entry,
        version: 1,
        created_at: start(),
        updated_at: start(),
    };
    partner_insert(db, REGION, &partner)?;
    let body = json!({"name": "Contact Demo", "email": "contact@edu.example.kz", "language": "ru"});
    let wish = ContactWish::parse(&object(body), None, false).unwrap();
    let contact = Contact {
        id: ContactId(Uuid::from_u128(61)),
        partner: EDU,
        language: wish.language,
        verified_at: Some(start()),
        active: wish.active,
        secrets: wish.secrets,
        version: 1,
        created_at: start(),
        updated_at: start(),
    };
    contact_insert(db, vault, REGION, &contact)?;
    let body = json!({
        "number": "1/2026", "partner": "EDU", "valid_from": "2026-01-01", "valid_to": null,
        "signatories": ["Demo Signer"], "categories": "all", "districts": "all",
        "events": ["received", "assigned", "started", "ended"], "data_level": "procedural_with_ref",
    });
    let Draft {
        terms,
        renewal_owner,
    } = Draft::parse(&object(body), &known(), None).unwrap();
    let memorandum = Memorandum {
        id: MemorandumId(Uuid::from_u128(71)),
        terms,
        renewal_owner,
        signed_on: None,
        terminated_on: None,
        termination_reason: None,
        version: 1,
        created_at: start(),
        updated_at: start(),
    };
    let memorandum = memorandum.sign(day("2026-01-05"), start()).unwrap();
    memorandum_insert(db, REGION, &memorandum)
}
