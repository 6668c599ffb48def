// Caret: the macro. Says: a branch is needed, and its shape.
use actor_runtime::select;

async fn run() {
    select! {}
}

fn main() {}
