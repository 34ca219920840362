//! Values that programs stumble over.

use serde_json::{Value, json};

use crate::proofs::dice::Dice;

/// Texts; those too long to be written down are made by [`text`].
const TEXTS: [&str; 44] = [
    "",
    " ",
    "\u{0}",
    "a\u{0}b",
    "\r\nBcc: x@example.kz",
    "\t",
    "\u{1}",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{202e}abc",
    "\u{feff}",
    "\u{fffe}",
    "\u{10ffff}",
    "👩‍👩‍👧‍👦",
    "é\u{301}\u{301}\u{301}",
    "İıſßŉ",
    "Ұлы дала",
    "'; DROP TABLE cases; --",
    "\" OR 1=1 --",
    "%00",
    "%",
    "_",
    "\\",
    "%s%n%p",
    "../../etc/passwd",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "2026-02-30",
    "0000-00-00",
    "-0001-01-01",
    "9999-12-31",
    "+10000-01-01",
    "+262142-12-31",
    "-262143-01-01",
    "2026-11-22T17:45:47.843451Z",
    "NaN",
    "1e400",
    "-1",
    "00000000-0000-0000-0000-000000000000",
    "{00000000-0000-7000-8000-000000000001}",
    "urn:uuid:00000000-0000-7000-8000-000000000001",
    "orl-01",
];

/// Numbers as JSON writes them, among them those that no type of ours holds.
pub(super) const NUMBERS: [&str; 20] = [
    "0",
    "-0",
    "-1",
    "1.5",
    "1e2",
    "1E+2",
    "1e400",
    "-1e400",
    "1e-400",
    "2147483647",
    "2147483648",
    "-2147483649",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "0.1",
    "123456789012345678901234567890123456789012345678901234567890",
    "0.000000000000000000000000000000000000000000000000001",
];

/// A text.
pub(super) fn text(dice: &Dice) -> String {
    match dice.below(60) {
        0 => "a".repeat(201),
        1 => "ә".repeat(20_001),
        2 => "a".repeat(100_000),
        3 => "a\u{301}".repeat(1_000),
        // Longer in normal form than as it came.
        4 => "\u{1d160}".repeat(200),
        5 => "\u{fb2c}".repeat(200),
        6 => " ".repeat(5_000),
        7 => ",".repeat(300),
        8 => "\u{fdfa}".repeat(60),
        number => TEXTS[(number - 9) % TEXTS.len()].to_owned(),
    }
}

/// A value of any type.
pub(super) fn value(dice: &Dice) -> Value {
    match dice.below(9) {
        0 => Value::Null,
        1 => json!(dice.is(50)),
        2 => json!([]),
        3 => json!({}),
        4 => {
            let number = dice.one_of(&NUMBERS);
            serde_json::from_str(number).unwrap_or(json!(-1))
        }
        5 => json!([text(dice), 1, null, {"a": []}]),
        6 => json!({"": text(dice), "kk": [1, 2]}),
        7 => json!(vec![text(dice); 101]),
        _ => json!(text(dice)),
    }
}

/// A text as it stands in a path or a query, percent-encoded or not quite.
pub(super) fn encoded(dice: &Dice) -> String {
    match dice.below(14) {
        0 => "%".to_owned(),
        1 => "%zz".to_owned(),
        2 => "%ff%fe".to_owned(),
        3 => "%c0%ae%c0%ae".to_owned(),
        4 => "%00".to_owned(),
        5 => "%2e%2e%2f%2e%2e".to_owned(),
        6 => "%ed%a0%80".to_owned(),
        7 => "a".repeat(5_000),
        8 => "%0d%0aset-cookie:%20a=b".to_owned(),
        _ => percent(text(dice).as_bytes()),
    }
}

/// Every byte that is no letter or digit, percent-encoded.
pub(super) fn percent(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes.iter().take(6_000) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                text.push(char::from(*byte));
            }
            other => text.push_str(&format!("%{other:02x}")),
        }
    }
    text
}
