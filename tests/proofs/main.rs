//! The proofs at the size of every test run, and that each of them can fail.
//!
//! `cargo xtask prove` runs them at the size of a release.

#![cfg(test)]

mod defects;
mod points;

use std::hash::{BuildHasher, Hasher, RandomState};

use kelisim_tests::{Backend, proofs};

/// Runs a proof with a seed of its own, or that of `KELISIM_SEED`; the figures say what was missed.
pub(crate) fn holds(id: &str, backend: Backend) {
    let given = std::env::var("KELISIM_SEED").ok();
    let seed = given
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(|| RandomState::new().build_hasher().finish() >> 32);
    let order = proofs::Order {
        seed,
        backend,
        is_quick: true,
    };
    let report = proofs::prove(id, &order);
    assert!(report.holds(), "{report}");
}

kelisim_tests::on_both_databases! {
    fn t01_kill_9_loses_nothing_and_repeats_nothing(backend: Backend) {
        holds("T1", backend);
    }

    fn t02_no_message_is_lost_or_sent_twice_in_silence(backend: Backend) {
        holds("T2", backend);
    }

    fn t04_what_a_stopped_worker_does_too_late_changes_nothing(backend: Backend) {
        holds("T4", backend);
    }

    fn t12_whatever_is_done_to_the_audit_log_is_found(backend: Backend) {
        holds("T12", backend);
    }

    fn t08_each_deadline_fires_once_and_not_before_its_time(backend: Backend) {
        holds("T8", backend);
    }

    fn t11_nothing_confidential_leaves_by_a_partners_way_or_a_log(backend: Backend) {
        holds("T11", backend);
    }

    fn t09_what_is_malformed_is_refused_and_nothing_else_comes_of_it(backend: Backend) {
        holds("T9", backend);
    }

    fn t09_what_attackers_may_end_takes_nothing_from_the_user_beside_them(backend: Backend) {
        assert_eq!(proofs::malformed::wrong_after_the_worst(backend), Vec::<String>::new());
    }

    fn t16_whoever_tries_gets_no_further_than_the_budgets(backend: Backend) {
        holds("T16", backend);
    }

    fn t10_everybody_gets_what_the_table_says_and_nothing_else(backend: Backend) {
        holds("T10", backend);
    }

    fn t23_the_program_does_what_a_model_of_it_says(backend: Backend) {
        holds("T23", backend);
    }
}
