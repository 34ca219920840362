//! Search by the beginnings of words (D39).
//!
//! A `search_key` is the folded text of an entry: each word with a space before it, and nothing
//! but letters and digits in the words. So one LIKE finds a beginning, and what somebody typed
//! needs no escaping.

use kelisim_domain::text::search_key;

/// The most words of a question that are looked for.
const WORDS_MOST: usize = 8;

fn words(text: &str) -> Vec<String> {
    search_key(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The search key of an entry.
pub(crate) fn key(parts: &[&str]) -> String {
    let mut key = String::new();
    for word in parts.iter().flat_map(|part| words(part)) {
        key.push(' ');
        key.push_str(&word);
    }
    key
}

/// One LIKE pattern for each word of a question: all of them must be found.
pub(crate) fn patterns(question: &str) -> Vec<String> {
    let words = words(question).into_iter().take(WORDS_MOST);
    words.map(|word| format!("% {word}%")).collect()
}

/// Whether a key has each word of a question.
pub(crate) fn finds(key: &str, question: &str) -> bool {
    let mut words = words(question).into_iter().take(WORDS_MOST);
    words.all(|word| key.contains(&format!(" {word}")))
}

#[cfg(test)]
mod tests {
    use super::{finds, key, patterns};

    #[test]
    fn d39_a_word_is_found_by_its_beginning_in_any_spelling() {
        let key = key(&["Қайрат Серік", "«ORL-03»"]);
        assert_eq!(key, " кайрат серик orl 03");
        assert_eq!(patterns("Кай сер"), ["% кай%", "% сер%"]);
        assert_eq!(patterns("orl-03"), ["% orl%", "% 03%"]);
        assert!(finds(&key, "СЕРИК кай") && !finds(&key, "айрат"));
    }

    #[test]
    fn a_question_cannot_hold_a_wildcard() {
        assert_eq!(patterns("%_\\'"), Vec::<String>::new());
        assert_eq!(patterns("a%b"), ["% a%", "% b%"]);
    }
}
