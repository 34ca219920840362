//! D12: a case goes from one who is asked to one who has it while the register takes the cases of that mediator from them.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{scope, sleep};
use std::time::Duration;

use kelisim_domain::workflow::MEDIATION;
use kelisim_persistence::{Error, Failpoints, Faults, Options, Point};
use kelisim_tests::mediation::Mediation;
use kelisim_tests::network::AIGUL;
use kelisim_tests::{Backend, TestApp, TestDatabase, on_both_databases};
use serde_json::{Value, json};

/// Long enough for the register to come as far as it can while the case is held.
const A_WHILE: Duration = Duration::from_millis(400);

/// Holds the next COMMIT until it is let go.
#[derive(Default)]
struct Gate(Mutex<Option<(Sender<()>, Receiver<()>)>>);

impl Faults for Gate {
    fn at(&self, point: Point) -> Result<(), Error> {
        if point == Point::BeforeCommit
            && let Some((arrived, go_on)) = self.0.lock().unwrap().take()
        {
            arrived.send(()).unwrap();
            go_on.recv().unwrap();
        }
        Ok(())
    }
}

on_both_databases! {
    fn d12_whoever_accepts_while_they_are_suspended_keeps_nothing(backend: Backend) {
        let gate = Arc::new(Gate::default());
        let options = Options {
            faults: Failpoints::new(gate.clone()),
            ..TestDatabase::options()
        };
        let m = Mediation(TestApp::start_with(backend, MEDIATION, &options));
        let offered = m.offered();
        let registrar = m.0.by("registrar");
        let path = format!("mediators/{AIGUL}");
        let version = registrar.get(&path).expect(200)["version"].as_i64().unwrap();

        let (arrived, has_arrived) = channel();
        let (let_go, go_on) = channel();
        *gate.0.lock().unwrap() = Some((arrived, go_on));
        scope(|scope| {
            let accept = json!({"action": "accept", "declaration": {"result": "none"}});
            let (m, offered) = (&m, &offered);
            let accepted = scope.spawn(move || m.0.act("aigul", offered, &accept).status);
            has_arrived.recv().unwrap();
            let body = json!({"status": "suspended", "status_reason": "A complaint."});
            let suspended = scope.spawn(move || registrar.patch(&path, version, &body).status);
            sleep(A_WHILE);
            let_go.send(()).unwrap();
            assert_eq!((accepted.join().unwrap(), suspended.join().unwrap()), (201, 200));
        });

        let case = m.now(&offered);
        assert_eq!((&case["step"], &case["mediator"]), (&json!("ready"), &Value::Null), "{case}");
    }
}
