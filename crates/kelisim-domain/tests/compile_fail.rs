//! What must not compile: a confidential value on its way out (G6, D24).

#[test]
fn d24_a_confidential_value_does_not_get_out() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
