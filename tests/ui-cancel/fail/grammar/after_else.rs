// Caret: `_`, where the branch after `else` begins. Says: `else` comes last.
use actor_runtime::select;
use std::future::ready;

async fn run() {
    select! {
        else => {}
        _ = ready(1) => {}
    }
}

fn main() {}
