//! A case that goes through the standard workflow, step by step.

use kelisim_domain::workflow;
use serde_json::{Value, json};

use crate::network::AIGUL;
use crate::{Backend, OnBackend, TestApp};

/// An application whose new cases follow the standard workflow.
pub struct Mediation(pub TestApp);

impl OnBackend for Mediation {
    fn on(backend: Backend) -> Self {
        Mediation(TestApp::start(backend, workflow::MEDIATION))
    }
}

/// Every element that the law prescribes for the contract.
pub const CONTRACT: [&str; 13] = [
    "date",
    "place",
    "sides",
    "powers",
    "subject",
    "mediator",
    "costs",
    "language",
    "confidentiality",
    "liability",
    "side_details",
    "term",
    "order_of_conduct",
];

/// Every element that the law prescribes for the agreement.
pub const AGREEMENT: [&str; 8] = [
    "sides",
    "subject",
    "mediator",
    "terms",
    "ways_of_performance",
    "dates_of_performance",
    "consequences",
    "signatures",
];

/// Answers to the exclusion questions that exclude nothing.
pub fn nothing_excludes() -> Value {
    json!({"third_party": false, "incapable": false, "corruption": false, "grave_crime": false})
}

impl Mediation {
    /// A case that was filed.
    #[track_caller]
    pub fn filed(&self) -> Value {
        self.0.file(&TestApp::filing())
    }

    /// A case that was screened, and nothing excludes it.
    #[track_caller]
    pub fn screened(&self) -> Value {
        let body = json!({"action": "screen", "exclusions": nothing_excludes()});
        self.0.moved("head", &self.filed(), &body)
    }

    /// A case whose other side was invited on a day.
    #[track_caller]
    pub fn proposed(&self, on: &str) -> Value {
        let body = json!({"action": "send_proposal", "proposal": {"sent_on": on}});
        self.0.moved("head", &self.screened(), &body)
    }

    /// A case that AIGUL is asked to take.
    #[track_caller]
    pub fn offered(&self) -> Value {
        let ready = self
            .0
            .moved("head", &self.screened(), &json!({"action": "make_ready"}));
        let body = json!({"action": "offer", "mediator": AIGUL});
        self.0.moved("head", &ready, &body)
    }

    /// A case that AIGUL has taken.
    #[track_caller]
    pub fn accepted(&self) -> Value {
        let body = json!({"action": "accept", "declaration": {"result": "none"}});
        self.0.moved("aigul", &self.offered(), &body)
    }

    /// A case whose contract was signed on a day.
    #[track_caller]
    pub fn in_mediation(&self, on: &str) -> Value {
        let contract = json!({"signed_on": on, "all_signed": true, "elements": CONTRACT});
        let body = json!({"action": "record_contract", "contract": contract});
        self.0.moved("aigul", &self.accepted(), &body)
    }

    /// The case as the head reads it now.
    #[track_caller]
    pub fn now(&self, case: &Value) -> Value {
        let path = format!("cases/{}", case["id"].as_str().unwrap());
        self.0.by("head").get(&path).expect(200)
    }
}
