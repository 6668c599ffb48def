// Caret: `if`, `->`, `drop(x)`, and `_`, in this order. Says: one thing at each.
use actor_runtime::select;
use std::future::ready;

async fn run() {
    select! {
        _ = ready(1) if true => {}
        _ = ready(2) -> {}
        x = ready(3) => drop(x)
        else => {}
        _ = ready(4) => {}
    }
}

fn main() {}
