//! A short run of the callers that give up. `cargo run --release -p actor-tests --bin giving_up` prints
//! the full tables.

use std::process::Command;

#[test]
fn a_marked_actor_loses_nothing_and_a_plain_one_does() {
    // Fewer than in the tables, in debug builds, where they would take long.
    let elements = if cfg!(debug_assertions) { "3000" } else { "100000" };
    let mut command = Command::new(env!("CARGO_BIN_EXE_giving_up"));
    let output = command.args(["--elements", elements]).output().expect("it starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    println!("{printed}");
    assert!(output.status.success(), "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
    // The exit status says the same, unless the program itself is wrong.
    let marked: Vec<_> =
        printed.lines().filter(|line| line.contains("undelivered = ..)]`")).collect();
    assert_eq!(marked.len(), 4, "{printed}");
    for row in &marked[..3] {
        assert!(row.contains(&format!("| {elements} | 0 | 0 | 0 |")), "{row}");
    }
}
