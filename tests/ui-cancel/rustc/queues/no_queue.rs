// Caret: `&list`. Says: that it is no queue.
use actor_runtime::{cancel_safe::requeue, select};

async fn run(list: Vec<u8>) {
    select! {
        x = requeue(&list).lock() => drop(x),
    }
}

fn main() {}
