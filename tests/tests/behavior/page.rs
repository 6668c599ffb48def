//! The tests that `docs/promises.md` names exist, and each promise has some.

use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn every_promise_lists_existing_tests() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(here.join("../docs/promises.md")).unwrap();
    let rows: Vec<_> = page.lines().filter_map(row).collect();
    let numbers: Vec<_> = rows.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]);
    for (number, tests) in rows {
        assert!(!tests.is_empty(), "promise {number} names no test");
        for test in tests {
            let (module, name) = test.rsplit_once("::").unwrap();
            let file = module.replace("::", "/");
            let tests = tests_of(&here.join(format!("tests/behavior/{file}.rs")));
            assert!(tests.contains(name), "promise {number} names `{test}`, which does not exist");
        }
    }
}

/// The number of the promise in a row of the table, and the tests in its last column.
fn row(line: &str) -> Option<(&str, Vec<&str>)> {
    let cells: Vec<_> = line.strip_prefix('|')?.strip_suffix('|')?.split('|').collect();
    let number = cells.first()?.trim();
    number.parse::<u8>().ok()?;
    let tests = cells.last()?.split('`').skip(1).step_by(2).collect();
    Some((number, tests))
}

/// The names of the test functions in a file.
fn tests_of(file: &Path) -> BTreeSet<String> {
    let source = fs::read_to_string(file).unwrap_or_else(|error| panic!("{file:?}: {error}"));
    let mut is_test = false;
    let mut tests = BTreeSet::new();
    for line in source.lines() {
        is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        let function = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
        if let Some((name, _)) = function.and_then(|function| function.split_once('(')) {
            if is_test {
                tests.insert(name.to_owned());
            }
            is_test = false;
        }
    }
    tests
}
