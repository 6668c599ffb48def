// Caret: the macro. Says: a branch is needed.
use actor_runtime::select;

async fn run() {
    select! { biased; }
}

fn main() {}
