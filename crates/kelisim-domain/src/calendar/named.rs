//! Days off that a region names besides those of the law, as they are published: a list for each version.

use super::DayKind;
use crate::document::{Document, DocumentFault, Flaw};
use chrono::NaiveDate;

/// One published list. Lists hold together: a later one wins where both name a day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NamedDays {
    /// Its number, from 1.
    pub version: i32,
    /// The days, each once.
    pub days: Vec<(NaiveDate, DayKind)>,
}

impl NamedDays {
    /// Reads a list: `version`, and `[[days]]` with `on` and `kind`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Vec<DocumentFault>> {
        let document = Document::read(text);
        let root = document.root();
        let version = root.number("version");
        let mut days: Vec<(NaiveDate, DayKind)> = Vec::new();
        for table in root.tables("days") {
            let (on, kind) = (table.day("on"), table.word::<DayKind>("kind"));
            if let (Some(on), Some(kind)) = (on, kind) {
                if days.iter().any(|(day, _)| *day == on) {
                    let name = on.to_string();
                    table.fault("on", Flaw::Twice { name }, None);
                }
                days.push((on, kind));
            }
            table.close();
        }
        if days.is_empty() && document.is_sound() {
            root.fault("", Flaw::NoDays, None);
        }
        let version = version.map(|number| i32::try_from(number).unwrap_or(0));
        if version.is_some_and(|version| version < 1) {
            root.fault("version", Flaw::VersionTooSmall, None);
        }
        root.close();
        match version {
            Some(version) if document.is_sound() => Ok(NamedDays { version, days }),
            _ => Err(document.into_faults()),
        }
    }
}
