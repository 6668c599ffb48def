//! Ways to write `read_frame` that look right and lose data: none of them compiles.
//!
//! The first two are from Niko Matsakis, "The dark knight of async Rust". The right one is in
//! `src/reader.rs`.

use actor_tests::programs::{Libraries, Programs};

#[test]
fn broken_read_frames_do_not_compile() {
    let names = ["actor_runtime", "bytes", "mini_redis_actors", "tokio"];
    let libraries = Libraries::of_test(env!("CARGO_MANIFEST_DIR"), "broken", &names);
    Programs::new("examples/mini-redis", env!("CARGO_TARGET_TMPDIR"), libraries)
        .refused(&["tests/broken/cases"]);
}
