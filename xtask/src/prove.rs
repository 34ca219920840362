//! `cargo xtask prove`: a proof in a process of its own, beside the servers that it needs.

use std::path::Path;
use std::process::Command;

use clap::{Args, ValueEnum};

use crate::Tools;
use crate::postgres::Clusters;
use crate::run;

/// What is proven, and how.
#[derive(Args)]
pub(crate) struct Proof {
    /// The id of the proof: T1, T2, T4, T8, T9, T10, T11, T12, T16 or T23; `page` only makes docs/GUARANTEES.md anew.
    id: String,
    /// Where its dice begin; one that is chosen and printed, when it is not given.
    #[arg(long)]
    seed: Option<u64>,
    /// Where the figures go.
    #[arg(long, default_value = "proof.json")]
    json: String,
    /// The size of the test command instead of that of a release.
    #[arg(long)]
    quick: bool,
    /// On which database.
    #[arg(long, value_enum, default_value_t = Database::Both)]
    database: Database,
    /// Keep the figures in docs/proofs.json and make docs/GUARANTEES.md anew.
    #[arg(long)]
    record: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
    Both,
}

/// With optimisation and debug assertions: failpoints and seeded defects are in, and a million steps take minutes.
const PROFILE: &str = "prove";

/// Names the profile to the proofs, which ask cargo for the program once more.
const PROFILE_VARIABLE: &str = "KELISIM_TEST_PROFILE";

/// Builds the program and the proofs.
pub(crate) fn build(root: &Path) -> Result<(), String> {
    // The whole workspace, so that nothing is built again with other features.
    let mut cargo = run::cargo(root);
    cargo.args(["build", "--workspace", "--locked", "--bins"]);
    cargo.args(["--profile", PROFILE]);
    run::visibly(&mut cargo)
}

/// Runs the proof; its failure is ours.
pub(crate) fn run(
    root: &Path,
    proof: &Proof,
    clusters: &Clusters,
    tools: &Tools,
) -> Result<(), String> {
    // The build put it beside the folder of this program, which is the one of debug builds.
    let program = std::env::current_exe()
        .map_err(|error| error.to_string())?
        .with_file_name("..")
        .join(PROFILE)
        .join("kelisim-prove");
    let mut command = Command::new(program);
    command.args([&proof.id, "--json"]).current_dir(root);
    command.arg(std::path::absolute(&proof.json).map_err(|error| error.to_string())?);
    if let Some(seed) = proof.seed {
        command.args(["--seed", &seed.to_string()]);
    }
    command.args([
        "--database",
        match proof.database {
            Database::Sqlite => "sqlite",
            Database::Postgres => "postgres",
            Database::Both => "both",
        },
    ]);
    for (asked, word) in [(proof.quick, "--quick"), (proof.record, "--record")] {
        if asked {
            command.arg(word);
        }
    }
    command.envs(clusters.variables());
    command.envs(tools.variables());
    command.env(PROFILE_VARIABLE, PROFILE);
    run::forget_this_package(&mut command);
    run::visibly(&mut command)
}
