//! Versions of `read_frame` and its use that lose data when cancelled, and do not compile.
//!
//! `local_buffer` and `name_first` are from Niko Matsakis, "Async cancellation: a case study of pub-sub in
//! mini-redis". The correct version is in `src/reader.rs`.

use actor_tests::programs::{Libraries, Programs};

#[test]
fn broken_read_frames_do_not_compile() {
    let names = ["actor_runtime", "bytes", "mini_redis_actors", "tokio"];
    let libraries = Libraries::of_test(env!("CARGO_MANIFEST_DIR"), "broken", &names);
    Programs::new("examples/mini-redis", env!("CARGO_TARGET_TMPDIR"), libraries)
        .refused(&["tests/broken/cases"]);
}
