//! The words of a message in the reader's language (Fluent, `locales/*/mail.ftl`).

use chrono::NaiveDate;
use kelisim_domain::{
    language::{Language, Names},
    notice::{DataLevel, PartnerEvent, PartnerNotice},
};

use super::{
    message::{Content, Message},
    words_case,
};
use crate::locale::{self, Arguments, arguments, own_text, text, text_with};

/// A message in words; the two templates lay it out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) subject: String,
    pub(super) network: String,
    pub(super) heading: String,
    pub(super) hello: String,
    pub(super) paragraphs: Vec<String>,
    pub(super) items: Vec<String>,
    pub(super) facts: Vec<(String, String)>,
    pub(super) button: Option<(String, String)>,
    pub(super) closing: Vec<String>,
    pub(super) footer: Vec<String>,
}

/// Puts a message into words.
pub(super) fn words(message: &Message) -> Words {
    let speaker = Speaker(message.language);
    let mut words = Words {
        network: speaker.with("mail-network", "network", &message.network),
        hello: speaker.say("mail-hello"),
        ..words_of(&message.content, message.language)
    };
    words.footer.push(speaker.say("mail-automatic"));
    if message.reply_to.is_some() {
        words.footer.push(speaker.say("mail-reply"));
    }
    words
}

/// Puts what a message tells into words, without what all messages share.
pub(super) fn words_of(content: &Content, language: Language) -> Words {
    let speaker = Speaker(language);
    let kind = content.code().replace('_', "-");
    let mut words = Words {
        heading: speaker.say(&format!("mail-{kind}-heading")),
        ..Words::default()
    };
    match content {
        Content::Assignment {
            number,
            office,
            case_language,
            on,
            link,
        } => {
            let language = speaker.say(&format!("mail-language-{case_language}"));
            words.subject = speaker.with("mail-assignment-subject", "number", number);
            words.paragraphs = vec![
                speaker.with("mail-assignment-body", "number", number),
                speaker.say("mail-assignment-next"),
            ];
            words.facts = vec![
                speaker.fact("case", number.clone()),
                speaker.fact("office", office.clone()),
                speaker.fact("case-language", language),
                speaker.fact("appointed", speaker.date(*on)),
            ];
            words.button = Some((speaker.say("mail-open-case"), link.clone()));
            words.closing = vec![
                speaker.say("mail-assignment-silent"),
                speaker.say("mail-assignment-cannot"),
            ];
        }
        Content::Unassignment { .. } => unassigned(&speaker, content, &mut words),
        Content::Staff(letter) => words_case::tell(&speaker, &kind, letter, &mut words),
        Content::MemorandumSigned { .. } => signed(&speaker, content, &mut words),
        Content::MemorandumTerminated {
            memorandum,
            partner,
            on,
        } => {
            let body = speaker.for_reader("mail-memorandum-terminated-body", partner.is_some());
            words.subject = speaker.with(
                "mail-memorandum-terminated-subject",
                "memorandum",
                memorandum,
            );
            words.paragraphs = vec![
                speaker.with(&body, "memorandum", memorandum),
                speaker.say("mail-memorandum-terminated-cases"),
            ];
            words.facts = vec![speaker.fact("memorandum", memorandum.clone())];
            words
                .facts
                .extend(partner.clone().map(|name| speaker.fact("partner", name)));
            words
                .facts
                .push(speaker.fact("terminated", speaker.date(*on)));
            if partner.is_none() {
                words.closing = vec![speaker.say("mail-memorandum-terminated-thanks")];
            }
        }
        Content::Case {
            notice,
            memorandum,
            own,
        } => {
            case(&speaker, &kind, notice, &mut words);
            if let Some(own) = own {
                words.paragraphs = paragraphs(own);
            }
            words.footer = vec![
                speaker.with("mail-under-memorandum", "memorandum", memorandum),
                speaker.say("mail-confidential"),
            ];
        }
        Content::MemorandumEnds {
            memorandum,
            partner,
            until,
            ..
        } => {
            let body = speaker.for_reader(&format!("mail-{kind}-body"), partner.is_some());
            let subject = format!("mail-{kind}-subject");
            words.subject = speaker.with(&subject, "memorandum", memorandum);
            words.paragraphs = vec![speaker.with(&body, "memorandum", memorandum)];
            words.facts = vec![speaker.fact("memorandum", memorandum.clone())];
            let name = partner.clone().map(|name| speaker.fact("partner", name));
            words.facts.extend(name);
            words
                .facts
                .push(speaker.fact("until", speaker.date(*until)));
        }
        Content::DocumentsExpiring { mediator, until } => {
            words.subject = speaker.say("mail-documents-expiring-subject");
            words.paragraphs = vec![speaker.say("mail-documents-expiring-body")];
            words.facts = vec![
                speaker.fact("mediator", mediator.clone()),
                speaker.fact("documents-until", speaker.date(*until)),
            ];
        }
        Content::Account { name, link, .. } => {
            let part = |name: &str| speaker.say(&format!("mail-{kind}-{name}"));
            words.subject = part("subject");
            words.paragraphs = vec![part("body"), speaker.say("mail-account-hour")];
            words.facts = vec![speaker.fact("account-name", name.clone())];
            words.button = Some((part("button"), link.clone()));
            words.closing = vec![part("closing")];
        }
        Content::Test => {
            words.subject = speaker.say("mail-test-subject");
            words.paragraphs = vec![speaker.say("mail-test-body")];
        }
    }
    words
}

fn unassigned(speaker: &Speaker, content: &Content, words: &mut Words) {
    let Content::Unassignment {
        number,
        office,
        on,
        replaced,
    } = content
    else {
        return;
    };
    let (rest, day) = match replaced {
        true => ("", "handed-over"),
        false => ("-released", "date"),
    };
    let part = |name: &str| format!("mail-unassignment-{name}{rest}");
    words.subject = speaker.with(&part("subject"), "number", number);
    words.heading = speaker.say(&part("heading"));
    words.paragraphs = vec![
        speaker.with(&part("body"), "number", number),
        speaker.say("mail-unassignment-notes"),
    ];
    words.facts = vec![
        speaker.fact("case", number.clone()),
        speaker.fact("office", office.clone()),
        speaker.fact(day, speaker.date(*on)),
    ];
    words.closing = vec![speaker.say("mail-unassignment-thanks")];
}

fn signed(speaker: &Speaker, content: &Content, words: &mut Words) {
    let Content::MemorandumSigned {
        memorandum,
        partner,
        from,
        until,
        level,
        events,
    } = content
    else {
        return;
    };
    let staff = partner.is_some();
    let part = |name: &str| speaker.for_reader(&format!("mail-memorandum-signed-{name}"), staff);
    words.subject = speaker.with("mail-memorandum-signed-subject", "memorandum", memorandum);
    words.facts = vec![speaker.fact("memorandum", memorandum.clone())];
    words
        .facts
        .extend(partner.clone().map(|name| speaker.fact("partner", name)));
    words
        .facts
        .extend(from.map(|day| speaker.fact("from", speaker.date(day))));
    words.facts.push(match until {
        Some(day) => speaker.fact("until", speaker.date(*day)),
        None => speaker.fact("until", speaker.say("mail-fact-open-ended")),
    });
    words.paragraphs = vec![speaker.with(&part("body"), "memorandum", memorandum)];
    if *level == DataLevel::CountOnly {
        words.paragraphs.push(speaker.say(&part("numbers")));
    } else if !events.is_empty() {
        words.paragraphs.push(speaker.say(&part("events")));
        words.items = events.iter().map(|event| speaker.event(*event)).collect();
    }
    if !staff {
        words.closing = vec![speaker.say("mail-confidential")];
    }
}

fn case(speaker: &Speaker, kind: &str, notice: &PartnerNotice, words: &mut Words) {
    let name = notice.subject_name();
    words.subject = speaker.with(&format!("mail-{kind}-subject"), "reference", name);
    words.paragraphs = vec![speaker.with(&format!("mail-{kind}-body"), "reference", name)];
    words.facts = vec![
        speaker.fact("referral", name.to_owned()),
        speaker.fact("date", speaker.date(notice.on())),
    ];
    words.facts.extend(notice.outcome().map(|outcome| {
        let key = format!("mail-outcome-{}", outcome.code().replace('_', "-"));
        speaker.fact("outcome", speaker.say(&key))
    }));
    let mediator = notice.mediator_name().map(str::to_owned);
    words
        .facts
        .extend(mediator.map(|name| speaker.fact("mediator", name)));
    if notice.event() == PartnerEvent::Ended {
        words.closing = vec![speaker.say("mail-case-ended-thanks")];
    }
}

/// The text of a workflow's own, with the day of the event and, for staff, the case number; none when it asks for more.
pub(super) fn own_words(
    language: Language,
    own: &Names,
    on: NaiveDate,
    number: Option<String>,
) -> Option<String> {
    let mut given: Arguments = arguments([("on", Speaker(language).date(on).into())]);
    given.extend(number.map(|number| ("number".into(), number.into())));
    own_text(language, own.get(language), &given)
}

/// A text of a workflow's own: a paragraph a line.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Says things in one language.
pub(super) struct Speaker(pub(super) Language);

impl Speaker {
    pub(super) fn say(&self, key: &str) -> String {
        text(self.0, key)
    }

    pub(super) fn with(&self, key: &str, name: &'static str, value: &str) -> String {
        text_with(self.0, key, &arguments([(name, value.to_owned().into())]))
    }

    pub(super) fn fact(&self, name: &str, value: String) -> (String, String) {
        (self.say(&format!("mail-fact-{name}")), value)
    }

    fn event(&self, event: PartnerEvent) -> String {
        self.say(&format!("mail-event-{}", event.code()))
    }

    /// The coordinator reads another sentence than the partner.
    fn for_reader(&self, key: &str, staff: bool) -> String {
        match staff {
            true => format!("{key}-staff"),
            false => key.to_owned(),
        }
    }

    /// A long date as people write it; the bare ISO date if the calendar cannot hold it.
    pub(super) fn date(&self, day: NaiveDate) -> String {
        locale::day(self.0, day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_reads_as_people_write_it() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let dates = Language::ALL.map(|language| Speaker(language).date(day));
        assert_eq!(
            dates,
            [
                "2026\u{a0}ж. 22 қараша",
                "22 ноября 2026\u{a0}г.",
                "22 November 2026"
            ]
        );
    }
}
