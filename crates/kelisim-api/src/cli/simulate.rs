//! `workflow simulate`: what a definition would do, before it is published.

mod json;
mod picture;
mod table;

use super::{
    Failure,
    arguments::SimulateOptions,
    print, style,
    workflow::{read, unsound},
};
use indicatif::{ProgressBar, ProgressStyle};
use kelisim_domain::{
    language::Language,
    legal::{KZ_MEDIATION, Profile},
    workflow::{
        self, Definition,
        simulate::{Assumptions, Network, Outcome, simulate},
    },
};
use std::path::Path;

pub(super) fn run(options: &SimulateOptions) -> Result<(), Failure> {
    let mut definitions = vec![sound(&options.file)?];
    if let Some(other) = &options.with {
        definitions.push(sound(other)?);
    }
    let assumed = assumptions(options)?;
    let bar = bar(u64::from(options.cases) * definitions.len() as u64);
    let mut outcomes: Vec<Outcome> = Vec::new();
    for definition in &definitions {
        let done = u64::from(options.cases) * outcomes.len() as u64;
        let mut progress = |filed: u32| bar.set_position(done + u64::from(filed));
        let played = simulate(
            definition,
            &assumed,
            options.cases,
            options.seed,
            &mut progress,
        );
        outcomes.push(played.map_err(|error| Failure::Usage(error.to_string()))?);
    }
    bar.finish_and_clear();
    if let Some(file) = &options.svg {
        let drawn = picture::draw(&outcomes, options.language);
        std::fs::write(file, drawn)
            .map_err(|error| Failure::Failed(format!("{}: {error}", file.display())))?;
    }
    if options.json {
        return print(&format!("{:#}\n", json::of(options, &outcomes)));
    }
    let brush = style::Brush::new(style::on_stdout());
    print(&table::of(options, &outcomes, brush))
}

/// A definition that could be published.
fn sound(file: &Path) -> Result<Definition, Failure> {
    let text = read(file)?;
    workflow::examine(&text).map_err(|faults| unsound(file, &text, &faults, Language::En))
}

/// The demo year, with what was asked for instead.
fn assumptions(options: &SimulateOptions) -> Result<Assumptions, Failure> {
    let mut assumed = Assumptions::demo_year();
    let law = Profile::parse(KZ_MEDIATION).ok();
    let first = law.and_then(|law| Some(law.versions().first()?.valid_from));
    if let Some(first) = first.filter(|first| options.from < *first) {
        return Err(Failure::Usage(format!(
            "--from {}: the law of mediation has been in force since {first}",
            options.from
        )));
    }
    assumed.from = options.from;
    assumed.filed_a_year = options.filed_a_year;
    assumed.accepted = options.accepted.unwrap_or(assumed.accepted);
    assumed.mediated = options.mediated.unwrap_or(assumed.mediated);
    if let Some(settled) = options.settled {
        assumed.settled = settled;
        assumed.partly_settled = assumed.partly_settled.min(1.0 - settled);
    }
    let (offices, mediators) = (usize::from(options.offices), usize::from(options.mediators));
    assumed.network = Network::invented(offices, mediators);
    Ok(assumed)
}

/// A bar on stderr; nothing where nobody looks.
fn bar(cases: u64) -> ProgressBar {
    if !style::on_stderr_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(cases);
    if let Ok(style) = ProgressStyle::with_template("  {msg:<16} {bar:32} {pos:>7} of {len} cases")
    {
        bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
    }
    bar.set_message("playing");
    bar
}
