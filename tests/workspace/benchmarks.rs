//! The page of the measurements is made from what was recorded, not written by hand.

#[test]
fn the_benchmarks_page_says_what_was_recorded() {
    let (found, wanted) = kelisim_tests::benchmarks::found_and_wanted();
    assert!(
        found == wanted,
        "docs/BENCHMARKS.md differs from docs/benchmarks.json: `cargo xtask bench page` makes it anew"
    );
}
