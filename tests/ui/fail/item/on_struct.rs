// Caret: `struct`. Message: expected an `impl` block; put it on `impl Counter`.
use actor_runtime::actor;

#[actor]
struct Counter {
    total: u64,
}

fn main() {}
