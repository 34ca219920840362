//! The network of the demo: offices, mediators and partners, as the forms that the registers take.
//!
//! 145 offices and 144 mediators leave one office without a mediator of its own, as in the published numbers.

use super::{
    data::{PartnerRow, World},
    dice::Dice,
    names::{self, PersonName},
};
use chrono::{Days, NaiveDate};
use serde_json::{Map, Value, json};

/// A JSON object, as the registers take it.
pub(super) type Form = Map<String, Value>;

/// The day from which the network exists: the month of the published numbers.
pub(super) const OPENED: (i32, u32, u32) = (2019, 6, 1);

const KINDS: &[(&str, &str, &str, &str)] = &[
    ("akimat", "әкімдік", "акимат", "akimat"),
    ("library", "кітапхана", "библиотека", "library"),
    (
        "house_of_culture",
        "мәдениет үйі",
        "дом культуры",
        "house of culture",
    ),
    ("school", "мектеп", "школа", "school"),
    ("clinic", "емхана", "поликлиника", "clinic"),
    (
        "house_of_friendship",
        "Достық үйі",
        "Дом дружбы",
        "House of Friendship",
    ),
    ("enterprise", "кәсіпорын", "предприятие", "enterprise"),
];

/// An office.
pub(super) struct OfficePlan {
    pub(super) code: String,
    pub(super) district: String,
    pub(super) settlement: String,
    pub(super) form: Form,
    /// Without a head its content goes to the coordinator.
    pub(super) head: Option<PersonName>,
    /// How much of the year's work comes here.
    pub(super) weight: u32,
}

/// A mediator.
pub(super) struct MediatorPlan {
    pub(super) name: PersonName,
    /// Their first office is home.
    pub(super) offices: Vec<usize>,
    pub(super) languages: Vec<&'static str>,
    pub(super) max_open_cases: usize,
    pub(super) elected_on: NaiveDate,
    pub(super) form: Form,
}

impl MediatorPlan {
    /// Whether they speak a language.
    pub(super) fn speaks(&self, language: &str) -> bool {
        self.languages.contains(&language)
    }
}

/// A partner with its contact and memorandum.
pub(super) struct PartnerPlan {
    pub(super) row: PartnerRow,
    pub(super) form: Form,
    pub(super) contact: Form,
    pub(super) memorandum: Form,
    pub(super) signed_on: NaiveDate,
    /// The last day on which the memorandum holds.
    pub(super) valid_to: Option<NaiveDate>,
}

/// All offices; the last one of the last district has no mediator.
pub(super) fn offices(world: &World, dice: &mut Dice) -> Vec<OfficePlan> {
    let mut offices = Vec::new();
    for row in &world.districts {
        for number in 1..=row.offices {
            let is_city = row.district == "ORL";
            let settlement = match is_city || number == 1 {
                true => row.centre.clone(),
                false => names::village(dice).to_owned(),
            };
            offices.push(office(&row.district, number, settlement, is_city, dice));
        }
    }
    // Two small offices have no head either.
    for index in [57, 120] {
        if let Some(office) = offices.get_mut(index) {
            office.head = None;
        }
    }
    offices
}

fn office(
    district: &str,
    number: usize,
    settlement: String,
    is_city: bool,
    dice: &mut Dice,
) -> OfficePlan {
    let code = format!("{district}-{number:02}");
    let (kind, kk, ru, en) = match number {
        1 => KINDS[5],
        _ => *dice.pick(KINDS),
    };
    let speaks_russian = is_city || dice.percent(80);
    let languages: &[&str] = if speaks_russian {
        &["kk", "ru"]
    } else {
        &["kk"]
    };
    let form = json!({
        "code": code,
        "name_kk": format!("{settlement}, {kk}: медиация кабинеті (демо)"),
        "name_ru": format!("{settlement}, {ru}: кабинет медиации (демо)"),
        "name_en": format!("{settlement}, {en}: mediation office (demo)"),
        "kind": kind,
        "district": district,
        "settlement": settlement,
        "address": format!("Демо көшесі, {}", dice.between(1, 90)),
        "phone": names::phone(dice),
        "hours": "09:00–18:00, 13:00–14:00",
        "languages": languages,
        "active_from": opened(),
    });
    // A few offices do most of the work: the centres and the city.
    let weight = match (number, is_city) {
        (1, true) => 30,
        (1, false) => 14,
        (_, true) => u32::try_from(dice.between(3, 12)).unwrap_or(3),
        (_, false) => u32::try_from(dice.between(1, 6)).unwrap_or(1),
    };
    OfficePlan {
        code,
        district: district.to_owned(),
        settlement,
        form: object(form),
        head: Some(names::person(dice)),
        weight,
    }
}

/// One mediator an office but the last; three in four speak both languages.
pub(super) fn mediators(
    offices: &[OfficePlan],
    world: &World,
    dice: &mut Dice,
) -> Vec<MediatorPlan> {
    let count = offices.len().saturating_sub(1);
    let both = count * 3 / 4;
    let mut tongues: Vec<Vec<&'static str>> = (0..count)
        .map(|index| match index {
            _ if index < both => vec!["kk", "ru"],
            _ if index < both + (count - both) * 2 / 3 => vec!["kk"],
            _ => vec!["ru"],
        })
        .collect();
    dice.shuffle(&mut tongues);
    // The first office shows two mediators at work, so its own and the second one's speak both languages.
    for index in 0..count.min(2) {
        if let Some(other) =
            (2..count).find(|other| tongues[*other].len() == 2 && tongues[index].len() < 2)
        {
            tongues.swap(index, other);
        }
    }
    tongues
        .into_iter()
        .enumerate()
        .map(|(index, languages)| mediator(index, languages, offices, world, dice))
        .collect()
}

fn mediator(
    index: usize,
    languages: Vec<&'static str>,
    offices: &[OfficePlan],
    world: &World,
    dice: &mut Dice,
) -> MediatorPlan {
    let name = names::person(dice);
    let mut at = vec![index];
    let is_second_of_first = index == 1;
    if is_second_of_first {
        at.push(0);
    }
    let elected_on = opened() + Days::new(u64::try_from(dice.between(10, 1_500)).unwrap_or(10));
    let language = if languages.contains(&"kk") && dice.percent(70) {
        "kk"
    } else {
        languages[languages.len() - 1]
    };
    let mut specialisations: Vec<&str> = Vec::new();
    for _ in 0..dice.between(1, 3) {
        let code = dice.pick(&world.categories).code.as_str();
        if !specialisations.contains(&code) {
            specialisations.push(code);
        }
    }
    let max_open_cases = if offices[index].weight >= 10 { 12 } else { 6 };
    let form = json!({
        "kind": "public",
        "name_kk": name.kk,
        "name_ru": name.ru,
        "register_no": format!("DEMO-{:03}", index + 1),
        "language": language,
        "languages": languages,
        "specialisations": specialisations,
        "home_settlement": offices[index].settlement,
        "offices": at.iter().map(|office| offices[*office].code.as_str()).collect::<Vec<_>>(),
        "max_open_cases": max_open_cases,
        "protocol": {"number": format!("{}-D", index + 1), "on": elected_on, "body": format!("{}: жергілікті қоғамдастық жиыны (демо)", offices[index].settlement)},
        // Twelve digits that begin with no day of the calendar: nobody's number.
        "iin": format!("0000{:08}", index + 1),
        "phone": names::phone(dice),
        "email": mediator_email(index),
        "status": "active",
        "status_since": elected_on,
        "status_reason": "Сайланды (демо)",
    });
    MediatorPlan {
        name,
        offices: at,
        languages,
        max_open_cases,
        elected_on,
        form: object(form),
    }
}

/// All partners with a verified contact and a memorandum each.
pub(super) fn partners(world: &World, date: NaiveDate, dice: &mut Dice) -> Vec<PartnerPlan> {
    world
        .partners
        .iter()
        .enumerate()
        .map(|(index, row)| partner(index, row, date, dice))
        .collect()
}

fn partner(index: usize, row: &PartnerRow, date: NaiveDate, dice: &mut Dice) -> PartnerPlan {
    let days = |number: i64| Days::new(u64::try_from(number).unwrap_or(0));
    let signed_on = match index {
        // The four named in June 2019.
        0..4 => opened() + days(dice.between(1, 5)),
        _ => date - days(dice.between(500, 1_400)),
    };
    let valid_to = match row.memorandum.as_str() {
        "expired" => Some(date - days(60)),
        "20 days" => Some(date + days(20)),
        _ if index % 3 == 1 => None,
        _ => Some(date + days(dice.between(120, 900))),
    };
    let contact_name = names::person(dice);
    let language = if dice.percent(50) { "kk" } else { "ru" };
    let low = row.code.to_lowercase();
    let email = format!("contact@{low}.example");
    let contact_name = if language == "kk" {
        &contact_name.kk
    } else {
        &contact_name.ru
    };
    PartnerPlan {
        form: object(json!({
            "code": row.code, "kind": row.kind, "level": "region",
            "name_kk": row.name_kk, "name_ru": row.name_ru, "name_en": row.name_en,
        })),
        contact: object(json!({
            "name": contact_name, "email": email, "language": language, "verified": true,
        })),
        memorandum: object(json!({
            "number": format!("DEMO-{}-{}", row.code, signed_on.format("%Y")),
            "partner": row.code,
            "valid_from": signed_on,
            "valid_to": valid_to,
            "signatories": [format!("{} (демо)", row.name_kk.trim_end_matches(" (демо)")), "Өңірлік үйлестіруші (демо)"],
            "categories": "all",
            "districts": "all",
            "events": ["received", "assigned", "started", "ended"],
            "data_level": row.data_level,
            "may_name_mediator": row.may_name_mediator == "yes",
        })),
        row: row.clone(),
        signed_on,
        valid_to,
    }
}

pub(super) fn opened() -> NaiveDate {
    let (year, month, day) = OPENED;
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

pub(super) fn mediator_email(index: usize) -> String {
    format!("mediator-{:03}@kelisim.example", index + 1)
}

pub(super) fn head_email(code: &str) -> String {
    format!("head-{}@kelisim.example", code.to_lowercase())
}

pub(super) fn object(value: Value) -> Form {
    match value {
        Value::Object(form) => form,
        _ => Form::new(),
    }
}

pub(super) fn partner_email(code: &str) -> String {
    format!("{}@kelisim.example", code.to_lowercase())
}
