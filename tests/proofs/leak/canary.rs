//! Words that stand nowhere else, and how they are found again in whatever bytes.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use crate::proofs::dice::Dice;

/// Bytes by which words are told apart before they are compared; no word is shorter.
const BEGIN: usize = 4;
/// Fewer hexadecimal digits than this hold no word of ours: the shortest are days.
const HEX_LEAST: usize = 20;

/// The words that were given, each for one field.
pub struct Canaries {
    dice: Dice,
    given: RefCell<BTreeMap<String, String>>,
}

impl Canaries {
    /// No word yet.
    pub fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed ^ 0x0011_ea5e),
            given: RefCell::default(),
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

    /// A day for a field, long before anything else that a house can know; it is looked for as people write it, too.
    pub fn day(&self, field: &str) -> String {
        let (year, month, day) = (
            1930 + self.dice.below(40),
            1 + self.dice.below(12),
            1 + self.dice.below(28),
        );
        self.keep(&format!("{day:02}.{month:02}.{year}"), field);
        let text = format!("{year}-{month:02}-{day:02}");
        self.keep(&text, field);
        text
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

    /// The words in some bytes, in whatever case, over folded lines of mail and with soft line ends taken away.
    pub fn found_in(&self, bytes: &[u8]) -> Vec<(String, String)> {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        let unfolded = text
            .replace("=\r\n", "")
            .replace("\r\n ", "")
            .replace("\r\n\t", "");
        let given = self.given.borrow();
        let begins = Beginnings::of(given.keys());
        let mut found = BTreeSet::new();
        for text in [&text, &unfolded] {
            begins.look(text.as_bytes(), &mut found);
        }
        found
            .into_iter()
            .map(|word| (word.to_owned(), given[word].clone()))
            .collect()
    }
}

/// Words by how they begin: hundreds of them are looked for in one walk over the bytes.
struct Beginnings<'a> {
    /// Whether a word begins with these two bytes: most places are passed by after this look.
    pairs: Vec<bool>,
    words: BTreeMap<&'a [u8], Vec<&'a str>>,
}

impl<'a> Beginnings<'a> {
    fn of(words: impl Iterator<Item = &'a String>) -> Self {
        let mut begins = Self {
            pairs: vec![false; 1 << 16],
            words: BTreeMap::new(),
        };
        for word in words {
            let bytes = word.as_bytes();
            begins.pairs[pair(bytes)] = true;
            let same = begins.words.entry(&bytes[..BEGIN]).or_default();
            same.push(word);
        }
        begins
    }

    fn look(&self, bytes: &[u8], found: &mut BTreeSet<&'a str>) {
        for (place, window) in bytes.windows(BEGIN).enumerate() {
            if !self.pairs[pair(window)] {
                continue;
            }
            let words = self.words.get(window).into_iter().flatten();
            found.extend(words.filter(|word| bytes[place..].starts_with(word.as_bytes())));
        }
    }
}

fn pair(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

/// What stands in bytes as hexadecimal digits, the way PostgreSQL, `quote` and our backups write them.
pub(super) fn unhexed(bytes: &[u8]) -> Vec<u8> {
    let mut found = Vec::new();
    for run in bytes.split(|byte| !byte.is_ascii_hexdigit()) {
        // Shorter than a word of ours, or no whole bytes: a number, or a piece of a word.
        if run.len() < HEX_LEAST || !run.len().is_multiple_of(2) {
            continue;
        }
        found.extend(run.chunks(2).map(|pair| {
            let pair = std::str::from_utf8(pair).unwrap_or_default();
            u8::from_str_radix(pair, 16).unwrap_or_default()
        }));
        found.push(b'\n');
    }
    found
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
