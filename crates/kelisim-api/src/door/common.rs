//! The list of common passwords that is part of the program: 43,940 of twelve or more characters, as short hashes.
//!
//! `cargo xtask common-passwords LIST` makes the file; NOTICE says where the list comes from.
//! Five bytes of a hash tell a password from the list in all but one of twenty-five million others.

use kelisim_domain::sign_in::Password;
use sha2::{Digest, Sha256};

/// The hashes, sorted.
static LIST: &[u8] = include_bytes!("../../../../config/common-passwords.bin");

/// Bytes that are kept of a hash.
const BYTES: usize = 5;

/// Whether many people have this password, however they write its capital letters.
pub fn is_common(password: &Password) -> bool {
    let lower = zeroize::Zeroizing::new(password.reveal().to_lowercase());
    let hash = Sha256::digest(lower.as_bytes());
    let (entries, _) = LIST.as_chunks::<BYTES>();
    entries
        .binary_search_by(|entry| entry.as_slice().cmp(&hash[..BYTES]))
        .is_ok()
}

/// How many passwords the list has.
pub fn count() -> usize {
    LIST.len() / BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r08_at_least_forty_thousand_common_passwords_are_known() {
        assert!(count() >= 40_000, "{}", count());
        let (entries, rest) = LIST.as_chunks::<BYTES>();
        assert!(rest.is_empty() && entries.is_sorted_by(|one, other| one < other));
        for common in [
            "1qaz2wsx3edc",
            "qwertyQWERTY",
            "Q1W2E3R4T5Y6",
            "leavemealone",
        ] {
            assert!(is_common(&Password::offered(common)), "{common}");
        }
        for rare in ["жылқы төрт аяқты", "correct horse cow", "1qaz2wsx3edd"] {
            assert!(!is_common(&Password::offered(rare)), "{rare}");
        }
    }
}
