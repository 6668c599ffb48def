//! The caret is under `tokio::spawn(async {})`.

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

pub struct Job;

pub struct Worker {
    rx: mpsc::Receiver<Job>,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> Option<Job> {
        tokio::spawn(async {});
        self.rx.recv().await
    }
}

fn main() {}
