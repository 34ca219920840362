//! What the documents tell a reader to type or to open exists.

use std::collections::BTreeSet;
use std::process::Command;

use crate::tree::{self, File};

fn documents() -> Vec<File> {
    let mut documents = tree::files("");
    documents.retain(|file| file.path.ends_with(".md"));
    documents
}

/// `[text](path#place)`: every path inside the repository that a document links to, with the place in it.
fn links(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|link| !link.is_empty() && !link.contains("://") && !link.starts_with("mailto:"))
        .map(|link| match link.split_once('#') {
            Some((path, place)) => (path, Some(place)),
            None => (link, None),
        })
}

/// The places of a document that a link can name: its headings, written as hosts of Markdown write them.
pub(crate) fn places(text: &str) -> BTreeSet<String> {
    let outside = text.split("```").step_by(2);
    outside
        .flat_map(str::lines)
        .filter_map(|line| line.strip_prefix('#'))
        .map(|heading| {
            let heading = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = heading
                .chars()
                .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

#[test]
fn every_link_inside_the_repository_leads_somewhere() {
    let mut findings = Vec::new();
    for document in documents() {
        let folder = tree::root().join(&document.path);
        let folder = folder.parent().unwrap();
        for (link, place) in links(&document.text) {
            let target = match link.strip_prefix('/') {
                _ if link.is_empty() => tree::root().join(&document.path),
                Some(from_root) => tree::root().join(from_root),
                None => folder.join(link),
            };
            if !target.exists() {
                findings.push(format!("{}: {link}", document.path));
            } else if let Some(place) = place {
                let text = std::fs::read_to_string(&target).unwrap_or_default();
                if !places(&text).contains(place) {
                    findings.push(format!("{}: {link}#{place}", document.path));
                }
            }
        }
    }
    tree::none("a link leads nowhere", &findings);
}

/// The commands in the code blocks of a text: `(program, its first word)`, for `kelisim` and `xtask`.
fn commands(text: &str) -> Vec<(&'static str, String)> {
    let blocks = text.split("```").skip(1).step_by(2);
    let mut found = Vec::new();
    for line in blocks.flat_map(str::lines) {
        let words: Vec<&str> = line.trim_start_matches("$ ").split_whitespace().collect();
        let (program, rest) = match words.as_slice() {
            ["cargo", "xtask", rest @ ..] => ("xtask", rest),
            ["cargo", "run", rest @ ..] => {
                let after = rest
                    .iter()
                    .position(|word| *word == "--")
                    .map_or(rest.len(), |at| at + 1);
                ("kelisim", &rest[after..])
            }
            [first, rest @ ..] if *first == "kelisim" || first.ends_with("/kelisim") => {
                ("kelisim", rest)
            }
            _ => continue,
        };
        let is_word = |word: &&&str| word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        let words = rest
            .iter()
            .take_while(|word| !word.starts_with('-'))
            .take(2)
            .take_while(is_word);
        found.push((program, words.copied().collect::<Vec<_>>().join(" ")));
    }
    found
}

#[test]
fn every_command_of_the_documents_exists() {
    let of_document = |document: &File| commands(&document.text);
    let all: BTreeSet<_> = documents().iter().flat_map(of_document).collect();
    let tasks = std::fs::read_to_string(tree::root().join("xtask/src/main.rs")).unwrap();
    let mut findings = Vec::new();
    for (program, words) in all.iter().filter(|(_, words)| !words.is_empty()) {
        let exists = match *program {
            "xtask" => is_task(&tasks, words),
            _ => is_command(words),
        };
        if !exists {
            findings.push(format!("{program} {words}"));
        }
    }
    tree::none("a document names a command that does not exist", &findings);
}

/// Whether the tasks have a variant of that name.
fn is_task(tasks: &str, words: &str) -> bool {
    let name = words.split(' ').next().unwrap_or_default();
    let (first, rest) = name.split_at(name.len().min(1));
    tasks.contains(&format!("    {}{rest}", first.to_ascii_uppercase()))
}

/// Whether the program can explain the command, or the first of two words alone.
fn is_command(words: &str) -> bool {
    let explains = |words: &str| {
        let mut help = Command::new(kelisim_tests::binary());
        help.arg("help").args(words.split(' '));
        help.output().unwrap().status.success()
    };
    explains(words) || words.split(' ').next().is_some_and(explains)
}

#[test]
fn commands_are_read_from_code_blocks() {
    let text = "`kelisim nothing`\n```sh\n$ cargo run -- demo --seed 1\ncargo xtask test --quick\n\
                kelisim token create --email a\ncargo build\n```\n";
    let expected = [
        ("kelisim", "demo"),
        ("xtask", "test"),
        ("kelisim", "token create"),
    ];
    assert_eq!(
        commands(text),
        expected.map(|(program, words)| (program, words.to_owned()))
    );
}

#[test]
fn links_are_read_from_a_text() {
    let text = "see [a](docs/A.md#part) and [b](https://example.org) and [c](#here)";
    let expected = [("docs/A.md", Some("part")), ("", Some("here"))];
    assert_eq!(links(text).collect::<Vec<_>>(), expected);
    let places = places("# One\n```\n# not this\n```\n## What may I do, and why not: `GET /x`\n");
    let expected = ["one", "what-may-i-do-and-why-not-get-x"].map(str::to_owned);
    assert_eq!(places, BTreeSet::from(expected));
}
