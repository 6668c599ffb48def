// Caret: `->`. Says: `=>` and a handler are expected.
use actor_runtime::select;
use std::future::ready;

async fn run() {
    select! {
        x = ready(1) -> drop(x),
    }
}

fn main() {}
