//! Corpora of broken definitions: each is a shipped one with something wrong, and each is caught for that very reason
//! (D35).

mod basic;
mod statutory;
mod ways;

use kelisim_domain::workflow::{BASIC, MEDIATION, examine};

/// What is wrong, how it is made from the shipped one (what stands there, what stands there instead), and words of the fault.
struct Broken {
    what: &'static str,
    edits: &'static [(&'static str, &'static str)],
    says: &'static [&'static str],
}

const fn broken(
    what: &'static str,
    edits: &'static [(&'static str, &'static str)],
    says: &'static [&'static str],
) -> Broken {
    Broken { what, edits, says }
}

/// Everything that is not caught for its own reason.
fn missed(shipped: &str, corpus: &[Broken]) -> Vec<String> {
    let mut missed = Vec::new();
    for one in corpus {
        let mut text = shipped.to_owned();
        for (from, to) in one.edits {
            let edited = text.replacen(from, to, 1);
            assert_ne!(edited, text, "{}: {from:?} does not stand there", one.what);
            text = edited;
        }
        let faults: Vec<String> = match examine(&text) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.iter().map(ToString::to_string).collect(),
        };
        for words in one.says {
            if !faults.iter().any(|fault| fault.contains(words)) {
                missed.push(format!("{}: {words:?} is not among {faults:#?}", one.what));
            }
        }
    }
    missed
}

#[test]
fn d35_every_broken_definition_is_caught_for_its_own_reason() {
    let missed = missed(BASIC, basic::CORPUS);
    assert!(missed.is_empty(), "{}: {}", missed.len(), missed.join("\n"));
    assert!(basic::CORPUS.len() >= 40);
}

#[test]
fn d35_every_broken_statutory_definition_is_caught_for_its_own_reason() {
    let missed = missed(MEDIATION, statutory::CORPUS);
    assert!(missed.is_empty(), "{}: {}", missed.len(), missed.join("\n"));
    assert!(statutory::CORPUS.len() >= 40);
}

#[test]
fn d35_every_way_that_leads_astray_is_caught_for_its_own_reason() {
    let missed = missed(MEDIATION, ways::CORPUS);
    assert!(missed.is_empty(), "{}: {}", missed.len(), missed.join("\n"));
}

/// One fault is one message: a part that could not be read does not make its neighbours look wrong.
#[test]
fn a_mistyped_word_is_the_only_fault() {
    for (from, to) in [
        ("stage = \"reconciled\"", "stage = \"reconsiled\""),
        ("to = \"closed\"", "to = \"\""),
        ("type = \"mediator\"", "type = \"mediater\""),
        ("on = \"ended\"", "on = \"end\""),
    ] {
        let text = BASIC.replacen(from, to, 1);
        let faults = examine(&text).expect_err("a fault");
        let found: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 1, "{to}: {found:#?}");
    }
}

/// A list with one bracket is told once, and whatever else is wrong is told beside it, at its own place.
#[test]
fn a_bracket_too_few_is_one_fault_however_often_it_stands() {
    for list in [
        "steps",
        "actions",
        "actions.form",
        "timers",
        "timers.tells",
        "notices",
    ] {
        let (two, one) = (format!("[[{list}]]"), format!("[{list}]"));
        let place = 1 + MEDIATION[..MEDIATION.find(&two).expect("it stands there")]
            .matches('\n')
            .count();
        for text in [
            MEDIATION.replace(&two, &one),
            MEDIATION.replacen(&two, &one, 1),
        ] {
            let found = examine(&text).expect_err("a fault");
            assert_eq!(found.len(), 1, "{list}: {found:#?}");
            assert_eq!(
                (found[0].position.line, &text[found[0].span.clone()]),
                (place, &*one)
            );
            let help = format!("(write `[[{list}]]`, wherever it stands)");
            assert!(found[0].to_string().ends_with(&help), "{}", found[0]);

            let mistyped = text.replacen("stage = \"reconciled\"", "stage = \"reconsiled\"", 1);
            let found = examine(&mistyped).expect_err("two faults");
            assert_eq!(found.len(), 2, "{list}: {found:#?}");
            let word = found
                .iter()
                .any(|fault| &mistyped[fault.span.clone()] == "\"reconsiled\"");
            assert!(word, "{found:#?}");
        }
    }
}

#[test]
fn the_shipped_definitions_are_clean() {
    assert!(examine(BASIC).is_ok());
    assert!(examine(MEDIATION).is_ok());
}
