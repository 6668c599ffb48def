// Caret: `1`. Says: a `bool` is expected.
use actor_runtime::select;
use std::future::ready;

async fn run() {
    select! {
        _ = ready(1), if 1 => {}
    }
}

fn main() {}
