//! The caret is under `job`.

use actor_runtime::cancel_safe;
use std::collections::VecDeque;
use tokio::sync::mpsc;

pub struct Job;

pub struct Worker {
    rx: mpsc::Receiver<Job>,
    queue: VecDeque<Job>,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self, job: Job) {
        self.rx.recv().await;
        self.queue.push_back(job);
    }
}

fn main() {}
