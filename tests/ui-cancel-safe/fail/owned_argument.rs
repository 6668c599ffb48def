//! The carets are under `job` and `self.tx.send(job)`.

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

pub struct Job;

pub struct Worker {
    tx: mpsc::Sender<Job>,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self, job: Job) {
        let _ = self.tx.send(job).await;
    }
}

fn main() {}
