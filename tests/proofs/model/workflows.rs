//! The workflows and the register of a house: the two that are shipped, and one that is made up from its seed.

use kelisim_domain::assignment::MediatorStatus;
use kelisim_domain::id::{MediatorId, OfficeId};
use kelisim_domain::policy::Standing;
use kelisim_domain::workflow;
use kelisim_persistence::{Db, Error, Vault};
use serde_json::json;
use uuid::Uuid;

use super::people::{PEOPLE, Post, REGISTER};
use crate::network;
use crate::proofs::dice::Dice;

/// The account numbers of the people whom every test's network has.
const NETWORK: std::ops::Range<u128> = 100..110;
/// The mediators whom every test's network has.
const OF_NETWORK: std::ops::Range<u128> = 21..24;
/// Steps at which something can be added.
const STEPS: [&str; 11] = [
    "registered",
    "screening",
    "proposal_sent",
    "ready",
    "offered",
    "accepted",
    "in_mediation",
    "vacant",
    "term_over",
    "signed",
    "follow_up",
];
const LENGTHS: [&str; 7] = [
    "1 hours",
    "30 hours",
    "1 calendar_days",
    "4 calendar_days",
    "12 calendar_days",
    "1 working_days",
    "5 working_days",
];
const TITLE: &str = "title = { kk = \"Т\", ru = \"Т\", en = \"T\" }";

/// The texts of the workflows of a house.
pub(super) fn of(seed: u64) -> Vec<String> {
    let texts = [workflow::BASIC, workflow::MEDIATION].map(str::to_owned);
    let mut all = Vec::from(texts);
    all.push(made(&Dice::new(seed)));
    all
}

/// The standard workflow with actions, timers and messages that nobody has thought of.
fn made(dice: &Dice) -> String {
    let mut text = workflow::MEDIATION.replace("key = \"mediation\"", "key = \"made\"");
    for number in 0..3 + dice.below(4) {
        let step = dice.one_of(&STEPS);
        let who = *dice.one_of(&["office_head", "coordinator", "case_mediator"]);
        text += &format!(
            "\n[[actions]]\nname = \"note_{number}\"\nfrom = [\"{step}\"]\nto = \"{step}\"\nwho = [\"{who}\", \"clock\"]\n{TITLE}\n\
             \n  [[actions.form]]\n  name = \"note.word\"\n  type = \"choice\"\n  default = \"b\"\n  choices = [\"a\", \"b\"]\n  {TITLE}\n\
             \n  [[actions.form]]\n  name = \"note.on\"\n  type = \"date\"\n  rules = [\"not_before_contract\", \"not_after_term\"]\n  {TITLE}\n"
        );
        text += &timer(dice, &format!("noted_{number}"), step, Some(number));
    }
    for number in 0..2 + dice.below(4) {
        let step = dice.one_of(&STEPS);
        text += &timer(dice, &format!("watch_{number}"), step, None);
    }
    for (on, to) in [
        ("filed", "coordinator"),
        ("mediator_assigned", "coordinator"),
        ("offered", "office_head"),
        ("ended", "office_head"),
        ("started", "partner"),
    ] {
        if dice.is(50) {
            text += &format!(
                "\n[[notices]]\non = \"{on}\"\nto = \"{to}\"\n{}",
                words(dice)
            );
        }
    }
    text
}

fn timer(dice: &Dice, name: &str, step: &str, fires: Option<usize>) -> String {
    let starts = dice.one_of(&["filed", "entered"]);
    let length = dice.one_of(&LENGTHS);
    let fires = fires.map_or_else(String::new, |number| {
        format!("fires = \"note_{number}\"\nanswers = {{ \"note.word\" = \"a\" }}\n")
    });
    let to = dice.one_of(&["coordinator", "office_head", "mediator"]);
    format!(
        "\n[[timers]]\nname = \"{name}\"\nat = [\"{step}\"]\nstarts = \"{starts}\"\nlength = \"{length}\"\n{fires}{TITLE}\n\
         \n  [[timers.tells]]\n  to = \"{to}\"\n  {}",
        words(dice)
    )
}

/// One of two texts, so that the same words are said twice now and then.
fn words(dice: &Dice) -> String {
    let word = dice.one_of(&["One", "Two"]);
    format!("text = {{ kk = \"{word}\", ru = \"{word}\", en = \"{word}\" }}\n")
}

/// Enters the mediators whom no other test needs, and gives those who can be asked an account.
pub(super) fn enrol(db: &mut Db, vault: &Vault) -> Result<(), Error> {
    let others = REGISTER.iter().filter(|one| !OF_NETWORK.contains(&one.id));
    for entry in others {
        let (id, most) = (entry.id, if entry.is_full { 0 } else { 3 });
        let away = json!([{"from": "2026-01-01", "to": "2199-01-01"}]);
        let body = json!({
            "kind": "public", "name_kk": "Демо", "name_ru": "Демо", "register_no": format!("WK-{id:03}"),
            "language": "en", "languages": entry.languages, "specialisations": [], "home_settlement": "Oral",
            "offices": [entry.office.code()], "max_open_cases": most,
            "protocol": {"number": "7", "on": "2026-01-15", "body": "Gathering"},
            "documents_valid_to": entry.is_expired.then_some("2026-11-21"),
            "unavailable": if entry.is_away { away } else { json!([]) },
            "iin": "010203045670", "email": format!("m{id}@example.kz"),
        });
        let status = match entry.is_suspended {
            true => MediatorStatus::Suspended,
            false => MediatorStatus::Active,
        };
        network::enter(db, vault, MediatorId(Uuid::from_u128(id)), body, status)?;
    }
    for person in PEOPLE.iter().filter(|one| !NETWORK.contains(&one.account)) {
        let Post::Mediator(office, mediator) = person.post else {
            continue;
        };
        let standing = Standing::Mediator {
            office: OfficeId(office.id()),
            mediator: MediatorId(Uuid::from_u128(mediator)),
        };
        network::person(db, person.account, person.name, &[standing])?;
    }
    Ok(())
}
