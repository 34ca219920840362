//! Names of people in the form in which they are found again, however somebody spells them (D39).
//!
//! A name is written with Kazakh letters on one paper, with Russian ones on another and with Latin ones in a passport.
//! Its words are folded into one spelling: letters that stand in for each other become the same, Cyrillic becomes Latin,
//! and what Latin spellings differ in is levelled. Two people may come to the same words: what is found is a possible
//! match, and nothing is ever merged by it.

use crate::text::search_key;
use std::collections::BTreeSet;

/// More words of one text than these are not looked at.
const WORDS_MOST: usize = 12;

/// The folded words of a name, each once.
pub fn name_words(text: &str) -> BTreeSet<String> {
    search_key(text)
        .split(|c: char| !c.is_alphanumeric() && !"'’ʼ`".contains(c))
        .map(fold)
        .filter(|word| !word.is_empty())
        .take(WORDS_MOST)
        .collect()
}

/// One spelling of a word that [`search_key`] has made small and Russian.
fn fold(word: &str) -> String {
    let mut latin = String::with_capacity(word.len() + 4);
    for letter in word.chars() {
        match cyrillic(letter) {
            Some(text) => latin.push_str(text),
            None => latin.extend(latin_letter(letter)),
        }
    }
    let mut folded = once(&latin);
    for (from, to) in LEVELLED {
        folded = folded.replace(from, to);
    }
    let once = once(&folded);
    for (woman, man) in SURNAMES {
        if let Some(stem) = once.strip_suffix(woman)
            && stem.len() > 2
        {
            return format!("{stem}{man}");
        }
    }
    once
}

/// The same without the second of two equal letters, which is written by some and not by others.
fn once(word: &str) -> String {
    let mut once = String::with_capacity(word.len());
    for letter in word.chars() {
        if !once.ends_with(letter) || letter.is_numeric() {
            once.push(letter);
        }
    }
    once
}

/// How a Cyrillic letter is written in Latin; none for every other sign.
fn cyrillic(letter: char) -> Option<&'static str> {
    Some(match letter {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' => "g",
        'д' => "d",
        'е' | 'э' => "e",
        'ж' => "j",
        'з' => "z",
        'и' | 'й' | 'ы' => "i",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' | 'ў' => "u",
        'ф' => "f",
        'х' => "h",
        'ц' => "ts",
        'ч' => "ch",
        'ш' | 'щ' => "sh",
        'ъ' | 'ь' => "",
        'ю' => "yu",
        'я' => "ya",
        _ => return None,
    })
}

/// A Latin letter without its marks, as Kazakh papers use them too.
fn latin_letter(letter: char) -> Option<char> {
    Some(match letter {
        'á' | 'ä' | 'à' | 'â' => 'a',
        'é' | 'è' | 'ê' | 'ë' | 'ə' => 'e',
        'í' | 'ï' | 'ı' | 'î' => 'i',
        'ó' | 'ö' | 'ô' => 'o',
        'ú' | 'ü' | 'û' | 'ū' | 'ŭ' => 'u',
        'ñ' | 'ŋ' => 'n',
        'ǵ' | 'ğ' => 'g',
        'ş' | 'ś' => 's',
        'ç' => 'c',
        'ý' => 'y',
        '\'' | '’' | 'ʼ' | '`' => return None,
        other => other,
    })
}

/// What Latin spellings of one sound are levelled to, in this order.
const LEVELLED: &[(&str, &str)] = &[
    ("shch", "sh"),
    ("zh", "j"),
    ("kh", "h"),
    ("gh", "g"),
    ("dj", "j"),
    ("ck", "k"),
    ("q", "k"),
    ("w", "v"),
    ("ph", "f"),
    ("yu", "u"),
    ("iu", "u"),
    ("ya", "a"),
    ("ia", "a"),
    ("ye", "e"),
    ("ie", "e"),
    ("yo", "e"),
    ("io", "e"),
    ("iy", "i"),
    ("ij", "i"),
    ("y", "i"),
];

/// A surname of a woman and of a man of one family.
const SURNAMES: &[(&str, &str)] = &[("ova", "ov"), ("eva", "ev"), ("ina", "in")];

#[cfg(test)]
mod tests {
    use super::*;

    fn same(spellings: &[&str]) {
        for one in spellings {
            assert_eq!(name_words(one), name_words(spellings[0]), "{one}");
        }
    }

    #[test]
    fn d39_a_name_is_found_in_any_spelling_of_the_two_languages_and_of_a_passport() {
        same(&[
            "Қайрат",
            "кайрат",
            "ҚАЙРАТ",
            "Qairat",
            "Kairat",
            "Kayrat",
            "Qaırat",
        ]);
        same(&["Әсел", "Асел", "Asel", "Assel", "Äsel"]);
        same(&["Жанна", "Жана", "Zhanna", "Janna"]);
        same(&["Семён", "Семен", "Semyon", "Semen", "Semën"]);
        same(&["Юлия", "Yuliya", "Iuliia", "Yulia"]);
        same(&["Ғалымжан", "Галимжан", "Galymzhan", "Ghalymjan"]);
        same(&["Ұлжан Өмірқызы", "Улжан Омиркызы", "ulzhan  OMIRQYZY"]);
        same(&["Серікова", "Сериков", "Serikova", "Serikov"]);
        same(&["Ильясов", "Ил'ясов", "Ilyasov"]);
        same(&["Хакім", "Һакім", "Hakim", "Khakim"]);
    }

    #[test]
    fn names_that_differ_stay_apart() {
        for (one, other) in [
            ("Айгүл", "Айнұр"),
            ("Серік", "Берік"),
            ("Ержан", "Нұржан"),
            ("Дана", "Дина"),
            ("Марат", "Мурат"),
            ("Ли", "Лю"),
        ] {
            assert_ne!(name_words(one), name_words(other), "{one} {other}");
        }
        assert_eq!(
            name_words("Ina"),
            name_words("Инна"),
            "a short name is no surname"
        );
    }

    #[test]
    fn words_are_taken_apart_counted_and_kept_short() {
        let words = |text: &str| name_words(text).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(words("ТОО «Береке-2», Орал"), "2 bereke oral to");
        assert_eq!(words("  "), "");
        assert_eq!(words("«»—"), "");
        assert_eq!(
            words("ЪЬ ъ"),
            "",
            "nothing is left of a sign without a sound"
        );
        let long = (0..100)
            .map(|n| format!("a{n}b"))
            .collect::<Vec<_>>()
            .join(" ");
        assert_eq!(name_words(&long).len(), WORDS_MOST);
    }
}
