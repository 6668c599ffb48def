// Caret: `=>`. Says: the handler is missing, and how to do nothing.
use actor_runtime::select;
use std::future::ready;

async fn run() {
    select! {
        x = ready(1) =>
    }
}

fn main() {}
