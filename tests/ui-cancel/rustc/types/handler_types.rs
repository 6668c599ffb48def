// Caret: `"two"`. Says: what rustc says of two arms of a `match`.
use actor_runtime::select;
use std::future::ready;

async fn run() -> u8 {
    select! {
        x = ready(1) => x,
        _ = ready(2) => "two",
    }
}

fn main() {}
