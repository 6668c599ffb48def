//! Programs that the macros must refuse, with good messages, and programs that they must accept.
//!
//! `ui` has the programs of `#[actor]`, `ui-cancel` those of `select!` and of the types in
//! `cancel_safe`, `ui-cancel-safe` those of `#[cancel_safe]`, and `ui-features` those against a runtime
//! without features. In each:
//!
//! - `fail`: the messages are those of the macros, and the same under every rustc.
//! - `rustc`: the messages are rustc's, or rustc's around ours. They vary between versions, so they are
//!   compared under [`BLESSED`] only.
//! - `pass`: accepted, and run.
//!
//! The first line of a refused program says where the caret belongs, and what the message says.
//! `UPDATE_CASES=1 cargo test -p actor-tests --test ui` writes each `.stderr`. Compare it with that line,
//! and read it as a user would. Write them under [`BLESSED`], without the component `rust-src`, with which
//! rustc quotes the standard library. `ONLY=word` selects programs by path.

mod expanded;

use std::{env, process::Command, sync::LazyLock};

use actor_tests::programs::{Libraries, Programs};

/// The version of rustc whose messages are in the folders `rustc`.
const BLESSED: &str = "rustc 1.95.";

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

static PROGRAMS: LazyLock<Programs> = LazyLock::new(|| {
    let libraries =
        Libraries::of_test(WORKSPACE, "ui", &["actor_remote", "actor_runtime", "futures", "tokio"]);
    Programs::new("tests", env!("CARGO_TARGET_TMPDIR"), libraries)
});

#[test]
fn refused_by_the_macros() {
    PROGRAMS.refused(&["ui/fail", "ui-cancel/fail", "ui-cancel-safe/fail"]);
}

#[test]
fn refused_by_rustc() {
    let version = rustc_version();
    if version.starts_with(BLESSED) {
        PROGRAMS.refused(&["ui/rustc", "ui-cancel/rustc"]);
    } else {
        println!("skipped: the messages are those of {BLESSED}*, and this is {version}");
    }
}

#[test]
fn accepted() {
    PROGRAMS.accepted(&["ui/pass", "ui-cancel/pass", "ui-cancel-safe/pass"]);
}

/// With `macros` alone.
#[test]
fn without_features() {
    let libraries = Libraries::of_test(WORKSPACE, "ui", RUNTIME_USES);
    let scratch = env!("CARGO_TARGET_TMPDIR");
    let libraries = libraries.with_features(&["macros"], scratch.as_ref());
    let programs = Programs::new("tests", scratch, libraries);
    programs.compile(&["ui-features/pass"]);
    programs.refused(&["ui-features/fail"]);
}

/// The libraries that the runtime and the programs are built with.
const RUNTIME_USES: &[&str] = &[
    "actor_macros",
    "atomicbox",
    "futures",
    "futures_core",
    "parking_lot",
    "pin_project_lite",
    "tokio",
    "tokio_stream",
    "tokio_util",
    "triomphe",
];

#[test]
#[should_panic(expected = "is accepted")]
fn a_program_that_compiles_is_not_refused() {
    PROGRAMS.refused(&["ui/pass/use"]);
}

fn rustc_version() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("there is a rustc");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
