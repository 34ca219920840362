//! The OpenAPI document, as an attacker reads it: what can be asked, and which answers are promised.

use std::collections::BTreeSet;

use kelisim_api::http::openapi;
use serde_json::Value;

/// Every operation of the interface.
pub(super) struct Document {
    pub(super) operations: Vec<Operation>,
    schemas: Value,
}

/// One operation.
pub(super) struct Operation {
    pub(super) method: String,
    /// With its parts in braces.
    pub(super) path: String,
    /// The names of what stands in the query.
    pub(super) query: Vec<String>,
    /// The name of the schema of its body.
    pub(super) body: Option<String>,
    /// Whether it asks for a version.
    pub(super) is_conditional: bool,
    /// Whether a repeat under one key is known as such.
    pub(super) takes_key: bool,
    statuses: BTreeSet<u16>,
}

impl Document {
    /// The document of this build.
    pub(super) fn read() -> Self {
        let mut document: Value = serde_json::from_str(openapi::whole()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        let operations = paths.iter().flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.map(|(method, operation)| Operation::read(path, method, operation))
        });
        let operations = operations.collect();
        Self {
            operations,
            schemas: document["components"]["schemas"].take(),
        }
    }

    /// The type that a field of a body has, such as `string`; none where it may be several.
    pub(super) fn type_of(&self, schema: &str, field: &str) -> Option<&str> {
        self.schemas[schema]["properties"][field]["type"].as_str()
    }

    /// Whether the schema says that a body has no other fields.
    pub(super) fn is_closed(&self, schema: &str) -> bool {
        self.schemas[schema]["additionalProperties"] == false
    }
}

impl Operation {
    fn read(path: &str, method: &str, operation: &Value) -> Self {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let (query, others): (Vec<_>, Vec<_>) =
            parameters.partition(|parameter| parameter["in"] == "query");
        let is_key = |parameter: &&Value| parameter["name"] == "Idempotency-Key";
        let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let statuses = operation["responses"].as_object().unwrap().keys();
        let statuses: BTreeSet<u16> = statuses.map(|status| status.parse().unwrap()).collect();
        Self {
            method: method.to_uppercase(),
            path: path.to_owned(),
            query: query
                .into_iter()
                .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
                .collect(),
            body: body.as_str().map(name),
            is_conditional: statuses.contains(&428),
            takes_key: others.iter().any(is_key),
            statuses,
        }
    }

    /// Whether the document promises this answer.
    pub(super) fn promises(&self, status: u16) -> bool {
        self.statuses.contains(&status)
    }
}
