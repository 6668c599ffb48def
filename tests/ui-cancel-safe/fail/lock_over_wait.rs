//! The caret is under `self.shared.lock()`.

use actor_runtime::cancel_safe;

pub struct Job;

pub struct Worker {
    shared: tokio::sync::Mutex<tokio::sync::mpsc::Receiver<Job>>,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&self) -> Option<Job> {
        let mut guard = self.shared.lock().await;
        guard.recv().await
    }
}

fn main() {}
