//! The caret is under `trustd`.

use actor_runtime::cancel_safe;

#[cancel_safe(trustd = "because")]
pub async fn ready() -> u32 {
    3
}

fn main() {}
