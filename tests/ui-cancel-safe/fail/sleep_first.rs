//! The caret is under `tokio::time::sleep(std::time::Duration::from_millis(1))`.

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

pub struct Job;

pub struct Worker {
    rx: mpsc::Receiver<Job>,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> Option<Job> {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        self.rx.recv().await
    }
}

fn main() {}
