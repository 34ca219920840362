//! Answers to the forms of actions: mostly right ones, and now and then each kind of wrong one.

use chrono::{Days, NaiveDate};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::days;
use super::paper::Paper;
use super::people::{Moment, NOBODY, REGISTER};
use super::rules::{AGREEMENT, CONTRACT, EXCLUSIONS, latest};
use super::script::{Action, Field};
use crate::proofs::dice::Dice;

/// Whoever fills in forms.
pub(super) struct Answers<'a> {
    pub(super) dice: &'a Dice,
    pub(super) paper: &'a Paper,
    pub(super) now: Moment,
    pub(super) others: &'a [Uuid],
}

/// Grounds of which the day is named.
const NAMED: [&str; 3] = ["both_refused", "one_refused", "proposal_rejected"];

impl Answers<'_> {
    /// A body that takes an action.
    pub(super) fn body(&self, action: &Action) -> Json {
        let mut body = Map::new();
        body.insert("action".to_owned(), json!(action.name));
        let ground = action.field("ground").map(|field| self.ground(field));
        for field in &action.form {
            if !self.is_given(field, ground.as_deref()) {
                continue;
            }
            let value = match (&ground, field.kind.as_str()) {
                (Some(ground), "ground") => json!(ground),
                _ if self.dice.is(2) => self.nonsense(),
                _ => self.value(field),
            };
            put(&mut body, &field.name, value);
        }
        if self.dice.is(2) {
            body.insert("colour".to_owned(), json!("red"));
        }
        if self.dice.is(2)
            && let Some(Json::Object(group)) = body.values_mut().find(|value| value.is_object())
        {
            group.insert("colour".to_owned(), json!("red"));
        }
        Json::Object(body)
    }

    fn is_given(&self, field: &Field, ground: Option<&str>) -> bool {
        let wanted = match (field.name.as_str(), ground) {
            ("linked_case", Some(ground)) => matches!(ground, "duplicate" | "transferred"),
            ("exclusion_code", Some(ground)) => ground == "not_suitable",
            ("effective_on", Some(ground)) if NAMED.contains(&ground) => true,
            _ => field.required || self.dice.is(50),
        };
        wanted == self.dice.is(96)
    }

    fn ground(&self, field: &Field) -> String {
        let set = self.paper.closure.as_ref().map(|closure| &closure.ground);
        let any = [
            "settled",
            "withdrawn",
            "term_expired",
            "duplicate",
            "nothing",
        ];
        match (set, self.dice.is(92)) {
            (Some(set), true) => set.clone(),
            (None, true) if !field.choices.is_empty() => self.dice.one_of(&field.choices).clone(),
            _ => (*self.dice.one_of(&any)).to_owned(),
        }
    }

    fn nonsense(&self) -> Json {
        let all = [
            json!(7),
            json!(null),
            json!(""),
            json!([]),
            json!({}),
            json!("x"),
            json!(true),
        ];
        self.dice.one_of(&all).clone()
    }

    fn value(&self, field: &Field) -> Json {
        let dice = self.dice;
        match field.kind.as_str() {
            "date" => json!(self.day(field)),
            "yes_no" => json!(dice.is(93)),
            "exclusions" => self.exclusions(),
            "elements" => self.elements(field),
            "mediator" => self.mediator(),
            "case" => self.case(),
            "choice" => match dice.is(96) {
                true => json!(self.choice(field)),
                false => json!("nothing"),
            },
            "declaration" => {
                let all = [
                    "none",
                    "none",
                    "none",
                    "disclosed",
                    "disclosed",
                    "must_refuse",
                ];
                match dice.is(98) {
                    true => json!(dice.one_of(&all)),
                    false => json!("perhaps"),
                }
            }
            _ => json!(format!("Word {}", dice.below(1_000))),
        }
    }

    fn day(&self, field: &Field) -> NaiveDate {
        let dice = self.dice;
        let (today, paper) = (days::day(self.now), self.paper);
        if field.name == "extension.until" {
            return self.longer(today);
        }
        let from_contract = field.rules.iter().any(|rule| rule == "not_before_contract");
        let earliest = match paper.contract_on.filter(|_| from_contract) {
            Some(day) => day,
            None => paper.filed_on(),
        };
        let earliest = match self.opens(&field.name).filter(|_| dice.is(88)) {
            Some(day) => earliest.max(day),
            None => earliest,
        };
        match dice.below(100) {
            0..3 => return later(today, 1),
            3..6 => return sooner(earliest, 1),
            _ => {}
        }
        let mut last = today;
        if let Some(term) = paper.term.filter(|_| dice.is(85)) {
            last = last.min(term.end.last_day);
        }
        let room = u64::try_from((last - earliest).num_days())
            .unwrap_or(0)
            .min(12);
        let back = dice.below(usize::try_from(room).unwrap_or(0) + 1);
        sooner(last.max(earliest), u64::try_from(back).unwrap_or(0))
    }

    /// The first day that a rule beside the form lets stand: of a paper that names its mediator, and of a check.
    fn opens(&self, name: &str) -> Option<NaiveDate> {
        let paper = self.paper;
        match name {
            "contract.signed_on" | "annex.signed_on" => {
                paper.taken_at.map(days::day).max(paper.waived_on)
            }
            "check.contacted_on" => Some(days::day(self.now)),
            "pause.from" => paper.resumed_on,
            "pause.until" => paper.paused_on,
            _ => None,
        }
    }

    /// A check whose day has come, most of the time.
    fn choice(&self, field: &Field) -> String {
        let dice = self.dice;
        let today = days::day(self.now);
        let is_due = |choice: &&String| {
            let count = choice.parse().ok();
            let signed_on = self.paper.signed_on.zip(count);
            signed_on.is_some_and(|(on, count)| later(on, count) <= today)
        };
        let due: Vec<&String> = field.choices.iter().filter(is_due).collect();
        match field.name == "check.after" && dice.is(85) && !due.is_empty() {
            true => (*dice.one_of(&due)).clone(),
            false => dice.one_of(&field.choices).clone(),
        }
    }

    fn longer(&self, today: NaiveDate) -> NaiveDate {
        let dice = self.dice;
        let (Some(term), Some(contract_on)) = (self.paper.term, self.paper.contract_on) else {
            return later(today, 5);
        };
        let most = latest(contract_on, term.paused);
        match dice.below(10) {
            0 => term.end.last_day,
            1 => later(most, 1),
            2 => most,
            _ => later(
                term.end.last_day,
                1 + u64::try_from(dice.below(20)).unwrap_or(0),
            ),
        }
    }

    fn exclusions(&self) -> Json {
        let dice = self.dice;
        let mut answers = Map::new();
        for code in EXCLUSIONS {
            if dice.is(99) {
                answers.insert(code.to_owned(), json!(dice.is(3)));
            }
        }
        if dice.is(2) {
            answers.insert("colour".to_owned(), json!(true));
        }
        Json::Object(answers)
    }

    fn elements(&self, field: &Field) -> Json {
        let dice = self.dice;
        let all: &[&str] = match field.choices.first().map(String::as_str) {
            Some("mediation_contract") => &CONTRACT,
            _ => &AGREEMENT,
        };
        let mut there: Vec<&str> = all.to_vec();
        match dice.below(30) {
            0 => _ = there.remove(dice.below(all.len())),
            1 => there.push(all[0]),
            2 => there.push("colour"),
            3 => there.clear(),
            _ => {}
        }
        json!(there)
    }

    fn mediator(&self) -> Json {
        let dice = self.dice;
        let id = match dice.below(100) {
            0..70 => *dice.one_of(&[21, 22, 23]),
            70..97 => dice.one_of(&REGISTER).id,
            97..99 => NOBODY,
            _ => return json!("nobody"),
        };
        json!(Uuid::from_u128(id))
    }

    fn case(&self) -> Json {
        let dice = self.dice;
        match dice.below(20) {
            0 => json!(self.paper.id),
            1 => json!(Uuid::from_u128(1)),
            2 => json!("a case"),
            _ if self.others.is_empty() => json!(self.paper.id),
            _ => json!(dice.one_of(self.others)),
        }
    }
}

fn later(day: NaiveDate, count: u64) -> NaiveDate {
    day + Days::new(count)
}

fn sooner(day: NaiveDate, count: u64) -> NaiveDate {
    day - Days::new(count)
}

/// A dot in a name makes an object of its own.
fn put(body: &mut Map<String, Json>, name: &str, value: Json) {
    let Some((group, name)) = name.split_once('.') else {
        body.insert(name.to_owned(), value);
        return;
    };
    let group = body.entry(group).or_insert_with(|| json!({}));
    if let Json::Object(group) = group {
        group.insert(name.to_owned(), value);
    }
}
