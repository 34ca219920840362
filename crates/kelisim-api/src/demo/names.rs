//! Names of people and places that nobody bears: surnames are words for landscape and weather, and every
//! person carries the mark “demo”.

use super::dice::Dice;

const WOMEN: &[(&str, &str)] = &[
    ("Айгүл", "Айгуль"),
    ("Сәуле", "Сауле"),
    ("Гүлнар", "Гульнар"),
    ("Әлия", "Алия"),
    ("Жанар", "Жанар"),
    ("Мәдина", "Мадина"),
    ("Дана", "Дана"),
    ("Әсел", "Асель"),
    ("Қарлығаш", "Карлыгаш"),
    ("Нұргүл", "Нургуль"),
    ("Тоғжан", "Тогжан"),
    ("Шолпан", "Шолпан"),
    ("Ольга", "Ольга"),
    ("Марина", "Марина"),
    ("Лидия", "Лидия"),
];
const MEN: &[(&str, &str)] = &[
    ("Ерлан", "Ерлан"),
    ("Қайрат", "Кайрат"),
    ("Азамат", "Азамат"),
    ("Бақыт", "Бакыт"),
    ("Ғалым", "Галым"),
    ("Олжас", "Олжас"),
    ("Өмірбек", "Омирбек"),
    ("Нұрлан", "Нурлан"),
    ("Серік", "Серик"),
    ("Тілек", "Тилек"),
    ("Самат", "Самат"),
    ("Жәнібек", "Жанибек"),
    ("Иван", "Иван"),
    ("Пётр", "Пётр"),
    ("Андрей", "Андрей"),
];
const SURNAMES: &[(&str, &str)] = &[
    ("Бұлақов", "Булаков"),
    ("Тауов", "Тауов"),
    ("Көлбаев", "Кольбаев"),
    ("Далаев", "Далаев"),
    ("Самалов", "Самалов"),
    ("Аязов", "Аязов"),
    ("Құсаинбаев", "Кусаинбаев"),
    ("Қайыңов", "Каинов"),
    ("Жұлдызов", "Жулдызов"),
    ("Өзенов", "Озенов"),
    ("Гүлдереев", "Гульдереев"),
    ("Жусанов", "Жусанов"),
    ("Шағалаев", "Шагалаев"),
    ("Бораншин", "Бураншин"),
    ("Көктемов", "Коктемов"),
    ("Қоңыров", "Коныров"),
    ("Аққайыров", "Аккаиров"),
    ("Теректинов", "Теректинов"),
    ("Сарыжайықов", "Сарыжаиков"),
    ("Ветров", "Ветров"),
];
const VILLAGES: &[&str] = &[
    "Бірлік",
    "Достық",
    "Ақбұлақ",
    "Қарасу",
    "Талдыкөл",
    "Сарыөзек",
    "Жаңатаң",
    "Көктерек",
    "Алғабас",
    "Өркен",
    "Қызылту",
    "Ақжайлау",
    "Майтөбе",
    "Тасбастау",
    "Шолақтал",
    "Құмсай",
    "Наурыз",
    "Ынтымақ",
    "Жусанды",
    "Қамыстыкөл",
];

/// A person in both spellings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct PersonName {
    pub(super) kk: String,
    pub(super) ru: String,
}

/// An invented person.
pub(super) fn person(dice: &mut Dice) -> PersonName {
    let is_woman = dice.percent(55);
    let given = dice.pick(if is_woman { WOMEN } else { MEN });
    let surname = dice.pick(SURNAMES);
    let ending = if is_woman { "а" } else { "" };
    PersonName {
        kk: format!("{} {}{ending} (демо)", given.0, surname.0),
        ru: format!("{} {}{ending} (демо)", given.1, surname.1),
    }
}

/// An invented village.
pub(super) fn village(dice: &mut Dice) -> &'static str {
    VILLAGES[dice.below(VILLAGES.len())]
}

/// A telephone number out of a block that nobody was given.
pub(super) fn phone(dice: &mut Dice) -> String {
    format!("+7700000{:04}", dice.below(10_000))
}
