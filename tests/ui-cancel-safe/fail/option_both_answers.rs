//! The carets are under `idempotent` and `undelivered`.

use actor_runtime::cancel_safe;

#[cancel_safe(undelivered = put_back, idempotent)]
pub async fn ready() -> u32 {
    3
}

fn main() {}
