//! The published page of promises says what the proofs measured, and nothing else.

use kelisim_tests::proofs::page;

#[test]
fn the_page_of_promises_follows_from_what_was_measured() {
    let wanted = page::page(&page::recorded());
    assert!(
        page::kept() == wanted,
        "docs/GUARANTEES.md differs from docs/proofs.json: `cargo xtask prove page` makes it anew"
    );
}

#[test]
fn only_full_runs_are_published() {
    for report in page::recorded() {
        assert_eq!(report.size, "full", "{} on {}", report.id, report.database);
    }
}
