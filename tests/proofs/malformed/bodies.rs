//! Bodies: a sound one for each schema, and what can be wrong with it.

use kelisim_domain::workflow::BASIC;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{document::Document, nasty, shot::Ask};
use crate::{TestApp, network, proofs::dice::Dice};

/// A body with which the program would do what it is asked, where the rules allow it.
pub(super) fn sound(schema: &str, dice: &Dice) -> Value {
    match schema {
        "FileCase" if dice.is(50) => TestApp::referred_filing(),
        "FileCase" => TestApp::filing(),
        "CorrectCase" | "CorrectCaseChange" => json!({"summary": "Two neighbours and two cows."}),
        "TakeAction" => dice
            .one_of(&[
                json!({"action": "assign", "mediator": network::AIGUL}),
                json!({"action": "close", "ground": "withdrawn"}),
                json!({"action": "reconcile", "agreement": {"signed_on": "2026-11-22", "summary": "They agree"}}),
            ])
            .clone(),
        "OfficeBody" | "OfficeBodyChange" => json!({
            "code": format!("ORL-{:02}", 10 + dice.below(90)), "name_kk": "Медиация кабинеті",
            "name_ru": "Кабинет медиации", "name_en": "Mediation office", "kind": "library", "district": "ORL",
            "settlement": "Oral", "address": "Abai 1", "phone": "+77112500000", "hours": "9-18",
            "languages": ["kk", "ru"], "active_from": "2019-06-06", "parent": "ORL-01",
        }),
        "MediatorBody" | "MediatorBodyChange" => json!({
            "kind": "public", "name_kk": "Айгүл", "name_ru": "Айгуль", "register_no": format!("WK-{}", dice.below(100_000)),
            "language": "kk", "languages": ["kk"], "specialisations": ["family"], "home_settlement": "Oral",
            "offices": ["AKZ-01"], "max_open_cases": 2, "protocol": {"number": "7", "on": "2026-01-15", "body": "Gathering"},
            "iin": "010203045670", "email": "somebody@example.kz", "status": "candidate",
            "affiliations": [{"kind": "employer", "name": "School 7"}], "unavailable": [{"from": "2026-12-01", "to": "2026-12-09"}],
        }),
        "PartnerBody" | "PartnerBodyChange" => json!({
            "code": format!("P{}", dice.below(100_000)), "kind": "ngo", "level": "region", "name_kk": "Ұйым",
            "name_ru": "Организация", "name_en": "Organisation",
        }),
        "ContactBody" | "ContactBodyChange" => {
            json!({"name": "Dana", "email": "dana@edu.example.kz", "language": "ru"})
        }
        "MemorandumBody" | "MemorandumBodyChange" => json!({
            "number": format!("{}/2026", dice.below(100_000)), "partner": "EDU", "valid_to": "2027-12-31",
            "signatories": ["A. Demo"], "categories": ["family"], "districts": ["ORL"], "events": ["received"],
            "data_level": "procedural",
        }),
        "TerminateBody" | "ReasonBody" | "HandUpBody" | "ConfirmBody" => json!({"reason": "It was so decided."}),
        "PublishBody" => json!({"reason": "It was so decided.", "move": false}),
        "DraftBody" | "DraftBodyChange" => {
            json!({"kind": "workflow", "title": "Another", "text": BASIC, "steps": {"filed": "filed"}})
        }
        "ConsentBody" => json!({
            "party": Uuid::from_u128(1), "to": "mediation", "form": "written", "given_on": "2026-11-20",
        }),
        "WithdrawBody" => json!({"withdrawn_on": "2026-11-21"}),
        "PartyExportBody" => {
            json!({"parties": [{"case": Uuid::from_u128(1), "party": Uuid::from_u128(2)}]})
        }
        "SearchBody" => json!({"name": "Demo Applicant", "limit": 5}),
        "DangerReportBody" => json!({
            "facts": "Something was seen.", "body": "Guardianship, Oral", "informed_on": "2026-11-20",
            "receiver": "head@example.kz",
        }),
        "SetBody" => json!({"months": 60, "reason": "It was so decided."}),
        _ => json!({}),
    }
}

/// Gives an operation a body that is not as it should be.
pub(super) fn wrong(ask: &mut Ask, schema: &str, document: &Document, dice: &Dice) {
    let mut body = sound(schema, dice);
    match dice.below(3) {
        0 => ask.body = bytes(ask, &body, dice),
        1 => {
            field(ask, &mut body, schema, document, dice);
            ask.body = body.to_string().into_bytes();
        }
        _ => {
            deeper(ask, &mut body, dice);
            ask.body = body.to_string().into_bytes();
        }
    }
}

/// A field of the first level: of another type, gone, or one too many.
fn field(ask: &mut Ask, body: &mut Value, schema: &str, document: &Document, dice: &Dice) {
    let Some(fields) = body.as_object_mut() else {
        return;
    };
    let names: Vec<String> = fields.keys().cloned().collect();
    if names.is_empty() || dice.is(25) {
        fields.insert("statuss".to_owned(), nasty::value(dice));
        return ask.wrong("unknown field", document.is_closed(schema));
    }
    let name = dice.one_of(&names);
    if dice.is(15) {
        fields.remove(name);
        return ask.wrong("field left out", false);
    }
    let value = nasty::value(dice);
    let is_other = match document.type_of(schema, name) {
        Some("string") => !value.is_string() && !value.is_null(),
        Some("array") => !value.is_array() && !value.is_null(),
        Some("object") => !value.is_object() && !value.is_null(),
        _ => false,
    };
    fields.insert(name.clone(), value);
    ask.wrong("field of another value", is_other);
}

/// Any value anywhere, replaced.
fn deeper(ask: &mut Ask, body: &mut Value, dice: &Dice) {
    let mut at = body;
    loop {
        let size = match &*at {
            Value::Object(fields) => fields.len(),
            Value::Array(items) => items.len(),
            _ => 0,
        };
        if size == 0 || dice.is(25) {
            break;
        }
        let number = dice.below(size);
        at = match at {
            Value::Object(fields) => fields.values_mut().nth(number).expect("counted"),
            Value::Array(items) => &mut items[number],
            _ => break,
        };
    }
    *at = nasty::value(dice);
    ask.wrong("value replaced", false);
}

/// Bytes that are not JSON, or not as we read it.
fn bytes(ask: &mut Ask, body: &Value, dice: &Dice) -> Vec<u8> {
    let text = body.to_string();
    let sound = text.clone().into_bytes();
    let nested = |depth: usize, open: &str, close: &str| {
        format!(
            "{{\"summary\":{}{}}}",
            open.repeat(depth),
            close.repeat(depth)
        )
        .into_bytes()
    };
    let (what, refused, bytes): (&'static str, bool, Vec<u8>) = match dice.below(22) {
        0 => (
            "cut off",
            true,
            sound[..1 + dice.below(sound.len() - 1)].to_vec(),
        ),
        1 => {
            let mut flipped = sound;
            let at = dice.below(flipped.len());
            flipped[at] ^= 1 << dice.below(8);
            ("one bit flipped", false, flipped)
        }
        2 => (
            "a byte order mark",
            true,
            [b"\xef\xbb\xbf", &sound[..]].concat(),
        ),
        3 => {
            let units = text.encode_utf16().flat_map(u16::to_le_bytes);
            ("UTF-16", true, units.collect())
        }
        4 => (
            "no UTF-8",
            true,
            text.replacen('"', "\"\u{fffd}", 2)
                .replace('\u{fffd}', "\u{1}")
                .into_bytes()
                .iter()
                .map(|byte| if *byte == 1 { 0xff } else { *byte })
                .collect(),
        ),
        5 => ("a NUL", true, [&sound[..], b"\0"].concat()),
        6 => (
            "NUL in a text",
            false,
            text.replacen("\":\"", "\":\"\\u0000", 1).into_bytes(),
        ),
        7 => (
            "half of a pair",
            true,
            b"{\"summary\":\"\\ud800\"}".to_vec(),
        ),
        8 => ("two values", true, [&sound[..], &sound[..]].concat()),
        9 => (
            "a name twice",
            true,
            b"{\"reason\":\"a\",\"reason\":\"b\"}".to_vec(),
        ),
        10 => (
            "a name twice, inside",
            true,
            b"{\"parties\":[{\"name\":\"a\",\"name\":\"b\"}]}".to_vec(),
        ),
        11 => ("33 levels", true, nested(32, "[", "]")),
        12 => ("100,000 levels", true, nested(100_000, "[", "]")),
        13 => (
            "objects, 60,000 levels",
            true,
            nested(60_000, "{\"a\":", "}"),
        ),
        14 => ("a comment", true, [b"/* */", &sound[..]].concat()),
        15 => (
            "single quotation marks",
            true,
            text.replace('"', "'").into_bytes(),
        ),
        16 => ("a list", true, format!("[{text}]").into_bytes()),
        17 => (
            "a number",
            true,
            dice.one_of(&nasty::NUMBERS).as_bytes().to_vec(),
        ),
        18 => {
            let number = dice.one_of(&nasty::NUMBERS);
            let body = text.replacen(":\"", &format!(":{number},\"more\":\""), 1);
            ("a number for a text", false, body.into_bytes())
        }
        19 => ("not a number", true, b"{\"amount\":NaN}".to_vec()),
        20 => (
            "bytes",
            true,
            (0..200)
                .map(|_| u8::try_from(dice.below(256)).unwrap_or(0))
                .collect(),
        ),
        _ => ("much", true, large(ask, dice)),
    };
    ask.wrong(what, refused);
    bytes
}

/// As much as may be, and more.
fn large(ask: &mut Ask, dice: &Dice) -> Vec<u8> {
    if !dice.is(25) {
        return b"[]".repeat(2_000);
    }
    ask.is_chunked = dice.is(50);
    dice.one_of(&heavy()).clone()
}

/// The bodies that cost most.
pub(super) fn heavy() -> [Vec<u8>; 3] {
    [
        b"[".repeat(1_000_000),
        format!("{{\"summary\":\"{}\"}}", "a".repeat(1_200_000)).into_bytes(),
        format!("{{{}\"z\":1}}", "\"a\":0,".repeat(150_000)).into_bytes(),
    ]
}
