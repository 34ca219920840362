//! Text that people typed, parsed once at the edge (R35).
//!
//! Every value is in Unicode normal form C, trimmed, bounded, and free of control characters,
//! so that no later step (a mail header, a log line, a comparison) has to look again.

use crate::{confidential::Wipe, fault::FaultKind};
use serde::{Deserialize, Serialize};
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// Normal form C, without white space at both ends.
fn tidy(text: &str) -> String {
    text.trim().nfc().collect()
}

/// Characters that change how a line is read without being seen: controls, line and paragraph separators,
/// direction overrides and the byte order mark.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Parses one line of text of at most `most` characters.
pub fn line(text: &str, most: usize) -> Result<String, FaultKind> {
    let text = tidy(text);
    if text.is_empty() {
        return Err(FaultKind::Empty);
    }
    if text.chars().any(is_forbidden) {
        return Err(FaultKind::ControlCharacter);
    }
    if text.chars().count() > most {
        return Err(FaultKind::TooLong { most });
    }
    Ok(text)
}

/// Parses text of several lines of at most `most` characters; line ends become `\n`.
pub fn story(text: &str, most: usize) -> Result<String, FaultKind> {
    let text = tidy(&text.replace("\r\n", "\n"));
    if text.is_empty() {
        return Err(FaultKind::Empty);
    }
    if text
        .chars()
        .any(|c| is_forbidden(c) && c != '\n' && c != '\t')
    {
        return Err(FaultKind::ControlCharacter);
    }
    if text.chars().count() > most {
        return Err(FaultKind::TooLong { most });
    }
    Ok(text)
}

/// The longest name of a person, an office or an agency, in characters.
pub const NAME_MOST: usize = 200;
/// The longest narrative, in characters.
pub const STORY_MOST: usize = 20_000;

macro_rules! parsed_text {
    ($($(#[$doc:meta])* $name:ident),+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Takes back what this type once parsed, such as a row of our own database.
            pub fn from_stored(text: String) -> Self {
                $name(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Wipe for $name {
            fn wipe(&mut self) {
                self.0.wipe();
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> String {
                text.0
            }
        }
    )+};
}

parsed_text! {
    /// The name of a person, an office or an agency: one line.
    Name,
    /// A mail address that is safe in an SMTP command and a header.
    EmailAddress,
    /// A telephone number in E.164 form, such as `+77011234567`.
    Phone
}

impl Name {
    /// Parses a name.
    ///
    /// # Errors
    /// Empty, longer than [`NAME_MOST`], or with a control character.
    pub fn parse(text: &str) -> Result<Self, FaultKind> {
        line(text, NAME_MOST).map(Name)
    }
}

impl EmailAddress {
    /// Parses a mail address: `local@domain` with the characters that every mail server takes (RFC 5321, 4.1.2, dot-string).
    /// The domain is lower-cased; an internationalised domain is written in its ASCII form.
    ///
    /// # Errors
    /// Anything else, control characters first.
    pub fn parse(text: &str) -> Result<Self, FaultKind> {
        const BAD: FaultKind = FaultKind::BadForm {
            example: "aigul@example.kz",
        };
        let text = line(text, 254)?;
        let (local, domain) = text.rsplit_once('@').ok_or(BAD)?;
        let local_ok = !local.is_empty()
            && local.len() <= 64
            && local.split('.').all(|atom| {
                !atom.is_empty()
                    && atom
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b))
            });
        let domain = domain.to_ascii_lowercase();
        let domain_ok = domain.contains('.')
            && domain.split('.').all(|label| {
                !label.is_empty()
                    && label.len() <= 63
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            });
        if local_ok && domain_ok {
            Ok(EmailAddress(format!("{local}@{domain}")))
        } else {
            Err(BAD)
        }
    }
}

impl Phone {
    /// Parses a number as people write it: spaces, brackets and hyphens are dropped, a leading `8` of the
    /// national form becomes `+7`.
    ///
    /// # Errors
    /// Not 8 to 15 digits.
    pub fn parse(text: &str) -> Result<Self, FaultKind> {
        const BAD: FaultKind = FaultKind::BadForm {
            example: "+77011234567",
        };
        let text = line(text, 40)?;
        let plus = text.starts_with('+');
        if !text
            .chars()
            .all(|c| c.is_ascii_digit() || " ()-+.".contains(c))
        {
            return Err(BAD);
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        match (plus, digits.len()) {
            (false, 11) if digits.starts_with('8') => Ok(Phone(format!("+7{}", &digits[1..]))),
            (_, 8..=15) => Ok(Phone(format!("+{digits}"))),
            _ => Err(BAD),
        }
    }
}

/// The form in which names and numbers are compared and searched (D39).
///
/// Lower case, normal form C, and one spelling for letters that people mix up on a keyboard:
/// a Kazakh letter and the Russian one that stands in for it become the same, as do `ё` and `е`.
/// Both databases store this text, because neither folds Cyrillic in the same way.
pub fn search_key(text: &str) -> String {
    tidy(text)
        .to_lowercase()
        .chars()
        .map(|c| match c {
            'ә' => 'а',
            'і' | 'ї' => 'и',
            'ң' => 'н',
            'ғ' => 'г',
            'ү' | 'ұ' => 'у',
            'қ' => 'к',
            'ө' => 'о',
            'һ' => 'х',
            'ё' => 'е',
            c if c.is_whitespace() => ' ',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d39_search_offers_a_name_in_its_other_spelling() {
        assert_eq!(search_key("Қайрат"), search_key("кайрат"));
        assert_eq!(search_key("ӘІҢҒҮҰҚӨҺ"), search_key("әіңғүұқөһ"));
        assert_eq!(
            search_key("e\u{301}"),
            search_key("\u{e9}"),
            "normal form C"
        );
    }

    #[test]
    fn r35_control_characters_are_refused_in_names_and_addresses() {
        for bad in [
            "a\u{0}b",
            "a\r\nBcc: x",
            "a\u{2028}b",
            "a\u{202E}b",
            "a\u{7f}b",
        ] {
            assert_eq!(
                Name::parse(bad),
                Err(FaultKind::ControlCharacter),
                "{bad:?}"
            );
        }
        assert_eq!(
            EmailAddress::parse("a\r\n@b.kz"),
            Err(FaultKind::ControlCharacter)
        );
    }

    #[test]
    fn mail_addresses() {
        for good in ["a@b.kz", "first.last+tag@mail.example.com", "A@EXAMPLE.KZ"] {
            assert!(EmailAddress::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@b",
            "a b@c.kz",
            "<a@b.kz>",
            "a@b..kz",
            ".a@b.kz",
            "a@-b.kz",
            "a@b.kz, c@d.kz",
            "ә@b.kz",
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn phones_are_stored_in_one_form() {
        assert_eq!(
            Phone::parse("8 (701) 123-45-67").unwrap().as_str(),
            "+77011234567"
        );
        assert_eq!(
            Phone::parse("+7 701 123 45 67").unwrap().as_str(),
            "+77011234567"
        );
        assert!(Phone::parse("call me").is_err());
    }

    #[test]
    fn a_story_keeps_its_lines() {
        assert_eq!(story("one\r\ntwo", 100).unwrap(), "one\ntwo");
        assert_eq!(story("one\u{0}", 100), Err(FaultKind::ControlCharacter));
    }
}
