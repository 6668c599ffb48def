//! The caret is under `undelivered`.

use actor_runtime::cancel_safe;

#[cancel_safe(undelivered = put_back)]
pub async fn ready() -> u32 {
    3
}

fn main() {}
