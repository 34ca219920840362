//! The limit on SQLite: a loop in C over the same library, compiled when it is needed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::limit_postgres::Measured;
use crate::place::Place;

const SOURCE: &str = include_str!("limit.c");

/// The compiled loop with the database that it works on.
pub(crate) struct Limit {
    place: Place,
    program: PathBuf,
}

impl Limit {
    /// The limit on a copy of a database in which one case has been walked to its end.
    pub(crate) fn on(walked: &Place, library: &Path) -> Self {
        Self {
            place: walked.copy("limit"),
            program: compile(walked.folder(), library),
        }
    }

    /// The database that it works on.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// Runs it with as many open lifecycles as the program had clients; `environment` is for a
    /// slower disk.
    pub(crate) fn run(
        &self,
        clients: usize,
        seconds: u64,
        seed: u64,
        environment: &[(&str, &str)],
    ) -> Measured {
        let said = self.said(clients, seconds, seed, environment);
        let named = |name: &str| {
            let line = said.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("limit.c said no {name}"))
                .trim()
        };
        assert_eq!((named("journal_mode"), named("synchronous")), ("wal", "2"));
        let took: f64 = named("seconds").parse().unwrap();
        let lifecycles: u64 = named("lifecycles").parse().unwrap();
        let micros = said.lines().filter_map(|line| line.parse().ok());
        Measured {
            lifecycles,
            per_second: lifecycles as f64 / took,
            cpu_seconds: Some(named("cpu").parse().unwrap()),
            lifecycle_micros: micros.collect(),
        }
    }

    fn said(
        &self,
        clients: usize,
        seconds: u64,
        seed: u64,
        environment: &[(&str, &str)],
    ) -> String {
        let output = Command::new(&self.program)
            .arg(self.place.file())
            .args([clients.to_string(), seconds.to_string(), seed.to_string()])
            .envs(environment.iter().copied())
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        assert!(output.status.success(), "limit.c: {}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }
}

/// Compiles the loop against the library that cargo built for the program.
pub(crate) fn compile(folder: &Path, library: &Path) -> PathBuf {
    let (source, program) = (folder.join("limit.c"), folder.join("limit"));
    fs::write(&source, SOURCE).unwrap();
    let status = Command::new("cc")
        .args(["-O2", "-Wall", "-Wextra", "-Werror", "-o"])
        .args([&program, &source])
        .arg(library)
        .args(["-lpthread", "-ldl", "-lm"])
        .status()
        .expect("cc, which building the program needs too");
    assert!(status.success(), "cc: {status}");
    program
}

/// The newest `libsqlite3.a` of the target directory's profile in which this program lies.
pub(crate) fn library() -> PathBuf {
    let profile = std::env::current_exe().unwrap();
    let build = profile.parent().unwrap().join("build");
    let found = fs::read_dir(&build).into_iter().flatten().flatten();
    let libraries = found
        .filter(|entry| {
            entry
                .file_name()
                .to_string_lossy()
                .starts_with("libsqlite3-sys-")
        })
        .map(|entry| entry.path().join("out/libsqlite3.a"));
    libraries
        .filter_map(|path| Some((fs::metadata(&path).ok()?.modified().ok()?, path)))
        .max()
        .map(|(_, path)| path)
        .unwrap_or_else(|| panic!("no libsqlite3.a under {}", build.display()))
}
