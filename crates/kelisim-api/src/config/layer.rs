//! What a file and the environment say, before anybody asks whether it makes sense.
//!
//! A layer knows only names and raw values; an unknown name is refused here, with the nearest known one.

use super::{
    Fault,
    key::{self, Key, Kind, Secret},
};
use std::{collections::BTreeMap, fmt, fs, path::Path};

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// A file.
    File(String),
    /// A variable of the environment.
    Environment(String),
    /// A flag of the command.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File(path) => write!(f, "{path}"),
            Origin::Environment(_) => f.write_str("environment"),
            Origin::Flag(flag) => write!(f, "flag {flag}"),
        }
    }
}

/// A value as it was written, and where. It may be a secret, so `Debug` shows the place only.
#[derive(Clone, PartialEq, Eq)]
pub struct Raw {
    /// The text; the entries of a list are joined by commas.
    pub text: String,
    /// Where it came from.
    pub origin: Origin,
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raw({})", self.origin)
    }
}

/// The values that are set, by name.
pub type Layer = BTreeMap<&'static str, Raw>;

/// Reads a configuration file.
pub fn file(path: &Path, faults: &mut Vec<Fault>) -> Layer {
    let shown = path.display().to_string();
    let mut layer = Layer::new();
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            faults.push(Fault::new(format!("{shown}: {}", plain(&error))));
            return layer;
        }
    };
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(error) => {
            faults.push(Fault::new(not_toml(&shown, &text, &error)));
            return layer;
        }
    };
    for (section, entry) in table {
        let toml::Value::Table(entries) = entry else {
            let wrong = format!("{shown}: {section} stands outside a section");
            faults.push(Fault::new(format!(
                "{wrong}; settings look like {}",
                example(&section)
            )));
            continue;
        };
        for (last, value) in entries {
            file_entry(
                &shown,
                &format!("{section}.{last}"),
                &value,
                &mut layer,
                faults,
            );
        }
    }
    layer
}

fn file_entry(
    shown: &str,
    name: &str,
    value: &toml::Value,
    layer: &mut Layer,
    faults: &mut Vec<Fault>,
) {
    let Some((key, from_file)) = lookup(name) else {
        faults.push(Fault::new(format!(
            "{shown}: {name} is not a setting{}",
            hint(key::nearest(name))
        )));
        return;
    };
    let expected = if from_file { Kind::Path } else { key.kind };
    let Some(text) = as_text(value, expected) else {
        let wanted = super::value::wanted(expected);
        faults.push(Fault::new(format!(
            "{shown}: {name} must be {wanted}, not {}",
            described(value)
        )));
        return;
    };
    let origin = Origin::File(shown.to_owned());
    put(key, from_file, name, Raw { text, origin }, layer, faults);
}

/// Reads the variables that begin with `KELISIM__`.
pub fn environment(
    variables: impl IntoIterator<Item = (String, String)>,
    faults: &mut Vec<Fault>,
) -> Layer {
    let mut layer = Layer::new();
    for (variable, text) in variables {
        let Some(rest) = variable.strip_prefix("KELISIM__") else {
            continue;
        };
        let name = rest.replacen("__", ".", 1).to_lowercase();
        let Some((key, from_file)) = lookup(&name) else {
            let near = key::nearest(&name).and_then(key::find).map(Key::variable);
            faults.push(Fault::new(format!(
                "environment: {variable} is not a setting{}",
                hint(near.as_deref())
            )));
            continue;
        };
        let origin = Origin::Environment(variable.clone());
        put(
            key,
            from_file,
            &variable,
            Raw { text, origin },
            &mut layer,
            faults,
        );
    }
    layer
}

/// The setting of a name, and whether the name is its `…_file` variant.
fn lookup(name: &str) -> Option<(&'static Key, bool)> {
    if let Some(key) = key::find(name) {
        return Some((key, false));
    }
    let key = key::find(name.strip_suffix("_file")?)?;
    (key.secret != Secret::No).then_some((key, true))
}

fn put(
    key: &'static Key,
    from_file: bool,
    name: &str,
    mut raw: Raw,
    layer: &mut Layer,
    faults: &mut Vec<Fault>,
) {
    if from_file {
        match fs::read_to_string(&raw.text) {
            Ok(text) => raw.text = text.trim_end_matches(['\r', '\n']).to_owned(),
            Err(error) => {
                let place = at(&raw.origin, name);
                faults.push(Fault::new(format!(
                    "{place} names {}: {}",
                    raw.text,
                    plain(&error)
                )));
                return;
            }
        }
    }
    let origin = raw.origin.clone();
    if layer.insert(key.name, raw).is_some() {
        let place = at(&origin, name);
        faults.push(Fault::new(format!(
            "{place} is set twice: as itself and as a file"
        )));
    }
}

/// Where a person finds a setting: the file and the key, or the variable.
pub fn at(origin: &Origin, name: &str) -> String {
    match origin {
        Origin::Default => name.to_owned(),
        Origin::File(path) => format!("{path}: {name}"),
        Origin::Environment(variable) => format!("environment: {variable}"),
        Origin::Flag(flag) => flag.clone(),
    }
}

fn hint(nearest: Option<&str>) -> String {
    match nearest {
        Some(name) => format!("; the nearest is {name}"),
        None => "; `kelisim config default` lists all".to_owned(),
    }
}

/// A setting in its section: one that is called like the word that stands alone, when there is one.
fn example(word: &str) -> String {
    let mut keys = key::KEYS.iter().map(key::Key::parts);
    let (section, last) = keys
        .find(|(_, last)| *last == word)
        .unwrap_or(("http", "listen"));
    format!("[{section}] and then {last} = …")
}

fn as_text(value: &toml::Value, kind: Kind) -> Option<String> {
    match (kind, value) {
        (Kind::Flag, toml::Value::Boolean(flag)) => Some(flag.to_string()),
        (Kind::Number { .. }, toml::Value::Integer(number)) => Some(number.to_string()),
        (Kind::Networks | Kind::Languages, toml::Value::Array(entries)) => entries
            .iter()
            .map(|entry| entry.as_str().filter(|text| !text.contains(',')))
            .collect::<Option<Vec<_>>>()
            .map(|entries| entries.join(",")),
        (Kind::Flag | Kind::Number { .. } | Kind::Networks | Kind::Languages, _) => None,
        (_, toml::Value::String(text)) => Some(text.clone()),
        _ => None,
    }
}

/// The type only: the value itself may be a secret that slipped into the wrong line.
fn described(value: &toml::Value) -> &'static str {
    match value {
        toml::Value::String(_) => "a text",
        toml::Value::Integer(_) | toml::Value::Float(_) => "a number",
        toml::Value::Boolean(_) => "true or false",
        toml::Value::Datetime(_) => "a date",
        toml::Value::Array(_) => "a list",
        toml::Value::Table(_) => "a section",
    }
}

fn not_toml(shown: &str, text: &str, error: &toml::de::Error) -> String {
    let line = error.span().map_or(1, |span| {
        text[..span.start.min(text.len())].matches('\n').count() + 1
    });
    format!("{shown}: line {line} is not TOML: {}", error.message())
}

fn plain(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file",
        std::io::ErrorKind::PermissionDenied => "this user may not read it",
        std::io::ErrorKind::InvalidData => "it is not UTF-8 text",
        _ => "it cannot be read",
    }
}
