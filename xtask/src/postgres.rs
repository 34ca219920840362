//! A throw-away PostgreSQL: found or installed, started on a socket, deleted at the end.
//!
//! The server belongs to a small shell process, its guardian, which waits on a pipe that this
//! process holds. Whatever ends this process (success, failure, Ctrl-C, even `kill -9`) closes the
//! pipe; the guardian then stops the server and removes its folder.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::apt::{self, number_of, user_id};
use crate::run;

/// The variables that tell the tests where the two servers are: the one that waits for no disk, and
/// the one that keeps its promises.
const URL_VARIABLES: [(&str, Durability); 2] = [
    ("KELISIM_TEST_POSTGRES", Durability::Off),
    ("KELISIM_TEST_POSTGRES_DURABLE", Durability::On),
];

/// `CREATE DATABASE … STRATEGY file_copy` is there from this version on.
const OLDEST: u32 = 15;
const START_LIMIT: Duration = Duration::from_secs(60);
/// A socket's whole path may have 107 bytes; this leaves room for `/.s.PGSQL.5432`.
const LONGEST_FOLDER: usize = 85;

/// Whether the server keeps what it has committed through a crash of the machine.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Durability {
    /// As in production: for crashes, benchmarks and proofs.
    On,
    /// For tests: nothing is worth keeping.
    Off,
}

/// The folder with the programs `initdb` and `postgres`.
pub(crate) struct Server {
    programs: PathBuf,
}

/// The running servers; they stop when this value is dropped.
pub(crate) struct Clusters(Vec<(&'static str, Cluster)>);

/// A running server; it stops when this value is dropped.
struct Cluster {
    guardian: Child,
    folder: PathBuf,
    url: String,
}

/// Finds PostgreSQL's own programs; on Debian installs them where that is possible.
pub(crate) fn find_or_install() -> Result<Server, String> {
    let server = match find() {
        Some(server) => server,
        None => {
            let wanted = format!("PostgreSQL {OLDEST} or newer (initdb and postgres) is needed");
            apt::install("postgresql", &wanted)?;
            find().ok_or("initdb and postgres are not where the package postgresql puts them")?
        }
    };
    let version = run::quietly(Command::new(server.programs.join("postgres")).arg("--version"))?;
    println!("    {} in {}", version.trim(), server.programs.display());
    match major(&version) {
        Some(major) if major >= OLDEST => Ok(server),
        _ => Err(format!("PostgreSQL {OLDEST} or newer is needed")),
    }
}

impl Server {
    /// The folder with PostgreSQL's own programs, pgbench among them.
    pub(crate) fn programs(&self) -> &Path {
        &self.programs
    }
}

fn find() -> Option<Server> {
    let mut folders = versioned_folders("/usr/lib/postgresql", "bin");
    if let Ok(folder) = run::quietly(Command::new("pg_config").arg("--bindir")) {
        folders.push(PathBuf::from(folder.trim()));
    }
    folders.extend(
        versioned_folders("/usr", "bin")
            .into_iter()
            .filter(|folder| {
                folder
                    .parent()
                    .and_then(Path::file_name)
                    .is_some_and(|name| name.to_string_lossy().starts_with("pgsql-"))
            }),
    );
    if let Some(path) = std::env::var_os("PATH") {
        folders.extend(std::env::split_paths(&path));
    }
    let whole = |folder: &PathBuf| {
        ["initdb", "postgres"]
            .iter()
            .all(|name| folder.join(name).is_file())
    };
    folders
        .into_iter()
        .find(whole)
        .map(|programs| Server { programs })
}

/// `parent/*/child`, the highest version first.
fn versioned_folders(parent: &str, child: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(parent) else {
        return Vec::new();
    };
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    folders.sort_by_key(|folder| {
        std::cmp::Reverse(
            folder
                .file_name()
                .and_then(|name| major(&name.to_string_lossy())),
        )
    });
    folders
        .into_iter()
        .map(|folder| folder.join(child))
        .collect()
}

/// The first number in a text: `15` of `postgres (PostgreSQL) 15.14`.
fn major(text: &str) -> Option<u32> {
    let digits = text.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    digits
        .split(|letter: char| !letter.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

/// PostgreSQL refuses to run as root: then it runs as `postgres`, or as `nobody`.
fn other_user() -> Result<Option<(u32, u32)>, String> {
    if user_id()? != 0 {
        return Ok(None);
    }
    let ids = |name: &str| {
        let user = number_of(Command::new("id").args(["-u", name]))?;
        let group = number_of(Command::new("id").args(["-g", name]))?;
        Ok((user, group))
    };
    ids("postgres").or_else(|_: String| ids("nobody")).map(Some)
}

/// Makes and starts the server, then waits for the pipe to close.
const GUARDIAN: &str = r#"
programs=$1; folder=$2; shift 2
(
    "$programs/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 \
        --no-sync --no-instructions --data-checksums || { echo FATAL: initdb; exit 1; }
    exec "$programs/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= "$@"
) >"$folder/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -QUIT "$server" 2>/dev/null
wait "$server"
rm -rf "$folder"
"#;

impl Clusters {
    /// Starts a server of each kind, both at once, and waits until they take connections.
    pub(crate) fn start(server: &Server) -> Result<Self, String> {
        Self::start_some(server, &URL_VARIABLES)
    }

    /// Starts the durable one alone: beside a measurement nothing else runs.
    pub(crate) fn start_durable(server: &Server) -> Result<Self, String> {
        Self::start_some(server, &URL_VARIABLES[1..])
    }

    fn start_some(server: &Server, wanted: &[(&'static str, Durability)]) -> Result<Self, String> {
        let started = wanted
            .iter()
            .copied()
            .map(|(name, durability)| Ok((name, Cluster::launch(server, durability)?)));
        let clusters = Self(started.collect::<Result<_, String>>()?);
        for (_, cluster) in &clusters.0 {
            wait_until_ready(&cluster.folder)?;
        }
        Ok(clusters)
    }

    /// What a command needs in its environment to find them.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0
            .iter()
            .map(|(name, cluster)| (*name, cluster.url.as_str()))
    }
}

impl Cluster {
    /// Launches a server in a temporary folder, as a user that is not root.
    fn launch(server: &Server, durability: Durability) -> Result<Self, String> {
        let folder = folder()?;
        let mut command = Command::new("sh");
        command
            .args(["-c", GUARDIAN, "guardian"])
            .arg(&server.programs)
            .arg(&folder);
        for setting in settings(durability) {
            command.args(["-c", setting]);
        }
        if let Some((user, group)) = other_user()? {
            chown(&folder, Some(user), Some(group)).map_err(|error| error.to_string())?;
            command.uid(user).gid(group);
        }
        // A group of its own: Ctrl-C at the terminal must not end the guardian before its work.
        command
            .current_dir(&folder)
            .process_group(0)
            .stdin(Stdio::piped());
        let guardian = command
            .spawn()
            .map_err(|error| format!("cannot run sh: {error}"))?;
        let url = url(&folder);
        Ok(Self {
            guardian,
            folder,
            url,
        })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.guardian.stdin.take());
        if let Err(error) = self.guardian.wait() {
            eprintln!("the guardian of PostgreSQL is lost: {error}");
        }
    }
}

fn folder() -> Result<PathBuf, String> {
    let mut parent = std::env::temp_dir();
    if parent.as_os_str().len() + "/kelisim-pg-123456".len() > LONGEST_FOLDER {
        parent = PathBuf::from("/tmp");
    }
    let failed = |error: std::io::Error| format!("no temporary folder: {error}");
    let folder = tempfile::Builder::new()
        .prefix("kelisim-pg-")
        .permissions(fs::Permissions::from_mode(0o700))
        .tempdir_in(parent)
        .map_err(failed)?;
    // The guardian removes it.
    Ok(folder.keep())
}

fn settings(durability: Durability) -> &'static [&'static str] {
    match durability {
        Durability::On => &["max_connections=200"],
        Durability::Off => &[
            "max_connections=200",
            "fsync=off",
            "full_page_writes=off",
            "synchronous_commit=off",
            "wal_level=minimal",
            "max_wal_senders=0",
            "autovacuum=off",
        ],
    }
}

/// `postgresql://postgres@%2Ftmp%2Fkelisim-pg-1/postgres`: libpq takes a folder as the host.
fn url(folder: &Path) -> String {
    let mut host = String::new();
    for byte in folder.to_string_lossy().bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            host.push(char::from(byte));
        } else {
            host.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("postgresql://postgres@{host}/postgres")
}

/// The last line of `postmaster.pid` says `ready` when the server takes connections.
fn wait_until_ready(folder: &Path) -> Result<(), String> {
    let started = Instant::now();
    loop {
        let state = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap_or_default();
        if state.lines().any(|line| line.trim() == "ready") {
            return Ok(());
        }
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        let fatal = log
            .lines()
            .find(|line| line.contains("FATAL") || line.contains("error:"));
        if let Some(line) = fatal {
            return Err(format!("PostgreSQL does not start: {line}"));
        }
        if started.elapsed() > START_LIMIT {
            return Err(format!(
                "PostgreSQL is not ready after {} s",
                START_LIMIT.as_secs()
            ));
        }
        sleep(Duration::from_millis(20));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_the_socket_is_the_encoded_host() {
        assert_eq!(
            url(Path::new("/tmp/kelisim pg")),
            "postgresql://postgres@%2Ftmp%2Fkelisim%20pg/postgres"
        );
    }

    #[test]
    fn versions_are_read_from_what_the_programs_print() {
        assert_eq!(
            major("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"),
            Some(15)
        );
        assert_eq!(major("18"), Some(18));
        assert_eq!(major("none"), None);
    }
}
