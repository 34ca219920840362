//! The few words that a picture adds to the titles of a definition, in the three languages.

use super::super::definition::{Audience, Runs, Start, Timer};
use crate::{
    calendar::{Length, Unit},
    case::Stage,
    language::Language,
    legal::TermName,
    policy::Relation,
};

/// One saying in Kazakh, Russian and English.
type Said = [&'static str; 3];

fn pick(said: Said, language: Language) -> &'static str {
    match language {
        Language::Kk => said[0],
        Language::Ru => said[1],
        Language::En => said[2],
    }
}

/// A stage.
pub(in crate::workflow) fn stage(stage: Stage, language: Language) -> &'static str {
    let said = match stage {
        Stage::Filed => ["Тіркелді", "Зарегистрировано", "Filed"],
        Stage::Assigned => ["Тағайындалды", "Назначено", "Assigned"],
        Stage::Reconciled => ["Татуласты", "Примирены", "Reconciled"],
        Stage::Closed => ["Жабылды", "Закрыто", "Closed"],
    };
    pick(said, language)
}

/// Who acts.
pub(in crate::workflow) fn relation(relation: Relation, language: Language) -> &'static str {
    let said = match relation {
        Relation::CaseMediator => ["істің медиаторы", "медиатор дела", "mediator of the case"],
        Relation::OfficeMediator => [
            "кабинеттің медиаторы",
            "медиатор кабинета",
            "mediator of the office",
        ],
        Relation::OfficeHead => [
            "кабинет басшысы",
            "руководитель кабинета",
            "head of the office",
        ],
        Relation::Coordinator => [
            "өңірлік үйлестіруші",
            "региональный координатор",
            "regional coordinator",
        ],
        Relation::AskedMediator => [
            "іс ұсынылған медиатор",
            "медиатор, которому предложено дело",
            "mediator who was asked",
        ],
        Relation::Clock => ["мерзім", "срок", "clock"],
        Relation::Register => [
            "медиаторлар тізілімі",
            "реестр медиаторов",
            "register of mediators",
        ],
    };
    pick(said, language)
}

/// Who is told.
pub(in crate::workflow) fn audience(audience: Audience, language: Language) -> &'static str {
    let said = match audience {
        Audience::Mediator => return relation(Relation::CaseMediator, language),
        Audience::AskedMediator => return relation(Relation::AskedMediator, language),
        Audience::OfficeHead => return relation(Relation::OfficeHead, language),
        Audience::Coordinator => return relation(Relation::Coordinator, language),
        Audience::MediatorOrHead => [
            "медиатор, ол болмаса кабинет басшысы",
            "медиатор, а без него руководитель кабинета",
            "mediator, or else the office head",
        ],
        Audience::FormerMediator => ["бұрынғы медиатор", "прежний медиатор", "former mediator"],
        Audience::Partner => ["серіктес орган", "орган-партнёр", "partner agency"],
    };
    pick(said, language)
}

/// The words around what is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::workflow) enum Word {
    /// Before the number of the version.
    Version,
    /// Before who is told.
    Told,
    /// The legend of an arrow.
    Action,
    /// The legend of a dashed arrow.
    Clock,
    /// The legend of a dashed mark.
    Reminder,
    /// The legend of the round arrow.
    Stays,
    /// Where the case stands.
    Here,
    /// The way that it took.
    Way,
    /// The word before all steps.
    Steps,
}

/// A word around what is drawn.
pub(in crate::workflow) fn word(word: Word, language: Language) -> &'static str {
    let said = match word {
        Word::Version => ["нұсқа", "версия", "version"],
        Word::Told => ["хабар алады", "получает сообщение", "is told"],
        Word::Action => [
            "әрекет және оны кім жасайды",
            "действие и кто его совершает",
            "an action, and who takes it",
        ],
        Word::Clock => [
            "мерзім өткенде өздігінен болады",
            "происходит само по истечении срока",
            "happens by itself when time is up",
        ],
        Word::Reminder => [
            "еске салу: іс орнында қалады",
            "напоминание: дело остаётся на месте",
            "a reminder: the case stays where it is",
        ],
        Word::Stays => [
            "әрекет: іс осы қадамда қалады",
            "действие: дело остаётся на этом шаге",
            "an action: the case stays at this step",
        ],
        Word::Here => ["іс осында тұр", "дело сейчас здесь", "the case is here now"],
        Word::Way => ["іс жүрген жол", "путь дела", "the way the case took"],
        Word::Steps => ["Қадамдар", "Шаги", "Steps"],
    };
    pick(said, language)
}

/// How long, such as «10 calendar days».
pub(in crate::workflow) fn length(length: Length, language: Language) -> String {
    let count = length.count();
    let unit = match (language, length.unit()) {
        (Language::Kk, Unit::CalendarDays) => "күнтізбелік күн",
        (Language::Kk, Unit::WorkingDays) => "жұмыс күні",
        (Language::Kk, Unit::Hours) => "сағат",
        (Language::Ru, unit) => russian(count, unit),
        (Language::En, Unit::CalendarDays) if count == 1 => "calendar day",
        (Language::En, Unit::WorkingDays) if count == 1 => "working day",
        (Language::En, Unit::Hours) if count == 1 => "hour",
        (Language::En, Unit::CalendarDays) => "calendar days",
        (Language::En, Unit::WorkingDays) => "working days",
        (Language::En, Unit::Hours) => "hours",
    };
    format!("{count} {unit}")
}

fn russian(count: u16, unit: Unit) -> &'static str {
    let forms = match unit {
        Unit::CalendarDays => ["календарный день", "календарных дня", "календарных дней"],
        Unit::WorkingDays => ["рабочий день", "рабочих дня", "рабочих дней"],
        Unit::Hours => ["час", "часа", "часов"],
    };
    match (count % 10, count % 100) {
        (_, 11..=14) => forms[2],
        (1, _) => forms[0],
        (2..=4, _) => forms[1],
        _ => forms[2],
    }
}

/// A warning, such as «7 calendar days before the term of mediation ends».
fn before(length: Length, start: Start, language: Language) -> String {
    let fact = match start {
        Start::TermEnd => ["медиация мерзімі біткенге дейін", "до конца срока медиации"],
        _ => ["сол күнге дейін", "до этого дня"],
    };
    let length = self::length(length, language);
    match (language, start) {
        (Language::Kk, _) => format!("{} {length} қалғанда", fact[0]),
        (Language::Ru, _) => format!("за {length} {}", fact[1]),
        (Language::En, Start::TermEnd) => format!("{length} before the term of mediation ends"),
        (Language::En, _) => format!("{length} before that day"),
    }
}

fn after(start: Start, language: Language) -> &'static str {
    let said = match start {
        Start::Filed => ["тіркелгеннен кейін", "после регистрации", "after filing"],
        Start::Entered => [
            "осы қадамға келгеннен кейін",
            "после прихода на этот шаг",
            "after coming to this step",
        ],
        Start::Proposal => [
            "ұсыныс жіберілгеннен кейін",
            "после отправки предложения",
            "after the proposal was sent",
        ],
        Start::Offer => [
            "медиаторға ұсынылғаннан кейін",
            "после предложения медиатору",
            "after the mediator was asked",
        ],
        Start::Accepted => [
            "медиатор қабылдағаннан кейін",
            "после согласия медиатора",
            "after the mediator accepted",
        ],
        Start::Contract => [
            "шарт жасалғаннан кейін",
            "после заключения договора",
            "after the contract",
        ],
        Start::TermEnd | Start::AfterTerm => [
            "медиация мерзімі біткеннен кейін",
            "после конца срока медиации",
            "after the term of mediation ends",
        ],
        Start::Ruling => [
            "сот ұйғарымынан кейін",
            "после определения суда",
            "after the court's ruling",
        ],
        Start::Agreement => [
            "келісімге қол қойылғаннан кейін",
            "после подписания соглашения",
            "after the agreement was signed",
        ],
    };
    pick(said, language)
}

fn term(term: TermName, language: Language) -> &'static str {
    let said = match term {
        TermName::Mediation => [
            "заң белгілеген медиация мерзімі",
            "срок медиации по закону",
            "the term of mediation set by law",
        ],
        TermName::MediationTotal => [
            "заң белгілеген ең ұзақ медиация мерзімі",
            "предельный срок медиации по закону",
            "the longest term of mediation set by law",
        ],
        TermName::ProposalAnswer => [
            "ұсынысқа жауап беруге заң белгілеген мерзім",
            "срок ответа на предложение по закону",
            "the time to answer a proposal set by law",
        ],
        TermName::CourtPause => [
            "заң белгілеген сот үзілісі",
            "срок приостановления дела судом по закону",
            "the court's pause set by law",
        ],
    };
    pick(said, language)
}

/// When a timer is due, such as «3 working days after filing».
pub(in crate::workflow) fn due(timer: &Timer, language: Language) -> String {
    let start = timer.starts;
    match timer.runs {
        Runs::Before(length) => before(length, start, language),
        Runs::Until => {
            let said = ["мерзім біткенде", "в конце срока", "when the term ends"];
            pick(said, language).to_owned()
        }
        Runs::Law(name) => format!("{} {}", term(name, language), after(start, language)),
        Runs::Own(own) if language == Language::Kk => {
            format!("{} {}", after(start, language), length(own, language))
        }
        Runs::Own(own) => format!("{} {}", length(own, language), after(start, language)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_counted_as_each_language_does() {
        let said = |text: &str, language| length(text.parse().unwrap(), language);
        assert_eq!(said("1 working_days", Language::Ru), "1 рабочий день");
        assert_eq!(said("3 working_days", Language::Ru), "3 рабочих дня");
        assert_eq!(
            said("12 calendar_days", Language::Ru),
            "12 календарных дней"
        );
        assert_eq!(said("10 calendar_days", Language::Kk), "10 күнтізбелік күн");
        assert_eq!(said("1 hours", Language::En), "1 hour");
        assert_eq!(said("48 hours", Language::En), "48 hours");
    }
}
