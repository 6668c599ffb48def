// Caret: all of `tasks.join_all()`. Says: what has come in is lost.
use actor_runtime::select;

async fn run(tasks: tokio::task::JoinSet<u8>) {
    select! {
        all = tasks.join_all() => drop(all),
    }
}

fn main() {}
