//! A small JSON client: it shows a test what was answered and judges nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

/// Speaks to a server as one account, or as nobody.
#[derive(Clone)]
pub struct Client {
    agent: ureq::Agent,
    base: String,
    headers: BTreeMap<String, String>,
}

/// A request that is being put together.
pub struct Request {
    client: Client,
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The headers; their names are in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body as it came.
    pub text: String,
}

impl Client {
    /// A client without a token; `base` has no slash at its end.
    pub fn new(base: impl Into<String>) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .into();
        Self {
            agent,
            base: base.into(),
            headers: BTreeMap::new(),
        }
    }

    /// The same client with a token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        self.with_header("authorization", &format!("Bearer {token}"))
    }

    /// The same client with a header on every request.
    #[must_use]
    pub fn with_header(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.insert(name.to_owned(), value.to_owned());
        client
    }

    /// A request; a path without a slash at its start lies under `/api/v1/`.
    pub fn request(&self, method: &str, path: &str) -> Request {
        let path = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("/api/v1/{path}")
        };
        Request {
            client: self.clone(),
            method: method.to_owned(),
            path,
            headers: self.headers.clone(),
            body: Vec::new(),
        }
    }

    /// Reads.
    pub fn get(&self, path: &str) -> Reply {
        self.request("GET", path).send()
    }

    /// Reads from a server that may not be there.
    pub fn try_get(&self, path: &str) -> Option<Reply> {
        self.request("GET", path).try_send()
    }

    /// Sends a JSON body.
    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.request("POST", path).json(body).send()
    }

    /// Changes a thing of the version given.
    pub fn patch(&self, path: &str, version: i64, body: &Value) -> Reply {
        self.request("PATCH", path)
            .if_match(version)
            .json(body)
            .send()
    }
}

impl Request {
    /// Sets a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers
            .insert(name.to_ascii_lowercase(), value.to_owned());
        self
    }

    /// Only if the thing still has this version.
    #[must_use]
    pub fn if_match(self, version: i64) -> Self {
        self.header("if-match", &format!("\"{version}\""))
    }

    /// A repeat with the same key gets the same answer.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// A JSON body, with its media type.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json")
            .body(body.to_string())
    }

    /// A body as it is.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends it and waits for the answer.
    pub fn send(self) -> Reply {
        self.answer().unwrap()
    }

    /// Sends it; nothing when no whole answer came back.
    pub fn try_send(self) -> Option<Reply> {
        self.answer().ok()
    }

    fn answer(self) -> Result<Reply, ureq::Error> {
        let mut request = ureq::http::Request::builder()
            .method(self.method.as_str())
            .uri(format!("{}{}", self.client.base, self.path));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        // A GET with an empty body must not announce one.
        let bodiless = ["GET", "HEAD", "TRACE"].contains(&self.method.as_str());
        let answered = if self.body.is_empty() && bodiless {
            self.client.agent.run(request.body(()).unwrap())
        } else {
            self.client.agent.run(request.body(self.body).unwrap())
        };
        let mut answer = answered?;
        let text = |value: &ureq::http::HeaderValue| {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        };
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in answer.headers() {
            // A header that stands several times, as Set-Cookie does, has a line for each.
            let lines = headers.entry(name.to_string()).or_default();
            if !lines.is_empty() {
                lines.push('\n');
            }
            lines.push_str(&text(value));
        }
        let status = answer.status().as_u16();
        Ok(Reply {
            status,
            headers,
            text: answer.body_mut().read_to_string()?,
        })
    }
}

impl Reply {
    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The version that the `ETag` states.
    #[track_caller]
    pub fn version(&self) -> i64 {
        let tag = self
            .header("etag")
            .unwrap_or_else(|| panic!("no ETag: {self:?}"));
        tag.trim_matches('"').parse().unwrap()
    }

    /// Fails unless this is the status; gives the body.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{} {}", self.status, self.text);
        if self.text.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// Fails unless this is a problem (RFC 9457) of the status and code; gives the body.
    #[track_caller]
    pub fn expect_problem(&self, status: u16, code: &str) -> Value {
        let body = self.expect(status);
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{self:?}"
        );
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["status"], status, "{body}");
        assert!(
            body["type"]
                .as_str()
                .is_some_and(|kind| kind.ends_with(&format!("/problems/{code}")))
        );
        for text in ["title", "detail"] {
            assert!(
                body[text].as_str().is_some_and(|text| !text.is_empty()),
                "no {text}: {body}"
            );
        }
        body
    }

    /// The places and codes of a problem's faults: `["/parties/0/name too_long"]`.
    pub fn faults(&self) -> Vec<String> {
        let body = self.json();
        let word = |fault: &Value, name: &str| fault[name].as_str().unwrap_or_default().to_owned();
        let faults = body["errors"].as_array().cloned().unwrap_or_default();
        faults
            .iter()
            .map(|fault| format!("{} {}", word(fault, "pointer"), word(fault, "code")))
            .collect()
    }
}
