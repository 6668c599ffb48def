//! What `#[cancel_safe]` accepts and refuses, and where its errors point.
//!
//! Each case in `ui-cancel-safe/fail` says in its first line where the caret belongs, so that the
//! `.stderr` beside it can be judged. `TRYBUILD=overwrite` writes those.

#[test]
fn bodies_and_options() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui-cancel-safe/pass/*.rs");
    cases.compile_fail("ui-cancel-safe/fail/*.rs");
}
