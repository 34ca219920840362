//! The checks: each line by itself, each line after the one before, and the anchors.

use crate::canonical;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt};

/// What is wrong, at the first place where something is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The region.
    pub region: String,
    /// The number of the entry.
    pub seq: i64,
    /// What.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "region {}, entry {}: {}",
            self.region, self.seq, self.what
        )
    }
}

/// A head of a log that was kept outside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Anchor {
    /// The region.
    pub region: String,
    /// The number of the last entry.
    pub seq: i64,
    /// The hash of its seal.
    pub hash: String,
    /// When it was written, as it stands there.
    pub at: String,
}

/// Every anchor in a text: `kelisim-audit CODE REGION NUMBER HASH TIME`, whatever stands before it in its line.
///
/// # Errors
/// The number of the first line, from 1, that begins as an anchor and is none.
pub fn anchors(text: &str) -> Result<Vec<Anchor>, usize> {
    let mut found = Vec::new();
    for (number, line) in (1_usize..).zip(text.lines()) {
        let Some(place) = line.find("kelisim-audit ") else {
            continue;
        };
        let words: Vec<&str> = line[place..].split_whitespace().collect();
        let [_, _, region, seq, hash, at, ..] = words.as_slice() else {
            return Err(number);
        };
        if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(number);
        }
        found.push(Anchor {
            region: (*region).to_owned(),
            seq: seq.parse().map_err(|_| number)?,
            hash: (*hash).to_owned(),
            at: (*at).to_owned(),
        });
    }
    Ok(found)
}

/// What was verified.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// Entries of each region.
    pub entries: BTreeMap<String, i64>,
    /// Anchors that agree.
    pub anchors: usize,
}

/// Takes an export line by line.
#[derive(Debug)]
pub struct Checker {
    /// By region and number.
    anchors: BTreeMap<String, BTreeMap<i64, Vec<Anchor>>>,
    /// Whether entries may be left out.
    is_part: bool,
    heads: BTreeMap<String, Head>,
    agreed: usize,
}

#[derive(Debug, Clone)]
struct Head {
    seq: i64,
    hash: String,
    entries: i64,
}

impl Checker {
    /// At the first line; `is_part` says that entries may be left out.
    pub fn new(anchors: Vec<Anchor>, is_part: bool) -> Self {
        let mut sorted: BTreeMap<String, BTreeMap<i64, Vec<Anchor>>> = BTreeMap::new();
        for anchor in anchors {
            let of_region = sorted.entry(anchor.region.clone()).or_default();
            of_region.entry(anchor.seq).or_default().push(anchor);
        }
        Checker {
            anchors: sorted,
            is_part,
            heads: BTreeMap::new(),
            agreed: 0,
        }
    }

    /// Takes the next line.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn take(&mut self, line: &str) -> Result<(), Fault> {
        let fault = |region: &str, seq: i64, what: &str| Fault {
            region: region.to_owned(),
            seq,
            what: what.to_owned(),
        };
        let unread = |what| fault("?", 0, what);
        let value: Value =
            serde_json::from_str(line).map_err(|_| unread("a line that is no JSON"))?;
        let entry = &value["entry"];
        let (Some(region), Some(seq), Some(previous), Some(hash)) = (
            entry["region"].as_str(),
            value["seq"].as_i64(),
            value["previous"].as_str(),
            value["hash"].as_str(),
        ) else {
            return Err(unread("a line that is no sealed entry"));
        };
        // A name that stands twice would be read one way here and another way by somebody else.
        if canonical(&value) != line {
            return Err(fault(
                region,
                seq,
                "is not written in the one form of a line",
            ));
        }
        let head = self.heads.entry(region.to_owned()).or_insert(Head {
            seq: 0,
            hash: "0".repeat(64),
            entries: 0,
        });
        if !self.is_part {
            if seq > head.seq + 1 {
                return Err(fault(region, head.seq + 1, "missing"));
            }
            if seq <= head.seq {
                return Err(fault(region, seq, "stands here out of order"));
            }
            if previous != head.hash {
                return Err(fault(region, seq, "does not follow the entry before it"));
            }
        }
        if hash != seal(seq, previous, &sha256(&canonical(entry))) {
            return Err(fault(region, seq, "is not what was sealed"));
        }
        let of_region = self.anchors.get(region);
        for anchor in of_region
            .and_then(|anchors| anchors.get(&seq))
            .into_iter()
            .flatten()
        {
            if anchor.hash != hash {
                let what = format!(
                    "the log was sealed anew: the anchor of {} has another hash",
                    anchor.at
                );
                return Err(fault(region, seq, &what));
            }
            self.agreed += 1;
        }
        *head = Head {
            seq,
            hash: hash.to_owned(),
            entries: head.entries + 1,
        };
        Ok(())
    }

    /// Says that the export has come to its end.
    ///
    /// # Errors
    /// An anchor lies behind it.
    pub fn end(self) -> Result<Summary, Fault> {
        for (region, anchors) in &self.anchors {
            let seq = self.heads.get(region).map_or(0, |head| head.seq);
            let last = anchors.last_key_value().filter(|(last, _)| **last > seq);
            let Some(anchor) = last.and_then(|(_, anchors)| anchors.first()) else {
                continue;
            };
            if self.is_part {
                break;
            }
            return Err(Fault {
                region: region.clone(),
                seq: seq + 1,
                what: format!(
                    "the log ends before entry {}, which was anchored at {}: it was cut, or an older one was put back",
                    anchor.seq, anchor.at
                ),
            });
        }
        let entries = self.heads.into_iter();
        Ok(Summary {
            entries: entries
                .map(|(region, head)| (region, head.entries))
                .collect(),
            anchors: self.agreed,
        })
    }
}

fn seal(seq: i64, previous: &str, leaf: &str) -> String {
    sha256(&format!("kelisim audit 1\n{seq}\n{previous}\n{leaf}\n"))
}

fn sha256(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn export() -> Vec<String> {
        let mut previous = "0".repeat(64);
        let mut lines = Vec::new();
        for seq in 1..=5 {
            let entry = json!({"region": "r", "id": seq.to_string(), "action": "try"});
            let hash = seal(seq, &previous, &sha256(&canonical(&entry)));
            let line = json!({"seq": seq, "previous": previous, "hash": hash, "entry": entry});
            lines.push(canonical(&line));
            previous = hash;
        }
        lines
    }

    fn check(lines: &[String], anchors: &[Anchor], is_part: bool) -> Result<Summary, Fault> {
        let mut checker = Checker::new(anchors.to_vec(), is_part);
        for line in lines {
            checker.take(line)?;
        }
        checker.end()
    }

    fn anchor(line: &str) -> Anchor {
        let value: Value = serde_json::from_str(line).unwrap_or_default();
        let hash = value["hash"].as_str().unwrap_or_default();
        let text = format!(
            "kelisim-audit WKR r {} {hash} 2026-11-28T00:00:00Z",
            value["seq"]
        );
        anchors(&text).unwrap_or_default().remove(0)
    }

    #[test]
    fn an_export_that_nobody_touched_is_right() {
        let lines = export();
        let summary = check(&lines, &[anchor(&lines[2])], false);
        let entries = BTreeMap::from([("r".to_owned(), 5)]);
        assert_eq!(
            summary,
            Ok(Summary {
                entries,
                anchors: 1
            })
        );
    }

    #[test]
    fn every_kind_of_damage_is_found() {
        let lines = export();
        let anchors = [anchor(&lines[4])];
        let found = |lines: &[String]| check(lines, &anchors, false).err().map(|fault| fault.seq);
        let mut changed = lines.clone();
        changed[2] = changed[2].replace("\"try\"", "\"cry\"");
        assert_eq!(found(&changed), Some(3));
        let mut missing = lines.clone();
        missing.remove(1);
        assert_eq!(found(&missing), Some(2));
        let mut swapped = lines.clone();
        swapped.swap(1, 3);
        assert_eq!(found(&swapped), Some(2));
        assert_eq!(found(&lines[..4]), Some(5), "cut");
        let mut anew = anchors.to_vec();
        anew[0].hash = "0".repeat(64);
        assert!(check(&lines, &anew, false).is_err(), "sealed anew");
    }

    #[test]
    fn a_part_is_verified_line_by_line() {
        let lines = export();
        let some = [lines[3].clone(), lines[1].clone()];
        assert!(check(&some, &[], false).is_err());
        assert!(check(&some, &[], true).is_ok());
        let changed = [some[0].replace("\"try\"", "\"cry\"")];
        assert!(check(&changed, &[], true).is_err());
    }

    #[test]
    fn a_line_that_says_two_things_is_refused() {
        let lines = export();
        let twice = lines[2].replace("\"action\":", "\"action\":\"cry\",\"action\":");
        assert_ne!(twice, lines[2]);
        let mut changed = lines.clone();
        changed[2] = twice;
        assert_eq!(
            check(&changed, &[], false).err().map(|fault| fault.seq),
            Some(3)
        );
    }

    #[test]
    fn a_damaged_anchor_is_told() {
        assert_eq!(anchors("nothing\nkelisim-audit WKR r 3 beef x"), Err(2));
        assert_eq!(anchors("kelisim-audit WKR"), Err(1));
    }
}
