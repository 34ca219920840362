//! The letters to staff about a case, one of each that reads differently.

use kelisim_api::mail::message::{CaseLetter, CaseNews, Content, Reader};
use kelisim_domain::language::Language;

use crate::texts::day;

/// A letter about the case, with the way to it where the reader may open it.
fn letter(news: CaseNews, may_open: bool) -> Content {
    let link = "https://kelisim.example/cases/019a0000-0000-7000-8000-000000000001";
    Content::Staff(CaseLetter {
        number: "ORL-03/2026-0017".into(),
        office: "Орал, Достық үйі".into(),
        link: may_open.then(|| link.into()),
        news,
    })
}

/// Every letter to staff about a case, with every variant that reads differently.
pub(crate) fn contents() -> Vec<(&'static str, Content)> {
    let mut all = about_offers();
    all.extend(about_terms());
    all.push((
        "unassignment_released",
        Content::Unassignment {
            number: "ORL-03/2026-0017".into(),
            office: "Орал, Достық үйі".into(),
            on: day(11, 22),
            replaced: false,
        },
    ));
    all
}

fn about_offers() -> Vec<(&'static str, Content)> {
    let on = day(11, 22);
    let offer = |until| CaseNews::Offer {
        case_language: Language::Kk,
        until,
    };
    let expired = |reader| CaseNews::OfferExpired { on, reader };
    let declined = |reader| CaseNews::OfferDeclined { on, reader };
    let lost = |term_end, reader| CaseNews::MediatorLost {
        on,
        term_end,
        reader,
    };
    let filed_on = day(11, 17);
    vec![
        ("offer", letter(offer(Some(day(11, 24))), true)),
        ("offer_without_end", letter(offer(None), true)),
        (
            "offer_withdrawn",
            letter(CaseNews::OfferWithdrawn { on }, false),
        ),
        ("offer_expired", letter(expired(Reader::Mediator), false)),
        (
            "offer_expired_staff",
            letter(expired(Reader::Choosing), true),
        ),
        (
            "offer_expired_staff_since_chosen",
            letter(expired(Reader::Office), true),
        ),
        (
            "offer_accepted",
            letter(CaseNews::OfferAccepted { on }, true),
        ),
        ("offer_declined", letter(declined(Reader::Choosing), true)),
        (
            "offer_declined_since_chosen",
            letter(declined(Reader::Office), true),
        ),
        ("mediator_lost", letter(lost(None, Reader::Choosing), true)),
        (
            "mediator_lost_in_term",
            letter(lost(Some(day(12, 21)), Reader::Choosing), true),
        ),
        (
            "mediator_lost_since_chosen",
            letter(lost(None, Reader::Office), true),
        ),
        (
            "mediator_lost_after_term",
            letter(lost(Some(day(11, 20)), Reader::Keeping), true),
        ),
        (
            "case_unattended",
            letter(CaseNews::CaseUnattended { filed_on }, true),
        ),
    ]
}

fn about_terms() -> Vec<(&'static str, Content)> {
    let late = |reader| CaseNews::ContractLate { reader };
    let soon = |reader| CaseNews::TermEndsSoon {
        last_day: Some(day(11, 29)),
        reader,
    };
    let over = |reader| CaseNews::TermIsOver {
        last_day: Some(day(11, 20)),
        until: Some(day(11, 24)),
        reader,
    };
    let lapsed = |reader| CaseNews::CaseLapsed {
        on: day(11, 22),
        reader,
    };
    let extended = CaseNews::TermExtended {
        last_day: Some(day(12, 21)),
    };
    let check = CaseNews::FollowUpDue {
        signed_on: Some(day(10, 23)),
    };
    let court = CaseNews::CourtPauseEnds {
        ruled_on: Some(day(11, 9)),
    };
    let note = CaseNews::Note {
        text: "Ауылдық кеңес кездесуі 22 қарашада.\nКездесуден кейін нәтижесін жазыңыз.".into(),
        on: day(11, 22),
    };
    vec![
        ("contract_late", letter(late(Reader::Mediator), true)),
        ("contract_late_staff", letter(late(Reader::Office), true)),
        ("term_ends_soon", letter(soon(Reader::Mediator), true)),
        ("term_ends_soon_staff", letter(soon(Reader::Office), true)),
        (
            "term_ends_soon_vacant",
            letter(soon(Reader::Choosing), true),
        ),
        ("term_is_over", letter(over(Reader::Mediator), true)),
        ("term_is_over_staff", letter(over(Reader::Office), true)),
        ("term_is_over_vacant", letter(over(Reader::Keeping), true)),
        ("term_extended", letter(extended, true)),
        ("case_lapsed", letter(lapsed(Reader::Mediator), true)),
        ("case_lapsed_staff", letter(lapsed(Reader::Office), true)),
        ("follow_up_due", letter(check, true)),
        ("court_pause_ends", letter(court, true)),
        ("workflow_note", letter(note, true)),
    ]
}
