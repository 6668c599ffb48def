//! Ways to write `read_frame` that look right and lose data: none of them compiles.
//!
//! The first two are from Niko Matsakis, "The dark knight of async Rust". The right one is in
//! `src/reader.rs`.

#[test]
fn broken_read_frames_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/broken/cases/*.rs");
}
