//! Cases are found by the name of a side, in any spelling, and only among those whose sides the searcher reads (R2, D39).

use std::collections::BTreeSet;

use kelisim_domain::id::{AccountId, EventId};
use kelisim_persistence::store::erase::{Erasing, case_erase};
use kelisim_tests::network::{AIGUL, BERIK};
use kelisim_tests::{TestApp, logged, on_both_databases};
use serde_json::{Value, json};

fn filing(office: &str, name: &str) -> Value {
    let mut body = TestApp::filing();
    body["office"] = json!(office);
    body["parties"][0]["name"] = json!(name);
    body
}

fn number(case: &Value) -> &str {
    case["number"].as_str().unwrap()
}

fn found(t: &TestApp, who: &str, name: &str) -> Vec<String> {
    let answer = t
        .by(who)
        .post("cases/search", &json!({"name": name}))
        .expect(200);
    let items = answer["items"].as_array().unwrap();
    items.iter().map(|case| number(case).to_owned()).collect()
}

on_both_databases! {
    fn d39_a_side_is_found_in_any_spelling_and_nothing_is_logged(t: TestApp) {
        let first = t.by("head").post("cases", &filing("ORL-01", "Қайрат Серіков")).expect(201);
        t.clock.advance(chrono::TimeDelta::seconds(1));
        let second = t.by("head").post("cases", &filing("ORL-01", "Кайрат Ахметов")).expect(201);
        let both = vec![number(&second).to_owned(), number(&first).to_owned()];
        for spelling in ["қайрат", "КАЙРАТ", "Kairat", "qaırat"] {
            assert_eq!(found(&t, "head", spelling), both, "{spelling}");
        }
        for spelling in ["Сериков Қайрат", "kayrat serikova"] {
            assert_eq!(found(&t, "head", spelling), [number(&first)], "{spelling}");
        }
        assert_eq!(found(&t, "head", "Кайр"), [""; 0], "whole words");
        assert_eq!(found(&t, "head", "Кайрат Other"), [""; 0], "the words of one side, not of two");
        assert_eq!(found(&t, "head", "«—»"), [""; 0]);
        let answer = t.by("head").post("cases/search", &json!({"name": "Серикова"})).expect(200);
        assert_eq!(answer["items"][0]["sides"][0]["name"], "Қайрат Серіков");
        assert!(answer["items"][0].get("confidential").is_none());

        t.by("head").post("cases/search", &json!({"name": "canary-searched-name"})).expect(200);
        assert!(logged("/api/v1/cases/search") && !logged("canary-searched-name"));
        // A name that no other test has, for they share a server.
        t.by("head").post("cases", &filing("ORL-01", "Қанарияхан Жалғыз")).expect(201);
        assert_eq!(found(&t, "head", "Kanariyakhan").len(), 1);
        for spelling in ["анарияхан", "канарияхан", "kanarahan"] {
            assert_eq!(t.database.places_of(spelling), [""; 0], "{spelling}");
        }
    }

    fn r12_nobody_goes_through_a_list_of_names(t: TestApp) {
        let ask = |who: &str| t.by(who).post("cases/search", &json!({"name": "Nobody"}));
        std::thread::scope(|all| {
            for _ in 0..10 {
                all.spawn(|| (0..6).for_each(|_| _ = ask("head").expect(200)));
            }
        });
        let refused = ask("head");
        let problem = refused.expect_problem(429, "searched_too_often");
        assert!(problem["detail"].as_str().unwrap().contains("Wait 1 minutes"), "{problem}");
        let seconds: i64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=31).contains(&seconds), "{seconds}");
        ask("other_head").expect(200);
        ask("partner").expect(404);
        let counted = t.database.count("rate WHERE kind = 'search'");
        assert_eq!(counted, 2, "each person by themselves, and nobody who may not look");
        t.clock.advance(chrono::TimeDelta::seconds(31));
        ask("head").expect(200);
        ask("head").expect_problem(429, "searched_too_often");
    }

    fn r02_a_name_is_found_only_where_the_sides_are_read(t: TestApp) {
        let own = t.by("head").post("cases", &filing("ORL-01", "Сания Демо")).expect(201);
        t.clock.advance(chrono::TimeDelta::seconds(1));
        let other = t.by("other_head").post("cases", &filing("AKZ-01", "Сания Демо")).expect(201);
        assert_eq!(found(&t, "head", "сания"), [number(&own)]);
        assert_eq!(found(&t, "other_head", "сания"), [number(&other)]);
        let shown = "audit_entry WHERE action = 'case.read_names'";
        assert_eq!(t.database.lines("object_id", shown), [own["id"].as_str().unwrap(), other["id"].as_str().unwrap()], "R21");
        assert_eq!(found(&t, "aigul", "сания"), [""; 0], "not her case");
        assert_eq!(found(&t, "coordinator", "сания"), [""; 0], "sees both and reads neither");
        for who in ["registrar", "auditor", "administrator", "partner"] {
            t.by(who).post("cases/search", &json!({"name": "сания"})).expect(404);
        }
        t.nobody().post("cases/search", &json!({"name": "сания"})).expect(401);

        let own = t.moved("head", &own, &json!({"action": "assign", "mediator": AIGUL}));
        assert_eq!(found(&t, "aigul", "сания"), [number(&own)]);
        let path = format!("cases/{}/hand-up", own["id"].as_str().unwrap());
        let request = t.by("aigul").request("POST", &path).if_match(2);
        let handed = request.json(&json!({"reason": "Kin"})).send().expect(200);
        assert_eq!(found(&t, "coordinator", "сания"), [number(&own)]);
        let body = json!({"action": "reassign", "mediator": BERIK});
        let own = t.moved("head", &handed, &body);
        assert_eq!(found(&t, "aigul", "сания"), [""; 0], "D11");
        assert_eq!(found(&t, "berik", "сания"), [number(&own)]);
        t.database.execute("UPDATE account SET active = FALSE WHERE email = 'other_head@example.kz'");
        assert_eq!(found(&t, "coordinator", "сания"), [number(&other), number(&own)], "nobody heads it");
    }

    /// As after a new rule of spelling: what the words were folded to when they were written, nothing can tell any more.
    fn r20_the_names_of_a_case_leave_the_index_whatever_they_were_folded_to(t: TestApp) {
        let stray = || {
            let token = match t.database.backend() {
                kelisim_tests::Backend::Sqlite => "x'0102030405060708'",
                kelisim_tests::Backend::Postgres => "'\\x0102030405060708'",
            };
            t.database.execute(&format!("INSERT INTO party_token SELECT region_id, {token}, id FROM cases"));
        };
        let case = t.by("head").post("cases", &filing("ORL-01", "Роза Демо")).expect(201);
        stray();
        let path = format!("cases/{}", case["id"].as_str().unwrap());
        let parties = json!({"parties": [{"side": "A", "kind": "person", "name": "Мира"}]});
        t.by("head").patch(&path, 1, &parties).expect(200);
        assert_eq!(t.database.count("party_token"), 1, "the one word of the new name");
        stray();
        let erasing = Erasing {
            case: case["id"].as_str().unwrap().parse().unwrap(),
            event: EventId(uuid::Uuid::from_u128(1)),
            actor: AccountId(uuid::Uuid::nil()),
            reason: "erased".to_owned(),
            at: kelisim_tests::network::start(),
        };
        assert!(t.write(move |db| case_erase(db, kelisim_tests::network::REGION, erasing)));
        assert_eq!(t.database.count("party_token"), 0);
    }

    fn the_index_follows_the_sides_and_pages_go_on_where_one_ended(t: TestApp) {
        let mut numbers = BTreeSet::new();
        let mut last = Value::Null;
        for _ in 0..7 {
            last = t.by("head").post("cases", &filing("ORL-01", "Мира Демо")).expect(201);
            numbers.insert(number(&last).to_owned());
            t.clock.advance(chrono::TimeDelta::milliseconds(1));
        }
        let (mut seen, mut after) = (Vec::new(), Value::Null);
        loop {
            let mut body = json!({"name": "мира", "limit": 3});
            if after.is_string() {
                body["after"] = after.clone();
            }
            let reply = t.by("head").post("cases/search", &body);
            assert!(reply.header("link").is_none(), "a cursor is no address");
            let page = reply.expect(200);
            seen.extend(page["items"].as_array().unwrap().iter().map(|case| number(case).to_owned()));
            after = page["next"].clone();
            if after.is_null() {
                break;
            }
        }
        assert_eq!(seen.len(), 7);
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), numbers);

        let path = format!("cases/{}", last["id"].as_str().unwrap());
        let parties = json!({"parties": [{"side": "A", "kind": "person", "name": "Роза Демо"}]});
        t.by("head").patch(&path, 1, &parties).expect(200);
        assert_eq!(found(&t, "head", "мира").len(), 6);
        assert_eq!(found(&t, "head", "роза"), [number(&last)]);
        for wrong in [json!({}), json!({"name": ""}), json!({"name": "x", "limit": 51}), json!({"name": "x", "q": "y"}),
            json!({"name": "x", "after": "y"}), json!({"name": "\u{0}"})] {
            t.by("head").post("cases/search", &wrong).expect(422);
        }
    }
}
