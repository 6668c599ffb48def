//! The caret is under `self.rx.recv()`.

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

pub struct Job;

pub struct Worker {
    rx: mpsc::Receiver<Job>,
    tx: mpsc::Sender<Job>,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) {
        if let Some(job) = self.rx.recv().await {
            let _ = self.tx.send(job).await;
        }
    }
}

fn main() {}
