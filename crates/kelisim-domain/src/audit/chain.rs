//! The chain: each seal has the next number of its region, and a hash over that number, the seal before and the entry.

use super::canonical;
use crate::id::{AuditId, RegionId};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

/// A SHA-256.
pub type Hash = [u8; 32];

/// What stands before the first seal of every chain.
pub const ORIGIN: Hash = [0; 32];

/// The hash of a seal: its number, the hash of the seal before, and that of the entry's text.
///
/// It is made over a short text, so that anybody can repeat it with what every machine has.
pub fn seal(seq: i64, previous: &Hash, leaf: &Hash) -> Hash {
    let text = format!("kelisim audit 1\n{seq}\n{}\n{}\n", hex(previous), hex(leaf));
    Sha256::digest(text).into()
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// A hash from its 64 lower-case hexadecimal digits.
pub fn hash_of(text: &str) -> Option<Hash> {
    if text.len() != 64 {
        return None;
    }
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut hash = ORIGIN;
    for (byte, pair) in hash.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair.first()?)? << 4 | digit(pair.last()?)?;
    }
    Some(hash)
}

/// Where a chain ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    /// The number of the last seal; 0 before the first.
    pub seq: i64,
    /// Its hash.
    pub hash: Hash,
}

impl Head {
    /// The end of a chain without a seal.
    pub const EMPTY: Head = Head {
        seq: 0,
        hash: ORIGIN,
    };

    /// The next seal, over an entry with this hash.
    #[must_use]
    pub fn then(&self, leaf: &Hash) -> Head {
        let seq = self.seq + 1;
        Head {
            seq,
            hash: seal(seq, &self.hash, leaf),
        }
    }

    /// This head, as it is written down outside.
    pub fn anchor(&self, region: RegionId, code: &str, at: DateTime<Utc>) -> super::Anchor {
        super::Anchor {
            region,
            code: code.to_owned(),
            seq: self.seq,
            hash: self.hash,
            at,
        }
    }
}

/// A seal as it is stored, with what its entry is today.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    /// Its number.
    pub seq: i64,
    /// The entry that it names.
    pub entry: AuditId,
    /// What it says of the seal before.
    pub previous: Hash,
    /// Its own hash.
    pub hash: Hash,
    /// The hash of the entry as it is found; none when the entry is not there.
    pub leaf: Option<Hash>,
    /// Whether what the seal repeats of the entry, for searches, is what the entry says.
    pub agrees: bool,
}

impl Link {
    /// The seal of an entry, behind a head: as it is when nobody has touched it.
    pub fn after(head: &Head, entry: &super::AuditEntry) -> Link {
        let leaf = canonical::leaf(entry);
        let next = head.then(&leaf);
        Link {
            seq: next.seq,
            entry: entry.id,
            previous: head.hash,
            hash: next.hash,
            leaf: Some(leaf),
            agrees: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r21_the_text_of_a_seal_is_fixed() {
        let text = format!(
            "kelisim audit 1\n7\n{}\n{}\n",
            "00".repeat(32),
            "ab".repeat(32)
        );
        let wanted: Hash = Sha256::digest(text).into();
        assert_eq!(seal(7, &ORIGIN, &[0xab; 32]), wanted);
    }

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let hash = seal(1, &ORIGIN, &ORIGIN);
        assert_eq!(hash_of(&hex(&hash)), Some(hash));
        for bad in ["", "00", &"0".repeat(63), &"G".repeat(64), &"A0".repeat(32)] {
            assert_eq!(hash_of(bad), None, "{bad}");
        }
    }
}
