//! What an action would come to, before it is taken: the answers, what changes, and who is told what (F10, F12).
//!
//! It is the domain's own decision that is shown, so nothing here can differ from what is stored when it is confirmed.

use super::{
    super::page::Say,
    act_form::{choice_word, element_word, field_id},
    filed::office_name,
    look::{letter_title, mediator_name},
    past::ground_word,
    typed::Typed,
};
use crate::{
    app::{self, AppError, Tx, message},
    locale::arguments,
    mail::letter::foreseen,
};
use kelisim_domain::{
    case::{Case, Decision, EventData, Fact, TimerChange},
    code::{StepId, TimerName},
    id::MediatorId,
    legal::Exclusion,
    notice::NoticeOrder,
    workflow::{Action, Definition, Field, FieldType, Values},
};
use kelisim_persistence::store::{case_mail::MailFacts, office::office_by_id};

/// An answer to look over.
pub(super) struct Line {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) answer: String,
}

/// Somebody who is told.
pub(super) struct Told {
    pub(super) who: String,
    /// What stands at the head of the letter.
    pub(super) title: String,
    /// Its sentences; none for a partner, whose letter says what its memorandum allows on the day on which it leaves.
    pub(super) sentences: Vec<String>,
    /// Its facts: the name and the value.
    pub(super) facts: Vec<(String, String)>,
}

/// Everything to look over.
pub(super) struct Checked {
    pub(super) lines: Vec<Line>,
    pub(super) changes: Vec<String>,
    pub(super) told: Vec<Told>,
}

/// What a decision is about.
pub(super) struct Checker<'a> {
    pub(super) say: Say,
    pub(super) case: &'a Case,
    pub(super) office_has_head: bool,
    pub(super) definition: &'a Definition,
    pub(super) action: &'a Action,
    pub(super) questions: &'a [Exclusion],
}

impl Checker<'_> {
    /// Puts a decision into words.
    pub(super) fn checked(
        &self,
        tx: &mut Tx<'_>,
        typed: &Typed,
        values: &Values,
        decision: &Decision,
    ) -> Result<Checked, AppError> {
        let mut lines = Vec::new();
        for field in &self.action.form {
            let Some(value) = values.get(&field.name) else {
                continue;
            };
            let answer = match field.kind {
                // A case is called by the number that was typed.
                FieldType::Case => typed.one(&field.name).to_owned(),
                _ => self.worded(tx, field, &value.to_text())?,
            };
            lines.push(Line {
                id: field_id(&field.name),
                title: self.say.name(&field.title).to_owned(),
                answer,
            });
        }
        let after = app::case::foreseen(tx, self.case, decision);
        let told = told(tx, self.say, &after, decision, self.office_has_head)?;
        Ok(Checked {
            lines,
            changes: self.changes(tx, &decision.event)?,
            told,
        })
    }

    /// An answer as people read it, from the text in which a history keeps it.
    pub(super) fn worded(
        &self,
        tx: &mut Tx<'_>,
        field: &Field,
        text: &str,
    ) -> Result<String, AppError> {
        let say = self.say;
        let words = |word: &dyn Fn(&str) -> String| {
            let each = text.split(' ').filter(|part| !part.is_empty());
            each.map(word).collect::<Vec<_>>().join("\n")
        };
        Ok(match field.kind {
            FieldType::Date => text
                .parse()
                .map_or_else(|_| text.to_owned(), |day| say.day(&day)),
            FieldType::YesNo => say.t(match text {
                "true" => "page-yes",
                _ => "page-no",
            }),
            FieldType::Mediator => match text.parse() {
                Ok(id) => self.mediator(tx, id)?,
                Err(_) => text.to_owned(),
            },
            FieldType::Elements => words(&|code| element_word(say, code)),
            FieldType::Exclusions => words(&|pair| {
                let (code, answer) = pair.split_once('=').unwrap_or((pair, ""));
                let asked = self.questions.iter().find(|one| one.code == code);
                let asked = asked.map_or(code, |one| say.name(&one.question));
                let answer = say.t(if answer == "yes" {
                    "page-yes"
                } else {
                    "page-no"
                });
                format!("{asked} {answer}")
            }),
            kind => choice_word(say, kind, text),
        })
    }

    fn mediator(&self, tx: &mut Tx<'_>, id: MediatorId) -> Result<String, AppError> {
        Ok(mediator_name(tx, Some(id))?.unwrap_or_default())
    }

    fn step(&self, id: &StepId) -> String {
        let step = self.definition.step(id);
        step.map_or_else(
            || id.to_string(),
            |one| self.say.name(&one.title).to_owned(),
        )
    }

    fn timer(&self, name: &TimerName) -> String {
        let timer = self.definition.timer(name);
        timer.map_or_else(
            || name.to_string(),
            |one| self.say.name(&one.title).to_owned(),
        )
    }

    fn changes(&self, tx: &mut Tx<'_>, event: &EventData) -> Result<Vec<String>, AppError> {
        let EventData::Moved {
            from,
            to,
            mediator,
            closure,
            facts,
            timers,
            ..
        } = event
        else {
            return Ok(Vec::new());
        };
        let say = self.say;
        let mut changes = vec![match *from == to.step {
            true => say.with("page-change-stays", "step", &self.step(from)),
            false => {
                let given = arguments([
                    ("from", self.step(from).into()),
                    ("to", self.step(&to.step).into()),
                ]);
                say.told("page-change-moves", &given)
            }
        }];
        if let Some(id) = mediator {
            changes.push(say.with("page-change-mediator", "name", &self.mediator(tx, *id)?));
        }
        for fact in facts {
            match fact {
                Fact::Offered { mediator } => {
                    changes.push(say.with(
                        "page-change-asked",
                        "name",
                        &self.mediator(tx, *mediator)?,
                    ));
                }
                Fact::Released | Fact::Recused { .. } => {
                    changes.push(say.t("page-change-released"))
                }
                _ => {}
            }
        }
        if let Some(closure) = closure {
            let given = arguments([
                ("ground", ground_word(say, closure.ground).into()),
                ("day", say.day(&closure.effective_on).into()),
            ]);
            changes.push(say.told("page-change-ground", &given));
        }
        changes.dedup();
        let armed = |name: &TimerName| {
            let mut armed = timers.iter();
            armed.any(|one| matches!(one, TimerChange::Armed { timer, .. } if timer == name))
        };
        for change in timers {
            match change {
                TimerChange::Armed { timer, armed } if !armed.fired => {
                    let given = arguments([
                        ("timer", self.timer(timer).into()),
                        ("day", say.day(&armed.deadline.last_day).into()),
                    ]);
                    changes.push(say.told("page-change-armed", &given));
                }
                TimerChange::Cancelled { timer } if !armed(timer) && self.runs(timer) => {
                    changes.push(say.with("page-change-cancelled", "timer", &self.timer(timer)));
                }
                TimerChange::Armed { .. } | TimerChange::Cancelled { .. } => {}
            }
        }
        Ok(changes)
    }

    fn runs(&self, timer: &TimerName) -> bool {
        let armed = self.case.course.timers.get(timer);
        armed.is_some_and(|armed| !armed.fired)
    }
}

/// Who is told, and what they will read (F12): of a decision, with the case as it is after it.
///
/// # Errors
/// As the store.
pub(super) fn told(
    tx: &mut Tx<'_>,
    say: Say,
    after: &Case,
    decision: &Decision,
    office_has_head: bool,
) -> Result<Vec<Told>, AppError> {
    let region = tx.region();
    let office = office_by_id(tx.db, region, after.office)?.entry;
    let office = office_name(&office, say.language());
    let facts = MailFacts::of(after);
    let mut told = Vec::with_capacity(decision.notices.len());
    for order in &decision.notices {
        let who = match order {
            NoticeOrder::ToMediator { mediator, .. } => {
                let name = mediator_name(tx, Some(*mediator))?.unwrap_or_default();
                say.with("page-told-mediator", "name", &name)
            }
            NoticeOrder::ToOffice(_) if office_has_head => say.t("page-told-head"),
            NoticeOrder::ToOffice(_) | NoticeOrder::ToCoordinators(_) => {
                say.t("page-told-coordinator")
            }
            NoticeOrder::ToPartner { .. } => match after.partner {
                Some(partner) => {
                    let code = tx.partner_code(partner)?;
                    say.with("page-told-partner", "code", code.as_str())
                }
                None => continue,
            },
        };
        let payload = message::told(tx, after, &decision.event, order)?;
        let reader = (say.language(), tx.zone());
        told.push(match foreseen(order, &payload, &facts, &office, reader) {
            Some(letter) => Told {
                who,
                title: letter.heading,
                sentences: letter.sentences,
                facts: letter.facts,
            },
            None => Told {
                who,
                title: letter_title(say, order.kind().code()),
                sentences: Vec::new(),
                facts: Vec::new(),
            },
        });
    }
    Ok(told)
}
