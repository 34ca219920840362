//! The one table from what went wrong to what the client reads (RFC 9457).
//!
//! `type` and `code` are stable and never translated; `title`, `detail` and `message` are in the reader's language.
//! No text of serde, diesel or actix comes through here: a defect shows the request's id and nothing else (R19).

use crate::{
    app::AppError,
    locale::{Arguments, arguments, text, text_with},
    phrase,
};
use actix_web::{HttpResponse, http::StatusCode, http::header};
use kelisim_domain::{
    assignment::{MediatorStatus, Unfit},
    case::{GuardRefusal, StepRefusal, ground::GroundRefusal},
    document::DocumentFault,
    fault::{Fault, FaultKind},
    language::Language,
    policy::Role,
    publish::PublishRefusal,
    refusal::Refusal,
    register::RegisterRefusal,
};
use serde::Serialize;

/// The codes of all problems, for the pages under `/problems/` and for the documents.
pub const CODES: [&str; 23] = [
    "not_http",
    "too_slow",
    "head_too_large",
    "not_retried",
    "unauthenticated",
    "not_found",
    "not_permitted",
    "refused",
    "invalid",
    "malformed",
    "bad_header",
    "too_large",
    "media_type",
    "stale",
    "precondition_required",
    "key_reused",
    "key_running",
    "too_many",
    "searched_too_often",
    "busy",
    "unavailable",
    "method_not_allowed",
    "internal",
];

/// A problem as it goes over the wire.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// `PUBLIC_URL/problems/{code}`: a page for people.
    #[serde(rename = "type")]
    kind: String,
    /// The stable code.
    code: &'static str,
    /// What kind of problem, in the reader's language.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What is wrong here, in the reader's language.
    detail: String,
    /// The request: `urn:uuid:…`; support can find it in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    /// What is wrong with single fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// The rules that stand against it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refusals: Vec<RefusalView>,
}

/// A fault of one field.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// A JSON pointer into the body, or the name of a query parameter.
    pointer: String,
    /// The stable code.
    code: &'static str,
    /// What is wrong, in the reader's language.
    message: String,
    /// The stable code of what is wrong with a definition.
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<&'static str>,
    /// The line of a definition, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// The character in that line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    /// What would be right in a definition.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

impl FieldError {
    /// A finding in a definition, a profile or a list.
    pub fn of_document(fault: &DocumentFault, language: Language) -> Self {
        FieldError {
            pointer: fault.pointer.clone(),
            code: "finding",
            message: phrase::fault(fault, language),
            finding: Some(fault.flaw.code()),
            line: Some(fault.position.line),
            column: Some(fault.position.column),
            help: fault.help.as_ref().map(|help| phrase::help(help, language)),
        }
    }
}

/// One reason why not.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RefusalView {
    /// The rule: its number in the rule book.
    pub rule: &'static str,
    /// The stable code.
    pub code: &'static str,
    /// Why not, in the reader's language.
    pub detail: String,
    /// The roles that can lift it; empty when nobody can.
    #[schema(value_type = Vec<String>)]
    pub lifted_by: Vec<Role>,
}

impl RefusalView {
    /// A refusal in the reader's language.
    pub fn of(refusal: &Refusal, language: Language) -> Self {
        let key = format!("refusal-{}", refusal.code().replace('_', "-"));
        RefusalView {
            rule: refusal.rule(),
            code: refusal.code(),
            detail: text_with(language, &key, &refusal_arguments(refusal, language)),
            lifted_by: refusal.lifted_by(),
        }
    }
}

fn refusal_arguments(refusal: &Refusal, language: Language) -> Arguments {
    match refusal {
        Refusal::Step(StepRefusal::UnknownAction(action)) => {
            arguments([("action", action.as_str().to_owned().into())])
        }
        Refusal::Step(StepRefusal::NotYours { .. }) => {
            let mut who: Vec<String> = refusal
                .lifted_by()
                .into_iter()
                .map(|role| role_name(role, language))
                .collect();
            if who.is_empty() {
                who.push(text(language, "only-the-clock"));
            }
            arguments([("who", who.join(", ").into())])
        }
        Refusal::Unfit(Unfit::DocumentsExpired(day)) => {
            arguments([("day", day.to_string().into())])
        }
        Refusal::Unfit(Unfit::Language(wanted)) => arguments([(
            "language",
            text(language, &format!("language-{wanted}")).into(),
        )]),
        Refusal::Unfit(Unfit::AtLimit { open, most }) => {
            arguments([("open", (*open).into()), ("most", (*most).into())])
        }
        Refusal::Ground(GroundRefusal::NotFromHere { ground, stage }) => arguments([
            (
                "ground",
                text(
                    language,
                    &format!("ground-{}", ground.code().replace('_', "-")),
                )
                .into(),
            ),
            (
                "stage",
                text(language, &format!("stage-{}", stage.code())).into(),
            ),
        ]),
        Refusal::Ground(
            GroundRefusal::NotInWorkflow(ground) | GroundRefusal::HasOther { set: ground },
        ) => arguments([(
            "ground",
            text(
                language,
                &format!("ground-{}", ground.code().replace('_', "-")),
            )
            .into(),
        )]),
        Refusal::Guard(guard) => guard_arguments(guard, language),
        Refusal::Register(RegisterRefusal::StatusStep { from, to }) => {
            let name = |status: &MediatorStatus| {
                text(language, &format!("mediator-status-{}", status.code()))
            };
            arguments([("from", name(from).into()), ("to", name(to).into())])
        }
        Refusal::Publish(PublishRefusal::NoSuchStep { step }) => {
            arguments([("step", step.as_str().to_owned().into())])
        }
        Refusal::Publish(refusal) => match refusal.version() {
            Some(version) => arguments([("version", version.into())]),
            None => Arguments::new(),
        },
        Refusal::Step(StepRefusal::Closed | StepRefusal::NotFromHere { .. })
        | Refusal::Unfit(_)
        | Refusal::Handing(_)
        | Refusal::Erasure(_)
        | Refusal::Consent(_)
        | Refusal::Register(_) => Arguments::new(),
    }
}

fn guard_arguments(refusal: &GuardRefusal, language: Language) -> Arguments {
    match refusal {
        GuardRefusal::NoLaw { on }
        | GuardRefusal::BeforeWaiver { on }
        | GuardRefusal::BeforeAcceptance { on } => arguments([("day", on.to_string().into())]),
        GuardRefusal::PausesOverlap { resumed_on } => {
            arguments([("day", resumed_on.to_string().into())])
        }
        GuardRefusal::AnswerTimeOver { last_day }
        | GuardRefusal::PauseAfterTerm { last_day }
        | GuardRefusal::RequestAfterTerm { last_day }
        | GuardRefusal::AgreementAfterTerm { last_day }
        | GuardRefusal::NotLonger { last_day } => arguments([("day", last_day.to_string().into())]),
        GuardRefusal::PastTotal { latest } => arguments([("day", latest.to_string().into())]),
        GuardRefusal::ElementsMissing { missing, .. } => {
            let name = |element: &String| {
                text(language, &format!("element-{}", element.replace('_', "-")))
            };
            let names: Vec<String> = missing.iter().map(name).collect();
            arguments([("missing", names.join(", ").into())])
        }
        _ => Arguments::new(),
    }
}

/// The name of a role in the reader's language.
pub fn role_name(role: Role, language: Language) -> String {
    text(language, &format!("role-{}", role.code().replace('_', "-")))
}

/// The sentence of a fault in the reader's language.
pub(crate) fn fault_sentence(fault: &Fault, language: Language) -> String {
    field_error(fault, language).message
}

/// A fault in the reader's language.
fn field_error(fault: &Fault, language: Language) -> FieldError {
    let code = fault.kind.code();
    let key = format!("fault-{}", code.replace('_', "-"));
    let list = |codes: &[String]| codes.join(", ");
    let message = match &fault.kind {
        FaultKind::UnknownField {
            nearest: Some(nearest),
        } => text_with(
            language,
            "fault-unknown-field-nearest",
            &arguments([("nearest", nearest.clone().into())]),
        ),
        FaultKind::UnknownCode { known } if !known.is_empty() => text_with(
            language,
            "fault-unknown-code-list",
            &arguments([("known", list(known).into())]),
        ),
        FaultKind::WrongType { expected } => {
            let expected = text(language, &format!("type-{}", expected.replace('_', "-")));
            text_with(language, &key, &arguments([("expected", expected.into())]))
        }
        FaultKind::TooLong { most } | FaultKind::TooMany { most } => {
            text_with(language, &key, &arguments([("most", (*most).into())]))
        }
        FaultKind::TooShort { least } => {
            text_with(language, &key, &arguments([("least", (*least).into())]))
        }
        FaultKind::TooFew { fewest } => {
            text_with(language, &key, &arguments([("fewest", (*fewest).into())]))
        }
        FaultKind::OutOfRange { least, most } => {
            let (least, most) = (least.to_string(), most.to_string());
            text_with(
                language,
                &key,
                &arguments([("least", least.into()), ("most", most.into())]),
            )
        }
        FaultKind::BadForm { example } => {
            text_with(language, &key, &arguments([("example", (*example).into())]))
        }
        FaultKind::TooEarly { earliest } => text_with(
            language,
            &key,
            &arguments([("earliest", earliest.to_string().into())]),
        ),
        FaultKind::TooLate { latest } => text_with(
            language,
            &key,
            &arguments([("latest", latest.to_string().into())]),
        ),
        _ => text(language, &key),
    };
    FieldError {
        pointer: fault.pointer.clone(),
        code,
        message,
        finding: None,
        line: None,
        column: None,
        help: None,
    }
}

/// Where a problem is shown: the address of its page and the request it belongs to.
#[derive(Clone, Debug)]
pub struct Place {
    /// `http.public_url`.
    pub public_url: String,
    /// The id of the request.
    pub request: Option<String>,
    /// The reader's language.
    pub language: Language,
}

/// The status and the code of an error: the one table.
pub fn status_and_code(error: &AppError) -> (u16, &'static str) {
    match error {
        AppError::Unauthenticated => (401, "unauthenticated"),
        AppError::NotFound => (404, "not_found"),
        AppError::NotPermitted(_) => (403, "not_permitted"),
        AppError::Refused(_) => (409, "refused"),
        AppError::Invalid(_) | AppError::Unsound(_) => (422, "invalid"),
        AppError::Malformed { .. } => (400, "malformed"),
        AppError::BadHeader(_) => (400, "bad_header"),
        AppError::TooLarge { .. } => (413, "too_large"),
        AppError::TooSlow => (408, "too_slow"),
        AppError::MediaType => (415, "media_type"),
        AppError::Stale => (412, "stale"),
        AppError::PreconditionRequired => (428, "precondition_required"),
        AppError::KeyReused => (422, "key_reused"),
        AppError::KeyRunning => (409, "key_running"),
        AppError::NotRetried(_) => (409, "not_retried"),
        AppError::TooMany { .. } => (429, "too_many"),
        AppError::SearchedTooOften { .. } => (429, "searched_too_often"),
        AppError::Busy => (503, "busy"),
        AppError::Unavailable => (503, "unavailable"),
        AppError::Internal(_) => (500, "internal"),
    }
}

/// The problem of a status that no use case answers, such as 405.
pub fn plain(status: u16, code: &'static str, place: &Place) -> HttpResponse {
    respond(
        build(status, code, &Arguments::new(), place),
        place.language,
    )
}

fn build(status: u16, code: &'static str, details: &Arguments, place: &Place) -> Problem {
    let key = code.replace('_', "-");
    Problem {
        kind: format!("{}/problems/{code}", place.public_url),
        code,
        title: text(place.language, &format!("problem-{key}-title")),
        status,
        detail: text_with(place.language, &format!("problem-{key}"), details),
        instance: place.request.as_ref().map(|id| format!("urn:uuid:{id}")),
        errors: Vec::new(),
        refusals: Vec::new(),
    }
}

/// The response for an error.
pub fn response(error: &AppError, place: &Place) -> HttpResponse {
    let (status, code) = status_and_code(error);
    let details = match error {
        AppError::Malformed { line, column } => {
            arguments([("line", (*line).into()), ("column", (*column).into())])
        }
        AppError::NotRetried(state) => arguments([("state", (*state).into())]),
        AppError::BadHeader(name) => arguments([("name", (*name).into())]),
        AppError::TooLarge { most } => arguments([("most", (most / 1000).into())]),
        AppError::TooMany { seconds } | AppError::SearchedTooOften { seconds } => {
            arguments([("minutes", ((seconds + 59) / 60).into())])
        }
        AppError::Internal(context) => {
            tracing::error!(
                context,
                request = place.request.as_deref(),
                "internal error"
            );
            Arguments::new()
        }
        _ => Arguments::new(),
    };
    let mut problem = build(status, code, &details, place);
    match error {
        AppError::Invalid(faults) => {
            problem.errors = faults
                .iter()
                .map(|fault| field_error(fault, place.language))
                .collect();
        }
        AppError::Unsound(faults) => {
            problem.errors = faults
                .iter()
                .map(|fault| FieldError::of_document(fault, place.language))
                .collect();
        }
        AppError::Refused(refusals) | AppError::NotPermitted(refusals) => {
            problem.refusals = refusals
                .iter()
                .map(|refusal| RefusalView::of(refusal, place.language))
                .collect();
        }
        _ => {}
    }
    let mut response = respond(problem, place.language);
    if let AppError::TooMany { seconds } | AppError::SearchedTooOften { seconds } = error {
        let value = header::HeaderValue::from((*seconds).max(1));
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

fn respond(problem: Problem, language: Language) -> HttpResponse {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CONTENT_LANGUAGE, language.code()));
    match problem.status {
        401 => {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"kelisim\""));
        }
        503 => {
            response.insert_header((header::RETRY_AFTER, "1"));
        }
        _ => {}
    }
    let body = serde_json::to_string(&problem).unwrap_or_default();
    response.content_type("application/problem+json").body(body)
}
