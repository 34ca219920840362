//! An anchor: the head of a chain, written down where a database administrator cannot reach.
//!
//! It is one line of text, so that it fits a file, a mail, and the foot of a printed report, and is found in any of them.

use super::chain::{Hash, hash_of, hex};
use crate::id::RegionId;
use chrono::{DateTime, Utc};
use std::{fmt, str::FromStr};

/// The word that every anchor begins with.
const WORD: &str = "kelisim-audit";

/// The head of a region's chain at an instant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Anchor {
    /// The region.
    pub region: RegionId,
    /// Its code, for people.
    pub code: String,
    /// The number of the last seal.
    pub seq: i64,
    /// Its hash.
    pub hash: Hash,
    /// When it was written down.
    pub at: DateTime<Utc>,
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Anchor {
            region, code, seq, ..
        } = self;
        let (hash, at) = (hex(&self.hash), super::canonical::instant(self.at));
        write!(f, "{WORD} {code} {region} {seq} {hash} {at}")
    }
}

/// The text is no anchor.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not an anchor: {WORD} CODE REGION NUMBER HASH TIME")]
pub struct NoAnchor;

impl FromStr for Anchor {
    type Err = NoAnchor;
    fn from_str(text: &str) -> Result<Self, NoAnchor> {
        read(text).ok_or(NoAnchor)
    }
}

fn read(text: &str) -> Option<Anchor> {
    let mut words = text.split_whitespace();
    if words.next()? != WORD {
        return None;
    }
    let code = words.next()?.to_owned();
    let region = words.next()?.parse().ok()?;
    let seq = words.next()?.parse().ok().filter(|seq| *seq >= 0)?;
    let hash = hash_of(words.next()?)?;
    let at = DateTime::parse_from_rfc3339(words.next()?).ok()?.to_utc();
    Some(Anchor {
        region,
        code,
        seq,
        hash,
        at,
    })
}

/// Every anchor in a text, whatever stands around them: a file of anchors, a folder of mails, a scanned page.
///
/// # Errors
/// The number of the first line, from 1, that begins as an anchor and is none: a damaged anchor is not passed over.
pub fn find_all(text: &str) -> Result<Vec<Anchor>, usize> {
    let mut found = Vec::new();
    for (number, line) in (1_usize..).zip(text.lines()) {
        let Some(place) = line.find(&format!("{WORD} ")) else {
            continue;
        };
        let anchor: Result<Anchor, NoAnchor> = line[place..].parse();
        found.push(anchor.map_err(|NoAnchor| number)?);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn anchor() -> Anchor {
        Anchor {
            region: RegionId(Uuid::from_u128(1)),
            code: "WKR".to_owned(),
            seq: 42,
            hash: [0xab; 32],
            at: DateTime::from_timestamp(1_795_305_600, 5_000).unwrap(),
        }
    }

    #[test]
    fn r22_an_anchor_is_read_as_it_is_written() {
        let line = anchor().to_string();
        assert_eq!(
            line,
            format!(
                "kelisim-audit WKR 00000000-0000-0000-0000-000000000001 42 {} 2026-11-22T00:00:00.000005Z",
                "ab".repeat(32)
            )
        );
        assert_eq!(line.parse(), Ok(anchor()));
    }

    #[test]
    fn r22_anchors_are_found_in_any_text_and_a_damaged_one_is_told() {
        let text = format!("Subject: the log\n\n> {}  \nregards\n", anchor());
        assert_eq!(find_all(&text), Ok(vec![anchor()]));
        assert_eq!(find_all("kelisim-audited\n"), Ok(Vec::new()));
        let cut = text.replace("abab", "ab");
        assert_eq!(find_all(&cut), Err(3));
    }
}
