// Caret: all of `bell.notified()`. Says: it loses its place, and `requeue`.
use actor_runtime::select;

async fn run(bell: tokio::sync::Notify) {
    select! {
        x = bell.notified() => drop(x),
    }
}

fn main() {}
