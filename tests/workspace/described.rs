//! What the documents say of the interface is what the program has: routes, codes, examples.

use std::collections::BTreeSet;

use kelisim_api::http::{openapi, problem};
use serde_json::Value;

use crate::tree;

const PAGE: &str = "docs/HTTP.md";
const METHODS: [&str; 5] = ["GET", "POST", "PATCH", "PUT", "DELETE"];

fn page() -> String {
    std::fs::read_to_string(tree::root().join(PAGE)).unwrap()
}

/// `(method, path)` of every route that the text names, as in `GET,PATCH /cases/{id}`.
fn routes_in(text: &str) -> BTreeSet<(String, String)> {
    let mut routes = BTreeSet::new();
    for span in text.split('`').skip(1).step_by(2) {
        let Some((methods, path)) = span.split_once(' ') else {
            continue;
        };
        let methods: Vec<&str> = methods.split(',').collect();
        if path.starts_with('/') && methods.iter().all(|method| METHODS.contains(method)) {
            routes.extend(methods.iter().map(|m| ((*m).to_owned(), path.to_owned())));
        }
    }
    routes
}

/// `(method, path)` of every route in the OpenAPI document, without `/api/v1`.
fn routes_served() -> BTreeSet<(String, String)> {
    let document: Value = serde_json::from_str(openapi::whole()).unwrap();
    let mut routes = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let Some(path) = path.strip_prefix("/api/v1") else {
            continue;
        };
        for method in methods.as_object().unwrap().keys() {
            routes.insert((method.to_uppercase(), path.to_owned()));
        }
    }
    routes
}

#[test]
fn every_route_is_described_and_no_other() {
    let open = ["/healthz", "/readyz", "/problems/{code}", "/api/"];
    let mut described = routes_in(&page());
    described.retain(|(_, path)| !open.iter().any(|open| path.starts_with(open)));
    let served = routes_served();
    let show = |(method, path): &(String, String)| format!("{method} {path}");
    let missing: Vec<String> = served.difference(&described).map(show).collect();
    tree::none("docs/HTTP.md lacks a route", &missing);
    let surplus: Vec<String> = described.difference(&served).map(show).collect();
    tree::none("docs/HTTP.md names a route that is not there", &surplus);
}

/// The codes that have a text under a prefix, such as `not_yours` for `refusal-not-yours`.
fn codes_of_texts(prefix: &str) -> BTreeSet<String> {
    let path = "crates/kelisim-api/locales/en/problems.ftl";
    let texts = std::fs::read_to_string(tree::root().join(path)).unwrap();
    let keys = texts.lines().filter_map(|line| line.split(" = ").next());
    // Two faults have a longer sentence for when more is known.
    keys.filter(|key| !key.ends_with("-nearest") && !key.ends_with("-list"))
        .filter_map(|key| key.strip_prefix(prefix))
        .map(|code| code.replace('-', "_"))
        .collect()
}

#[test]
fn every_code_is_described() {
    let page = page();
    let mut codes = codes_of_texts("fault-");
    codes.extend(codes_of_texts("refusal-"));
    assert!(codes.len() > 30, "the texts have moved");
    codes.extend(problem::CODES.map(str::to_owned));
    let missing: Vec<String> = codes
        .into_iter()
        .filter(|code| !page.contains(&format!("`{code}`")))
        .collect();
    tree::none("docs/HTTP.md lacks a code", &missing);
}

/// The blocks of a text in a language, with the number of their first line.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<(usize, &'t str)> {
    let mut found = Vec::new();
    let mut line = 1;
    for (index, part) in text.split("```").enumerate() {
        if let (1, Some(block)) = (index % 2, part.strip_prefix(language)) {
            found.push((line, block));
        }
        line += part.matches('\n').count();
    }
    found
}

#[test]
fn every_example_can_be_read() {
    let mut faults = Vec::new();
    for file in tree::files("").iter().filter(|f| f.path.ends_with(".md")) {
        for (line, block) in blocks(&file.text, "json\n") {
            if let Err(error) = serde_json::from_str::<Value>(block) {
                faults.push(format!("{}:{line}: {error}", file.path));
            }
        }
        for (line, block) in blocks(&file.text, "toml\n") {
            if let Err(error) = block.parse::<toml::Table>() {
                faults.push(format!("{}:{line}: {}", file.path, error.message()));
            }
        }
    }
    tree::none("an example is not what it says", &faults);
}

#[test]
fn routes_are_read_from_a_text() {
    let text = "`GET,POST /cases` and `PATCH /cases/{id}`, not `curl /x` or `GET`";
    let expected = [
        ("GET", "/cases"),
        ("PATCH", "/cases/{id}"),
        ("POST", "/cases"),
    ];
    let expected = expected.map(|(method, path)| (method.to_owned(), path.to_owned()));
    assert_eq!(routes_in(text), BTreeSet::from(expected));
}

#[test]
fn blocks_are_read_from_a_text() {
    let text = "a\n```json\n{}\n```\nb\n```toml\nx = 1\n```\n";
    assert_eq!(blocks(text, "json\n"), [(2, "{}\n")]);
    assert_eq!(blocks(text, "toml\n"), [(6, "x = 1\n")]);
}

/// Two types of one name are one schema in the document, and the other one is described wrongly.
#[test]
fn every_schema_has_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    let mut twice = Vec::new();
    for file in tree::rust("crates/kelisim-api/src") {
        let mut described = false;
        for line in file.text.lines() {
            described |= line.starts_with("#[derive(") && line.contains("ToSchema");
            let words: Vec<&str> = line.split(['(', '<', '{', ' ']).collect();
            let Some(at) = words
                .iter()
                .position(|word| ["struct", "enum"].contains(word))
            else {
                continue;
            };
            let name = words.get(at + 1).copied().unwrap_or_default();
            if std::mem::take(&mut described) && !names.insert(name.to_owned()) {
                twice.push(format!("{}: {name}", file.path));
            }
        }
    }
    assert!(names.len() > 60, "{names:?}");
    tree::none("a schema with the name of another", &twice);
}
