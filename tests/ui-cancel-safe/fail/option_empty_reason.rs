//! The caret is under `" "`.

use actor_runtime::cancel_safe;

#[cancel_safe(trusted = " ")]
pub async fn ready() -> u32 {
    3
}

fn main() {}
