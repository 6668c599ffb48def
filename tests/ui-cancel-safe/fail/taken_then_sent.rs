//! The caret is under `self.queue.pop_front()`.

use actor_runtime::cancel_safe;
use std::collections::VecDeque;
use tokio::sync::mpsc;

pub struct Job;

pub struct Worker {
    tx: mpsc::Sender<Job>,
    queue: VecDeque<Job>,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) {
        if let Some(job) = self.queue.pop_front() {
            let _ = self.tx.send(job).await;
        }
    }
}

fn main() {}
