//! Too much at once is answered at once, and costs nobody what they had.

use std::num::NonZeroUsize;
use std::sync::mpsc;
use std::thread;

use kelisim_domain::workflow::BASIC;
use kelisim_persistence::{Error, Options};
use kelisim_tests::{Backend, OnBackend, TestApp, TestDatabase, on_both_databases};

/// An application with one database thread and one place to wait for it.
struct Narrow(TestApp);

impl OnBackend for Narrow {
    fn on(backend: Backend) -> Self {
        let one = NonZeroUsize::MIN;
        let options = Options {
            threads: one,
            queue: one,
            group: one,
            ..TestDatabase::options()
        };
        Self(TestApp::start_with(backend, BASIC, &options))
    }
}

on_both_databases! {
    fn a_full_queue_is_answered_with_503_and_when_to_come_again(narrow: Narrow) {
        let t = &narrow.0;
        let (tell_running, running) = mpsc::channel();
        let (open_gate, gate) = mpsc::channel::<()>();
        thread::scope(|scope| {
            scope.spawn(move || {
                t.write(move |_| {
                    tell_running.send(()).unwrap();
                    gate.recv().unwrap();
                    Ok(())
                });
            });
            running.recv().unwrap();
            scope.spawn(|| t.write(|_| Ok::<_, Error>(())));
            while t.app.database.waiting().0 == 0 {
                thread::yield_now();
            }
            let refused = t.by("head").post("cases", &TestApp::filing());
            refused.expect_problem(503, "busy");
            assert!(refused.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()));
            open_gate.send(()).unwrap();
        });
        t.by("head").post("cases", &TestApp::filing()).expect(201);
        assert_eq!(t.database.count("cases"), 1);
    }
}
