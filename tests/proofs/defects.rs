//! A proof that cannot fail proves nothing: with a defect put in on purpose each of them must.

use std::time::Duration;

use kelisim_persistence::Defect;
use kelisim_tests::{
    Backend, on_both_databases,
    proofs::{Order, abuse, audit, authorisation, crash, leak, malformed, model, race::Race, time},
};

/// Answers go out, and the COMMIT comes thirty milliseconds later: a kill in between loses a change.
const ANSWER_BEFORE_COMMIT: &str = "defect.answer_before_commit,db.before_commit=sleep:30";
/// Lives within which the defect must have been found; it usually takes one.
const LIVES_MOST: usize = 40;
/// Whoever begins or settles a message need not hold its lease.
const SKIP_LEASE_CHECK: &str = "defect.skip_lease_check";
/// Races within which that must have been found; it usually takes one.
const RACES_MOST: u64 = 6;
/// A body with a certain letter in it brings its handler down.
const STUMBLE: &str = "defect.stumble_over_nul";
/// Shots within which that must have been found; it usually takes a few hundred.
const SHOTS_MOST: usize = 5_000;
/// Defects that a model of the program must contradict, each within a few thousand steps.
const DEFECTS: [Defect; 3] = [
    Defect::AnswerBeforeCommit,
    Defect::SkipDueCheck,
    Defect::SkipVersionCheck,
];

on_both_databases! {
    fn t01_finds_an_answer_before_the_commit(backend: Backend) {
        let order = Order { seed: 1, backend, is_quick: true };
        let report = crash::run(&order, LIVES_MOST, ANSWER_BEFORE_COMMIT);
        assert!(!report.holds(), "the defect was not found: {report}");
        let missed = |name: &str| report.figures.iter().any(|figure| figure.name == name && !figure.reached);
        assert!(missed("acknowledged and lost") || missed("answers that contradict an earlier one or that nobody expects"), "{report}");
    }

    fn t12_finds_a_seal_that_does_not_cover_the_reason(backend: Backend) {
        let found = audit::unnoticed_with(backend, 1, "defect.ignore_reason");
        assert!(found.unnoticed.iter().any(|one| one.starts_with("entry: reason")), "{found:?}");
        let right = audit::unnoticed_with(backend, 1, "");
        assert!(right.unnoticed.is_empty() && right.false_alarms.is_empty(), "and without it nothing is found: {right:?}");
    }

    fn t08_finds_a_worker_that_does_not_look_at_the_clock(backend: Backend) {
        let found = time::early_with(backend, 1, "defect.skip_due_check");
        assert!(found > 0, "the defect was not found");
        assert_eq!(time::early_with(backend, 1, ""), 0, "and without it nothing is found");
    }

    fn t11_finds_a_narrative_in_the_log(backend: Backend) {
        let order = Order { seed: 1, backend, is_quick: true };
        let report = leak::run(&order, 2, "defect.log_content");
        let found = report.figures.iter().find(|figure| figure.name == "canaries found").unwrap();
        assert!(!found.reached && found.measured > 0.0, "the defect was not found: {report}");
    }

    fn t11_finds_what_a_partner_is_told_beyond_its_memorandum(backend: Backend) {
        let order = Order { seed: 1, backend, is_quick: true };
        let report = leak::run(&order, 4, "defect.tell_partners");
        let found = report.figures.iter().find(|figure| figure.name == "canaries found").unwrap();
        assert!(!found.reached && found.measured > 0.0, "the defect was not found: {report}");
        let told = report.to_string();
        assert!(told.contains("reference") && told.contains(leak::CLOSER_CONTACT), "in a letter to that partner: {told}");
    }

    fn t11_finds_a_panic_that_tells_what_was_at_hand(backend: Backend) {
        let order = Order { seed: 1, backend, is_quick: true };
        let report = leak::run(&order, 2, "defect.tell_panics");
        let found = report.figures.iter().find(|figure| figure.name == "canaries found").unwrap();
        assert!(!found.reached && found.measured > 0.0, "the defect was not found: {report}");
        assert!(report.to_string().contains("in log of troubles"), "where the panics stand: {report}");
    }

    fn t09_finds_a_handler_that_stumbles_over_a_body(backend: Backend) {
        let order = Order { seed: 1, backend, is_quick: true };
        assert!(malformed::faults_with(&order, SHOTS_MOST, STUMBLE) > 0, "the defect was not found");
    }

    fn t16_finds_a_door_that_counts_nothing(backend: Backend) {
        let order = Order { seed: 1, backend, is_quick: true };
        let most = abuse::guesses_with(&order, Defect::GuessWithoutLimit);
        assert!(most > 10.0, "the defect was not found: {most} guesses");
    }

    fn t10_finds_a_scope_that_was_dropped_and_a_check_that_comes_too_late(backend: Backend) {
        let found = |defect: Option<Defect>, second_lock: bool| authorisation::found_with(backend, defect, second_lock);
        for (defect, kind) in [
            (Defect::DropScopes, "wrong allow"),
            (Defect::DropCaseScope, "wrong list"),
            (Defect::DropNoticeScope, "wrong allow"),
            (Defect::CheckAfterWrite, "a trace"),
            (Defect::TellApart, "wrong deny"),
        ] {
            let found = found(Some(defect), false);
            assert!(found.iter().any(|one| one.starts_with(kind)), "{}: {found:?}", defect.code());
        }
        assert_eq!(found(None, false), Vec::<String>::new(), "and without one nothing is found");
    }

    fn t23_contradicts_a_program_with_a_defect(backend: Backend) {
        let order = Order { seed: 1, backend, is_quick: true };
        for defect in DEFECTS {
            let outcome = model::run(&order, 4_000, Some(defect));
            assert!(!outcome.divergences().is_empty(), "{} was not found", defect.code());
        }
    }

    fn t04_finds_a_settlement_without_a_lease(backend: Backend) {
        let found = (1..=RACES_MOST).any(|seed| {
            let race = Race {
                jobs: 500,
                stops: 4,
                limit: Duration::from_secs(60),
                ..Race::quick(backend, seed)
            };
            !race.with(SKIP_LEASE_CHECK).run().forbidden.is_empty()
        });
        assert!(found, "the defect was not found");
    }
}
