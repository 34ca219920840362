//! `cargo xtask bench`: builds the program and the bench for release, starts a durable PostgreSQL, measures.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::postgres::{Clusters, Server};
use crate::run;

/// Builds both in one call, so that cargo chooses the same features for both; gives the path of the bench.
pub(crate) fn build(root: &Path) -> Result<PathBuf, String> {
    let output = run::cargo(root)
        .args(["build", "--release", "--locked"])
        .args(["-p", "kelisim-api", "-p", "kelisim-tests"])
        .args(["--bin", "kelisim", "--bin", "kelisim-bench"])
        .args(["--message-format", "json-render-diagnostics"])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot run cargo build: {error}"))?;
    if !output.status.success() {
        return Err("the bench does not compile: see the first error above".to_owned());
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let mut programs = messages.lines().filter_map(run::program_built);
    programs
        .find(|path| path.file_stem().is_some_and(|name| name == "kelisim-bench"))
        .ok_or_else(|| "cargo did not name kelisim-bench".to_owned())
}

/// Runs the bench beside a PostgreSQL of its own, with PostgreSQL's programs within reach.
pub(crate) fn measure(
    bench: &Path,
    server: &Server,
    clusters: &Clusters,
    arguments: &[String],
) -> Result<(), String> {
    let mut command = Command::new(bench);
    command
        .args(arguments)
        .envs(clusters.variables())
        .env("PATH", with_programs(server)?);
    run::visibly(&mut command)
}

fn with_programs(server: &Server) -> Result<OsString, String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = [server.programs().to_owned()]
        .into_iter()
        .chain(env::split_paths(&path));
    env::join_paths(folders).map_err(|error| error.to_string())
}
