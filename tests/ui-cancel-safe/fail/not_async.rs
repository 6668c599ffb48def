//! The caret is under `fn`.

use actor_runtime::cancel_safe;

#[cancel_safe]
pub fn ready() -> u32 {
    3
}

fn main() {
    let _: u32 = ready();
}
