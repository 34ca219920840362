//! What a release ships beside what a region has published (D34).

use kelisim_api::setup::{SetupError, publish_shipped};
use kelisim_domain::workflow::{self, BASIC, Definition, MEDIATION};
use kelisim_persistence::SystemPart;
use kelisim_tests::network::REGION;
use kelisim_tests::{TestApp, on_both_databases};
use serde_json::json;

/// A version of the basic workflow with words of its own.
fn version(number: i32, words: &str) -> String {
    BASIC
        .replace("version = 1", &format!("version = {number}"))
        .replace("Basic workflow", words)
}

/// Ships texts, as `migrate` of a later release does.
fn ship(t: &TestApp, texts: &[String]) -> Result<Vec<String>, SetupError> {
    let (texts, now) = (texts.to_vec(), t.app.clock.now());
    t.app
        .database
        .as_system(SystemPart::Setup)
        .write_blocking(move |db| {
            let read = |text: &String| workflow::parse(text).unwrap();
            let shipped: Vec<(Definition, &str)> = texts
                .iter()
                .map(|text| (read(text), text.as_str()))
                .collect();
            publish_shipped(db, REGION, &shipped, now)
        })
}

fn publish(t: &TestApp, text: &str) {
    let body = json!({"kind": "workflow", "title": "Ours", "text": text});
    let draft = t.by("coordinator").post("drafts", &body).expect(201);
    let path = format!("drafts/{}/publish", draft["id"].as_str().unwrap());
    let request = t.by("coordinator").request("POST", &path).if_match(1);
    request
        .json(&json!({"reason": "As we work"}))
        .send()
        .expect(201);
}

fn stored(t: &TestApp) -> Vec<String> {
    let rows = "workflow_definition ORDER BY key, version";
    t.database
        .lines("key || ' ' || version || ' ' || (text LIKE '%Ours%')", rows)
}

on_both_databases! {
    fn d34_a_region_without_versions_of_its_own_takes_what_a_release_ships(t: TestApp) {
        let texts = [BASIC.to_owned(), version(2, "Shipped")];
        assert_eq!(ship(&t, &texts).unwrap(), Vec::<String>::new());
        assert_eq!(ship(&t, &texts).unwrap(), Vec::<String>::new(), "again");
        assert_eq!(stored(&t).len(), 2);
        // What the program itself published is not another text one day (settled question 9).
        let changed = [version(2, "Shipped otherwise")];
        let refused = ship(&t, &changed).unwrap_err();
        assert!(matches!(refused, SetupError::OtherDefinition { version: 2, .. }), "{refused}");
    }

    fn d34_what_a_region_published_stays_and_stops_no_release(t: TestApp) {
        publish(&t, &version(2, "Ours"));
        let before = t.database.contents();
        let texts = [
            BASIC.to_owned(),
            version(2, "Shipped"),
            version(3, "Shipped"),
        ];
        assert_eq!(ship(&t, &texts).unwrap(), ["basic 2", "basic 3"]);
        assert!(before == t.database.contents());
        // Another workflow is nobody's yet, and a text that both have is no news.
        let texts = [version(2, "Ours"), MEDIATION.to_owned()];
        assert_eq!(ship(&t, &texts).unwrap(), Vec::<String>::new());
        assert_eq!(stored(&t).len(), 3);
    }
}
