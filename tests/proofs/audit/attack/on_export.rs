//! One thing is done to the exported file.

use serde_json::Value;

use super::other_text;
use crate::proofs::dice::Dice;

/// Changes one thing in an exported log; what, in words.
pub(in crate::proofs::audit) fn on_export(lines: &mut Vec<String>, dice: &Dice) -> String {
    let place = dice.below(lines.len());
    match dice.below(5) {
        0 => {
            lines.remove(place);
            format!("line {place} removed")
        }
        1 => {
            let other = (place + 1 + dice.below(lines.len() - 1)) % lines.len();
            lines.swap(place, other);
            format!("lines {place} and {other} exchanged")
        }
        2 => {
            lines.truncate(place);
            format!("everything from line {place} on cut off")
        }
        _ => {
            let mut value: Value = serde_json::from_str(&lines[place]).unwrap_or_default();
            let (name, field) = change_one(&mut value, dice);
            // As carefully as an export is written, so that only what it says is wrong.
            lines[place] = kelisim_audit_verify::canonical(&value);
            format!("line {place}: {name} {field} changed")
        }
    }
}

fn change_one(value: &mut Value, dice: &Dice) -> (&'static str, String) {
    let field = *dice.one_of(&["seq", "previous", "hash", "entry", "entry", "entry"]);
    let target = match field {
        "entry" => {
            let fields = [
                "action",
                "actor",
                "after",
                "at",
                "before",
                "id",
                "object_id",
                "object_kind",
                "reason",
                "region",
            ];
            let name = *dice.one_of(&fields);
            let target = &mut value["entry"][name];
            let text = name.to_owned();
            *target = other_value(target);
            return ("entry", text);
        }
        other => &mut value[other],
    };
    *target = other_value(target);
    ("seal", field.to_owned())
}

fn other_value(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(other_text(text)),
        Value::Number(number) => (number.as_i64().unwrap_or(0) + 1).into(),
        Value::Null => Value::String(String::new()),
        _ => Value::Null,
    }
}
