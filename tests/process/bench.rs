//! The bench still works: its limits compile and fit the tables, and its clients walk cases.

use std::process::Command;

use kelisim_tests::binary;

#[test]
fn the_limits_of_the_bench_fit_the_tables() {
    // The bench starts the program that lies beside it.
    binary();
    let output = Command::new(env!("CARGO_BIN_EXE_kelisim-bench"))
        .arg("check")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
}
