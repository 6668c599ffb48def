//! The caret is under `struct`.

use actor_runtime::cancel_safe;

#[cancel_safe]
struct Worker;

fn main() {
    let _ = Worker;
}
