//! schemathesis, which reads the OpenAPI document by itself and has ideas of its own.
//!
//! Which of its checks are asked, and why not the others, stands in tests/README.md.

use std::{fs, path::PathBuf, process::Command, time::Instant};

use kelisim_api::http::openapi;
use serde_json::Value;

use super::world::World;
use crate::network;

/// The variable that says where the program is.
const VARIABLE: &str = "KELISIM_TEST_SCHEMATHESIS";

/// Its checks that make sense here.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_schema_conformance,negative_data_rejection,ignored_auth,use_after_free,unsupported_method";

/// One run as one person.
pub(super) struct Run<'a> {
    pub(super) who: &'a str,
    pub(super) seed: u64,
    /// Requests that it makes up for each operation, beside those that follow from the document.
    pub(super) examples: usize,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) requests: usize,
    pub(super) failures: Vec<String>,
}

/// Where it was put by `cargo xtask`.
///
/// # Panics
/// It is not there: a proof that is left out has failed.
fn program() -> PathBuf {
    let named = std::env::var_os(VARIABLE).map(PathBuf::from);
    let program = named.unwrap_or_else(|| {
        PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../target/schemathesis/bin/st"
        ))
    });
    assert!(
        program.is_file(),
        "{} is not there: `cargo xtask malformed-tools` brings it",
        program.display()
    );
    program
}

impl Run<'_> {
    /// Runs it against the server.
    ///
    /// # Panics
    /// It cannot be run, or says nothing.
    pub(super) fn go(&self, world: &World) -> Outcome {
        let folder = world
            .house
            .database
            .folder()
            .join(format!("schemathesis-{}", self.who));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("openapi.json"), openapi::whole()).unwrap();
        fs::write(folder.join("schemathesis.toml"), self.configuration(world)).unwrap();
        let begun = Instant::now();
        let mut command = Command::new(program());
        command
            .args([
                "--config-file",
                "schemathesis.toml",
                "run",
                "openapi.json",
                "--no-color",
            ])
            .args(["--url", &format!("http://{}", world.server.listen)])
            // One worker: where two threads of Python 3.11 parse Python at once, as Hypothesis does for its messages, they
            // fail each other (`AST constructor recursion depth mismatch`), and that reads as an answer that contradicts
            // an earlier one.
            .args(["--workers", "1", "--no-shrink", "--continue-on-failure"])
            .args(["--generation-database", "none", "--warnings", "off"])
            .args(["--seed", &(self.seed % 1_000_000).to_string()])
            .args(["--max-examples", &self.examples.to_string()])
            .args(["--phases", "examples,coverage,fuzzing,stateful"])
            .args(["--checks", CHECKS])
            .args(["--report", "json", "--report-json-path", "report.json"])
            .current_dir(&folder);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let report = fs::read_to_string(folder.join("report.json"));
        let report: Value = report
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_else(|| panic!("{said}\n{}", String::from_utf8_lossy(&output.stderr)));
        let requests = report["test_cases"]["generated"].as_u64().unwrap_or(0);
        let outcome = Outcome {
            requests: usize::try_from(requests).unwrap_or(0),
            failures: self.failures(&report, &said),
        };
        println!(
            "  schemathesis as {}: {} requests, {} failures, {:.0} s",
            self.who,
            outcome.requests,
            outcome.failures.len(),
            begun.elapsed().as_secs_f64()
        );
        for failure in outcome.failures.iter().take(10) {
            println!("  {failure}");
        }
        outcome
    }

    /// What it found, and why it stumbled itself: of that the report has a title only.
    fn failures(&self, report: &Value, said: &str) -> Vec<String> {
        let list = |name: &str| report[name].as_array().cloned().unwrap_or_default();
        let shown = |entry: Value| {
            let text = entry.to_string();
            format!("{}: {}", self.who, super::shot::cut(&text, 1_500))
        };
        let mut failures: Vec<String> = list("failures")
            .into_iter()
            .chain(list("errors"))
            .map(shown)
            .collect();
        if let Some(at) = said.find("= ERRORS =") {
            // A line may hold a whole file, and the cause stands in the last ones.
            let lines = said[at..].lines().map(|line| super::shot::cut(line, 300));
            failures.push(super::shot::cut(
                &lines.collect::<Vec<_>>().join("\n"),
                20_000,
            ));
        }
        if report["complete"] != true {
            failures.push(format!("{}: it did not end by itself", self.who));
        }
        failures
    }

    /// Whose token it has, and the names of things that exist, without which it would find none.
    fn configuration(&self, world: &World) -> String {
        let mut text = format!(
            "[auth.openapi.token]\nbearer = '{}'\n",
            network::token(self.who)
        );
        let lists = world.names.lists();
        for (noun, names) in &lists {
            let values: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
            text += &format!("[dictionaries.{noun}]\nvalues = [{}]\n", values.join(", "));
        }
        // What else refuses: another version, and a body that is too large.
        text += "[checks.negative_data_rejection]\nexpected-statuses = [\"400\", \"401\", \"403\", \"404\", \"405\", \
            \"409\", \"412\", \"413\", \"415\", \"422\", \"428\", \"431\"]\n";
        text += "[dictionaries.versions]\nvalues = ['\"1\"', '*', '\"2\"']\n";
        text += "[parameters]\n'header.If-Match' = {dictionary = 'versions', probability = 0.9}\n";
        for (noun, _) in &lists {
            let part = if matches!(*noun, "partners" | "offices") {
                "code"
            } else {
                "id"
            };
            text += &format!(
                "[[operations]]\ninclude-path-regex = '^/api/v1/{noun}/'\n\
                 parameters = {{'path.{part}' = {{dictionary = '{noun}', probability = 0.8}}, \
                 'header.If-Match' = {{dictionary = 'versions', probability = 0.9}}}}\n"
            );
        }
        text
    }
}
