//! What `select!` and the types of `cancel_safe` say to their users.
//!
//! As in `ui.rs`: `fail` is in our words, `rustc` in rustc's around ours, and `pass` is accepted. The
//! first line of a refused program says where the caret has to be and what has to be said. Write the
//! `.stderr` with `TRYBUILD=overwrite cargo test -p actor-tests --test ui_cancel`, and judge it by
//! that line.

use std::{env, process::Command};

/// The version of rustc whose words are in `ui-cancel/rustc`.
const BLESSED: &str = "rustc 1.95.";

// One `TestCases` for all: the cases are built as one project.
#[test]
fn ui_cancel() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui-cancel/fail/*/*.rs");
    let version = rustc_version();
    if version.starts_with(BLESSED) {
        cases.compile_fail("ui-cancel/rustc/*/*.rs");
    } else {
        println!("skipped ui-cancel/rustc: its words are those of {BLESSED}*, this is {version}");
    }
    cases.pass("ui-cancel/pass/*/*.rs");
}

fn rustc_version() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("there is a rustc");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
