//! What holds for every operation, said in the document for each of them: the problems that any request may meet, the
//! headers of conditions and repeats, the bounds of pages, and what a body may leave out.
//!
//! A handler names the answers that are its own; what stands here would otherwise stand beside each handler, and be
//! forgotten beside the next.

use serde_json::{Map, Value, json};

/// Bodies whose fields nobody knows beforehand: those of an action are its workflow's.
const OPEN: [&str; 1] = ["TakeAction"];
/// A POST that only asks: nothing of it could happen twice, so a key is not looked at.
const ASKS: [&str; 1] = ["/api/v1/cases/search"];

/// Completes a document.
pub(super) fn complete(document: &mut Value) {
    let mut schemas = document["components"]["schemas"].take();
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            let is_kept = method == "post" && !ASKS.contains(&path.as_str());
            if let Some(operation) = operation.as_object_mut() {
                body(operation, method, &mut schemas);
                headers(operation, is_kept);
                bounds(operation);
                problems(operation, method, is_kept);
            }
        }
    }
    document["components"]["schemas"] = schemas;
}

/// The problems of a status, by their codes.
fn codes(status: &str) -> &'static str {
    match status {
        "400" => "`malformed`, `bad_header` or `not_http`",
        "401" => "`unauthenticated`",
        "403" => "`not_permitted`",
        "404" => "`not_found`",
        "408" => "`too_slow`",
        "409" => "`refused`, `key_running` or `not_retried`",
        "412" => "`stale`",
        "413" => "`too_large`",
        "415" => "`media_type`",
        "422" => "`invalid` or `key_reused`",
        "429" => "`too_many`",
        "428" => "`precondition_required`",
        "431" => "`head_too_large`",
        "500" => "`internal`",
        "503" => "`busy` or `unavailable`",
        _ => "",
    }
}

fn problems(operation: &mut Map<String, Value>, method: &str, is_kept: bool) {
    let mut met = vec!["400", "401", "404", "408", "431", "500", "503"];
    if operation.contains_key("requestBody") {
        met.extend(["413", "415", "422"]);
    }
    match method {
        // A repeated key, and one that is still running.
        "post" if is_kept => met.extend(["409", "422"]),
        "get" if has_query(operation) => met.push("422"),
        _ => {}
    }
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    for status in met {
        if responses.get(status).is_none() {
            responses[status] = json!({});
        }
    }
    for (status, response) in responses.as_object_mut().into_iter().flatten() {
        if status.as_str() < "400" {
            continue;
        }
        response["description"] = codes(status).into();
        response["content"] = json!({
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        });
    }
}

fn parameters(operation: &mut Map<String, Value>) -> impl Iterator<Item = &mut Value> {
    let list = operation.get_mut("parameters");
    list.and_then(Value::as_array_mut).into_iter().flatten()
}

fn has_query(operation: &mut Map<String, Value>) -> bool {
    parameters(operation).any(|parameter| parameter["in"] == "query")
}

/// `limit` is a number of entries (R31); a parameter that is empty is none.
fn bounds(operation: &mut Map<String, Value>) {
    for parameter in parameters(operation).filter(|parameter| parameter["in"] == "query") {
        parameter["allowEmptyValue"] = true.into();
        if parameter["name"] == "limit" {
            parameter["schema"]["minimum"] = 1.into();
            parameter["schema"]["maximum"] = 100.into();
        }
    }
}

fn headers(operation: &mut Map<String, Value>, is_kept: bool) {
    let answers = |status: &str| operation["responses"].get(status).is_some();
    let mut added = Vec::new();
    if answers("428") {
        added.push(json!({
            "name": "If-Match", "in": "header", "required": true, "example": "\"1\"",
            "description": "The version on which the change is based, as its `ETag` said; `*` for any.",
            "schema": {"type": "string", "pattern": r#"^(\*|"[0-9]{1,9}")$"#},
        }));
    }
    if answers("304") {
        added.push(json!({
            "name": "If-None-Match", "in": "header", "required": false,
            "description": "The version that the reader has.",
            "schema": {"type": "string"},
        }));
    }
    if is_kept {
        added.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "A repeat with the same key gets the first answer.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 200},
        }));
    }
    if !added.is_empty() {
        let list = operation.entry("parameters").or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.extend(added);
        }
    }
}

/// A body has no fields but those described, and that of a change may leave each of them out.
fn body(operation: &mut Map<String, Value>, method: &str, schemas: &mut Value) {
    let Some(content) = operation
        .get_mut("requestBody")
        .and_then(|body| body.get_mut("content"))
    else {
        return;
    };
    let schema = &content["application/json"]["schema"]["$ref"];
    let Some(name) = schema.as_str().and_then(|path| path.rsplit('/').next()) else {
        return;
    };
    let name = name.to_owned();
    close(&name, schemas);
    if method == "patch" {
        let of_change = format!("{name}Change");
        schemas[&of_change] = change(&schemas[&name]);
        let reference = json!({"schema": {"$ref": format!("#/components/schemas/{of_change}")}});
        content["application/json"] = reference.clone();
        content["application/merge-patch+json"] = reference;
    }
}

/// Says of a schema, and of those inside it, that it has no other fields.
fn close(name: &str, schemas: &mut Value) {
    let schema = &mut schemas[name];
    if OPEN.contains(&name) || schema.get("properties").is_none() {
        return;
    }
    if schema.get("additionalProperties").is_some() {
        return;
    }
    schema["additionalProperties"] = false.into();
    for inner in references(&schemas[name].clone()) {
        close(&inner, schemas);
    }
}

/// The names of the schemas to which one refers.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match (name.as_str(), value.as_str()) {
                ("$ref", Some(path)) => {
                    vec![path.rsplit('/').next().unwrap_or_default().to_owned()]
                }
                _ => references(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// The same fields, none of them required, each of them possibly null (RFC 7396).
fn change(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(fields) = schema.as_object_mut() {
        fields.remove("required");
    }
    let properties = schema["properties"].as_object_mut();
    for field in properties.into_iter().flatten().map(|(_, field)| field) {
        match field.get("type") {
            Some(Value::String(kind)) => field["type"] = json!([kind, "null"]),
            Some(_) => {}
            None if field.get("$ref").is_some() => {
                *field = json!({"oneOf": [{"type": "null"}, field.take()]});
            }
            None => {}
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    fn document() -> Value {
        serde_json::from_str(super::super::whole()).unwrap()
    }

    fn operations(document: &Value) -> Vec<(String, &Value)> {
        let paths = document["paths"].as_object().unwrap();
        paths
            .iter()
            .flat_map(|(path, item)| {
                let methods = item.as_object().unwrap().iter();
                methods.map(move |(method, operation)| (format!("{method} {path}"), operation))
            })
            .collect()
    }

    #[test]
    fn every_operation_says_which_problems_it_may_meet() {
        let document = document();
        let all = operations(&document);
        assert!(all.len() > 50);
        for (name, operation) in all {
            for status in ["400", "401", "404", "408", "431", "500", "503"] {
                let content = &operation["responses"][status]["content"];
                let schema = &content["application/problem+json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/Problem", "{name} {status}");
            }
            let responses = operation["responses"].as_object().unwrap();
            for (status, response) in responses
                .iter()
                .filter(|(status, _)| status.as_str() >= "400")
            {
                assert_ne!(response["description"], "", "{name} {status}");
            }
        }
    }

    #[test]
    fn every_reference_leads_to_a_schema() {
        let document = document();
        for name in super::references(&document) {
            assert!(
                document["components"]["schemas"].get(&name).is_some(),
                "{name}"
            );
        }
    }

    #[test]
    fn a_change_may_leave_every_field_out() {
        let document = document();
        let schemas = &document["components"]["schemas"];
        let change = &schemas["OfficeBodyChange"];
        assert!(change.get("required").is_none());
        assert_eq!(change["properties"]["code"]["type"][1], "null");
        assert_eq!(change["additionalProperties"], false);
        assert!(schemas["OfficeBody"]["required"].is_array());
    }
}
