//! A proof that cannot fail proves nothing: with a defect put in on purpose each of them must.

use kelisim_tests::{
    Backend, on_both_databases,
    proofs::{Order, crash},
};

/// Answers go out, and the COMMIT comes thirty milliseconds later: a kill in between loses a change.
const ANSWER_BEFORE_COMMIT: &str = "defect.answer_before_commit,db.before_commit=sleep:30";
/// Lives within which the defect must have been found; it usually takes one.
const LIVES_MOST: usize = 40;

on_both_databases! {
    fn t01_finds_an_answer_before_the_commit(backend: Backend) {
        let order = Order { seed: 1, backend, is_quick: true };
        let report = crash::run(&order, LIVES_MOST, ANSWER_BEFORE_COMMIT);
        assert!(!report.holds(), "the defect was not found: {report}");
        let missed = |name: &str| report.figures.iter().any(|figure| figure.name == name && !figure.reached);
        assert!(missed("acknowledged and lost") || missed("answers that contradict an earlier one or that nobody expects"), "{report}");
    }
}
