// Caret: `biased`. Says: it comes first.
use actor_runtime::select;
use std::future::ready;

async fn run() {
    select! {
        _ = ready(1) => {}
        biased;
        _ = ready(2) => {}
    }
}

fn main() {}
