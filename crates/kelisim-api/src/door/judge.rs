//! Whether a new password is good enough: long, not common, not easy to guess. There is no rule of composition (R8).

use super::common;
use kelisim_domain::{fault::FaultKind, sign_in::Password};
use zxcvbn::{Score, zxcvbn};

/// Judges a password that somebody wants. `own` is what a stranger would try first: name, address.
///
/// Of what zxcvbn looks at it takes the first hundred characters, which is enough to be hard.
///
/// # Errors
/// Its length, or that it is common or easy to guess.
pub fn judge(text: &str, own: &[&str]) -> Result<Password, FaultKind> {
    let password = Password::parse(text)?;
    if common::is_common(&password) {
        return Err(FaultKind::CommonPassword);
    }
    let parts: Vec<String> = own.iter().flat_map(|text| parts(text)).collect();
    let mut own: Vec<&str> = parts.iter().map(String::as_str).collect();
    own.push("kelisim");
    match zxcvbn(password.reveal(), &own).score() {
        Score::Three | Score::Four => Ok(password),
        _ => Err(FaultKind::EasyToGuess),
    }
}

/// A name or an address, and its words.
fn parts(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|word| word.chars().count() > 2);
    std::iter::once(text)
        .chain(words)
        .map(str::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str) -> Result<(), FaultKind> {
        judge(text, &["Айгүл Серікқызы", "aigul.serik@example.kz"]).map(drop)
    }

    #[test]
    fn r08_a_password_is_judged_by_how_hard_it_is_and_not_by_its_kinds_of_characters() {
        for good in [
            "жылқы төрт аяқты екен",
            "correct horse cow battery",
            "kvutshraqzmp",
            "ертең күн шығады ма",
        ] {
            assert_eq!(verdict(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("short", FaultKind::TooShort { least: 12 }),
            ("qwertyqwerty", FaultKind::CommonPassword),
            ("ыыыыыыыыыыыыыы", FaultKind::EasyToGuess),
            ("            ", FaultKind::EasyToGuess),
            ("aigul.serik@example.kz", FaultKind::EasyToGuess),
            ("айгүл серікқызы", FaultKind::EasyToGuess),
            ("kelisimkelisim", FaultKind::EasyToGuess),
        ] {
            assert_eq!(verdict(bad), Err(why), "{bad}");
        }
    }
}
