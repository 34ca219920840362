//! What people of the model wish: mostly what makes sense, and now and then what does not.

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::answers::Answers;
use super::asks::{Ask, Condition, Filing, What};
use super::book::Book;
use super::paper::Paper;
use super::people::{Actor, Moment, Office, PEOPLE};
use super::script::Action;
use crate::proofs::dice::Dice;

/// Who wishes, and by which dice.
pub(super) struct Wishes<'a> {
    pub(super) dice: &'a Dice,
    pub(super) book: Book<'a>,
    pub(super) now: Moment,
    /// Cases that can be named as linked.
    pub(super) others: &'a [Uuid],
}

/// In how many of a hundred times a case is closed when it could be: it should see the rest of its workflow first.
const CLOSE_PERCENT: usize = 12;

impl Wishes<'_> {
    /// A new case.
    pub(super) fn filing(&self, number: u64) -> Ask {
        let dice = self.dice;
        let filers = [
            "head",
            "aigul",
            "coordinator",
            "other_head",
            "dana",
            "berik",
        ];
        let name = match dice.is(93) {
            true => *dice.one_of(&filers),
            false => dice.one_of(&PEOPLE).name,
        };
        let who = place_of(name);
        let offices = [Office::Oral, Office::Aksai];
        let own = offices
            .into_iter()
            .find(|one| Actor::Person(who).files_at(*one));
        let office = match own.filter(|_| dice.is(95)) {
            Some(_) if name == "coordinator" => Some(*dice.one_of(&offices)),
            Some(own) => Some(own),
            None => Some(*dice.one_of(&offices)).filter(|_| dice.is(80)),
        };
        let filing = Filing {
            office,
            language: if dice.is(97) {
                *dice.one_of(&["kk", "ru"])
            } else {
                "xx"
            }
            .to_owned(),
            category: match dice.is(97) {
                true => dice.one_of(&["family", "debts_contracts"]),
                false => "no_such_thing",
            }
            .to_owned(),
            is_referred: dice.is(40),
            summary: format!("Dispute {number}."),
        };
        let script = dice.below(self.book.scripts.len());
        Ask {
            who,
            what: What::File { script, filing },
            version: Condition::Unsaid,
            key: Some(format!("f{number}")),
        }
    }

    /// Something about a case.
    pub(super) fn about(&self, paper: &Paper, number: u64) -> Ask {
        let dice = self.dice;
        let (who, what) = match dice.below(100) {
            0..8 => (self.somebody(paper), What::Read { case: paper.id }),
            8..13 => (self.somebody(paper), self.correction(paper)),
            13..20 => (self.anybody(), self.anything(paper)),
            _ => self.sensible(paper),
        };
        let version = match dice.below(100) {
            0..5 => Condition::Any,
            5..7 => Condition::Unsaid,
            7..11 => Condition::Version(paper.version - 1 + 2 * i32::from(dice.is(50))),
            _ => Condition::Version(paper.version),
        };
        let takes_key = matches!(what, What::Act { .. }) && dice.is(75);
        Ask {
            who,
            what,
            version,
            key: takes_key.then(|| format!("k{number}")),
        }
    }

    /// Another body under the key of an earlier request.
    pub(super) fn other_under(&self, ask: &Ask, paper: &Paper, number: u64) -> Ask {
        let mut other = self.about(paper, number);
        other.who = ask.who;
        if matches!(other.what, What::Act { .. }) {
            other.key.clone_from(&ask.key);
        }
        other
    }

    fn anybody(&self) -> usize {
        // One more than there are: somebody without a token.
        self.dice.below(PEOPLE.len() + 1)
    }

    /// Mostly somebody who sees the case.
    fn somebody(&self, paper: &Paper) -> usize {
        let all = 0..PEOPLE.len();
        let seeing: Vec<usize> = all.filter(|one| Actor::Person(*one).sees(paper)).collect();
        match self.dice.is(80) && !seeing.is_empty() {
            true => *self.dice.one_of(&seeing),
            false => self.anybody(),
        }
    }

    fn correction(&self, paper: &Paper) -> What {
        let dice = self.dice;
        let mut body = Map::new();
        if dice.is(70) {
            let category =
                dice.one_of(&["family", "debts_contracts", "debts_contracts", "nothing"]);
            body.insert("category".to_owned(), json!(category));
        }
        if dice.is(40) {
            body.insert(
                "language".to_owned(),
                json!(dice.one_of(&["kk", "ru", "ru", "xx"])),
            );
        }
        What::Correct {
            case: paper.id,
            body: Json::Object(body),
        }
    }

    /// Any action of the workflow, or one that it does not have, with or without answers.
    fn anything(&self, paper: &Paper) -> What {
        let script = &self.book.scripts[paper.script];
        let case = paper.id;
        let body = match self.dice.below(10) {
            0 => json!({}),
            1 => json!({"action": 7}),
            2 => json!({"action": "fly"}),
            3 => json!({"action": script.opening().name}),
            _ => {
                let action = self.dice.one_of(&script.actions);
                self.answers(paper).body(action)
            }
        };
        What::Act { case, body }
    }

    fn answers<'s>(&'s self, paper: &'s Paper) -> Answers<'s> {
        Answers {
            dice: self.dice,
            paper,
            now: self.now,
            others: self.others,
        }
    }

    /// An action at the step of the case, by somebody who may take it.
    fn sensible(&self, paper: &Paper) -> (usize, What) {
        let dice = self.dice;
        let script = &self.book.scripts[paper.script];
        let mut open: Vec<(&Action, usize)> = Vec::new();
        for action in script.actions_at(&paper.step) {
            for who in 0..PEOPLE.len() {
                let actor = Actor::Person(who);
                let question = self.book.question(paper, actor);
                // Many may act at a step who do not see the case before somebody gives it to them.
                if actor.sees(paper) && question.refusals(&action.name, None).is_empty() {
                    open.push((action, who));
                }
            }
        }
        if !dice.is(CLOSE_PERCENT) {
            let goes_on = |one: &(&Action, usize)| script.step(&one.0.to).stage != "closed";
            let going: Vec<_> = open.iter().copied().filter(goes_on).collect();
            if !going.is_empty() {
                open = going;
            }
        }
        if open.is_empty() {
            return (self.somebody(paper), self.anything(paper));
        }
        // Each action as often as any other, however many people may take it.
        let name = &dice.one_of(&open).0.name;
        let name = match dice.is(50) {
            true => name,
            false => {
                let mut names: Vec<&String> = open.iter().map(|one| &one.0.name).collect();
                names.dedup();
                *dice.one_of(&names)
            }
        };
        let of_name: Vec<_> = open.iter().filter(|one| one.0.name == *name).collect();
        let (action, who) = **dice.one_of(&of_name);
        let body = self.answers(paper).body(action);
        let case = paper.id;
        (who, What::Act { case, body })
    }
}

fn place_of(name: &str) -> usize {
    let place = PEOPLE.iter().position(|one| one.name == name);
    place.expect("one of the people")
}
