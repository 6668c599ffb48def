// Caret: all of `lock.lock()`. Says: it loses its place, and `requeue`.
use actor_runtime::select;

async fn run(lock: std::sync::Arc<tokio::sync::Mutex<u8>>) {
    select! {
        x = lock.lock() => drop(x),
    }
}

fn main() {}
