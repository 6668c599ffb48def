//! `#[checked_select]` beside other attributes, and an import that only it uses.

#![deny(warnings)]

use actor_runtime::checked_select;

#[checked_select]
mod app {
    use std::future::ready;

    use tokio::select;

    pub async fn run() -> u8 {
        select! { one = ready(1) => one }
    }
}

#[checked_select]
#[allow(clippy::unused_async)]
async fn function() -> u8 {
    use tokio::select;
    select! { two = std::future::ready(2) => two }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!((app::run().await, function().await), (1, 2));
}
