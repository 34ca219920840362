//! Reading a TOML document: every fault is found at once, and each has its line and column.
//!
//! Workflows and legal profiles are written by people, so a reader goes on after a fault.
//! A place in a document is a JSON pointer (RFC 6901), such as `/steps/3/stage`; whoever finds a fault later, when the
//! document has long become values, names the place by its pointer and gets line and column all the same.

mod brackets;
mod place;
mod value;
mod words;

use crate::{fault::FaultKind, input::nearest};
use chrono::NaiveDate;
use std::{cell::RefCell, fmt, ops::Range, str::FromStr};
use toml::de::{DeTable, DeValue};

use brackets::Added;
pub use brackets::WithLists;
pub use place::Position;
use value::another_type;
pub use value::{as_day, as_number, as_text, as_word};
pub(crate) use words::listed;
pub use words::{Flaw, Help, Part};

/// One thing that is wrong with a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocumentFault {
    /// The place in the document, as a JSON pointer; empty for the document as a whole.
    pub pointer: String,
    /// The same place in the text.
    pub position: Position,
    /// The bytes of the text that are meant.
    pub span: Range<usize>,
    /// The part of the document that it is about, where that is not the whole.
    pub part: Option<Part>,
    /// What is wrong.
    pub flaw: Flaw,
    /// What would be right, where that can be said.
    pub help: Option<Help>,
}

impl DocumentFault {
    /// What is wrong, in English.
    pub fn what(&self) -> String {
        match &self.part {
            Some(part) => format!("{part}: {}", self.flaw),
            None => self.flaw.to_string(),
        }
    }
}

impl fmt::Display for DocumentFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position;
        write!(f, "line {line}, column {column}: {}", self.what())?;
        self.help.iter().try_for_each(|help| write!(f, " ({help})"))
    }
}

/// What is wrong with a value, before its place is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    // In a box, because most values are right, and every reader of one hands this around.
    flaw: Box<Flaw>,
    help: Help,
}

impl Wrong {
    /// A fault with what would be right.
    pub fn new(flaw: Flaw, help: Help) -> Self {
        let flaw = Box::new(flaw);
        Wrong { flaw, help }
    }
}

/// A text that is read as TOML.
pub struct Document<'a> {
    text: &'a str,
    root: toml::Spanned<DeTable<'a>>,
    /// What was put into the text before it was read.
    added: Option<&'a Added>,
    faults: RefCell<Vec<DocumentFault>>,
}

impl<'a> Document<'a> {
    /// Reads a text. What is not TOML is noted as a fault, and what could be read is there.
    pub fn read(text: &'a str) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        Document::of(text, root, errors)
    }

    /// As [`Document::read`]. A list of tables that was begun with one bracket is a fault, told once, and everything else is
    /// read as if it had two.
    pub fn read_lists(text: &'a WithLists<'a>) -> Self {
        let Some(meant) = &text.meant else {
            return Document::read(text.written);
        };
        let (root, errors) = DeTable::parse_recoverable(&meant.text);
        let document = Document {
            added: Some(&meant.added),
            ..Document::of(text.written, root, Vec::new())
        };
        for (list, span) in &meant.lists {
            let list = (*list).to_owned();
            let pointer = format!("/{}", list.replace('.', "/"));
            let flaw = Flaw::OneBracket { list: list.clone() };
            let help = Some(Help::TwoBrackets { list });
            let fault = fault(pointer, span.clone(), flaw, help);
            document.faults.borrow_mut().push(fault);
        }
        document.note_errors(errors);
        document
    }

    fn of(text: &'a str, root: toml::Spanned<DeTable<'a>>, errors: Vec<toml::de::Error>) -> Self {
        let document = Document {
            text,
            root,
            added: None,
            faults: RefCell::default(),
        };
        document.note_errors(errors);
        document
    }

    fn note_errors(&self, errors: Vec<toml::de::Error>) {
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            let error = error.message().to_owned();
            self.note(String::new(), span, Flaw::NotToml { error }, None);
        }
    }

    /// The table of the whole document.
    pub fn root(&self) -> Table<'_> {
        Table {
            document: self,
            entries: self.root.get_ref(),
            pointer: String::new(),
            known: RefCell::default(),
            free: RefCell::default(),
        }
    }

    /// Notes a fault at a place; a place that the document does not have is the nearest around it.
    pub fn fault(&self, pointer: &str, flaw: Flaw, help: Option<Help>) {
        let span = self.span(pointer);
        self.note(pointer.to_owned(), span, flaw, help);
    }

    /// Notes a fault at a place of a part that is named.
    pub fn fault_of(&self, part: Part, pointer: &str, flaw: Flaw) {
        let span = self.written(self.span(pointer));
        self.faults.borrow_mut().push(DocumentFault {
            part: Some(part),
            ..fault(pointer.to_owned(), span, flaw, None)
        });
    }

    /// Everything that was found, in the order of the text.
    pub fn into_faults(self) -> Vec<DocumentFault> {
        let mut faults = self.faults.into_inner();
        faults.sort_by_key(|fault| fault.span.start);
        faults.dedup();
        let mut reader = place::Reader::default();
        for fault in &mut faults {
            fault.position = reader.read_to(self.text, fault.span.start);
        }
        faults
    }

    /// Whether nothing was found so far.
    pub fn is_sound(&self) -> bool {
        self.count() == 0
    }

    /// How many faults were found so far.
    pub fn count(&self) -> usize {
        self.faults.borrow().len()
    }

    fn note(&self, pointer: String, span: Range<usize>, flaw: Flaw, help: Option<Help>) {
        let span = self.written(span);
        self.faults
            .borrow_mut()
            .push(fault(pointer, span, flaw, help));
    }

    /// The bytes of the text that somebody wrote.
    fn written(&self, span: Range<usize>) -> Range<usize> {
        self.added
            .map_or(span.clone(), |added| added.written(&span))
    }

    /// The bytes at a pointer: of its value, or of the nearest place around it that is written in the text.
    fn span(&self, pointer: &str) -> Range<usize> {
        let mut span = 0..0;
        let mut segments = pointer.split('/').skip(1);
        let Some(first) = segments.next() else {
            return span;
        };
        let Some(mut at) = entry(self.root.get_ref(), first) else {
            return span;
        };
        loop {
            // A table that is made of dotted keys has no text of its own.
            if !at.span().is_empty() {
                span = at.span();
            }
            let Some(segment) = segments.next() else {
                return span;
            };
            let inner = match at.get_ref() {
                DeValue::Table(table) => entry(table, segment),
                DeValue::Array(list) => segment.parse().ok().and_then(|at: usize| list.get(at)),
                _ => None,
            };
            match inner {
                Some(inner) => at = inner,
                None => return span,
            }
        }
    }
}

/// A fault whose position is not counted yet.
fn fault(pointer: String, span: Range<usize>, flaw: Flaw, help: Option<Help>) -> DocumentFault {
    DocumentFault {
        pointer,
        position: Position::START,
        span,
        part: None,
        flaw,
        help,
    }
}

fn entry<'t, 'a>(table: &'t DeTable<'a>, name: &str) -> Option<&'t toml::Spanned<DeValue<'a>>> {
    table.get(name)
}

/// A table of a document. Every key that is asked for is a known one; [`Table::close`] reports the others.
pub struct Table<'d> {
    document: &'d Document<'d>,
    entries: &'d DeTable<'d>,
    /// Where it stands.
    pub pointer: String,
    known: RefCell<Vec<&'static str>>,
    /// Keys that are names of somebody's own.
    free: RefCell<Vec<String>>,
}

impl<'d> Table<'d> {
    /// A text that somebody else has to make sense of; nothing, and no fault, when there is none.
    pub fn peek(&self, name: &str) -> Option<&'d str> {
        entry(self.entries, name)?.get_ref().as_str()
    }

    /// A text; a fault when it is missing.
    pub fn text(&self, name: &'static str) -> Option<String> {
        self.required(name, as_text)
    }

    /// A whole number; a fault when it is missing.
    pub fn number(&self, name: &'static str) -> Option<i64> {
        self.required(name, as_number)
    }

    /// A word of a closed list, a code or an id; a fault when it is missing.
    pub fn word<T: FromStr<Err = FaultKind>>(&self, name: &'static str) -> Option<T> {
        self.required(name, as_word)
    }

    /// As [`Table::word`], and nothing when it is missing.
    pub fn optional_word<T: FromStr<Err = FaultKind>>(&self, name: &'static str) -> Option<T> {
        self.optional(name, as_word)
    }

    /// As [`Table::text`], and nothing when it is missing.
    pub fn optional_text(&self, name: &'static str) -> Option<String> {
        self.optional(name, as_text)
    }

    /// Yes or no; `otherwise` when it is missing.
    pub fn yes_no(&self, name: &'static str, otherwise: bool) -> bool {
        self.optional(name, |value| {
            value
                .as_bool()
                .ok_or_else(|| another_type(value, Help::YesNo))
        })
        .unwrap_or(otherwise)
    }

    /// A day; a fault when it is missing.
    pub fn day(&self, name: &'static str) -> Option<NaiveDate> {
        self.required(name, as_day)
    }

    /// Words; none when the list is missing.
    pub fn words<T: FromStr<Err = FaultKind>>(&self, name: &'static str) -> Vec<T> {
        self.list(name, as_word)
    }

    /// The entries of a list, each read by itself; none when the list is missing.
    pub fn list<T>(
        &self,
        name: &'static str,
        read: impl Fn(&DeValue<'_>) -> Result<T, Wrong>,
    ) -> Vec<T> {
        let mut found = Vec::new();
        for (number, value) in self.entries_of(name).into_iter().enumerate() {
            let pointer = format!("{}/{name}/{number}", self.pointer);
            match read(value.get_ref()) {
                Ok(value) => found.push(value),
                Err(wrong) => {
                    self.document
                        .note(pointer, value.span(), *wrong.flaw, Some(wrong.help))
                }
            }
        }
        found
    }

    /// The tables of a list, such as `[[steps]]`; none when it is missing.
    pub fn tables(&self, name: &'static str) -> Vec<Table<'d>> {
        let mut tables = Vec::new();
        for (number, value) in self.entries_of(name).into_iter().enumerate() {
            let pointer = format!("{}/{name}/{number}", self.pointer);
            tables.extend(self.inner(value, pointer));
        }
        tables
    }

    /// A table inside this one; a fault when it is missing.
    pub fn table(&self, name: &'static str) -> Option<Table<'d>> {
        let found = self.optional_table(name);
        if found.is_none() && entry(self.entries, name).is_none() {
            self.missing(name);
        }
        found
    }

    /// A table inside this one, and nothing when it is missing.
    pub fn optional_table(&self, name: &'static str) -> Option<Table<'d>> {
        self.known.borrow_mut().push(name);
        let value = entry(self.entries, name)?;
        self.inner(value, format!("{}/{name}", self.pointer))
    }

    /// A value that is read by hand; a fault when it is missing.
    pub fn required<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&DeValue<'_>) -> Result<T, Wrong>,
    ) -> Option<T> {
        if entry(self.entries, name).is_none() {
            self.known.borrow_mut().push(name);
            self.missing(name);
            return None;
        }
        self.optional(name, read)
    }

    /// A value that is read by hand, and nothing when it is missing.
    pub fn optional<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&DeValue<'_>) -> Result<T, Wrong>,
    ) -> Option<T> {
        self.known.borrow_mut().push(name);
        let value = entry(self.entries, name)?;
        match read(value.get_ref()) {
            Ok(value) => Some(value),
            Err(wrong) => {
                let pointer = format!("{}/{name}", self.pointer);
                self.document
                    .note(pointer, value.span(), *wrong.flaw, Some(wrong.help));
                None
            }
        }
    }

    /// All its entries as texts, whatever their names are.
    pub fn texts(&self) -> std::collections::BTreeMap<String, String> {
        let mut found = std::collections::BTreeMap::new();
        self.take_all("", &mut found);
        found
    }

    fn take_all(&self, prefix: &str, found: &mut std::collections::BTreeMap<String, String>) {
        for (key, value) in self.entries {
            let name: &str = key.get_ref();
            let full = format!("{prefix}{name}");
            let pointer = format!("{}/{name}", self.pointer);
            match value.get_ref() {
                // A dot in a name makes a table, as in `agreement.signed_on`.
                DeValue::Table(_) => {
                    let inner = self.inner(value, pointer);
                    inner
                        .into_iter()
                        .for_each(|inner| inner.take_all(&format!("{full}."), found));
                }
                inner => match as_text(inner) {
                    Ok(text) => _ = found.insert(full, text),
                    Err(wrong) => {
                        self.document
                            .note(pointer, value.span(), *wrong.flaw, Some(wrong.help));
                    }
                },
            }
            self.free.borrow_mut().push(name.to_owned());
        }
    }

    /// How many faults the document has so far.
    pub fn count(&self) -> usize {
        self.document.count()
    }

    /// Notes a fault at a key of this table, or at the table itself for the empty name.
    pub fn fault(&self, name: &str, flaw: Flaw, help: Option<Help>) {
        let pointer = if name.is_empty() {
            self.pointer.clone()
        } else {
            format!("{}/{name}", self.pointer)
        };
        self.document.fault(&pointer, flaw, help);
    }

    /// Reports every key that nobody asked for.
    pub fn close(self) {
        let known = self.known.into_inner();
        let free = self.free.into_inner();
        for key in self.entries.keys() {
            let name: &str = key.get_ref();
            if known.contains(&name) || free.iter().any(|one| one == name) {
                continue;
            }
            let help = match nearest(name, &known) {
                Some(near) => Help::Nearest {
                    near: near.to_owned(),
                },
                None => Help::HereStand {
                    known: listed(known.iter().copied()),
                },
            };
            let pointer = format!("{}/{name}", self.pointer);
            let field = name.to_owned();
            let flaw = Flaw::UnknownField { field };
            self.document.note(pointer, key.span(), flaw, Some(help));
        }
    }

    fn missing(&self, name: &str) {
        let field = name.to_owned();
        self.fault("", Flaw::MissingField { field }, None);
    }

    fn entries_of(&self, name: &'static str) -> Vec<&'d toml::Spanned<DeValue<'d>>> {
        self.known.borrow_mut().push(name);
        let Some(value) = entry(self.entries, name) else {
            return Vec::new();
        };
        match value.get_ref() {
            DeValue::Array(list) => list.iter().collect(),
            other => {
                let wrong = another_type(other, Help::List);
                let pointer = format!("{}/{name}", self.pointer);
                self.document
                    .note(pointer, value.span(), *wrong.flaw, Some(wrong.help));
                Vec::new()
            }
        }
    }

    fn inner(&self, value: &'d toml::Spanned<DeValue<'d>>, pointer: String) -> Option<Table<'d>> {
        match value.get_ref() {
            DeValue::Table(entries) => Some(Table {
                document: self.document,
                entries,
                pointer,
                known: RefCell::default(),
                free: RefCell::default(),
            }),
            other => {
                let wrong = another_type(other, Help::Table);
                self.document
                    .note(pointer, value.span(), *wrong.flaw, Some(wrong.help));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_its_own_place() {
        let text = "title = 3\nages = [\"x\", 4]\n\n[[steps]]\nkim = 1\nstage = \"filde\"\n";
        let document = Document::read(text);
        let root = document.root();
        assert_eq!(root.text("title"), None);
        assert_eq!(root.list("ages", as_number), [4]);
        let steps = root.tables("steps");
        assert_eq!(steps[0].word::<crate::case::Stage>("stage"), None);
        assert_eq!(steps[0].day("since"), None);
        steps.into_iter().for_each(Table::close);
        root.close();
        let faults: Vec<String> = document
            .into_faults()
            .iter()
            .map(|fault| format!("{} {fault}", fault.pointer))
            .collect();
        assert_eq!(
            faults,
            [
                "/title line 1, column 9: a value of the type integer does not fit (a text)",
                "/ages/0 line 2, column 9: a value of the type string does not fit (a whole number)",
                "/steps/0 line 4, column 1: the field `since` is missing",
                "/steps/0/kim line 5, column 1: there is no field `kim` here (here stand stage, since)",
                "/steps/0/stage line 6, column 9: `filde` is not known here \
                 (did you mean `filed`? one of filed, assigned, reconciled, closed)",
            ]
        );
    }

    /// Each place counted from the start of the text would be seven thousand million characters.
    #[test]
    fn as_many_faults_as_there_are_words_are_found_in_one_reading() {
        let text = format!("key = \"қ\"\nsteps = [{}]\n", "1, ".repeat(70_000));
        let document = Document::read(&text);
        let root = document.root();
        assert_eq!(root.text("key").as_deref(), Some("қ"));
        assert!(root.tables("steps").is_empty());
        let faults = document.into_faults();
        assert_eq!(faults.len(), 70_000);
        let last = Position {
            line: 2,
            column: 10 + 3 * 69_999,
        };
        assert_eq!(faults[69_999].position, last);
    }

    #[test]
    fn a_text_that_breaks_off_is_a_fault_and_the_rest_is_read() {
        let document = Document::read("a = 1\nb = \"open\nc = 3\n");
        let root = document.root();
        assert_eq!(root.number("a"), Some(1));
        assert!(!document.is_sound());
    }

    #[test]
    fn a_place_that_is_not_written_is_the_nearest_around_it() {
        let document = Document::read("x = 1\n[head]\nname = \"n\"\n");
        document.fault("/head/missing/deep", Flaw::EmptyText, None);
        document.fault("", Flaw::NoDays, None);
        let faults = document.into_faults();
        assert_eq!(faults[0].position, Position { line: 1, column: 1 });
        assert_eq!(faults[1].position.line, 2);
    }
}
