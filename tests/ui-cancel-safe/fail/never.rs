//! The caret is under `!`.

use actor_runtime::cancel_safe;

#[cancel_safe]
pub async fn forever() -> ! {
    loop {
        std::future::pending::<()>().await
    }
}

fn main() {}
