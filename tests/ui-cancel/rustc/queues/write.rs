// Caret: all of `table.write()`. Says: it loses its place, and `requeue`.
use actor_runtime::select;

async fn run(table: &tokio::sync::RwLock<u8>) {
    select! {
        x = table.write() => drop(x),
    }
}

fn main() {}
