// Caret: `struct`. Says: `#[actor]` reads methods; put it on `impl Counter`.
use actor_runtime::actor;

#[actor]
struct Counter {
    total: u64,
}

fn main() {}
