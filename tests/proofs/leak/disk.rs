//! What commands print, what they write, and what lies on the disk; with an erasure and a change of the master key on the way.

use std::{fs, path::PathBuf};

use serde_json::Value;

use super::{Canaries, Seen, canary::unhexed};
use crate::house::House;

/// A reason that tells nothing of anybody: there is no other.
const WHY: [&str; 6] = [
    "--as",
    "coordinator@example.kz",
    "--reason",
    "person_asked",
    "--letter",
    "ЗТ-7/2026",
];
/// Files that the commands write, in the folder of the house.
const WRITTEN: [&str; 7] = [
    "backup",
    "backup.keys",
    "after",
    "after.keys",
    "audit.jsonl",
    "erasures",
    "master.key",
];

/// Gives the commands, one after the other, and looks through all that is there afterwards.
pub(super) fn commands(house: &House, (canaries, closed): (&Canaries, &str), seen: &mut Seen) {
    let at = |name: &str| house.database.folder().join(name).display().to_string();
    let (before, after, log) = (at("backup"), at("after"), at("audit.jsonl"));
    let mut say = |words: &[&str]| said(house, canaries, words, seen);
    say(&["backup", &before]);
    say(&["restore", "--check", "--json", &before]);
    let looked = say(&["erase", "look", "--json", "--case", closed]);
    let looked: Value = serde_json::from_str(&looked).unwrap_or_default();
    let erasure = looked["id"].as_str().unwrap_or("none");
    let confirm = ["erase", "confirm", erasure, "--yes", "--json"];
    say(&[&confirm[..], &WHY].concat());
    say(&["erase", "list", "--json"]);
    say(&["erase", "show", "--json", erasure]);
    say(&["keys", "rotate", "--yes", "--json"]);
    say(&["audit", "anchor"]);
    say(&["audit", "verify", "--json"]);
    say(&["audit", "export", "--json", &log]);
    say(&["workflow", "list"]);
    say(&["config", "show"]);
    say(&["backup", "--json", &after]);
    on_the_disk(house, canaries, seen);
}

/// What a command prints, which must have succeeded: one that fails writes nothing to look at.
fn said(house: &House, canaries: &Canaries, words: &[&str], seen: &mut Seen) -> String {
    let mut command = house.command(words);
    let list = house.database.folder().join("erasures");
    command.env("KELISIM__ENCRYPTION__ERASURE_LIST", list);
    let output = command.output().unwrap();
    let name = words[..2].join(" ");
    for said in [&output.stdout, &output.stderr] {
        seen.scan(canaries, &format!("what {name} prints"), said);
    }
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        seen.failed.push(format!("{name}: {}", why.trim()));
    }
    seen.commands += 1;
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Files as they are and with their hexadecimal digits read; on PostgreSQL, whose files are not ours, every row as text.
fn on_the_disk(house: &House, canaries: &Canaries, seen: &mut Seen) {
    let mut files: Vec<PathBuf> = house.database.files();
    files.extend(WRITTEN.map(|name| house.database.folder().join(name)));
    for file in files {
        let place = file.display().to_string();
        match fs::read(&file) {
            Ok(bytes) => {
                seen.scan(canaries, &place, &bytes);
                seen.scan(canaries, &format!("{place}, as bytes"), &unhexed(&bytes));
            }
            Err(error) => seen.failed.push(format!("{place}: {error}")),
        }
    }
    for (table, rows) in house.database.contents() {
        let text = rows.join("\n");
        seen.scan(canaries, &format!("table {table}"), text.as_bytes());
        let bytes = unhexed(text.as_bytes());
        seen.scan(canaries, &format!("table {table}, as bytes"), &bytes);
    }
}
