//! A short soak. `cargo run --release -p actor-tests --bin soak` is the long one.

use std::process::Command;

/// Runs the soak, and returns its output.
fn soak(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_soak")).args(args).output().expect("it starts");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}\n{errors}");
    printed
}

fn digest(printed: &str) -> &str {
    let line = printed.lines().find(|line| line.starts_with("digest")).expect("it prints a digest");
    line.split(',').next().expect("a line has a beginning")
}

#[test]
fn the_invariants_hold_on_many_threads() {
    println!("{}", soak(&["--ops", "20000", "--mode", "multi"]));
}

#[test]
fn on_one_thread_a_seed_determines_the_run() {
    let first = soak(&["--ops", "60000", "--mode", "current", "--seed", "7"]);
    let again = soak(&["--ops", "60000", "--mode", "current", "--seed", "7"]);
    assert_eq!(digest(&first), digest(&again));
    let other = soak(&["--ops", "60000", "--mode", "current", "--seed", "8"]);
    assert_ne!(digest(&first), digest(&other));
}
