//! What somebody asks of the program, and what they hear.
//!
//! It is asked of the routes themselves: the order of the checks, versions and kept answers stand there. No socket is used.

use actix_web::http::{Method, header};
use actix_web::test::TestRequest;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::people::{Office, PEOPLE};
use crate::network;

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ask {
    /// Who asks, by their place in [`PEOPLE`]; somebody without a token beyond it.
    pub(super) who: usize,
    pub(super) what: What,
    pub(super) version: Condition,
    pub(super) key: Option<String>,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    /// A new case, of the workflow of one of the instances.
    File { script: usize, filing: Filing },
    /// An action on a case: a body with the action and its answers.
    Act { case: Uuid, body: Json },
    /// Other facts of a case.
    Correct { case: Uuid, body: Json },
    /// The case.
    Read { case: Uuid },
}

/// What somebody files.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Filing {
    /// The office; none for one that does not exist.
    pub(super) office: Option<Office>,
    pub(super) language: String,
    pub(super) category: String,
    pub(super) is_referred: bool,
    /// Something that makes this filing another one than a filing that is like it otherwise.
    pub(super) summary: String,
}

/// The version that somebody has seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Condition {
    /// They do not say.
    Unsaid,
    /// Any.
    Any,
    /// This one.
    Version(i32),
}

/// What came back.
#[derive(Debug, Clone)]
pub(super) enum Heard {
    /// An answer.
    Said { status: u16, text: String },
    /// Whoever asked has gone away.
    Nothing,
}

impl Ask {
    /// The case that it is about; none for a filing.
    pub(super) fn case(&self) -> Option<Uuid> {
        match &self.what {
            What::File { .. } => None,
            What::Act { case, .. } | What::Correct { case, .. } | What::Read { case } => {
                Some(*case)
            }
        }
    }

    fn method(&self) -> Method {
        match &self.what {
            What::File { .. } | What::Act { .. } => Method::POST,
            What::Correct { .. } => Method::PATCH,
            What::Read { .. } => Method::GET,
        }
    }

    fn path(&self) -> String {
        match &self.what {
            What::File { .. } => "/api/v1/cases".to_owned(),
            What::Act { case, .. } => format!("/api/v1/cases/{case}/transitions"),
            What::Correct { case, .. } | What::Read { case } => format!("/api/v1/cases/{case}"),
        }
    }

    fn body(&self) -> Option<Json> {
        match &self.what {
            What::File { filing, .. } => Some(filing.body()),
            What::Act { body, .. } | What::Correct { body, .. } => Some(body.clone()),
            What::Read { .. } => None,
        }
    }

    /// What a key stands for: the path and the body.
    pub(super) fn content(&self) -> String {
        let body = self
            .body()
            .map_or_else(String::new, |body| body.to_string());
        format!("{} {body}", self.path())
    }

    /// It in one line.
    pub(super) fn told(&self) -> String {
        let who = PEOPLE.get(self.who).map_or("nobody", |one| one.name);
        let body = self.body().unwrap_or_default();
        let key = self.key.as_deref().unwrap_or("-");
        let condition = match self.version {
            Condition::Unsaid => "-".to_owned(),
            Condition::Any => "*".to_owned(),
            Condition::Version(version) => version.to_string(),
        };
        let method = self.method();
        match &self.what {
            What::File { script, .. } => {
                format!("{who} files {body} by workflow {script}, key {key}")
            }
            _ => format!("{who} {method} {body}, version {condition}, key {key}"),
        }
    }

    /// The request as it goes to the routes.
    pub(super) fn request(&self) -> TestRequest {
        let mut request = TestRequest::default()
            .method(self.method())
            .uri(&self.path());
        if let Some(person) = PEOPLE.get(self.who) {
            let token = format!("Bearer {}", network::token(person.name));
            request = request.insert_header((header::AUTHORIZATION, token));
        }
        if let Some(key) = &self.key {
            request = request.insert_header(("Idempotency-Key", key.as_str()));
        }
        let condition = match self.version {
            Condition::Unsaid => None,
            Condition::Any => Some("*".to_owned()),
            Condition::Version(version) => Some(format!("\"{version}\"")),
        };
        if let Some(condition) = condition {
            request = request.insert_header((header::IF_MATCH, condition));
        }
        if let Some(body) = self.body() {
            let json = (header::CONTENT_TYPE, "application/json");
            request = request.insert_header(json).set_payload(body.to_string());
        }
        request
    }
}

impl Filing {
    fn body(&self) -> Json {
        let mut body = serde_json::json!({
            "office": self.office.map_or("XXX-99", Office::code),
            "category": self.category, "language": self.language, "summary": self.summary,
            "parties": [{"side": "A", "kind": "person", "name": "Demo Applicant"}],
        });
        if self.is_referred {
            body["referral"] = serde_json::json!({"source": "education", "partner": "EDU"});
        }
        body
    }
}

/// The object of a body.
pub(super) fn object(body: &Json) -> &Map<String, Json> {
    body.as_object().expect("a body is an object")
}
