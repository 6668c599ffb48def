//! The caret is under `async`.

use actor_runtime::cancel_safe;

#[expect(async_fn_in_trait)]
pub trait Source {
    #[cancel_safe]
    async fn next(&mut self) -> u32;
}

fn main() {}
