//! Sentences about workflows in the reader's language: what is wrong with one, what changed between two versions, and
//! why a case stays.

mod titles;

use crate::locale::{arguments, text, text_with};
use kelisim_domain::{
    calendar::DayKind,
    code::{ActionName, StepId, TimerName},
    document::{DocumentFault, Help},
    language::Language,
    workflow::{ActionPart, Change, TimerPart},
};
use std::borrow::Cow;
pub use titles::{Titles, named_step};

/// What a sentence about a change names.
#[derive(Default)]
struct Named {
    what: String,
    part: &'static str,
    was: String,
    is: String,
}

/// What is wrong with a definition, a profile or a list, as a sentence.
pub fn fault(fault: &DocumentFault, language: Language) -> String {
    let flaw = &fault.flaw;
    let flaw = sentence("flaw-", flaw.code(), flaw.arguments(), language);
    match &fault.part {
        Some(part) => {
            let part = sentence("place-", part.code(), part.arguments(), language);
            format!("{part}: {flaw}")
        }
        None => flaw,
    }
}

/// What would be right, as a sentence.
pub fn help(help: &Help, language: Language) -> String {
    sentence("help-", help.code(), help.arguments(), language)
}

fn sentence(
    group: &str,
    code: &str,
    named: Vec<(&'static str, &str)>,
    language: Language,
) -> String {
    let named = named.into_iter();
    let named = named.map(|(name, value)| (Cow::Borrowed(name), value.to_owned().into()));
    text_with(
        language,
        &(group.to_owned() + &dashed(code)),
        &named.collect(),
    )
}

/// What changed between two definitions, as a sentence.
pub fn change(change: &Change, titles: Titles<'_>, language: Language) -> String {
    let named = named(change, titles, language);
    let part = match named.part {
        "" => String::new(),
        part => text(language, &format!("part-{part}")),
    };
    let or_nothing = |words: String| match words.is_empty() {
        true => text(language, "part-nothing"),
        false => words,
    };
    let key = format!("change-{}", change.code().replace('_', "-"));
    let arguments = arguments([
        ("what", named.what.into()),
        ("part", part.into()),
        ("was", or_nothing(named.was).into()),
        ("is", or_nothing(named.is).into()),
    ]);
    text_with(language, &key, &arguments)
}

fn named(change: &Change, titles: Titles<'_>, language: Language) -> Named {
    let what = |what: String| Named {
        what,
        ..Named::default()
    };
    let word = |group: &str, code: &str| text(language, &format!("{group}-{}", dashed(code)));
    let step = |id: &StepId| titles.step(id, language);
    let steps = |ids: &[StepId]| ids.iter().map(step).collect::<Vec<_>>().join(", ");
    let action = |name: &ActionName| titles.action(name, language);
    let timer = |name: &TimerName| titles.timer(name, language);
    match change {
        Change::Title(of) => what(titles.anything(of, language)),
        Change::Statutory(_) => Named::default(),
        Change::GroundAdded(ground) | Change::GroundRemoved(ground) => {
            what(word("ground", ground.code()))
        }
        Change::StepAdded(id) | Change::StepRemoved(id) => what(step(id)),
        Change::StepStage { step: id, from, to } => Named {
            was: word("stage", from.code()),
            is: word("stage", to.code()),
            ..what(step(id))
        },
        Change::StepClass { step: id, from, to } => Named {
            was: from.map_or("", |class| class.code()).to_owned(),
            is: to.map_or("", |class| class.code()).to_owned(),
            ..what(step(id))
        },
        Change::ActionAdded { action: name, from }
        | Change::ActionRemoved { action: name, from } => Named {
            was: steps(from),
            ..what(action(name))
        },
        Change::ActionChanged {
            action: name,
            part,
            was,
            is,
            ..
        } => {
            let is_steps = matches!(part, ActionPart::From | ActionPart::To);
            let words = |list: &str| titles.words(list, is_steps, language);
            Named {
                part: ActionPart::code(*part),
                was: words(was),
                is: words(is),
                ..what(action(name))
            }
        }
        Change::FieldAdded {
            action: name,
            field,
        }
        | Change::FieldRemoved {
            action: name,
            field,
        }
        | Change::FieldChanged {
            action: name,
            field,
        } => Named {
            is: titles.field(name, field, language),
            ..what(action(name))
        },
        Change::TimerAdded(name) | Change::TimerRemoved(name) => what(timer(name)),
        Change::TimerChanged {
            timer: name,
            part,
            was,
            is,
        } => {
            let words = |list: &str| titles.words(list, *part == TimerPart::At, language);
            Named {
                part: TimerPart::code(*part),
                was: words(was),
                is: words(is),
                ..what(timer(name))
            }
        }
        Change::NoticeAdded(rule) | Change::NoticeRemoved(rule) => Named {
            was: rule.on.code().to_owned(),
            is: rule.to.code().to_owned(),
            ..what(rule.notice.kind().code().to_owned())
        },
    }
}

/// What changed about the law, as a sentence.
pub fn law_change(code: &str, what: String, is: String, language: Language) -> String {
    let key = format!("change-{}", dashed(code));
    text_with(
        language,
        &key,
        &arguments([("what", what.into()), ("is", is.into())]),
    )
}

/// How a named day is called.
pub fn day_kind(kind: DayKind, language: Language) -> String {
    text(language, &format!("day-{}", dashed(kind.code())))
}

/// Why a case stays where it is, as a sentence: from the code, the step and the other thing that a reason names.
pub fn stays(code: &str, step: &str, about: &str, language: Language) -> String {
    let about = match code {
        "other_stage" => text(language, &format!("stage-{}", dashed(about))),
        "lacks" => text(language, &format!("needed-{}", dashed(about))),
        "ground_gone" => text(language, &format!("ground-{}", dashed(about))),
        _ => about.to_owned(),
    };
    let key = format!("stays-{}", dashed(code));
    let arguments = arguments([("step", step.to_owned().into()), ("about", about.into())]);
    text_with(language, &key, &arguments)
}

fn dashed(code: &str) -> String {
    code.replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use kelisim_domain::{
        document::{Flaw, Part},
        workflow::{BASIC, Broken, diff, parse},
    };

    fn names(arguments: Vec<(&'static str, &str)>) -> Vec<&'static str> {
        arguments.into_iter().map(|(name, _)| name).collect()
    }

    /// The English of a sentence stands in the domain too, for its own tests and for logs.
    #[test]
    fn what_can_be_wrong_with_a_definition_is_said_in_every_language() {
        let flaws = Flaw::each().into_iter();
        let flaws = flaws.map(|one| ("flaw-", one.code(), names(one.arguments()), one.to_string()));
        let helps = Help::each().into_iter();
        let helps = helps.map(|one| ("help-", one.code(), names(one.arguments()), one.to_string()));
        let parts = Part::each().into_iter();
        let parts = parts.map(|one| {
            (
                "place-",
                one.code(),
                names(one.arguments()),
                one.to_string(),
            )
        });
        for (group, code, names, english) in flaws.chain(helps).chain(parts) {
            let said = |language| {
                let named = names.iter().map(|name| (*name, *name)).collect();
                sentence(group, code, named, language)
            };
            assert_eq!(said(Language::En), english, "{group}{code}");
            for language in [Language::Kk, Language::Ru] {
                let words = said(language);
                assert!(!words.starts_with(group), "{words}");
                let missing = names.iter().find(|name| !words.contains(*name));
                assert_eq!(missing, None, "{words}");
                let differs = words != english || english.split_whitespace().count() < 2;
                assert!(differs, "{words} is English");
            }
        }
    }

    #[test]
    fn what_is_broken_about_a_case_is_said_in_every_language() {
        for language in [Language::Kk, Language::Ru, Language::En] {
            for what in Broken::ALL {
                let sentence = stays(what.code(), "", "", language);
                assert!(!sentence.starts_with("stays-"), "{sentence}");
            }
        }
    }

    #[test]
    fn a_change_names_things_by_their_title_and_their_id() {
        let edits = [
            ("id = \"filed\"", "id = \"received\""),
            ("from = [\"filed\"]", "from = [\"received\"]"),
            ("to = \"filed\"", "to = \"received\""),
            ("name = \"over_limit_reason\"", "name = \"limit_reason\""),
        ];
        let old = parse(BASIC).unwrap();
        let new = edits.iter().fold(BASIC.to_owned(), |text, (from, to)| {
            text.replacen(from, to, 9)
        });
        let new = kelisim_domain::workflow::from_stored(&new).unwrap();
        let titles = Titles {
            old: &old,
            new: &new,
        };
        let said = |language| -> Vec<String> {
            let changes = diff(&old, &new);
            changes
                .iter()
                .map(|one| change(one, titles, language))
                .collect()
        };
        let english = said(Language::En);
        for words in [
            "There is a new step “Filed (received)”.",
            "The step “Filed (filed)” is gone: cases that stand there need another one.",
            "it starts from: Filed (received).",
        ] {
            assert!(
                english.iter().any(|one| one.ends_with(words)),
                "{words}: {english:#?}"
            );
        }
        let ids = ["“filed”", "“received”", "“assign”", "“over_limit_reason”"];
        let bare = english
            .iter()
            .find(|one| ids.iter().any(|id| one.contains(id)));
        assert_eq!(bare, None);
        let kazakh = said(Language::Kk);
        assert!(
            kazakh.iter().any(|one| one.contains("Тіркелді (filed)")),
            "{kazakh:#?}"
        );
    }

    #[test]
    fn a_change_is_a_sentence_in_every_language() {
        let (old, new) = (
            parse(BASIC).unwrap(),
            BASIC.replace("\"proposal_rejected\", ", ""),
        );
        let new = parse(&new).unwrap();
        let titles = Titles {
            old: &old,
            new: &new,
        };
        let changes = diff(&old, &new);
        for language in [Language::Kk, Language::Ru, Language::En] {
            for one in &changes {
                let sentence = change(one, titles, language);
                assert!(!sentence.starts_with("change-"), "{sentence}");
            }
        }
        let sentence = stays("lacks", "in_mediation", "contract", Language::En);
        assert_eq!(
            sentence,
            "Every case at the step “in_mediation” has a contract, and this one has none."
        );
    }
}
