//! Sentences about workflows in the reader's language: what is wrong with one, what changed between two versions, and
//! why a case stays.

use crate::locale::{arguments, text, text_with};
use kelisim_domain::{
    calendar::DayKind,
    document::{DocumentFault, Help},
    language::Language,
    workflow::{ActionPart, Change, TimerPart},
};
use std::borrow::Cow;

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

/// What changed, as a sentence.
pub fn change(change: &Change, language: Language) -> String {
    let named = named(change, language);
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

fn named(change: &Change, language: Language) -> Named {
    let what = |what: &dyn std::fmt::Display| Named {
        what: what.to_string(),
        ..Named::default()
    };
    let word = |group: &str, code: &str| text(language, &format!("{group}-{}", dashed(code)));
    match change {
        Change::Title(of) => what(of),
        Change::Statutory(_) => Named::default(),
        Change::GroundAdded(ground) | Change::GroundRemoved(ground) => {
            what(&word("ground", ground.code()))
        }
        Change::StepAdded(step) | Change::StepRemoved(step) => what(step),
        Change::StepStage { step, from, to } => Named {
            was: word("stage", from.code()),
            is: word("stage", to.code()),
            ..what(step)
        },
        Change::StepClass { step, from, to } => Named {
            was: from.map_or("", |class| class.code()).to_owned(),
            is: to.map_or("", |class| class.code()).to_owned(),
            ..what(step)
        },
        Change::ActionAdded { action, from } | Change::ActionRemoved { action, from } => Named {
            was: from
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", "),
            ..what(action)
        },
        Change::ActionChanged {
            action,
            part,
            was,
            is,
            ..
        } => Named {
            part: ActionPart::code(*part),
            was: was.clone(),
            is: is.clone(),
            ..what(action)
        },
        Change::FieldAdded { action, field }
        | Change::FieldRemoved { action, field }
        | Change::FieldChanged { action, field } => Named {
            is: field.clone(),
            ..what(action)
        },
        Change::TimerAdded(timer) | Change::TimerRemoved(timer) => what(timer),
        Change::TimerChanged {
            timer,
            part,
            was,
            is,
        } => Named {
            part: TimerPart::code(*part),
            was: was.clone(),
            is: is.clone(),
            ..what(timer)
        },
        Change::NoticeAdded(rule) | Change::NoticeRemoved(rule) => Named {
            was: rule.on.code().to_owned(),
            is: rule.to.code().to_owned(),
            ..what(&rule.notice.kind().code())
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
    fn a_change_is_a_sentence_in_every_language() {
        let new = BASIC.replace("\"proposal_rejected\", ", "");
        let changes = diff(&parse(BASIC).unwrap(), &parse(&new).unwrap());
        for language in [Language::Kk, Language::Ru, Language::En] {
            for one in &changes {
                let sentence = change(one, language);
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
