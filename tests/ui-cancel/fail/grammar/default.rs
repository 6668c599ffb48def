// Caret: `default`. Says: that is `futures::select!`, here it is `else`.
use actor_runtime::select;
use std::future::ready;

async fn run() {
    select! {
        _ = ready(1) => {}
        default => {}
    }
}

fn main() {}
