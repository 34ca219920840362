//! What is kept of a request so that a repeat is recognised tells nobody what was sent, and dies with the key of what it was
//! about (promises 6.2).

use kelisim_tests::{Backend, TestApp, on_both_databases};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What anybody can work out who guesses the request.
fn guessed(path: &str, body: &Value) -> String {
    let digest = Sha256::new()
        .chain_update(format!("/api/v1/{path}"))
        .chain_update([0])
        .chain_update(body.to_string());
    let digest: [u8; 32] = digest.finalize().into();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The fingerprint of a kept answer, and what the key belongs to that seals it.
fn kept(t: &TestApp, key: &str) -> (String, String) {
    let hex = match t.database.backend() {
        Backend::Sqlite => "lower(hex(i.fingerprint))",
        Backend::Postgres => "encode(i.fingerprint, 'hex')",
    };
    let from = format!(
        "idempotency_key i JOIN data_key d ON d.region_id = i.region_id AND d.id = i.data_key_id WHERE i.key = '{key}'"
    );
    let mut lines = t
        .database
        .lines(&format!("{hex} || ' ' || d.subject_kind"), &from);
    assert_eq!(lines.len(), 1, "{lines:?}");
    let line = lines.remove(0);
    let (fingerprint, kind) = line.split_once(' ').unwrap();
    (fingerprint.to_owned(), kind.to_owned())
}

on_both_databases! {
    fn g02_a_kept_answer_is_recognised_by_the_key_that_seals_it(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let path = format!("cases/{}/consents", case["id"].as_str().unwrap());
        let side = &case["confidential"]["parties"][0]["id"];
        let body = json!({"party": side, "to": "mediation", "form": "written", "given_on": "2026-11-20"});
        let send = |path: &str, key: &str, body: &Value| t.by("head").request("POST", path).key(key).json(body).send();
        let first = send(&path, "consent", &body).expect(201);
        assert_eq!(send(&path, "consent", &body).expect(201), first);
        let mut other = body.clone();
        other["given_on"] = json!("2026-11-19");
        send(&path, "consent", &other).expect_problem(422, "key_reused");
        let (fingerprint, kind) = kept(&t, "consent");
        assert_ne!(fingerprint, guessed(&path, &body), "anybody can guess a day and a side");
        assert_eq!(kind, "case", "it dies with the key of the case");
        let report = json!({"facts": "seen", "body": "Guardians", "informed_on": "2026-11-22", "receiver": "other_head@example.kz"});
        t.by("aigul").request("POST", "danger-reports").key("danger").json(&report).send().expect(201);
        let (fingerprint, kind) = kept(&t, "danger");
        assert_ne!(fingerprint, guessed("danger-reports", &report));
        assert_eq!(kind, "danger_report");

        // Without the key a right guess is answered as a wrong one is.
        t.database.execute("UPDATE data_key SET wrapped = NULL, destroyed_at = created_at WHERE subject_kind = 'case'");
        let told = [&body, &other].map(|guess| send(&path, "consent", guess));
        assert_eq!((told[0].status, told[1].status), (404, 404));
    }
}
