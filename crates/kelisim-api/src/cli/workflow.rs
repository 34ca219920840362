//! `workflow`: what can be said of a definition without a database; the rest is handed on.

use super::{
    Failure,
    arguments::{DrawFormat, WorkflowCommand},
    load, print, publish, simulate, style,
};
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use kelisim_domain::{
    document::DocumentFault,
    language::Language,
    legal::{KZ_MEDIATION, Profile},
    workflow::{self, Definition, draw, interchange},
};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

pub(super) fn run(command: WorkflowCommand, config: Option<PathBuf>) -> Result<(), Failure> {
    match command {
        WorkflowCommand::Check { file, json } => check(&file, json),
        WorkflowCommand::Draw {
            file,
            format,
            language,
        } => draw(&file, format, language),
        WorkflowCommand::Simulate(options) => simulate::run(&options),
        other => publish::run(other, &load(config, None)?),
    }
}

/// A file that was named, as text.
pub(super) fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file)
        .map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))
}

/// A definition that cannot be published can be drawn all the same, as long as it can be read: a picture helps to see why.
fn draw(file: &Path, format: DrawFormat, language: Language) -> Result<(), Failure> {
    let text = read(file)?;
    let definition = workflow::parse(&text).map_err(|faults| {
        eprint!("{}", report(file, &text, &faults, style::on_stderr()));
        Failure::Failed(refusal(file, faults.len()))
    })?;
    let law = Profile::parse(KZ_MEDIATION);
    let law = law.as_ref().ok().and_then(|law| law.versions().last());
    let law = law.ok_or_else(|| Failure::Failed("the legal profile has no version".to_owned()))?;
    print(&match format {
        DrawFormat::Svg => {
            let layout = draw::Layout::of(&definition, language);
            draw::svg(&definition, &layout, None)
        }
        DrawFormat::Mermaid => draw::mermaid(&definition, language),
        DrawFormat::Bpmn => interchange::bpmn(&definition, language, law),
        DrawFormat::Scxml => interchange::scxml(&definition, law),
    })
}

/// Says on stderr what is wrong with a file, and gives the failure that ends the command.
pub(super) fn unsound(file: &Path, text: &str, faults: &[DocumentFault]) -> Failure {
    eprint!("{}", report(file, text, faults, style::on_stderr()));
    Failure::Failed(refusal(file, faults.len()))
}

fn check(file: &Path, as_json: bool) -> Result<(), Failure> {
    let text = read(file)?;
    let found = workflow::examine(&text);
    if as_json {
        print(&format!("{:#}\n", to_json(&found)))?;
    }
    match found {
        Ok(_) if as_json => Ok(()),
        Ok(definition) => print(&format!("{}\n", summary(&definition))),
        Err(faults) => {
            if !as_json {
                eprint!("{}", report(file, &text, &faults, style::on_stderr()));
            }
            Err(Failure::Failed(refusal(file, faults.len())))
        }
    }
}

fn summary(definition: &Definition) -> String {
    format!(
        "{} version {}: {} steps, {} actions, {} grounds; every case can end.",
        definition.key,
        definition.version,
        definition.steps.len(),
        definition.actions.len(),
        definition.grounds.len(),
    )
}

/// Why a command ends that found faults.
pub(super) fn refusal(file: &Path, count: usize) -> String {
    let faults = if count == 1 { "fault" } else { "faults" };
    format!(
        "{}: {count} {faults}; it cannot be published",
        file.display()
    )
}

/// Each fault with the line that it is about, as a compiler would show it.
fn report(file: &Path, text: &str, faults: &[DocumentFault], coloured: bool) -> String {
    let renderer = if coloured {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let path = file.display().to_string();
    let mut report = String::new();
    for fault in faults {
        let label = fault.help.as_deref().unwrap_or_default();
        let mark = AnnotationKind::Primary.span(fault.span.clone());
        let mark = if label.is_empty() {
            mark
        } else {
            mark.label(label)
        };
        let snippet = Snippet::source(text).path(&path).annotation(mark);
        let group = [Level::ERROR.primary_title(&fault.what).element(snippet)];
        report.push_str(&renderer.render(&group));
        report.push_str("\n\n");
    }
    report
}

fn to_json(found: &Result<Definition, Vec<DocumentFault>>) -> Value {
    match found {
        Ok(definition) => json!({
            "key": definition.key.as_str(), "version": definition.version, "faults": [],
        }),
        Err(faults) => json!({ "faults": faults_json(faults) }),
    }
}

/// Each fault for a program.
pub(super) fn faults_json(faults: &[DocumentFault]) -> Vec<Value> {
    let one = |fault: &DocumentFault| {
        json!({
            "pointer": fault.pointer,
            "line": fault.position.line,
            "column": fault.position.column,
            "what": fault.what,
            "help": fault.help,
        })
    };
    faults.iter().map(one).collect()
}
