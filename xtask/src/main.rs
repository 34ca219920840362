//! What a developer or CI runs: `cargo xtask test`.

mod advisories;
mod apt;
mod bench;
mod browser;
mod common_passwords;
mod deny;
mod faketime;
mod interchange;
mod npm;
mod pairs;
mod postgres;
mod prove;
mod run;
mod schemathesis;
mod steps;
mod suite;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Parser;

use crate::postgres::Clusters;
use crate::steps::{Failure, Steps};

/// Tasks of the Kelisim project.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    /// Check and test everything; sets up PostgreSQL and the tools it needs.
    Test {
        /// Leave out the slow parts: proofs, documentation and the check of the dependencies.
        #[arg(long)]
        quick: bool,
    },
    /// Check the dependencies alone: bans, licences, sources, advisories.
    Dependencies,
    /// Make config/common-passwords.bin anew from a list with one password a line, for example the million of SecLists.
    CommonPasswords {
        /// The list.
        list: PathBuf,
    },
    /// Bring xmllint and the BPMN schema, which the tests of the exported files need.
    InterchangeTools,
    /// Bring Chromium and axe-core, which the tests of the pages need.
    BrowserTools,
    /// Bring schemathesis, which the proof of malformed requests (T9) needs.
    MalformedTools,
    /// Run a proof: crash (T1), mail under crash (T2), worker races (T4), time (T8), malformed requests (T9),
    /// authorisation (T10), the audit log (T12), abuse (T16), model (T23).
    Prove(prove::Proof),
    /// Measure the release build: `cargo xtask bench lifecycle --database postgres --clients 8`.
    Bench {
        /// lifecycle, lists, start or all (the default), then --database sqlite|postgres,
        /// --clients 8,32, --rounds 5, --seconds 8, --seed 1, --json FILE, and --record to keep the
        /// figures in docs/benchmarks.json and make docs/BENCHMARKS.md anew; `page` does only that.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run one command beside the throw-away PostgreSQL servers of the tests, for example
    /// `cargo xtask postgres -- cargo test -p kelisim-tests --test store`.
    Postgres {
        /// The command and its arguments.
        #[arg(required = true, trailing_var_arg = true)]
        command: Vec<String>,
    },
}

fn main() -> ExitCode {
    let outcome = match Task::parse() {
        Task::Test { quick } => test(quick),
        Task::Dependencies => dependencies(),
        Task::CommonPasswords { list } => make_common_passwords(&list),
        Task::InterchangeTools => interchange_tools(),
        Task::BrowserTools => browser_tools(),
        Task::MalformedTools => malformed_tools(),
        Task::Prove(proof) => prove(&proof),
        Task::Bench { arguments } => bench(&arguments),
        Task::Postgres { command } => beside_postgres(&command),
    };
    match outcome {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn test(quick: bool) -> Result<String, Failure> {
    let root = workspace_root();
    let mut steps = Steps::start();
    steps.run("format", || suite::format(&root))?;
    // Asked for early, so that a machine without PostgreSQL is told within a second.
    let server = steps.run("postgresql", postgres::find_or_install)?;
    steps.run("interchange", || interchange::find_or_install(&root))?;
    let mut tools = Tools::find(&mut steps, &root)?;
    if !quick {
        tools.find_browser(&mut steps, &root)?;
    }
    steps.run("clippy", || suite::clippy(&root))?;
    let binaries = steps.run("build", || suite::build(&root))?;
    steps.run("pairs", || pairs::compare(&binaries))?;
    let clusters = steps.run("clusters", || Clusters::start(&server))?;
    let tests = steps.run("test", || suite::test(&root, quick, &clusters, &tools))?;
    drop(clusters);
    if !quick {
        steps.run("doc", || suite::doc(&root))?;
        check_dependencies(&mut steps, &root)?;
    }
    Ok(steps.summary(&tests.to_string()))
}

fn dependencies() -> Result<String, Failure> {
    let mut steps = Steps::start();
    check_dependencies(&mut steps, &workspace_root())?;
    Ok(steps.summary("the dependencies"))
}

fn interchange_tools() -> Result<String, Failure> {
    let mut steps = Steps::start();
    let root = workspace_root();
    steps.run("interchange", || interchange::find_or_install(&root))?;
    Ok(steps.summary("the tools for exported files"))
}

fn make_common_passwords(list: &Path) -> Result<String, Failure> {
    let mut steps = Steps::start();
    let made = steps.run("list", || common_passwords::make(&workspace_root(), list))?;
    Ok(steps.summary(&made))
}

fn browser_tools() -> Result<String, Failure> {
    let mut steps = Steps::start();
    let root = workspace_root();
    steps.run("browser", || browser::find_or_install(&root))?;
    Ok(steps.summary("the tools for pages"))
}

fn malformed_tools() -> Result<String, Failure> {
    let mut steps = Steps::start();
    let root = workspace_root();
    steps.run("schemathesis", || schemathesis::find_or_install(&root))?;
    Ok(steps.summary("the tools for malformed requests"))
}

/// What the tests need beside the servers, found or installed.
struct Tools {
    faketime: PathBuf,
    schemathesis: PathBuf,
    /// Only where pages are tested.
    browser: Option<browser::Browser>,
}

impl Tools {
    fn find(steps: &mut Steps, root: &Path) -> Result<Self, Failure> {
        Ok(Self {
            faketime: steps.run("faketime", faketime::find_or_install)?,
            schemathesis: steps.run("schemathesis", || schemathesis::find_or_install(root))?,
            browser: None,
        })
    }

    fn find_browser(&mut self, steps: &mut Steps, root: &Path) -> Result<(), Failure> {
        let found = steps.run("browser", || browser::find_or_install(root))?;
        self.browser = Some(found);
        Ok(())
    }

    /// The variables that tell the tests where they are.
    fn variables(&self) -> Vec<(&'static str, &Path)> {
        let mut variables = vec![
            (faketime::VARIABLE, self.faketime.as_path()),
            (schemathesis::VARIABLE, self.schemathesis.as_path()),
        ];
        if let Some(found) = &self.browser {
            variables.push((browser::CHROMIUM, found.chromium.as_path()));
            variables.push((browser::AXE, found.axe.as_path()));
        }
        variables
    }
}

fn check_dependencies(steps: &mut Steps, root: &Path) -> Result<(), Failure> {
    let deny = steps.run("cargo-deny", || deny::find_or_install(root))?;
    steps.run("dependencies", || deny::check(root, &deny))?;
    steps.run("advisories", || advisories::check(root, &deny))
}

fn prove(proof: &prove::Proof) -> Result<String, Failure> {
    let root = workspace_root();
    let mut steps = Steps::start();
    let server = steps.run("postgresql", postgres::find_or_install)?;
    let tools = Tools::find(&mut steps, &root)?;
    steps.run("build", || prove::build(&root))?;
    let clusters = steps.run("clusters", || Clusters::start(&server))?;
    steps.run("proof", || prove::run(&root, proof, &clusters, &tools))?;
    Ok(steps.summary("one proof"))
}

fn bench(arguments: &[String]) -> Result<String, Failure> {
    let mut steps = Steps::start();
    let server = steps.run("postgresql", postgres::find_or_install)?;
    let program = steps.run("build", || bench::build(&workspace_root()))?;
    let clusters = steps.run("clusters", || Clusters::start_durable(&server))?;
    steps.run("bench", || {
        bench::measure(&program, &server, &clusters, arguments)
    })?;
    Ok(steps.summary("the bench"))
}

fn beside_postgres(command: &[String]) -> Result<String, Failure> {
    let mut steps = Steps::start();
    let server = steps.run("postgresql", postgres::find_or_install)?;
    let root = workspace_root();
    let mut tools = Tools::find(&mut steps, &root)?;
    tools.find_browser(&mut steps, &root)?;
    let clusters = steps.run("clusters", || Clusters::start(&server))?;
    steps.run("command", || {
        let mut process = Command::new(&command[0]);
        process.args(&command[1..]).envs(clusters.variables());
        process.envs(tools.variables());
        run::forget_this_package(&mut process);
        run::visibly(&mut process)
    })?;
    Ok(steps.summary("one command"))
}

/// The folder of the workspace: the one above this crate.
fn workspace_root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest
        .parent()
        .map_or_else(|| manifest.to_path_buf(), Path::to_path_buf)
}
