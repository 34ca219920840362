//! The binary `kelisim`.
fn main() {}
