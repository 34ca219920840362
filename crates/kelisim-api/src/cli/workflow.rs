//! `workflow`: what can be said of a definition without a database; the rest is handed on.

use super::{
    Failure,
    arguments::{DrawFormat, WorkflowCommand},
    load, print, publish, simulate, style,
};
use crate::phrase;
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
        WorkflowCommand::Check {
            file,
            language,
            json,
        } => check(&file, language, json),
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
    let definition =
        workflow::parse(&text).map_err(|faults| unsound(file, &text, &faults, Language::En))?;
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
pub(super) fn unsound(
    file: &Path,
    text: &str,
    faults: &[DocumentFault],
    language: Language,
) -> Failure {
    let report = Report {
        file,
        text,
        language,
    };
    eprint!("{}", report.of(faults, style::on_stderr()));
    Failure::Failed(refusal(file, faults.len()))
}

fn check(file: &Path, language: Language, as_json: bool) -> Result<(), Failure> {
    let text = read(file)?;
    let found = workflow::examine(&text);
    if as_json {
        print(&format!("{:#}\n", to_json(&found, language)))?;
    }
    match found {
        Ok(_) if as_json => Ok(()),
        Ok(definition) => print(&format!("{}\n", summary(&definition))),
        Err(faults) if as_json => Err(Failure::Failed(refusal(file, faults.len()))),
        Err(faults) => Err(unsound(file, &text, &faults, language)),
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

/// A text at fault, and the language of whoever reads what is wrong with it.
struct Report<'a> {
    file: &'a Path,
    text: &'a str,
    language: Language,
}

impl Report<'_> {
    /// Each fault with the line that it is about, as a compiler would show it.
    fn of(&self, faults: &[DocumentFault], coloured: bool) -> String {
        let renderer = if coloured {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let path = self.file.display().to_string();
        let mut report = String::new();
        for fault in faults {
            let what = phrase::fault(fault, self.language);
            let help = fault.help.as_ref();
            let label = help.map(|help| phrase::help(help, self.language));
            let mark = AnnotationKind::Primary.span(fault.span.clone());
            let mark = match &label {
                Some(label) => mark.label(label),
                None => mark,
            };
            let snippet = Snippet::source(self.text).path(&path).annotation(mark);
            let group = [Level::ERROR.primary_title(&what).element(snippet)];
            report.push_str(&renderer.render(&group));
            report.push_str("\n\n");
        }
        report
    }
}

fn to_json(found: &Result<Definition, Vec<DocumentFault>>, language: Language) -> Value {
    match found {
        Ok(definition) => json!({
            "key": definition.key.as_str(), "version": definition.version, "faults": [],
        }),
        Err(faults) => json!({ "faults": faults_json(faults, language) }),
    }
}

/// Each fault for a program.
pub(super) fn faults_json(faults: &[DocumentFault], language: Language) -> Vec<Value> {
    let one = |fault: &DocumentFault| {
        let help = fault.help.as_ref();
        json!({
            "pointer": fault.pointer,
            "line": fault.position.line,
            "column": fault.position.column,
            "code": fault.flaw.code(),
            "what": phrase::fault(fault, language),
            "help": help.map(|help| phrase::help(help, language)),
        })
    };
    faults.iter().map(one).collect()
}
