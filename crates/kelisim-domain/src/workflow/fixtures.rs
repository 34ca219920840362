//! Definitions for the tests of pictures and interchange.

mod large;
mod longer;

pub(super) use large::large;
pub(super) use longer::longer;

use super::{
    BASIC, MEDIATION,
    definition::{Action, Audience, Definition, Firing, Runs, Start, Step, Telling, Text, Timer},
    parse,
};
use crate::{
    case::{Class, Stage},
    language::Names,
    legal::TermName,
    notice::NoticeKind,
};
use std::collections::BTreeMap;

/// Every definition that a picture and an export are tested with. A shipped one is added as one line.
pub(super) fn all() -> Vec<Definition> {
    vec![
        parse(BASIC).expect("basic.toml"),
        parse(MEDIATION).expect("mediation.toml"),
        mediation(),
        large(60, 200),
    ]
}

fn names(kk: &str, ru: &str, en: &str) -> Names {
    let [kk, ru, en] = [kk, ru, en].map(ToOwned::to_owned);
    Names { kk, ru, en }
}

fn empty(key: &str, title: Names) -> Definition {
    Definition {
        key: key.parse().expect("a key"),
        version: 1,
        title,
        statutory: false,
        grounds: Vec::new(),
        steps: Vec::new(),
        actions: Vec::new(),
        timers: Vec::new(),
        notices: Vec::new(),
    }
}

fn step(stage: Stage, id: &str, class: Class, title: Names) -> Step {
    Step {
        id: id.parse().expect("a step"),
        stage,
        class: (stage != Stage::Closed).then_some(class),
        title,
    }
}

fn action(name: &str, from: &str, to: &str, who: &str, title: Names) -> Action {
    Action {
        name: name.parse().expect("an action"),
        from: words(from),
        to: to.parse().expect("a step"),
        title,
        who: words(who),
        guards: Vec::new(),
        form: Vec::new(),
        effects: Vec::new(),
    }
}

fn words<T: std::str::FromStr>(text: &str) -> Vec<T> {
    let word = |word: &str| word.parse().ok().expect("a word");
    text.split_whitespace().map(word).collect()
}

fn timer(name: &str, at: &str, (starts, runs): (Start, Runs), fires: &str, title: Names) -> Timer {
    Timer {
        name: name.parse().expect("a timer"),
        title,
        at: words(at),
        starts,
        runs,
        pauses: false,
        check: None,
        tells: Vec::new(),
        fires: fires.parse().ok().map(|action| Firing {
            action,
            answers: BTreeMap::new(),
        }),
    }
}

fn telling(mut timer: Timer, who: &[Audience]) -> Timer {
    timer.tells.extend(who.iter().map(|to| Telling {
        to: *to,
        notice: Text::Shipped(NoticeKind::Assignment),
    }));
    timer
}

fn own(text: &str) -> Runs {
    Runs::Own(text.parse().expect("a length"))
}

/// Like the standard workflow of sections 3.1 to 3.4: twelve steps, offers, timers.
pub(super) fn mediation() -> Definition {
    let mut definition = empty(
        "mediation_like",
        names(
            "Медиация тәртібі",
            "Порядок медиации",
            "Mediation <standard> & more",
        ),
    );
    definition.steps = mediation_steps();
    definition.actions = mediation_actions();
    definition.timers = mediation_timers();
    definition
}

fn mediation_steps() -> Vec<Step> {
    use Class::{Active, New, Waiting};
    use Stage::{Assigned, Closed, Filed, Reconciled};
    [
        (
            Filed,
            "registered",
            New,
            "Тіркелді",
            "Зарегистрировано",
            "Registered",
        ),
        (
            Filed,
            "screening",
            Active,
            "Тексеруде",
            "Проверка",
            "Screening",
        ),
        (
            Filed,
            "proposal_sent",
            Waiting,
            "Ұсыныс жіберілді",
            "Предложение отправлено",
            "Proposal sent",
        ),
        (
            Filed,
            "ready",
            Active,
            "Дайын",
            "Готово к медиации",
            "Ready",
        ),
        (
            Assigned,
            "offered",
            Waiting,
            "Медиаторға ұсынылды",
            "Предложено медиатору",
            "Offered to a mediator",
        ),
        (
            Assigned,
            "accepted",
            Active,
            "Медиатор қабылдады",
            "Принято медиатором",
            "Accepted",
        ),
        (
            Assigned,
            "in_mediation",
            Active,
            "Медиация жүруде",
            "Идёт медиация",
            "In mediation",
        ),
        (
            Assigned,
            "vacant",
            Waiting,
            "Медиатор жоқ",
            "Без медиатора",
            "No mediator",
        ),
        (
            Assigned,
            "term_over",
            Waiting,
            "Мерзім бітті",
            "Срок истёк",
            "Term over",
        ),
        (
            Reconciled,
            "signed",
            Active,
            "Келісімге қол қойылды",
            "Соглашение подписано",
            "Agreement signed",
        ),
        (
            Reconciled,
            "follow_up",
            Waiting,
            "Орындалуын бақылау",
            "Контроль исполнения",
            "Follow-up",
        ),
        (Closed, "closed", Active, "Жабылды", "Закрыто", "Closed"),
    ]
    .into_iter()
    .map(|(stage, id, class, kk, ru, en)| step(stage, id, class, names(kk, ru, en)))
    .collect()
}

fn mediation_actions() -> Vec<Action> {
    let office = "office_head coordinator";
    [
        (
            "file",
            "",
            "registered",
            "office_mediator office_head coordinator",
            "Істі тіркеу",
            "Зарегистрировать дело",
            "File a case",
        ),
        (
            "screen",
            "registered",
            "screening",
            "office_head",
            "Тексеруді бастау",
            "Начать проверку",
            "Start screening",
        ),
        (
            "propose",
            "screening",
            "proposal_sent",
            "office_head",
            "Екінші тарапты шақыру",
            "Пригласить вторую сторону",
            "Invite the other side",
        ),
        (
            "confirm",
            "screening proposal_sent",
            "ready",
            "office_head",
            "Екі тарап келісті",
            "Обе стороны согласны",
            "Both sides are willing",
        ),
        (
            "offer",
            "ready",
            "offered",
            office,
            "Медиаторға ұсыну",
            "Предложить медиатору",
            "Offer to a mediator",
        ),
        (
            "accept",
            "offered",
            "accepted",
            "asked_mediator",
            "Қабылдау",
            "Принять",
            "Accept",
        ),
        (
            "decline",
            "offered",
            "ready",
            "asked_mediator",
            "Бас тарту",
            "Отказаться",
            "Decline",
        ),
        (
            "withdraw_offer",
            "offered",
            "ready",
            office,
            "Ұсынысты қайтару",
            "Отозвать предложение",
            "Withdraw the offer",
        ),
        (
            "expire_offer",
            "offered",
            "ready",
            "clock",
            "Жауап болмады",
            "Нет ответа",
            "No answer",
        ),
        (
            "recuse",
            "accepted",
            "ready",
            "case_mediator",
            "Өздігінен бас тарту",
            "Взять самоотвод",
            "Recuse oneself",
        ),
        (
            "suspend",
            "accepted",
            "ready",
            "register",
            "Медиатор тоқтатылды",
            "Медиатор отстранён",
            "Mediator suspended",
        ),
        (
            "sign_contract",
            "accepted",
            "in_mediation",
            "case_mediator",
            "Шартты тіркеу",
            "Записать договор",
            "Record the contract",
        ),
        (
            "extend",
            "in_mediation",
            "in_mediation",
            "case_mediator",
            "Мерзімді ұзарту",
            "Продлить срок",
            "Extend the term",
        ),
        (
            "lose_mediator",
            "in_mediation",
            "vacant",
            "register",
            "Медиатор кетті",
            "Медиатор выбыл",
            "The mediator is gone",
        ),
        (
            "replace",
            "vacant",
            "in_mediation",
            office,
            "Жаңа медиатор",
            "Новый медиатор",
            "A new mediator",
        ),
        (
            "end_term",
            "in_mediation vacant",
            "term_over",
            "clock",
            "Мерзім аяқталды",
            "Срок закончился",
            "The term has ended",
        ),
        (
            "reconcile",
            "in_mediation term_over",
            "signed",
            "case_mediator",
            "Татуласуды тіркеу",
            "Записать примирение",
            "Record the reconciliation",
        ),
        (
            "follow",
            "signed",
            "follow_up",
            "case_mediator",
            "Бақылауды бастау",
            "Начать контроль",
            "Start the follow-up",
        ),
        (
            "check",
            "follow_up",
            "follow_up",
            "case_mediator",
            "Орындалуын тексеру",
            "Проверить исполнение",
            "Check what was done",
        ),
        (
            "close",
            "registered screening proposal_sent ready",
            "closed",
            "office_head coordinator clock",
            "Істі жабу",
            "Закрыть дело",
            "Close the case",
        ),
        (
            "close",
            "accepted in_mediation term_over",
            "closed",
            "case_mediator clock",
            "Істі жабу",
            "Закрыть дело",
            "Close the case",
        ),
        (
            "close",
            "vacant",
            "closed",
            "office_head",
            "Жазбаша бас тартуды тіркеу",
            "Записать письменный отказ",
            "Record a written refusal",
        ),
        (
            "close",
            "signed follow_up",
            "closed",
            "case_mediator",
            "Істі жабу",
            "Закрыть дело",
            "Close the case",
        ),
    ]
    .into_iter()
    .map(|(name, from, to, who, kk, ru, en)| action(name, from, to, who, names(kk, ru, en)))
    .collect()
}

fn mediation_timers() -> Vec<Timer> {
    use Audience::{Coordinator, Mediator, OfficeHead};
    let term = Runs::Law(TermName::Mediation);
    let warning = |days: &str| Runs::Before(days.parse().expect("a length"));
    vec![
        telling(
            timer(
                "act",
                "registered screening",
                (Start::Filed, own("3 working_days")),
                "",
                names(
                    "Жаңа іс қозғалмады",
                    "Новое дело не двигается",
                    "A new case is not moving",
                ),
            ),
            &[Coordinator],
        ),
        timer(
            "answer",
            "proposal_sent",
            (Start::Proposal, Runs::Law(TermName::ProposalAnswer)),
            "close",
            names(
                "Жауап жоқ",
                "Нет ответа на предложение",
                "No answer to the proposal",
            ),
        ),
        telling(
            timer(
                "offer_answer",
                "offered",
                (Start::Offer, own("2 working_days")),
                "expire_offer",
                names(
                    "Медиатор жауап бермеді",
                    "Медиатор не ответил",
                    "The mediator has not answered",
                ),
            ),
            &[OfficeHead, Coordinator],
        ),
        telling(
            timer(
                "contract_due",
                "accepted",
                (Start::Accepted, own("7 working_days")),
                "",
                names("Шарт жасалмады", "Договор не заключён", "No contract yet"),
            ),
            &[Mediator, OfficeHead],
        ),
        telling(
            timer(
                "warn_seven",
                "in_mediation vacant",
                (Start::TermEnd, warning("7 calendar_days")),
                "",
                names(
                    "Мерзім бітуге жақын",
                    "Срок подходит к концу",
                    "The term is ending",
                ),
            ),
            &[Mediator, OfficeHead],
        ),
        timer(
            "term",
            "in_mediation vacant",
            (Start::Contract, term),
            "end_term",
            names("Медиация мерзімі", "Срок медиации", "Term of mediation"),
        ),
        timer(
            "late_entry",
            "term_over",
            (Start::TermEnd, own("2 working_days")),
            "close",
            names(
                "Кеш енгізу мерзімі",
                "Срок позднего ввода",
                "Time for late entry",
            ),
        ),
        telling(
            timer(
                "follow_30",
                "follow_up",
                (Start::Agreement, own("30 calendar_days")),
                "",
                names(
                    "30 күннен кейінгі тексеру",
                    "Проверка через 30 дней",
                    "Check after 30 days",
                ),
            ),
            &[Mediator],
        ),
        telling(
            timer(
                "follow_90",
                "follow_up",
                (Start::Agreement, own("90 calendar_days")),
                "",
                names(
                    "90 күннен кейінгі тексеру",
                    "Проверка через 90 дней",
                    "Check after 90 days",
                ),
            ),
            &[Mediator],
        ),
    ]
}
