// Caret: `Some(x)`. Says: what rustc says of a pattern, with the types of both.
use actor_runtime::select;
use std::future::ready;

async fn run() {
    select! {
        Some(x) = ready(1_u8) => drop::<u8>(x),
        else => {}
    }
}

fn main() {}
