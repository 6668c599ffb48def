//! What `#[actor]` says to its users: programs that it must refuse, and well, and programs that it
//! must accept.
//!
//! - `ui/fail`: the words are ours, and the same under every rustc.
//! - `ui/rustc`: the words are rustc's, or rustc's around ours. They change from version to version,
//!   so they are compared under [`BLESSED`] only.
//! - `ui/pass`: accepted, and run.
//!
//! The first line of a refused program says where the caret has to be and what has to be said. Write
//! the `.stderr` with `TRYBUILD=overwrite`, and judge it by that line, as a user would read it. Do it
//! under [`BLESSED`] without the component `rust-src`, with which rustc quotes the standard library.

use std::{env, process::Command};

/// The version of rustc whose words are in `ui/rustc`.
const BLESSED: &str = "rustc 1.95.";

// One `TestCases` for all: the cases are built as one project.
#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/fail/*/*.rs");
    let version = rustc_version();
    if version.starts_with(BLESSED) {
        cases.compile_fail("ui/rustc/*/*.rs");
    } else {
        println!("skipped ui/rustc: its words are those of {BLESSED}*, and this is {version}");
    }
    cases.pass("ui/pass/*/*.rs");
}

fn rustc_version() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("there is a rustc");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
