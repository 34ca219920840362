//! Which crate may depend on which, and what each must never reach.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::tree;

/// The graph of normal and build dependencies, by the names of the packages.
pub(crate) struct Graph {
    arrows: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    pub(crate) fn read() -> Self {
        let output = Command::new(env!("CARGO"))
            .args([
                "metadata",
                "--format-version",
                "1",
                "--locked",
                "--filter-platform",
            ])
            .arg(host())
            .current_dir(tree::root())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let names: BTreeMap<&str, &str> = metadata["packages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|package| {
                (
                    package["id"].as_str().unwrap(),
                    package["name"].as_str().unwrap(),
                )
            })
            .collect();
        let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for node in metadata["resolve"]["nodes"].as_array().unwrap() {
            let from = names[node["id"].as_str().unwrap()];
            let targets = arrows.entry(from.to_owned()).or_default();
            for dependency in node["deps"].as_array().unwrap() {
                let kinds = dependency["dep_kinds"].as_array().unwrap();
                if kinds.iter().any(|kind| kind["kind"] != "dev") {
                    targets.insert(names[dependency["pkg"].as_str().unwrap()].to_owned());
                }
            }
        }
        Self { arrows }
    }

    fn direct(&self, from: &str) -> BTreeSet<&str> {
        self.arrows[from].iter().map(String::as_str).collect()
    }

    /// Everything that is reached from a package.
    pub(crate) fn reached(&self, from: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut open = self.direct(from);
        while let Some(next) = open.pop_first() {
            if reached.insert(next) {
                open.extend(self.direct(next));
            }
        }
        reached
    }
}

/// The machine's own platform: the crates of others are not even fetched.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap()
        .to_owned()
}

/// Which of the banned names are in the set; a name that ends in `*` stands for all that begin so.
pub(crate) fn banned(found: &BTreeSet<&str>, names: &[&str]) -> Vec<String> {
    let matches = |crate_name: &str| {
        names.iter().any(|name| match name.strip_suffix('*') {
            Some(start) => crate_name.starts_with(start),
            None => crate_name == *name,
        })
    };
    found
        .iter()
        .filter(|name| matches(name))
        .map(|name| (*name).to_owned())
        .collect()
}

#[test]
fn the_domain_reaches_no_database_no_network_no_runtime_no_randomness() {
    let graph = Graph::read();
    let names = [
        "kelisim-*",
        "diesel*",
        "actix-*",
        "lettre",
        "tokio*",
        "rand",
        "ureq",
    ];
    tree::none(
        "kelisim-domain reaches",
        &banned(&graph.reached("kelisim-domain"), &names),
    );
}

#[test]
fn persistence_reaches_no_http_no_mail_no_templates() {
    let graph = Graph::read();
    let names = [
        "kelisim-api",
        "actix-*",
        "lettre",
        "askama*",
        "fluent-bundle",
        "fluent-templates",
        "utoipa*",
    ];
    tree::none(
        "kelisim-persistence reaches",
        &banned(&graph.reached("kelisim-persistence"), &names),
    );
}

#[test]
fn the_api_names_no_database_library() {
    let graph = Graph::read();
    let names = ["diesel*", "libsqlite3-sys", "pq-sys", "r2d2"];
    tree::none(
        "kelisim-api names",
        &banned(&graph.direct("kelisim-api"), &names),
    );
}

#[test]
fn the_verifier_of_others_shares_nothing_with_the_program() {
    let graph = Graph::read();
    let direct = graph.direct("kelisim-audit-verify");
    assert_eq!(direct, BTreeSet::from(["serde_json", "sha2"]));
    let names = ["kelisim-*", "diesel*", "tokio*", "ureq"];
    tree::none(
        "kelisim-audit-verify reaches",
        &banned(&graph.reached("kelisim-audit-verify"), &names),
    );
}

#[test]
fn nothing_that_ships_reaches_the_tests_or_the_tasks() {
    let graph = Graph::read();
    for package in [
        "kelisim-audit-verify",
        "kelisim-domain",
        "kelisim-persistence",
        "kelisim-api",
    ] {
        let names = ["kelisim-tests", "xtask", "mailin*", "rcgen"];
        tree::none(
            &format!("{package} reaches"),
            &banned(&graph.reached(package), &names),
        );
    }
}
