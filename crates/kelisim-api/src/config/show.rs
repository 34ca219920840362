//! The configuration as a person reads it: what holds and where it comes from, without secrets;
//! and the file with every setting and its default.

use super::{
    Config,
    key::{KEYS, Key, Kind, Secret},
    layer::Origin,
};
use serde_json::{Map, Value, json};

/// One setting as it holds.
pub struct Setting {
    /// The setting.
    pub key: &'static Key,
    /// Its value, without secrets.
    pub shown: String,
    /// Where it comes from.
    pub origin: Origin,
}

impl Config {
    /// Every setting that holds, without secrets.
    pub fn settings(&self) -> Vec<Setting> {
        KEYS.iter()
            .filter_map(|key| {
                let raw = self.settings.get(key.name)?;
                let text = match key.name {
                    "http.public_url" => self.http.public_url.clone(),
                    "encryption.master_key_file" => self.master_key.file.display().to_string(),
                    "encryption.next_master_key_file" => self.master_key.next.display().to_string(),
                    "encryption.erasure_list" => {
                        let list = self.erasure_list.as_deref();
                        list.map(|list| list.display().to_string())
                            .unwrap_or_default()
                    }
                    _ => raw.text.clone(),
                };
                let shown = match key.secret {
                    Secret::No => text,
                    Secret::Password => masked(&text),
                };
                let origin = raw.origin.clone();
                Some(Setting { key, shown, origin })
            })
            .collect()
    }

    /// The settings as lines `name = value  # origin`.
    pub fn to_lines(&self) -> String {
        let settings = self.settings();
        let left: Vec<String> = settings
            .iter()
            .map(|setting| {
                format!(
                    "{} = {}",
                    setting.key.name,
                    toml_value(setting.key, &setting.shown)
                )
            })
            .collect();
        let width = left
            .iter()
            .map(|line| line.chars().count())
            .max()
            .unwrap_or(0)
            .min(72);
        left.iter()
            .zip(&settings)
            .map(|(line, setting)| format!("{line:<width$}  # {}\n", setting.origin))
            .collect()
    }

    /// The settings as one JSON object `{name: {value, origin}}`.
    pub fn to_json(&self) -> Value {
        let settings = self.settings().into_iter().map(|setting| {
            let origin = setting.origin.to_string();
            (
                setting.key.name.to_owned(),
                json!({"value": setting.shown, "origin": origin}),
            )
        });
        Value::Object(settings.collect::<Map<_, _>>())
    }
}

/// A URL with its password taken out; the user stays, because it helps to see whom we are.
pub fn masked(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    // User and password end at the last @ before the first slash, whatever signs the password has.
    let end = rest.find('/').unwrap_or(rest.len());
    let (who, rest) = match rest[..end].rfind('@') {
        Some(at) => (Some(&rest[..at]), &rest[at + 1..]),
        None => (None, rest),
    };
    let (rest, query) = match rest.split_once('?') {
        // A password may also stand among the parameters.
        Some((rest, query)) => (rest, Some(masked_query(query))),
        None => (rest, None),
    };
    let rest = match who.map(|who| who.split_once(':').ok_or(who)) {
        Some(Ok((user, _))) => format!("{user}:***@{rest}"),
        Some(Err(user)) => format!("{user}@{rest}"),
        None => rest.to_owned(),
    };
    match query {
        Some(query) => format!("{scheme}://{rest}?{query}"),
        None => format!("{scheme}://{rest}"),
    }
}

fn masked_query(query: &str) -> String {
    let parts = query.split('&').map(|part| match part.split_once('=') {
        Some((name, _)) if name.to_lowercase().contains("pass") => format!("{name}=***"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("&")
}

/// The file with every setting, its meaning and its default.
pub fn default_file() -> String {
    let mut out = String::from(
        "# Every setting of Kelisim with its default.\n\
         # Layers: these defaults, then a file given with --config, then the environment, then flags.\n\
         # In the environment http.listen is KELISIM__HTTP__LISTEN.\n\
         # A secret may stand in a file of its own: database.url_file, database.migrate_url_file, mail.smtp_url_file, audit.anchor_file.\n\
         # Relative paths start at the folder in which the command runs.\n",
    );
    let mut current = "";
    for key in KEYS {
        let (section, name) = key.parts();
        if section != current {
            out.push_str(&format!("\n[{section}]\n"));
            current = section;
        }
        for line in key.doc.lines() {
            out.push_str(&format!("# {line}\n"));
        }
        out.push_str(&format!("{name} = {}\n", toml_value(key, key.default)));
    }
    out
}

fn toml_value(key: &Key, text: &str) -> String {
    match key.kind {
        Kind::Flag | Kind::Number { .. } => text.to_owned(),
        Kind::Networks | Kind::Languages => {
            let entries = text
                .split(',')
                .map(str::trim)
                .filter(|entry| !entry.is_empty());
            toml::Value::Array(entries.map(|entry| entry.into()).collect()).to_string()
        }
        _ => toml::Value::String(text.to_owned()).to_string(),
    }
}
