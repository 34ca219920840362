//! `check-config` and `config`.

use super::{Failure, arguments::ConfigCommand, load, print};
use crate::config::{AnchorPlace, Config, MailRoute, show};
use std::path::PathBuf;

/// The configuration was read already; what remains are the files that it names.
pub(super) fn check(config: &Config) -> Result<(), Failure> {
    if let MailRoute::Smtp {
        root_certificate: Some(path),
        ..
    } = &config.mail.route
        && let Err(error) = std::fs::metadata(path)
    {
        let text = format!(
            "mail.smtp_root_certificate names {}: {error}",
            path.display()
        );
        return Err(Failure::Usage(text));
    }
    if let Some(AnchorPlace::File(path)) = &config.audit.anchor {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder
            && !folder.is_dir()
        {
            let text = format!("audit.anchor: there is no folder {}", folder.display());
            return Err(Failure::Usage(text));
        }
    }
    eprintln!("The configuration is valid.");
    Ok(())
}

pub(super) fn run(command: ConfigCommand, file: Option<PathBuf>) -> Result<(), Failure> {
    match command {
        ConfigCommand::Show { json: true } => {
            print(&format!("{:#}\n", load(file, None)?.to_json()))
        }
        ConfigCommand::Show { json: false } => print(&load(file, None)?.to_lines()),
        ConfigCommand::Default => print(&show::default_file()),
    }
}
