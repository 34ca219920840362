//! The words of a letter to staff about a case.
//!
//! Each kind has the same parts, in the order in which they are read: what happened, what to do, the facts, the way to
//! the case, and what else helps. Which sentences a reader gets depends on who reads, never on who the parties are.

use chrono::NaiveDate;

use super::{
    message::{CaseLetter, CaseNews, Reader},
    words::{Speaker, Words, paragraphs},
};

/// Puts a letter into words; `kind` is the word for it in the keys.
pub(super) fn tell(speaker: &Speaker, kind: &str, letter: &CaseLetter, words: &mut Words) {
    let part = |name: &str| format!("mail-{kind}-{name}");
    let number = |key: &str| speaker.with(key, "number", &letter.number);
    let says = |keys: Vec<&str>| keys.into_iter().map(|key| speaker.say(key)).collect();
    words.subject = number(&part("subject"));
    words.paragraphs = match &letter.news {
        CaseNews::Note { text, .. } => paragraphs(text),
        CaseNews::OfferExpired {
            reader: Reader::Office | Reader::Choosing | Reader::Keeping,
            ..
        } => {
            words.heading = speaker.say("mail-offer-expired-heading-staff");
            vec![number("mail-offer-expired-body-staff")]
        }
        _ => vec![number(&part("body"))],
    };
    let next: Vec<String> = says(next(&letter.news));
    words.paragraphs.extend(next);
    words.facts = facts(speaker, letter);
    words.button = letter.link.clone().map(|link| {
        let label = match letter.news {
            CaseNews::Offer { .. } => "mail-open-and-answer",
            _ => "mail-open-case",
        };
        (speaker.say(label), link)
    });
    words.closing = says(closing(&letter.news));
}

/// What to do: the sentences after the first one.
fn next(news: &CaseNews) -> Vec<&'static str> {
    match news {
        CaseNews::Offer { .. } => vec!["mail-offer-next"],
        CaseNews::CaseUnattended { .. } => vec!["mail-case-unattended-next"],
        CaseNews::FollowUpDue { .. } => vec!["mail-follow-up-due-next"],
        CaseNews::CourtPauseEnds { .. } => vec!["mail-court-pause-ends-next"],
        CaseNews::MediatorLost {
            reader: Reader::Keeping,
            ..
        } => vec!["mail-mediator-lost-left"],
        CaseNews::OfferExpired { reader, .. }
        | CaseNews::OfferDeclined { reader, .. }
        | CaseNews::MediatorLost { reader, .. } => match reader {
            Reader::Choosing => vec!["mail-case-waits"],
            // Somebody has chosen since.
            Reader::Office | Reader::Mediator | Reader::Keeping => Vec::new(),
        },
        CaseNews::ContractLate { reader } => match reader {
            Reader::Mediator => vec!["mail-contract-late-next"],
            Reader::Office => vec!["mail-ask-mediator"],
            Reader::Choosing => vec!["mail-case-waits"],
            Reader::Keeping => Vec::new(),
        },
        CaseNews::TermEndsSoon { reader, .. } => match reader {
            Reader::Office => vec!["mail-ask-mediator"],
            Reader::Choosing => vec!["mail-case-waits"],
            Reader::Mediator | Reader::Keeping => Vec::new(),
        },
        CaseNews::TermIsOver { reader, .. } => match reader {
            Reader::Mediator => vec!["mail-term-is-over-next"],
            Reader::Office => vec!["mail-term-is-over-next-staff"],
            // Nobody is there who could enter an agreement.
            Reader::Choosing | Reader::Keeping => Vec::new(),
        },
        CaseNews::OfferWithdrawn { .. }
        | CaseNews::OfferAccepted { .. }
        | CaseNews::TermExtended { .. }
        | CaseNews::CaseLapsed { .. }
        | CaseNews::Note { .. } => Vec::new(),
    }
}

/// What else helps: the sentences after the facts.
fn closing(news: &CaseNews) -> Vec<&'static str> {
    match news {
        CaseNews::Offer { until, .. } => {
            let late = until.map(|_| "mail-offer-late");
            let rest = ["mail-offer-decline", "mail-assignment-silent"];
            late.into_iter().chain(rest).collect()
        }
        CaseNews::OfferWithdrawn { .. } => vec!["mail-offer-withdrawn-thanks"],
        CaseNews::OfferExpired {
            reader: Reader::Mediator,
            ..
        } => vec!["mail-offer-expired-busy"],
        CaseNews::MediatorLost {
            reader: Reader::Keeping,
            ..
        } => Vec::new(),
        CaseNews::MediatorLost {
            term_end: Some(_), ..
        } => vec!["mail-mediator-lost-term"],
        CaseNews::ContractLate {
            reader: Reader::Mediator,
        } => vec!["mail-contract-late-help"],
        CaseNews::TermEndsSoon {
            reader: Reader::Mediator,
            ..
        } => vec!["mail-term-ends-soon-agree", "mail-term-ends-soon-extend"],
        CaseNews::TermIsOver { until: Some(_), .. } => vec!["mail-term-is-over-late"],
        CaseNews::CaseLapsed {
            reader: Reader::Mediator,
            ..
        } => vec!["mail-case-lapsed-thanks"],
        _ => Vec::new(),
    }
}

fn facts(speaker: &Speaker, letter: &CaseLetter) -> Vec<(String, String)> {
    let mut facts = vec![
        speaker.fact("case", letter.number.clone()),
        speaker.fact("office", letter.office.clone()),
    ];
    if let CaseNews::Offer { case_language, .. } = &letter.news {
        let language = speaker.say(&format!("mail-language-{case_language}"));
        facts.push(speaker.fact("case-language", language));
    }
    for (name, day) in days(&letter.news) {
        facts.extend(day.map(|day| speaker.fact(name, speaker.date(day))));
    }
    facts
}

/// The days that a letter tells, each with the name of its fact.
fn days(news: &CaseNews) -> Vec<(&'static str, Option<NaiveDate>)> {
    match news {
        CaseNews::Offer { until, .. } => vec![("answer-by", *until)],
        CaseNews::OfferWithdrawn { on }
        | CaseNews::OfferExpired { on, .. }
        | CaseNews::OfferAccepted { on }
        | CaseNews::OfferDeclined { on, .. }
        | CaseNews::Note { on, .. } => vec![("date", Some(*on))],
        CaseNews::MediatorLost { on, term_end, .. } => {
            vec![("date", Some(*on)), ("term-end", *term_end)]
        }
        CaseNews::CaseUnattended { filed_on } => vec![("filed", Some(*filed_on))],
        CaseNews::ContractLate { .. } => Vec::new(),
        CaseNews::TermEndsSoon { last_day, .. } => vec![("term-end", *last_day)],
        CaseNews::TermIsOver {
            last_day, until, ..
        } => vec![("term-end", *last_day), ("entry-by", *until)],
        CaseNews::TermExtended { last_day } => vec![("term-end-new", *last_day)],
        CaseNews::CaseLapsed { on, .. } => vec![("closed", Some(*on))],
        CaseNews::FollowUpDue { signed_on } => vec![("signed", *signed_on)],
        CaseNews::CourtPauseEnds { ruled_on } => vec![("ruled", *ruled_on)],
    }
}
