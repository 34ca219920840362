//! Words that stand nowhere else, and how they are found again in whatever bytes.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use crate::proofs::dice::Dice;

/// The words that were given, each for one field.
pub struct Canaries {
    dice: Dice,
    given: RefCell<BTreeMap<String, String>>,
    names: RefCell<Vec<String>>,
}

impl Canaries {
    /// No word yet.
    pub fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed ^ 0x0011_ea5e),
            given: RefCell::default(),
            names: RefCell::default(),
        }
    }

    /// A word of letters for a field: it passes as a name, as a piece of a story, as a part of an address.
    pub fn word(&self, field: &str) -> String {
        let mut word = String::from("zq");
        for _ in 0..12 {
            word.push(char::from(
                b'a' + u8::try_from(self.dice.below(26)).unwrap_or(0),
            ));
        }
        self.keep(&word, field);
        if field.ends_with("name") {
            self.names.borrow_mut().push(word.clone());
        }
        word
    }

    /// Digits for a field, such as a telephone number behind its `+`.
    pub fn digits(&self, field: &str, first: &str, count: usize) -> String {
        let mut digits = first.to_owned();
        for _ in 0..count {
            digits.push(char::from(
                b'0' + u8::try_from(self.dice.below(10)).unwrap_or(0),
            ));
        }
        self.keep(&digits, field);
        digits
    }

    fn keep(&self, word: &str, field: &str) {
        self.given
            .borrow_mut()
            .insert(word.to_owned(), field.to_owned());
    }

    /// Every word with its field.
    pub fn fields(&self) -> impl Iterator<Item = (String, String)> {
        self.given.borrow().clone().into_iter()
    }

    /// The different fields.
    pub fn kinds(&self) -> BTreeSet<String> {
        self.given.borrow().values().cloned().collect()
    }

    /// A name that some case has.
    pub fn name(&self) -> String {
        self.names.borrow().last().cloned().unwrap_or_default()
    }

    /// The words in some bytes, in whatever case, over folded lines of mail and with soft line ends taken away.
    pub fn found_in(&self, bytes: &[u8]) -> Vec<(String, String)> {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        let unfolded = text
            .replace("=\r\n", "")
            .replace("\r\n ", "")
            .replace("\r\n\t", "");
        let given = self.given.borrow();
        let found = given
            .iter()
            .filter(|(word, _)| text.contains(word.as_str()) || unfolded.contains(word.as_str()));
        found
            .map(|(word, field)| (word.clone(), field.clone()))
            .collect()
    }
}

/// What a reader of mail shows of a letter: subject, addresses, and every part decoded.
pub fn letter_texts(raw: &[u8]) -> Vec<String> {
    let Some(message) = mail_parser::MessageParser::default().parse(raw) else {
        return vec!["a letter that no reader understands".to_owned()];
    };
    let mut texts: Vec<String> = vec![message.subject().unwrap_or_default().to_owned()];
    for part in &message.parts {
        texts.push(String::from_utf8_lossy(part.contents()).into_owned());
        texts.push(format!("{:?}", part.headers));
    }
    texts
}
