//! `kelisim-prove`, which `cargo xtask prove` starts beside the throw-away PostgreSQL servers.

use std::{
    collections::hash_map::RandomState,
    fs,
    hash::{BuildHasher, Hasher},
    process::ExitCode,
};

use kelisim_tests::{
    Backend,
    proofs::{Order, PROOFS, Report, page, prove},
};

/// Not a proof: makes docs/GUARANTEES.md anew from what is recorded.
const PAGE: &str = "page";

/// What was asked for on the command line.
struct Asked {
    id: String,
    seed: u64,
    json: String,
    backends: Vec<Backend>,
    is_quick: bool,
    is_recorded: bool,
}

fn main() -> ExitCode {
    let asked = match asked(std::env::args().skip(1)) {
        Ok(asked) => asked,
        Err(fault) => {
            let ids: Vec<&str> = PROOFS.iter().map(|(id, _)| *id).collect();
            eprintln!("{fault}; the proofs are {}", ids.join(", "));
            return ExitCode::from(2);
        }
    };
    if asked.id == PAGE {
        page::record(&[]);
        return ExitCode::SUCCESS;
    }
    let mut reports = Vec::new();
    for backend in asked.backends {
        let order = Order {
            seed: asked.seed,
            backend,
            is_quick: asked.is_quick,
        };
        reports.push(prove(&asked.id, &order));
        // After each database, so that nothing is lost with the next one.
        let text = serde_json::to_string_pretty(&reports).unwrap();
        fs::write(&asked.json, text + "\n").unwrap();
    }
    if asked.is_recorded {
        page::record(&reports);
    }
    match reports.iter().all(Report::holds) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn asked(mut words: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut asked = Asked {
        id: words.next().ok_or("which proof")?,
        seed: RandomState::new().build_hasher().finish() >> 32,
        json: "proof.json".to_owned(),
        backends: vec![Backend::Sqlite, Backend::Postgres],
        is_quick: false,
        is_recorded: false,
    };
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        match word.as_str() {
            "--seed" => {
                let number = value()?;
                asked.seed = number.parse().map_err(|_| format!("{number} is no seed"))?;
            }
            "--json" => asked.json = value()?,
            "--database" => {
                asked.backends = match value()?.as_str() {
                    "sqlite" => vec![Backend::Sqlite],
                    "postgres" => vec![Backend::Postgres],
                    "both" => vec![Backend::Sqlite, Backend::Postgres],
                    other => return Err(format!("{other} is none of sqlite, postgres, both")),
                }
            }
            "--quick" => asked.is_quick = true,
            "--record" => asked.is_recorded = true,
            other => return Err(format!("{other} is not understood")),
        }
    }
    match asked.id == PAGE || PROOFS.iter().any(|(id, _)| *id == asked.id) {
        true if asked.is_quick && asked.is_recorded => {
            Err("a quick run is not recorded".to_owned())
        }
        true => Ok(asked),
        false => Err(format!("there is no proof {}", asked.id)),
    }
}
