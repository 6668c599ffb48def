// Caret: `message`. Says: a branch begins with a pattern, and its shape.
use actor_runtime::select;

async fn run() {
    select! {
        message => drop(message),
    }
}

fn main() {}
