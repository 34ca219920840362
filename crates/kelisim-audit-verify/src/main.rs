//! The command: an export, anchors, and a verdict.

use kelisim_audit_verify::{Anchor, Checker, Summary, anchors};
use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    process::ExitCode,
};

const USAGE: &str = "usage: kelisim-audit-verify EXPORT [--anchors FILE]… [--part]";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(Ok(summary)) => {
            for (region, entries) in &summary.entries {
                println!("region {region}: {entries} entries are as they were sealed");
            }
            println!("{} anchors agree", summary.anchors);
            ExitCode::SUCCESS
        }
        Ok(Err(fault)) => {
            eprintln!("kelisim-audit-verify: {fault}");
            ExitCode::FAILURE
        }
        Err(usage) => {
            eprintln!("kelisim-audit-verify: {usage}");
            ExitCode::from(2)
        }
    }
}

/// The outer error is about the files, the inner one about what they say.
fn run(words: impl Iterator<Item = String>) -> Result<Result<Summary, String>, String> {
    let (path, anchors, is_part) = asked(words)?;
    let file = File::open(&path).map_err(|error| format!("{path}: {error}"))?;
    let mut checker = Checker::new(anchors, is_part);
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|error| format!("{path}: {error}"))?;
        if let Err(fault) = checker.take(&line) {
            return Ok(Err(fault.to_string()));
        }
    }
    Ok(checker.end().map_err(|fault| fault.to_string()))
}

fn asked(mut words: impl Iterator<Item = String>) -> Result<(String, Vec<Anchor>, bool), String> {
    let (mut export, mut found, mut is_part) = (None, Vec::new(), false);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--part" => is_part = true,
            "--anchors" => {
                let path = words.next().ok_or(USAGE)?;
                let bytes = fs::read(&path).map_err(|error| format!("{path}: {error}"))?;
                let text = String::from_utf8_lossy(&bytes);
                let of_file = anchors(&text)
                    .map_err(|line| format!("{path}: line {line} is a damaged anchor"))?;
                found.extend(of_file);
            }
            flag if flag.starts_with('-') => return Err(USAGE.to_owned()),
            _ if export.is_some() => return Err(USAGE.to_owned()),
            _ => export = Some(word),
        }
    }
    Ok((export.ok_or(USAGE)?, found, is_part))
}
