//! What is published was checked before the transaction was open that nobody else can write beside.

use std::sync::{Arc, Mutex};

use kelisim_domain::id::DraftId;
use kelisim_domain::workflow::BASIC;
use kelisim_persistence::store::draft::{draft_find, draft_update};
use kelisim_persistence::{Error, Failpoints, Faults, Options, Point, SystemPart};
use kelisim_tests::network::REGION;
use kelisim_tests::{Backend, TestApp, TestDatabase, on_both_databases};
use serde_json::json;

/// Does something once, when a request was read and its transaction is not open.
#[derive(Default)]
struct Between(Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl Faults for Between {
    fn at(&self, point: Point) -> Result<(), Error> {
        if point == Point::RequestRead {
            let act = self.0.lock().unwrap().take();
            act.into_iter().for_each(|act| act());
        }
        Ok(())
    }
}

fn version(number: i32) -> String {
    BASIC.replace("version = 1", &format!("version = {number}"))
}

on_both_databases! {
    /// Whoever says that any version will do gets the one that was checked, or none.
    fn d35_a_draft_that_changes_after_its_check_is_not_published(backend: Backend) {
        let between = Arc::new(Between::default());
        let options = Options {
            faults: Failpoints::new(between.clone()),
            ..TestDatabase::options()
        };
        let t = TestApp::start_with(backend, BASIC, &options);
        let coordinator = t.by("coordinator");
        let body = json!({"kind": "workflow", "title": "A draft", "text": version(2), "steps": {}});
        let draft = coordinator.post("drafts", &body).expect(201);
        let id = draft["id"].as_str().unwrap().to_owned();
        let (database, changed): (_, DraftId) = (t.app.database.as_system(SystemPart::Test), id.parse().unwrap());
        *between.0.lock().unwrap() = Some(Box::new(move || {
            let change = move |db: &mut _| {
                let mut draft = draft_find(db, REGION, changed)?;
                (draft.text, draft.version) = (version(3), draft.version + 1);
                draft_update(db, REGION, &draft)
            };
            // A thread of its own: that of the server must not block.
            let changed = std::thread::spawn(move || database.write_blocking(change).unwrap());
            assert!(changed.join().unwrap());
        }));
        let publish = || {
            let request = coordinator.request("POST", &format!("drafts/{id}/publish"));
            let request = request.header("if-match", "*");
            request.json(&json!({"reason": "The network asked for it"})).send()
        };
        publish().expect_problem(412, "stale");
        assert_eq!(t.database.count("workflow_definition WHERE version > 1"), 0);
        assert_eq!(publish().expect(201)["version"], json!(3));
    }
}
