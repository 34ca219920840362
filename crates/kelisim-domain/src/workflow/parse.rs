//! Reads a workflow definition from TOML; what makes no sense is refused, all faults at once.

use super::{
    check,
    definition::{
        Action, Audience, Definition, Field, FieldType, Firing, NoticeRule, Runs, Step, Telling,
        Text, Timer,
    },
    explore::explore,
};
use crate::{
    document::{Document, DocumentFault, Flaw, Help, Table, WithLists},
    legal::names,
};

/// What could be read of a definition. A part that is at fault is left out, so each says at which place of its list it
/// stood.
pub(super) struct Draft {
    /// The definition.
    pub(super) definition: Definition,
    /// The place of each step.
    pub(super) steps: Vec<String>,
    /// The place of each action, and of each field of its form.
    pub(super) actions: Vec<(String, Vec<String>)>,
    /// The place of each timer, and of each of its messages.
    pub(super) timers: Vec<(String, Vec<String>)>,
    /// The place of each message.
    pub(super) notices: Vec<String>,
    /// The ids of all steps, also of those that could not be read.
    pub(super) step_ids: Vec<String>,
    /// Whether nothing was left out: what is missing otherwise may stand in a part that could not be read.
    pub(super) is_whole: bool,
}

/// Everything that stands in a definition more than once.
const LISTS: &[&str] = &[
    "steps",
    "actions",
    "actions.form",
    "timers",
    "timers.tells",
    "notices",
];

/// Reads a definition that was published: its form alone.
///
/// What the law and good sense ask was checked before it was published (D35). A later program may ask for more, and must
/// read the version all the same, since cases follow it (D34).
///
/// # Errors
/// What cannot be read.
pub fn from_stored(text: &str) -> Result<Definition, Vec<DocumentFault>> {
    let text = WithLists::new(text, LISTS);
    let document = Document::read_lists(&text);
    match draft(&document) {
        Some(draft) if document.is_sound() => Ok(draft.definition),
        _ => Err(document.into_faults()),
    }
}

/// Reads and checks a definition.
///
/// # Errors
/// Everything that is wrong with it, in the order of the text.
pub fn parse(text: &str) -> Result<Definition, Vec<DocumentFault>> {
    let text = WithLists::new(text, LISTS);
    let document = Document::read_lists(&text);
    let draft = draft(&document);
    if let Some(draft) = &draft {
        check::faults(draft, &document);
    }
    match draft {
        Some(draft) if document.is_sound() => Ok(draft.definition),
        _ => Err(document.into_faults()),
    }
}

/// Reads a definition and walks every way that a case can take in it: what is published passes this (D35).
///
/// # Errors
/// Everything that is wrong with it, in the order of the text; the ways are walked when there is nothing else.
pub fn examine(text: &str) -> Result<Definition, Vec<DocumentFault>> {
    let definition = parse(text)?;
    let document = Document::read(text);
    for finding in explore(&definition) {
        let pointer = finding.pointer(&definition);
        document.fault(&pointer, finding.flaw(), Some(finding.help()));
    }
    if document.is_sound() {
        Ok(definition)
    } else {
        Err(document.into_faults())
    }
}

fn draft(document: &Document<'_>) -> Option<Draft> {
    let root = document.root();
    let key = root.word("key");
    let version = root.number("version");
    let title = names(&root, "title");
    let statutory = root.yes_no("statutory", true);
    let grounds = root.words("grounds");
    let tables = root.tables("steps");
    let ids = tables.iter().map(|table| table.peek("id"));
    let step_ids = ids.map(|id| id.unwrap_or_default().to_owned()).collect();
    let (steps_at, steps) = read_all(document, tables, step);
    let (actions_at, actions): (Vec<String>, Vec<(Action, Vec<String>)>) =
        read_all(document, root.tables("actions"), |table| {
            action(document, table)
        });
    let (actions, forms_at): (Vec<Action>, Vec<Vec<String>>) = actions.into_iter().unzip();
    let (timers_at, timers): (Vec<String>, Vec<(Timer, Vec<String>)>) =
        read_all(document, root.tables("timers"), |table| {
            timer(document, table)
        });
    let (timers, tells_at): (Vec<Timer>, Vec<Vec<String>>) = timers.into_iter().unzip();
    let (notices_at, notices) = read_all(document, root.tables("notices"), notice);
    root.close();
    let version = version.map(|number| i32::try_from(number).unwrap_or(0));
    Some(Draft {
        definition: Definition {
            key: key?,
            version: version?,
            title: title?,
            statutory,
            grounds,
            steps,
            actions,
            timers,
            notices,
        },
        steps: steps_at,
        actions: actions_at.into_iter().zip(forms_at).collect(),
        timers: timers_at.into_iter().zip(tells_at).collect(),
        notices: notices_at,
        step_ids,
        is_whole: document.is_sound(),
    })
}

/// Reads each table, with its place. One at fault is left out, so that no check takes what is left of it for all of it.
fn read_all<T>(
    document: &Document<'_>,
    tables: Vec<Table<'_>>,
    read: impl Fn(&Table<'_>) -> Option<T>,
) -> (Vec<String>, Vec<T>) {
    let mut places = Vec::new();
    let mut found = Vec::new();
    for table in tables {
        let place = table.pointer.clone();
        let before = document.count();
        let value = read(&table);
        table.close();
        if let Some(value) = value.filter(|_| document.count() == before) {
            places.push(place);
            found.push(value);
        }
    }
    (places, found)
}

fn step(table: &Table<'_>) -> Option<Step> {
    let id = table.word("id");
    let stage = table.word("stage");
    let class = table.optional_word("class");
    let title = names(table, "title");
    Some(Step {
        id: id?,
        stage: stage?,
        class,
        title: title?,
    })
}

fn action(document: &Document<'_>, table: &Table<'_>) -> Option<(Action, Vec<String>)> {
    let name = table.word("name");
    let from = table.words("from");
    let to = table.word("to");
    let title = names(table, "title");
    let who = table.words("who");
    let guards = table.words("guards");
    let effects = table.words("effects");
    let (fields_at, form) = read_all(document, table.tables("form"), field);
    let action = Action {
        name: name?,
        from,
        to: to?,
        title: title?,
        who,
        guards,
        form,
        effects,
    };
    Some((action, fields_at))
}

fn field(table: &Table<'_>) -> Option<Field> {
    let name = table.text("name");
    let kind = table.word::<FieldType>("type");
    let required = table.yes_no("required", false);
    let confidential = table.yes_no("confidential", false);
    let default = table.optional_text("default");
    let choices = table.list("choices", crate::document::as_text);
    let rules = table.words("rules");
    let title = names(table, "title");
    Some(Field {
        name: name?,
        kind: kind?,
        required,
        confidential,
        default,
        choices,
        rules,
        title: title?,
    })
}

fn timer(document: &Document<'_>, table: &Table<'_>) -> Option<(Timer, Vec<String>)> {
    let name = table.word("name");
    let title = names(table, "title");
    let at = table.words("at");
    let starts = table.word("starts");
    let runs = runs(table);
    let pauses = table.yes_no("pauses", false);
    let check = table.optional_text("check");
    let fires = firing(table);
    let (tells_at, tells) = read_all(document, table.tables("tells"), telling);
    let timer = Timer {
        name: name?,
        title: title?,
        at,
        starts: starts?,
        runs: runs?,
        pauses,
        check,
        tells,
        fires,
    };
    Some((timer, tells_at))
}

/// Exactly one of the four ways to say how long a timer runs.
fn runs(table: &Table<'_>) -> Option<Runs> {
    let before = table.count();
    let own = table.optional_word("length").map(Runs::Own);
    let warning = table.optional_word("before").map(Runs::Before);
    let law = table.optional_word("term").map(Runs::Law);
    let until = table.yes_no("until", false).then_some(Runs::Until);
    let said: Vec<Runs> = [own, warning, law, until].into_iter().flatten().collect();
    if let [runs] = said[..] {
        return Some(runs);
    }
    if table.count() == before {
        let flaw = match said.is_empty() {
            true => Flaw::NoLength,
            false => Flaw::TwoLengths,
        };
        table.fault("", flaw, Some(Help::OneLength));
    }
    None
}

fn firing(table: &Table<'_>) -> Option<Firing> {
    let action = table.optional_word("fires");
    let answers = table.optional_table("answers").map(|answers| {
        let texts = answers.texts();
        answers.close();
        texts
    });
    if action.is_none() && answers.is_some() {
        table.fault("answers", Flaw::AnswersNothing, None);
    }
    Some(Firing {
        action: action?,
        answers: answers.unwrap_or_default(),
    })
}

fn telling(table: &Table<'_>) -> Option<Telling> {
    let to = table.word::<Audience>("to");
    let notice = text(table);
    Some(Telling {
        to: to?,
        notice: notice?,
    })
}

/// A text that is shipped, or one of the definition's own.
fn text(table: &Table<'_>) -> Option<Text> {
    let own = table.optional_table("text").is_some();
    if own {
        if table.optional_text("notice").is_some() {
            table.fault("notice", Flaw::TwoTexts, None);
        }
        return names(table, "text").map(Text::Own);
    }
    table.word("notice").map(Text::Shipped)
}

fn notice(table: &Table<'_>) -> Option<NoticeRule> {
    let (on, to, notice) = (table.word("on"), table.word("to"), text(table));
    Some(NoticeRule {
        on: on?,
        to: to?,
        notice: notice?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{code::ActionName, workflow::BASIC};

    fn faults(from: &str, to: &str) -> Vec<String> {
        let text = BASIC.replacen(from, to, 1);
        assert_ne!(text, BASIC, "the text to replace must be there");
        parse(&text)
            .expect_err("a fault")
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn the_basic_workflow_is_sound() {
        let basic = parse(BASIC).expect("basic.toml");
        assert_eq!(basic.key.as_str(), "basic");
        let names: Vec<&str> = basic
            .action_names()
            .into_iter()
            .map(ActionName::as_str)
            .collect();
        assert_eq!(names, ["assign", "reassign", "reconcile", "close"]);
    }

    #[test]
    fn d34_what_was_published_is_read_though_a_later_check_refuses_it() {
        for (from, to) in [
            ("guards = [\"mediator_fit\"]\n", ""),
            ("to = \"reconciled\"", "to = \"nowhere\""),
            ("who = [\"case_mediator\"]", "who = [\"office_head\"]"),
        ] {
            let text = BASIC.replacen(from, to, 1);
            assert!(parse(&text).is_err(), "{to}");
            assert!(from_stored(&text).is_ok(), "{to}");
        }
        let broken = BASIC.replacen("class = \"new\"", "class = \"fresh\"", 1);
        assert!(from_stored(&broken).is_err());
        assert_eq!(from_stored(BASIC), parse(BASIC));
    }

    #[test]
    fn an_unknown_word_is_refused_with_its_line() {
        let fault = faults("\"mediator_fit\"", "\"mediator_fast\"").remove(0);
        assert!(
            fault.starts_with("line 58, column 11: ")
                && fault.contains("did you mean `mediator_fit`?"),
            "{fault}"
        );
    }

    #[test]
    fn all_faults_are_reported_at_once() {
        // A word that is not in its list, a field that is not there, a number that is too small, a step that is not there.
        let text = BASIC
            .replace("version = 1", "version = 0")
            .replacen("class = \"new\"", "class = \"fresh\"", 1)
            .replacen("[[notices]]", "[[notices]]\nwhen = 3", 1)
            .replace("to = \"reconciled\"", "to = \"nowhere\"");
        let faults = parse(&text).expect_err("faults");
        let found: Vec<String> = faults.iter().map(ToString::to_string).collect();
        for what in [
            "versions count from 1",
            "`fresh`",
            "there is no step nowhere",
            "`when`",
        ] {
            assert!(
                found.iter().any(|fault| fault.contains(what)),
                "{what}: {found:#?}"
            );
        }
        assert!(faults.iter().map(|fault| fault.position).is_sorted());
    }
}
