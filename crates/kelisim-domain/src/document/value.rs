//! Reading one value: a text, a number, a day, a word of a list.

use super::{Flaw, Help, Wrong, listed};
use crate::{fault::FaultKind, input::nearest};
use chrono::NaiveDate;
use std::str::FromStr;
use toml::de::DeValue;

/// Reads a text.
///
/// # Errors
/// It is something else, or empty.
pub fn as_text(value: &DeValue<'_>) -> Result<String, Wrong> {
    let text = value
        .as_str()
        .ok_or_else(|| another_type(value, Help::Text))?;
    if text.trim().is_empty() {
        return Err(Wrong::new(Flaw::EmptyText, Help::Something));
    }
    Ok(text.to_owned())
}

/// Reads a whole number.
///
/// # Errors
/// It is something else, or out of all bounds.
pub fn as_number(value: &DeValue<'_>) -> Result<i64, Wrong> {
    let wrong = || another_type(value, Help::Number);
    let number = value.as_integer().ok_or_else(wrong)?;
    i64::from_str_radix(number.as_str(), number.radix()).map_err(|_| wrong())
}

/// Reads a local day, such as 2027-03-21.
///
/// # Errors
/// It is something else, or not in the calendar.
pub fn as_day(value: &DeValue<'_>) -> Result<NaiveDate, Wrong> {
    let wrong = || another_type(value, Help::Day);
    let found = value.as_datetime().ok_or_else(wrong)?;
    match (found.date, found.time, found.offset) {
        (Some(day), None, None) => {
            NaiveDate::from_ymd_opt(i32::from(day.year), day.month.into(), day.day.into())
                .ok_or_else(|| {
                    let day = day.to_string();
                    Wrong::new(Flaw::NoSuchDay { day }, Help::RealDay)
                })
        }
        _ => Err(wrong()),
    }
}

/// Reads a word of a closed list, a code or an id.
///
/// # Errors
/// It is something else, or not in the list; then the words that would be right are named.
pub fn as_word<T: FromStr<Err = FaultKind>>(value: &DeValue<'_>) -> Result<T, Wrong> {
    let word = value
        .as_str()
        .ok_or_else(|| another_type(value, Help::Text))?;
    word.parse().map_err(|kind| not_a_word(word, &kind))
}

fn not_a_word(word: &str, kind: &FaultKind) -> Wrong {
    let word = word.to_owned();
    match kind {
        FaultKind::UnknownCode { known } => {
            let words: Vec<&str> = known.iter().map(String::as_str).collect();
            let known = listed(words.iter().copied());
            let help = match nearest(&word, &words).map(str::to_owned) {
                Some(near) => Help::NearestOf { near, known },
                None => Help::OneOf { known },
            };
            Wrong::new(Flaw::UnknownWord { word }, help)
        }
        FaultKind::BadForm { example } => {
            let example = (*example).to_owned();
            Wrong::new(Flaw::OtherForm { word }, Help::SuchAs { example })
        }
        FaultKind::TooLong { most } => {
            let most = most.to_string();
            Wrong::new(Flaw::WordTooLong { word }, Help::AtMost { most })
        }
        other => {
            let code = other.code().replace('_', " ");
            Wrong::new(Flaw::UnknownWord { word }, Help::Else { code })
        }
    }
}

pub(super) fn another_type(value: &DeValue<'_>, wanted: Help) -> Wrong {
    let found = value.type_str().to_owned();
    Wrong::new(Flaw::OtherType { found }, wanted)
}
