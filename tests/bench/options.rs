//! What is measured, as `cargo xtask bench` hands it on.

use std::path::PathBuf;

use kelisim_tests::Backend;

/// What to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Lifecycle,
    Standard,
    Lists,
    Start,
    Move,
    All,
    Page,
    Check,
}

/// The options with their defaults.
pub(crate) struct Options {
    pub(crate) what: What,
    pub(crate) databases: Vec<Backend>,
    pub(crate) clients: Vec<usize>,
    pub(crate) rounds: usize,
    pub(crate) seconds: u64,
    pub(crate) seed: u64,
    /// The sizes at which lists are measured, the smallest first.
    pub(crate) cases: Vec<usize>,
    pub(crate) json: Option<PathBuf>,
    /// Whether the results go into docs/benchmarks.json and the page.
    pub(crate) record: bool,
}

impl Options {
    /// Reads `[lifecycle|standard|lists|start|move|all] --database sqlite|postgres --clients 8,32 --rounds 5
    /// --seconds 8 --seed 1 --cases 1000,100000,1000000 --json FILE --record`; `page` only makes the page anew, and
    /// `check` looks whether the limits still fit the tables.
    pub(crate) fn read(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            what: What::All,
            databases: vec![Backend::Sqlite, Backend::Postgres],
            clients: vec![8, 32],
            rounds: 5,
            seconds: 8,
            seed: 1,
            cases: vec![1_000, 100_000, 1_000_000],
            json: None,
            record: false,
        };
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match word.as_str() {
                "lifecycle" => options.what = What::Lifecycle,
                "standard" => options.what = What::Standard,
                "lists" => options.what = What::Lists,
                "start" => options.what = What::Start,
                "move" => options.what = What::Move,
                "page" => options.what = What::Page,
                "check" => options.what = What::Check,
                "all" => options.what = What::All,
                "--database" => options.databases = vec![database(&value()?)?],
                "--clients" => {
                    let list = value()?;
                    options.clients = list.split(',').map(number).collect::<Result<_, _>>()?;
                }
                "--rounds" => options.rounds = number(&value()?)?,
                "--seconds" => options.seconds = number(&value()?)?,
                "--seed" => options.seed = number(&value()?)?,
                "--cases" => {
                    let list = value()?;
                    options.cases = list.split(',').map(number).collect::<Result<_, _>>()?;
                }
                "--record" => options.record = true,
                "--json" => options.json = Some(PathBuf::from(value()?)),
                _ => return Err(format!("unknown option {word}")),
            }
        }
        Ok(options)
    }

    /// Whether a part is asked for.
    pub(crate) fn asks(&self, part: What) -> bool {
        self.what == part || self.what == What::All
    }
}

fn database(name: &str) -> Result<Backend, String> {
    match name {
        "sqlite" => Ok(Backend::Sqlite),
        "postgres" => Ok(Backend::Postgres),
        _ => Err(format!("--database {name} is neither sqlite nor postgres")),
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text} is not a number"))
}
