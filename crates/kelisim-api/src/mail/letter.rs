//! What a letter to staff about a case says: when it leaves, and before anybody has ordered it, for whoever has to see what is
//! sent to whom (F12).

use kelisim_domain::{
    calendar::Zone,
    id::MediatorId,
    language::Language,
    notice::{NoticeKind, NoticeOrder, Payload},
};
use kelisim_persistence::store::case_mail::MailFacts;

use super::{
    case_news::{may_open, news},
    message::{CaseLetter, Content},
    words::{Words, words_of},
};

/// From what a letter is made.
pub(super) struct Told<'a> {
    pub(super) kind: NoticeKind,
    /// The mediator who reads it; none for others of staff.
    pub(super) to: Option<MediatorId>,
    pub(super) payload: &'a Payload,
    pub(super) case: &'a MailFacts,
    /// The office, in the reader's language.
    pub(super) office: &'a str,
    /// The page of the case.
    pub(super) link: &'a str,
}

impl Told<'_> {
    /// What it tells; none when kind and payload do not belong together.
    pub(super) fn content(&self, language: Language, zone: Zone) -> Option<Content> {
        let Payload::Case { number, on, .. } = self.payload else {
            return None;
        };
        let (number, office, on) = (number.to_string(), self.office.to_owned(), *on);
        Some(match self.kind {
            NoticeKind::Assignment => Content::Assignment {
                number,
                office,
                case_language: self.case.language,
                on,
                link: self.link.to_owned(),
            },
            NoticeKind::Unassignment => Content::Unassignment {
                number,
                office,
                on,
                replaced: self.case.mediator.is_some(),
            },
            kind => Content::Staff(CaseLetter {
                number,
                office,
                link: may_open(self.to, self.case).then(|| self.link.to_owned()),
                news: news(kind, self.to, self.payload, self.case, language, zone)?,
            }),
        })
    }
}

/// A letter that has not been ordered yet, in words.
pub(crate) struct Foreseen {
    /// What stands at its head.
    pub(crate) heading: String,
    /// Its sentences, in the order in which they are read.
    pub(crate) sentences: Vec<String>,
    /// Its facts: the name and the value.
    pub(crate) facts: Vec<(String, String)>,
}

/// The letter that an order would become, in the language of whoever looks; none for what is no letter to staff.
///
/// `case` is the case as it would be then, `office` the name of its office.
pub(crate) fn foreseen(
    order: &NoticeOrder,
    payload: &Payload,
    case: &MailFacts,
    office: &str,
    (language, zone): (Language, Zone),
) -> Option<Foreseen> {
    let to = match order {
        NoticeOrder::ToMediator { mediator, .. } => Some(*mediator),
        NoticeOrder::ToOffice(_) | NoticeOrder::ToCoordinators(_) => None,
        NoticeOrder::ToPartner { .. } => return None,
    };
    let told = Told {
        kind: order.kind(),
        to,
        payload,
        case,
        office,
        link: "",
    };
    let words: Words = words_of(&told.content(language, zone)?, language);
    let sentences = words.paragraphs.into_iter().chain(words.closing);
    Some(Foreseen {
        heading: words.heading,
        sentences: sentences.collect(),
        facts: words.facts,
    })
}
