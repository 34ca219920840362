//! What a use case answers over HTTP, before it becomes a response: it can also be kept and given again.

use crate::app::reading::Reading;
use actix_web::{HttpResponse, http::StatusCode, http::header};
use kelisim_domain::{id::CaseId, language::Language};
use kelisim_persistence::DataKey;
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

/// An answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The version of the thing, for the `ETag`.
    pub version: Option<i32>,
    /// Where the thing made can be read.
    pub location: Option<String>,
    /// The address of the next page.
    pub next: Option<String>,
    /// The body: JSON, which a kept copy holds as it is and not as a text inside a text.
    pub body: Box<RawValue>,
    /// The case whose confidential content the body shows.
    #[serde(default)]
    pub content_of: Option<CaseId>,
    /// What the body shows that is confidential: each is entered into the audit log before it leaves.
    #[serde(default)]
    pub reads: Vec<Reading>,
    /// The data key under which a kept copy is sealed; none for the caller's own.
    #[serde(skip)]
    pub sealed_by: Option<DataKey>,
    /// Set for a picture, which is no JSON and is never kept.
    #[serde(skip)]
    pub picture: Option<String>,
    /// Set for JSON lines, which are an attachment and are never kept.
    #[serde(skip)]
    pub lines: Option<String>,
}

impl Answer {
    fn new(status: u16, body: &impl Serialize) -> Self {
        Answer {
            status,
            version: None,
            location: None,
            next: None,
            body: json(body),
            content_of: None,
            reads: Vec::new(),
            sealed_by: None,
            picture: None,
            lines: None,
        }
    }

    /// 200 with JSON lines, and the address of the next of them.
    pub fn lines(lines: String, next: Option<String>) -> Self {
        Answer {
            lines: Some(lines),
            next,
            ..Answer::new(200, &())
        }
    }

    /// 200 with a picture (SVG).
    pub fn picture(svg: String) -> Self {
        Answer {
            picture: Some(svg),
            ..Answer::new(200, &())
        }
    }

    /// 200 with a body.
    pub fn ok(body: &impl Serialize) -> Self {
        Answer::new(200, body)
    }

    /// 201 with a body and the place of the new thing.
    pub fn created(location: impl Into<String>, body: &impl Serialize) -> Self {
        Answer {
            location: Some(location.into()),
            ..Answer::new(201, body)
        }
    }

    /// The version of the thing.
    #[must_use]
    pub fn version(self, version: i32) -> Self {
        Answer {
            version: Some(version),
            ..self
        }
    }

    /// The data key under which a kept copy of this answer is sealed: that of the case or register entry it shows.
    /// What was erased has none any more, and shows nothing that needs it.
    #[must_use]
    pub fn sealed_by(self, key: Option<DataKey>) -> Self {
        Answer {
            sealed_by: key,
            ..self
        }
    }

    /// The case whose confidential content the body shows, if it shows any.
    #[must_use]
    pub fn content_of(self, case: Option<CaseId>) -> Self {
        Answer {
            content_of: case,
            ..self
        }
    }

    /// What the body shows that is confidential.
    #[must_use]
    pub fn reads(self, reads: impl IntoIterator<Item = Reading>) -> Self {
        Answer {
            reads: reads.into_iter().collect(),
            ..self
        }
    }

    /// Whether a reader who has a version already gets nothing but 304.
    pub fn is_known(&self, has: Option<i32>) -> bool {
        has.is_some() && has == self.version
    }

    /// The same answer for a caller who may not read that content any more.
    #[must_use]
    pub fn without_content(self) -> Self {
        let mut body: Value = serde_json::from_str(self.body.get()).unwrap_or_default();
        for pointer in ["", "/case"] {
            let Some(case) = body.pointer_mut(pointer).and_then(Value::as_object_mut) else {
                continue;
            };
            case.remove("confidential");
            if let Some(handed_up) = case.get_mut("handed_up").and_then(Value::as_object_mut) {
                handed_up.retain(|name, _| name == "at");
            }
            if let Some(referral) = case.get_mut("referral").and_then(Value::as_object_mut) {
                referral.remove("reference");
            }
        }
        Answer {
            body: json(&body),
            content_of: None,
            reads: Vec::new(),
            ..self
        }
    }

    /// The same answer with one more field in its body.
    #[must_use]
    pub fn with(self, name: &str, value: Value) -> Self {
        let mut body: Value = serde_json::from_str(self.body.get()).unwrap_or_default();
        if let Some(fields) = body.as_object_mut() {
            fields.insert(name.to_owned(), value);
        }
        Answer {
            body: json(&body),
            ..self
        }
    }

    /// A page of a list, with the address of the next page.
    pub fn page<T: Serialize>(items: &[T], next: Option<String>) -> Self {
        #[derive(Serialize)]
        struct Page<'a, T> {
            items: &'a [T],
            next: Option<&'a str>,
        }
        let page = Answer::new(
            200,
            &Page {
                items,
                next: next.as_deref(),
            },
        );
        Answer { next, ..page }
    }

    /// A page of what was found by a question in a body: where the next one begins stands in the body too, for it is given
    /// with the question again and makes no address.
    pub fn found<T: Serialize>(items: &[T], next: Option<String>) -> Self {
        Answer {
            next: None,
            ..Answer::page(items, next)
        }
    }

    /// The response; 304 when the reader has this version already.
    pub fn into_response(self, language: Language, has: Option<i32>) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let fresh = !self.is_known(has);
        let mut response = HttpResponse::build(if fresh {
            status
        } else {
            StatusCode::NOT_MODIFIED
        });
        response.insert_header((header::CONTENT_LANGUAGE, language.code()));
        if let Some(version) = self.version {
            response.insert_header((header::ETAG, format!("\"{version}\"")));
        }
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        if let Some(next) = self.next {
            response.insert_header((header::LINK, format!("<{next}>; rel=\"next\"")));
        }
        if let Some(svg) = self.picture {
            // It brings its own style along, and nothing else.
            let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'";
            return response
                .insert_header((header::CONTENT_SECURITY_POLICY, policy))
                .content_type("image/svg+xml; charset=utf-8")
                .body(svg);
        }
        if let Some(lines) = self.lines {
            let name = "attachment; filename=\"audit.jsonl\"";
            return response
                .insert_header((header::CONTENT_DISPOSITION, name))
                .content_type("application/x-ndjson")
                .body(lines);
        }
        if fresh {
            let body = String::from(Box::<str>::from(self.body));
            response.content_type("application/json").body(body)
        } else {
            response.finish()
        }
    }
}

/// Views are plain structs of text and numbers, which can always be written.
fn json(body: &impl Serialize) -> Box<RawValue> {
    serde_json::value::to_raw_value(body).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn d11_an_answer_can_lose_its_content() {
        let case = || json!({"id": 1, "confidential": {"summary": "s"}, "referral": {"source": "self", "reference": "r"}});
        let bare = json!({"id": 1, "referral": {"source": "self"}});
        let filed = Answer::ok(&case()).without_content();
        assert_eq!(filed.body.get().parse::<Value>().unwrap(), bare);
        let moved = Answer::ok(&json!({"case": case(), "notices": []})).without_content();
        assert_eq!(
            moved.body.get().parse::<Value>().unwrap(),
            json!({"case": bare, "notices": []})
        );
    }
}
