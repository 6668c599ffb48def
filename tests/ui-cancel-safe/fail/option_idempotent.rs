//! The caret is under `idempotent`.

use actor_runtime::cancel_safe;

#[cancel_safe(idempotent)]
pub async fn ready() -> u32 {
    3
}

fn main() {}
