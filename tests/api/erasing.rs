//! Erasing by retention: set, looked at, confirmed, and done by the job (R20).

use std::sync::{Arc, mpsc};
use std::time::Duration;

use kelisim_api::app::{AppError, erase};
use kelisim_api::custodian::Custodian;
use kelisim_domain::id::ErasureId;
use kelisim_persistence::erasure_list::ErasureList;
use kelisim_persistence::store::erasure::{Erasure, cases_erased, erasure_find, erasures_running};
use kelisim_persistence::{Error, SystemPart, wipe};
use kelisim_tests::network::REGION;
use kelisim_tests::program::wait_until;
use kelisim_tests::{Backend, TestApp, on_both_databases};
use serde_json::{Value, json};

fn closed(t: &TestApp) -> Value {
    let case = t.file(&TestApp::filing());
    t.moved(
        "head",
        &case,
        &json!({"action": "close", "ground": "withdrawn"}),
    )
}

fn set(t: &TestApp, version: i64, months: Value) -> Value {
    let body = json!({"months": months, "reason": "Decision"});
    t.by("coordinator")
        .patch("retention/case", version, &body)
        .expect(200)
}

fn look(t: &TestApp, body: &Value) -> kelisim_tests::http::Reply {
    t.by("coordinator").post("erasures", body)
}

fn confirm(t: &TestApp, erasure: &Value) -> kelisim_tests::http::Reply {
    let path = format!("erasures/{}/confirm", erasure["id"].as_str().unwrap());
    let request = t.by("coordinator").request("POST", &path);
    let version = erasure["version"].as_i64().unwrap();
    let reason = match erasure.get("months") {
        Some(_) => "time_over",
        None => "person_asked",
    };
    let body = json!({"reason": reason, "letter": "ЗТ-7/2026"});
    request.if_match(version).json(&body).send()
}

fn refusal(reply: &kelisim_tests::http::Reply) -> Value {
    reply.expect(409)["refusals"][0]["code"].clone()
}

fn stored(t: &TestApp, erasure: &Value) -> Erasure {
    let id: ErasureId = erasure["id"].as_str().unwrap().parse().unwrap();
    t.app
        .database
        .as_system(SystemPart::Test)
        .read_blocking(move |db| erasure_find(db, REGION, id))
        .unwrap()
}

fn is_erased(t: &TestApp, case: &Value) -> bool {
    let path = format!("cases/{}", case["id"].as_str().unwrap());
    t.by("head").get(&path).expect(200)["erased"] == true
}

fn list_of(t: &TestApp) -> ErasureList {
    ErasureList::at(t.database.folder().join("erasures.list"))
}

/// The id of a case as a value of SQL.
fn sql(t: &TestApp, case: &Value) -> String {
    let id = case["id"].as_str().unwrap();
    match t.database.backend() {
        Backend::Sqlite => format!("x'{}'", id.replace('-', "")),
        Backend::Postgres => format!("'{id}'"),
    }
}

/// From now on the key of a case cannot be destroyed, as on a page that is damaged.
fn hinder(t: &TestApp, case: &Value) {
    let case = sql(t, case);
    t.database.execute(&match t.database.backend() {
        Backend::Sqlite => format!(
            "CREATE TRIGGER hindered BEFORE UPDATE ON data_key WHEN OLD.subject_id = {case} BEGIN SELECT RAISE(ABORT, 'hindered'); END"
        ),
        Backend::Postgres => format!(
            "CREATE FUNCTION hindered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.subject_id = {case} THEN \
             RAISE EXCEPTION 'hindered'; END IF; RETURN NEW; END $$; \
             CREATE TRIGGER hindered BEFORE UPDATE ON data_key FOR EACH ROW EXECUTE FUNCTION hindered()"
        ),
    });
}

fn hinder_no_more(t: &TestApp) {
    t.database.execute(match t.database.backend() {
        Backend::Sqlite => "DROP TRIGGER hindered",
        Backend::Postgres => "DROP TRIGGER hindered ON data_key",
    });
}

fn destroyed(t: &TestApp) -> i64 {
    t.database
        .count("data_key WHERE subject_kind = 'case' AND wrapped IS NULL")
}

fn entries(t: &TestApp, action: &str) -> i64 {
    t.database
        .count(&format!("audit_entry WHERE action = '{action}'"))
}

on_both_databases! {
    fn r20_without_its_list_nothing_is_confirmed(t: TestApp) {
        let (first, second) = (closed(&t), closed(&t));
        let found = look(&t, &json!({"case": first["id"]})).expect(201);
        let path = list_of(&t).path().to_owned();
        std::fs::create_dir(&path).unwrap();
        assert_eq!(refusal(&confirm(&t, &found)), "no_list");
        assert!(stored(&t, &found).confirmed_at.is_none(), "it does not wait for ever");
        std::fs::remove_dir(&path).unwrap();
        confirm(&t, &found).expect(200);
        erase::drive(&t.app, &list_of(&t), &stored(&t, &found), |_| true).unwrap();

        // The list that was begun is away: neither a confirmation nor the job begins another.
        let found = look(&t, &json!({"case": second["id"]})).expect(201);
        let again = look(&t, &json!({"case": second["id"]})).expect(201);
        confirm(&t, &again).expect(200);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(refusal(&confirm(&t, &found)), "no_list");
        erase::drive(&t.app, &list_of(&t), &stored(&t, &again), |_| true).unwrap_err();
        assert!(!path.exists() && !is_erased(&t, &second));
        let known = t.app.database.as_system(SystemPart::Test).read_blocking(cases_erased).unwrap();
        assert_eq!(list_of(&t).mend(&known).unwrap(), 1);
        erase::drive(&t.app, &list_of(&t), &stored(&t, &again), |_| true).unwrap();
        assert!(is_erased(&t, &second));
    }

    fn r20_a_damaged_case_is_erased_and_one_that_cannot_be_keeps_no_other(t: TestApp) {
        let cases: Vec<Value> = (0..4).map(|_| closed(&t)).collect();
        t.clock.advance(chrono::TimeDelta::days(40));
        set(&t, 0, json!(1));
        let found = look(&t, &json!({})).expect(201);
        confirm(&t, &found).expect(200);
        let secret = if t.database.backend() == Backend::Sqlite { "x'00'" } else { "'\\x00'" };
        t.database.execute(&format!("UPDATE cases SET secret = {secret} WHERE id = {}", sql(&t, &cases[0])));
        t.database.execute(&format!("UPDATE cases SET course = '7' WHERE id = {}", sql(&t, &cases[1])));
        hinder(&t, &cases[2]);
        for _ in 0..2 {
            let driven = erase::drive(&t.app, &list_of(&t), &stored(&t, &found), |_| true).unwrap();
            let left: Vec<String> = driven.left.keys().map(ToString::to_string).collect();
            assert_eq!(left, [cases[2]["id"].as_str().unwrap()], "{driven:?}");
            assert!(driven.left.values().all(|why| why.contains("hindered")), "{driven:?}");
            assert!(driven.erasure.finished_at.is_none());
            assert_eq!((destroyed(&t), entries(&t, "case.erase")), (3, 3));
            assert_eq!(list_of(&t).read().unwrap().unwrap().len(), 4, "each once");
        }
        let named = |case: &Value| t.database.count(&format!("party_token WHERE case_id = {}", sql(&t, case)));
        assert_eq!(cases.iter().map(|case| named(case) > 0).collect::<Vec<_>>(), [false, false, true, false]);
        let shown = t.by("coordinator").get(&format!("erasures/{}", found["id"].as_str().unwrap())).expect(200);
        assert_eq!((&shown["state"], &shown["report"]["erased"]), (&json!("confirmed"), &json!(3)));
        assert_eq!(shown["report"]["troubles"], json!({"damaged": 1}));
        let left = &shown["report"]["left"];
        assert_eq!((&left[0]["number"], &left[0]["trouble"]), (&cases[2]["number"], &json!("damaged")));
        assert_eq!((&left[0]["case"], left.as_array().unwrap().len()), (&cases[2]["id"], 1));
        let audited = t.by("auditor").get(&format!("erasures/{}", found["id"].as_str().unwrap())).expect(200);
        assert_eq!(audited["report"], json!({"erased": 3, "troubles": {"damaged": 1}}), "how many, and no case");
        hinder_no_more(&t);
        let driven = erase::drive(&t.app, &list_of(&t), &stored(&t, &found), |_| true).unwrap();
        assert!(driven.left.is_empty() && driven.erasure.finished_at.is_some());
        assert_eq!((destroyed(&t), entries(&t, "case.erase"), entries(&t, "erasure.end")), (4, 4, 1));
        let shown = t.by("coordinator").get(&format!("erasures/{}", found["id"].as_str().unwrap())).expect(200);
        assert!(shown["report"].get("troubles").is_none() && shown["report"].get("left").is_none(), "{shown}");
        assert_eq!(list_of(&t).read().unwrap().unwrap().len(), 4);
    }

    fn r20_why_something_is_erased_is_a_code_and_no_sentence(t: TestApp) {
        let case = closed(&t);
        let found = look(&t, &json!({"case": case["id"]})).expect(201);
        let path = format!("erasures/{}/confirm", found["id"].as_str().unwrap());
        let send = |body: &Value| t.by("coordinator").request("POST", &path).if_match(1).json(body).send();
        for (body, fault) in [
            (json!({"reason": "Canary Sidorova asked"}), "/reason unknown_code"),
            (json!({"reason": "time_over"}), "/reason unknown_code"),
            (json!({"reason": "person_asked", "letter": "canary-sidorova"}), "/letter bad_form"),
            (json!({"letter": "7"}), "/reason missing"),
        ] {
            let reply = send(&body);
            reply.expect(422);
            assert_eq!(reply.faults(), [fault], "{body}");
        }
        let confirmed = send(&json!({"reason": "person_asked", "letter": "ЗТ-7/2026"})).expect(200);
        assert_eq!((&confirmed["reason"], &confirmed["letter"]), (&json!("person_asked"), &json!("ЗТ-7/2026")));
        let entered = t.database.count("audit_entry WHERE action = 'erasure.confirm' AND reason = 'person_asked'");
        assert_eq!(entered, 1);
        erase::drive(&t.app, &list_of(&t), &stored(&t, &found), |_| true).unwrap();
        assert_eq!(t.database.count("audit_entry WHERE action = 'case.erase' AND reason = 'person_asked'"), 1);
        for canary in ["Canary Sidorova", "canary-sidorova"] {
            assert_eq!(t.database.places_of(canary), [""; 0]);
        }
    }

    fn r20_a_sentence_from_before_stays_where_it_was_entered_and_is_shown(t: TestApp) {
        let case = closed(&t);
        let found = look(&t, &json!({"case": case["id"]})).expect(201);
        confirm(&t, &found).expect(200);
        t.database.execute("UPDATE erasure SET reason = 'A sentence from before', letter = NULL");
        erase::drive(&t.app, &list_of(&t), &stored(&t, &found), |_| true).unwrap();
        let shown = t.by("coordinator").get(&format!("erasures/{}", found["id"].as_str().unwrap())).expect(200);
        assert_eq!((&shown["reason"], &shown["state"]), (&json!("A sentence from before"), &json!("done")));
        assert_eq!(t.database.count("audit_entry WHERE action = 'case.erase' AND reason IS NULL"), 1, "not entered again");
    }

    fn r20_an_erasure_that_does_not_go_on_keeps_no_other(t: TestApp) {
        let cases = [closed(&t), closed(&t)];
        let found: Vec<Value> = cases.iter().map(|case| look(&t, &json!({"case": case["id"]})).expect(201)).collect();
        for one in &found {
            confirm(&t, one).expect(200);
        }
        hinder(&t, &cases[0]);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let _inside = runtime.enter();
        let custodian = Custodian::start(Arc::clone(&t.app));
        wait_until("the second is erased", Duration::from_secs(30), || stored(&t, &found[1]).finished_at.is_some());
        assert!(stored(&t, &found[0]).finished_at.is_none() && is_erased(&t, &cases[1]) && !is_erased(&t, &cases[0]));
        drop(custodian);
    }

    fn r20_what_two_do_at_once_is_entered_once(t: TestApp) {
        let case = closed(&t);
        let found = [0, 1].map(|_| look(&t, &json!({"case": case["id"]})).expect(201));
        for one in &found {
            confirm(&t, one).expect(200);
            let erasure = stored(&t, one);
            std::thread::scope(|both| {
                for _ in 0..2 {
                    both.spawn(|| erase::drive(&t.app, &list_of(&t), &erasure, |_| true).unwrap());
                }
            });
        }
        assert_eq!((entries(&t, "case.erase"), entries(&t, "erasure.end")), (1, 2));
        assert_eq!(list_of(&t).read().unwrap().unwrap().len(), 1);
    }

    fn r20_a_log_that_a_reader_holds_is_not_called_cut(t: TestApp) {
        let (begins, begun) = mpsc::channel();
        let (ends, may_end) = mpsc::channel::<()>();
        let open = t.database.open();
        let reader = std::thread::spawn(move || {
            open.read_blocking(move |db| {
                erasures_running(db)?;
                begins.send(()).unwrap();
                may_end.recv().unwrap();
                Ok::<_, Error>(())
            })
        });
        begun.recv().unwrap();
        closed(&t);
        let has_log = t.database.backend() == Backend::Sqlite;
        assert_eq!(wipe::log_cut(t.database.url()).unwrap(), !has_log);
        ends.send(()).unwrap();
        reader.join().unwrap().unwrap();
        assert!(wipe::log_cut_patiently(t.database.url()).unwrap());
    }

    fn r20_no_page_that_an_erasure_emptied_keeps_a_key_or_the_token_of_a_name(t: TestApp) {
        if t.database.backend() != Backend::Sqlite {
            return;
        }
        // Enough that pages of keys and of tokens become empty.
        for _ in 0..60 {
            closed(&t);
        }
        let wrapped = t.database.lines("hex(wrapped)", "data_key WHERE subject_kind = 'case'");
        let tokens = t.database.lines("DISTINCT hex(token)", "party_token");
        assert!(!tokens.is_empty());
        t.clock.advance(chrono::TimeDelta::days(40));
        set(&t, 0, json!(1));
        let found = look(&t, &json!({})).expect(201);
        confirm(&t, &found).expect(200);
        erase::drive(&t.app, &list_of(&t), &stored(&t, &found), |_| true).unwrap();
        assert!(wipe::log_cut_patiently(t.database.url()).unwrap());
        assert_eq!((wrapped.len(), destroyed(&t)), (60, 60));
        for file in t.database.files() {
            let raw: String = std::fs::read(&file).unwrap().iter().map(|byte| format!("{byte:02X}")).collect();
            let kept = |secrets: &[String]| secrets.iter().filter(|secret| raw.contains(secret.as_str())).count();
            assert_eq!(kept(&wrapped), 0, "wrapped keys in {}", file.display());
            assert_eq!(kept(&tokens), 0, "tokens of names in {}", file.display());
        }
    }

    fn r20_what_is_due_is_looked_at_confirmed_and_erased_and_nothing_else(t: TestApp) {
        assert_eq!(t.by("auditor").get("retention").expect(200)["items"][0]["kept"], "as_set");
        let old = closed(&t);
        t.clock.advance(chrono::TimeDelta::days(40));
        let (new, open) = (closed(&t), t.file(&TestApp::filing()));
        assert_eq!(refusal(&look(&t, &json!({}))), "is_kept", "until a time is set");
        let kept = set(&t, 0, json!(60));
        assert_eq!((&kept["months"], &kept["version"]), (&json!(60), &json!(1)));
        assert_eq!(refusal(&look(&t, &json!({}))), "nothing_due");
        set(&t, 1, json!(1));
        t.by("coordinator").patch("retention/case", 1, &json!({"months": 2, "reason": "x"})).expect(412);
        t.by("coordinator").patch("retention/case", 2, &json!({"months": 0, "reason": "x"})).expect(422);
        t.by("coordinator").patch("retention/case", 2, &json!({"reason": "x"})).expect(422);

        let before = t.database.contents();
        let found = look(&t, &json!({})).expect(201);
        assert_eq!((&found["cases"], &found["report"]["erased"]), (&json!(1), &json!(0)));
        assert_eq!(found["report"]["numbers"], json!([old["number"]]));
        assert_eq!(found["report"]["offices"], json!({"ORL-01": 1}));
        assert_ne!(t.database.contents(), before, "it is on record");
        assert!(!is_erased(&t, &old));
        let other = look(&t, &json!({})).expect(201);
        set(&t, 2, json!(2));
        assert_eq!(refusal(&confirm(&t, &other)), "retention_changed");
        set(&t, 3, json!(1));

        let confirmed = confirm(&t, &found).expect(200);
        assert_eq!(confirmed["state"], "confirmed");
        assert_eq!(refusal(&confirm(&t, &confirmed)), "is_confirmed");
        assert!(!is_erased(&t, &old), "the job has not begun");
        let running = t.app.database.as_system(SystemPart::Test).read_blocking(erasures_running).unwrap();
        assert_eq!(running.len(), 1);
        let nowhere = ErasureList::at("/nowhere/at/all/erasures.list");
        let stopped = erase::drive(&t.app, &nowhere, &running[0], |_| true);
        assert!(matches!(stopped, Err(AppError::Internal(_) | AppError::Unavailable)), "{stopped:?}");
        assert!(!is_erased(&t, &old), "nothing goes that the list does not name");

        let list = ErasureList::at(t.database.folder().join("erasures.list"));
        let done = erase::drive(&t.app, &list, &running[0], |_| true).unwrap().erasure;
        assert!(done.finished_at.is_some());
        assert!(is_erased(&t, &old) && !is_erased(&t, &new) && !is_erased(&t, &open));
        let lines = list.read().unwrap().unwrap();
        assert_eq!(lines.iter().map(|one| one.case.to_string()).collect::<Vec<_>>(), [old["id"].as_str().unwrap()]);
        let again = erase::drive(&t.app, &list, &stored(&t, &found), |_| true).unwrap();
        assert_eq!(again.erasure, done, "done is done");
        let path = format!("erasures/{}", found["id"].as_str().unwrap());
        let audited = t.by("auditor").get(&path).expect(200);
        assert_eq!(audited["report"], json!({"erased": 1}), "how many, and no case");
        assert_eq!(t.database.count("audit_entry WHERE action = 'case.erase'"), 1);
        assert_eq!(t.database.count("audit_entry WHERE action LIKE 'erasure.%'"), 4);
        assert_eq!(refusal(&look(&t, &json!({}))), "nothing_due", "it is gone");
        assert_eq!(t.by("coordinator").get("erasures").expect(200)["items"].as_array().unwrap().len(), 2);
    }

    fn r20_a_named_case_is_closed_and_a_look_grows_old(t: TestApp) {
        let open = t.file(&TestApp::filing());
        assert_eq!(refusal(&look(&t, &json!({"case": open["id"]}))), "case_is_open");
        look(&t, &json!({"case": "00000000-0000-7000-8000-00000000dead"})).expect(404);
        look(&t, &json!({"case": "x"})).expect(422);
        look(&t, &json!({"cases": 1})).expect(422);
        let case = closed(&t);
        let found = look(&t, &json!({"case": case["id"]})).expect(201);
        assert!(found.get("months").is_none());
        t.clock.advance(chrono::TimeDelta::days(8));
        assert_eq!(refusal(&confirm(&t, &found)), "look_is_old");
        let found = look(&t, &json!({"case": case["id"]})).expect(201);
        confirm(&t, &found).expect(200);
        let list = ErasureList::at(t.database.folder().join("erasures.list"));
        erase::drive(&t.app, &list, &stored(&t, &found), |_| true).unwrap();
        assert!(is_erased(&t, &case));
        assert_eq!(refusal(&look(&t, &json!({"case": case["id"]}))), "nothing_due");
        let events = t.by("head").get(&format!("cases/{}/events", case["id"].as_str().unwrap())).expect(200);
        assert_eq!(events["items"].as_array().unwrap().len(), 2, "what happened stays on record");
    }
}
