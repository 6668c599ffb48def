//! The tests that `docs/promises.md` names exist, and each promise has some.

use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn every_promise_lists_existing_tests() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(here.join("../docs/promises.md")).unwrap();
    let (_, lists) = page.split_once("## Tests").unwrap();
    let lists: Vec<_> = lists.split("\n### ").skip(1).map(list).collect();
    let numbers: Vec<_> = lists.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]);
    for (number, tests) in lists {
        assert!(!tests.is_empty(), "promise {number} names no test");
        for test in tests {
            let (module, name) = test.rsplit_once("::").unwrap();
            let file = module.replace("::", "/");
            let tests = tests_of(&here.join(format!("tests/behavior/{file}.rs")));
            assert!(tests.contains(name), "promise {number} names `{test}`, which does not exist");
        }
    }
}

/// The number of the promise in a heading, and the tests in the block below it.
fn list(text: &str) -> (&str, Vec<&str>) {
    let (number, _) = text.split_once('.').unwrap();
    let block = text.split("```").nth(1).unwrap();
    (number, block.lines().skip(1).collect())
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
