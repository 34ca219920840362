//! What can be wrong with a document, and what would be right, as typed sentences.
//!
//! A sentence is a code with arguments. Its English stands here, beside the code; what people read in their language
//! stands in the texts of the interface, under the same code, and a test there holds the two against each other.
//! Arguments are words of the document itself (codes, names, ways), so they are the same in every language.

use std::fmt;

macro_rules! sentences {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $({ $($field:ident),+ })? = $code:literal $text:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub enum $name {
            $(#[doc = $text] $variant $({ $(#[doc = "What the sentence names."] $field: String),+ })?),+
        }

        impl $name {
            /// The stable code.
            pub fn code(&self) -> &'static str {
                match self {
                    $($name::$variant $({ $($field: _),+ })? => $code),+
                }
            }

            /// What the sentence names, by the names of the arguments.
            pub fn arguments(&self) -> Vec<(&'static str, &str)> {
                match self {
                    $($name::$variant $({ $($field),+ })? => vec![$($((stringify!($field), $field.as_str())),+)?]),+
                }
            }

            /// One of each, whose arguments are their own names: for whoever looks whether all of them have words.
            pub fn each() -> Vec<Self> {
                vec![$($name::$variant $({ $($field: stringify!($field).to_owned()),+ })?),+]
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $($name::$variant $({ $($field),+ })? => write!(f, $text $($(, $field = $field)+)?)),+
                }
            }
        }
    };
}

mod flaw;
mod help;

pub use flaw::Flaw;
pub use help::Help;

sentences! {
    /// The part of a document that a fault is about: it stands before the sentence.
    Part {
        Field { field } = "field" "{field}";
        Step { id } = "step" "step {id}";
        Action { name, to } = "action" "action {name} to {to}";
        FormField { name, to, field } = "form_field" "action {name} to {to}, field {field}";
        Timer { name } = "timer" "timer {name}";
        Notice { on } = "notice" "notice on {on}";
    }
}

/// The words of a closed list, one after the other.
pub(crate) fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_code_is_that_of_one_sentence_and_every_argument_is_said() {
        let flaws = Flaw::each();
        let codes: BTreeSet<&str> = flaws.iter().map(Flaw::code).collect();
        assert_eq!(codes.len(), flaws.len());
        let helps = Help::each();
        let codes: BTreeSet<&str> = helps.iter().map(Help::code).collect();
        assert_eq!(codes.len(), helps.len());
        for flaw in flaws {
            for (name, value) in flaw.arguments() {
                assert!(name == value && flaw.to_string().contains(name), "{flaw}");
            }
        }
    }
}
