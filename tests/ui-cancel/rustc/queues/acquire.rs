// Caret: all of `permits.acquire()`. Says: it loses its place, and `requeue`.
use actor_runtime::select;

async fn run(permits: &std::sync::Arc<tokio::sync::Semaphore>) {
    select! {
        x = permits.acquire() => drop(x),
    }
}

fn main() {}
