//! What is wrong with one field of what somebody sent.
//!
//! A fault says where (a JSON pointer, RFC 6901) and what (a code that a program can rely on).
//! The sentence for people is made at the edge, in the reader's language, from the code and its arguments.

use std::fmt;

/// The kinds of fault. The text of each is the Fluent message `fault-<code>`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FaultKind {
    /// A required value is missing.
    Missing,
    /// A field that does not exist here; `nearest` is the known field that looks most alike.
    UnknownField {
        /// The nearest known field, if one is near.
        nearest: Option<String>,
    },
    /// The JSON value has another type than the field.
    WrongType {
        /// What the field wants: `text`, `number`, `yes_no`, `list`, `object`, `date`, `id`.
        expected: &'static str,
    },
    /// The text is empty.
    Empty,
    /// The text is longer than allowed.
    TooLong {
        /// The most characters allowed.
        most: usize,
    },
    /// The text is shorter than allowed.
    TooShort {
        /// The fewest characters allowed.
        least: usize,
    },
    /// Many people have this password.
    CommonPassword,
    /// The password is easy to guess.
    EasyToGuess,
    /// More entries than allowed.
    TooMany {
        /// The most entries allowed.
        most: usize,
    },
    /// Fewer entries than needed.
    TooFew {
        /// The fewest entries that make sense.
        fewest: usize,
    },
    /// The number lies outside its bounds.
    OutOfRange {
        /// The smallest number allowed.
        least: i64,
        /// The largest number allowed.
        most: i64,
    },
    /// A control character, line separator or invisible direction mark (R35).
    ControlCharacter,
    /// Not of the form that a code, number or address has.
    BadForm {
        /// An example of the right form.
        example: &'static str,
    },
    /// Not a day of the calendar, such as 31 April.
    NotADate,
    /// The code is well-formed and names nothing known.
    UnknownCode {
        /// The codes that would be right, when they are few.
        known: Vec<String>,
    },
    /// The same value stands twice where it may stand once.
    Duplicate,
    /// The date lies before another that it must follow.
    TooEarly {
        /// The earliest day allowed.
        earliest: chrono::NaiveDate,
    },
    /// The date lies after the latest day allowed.
    TooLate {
        /// The latest day allowed.
        latest: chrono::NaiveDate,
    },
    /// The value may not change any more.
    Frozen,
    /// The answer has to be yes.
    MustBeYes,
    /// The value has no place beside another one.
    NotHere,
    /// The value is taken by another entry.
    Taken,
}

impl FaultKind {
    /// The stable code on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            FaultKind::Missing => "missing",
            FaultKind::UnknownField { .. } => "unknown_field",
            FaultKind::WrongType { .. } => "wrong_type",
            FaultKind::Empty => "empty",
            FaultKind::TooShort { .. } => "too_short",
            FaultKind::CommonPassword => "common_password",
            FaultKind::EasyToGuess => "easy_to_guess",
            FaultKind::TooLong { .. } => "too_long",
            FaultKind::TooMany { .. } => "too_many",
            FaultKind::TooFew { .. } => "too_few",
            FaultKind::OutOfRange { .. } => "out_of_range",
            FaultKind::ControlCharacter => "control_character",
            FaultKind::BadForm { .. } => "bad_form",
            FaultKind::NotADate => "not_a_date",
            FaultKind::UnknownCode { .. } => "unknown_code",
            FaultKind::Duplicate => "duplicate",
            FaultKind::TooEarly { .. } => "too_early",
            FaultKind::TooLate { .. } => "too_late",
            FaultKind::Frozen => "frozen",
            FaultKind::MustBeYes => "must_be_yes",
            FaultKind::NotHere => "not_here",
            FaultKind::Taken => "taken",
        }
    }
}

/// One fault at one place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Where: a JSON pointer into the body, such as `/parties/0/name`, or the name of a query parameter.
    pub pointer: String,
    /// What.
    pub kind: FaultKind,
}

impl Fault {
    /// A fault at a place.
    pub fn new(pointer: impl Into<String>, kind: FaultKind) -> Self {
        Fault {
            pointer: pointer.into(),
            kind,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.pointer, self.kind.code())
    }
}

/// Collects the faults of a whole body, so that a person sees all of them at once.
#[derive(Default, Debug)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// No fault yet.
    pub fn new() -> Self {
        Faults::default()
    }

    /// Notes a fault.
    pub fn push(&mut self, pointer: impl Into<String>, kind: FaultKind) {
        self.0.push(Fault::new(pointer, kind));
    }

    /// Keeps the value, or notes the fault and gives nothing.
    pub fn take<T>(
        &mut self,
        pointer: impl Into<String>,
        value: Result<T, FaultKind>,
    ) -> Option<T> {
        value.map_err(|kind| self.push(pointer, kind)).ok()
    }

    /// Whether nothing was wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value when nothing was wrong, else all faults.
    ///
    /// `value` is `None` only after a fault was noted; a `None` without a fault is answered with an empty list,
    /// which no caller takes for success.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Vec<Fault>> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self.0),
        }
    }
}
