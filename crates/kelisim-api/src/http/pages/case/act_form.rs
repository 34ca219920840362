//! The form of an action, made from the workflow: a control for each type of field, whatever the workflow calls it.

use super::{
    super::page::Say,
    look::reason,
    past::ground_word,
    typed::{OF_WORKFLOW, Typed},
};
use crate::{
    app::{self, AppError, Tx},
    http::api::case::{
        view::name_in,
        why::{Day, choices},
    },
};
use chrono::Datelike;
use kelisim_domain::{
    assignment::{MediatorFacts, MediatorStatus, Unfit},
    case::{Act, Case, Declared, MediatorAsked, check, ground::Ground},
    id::MediatorId,
    legal::Exclusion,
    policy::Role,
    refusal::Refusal,
    workflow::{Action, Definition, Field, FieldType},
};
use kelisim_persistence::store::{
    access::{Authorized, See},
    mediator::{MediatorPage, mediator_list},
};
use std::sync::Arc;

/// Mediators of an office who are shown, and as many again who were looked for.
const CANDIDATES: i64 = 30;

/// A field with its control.
pub(super) struct FieldShown {
    /// The name under which it is sent.
    pub(super) name: String,
    pub(super) id: String,
    pub(super) title: String,
    /// What helps to answer; empty for nothing.
    pub(super) hint: String,
    pub(super) required: bool,
    pub(super) confidential: bool,
    /// What is wrong with it.
    pub(super) wrong: Option<String>,
    /// What somebody else has stored meanwhile (D38).
    pub(super) stored: Option<String>,
    pub(super) control: Control,
}

impl FieldShown {
    /// Takes what is wrong with it; the summary on top then calls it by its title (F9).
    pub(super) fn note(&mut self, wrong: &mut [(String, String)]) {
        for (_, sentence) in wrong.iter_mut().filter(|(id, _)| *id == self.id) {
            self.wrong.get_or_insert_with(|| sentence.clone());
            *sentence = format!("{}: {sentence}", self.title);
        }
    }
}

/// How a field is asked for.
pub(super) enum Control {
    Story(String),
    Line(String),
    /// The number of a case.
    Number(String),
    /// A telephone number, as people write it (F5).
    Phone(String),
    /// A sum of money, in whole tenge.
    Amount(String),
    /// A code of a list that is too long for tiles: typed, or chosen from what the browser offers.
    Code {
        typed: String,
        known: Vec<(String, String)>,
    },
    Day(DayShown),
    /// Tiles of which one is chosen; two short ones stand side by side.
    Tiles {
        tiles: Vec<Tile>,
        is_pair: bool,
    },
    /// Boxes of which several are ticked.
    Boxes(Vec<Tile>),
    Questions(Vec<Question>),
    Mediators(Candidates),
}

/// A date: today, yesterday, or three numbers (F4).
pub(super) struct DayShown {
    pub(super) when: String,
    pub(super) today: String,
    pub(super) yesterday: String,
    pub(super) parts: [(&'static str, &'static str, String); 3],
    /// The current year, as an example.
    pub(super) year: i32,
}

/// A choice.
pub(super) struct Tile {
    pub(super) value: String,
    pub(super) word: String,
    pub(super) hint: String,
    pub(super) is_on: bool,
}

/// A question of the law (D1).
pub(super) struct Question {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) text: String,
    pub(super) article: Option<String>,
    pub(super) answer: String,
}

/// Who may be given the case, who may not and why, and words to look for others.
pub(super) struct Candidates {
    pub(super) fit: Vec<Tile>,
    pub(super) unfit: Vec<(String, Vec<String>)>,
    /// For the coordinator, who lends across offices (D9).
    pub(super) search: Option<String>,
}

/// What a form is made from.
pub(super) struct Maker<'a> {
    pub(super) say: Say,
    pub(super) authorized: &'a Authorized<See>,
    pub(super) definition: &'a Definition,
    pub(super) action: &'a Action,
    pub(super) typed: &'a Typed,
}

impl Maker<'_> {
    /// Every field of the form.
    pub(super) fn fields(&self, tx: &mut Tx<'_>) -> Result<Vec<FieldShown>, AppError> {
        let mut fields = Vec::with_capacity(self.action.form.len());
        for field in &self.action.form {
            fields.push(FieldShown {
                name: format!("{OF_WORKFLOW}{}", field.name),
                id: field_id(&field.name),
                title: self.say.name(&field.title).to_owned(),
                hint: String::new(),
                required: field.required && field.default.is_none(),
                confidential: field.confidential,
                wrong: None,
                stored: None,
                control: self.control(tx, field)?,
            });
        }
        Ok(fields)
    }

    fn control(&self, tx: &mut Tx<'_>, field: &Field) -> Result<Control, AppError> {
        let name = field.name.as_str();
        let typed = self.typed.one(name).to_owned();
        Ok(match field.kind {
            FieldType::Text => Control::Story(typed),
            FieldType::Document => Control::Line(typed),
            FieldType::Case => Control::Number(typed),
            FieldType::Date => Control::Day(self.day(tx, name)),
            FieldType::YesNo => {
                let codes = ["yes", "no"].map(str::to_owned);
                let word = |code: &str| {
                    self.say
                        .t(if code == "yes" { "page-yes" } else { "page-no" })
                };
                let tiles = self.tiles(field, &codes, word);
                Control::Tiles {
                    tiles,
                    is_pair: true,
                }
            }
            FieldType::Exclusions => Control::Questions(self.questions(tx, name)),
            FieldType::Mediator => Control::Mediators(self.candidates(tx, field)?),
            FieldType::Elements => {
                let codes = self.codes(tx, field);
                let tile = |code: &String| Tile {
                    word: element_word(self.say, code),
                    hint: String::new(),
                    is_on: self.typed.has(name, code),
                    value: code.clone(),
                };
                Control::Boxes(codes.iter().map(tile).collect())
            }
            FieldType::Ground | FieldType::Choice | FieldType::Declaration => {
                let codes = self.codes(tx, field);
                let tiles = self.tiles(field, &codes, |code| {
                    choice_word(self.say, field.kind, code)
                });
                Control::Tiles {
                    tiles,
                    is_pair: false,
                }
            }
        })
    }

    fn codes(&self, tx: &Tx<'_>, field: &Field) -> Vec<String> {
        let law = Arc::clone(&tx.law);
        let day = Day {
            law: &law,
            today: tx.today(),
        };
        choices(self.definition, self.action, field, self.case(), &day)
    }

    fn case(&self) -> &Case {
        self.authorized.case()
    }

    fn tiles(&self, field: &Field, codes: &[String], word: impl Fn(&str) -> String) -> Vec<Tile> {
        let chosen = match self.typed.is_empty() {
            true => field.default.as_deref().unwrap_or_default(),
            false => self.typed.one(&field.name),
        };
        let tile = |code: &String| Tile {
            word: word(code),
            hint: String::new(),
            is_on: code == chosen,
            value: code.clone(),
        };
        codes.iter().map(tile).collect()
    }

    fn day(&self, tx: &Tx<'_>, name: &str) -> DayShown {
        let today = tx.today();
        let part = |part| self.typed.part(name, part).to_owned();
        DayShown {
            when: part("when"),
            today: self.say.day(&today),
            yesterday: self.say.day(&today.pred_opt().unwrap_or(today)),
            parts: [
                ("d", "page-day", part("d")),
                ("m", "page-month", part("m")),
                ("y", "page-year", part("y")),
            ],
            year: today.year(),
        }
    }

    fn questions(&self, tx: &Tx<'_>, name: &str) -> Vec<Question> {
        let asked = questions_of(tx, self.case());
        let question = |one: Exclusion| Question {
            name: format!("{OF_WORKFLOW}{name}:{}", one.code),
            id: format!("{}-{}", field_id(name), one.code),
            text: self.say.name(&one.question).to_owned(),
            article: one.source.article,
            answer: self.typed.part(name, &one.code).to_owned(),
        };
        asked.into_iter().map(question).collect()
    }

    fn candidates(&self, tx: &mut Tx<'_>, field: &Field) -> Result<Candidates, AppError> {
        let lends = tx.actor.has(Role::Coordinator);
        let words = self.typed.part(&field.name, "q").to_owned();
        let region = tx.region();
        let mut wanted = MediatorPage {
            offices: vec![self.case().office],
            statuses: vec![MediatorStatus::Active],
            limit: CANDIDATES,
            ..MediatorPage::default()
        };
        let mut ids: Vec<MediatorId> = Vec::new();
        let found = mediator_list(tx.db, region, &wanted)?;
        ids.extend(found.iter().map(|line| line.id));
        if lends && !words.is_empty() {
            wanted.offices.clear();
            wanted.q = Some(words.clone());
            let found = mediator_list(tx.db, region, &wanted)?;
            ids.extend(
                found
                    .iter()
                    .map(|line| line.id)
                    .filter(|id| !ids.contains(id))
                    .collect::<Vec<_>>(),
            );
        }
        let chosen = self.typed.one(&field.name);
        let (mut fit, mut unfit) = (Vec::new(), Vec::new());
        for id in ids {
            let (load, name, reasons) = self.candidate(tx, id)?;
            let lifted = |one: &Refusal| matches!(one, Refusal::Unfit(Unfit::AtLimit { .. }));
            let told = |one: &Refusal| reason(self.say, one).detail;
            let details: Vec<String> = reasons.iter().map(told).collect();
            if !reasons.iter().all(lifted) {
                unfit.push((name, details));
                continue;
            }
            let hint = [load.told(self.say)].into_iter().chain(details);
            fit.push((
                load.open,
                Tile {
                    hint: hint.collect::<Vec<_>>().join(" "),
                    is_on: id.to_string() == chosen,
                    value: id.to_string(),
                    word: name,
                },
            ));
        }
        // Whoever has least to do comes first.
        fit.sort_by_key(|(open, _)| *open);
        Ok(Candidates {
            fit: fit.into_iter().map(|(_, tile)| tile).collect(),
            unfit,
            search: lends.then_some(words),
        })
    }

    /// A mediator's load and name, and every reason against giving them the case (D4, D5).
    fn candidate(
        &self,
        tx: &mut Tx<'_>,
        id: MediatorId,
    ) -> Result<(Load, String, Vec<Refusal>), AppError> {
        let facts = app::case::facts(tx, self.authorized, Some(id))?;
        let act = Act {
            action: &self.action.name,
            values: None,
        };
        let mut reasons = check(self.definition, self.case(), &tx.actor, act, &facts);
        reasons.retain(|one| matches!(one, Refusal::Unfit(_)));
        let load = match &facts.mediator {
            MediatorAsked::Known(known) => Load::of(known),
            MediatorAsked::Nobody | MediatorAsked::Unknown => Load::default(),
        };
        let language = tx.language();
        let names = tx.mediator_names(&[id])?;
        let name = names.get(&id).map(|name| name_in(name, language));
        Ok((load, name.unwrap_or_default(), reasons))
    }
}

/// How much a mediator has to do.
#[derive(Default)]
struct Load {
    open: u32,
    most: u32,
}

impl Load {
    fn of(facts: &MediatorFacts) -> Self {
        Load {
            open: facts.open_cases,
            most: facts.max_open_cases,
        }
    }

    fn told(&self, say: Say) -> String {
        let given =
            crate::locale::arguments([("open", self.open.into()), ("most", self.most.into())]);
        say.told("page-load", &given)
    }
}

/// The questions that the law asks of a case (D1, D3).
pub(super) fn questions_of(tx: &Tx<'_>, case: &Case) -> Vec<Exclusion> {
    let law = Arc::clone(&tx.law);
    let day = Day {
        law: &law,
        today: tx.today(),
    };
    day.questions(case).to_vec()
}

/// The id of a field in the page: that to which a fault leads.
pub(super) fn field_id(name: &str) -> String {
    name.replace('.', "-")
}

/// The name of an element of a document.
pub(super) fn element_word(say: Say, code: &str) -> String {
    say.t(&format!("element-{}", code.replace('_', "-")))
}

/// The name of a choice; a workflow's own choices are called by their codes.
pub(super) fn choice_word(say: Say, kind: FieldType, code: &str) -> String {
    match kind {
        FieldType::Ground => code
            .parse::<Ground>()
            .map_or_else(|_| code.to_owned(), |ground| ground_word(say, ground)),
        FieldType::Declaration => match code.parse::<Declared>() {
            Ok(declared) => say.t(&format!(
                "page-declared-{}",
                declared.code().replace('_', "-")
            )),
            Err(_) => code.to_owned(),
        },
        _ => code.to_owned(),
    }
}
