//! The legal profile changes while cases run: what is published, what a form takes, what is retired (D3, D13).

use kelisim_api::app::pass::drive;
use kelisim_domain::id::PassId;
use kelisim_domain::legal::KZ_MEDIATION;
use kelisim_tests::http::Reply;
use kelisim_tests::mediation::{CONTRACT, Mediation};
use kelisim_tests::network::REGION;
use kelisim_tests::{TestApp, on_both_databases};
use serde_json::{Value, json};

/// The shipped profile with a second version: its first day, and what it says otherwise.
fn second(from: &str, edits: &[(&str, &str)]) -> String {
    further(KZ_MEDIATION, 2, from, edits)
}

/// A profile with one version more.
fn further(profile: &str, number: i32, from: &str, edits: &[(&str, &str)]) -> String {
    let (_, first) = KZ_MEDIATION.split_once("[[versions]]").unwrap();
    let mut version = first
        .replace("version = 1", &format!("version = {number}"))
        .replace("2011-08-05", from);
    for (from, to) in edits {
        assert!(version.contains(from), "{from}");
        version = version.replace(from, to);
    }
    format!("{profile}\n[[versions]]{version}")
}

const LONGER: [(&str, &str); 1] = [("30 calendar_days", "45 calendar_days")];

#[track_caller]
fn publish(t: &TestApp, kind: &str, text: &str) -> Reply {
    let draft = json!({"kind": kind, "title": "A draft", "text": text});
    let made = t.by("coordinator").post("drafts", &draft).expect(201);
    let path = format!("drafts/{}/publish", made["id"].as_str().unwrap());
    let request = t.by("coordinator").request("POST", &path).if_match(1);
    request
        .json(&json!({"reason": "The law was amended"}))
        .send()
}

fn retire(t: &TestApp, kind: &str, version: i32) -> Value {
    let path = format!("laws/{kind}/versions/{version}/retire");
    let coordinator = t.by("coordinator");
    coordinator
        .post(&path, &json!({"reason": "A mistake"}))
        .expect(200)
}

/// Publishes a day off, and works out every deadline anew.
fn day_off(t: &TestApp, version: i32, day: &str) {
    let text = format!("version = {version}\n[[days]]\non = {day}\nkind = \"holiday\"\n");
    let pass = publish(t, "holidays", &text).expect(201)["pass"].clone();
    let id: PassId = pass["id"].as_str().unwrap().parse().unwrap();
    drive(&t.app, REGION, id, |_| true).unwrap();
}

fn at(t: &TestApp, day: &str) {
    t.clock.set(format!("{day}T05:00:00Z").parse().unwrap());
}

/// The last day of the term, and the version of the profile that gave it.
fn term(given: &Mediation, case: &Value) -> (String, i64) {
    let due = given.now(case)["due"].clone();
    let mut due = due.as_array().unwrap().iter();
    let term = due.find(|one| one["name"] == json!("term")).unwrap();
    let last_day = term["last_day"].as_str().unwrap().to_owned();
    (last_day, term["profile"].as_i64().unwrap())
}

fn refusal(reply: Reply) -> (Value, Value) {
    let problem = reply.expect_problem(409, "refused");
    let first = &problem["refusals"][0];
    (first["rule"].clone(), first["code"].clone())
}

on_both_databases! {
    fn d03_a_version_that_begins_today_or_earlier_is_not_published(t: TestApp) {
        let before = t.database.contents();
        for early in ["2026-11-21", "2026-11-22"] {
            let refused = refusal(publish(&t, "profile", &second(early, &LONGER)));
            assert_eq!(refused, (json!("D3"), json!("profile_begins_too_early")), "{early}");
        }
        assert_eq!(before["law_text"], t.database.contents()["law_text"]);
        let tomorrow = second("2026-11-23", &LONGER);
        publish(&t, "profile", &tomorrow).expect(201);
        at(&t, "2026-12-01");
        let again = publish(&t, "profile", &tomorrow).expect(201);
        assert_eq!(again["is_new"], json!(false), "what holds already is no new version");
    }

    fn d03_retiring_a_profile_changes_nothing_that_it_gave(given: Mediation) {
        let t = &given.0;
        publish(t, "profile", &second("2026-11-23", &LONGER)).expect(201);
        at(t, "2026-11-23");
        let longer = given.in_mediation("2026-11-23");
        assert_eq!(term(&given, &longer), ("2027-01-08".to_owned(), 2), "the seventh is a holiday");
        assert_eq!(retire(t, "profile", 2)["status"], json!("retired"));
        day_off(t, 1, "2027-01-08");
        assert_eq!(term(&given, &longer), ("2027-01-11".to_owned(), 2), "45 days, and over a weekend");
        let same_day = given.in_mediation("2026-11-23");
        assert_eq!(term(&given, &same_day).1, 2, "it holds to the end of its last day");
        at(t, "2026-11-24");
        let later = given.in_mediation("2026-11-24");
        assert_eq!(term(&given, &later), ("2026-12-24".to_owned(), 1));
        // What it gave is readable for good: a profile that leaves it out is not published.
        let without = further(KZ_MEDIATION, 3, "2027-06-01", &LONGER);
        let refused = refusal(publish(t, "profile", &without));
        assert_eq!(refused, (json!("D3"), json!("published_version_changed")));
        let with = further(&second("2026-11-23", &LONGER), 3, "2027-06-01", &[]);
        publish(t, "profile", &with).expect(201);
        day_off(t, 2, "2027-01-11");
        assert_eq!(term(&given, &longer), ("2027-01-12".to_owned(), 2));
        assert_eq!(term(&given, &later), ("2026-12-24".to_owned(), 1));
    }

    fn d17_a_term_that_stands_still_says_so_and_why_its_end_is_open(given: Mediation) {
        let t = &given.0;
        publish(t, "profile", &second("2026-11-23", &[("allowed = false", "allowed = true")])).expect(201);
        at(t, "2026-11-23");
        let case = given.in_mediation("2026-11-23");
        assert_eq!((&case["term"]["last_day"], &case["term"]["paused"]), (&json!("2026-12-23"), &Value::Null));
        let pause = json!({"action": "pause", "pause": {"from": "2026-11-23", "reason": "illness"}});
        let case = t.moved("aigul", &case, &pause);
        assert_eq!(case["due"], json!([]), "nothing runs");
        let (term, paused) = (&case["term"], &case["term"]["paused"]);
        assert_eq!((&term["last_day"], &term["starts_on"]), (&Value::Null, &json!("2026-11-23")));
        assert_eq!((&paused["since"], &paused["without"]), (&json!("2026-11-23"), &json!("2026-12-23")));
        let why = paused["why"].as_str().unwrap();
        assert!(why.contains("2026-11-23") && why.contains("2026-12-23") && why.contains("D17"), "{why}");
        let path = format!("cases/{}/explain", case["id"].as_str().unwrap());
        assert_eq!(t.by("aigul").get(&path).expect(200)["paused"], *paused);
        at(t, "2026-11-30");
        let case = t.moved("aigul", &case, &json!({"action": "resume", "pause": {"until": "2026-11-30"}}));
        let (term, explained) = (&case["term"], t.by("aigul").get(&path).expect(200));
        assert_eq!((&term["last_day"], &term["days_paused"]), (&json!("2026-12-30"), &json!(7)));
        assert_eq!((&term["paused"], &explained["paused"]), (&Value::Null, &Value::Null));
    }

    fn d13_a_document_has_the_elements_of_the_day_on_which_it_was_signed(given: Mediation) {
        let t = &given.0;
        let renamed = [("\"order_of_conduct\"", "\"order_of_talks\"")];
        publish(t, "profile", &second("2026-11-24", &renamed)).expect(201);
        at(t, "2026-11-23");
        let case = given.accepted();
        let listed = || {
            let path = format!("cases/{}/explain", case["id"].as_str().unwrap());
            let found = t.by("aigul").get(&path).expect(200);
            let mut actions = found["actions"].as_array().unwrap().iter();
            let action = actions.find(|one| one["action"] == json!("record_contract")).unwrap();
            let mut fields = action["form"].as_array().unwrap().iter();
            let field = fields.find(|one| one["name"] == json!("contract.elements")).unwrap();
            field["choices"].as_array().unwrap().last().unwrap().clone()
        };
        assert_eq!(listed(), json!("order_of_conduct"), "not those of a version to come");
        at(t, "2026-11-24");
        assert_eq!(listed(), json!("order_of_talks"));
        let contract = |on: &str| {
            let contract = json!({"signed_on": on, "all_signed": true, "elements": CONTRACT});
            json!({"action": "record_contract", "contract": contract})
        };
        let refused = t.act("aigul", &case, &contract("2026-11-24"));
        assert_eq!(refusal(refused), (json!("D13"), json!("elements_missing")));
        let taken = t.moved("aigul", &case, &contract("2026-11-23"));
        assert_eq!(taken["step"], json!("in_mediation"));
    }
}
