//! Every test of a module `sqlite` has its twin in `postgres`, and the other way round.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use crate::run;

/// Compares the two lists of tests of every binary.
pub(crate) fn compare(binaries: &[PathBuf]) -> Result<(), String> {
    let mut pairs = 0;
    let mut alone = Vec::new();
    for binary in binaries {
        let list = run::quietly(Command::new(binary).args(["--list", "--format", "terse"]))?;
        let (matched, unmatched) = twins(&list);
        pairs += matched;
        alone.extend(unmatched);
    }
    println!(
        "    {pairs} tests stand in both lists, {} in one",
        alone.len()
    );
    for line in &alone {
        println!("    {line}");
    }
    match alone.first() {
        None => Ok(()),
        Some(first) => Err(format!("the lists of the two databases differ: {first}")),
    }
}

/// How many tests have a twin, and a line for each that has none.
fn twins(list: &str) -> (usize, Vec<String>) {
    let names: BTreeSet<&str> = list
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .collect();
    let mut matched = 0;
    let mut alone = Vec::new();
    for name in &names {
        let Some((twin, first_of_two)) = twin(name) else {
            continue;
        };
        if !names.contains(twin.as_str()) {
            alone.push(format!("{name} has no {twin}"));
        } else if first_of_two {
            matched += 1;
        }
    }
    (matched, alone)
}

/// The name of the same test on the other database.
/// The unit tests of a file that bears a database's name, `sqlite::tests::…`, are about one only.
fn twin(name: &str) -> Option<(String, bool)> {
    let parts: Vec<&str> = name.split("::").collect();
    let at = parts
        .iter()
        .position(|part| matches!(*part, "sqlite" | "postgres"))?;
    if parts.get(at + 1) == Some(&"tests") {
        return None;
    }
    let is_sqlite = parts[at] == "sqlite";
    let mut other = parts;
    other[at] = if is_sqlite { "postgres" } else { "sqlite" };
    Some((other.join("::"), is_sqlite))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_on_both_databases_is_a_pair() {
        let list = "a::sqlite::saves: test\na::postgres::saves: test\nplain: test\n";
        assert_eq!(twins(list), (1, Vec::new()));
    }

    #[test]
    fn the_unit_tests_of_a_file_need_no_twin() {
        assert_eq!(
            twins("store::sqlite::tests::opens: test\n"),
            (0, Vec::new())
        );
    }

    #[test]
    fn a_test_on_one_database_is_told_with_the_name_it_lacks() {
        let (pairs, alone) = twins("a::sqlite::saves: test\nb::postgres::loads: test\n");
        assert_eq!(pairs, 0);
        assert_eq!(
            alone,
            [
                "a::sqlite::saves has no a::postgres::saves",
                "b::postgres::loads has no b::sqlite::loads"
            ]
        );
    }
}
