//! `migrate`.

use super::{Failure, print, sources};
use crate::{config::Config, setup};
use serde_json::json;

pub(super) fn run(config: &Config, json: bool) -> Result<(), Failure> {
    let done = setup::run(config, &sources())?;
    if json {
        let done = json!({
            "database_url": config.database.to_string(),
            "migrations": done.migrations,
            "master_key_made": done.master_key,
            "region": config.region.code,
            "region_made": done.is_new_region,
            "workflows_left": done.left_workflows,
        });
        return print(&format!("{done}\n"));
    }
    for name in &done.migrations {
        eprintln!("Applied {name}.");
    }
    if let Some(path) = &done.master_key {
        eprintln!(
            "Made the master key {}. Keep a copy apart from the backups.",
            path.display()
        );
    }
    if done.is_new_region {
        eprintln!("Loaded the region {}.", config.region.code);
    }
    for workflow in &done.left_workflows {
        eprintln!(
            "Did not load workflow {workflow} of this program: the region has versions of its own. \
             A coordinator may publish its text under the next number."
        );
    }
    eprintln!("{} is ready.", config.database);
    Ok(())
}
