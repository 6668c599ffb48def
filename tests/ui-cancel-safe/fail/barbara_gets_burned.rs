//! The carets are under `data.recv()` and `for`.

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

#[cancel_safe]
pub async fn read_send(data: &mut mpsc::Receiver<Vec<u8>>, channel: &mut mpsc::Sender<u8>) {
    let items = data.recv().await.unwrap_or_default();
    for item in items {
        let _ = channel.send(item).await;
    }
}

fn main() {}
