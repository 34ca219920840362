//! The legal profile: what a law says, as data with the day from which it holds (D3).
//!
//! Nothing that a law sets is a constant of the program. A check uses the version in force on its own date and stores
//! which one that was, so that a later version changes no stored result.

use crate::{
    calendar::{DaysOff, Length, Rule},
    case::{closed_enum, ground::Ground},
    document::{Document, DocumentFault, Flaw, Help, Table, Wrong, as_text},
    language::Names,
};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// The law of Kazakhstan: shipped with the program, its text is `config/legal/kz-mediation.toml`.
pub const KZ_MEDIATION: &str = include_str!("../../../config/legal/kz-mediation.toml");

closed_enum! {
    /// How an entry is known.
    Confidence {
        /// In the source named.
        Read = "read",
        /// From commentary, or from a text that was cut short.
        Secondary = "secondary",
        /// From no source: a lawyer has to say.
        Unconfirmed = "unconfirmed",
        /// A choice of the network, without outside authority.
        Own = "own",
    }
}

closed_enum! {
    /// The terms that a law sets.
    TermName {
        /// The term of mediation, from the day of the contract (D14).
        Mediation = "mediation",
        /// The most that it may last from the contract, with its extensions (D16).
        MediationTotal = "mediation_total",
        /// The time to answer a written proposal, from the day on which it was sent.
        ProposalAnswer = "proposal_answer",
        /// The court's pause of its proceedings, from the ruling.
        CourtPause = "court_pause",
    }
}

closed_enum! {
    /// The answer to a question that excludes a case from mediation.
    Excluding {
        /// Yes excludes.
        Yes = "yes",
        /// No excludes.
        No = "no",
    }
}

closed_enum! {
    /// The documents whose contents a law prescribes.
    Prescribed {
        /// The contract between the sides and the mediator.
        MediationContract = "mediation_contract",
        /// The agreement that ends the dispute.
        SettlementAgreement = "settlement_agreement",
    }
}

/// Where an entry comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// The article of the law, where one is known.
    pub article: Option<String>,
    /// The entry of the list of law facts, such as `L17`.
    pub fact: Option<String>,
    /// How it is known.
    pub confidence: Confidence,
}

/// A term that the law sets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Term {
    /// How long it is.
    pub length: Length,
    /// Whether a last day on which nobody works moves to the next working day (L28).
    pub moves_to_working_day: bool,
    /// Where it comes from.
    pub source: Source,
}

impl Term {
    /// How its last day is worked out when it did not run on some days.
    pub fn rule(&self, days_paused: u16) -> Rule {
        Rule {
            moves_to_working_day: self.moves_to_working_day,
            days_paused,
        }
    }
}

/// A question that is answered before a case is assigned (D1).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exclusion {
    /// Its code; a case that it excludes is closed with it (D2).
    pub code: String,
    /// The question.
    pub question: Names,
    /// The answer that excludes.
    pub excludes: Excluding,
    /// Where it comes from.
    pub source: Source,
}

/// The elements without which a document cannot be issued (D13).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contents {
    /// Their names.
    pub elements: Vec<String>,
    /// Where they come from.
    pub source: Source,
}

/// One version of a profile.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    /// Its number, from 1.
    pub version: i32,
    /// The first day on which it holds.
    pub valid_from: NaiveDate,
    /// The days off that the law names for every year.
    pub days_off: DaysOff,
    /// The terms; all of [`TermName`].
    pub terms: BTreeMap<TermName, Term>,
    /// Whether the term of mediation may be paused (D17).
    pub may_pause: bool,
    /// The questions of D1, in order.
    pub exclusions: Vec<Exclusion>,
    /// What the documents contain; all of [`Prescribed`].
    pub contents: BTreeMap<Prescribed, Contents>,
    /// The grounds that a statutory workflow must be able to reach (D35), with where they come from.
    pub grounds: BTreeMap<Ground, Source>,
}

impl Version {
    /// A term. Every version has every term: a profile without one is refused.
    pub fn term(&self, name: TermName) -> Option<&Term> {
        self.terms.get(&name)
    }
}

/// A profile: a law with its versions, oldest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Profile {
    /// Its key, such as `kz-mediation`.
    pub key: String,
    /// The country, such as `KZ`.
    pub jurisdiction: String,
    /// The law.
    pub law: Names,
    versions: Vec<Version>,
}

impl Profile {
    /// Reads a profile.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Vec<DocumentFault>> {
        let document = Document::read(text);
        let profile = profile(document.root());
        match profile {
            Some(profile) if document.is_sound() => Ok(profile),
            _ => Err(document.into_faults()),
        }
    }

    /// A law that says nothing.
    pub(crate) fn empty() -> Self {
        Profile {
            key: String::new(),
            jurisdiction: String::new(),
            law: Names::default(),
            versions: Vec::new(),
        }
    }

    /// The same profile with these versions, in the order of their first days.
    pub(crate) fn with_versions(self, mut versions: Vec<Version>) -> Self {
        versions.sort_by_key(|version| (version.valid_from, version.version));
        Profile { versions, ..self }
    }

    /// The version in force on a day; none before the law was (D3).
    pub fn in_force_on(&self, day: NaiveDate) -> Option<&Version> {
        self.versions
            .iter()
            .rev()
            .find(|version| version.valid_from <= day)
    }

    /// A version by its number.
    pub fn version(&self, number: i32) -> Option<&Version> {
        self.versions
            .iter()
            .find(|version| version.version == number)
    }

    /// The versions, oldest first.
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }
}

fn profile(root: Table<'_>) -> Option<Profile> {
    let key = root.text("key");
    let jurisdiction = root.text("jurisdiction");
    let law = names(&root, "law");
    let tables = root.tables("versions");
    if tables.is_empty() {
        root.fault("", Flaw::NoVersions, None);
    }
    let mut versions: Vec<Version> = Vec::new();
    for table in tables {
        let before = versions.last().map(|last| (last.version, last.valid_from));
        versions.extend(version(table, before));
    }
    root.close();
    Some(Profile {
        key: key?,
        jurisdiction: jurisdiction?,
        law: law?,
        versions,
    })
}

fn version(table: Table<'_>, before: Option<(i32, NaiveDate)>) -> Option<Version> {
    let number = table
        .number("version")
        .and_then(|number| i32::try_from(number).ok());
    let valid_from = table.day("valid_from");
    if let (Some((last, since)), Some(number), Some(from)) = (before, number, valid_from)
        && (number <= last || from <= since)
    {
        let help = Help::AfterVersion {
            version: last.to_string(),
            day: since.to_string(),
        };
        table.fault("version", Flaw::VersionsOutOfOrder, Some(help));
    }
    let days_off = days_off(&table);
    let terms = terms(&table);
    let may_pause = table.table("pause").map(|pause| {
        let allowed = pause.yes_no("allowed", false);
        source(&pause);
        pause.close();
        allowed
    });
    let exclusions = exclusions(&table);
    let contents = contents(&table);
    let grounds = grounds(&table);
    table.close();
    Some(Version {
        version: number?,
        valid_from: valid_from?,
        days_off: days_off?,
        terms,
        may_pause: may_pause?,
        exclusions,
        contents,
        grounds,
    })
}

fn days_off(version: &Table<'_>) -> Option<DaysOff> {
    let table = version.table("days_off")?;
    let mut days = DaysOff::new();
    source(&table);
    for (month, day) in table.list("yearly", |value| month_and_day(&as_text(value)?)) {
        days.add_yearly(month, day);
    }
    table.close();
    Some(days)
}

fn month_and_day(text: &str) -> Result<(u32, u32), Wrong> {
    let parts = text.split_once('-');
    let numbers = parts.and_then(|(month, day)| Some((month.parse().ok()?, day.parse().ok()?)));
    numbers
        .filter(|(month, day)| DaysOff::new().add_yearly(*month, *day))
        .ok_or_else(|| {
            let text = text.to_owned();
            Wrong::new(Flaw::NoDayOfYear { text }, Help::DayOfYear)
        })
}

fn terms(version: &Table<'_>) -> BTreeMap<TermName, Term> {
    let mut terms = BTreeMap::new();
    for table in version.tables("terms") {
        let name = table.word::<TermName>("name");
        let length = table.word::<Length>("length");
        let moves_to_working_day = table.yes_no("moves_to_working_day", false);
        let source = source(&table);
        if let (Some(name), Some(length), Some(source)) = (name, length, source) {
            let term = Term {
                length,
                moves_to_working_day,
                source,
            };
            if terms.insert(name, term).is_some() {
                table.fault("name", twice(name.code()), None);
            }
        }
        table.close();
    }
    all_of(
        version,
        TermName::ALL,
        |name| terms.contains_key(name),
        |name| name.code(),
    );
    terms
}

fn exclusions(version: &Table<'_>) -> Vec<Exclusion> {
    let mut found: Vec<Exclusion> = Vec::new();
    for table in version.tables("exclusions") {
        let code = table.text("code");
        let question = names(&table, "question");
        let excludes = table.word::<Excluding>("excludes");
        let source = source(&table);
        if let (Some(code), Some(question), Some(excludes), Some(source)) =
            (code, question, excludes, source)
        {
            if found.iter().any(|other| other.code == code) {
                table.fault("code", twice(&code), None);
            }
            found.push(Exclusion {
                code,
                question,
                excludes,
                source,
            });
        }
        table.close();
    }
    found
}

fn contents(version: &Table<'_>) -> BTreeMap<Prescribed, Contents> {
    let mut contents = BTreeMap::new();
    for table in version.tables("contents") {
        let document = table.word::<Prescribed>("document");
        let elements = table.list("elements", as_text);
        if elements.is_empty() {
            table.fault("elements", Flaw::NoElements, None);
        }
        if let (Some(document), Some(source)) = (document, source(&table))
            && contents
                .insert(document, Contents { elements, source })
                .is_some()
        {
            table.fault("document", twice(document.code()), None);
        }
        table.close();
    }
    all_of(
        version,
        Prescribed::ALL,
        |one| contents.contains_key(one),
        |one| one.code(),
    );
    contents
}

fn grounds(version: &Table<'_>) -> BTreeMap<Ground, Source> {
    let mut grounds = BTreeMap::new();
    for table in version.tables("grounds") {
        let codes: Vec<Ground> = table.words("codes");
        if let Some(source) = source(&table) {
            grounds.extend(codes.into_iter().map(|ground| (ground, source.clone())));
        }
        table.close();
    }
    grounds
}

/// Where an entry comes from: `article`, `fact` and `confidence` of its table.
fn source(table: &Table<'_>) -> Option<Source> {
    let article = table.optional_text("article");
    let fact = table.optional_text("fact");
    Some(Source {
        article,
        fact,
        confidence: table.word("confidence")?,
    })
}

/// A name in the three languages.
pub(crate) fn names(table: &Table<'_>, name: &'static str) -> Option<Names> {
    let inner = table.table(name)?;
    let (kk, ru, en) = (inner.text("kk"), inner.text("ru"), inner.text("en"));
    inner.close();
    Some(Names {
        kk: kk?,
        ru: ru?,
        en: en?,
    })
}

fn twice(name: &str) -> Flaw {
    let name = name.to_owned();
    Flaw::Twice { name }
}

/// Every value of a closed list must be there: what asks for it later need not think about its absence.
fn all_of<T: Copy>(
    table: &Table<'_>,
    all: &[T],
    has: impl Fn(&T) -> bool,
    code: impl Fn(T) -> &'static str,
) {
    for missing in all.iter().filter(|one| !has(one)) {
        let name = code(*missing).to_owned();
        table.fault("", Flaw::NotInProfile { name }, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn faults(from: &str, to: &str) -> Vec<String> {
        let text = KZ_MEDIATION.replacen(from, to, 1);
        assert_ne!(text, KZ_MEDIATION, "the text to replace must be there");
        let faults = Profile::parse(&text).expect_err("a fault");
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_law_of_kazakhstan_is_read() {
        let profile = Profile::parse(KZ_MEDIATION).unwrap();
        let version = profile.in_force_on(day("2026-11-22")).unwrap();
        let term = version.term(TermName::Mediation).unwrap();
        assert_eq!(term.length.to_string(), "30 calendar_days");
        assert_eq!(term.source.article.as_deref(), Some("23"));
        assert!(!version.may_pause && version.exclusions.len() == 4);
        assert!(version.days_off.why_off(day("2027-03-22")).is_some());
        let elements = &version.contents[&Prescribed::MediationContract].elements;
        assert!(elements.iter().any(|element| element == "confidentiality"));
    }

    /// Rule of section 7: what was not read in its source says so.
    #[test]
    fn every_entry_says_how_it_is_known() {
        let count = KZ_MEDIATION.matches("\nconfidence = ").count();
        let entries = KZ_MEDIATION.matches("\n[[versions.").count()
            + KZ_MEDIATION.matches("\n[versions.").count();
        assert_eq!(count, entries);
    }

    /// Edge case 9.
    #[test]
    fn d03_the_version_is_that_of_the_day() {
        let (head, first) = KZ_MEDIATION.split_once("[[versions]]").unwrap();
        let second = first
            .replace("version = 1", "version = 2")
            .replace("2011-08-05", "2027-01-01")
            .replace("30 calendar_days", "45 calendar_days");
        let text = format!("{head}[[versions]]{first}\n[[versions]]{second}");
        let profile = Profile::parse(&text).unwrap();
        let number = |date| {
            profile
                .in_force_on(day(date))
                .map(|version| version.version)
        };
        assert_eq!(number("2011-08-04"), None);
        assert_eq!(
            (number("2026-12-31"), number("2027-01-01")),
            (Some(1), Some(2))
        );
        let swapped = format!("{head}[[versions]]{second}\n[[versions]]{first}");
        assert!(Profile::parse(&swapped).is_err(), "out of order");
    }

    #[test]
    fn all_faults_come_at_once_with_line_and_column() {
        let text = KZ_MEDIATION
            .replace("\"30 calendar_days\"", "\"30 days\"")
            .replace("\"03-22\"", "\"02-30\"")
            .replace("confidence = \"secondary\"", "confidence = \"sure\"");
        let faults = Profile::parse(&text).unwrap_err();
        // One length, one day, three confidences, and the terms that are missing for them.
        assert!(faults.len() >= 5, "{faults:#?}");
        assert!(
            faults.iter().all(|fault| fault.position.line > 1),
            "{faults:#?}"
        );
        let lines: Vec<usize> = faults.iter().map(|fault| fault.position.line).collect();
        assert!(lines.is_sorted());
    }

    #[test]
    fn a_profile_without_a_term_is_refused() {
        let found = faults("name = \"court_pause\"", "name = \"mediation\"");
        assert!(
            found
                .iter()
                .any(|fault| fault.contains("`mediation` stands twice")),
            "{found:?}"
        );
        assert!(
            found
                .iter()
                .any(|fault| fault.contains("`court_pause` is missing")),
            "{found:?}"
        );
    }
}
