//! Every text that a person sees exists in Kazakh, Russian and English.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::{self, File};

const LOCALES: &str = "crates/kelisim-api/locales";
const LANGUAGES: [&str; 3] = ["en", "kk", "ru"];

/// The keys of one Fluent file (`name` or `name.attribute`), each with the arguments its text uses.
fn keys(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut message = String::new();
    let mut current = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let start = line.split('=').next().unwrap_or_default().trim_end();
        let is_message = line.contains('=') && start.starts_with(|c: char| c.is_ascii_lowercase());
        if is_message {
            message = start.to_owned();
            current.clone_from(&message);
            keys.entry(current.clone()).or_default();
        } else if let Some(attribute) = start.trim_start().strip_prefix('.') {
            current = format!("{message}.{attribute}");
            keys.entry(current.clone()).or_default();
        }
        if let Some(arguments) = keys.get_mut(&current) {
            arguments.extend(arguments_in(line));
        }
    }
    keys
}

/// The names after `$`.
fn arguments_in(line: &str) -> impl Iterator<Item = String> {
    line.split('$').skip(1).map(|rest| {
        rest.chars()
            .take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c))
            .collect()
    })
}

/// Language → file name → file.
fn locales() -> BTreeMap<String, BTreeMap<String, File>> {
    let mut locales: BTreeMap<String, BTreeMap<String, File>> = BTreeMap::new();
    for file in tree::files(LOCALES) {
        let inside = file
            .path
            .strip_prefix(LOCALES)
            .unwrap()
            .trim_start_matches('/')
            .to_owned();
        let Some((language, name)) = inside.split_once('/') else {
            continue;
        };
        if name.ends_with(".ftl") {
            locales
                .entry(language.to_owned())
                .or_default()
                .insert(name.to_owned(), file);
        }
    }
    locales
}

#[test]
fn every_text_exists_in_three_languages_with_the_same_arguments() {
    let locales = locales();
    let mut findings = Vec::new();
    let names: BTreeSet<&String> = locales.values().flat_map(BTreeMap::keys).collect();
    for name in names {
        let of = |language: &str| {
            let file = locales.get(language).and_then(|files| files.get(name));
            keys(file.map_or("", |file| file.text.as_str()))
        };
        let tables = LANGUAGES.map(of);
        let all: BTreeSet<&String> = tables.iter().flat_map(BTreeMap::keys).collect();
        for key in all {
            let found = tables.each_ref().map(|table| table.get(key));
            for (language, arguments) in LANGUAGES.iter().zip(found) {
                match arguments {
                    None => findings.push(format!("{name}: {key} is missing in {language}")),
                    Some(arguments)
                        if Some(arguments) != found.iter().flatten().copied().next() =>
                    {
                        findings.push(format!("{name}: {key} in {language} has other arguments"));
                    }
                    Some(_) => {}
                }
            }
        }
    }
    tree::none("texts differ between the languages", &findings);
}

#[test]
fn no_key_is_defined_twice() {
    let mut findings = Vec::new();
    for (language, files) in locales() {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for (name, file) in &files {
            for key in file.text.lines().filter_map(message_key) {
                if let Some(first) = seen.insert(key.to_owned(), name) {
                    findings.push(format!("{language}: {key} in {first} and {name}"));
                }
            }
        }
    }
    tree::none("defined twice", &findings);
}

fn message_key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once('=')?;
    key.starts_with(|c: char| c.is_ascii_lowercase())
        .then(|| key.trim_end())
}

/// A key is used when it stands in a source, or when a source builds it: `fault-{code}`.
#[test]
fn every_text_is_used() {
    let mut sources = tree::files("crates");
    sources.retain(|file| !file.path.starts_with(LOCALES));
    let sources: String = sources.into_iter().map(|file| file.text).collect();
    let mut findings = Vec::new();
    for (name, file) in locales().values().flatten() {
        for key in file.text.lines().filter_map(message_key) {
            let built = key.match_indices('-').any(|(at, _)| {
                sources.contains(&format!("\"{}{{", &key[..=at]))
                    || sources.contains(&format!("\"{}\"", &key[..=at]))
            });
            if !built
                && !sources.contains(&format!("\"{key}\""))
                && !file.text.contains(&format!("{{ {key} "))
            {
                findings.push(format!("{name}: {key}"));
            }
        }
    }
    tree::none("no source uses", &findings);
}

#[test]
fn keys_and_arguments_are_read_from_a_file() {
    let text = "# note\nhello = Hi { $name }\n    .title = T\n    and { $day }\nplain = x\n";
    let keys = keys(text);
    assert_eq!(
        keys.keys().collect::<Vec<_>>(),
        ["hello", "hello.title", "plain"]
    );
    assert!(keys["hello"].contains("name"));
    assert!(keys["hello.title"].contains("day"));
}
