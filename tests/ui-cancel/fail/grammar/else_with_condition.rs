// Caret: the comma. Says: `else` takes no condition.
use actor_runtime::select;
use std::future::ready;

async fn run() {
    select! {
        _ = ready(1) => {}
        else, if true => {}
    }
}

fn main() {}
