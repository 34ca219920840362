//! For every action of a workflow: open to the reader or not, why not, and the form that it asks for.

use super::due::{PausedView, paused};
use crate::{
    app::{self, AppError, Tx},
    http::{answer::Answer, problem::RefusalView},
};
use chrono::NaiveDate;
use kelisim_domain::{
    case::{Case, Declared, explain, grounds_offered},
    id::MediatorId,
    language::Language,
    law::Law,
    legal::{Exclusion, Prescribed},
    workflow::{Action, Definition, Field, FieldType},
};
use kelisim_persistence::store::access::{Authorized, See};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Every action with its answer.
#[derive(Serialize, ToSchema)]
pub(super) struct ExplainView {
    /// There while the term stands still: no deadline that hangs on it comes due before it goes on (D17).
    #[serde(skip_serializing_if = "Option::is_none")]
    paused: Option<PausedView>,
    actions: Vec<ActionView>,
}

/// One action.
#[derive(Serialize, ToSchema)]
struct ActionView {
    action: String,
    /// In the reader's language.
    title: String,
    allowed: bool,
    refusals: Vec<RefusalView>,
    form: Vec<FieldView>,
}

/// One field of an action's form.
#[derive(Serialize, ToSchema)]
struct FieldView {
    name: String,
    /// `text`, `date`, `yes_no`, `mediator`, `case`, `ground`, `choice`, `exclusions`, `declaration`, `elements` or
    /// `document`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// In the reader's language.
    title: String,
    required: bool,
    confidential: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<String>,
    /// The questions that the law asks, for `exclusions`: a yes or no to each by its code.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    questions: Vec<QuestionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<String>,
}

/// A question of the law.
#[derive(Serialize, ToSchema)]
struct QuestionView {
    code: String,
    /// In the reader's language.
    question: String,
    /// The article that asks it.
    #[serde(skip_serializing_if = "Option::is_none")]
    article: Option<String>,
}

/// The answer to "what may I do, and why not?".
pub(super) fn explain_answer(
    tx: &mut Tx<'_>,
    authorized: &Authorized<See>,
    mediator: Option<MediatorId>,
) -> Result<Answer, AppError> {
    let case = authorized.case();
    let definition = app::case::definition_of(tx, case)?;
    let facts = app::case::facts(tx, authorized, mediator)?;
    let (language, law) = (tx.language(), Arc::clone(&tx.law));
    let day = Day {
        law: &law,
        today: tx.today(),
    };
    let actions = explain(&definition, case, &tx.actor, &facts, None)
        .into_iter()
        .map(|answer| ActionView {
            action: answer.name.to_string(),
            title: answer.action.title.get(language).to_owned(),
            allowed: answer.allowed(),
            refusals: answer
                .refusals
                .iter()
                .map(|refusal| RefusalView::of(refusal, language))
                .collect(),
            form: form_view(&definition, answer.action, case, &day, language),
        })
        .collect();
    // No ETag: the answer depends on the registers, the day and the mediator asked for, not on the case alone.
    let paused = paused(case, language);
    Ok(Answer::ok(&ExplainView { paused, actions }))
}

/// The law, and the day on which it is asked.
pub(crate) struct Day<'a> {
    pub(crate) law: &'a Law,
    pub(crate) today: NaiveDate,
}

impl<'a> Day<'a> {
    /// The questions that the law of the day of filing asks (D3).
    pub(crate) fn questions(&self, case: &Case) -> &'a [Exclusion] {
        let version = self.law.on(self.law.zone().day(case.filed_at));
        version.map_or(&[][..], |version| &version.exclusions)
    }
}

fn form_view(
    definition: &Definition,
    action: &Action,
    case: &Case,
    day: &Day<'_>,
    language: Language,
) -> Vec<FieldView> {
    let asked = day.questions(case);
    let question = |one: &Exclusion| QuestionView {
        code: one.code.clone(),
        question: one.question.get(language).to_owned(),
        article: one.source.article.clone(),
    };
    let questions = |field: &Field| match field.kind {
        FieldType::Exclusions => asked.iter().map(question).collect(),
        _ => Vec::new(),
    };
    let fields = action.form.iter().map(|field| FieldView {
        name: field.name.clone(),
        kind: field.kind.code(),
        title: field.title.get(language).to_owned(),
        required: field.required,
        confidential: field.is_sealed(),
        choices: choices(definition, action, field, case, day),
        questions: questions(field),
        default: field.default.clone(),
    });
    fields.collect()
}

/// The codes among which a field's answer is.
pub(crate) fn choices(
    definition: &Definition,
    action: &Action,
    field: &Field,
    case: &Case,
    day: &Day<'_>,
) -> Vec<String> {
    let codes = |codes: Vec<&'static str>| codes.into_iter().map(str::to_owned).collect();
    match field.kind {
        FieldType::Ground => codes(grounds_offered(definition, action, case)),
        FieldType::Declaration => codes(Declared::ALL.iter().map(|one| one.code()).collect()),
        FieldType::Elements => {
            let document = field
                .choices
                .first()
                .and_then(|code| code.parse::<Prescribed>().ok());
            // A document that was signed under an older version has its elements; the form takes those too.
            let today = day.law.on(day.today);
            let contents = today
                .zip(document)
                .and_then(|(law, one)| law.contents.get(&one));
            contents.map_or_else(Vec::new, |contents| contents.elements.clone())
        }
        _ => field.choices.clone(),
    }
}
