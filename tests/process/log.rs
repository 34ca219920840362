//! R19: what the program logs holds ids and codes, and nothing of a person, at any level.

use kelisim_tests::on_both_databases;
use serde_json::{Value, json};

use kelisim_tests::house::{CONTACT, House, referred};

/// One word for each confidential field, and what people type into a query.
const CANARIES: [&str; 9] = [
    "canary-summary",
    "canary-name",
    "+77770001122",
    "7770001122",
    "canary-settlement",
    "canary-agreement",
    "canary-reference",
    "canary-query",
    "canary-token",
];

fn filing() -> Value {
    let mut body = referred();
    body["summary"] = json!("canary-summary");
    body["referral"]["reference"] = json!("canary-reference");
    body["parties"][0] = json!({"side": "A", "kind": "person", "name": "canary-name", "phone": "+77770001122",
        "email": "canary@party.example.kz", "settlement": "canary-settlement"});
    body
}

/// What was refused must not be logged either: a fault, a foreign token, a query, a path.
fn misuse(house: &House, server: &kelisim_tests::house::Server) {
    let head = house.by("head", server);
    head.get("cases?q=canary-query").expect(200);
    head.get("cases?canary-query=canary-query");
    head.get("nothing/canary-query");
    head.post(
        "cases",
        &json!({"summary": "canary-summary", "canary-query": 1}),
    )
    .expect(422);
    let broken = head
        .request("POST", "cases")
        .header("content-type", "application/json");
    broken
        .body("{\"summary\": \"canary-summary\"")
        .send()
        .expect(400);
    let stranger = server.client().with_token("klsm_canary-token");
    stranger.get("me?email=canary@party.example.kz").expect(401);
}

fn check(house: &House, log: &str) {
    let mut requests = 0;
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
        assert!(
            line["timestamp"].is_string() && line["level"].is_string(),
            "{line}"
        );
        if line["message"] == "request" {
            let id = line["request"].as_str().unwrap();
            assert!(id.parse::<uuid::Uuid>().is_ok(), "{line}");
            assert!(
                line["status"].is_u64() && line["route"].is_string(),
                "{line}"
            );
            requests += 1;
        }
    }
    assert!(requests >= 10, "{requests} requests in {log}");
    let people = ["head", "mediator0", "coordinator", "registrar"];
    let secrets = people.map(|name| house.token(name));
    for word in CANARIES
        .into_iter()
        .chain(secrets)
        .chain([CONTACT, "@", "?", "q="])
    {
        assert!(!log.contains(word), "r19: {word} in the log:\n{log}");
    }
}

on_both_databases! {
    fn r19_the_log_names_no_person_and_no_secret(house: House) {
        for level in ["info", "debug"] {
            let server = house.serve(&[("LOG__LEVEL", level)]);
            house.walk(&server, &filing(), "canary-agreement");
            misuse(&house, &server);
            house.mail_is_quiet();
            let log = server.program.stop();
            check(&house, &log);
        }
    }

    fn r19_the_log_of_a_worker_names_no_person_either(house: House) {
        let server = house.serve(&[("WORKER__ENABLED", "false")]);
        house.walk(&server, &filing(), "canary-agreement");
        // A relay that is not there: the worker has something to complain about.
        let smtp = [("MAIL__TRANSPORT", "smtp"), ("MAIL__SMTP_URL", "smtp://127.0.0.1:9")];
        let worker = house.start(&["work"], &smtp);
        kelisim_tests::program::wait_until("a complaint", std::time::Duration::from_secs(20), || worker.log().contains("relay"));
        let log = worker.stop();
        for line in log.lines() {
            assert!(serde_json::from_str::<Value>(line).is_ok(), "not JSON: {line}");
        }
        for word in CANARIES.into_iter().chain([CONTACT, "@example"]) {
            assert!(!log.contains(word), "r19: {word} in the log:\n{log}");
        }
        server.program.stop();
    }
}
