//! A line that an error in a body prints as its help.
//!
//! The lines are those in the `.stderr` files of `ui-cancel-safe/fail` that contain `repeatable` or
//! `all_or_nothing`, or keep a value with `Some`.

use std::{fs, path::Path};

use actor_tests::programs::Libraries;

use super::{Paste, WORKSPACE, pasted};

/// The line in the help of the first mistake, if there is one.
fn paste(said: &str) -> Option<Paste> {
    let first = said.split("\n\nerror").next()?;
    let (_, code) = first.lines().find(|line| line.contains("help:"))?.rsplit_once("write `")?;
    let code = code.strip_suffix('`')?.to_owned();
    if !["repeatable(", "all_or_nothing(", "= Some("].iter().any(|word| code.contains(word)) {
        return None;
    }
    let place = first.lines().find(|line| line.contains("--> "))?;
    let mut numbers = place.rsplit(':');
    let column: usize = numbers.next()?.parse().ok()?;
    let line: usize = numbers.next()?.parse().ok()?;
    let width = first.lines().find(|line| line.contains('^'))?.matches('^').count();
    Some(Paste { line, column, width, code })
}

/// The line that declares a method, if it is printed, for a type and a method.
fn declaration(said: &str, method: &str) -> Option<String> {
    let line = said.lines().find(|line| line.contains("cancel_safe_methods!"))?;
    let code = line.split('`').nth(1)?;
    Some(code.replace("Type: method", method))
}

#[test]
fn the_printed_declaration_compiles() {
    let libraries = Libraries::of_test(WORKSPACE, "pasted", &["actor_runtime", "futures", "tokio"]);
    let case = Path::new(WORKSPACE).join("tests/ui-cancel-safe/fail/other_crates_method");
    let said = fs::read_to_string(case.with_extension("stderr")).unwrap();
    let declaration =
        declaration(&said, "futures::channel::oneshot::Sender<u8>: cancellation").unwrap();
    let program = fs::read_to_string(case.with_extension("rs")).unwrap();
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let source = scratch.join("declared_program.rs");
    fs::write(&source, format!("{program}\n{declaration}\n")).unwrap();
    let mut rustc = libraries.rustc();
    rustc.current_dir(WORKSPACE).arg(&source).arg("--emit=metadata").arg("--out-dir").arg(scratch);
    let output = rustc.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_printed_line_compiles() {
    let libraries = Libraries::of_test(WORKSPACE, "pasted", &["actor_runtime", "futures", "tokio"]);
    let folder = Path::new(WORKSPACE).join("tests/ui-cancel-safe/fail");
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let Ok(said) = fs::read_to_string(path.with_extension("stderr")) else { continue };
        let Some(paste) = paste(&said).filter(|_| path.extension().is_some_and(|it| it == "rs"))
        else {
            continue;
        };
        let program = pasted(&fs::read_to_string(&path).unwrap(), &paste);
        let source = scratch.join("pasted_program.rs");
        fs::write(&source, program).unwrap();
        let mut rustc = libraries.rustc();
        rustc.current_dir(WORKSPACE).arg(&source).arg("--emit=metadata").arg("--out-dir");
        let output = rustc.arg(scratch).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        // If there was another mistake, it remains.
        let is_same = said.contains(&format!("write `{}`", paste.code));
        let is_other = said.contains("cancel_safe") || said.contains("help:");
        assert!(!is_same && (output.status.success() || is_other), "{}: {said}", path.display());
        count += usize::from(output.status.success());
    }
    assert!(count > 3, "{count} lines were pasted and compile");
}
