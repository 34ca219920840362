//! The folder of a demo, and the mark by which a demo knows a folder that it made.

use super::plan::Choice;
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

const MARK: &str = "kelisim-demo.json";
/// What a demo makes besides its letters; the mark goes last.
const FILES: [&str; 6] = [
    "kelisim.db",
    "kelisim.db-wal",
    "kelisim.db-shm",
    "master.key",
    "kelisim.toml",
    MARK,
];

/// What stands in the mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) made_by: String,
    pub(super) seed: u64,
    pub(super) date: chrono::NaiveDate,
    pub(super) cases: usize,
    /// Whether everything was made; else the folder is made anew.
    pub(super) is_complete: bool,
    /// The walked case, as `--json` shows it.
    #[serde(default)]
    pub(super) case: serde_json::Value,
}

impl Mark {
    pub(super) fn new(choice: Choice) -> Mark {
        Mark {
            made_by: "kelisim demo".to_owned(),
            seed: choice.seed,
            date: choice.date,
            cases: choice.cases,
            is_complete: false,
            case: serde_json::Value::Null,
        }
    }
}

/// The folder.
pub(super) struct Folder {
    root: PathBuf,
}

/// What was found.
pub(super) enum Found {
    /// Nothing: a demo may be made.
    Empty,
    /// A whole demo.
    Demo(Mark),
}

impl Folder {
    /// Looks at the folder; `fresh` deletes what a demo made, and so does a demo that was interrupted.
    ///
    /// A folder with anything in it that no demo made is refused.
    pub(super) fn open(path: &Path, fresh: bool) -> Result<(Folder, Found), String> {
        let root = std::path::absolute(path).map_err(|error| said(path, &error))?;
        let folder = Folder { root };
        if folder.is_empty().map_err(|error| said(path, &error))? {
            return Ok((folder, Found::Empty));
        }
        match folder.mark() {
            Some(mark) if mark.is_complete && !fresh => Ok((folder, Found::Demo(mark))),
            Some(_) => {
                folder.clear().map_err(|error| said(path, &error))?;
                Ok((folder, Found::Empty))
            }
            None => Err(format!(
                "{} is not empty and no demo made it; name another folder with --data",
                path.display()
            )),
        }
    }

    fn is_empty(&self) -> io::Result<bool> {
        match fs::read_dir(&self.root) {
            Ok(mut entries) => Ok(entries.next().is_none()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Deletes what a demo makes, and nothing that somebody else put beside it.
    fn clear(&self) -> io::Result<()> {
        if self.mail().exists() {
            for letter in fs::read_dir(self.mail())? {
                let path = letter?.path();
                if path.extension().is_some_and(|ending| ending == "eml") {
                    fs::remove_file(path)?;
                }
            }
        }
        for name in FILES {
            match fs::remove_file(self.root.join(name)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                other => other?,
            }
        }
        Ok(())
    }

    fn mark(&self) -> Option<Mark> {
        let text = fs::read_to_string(self.root.join(MARK)).ok()?;
        let mark: Mark = serde_json::from_str(&text).ok()?;
        (mark.made_by == "kelisim demo").then_some(mark)
    }

    /// Makes the folder, for its owner only, and marks it before anything else is in it.
    pub(super) fn begin(&self, mark: &Mark) -> Result<(), String> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&self.root)
            .map_err(|error| said(&self.root, &error))?;
        self.keep(mark)
    }

    /// Writes the mark.
    pub(super) fn keep(&self, mark: &Mark) -> Result<(), String> {
        let text = serde_json::to_string_pretty(mark).map_err(|error| error.to_string())?;
        let path = self.root.join(MARK);
        fs::write(&path, text + "\n").map_err(|error| said(&path, &error))
    }

    /// Writes the file that `serve --config` takes to go on with the same data.
    pub(super) fn write_config(&self, listen: std::net::SocketAddr) -> Result<PathBuf, String> {
        let path = self.config();
        let quoted = |path: PathBuf| toml::Value::String(path.display().to_string()).to_string();
        let database = toml::Value::String(format!("sqlite:{}", self.database().display()));
        let text = format!(
            "# Written by `kelisim demo`. To go on with the same data: kelisim serve --config {}\n\n\
             [database]\nurl = {database}\n\n\
             [http]\nlisten = \"{listen}\"\ndemo = true\n\n\
             [mail]\n# Mail of a demo leaves this machine never.\n\
             transport = \"directory\"\ndirectory = {}\n\
             from = \"Kelisim demo <noreply@kelisim.example>\"\n",
            path.display(),
            quoted(self.mail()),
        );
        fs::write(&path, text).map_err(|error| said(&path, &error))?;
        Ok(path)
    }

    pub(super) fn config(&self) -> PathBuf {
        self.root.join("kelisim.toml")
    }

    pub(super) fn database(&self) -> PathBuf {
        self.root.join("kelisim.db")
    }

    pub(super) fn mail(&self) -> PathBuf {
        self.root.join("mail")
    }
}

fn said(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}
