//! The caret is under `tokio::join`.

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

pub struct Job;

pub struct Worker {
    rx: mpsc::Receiver<Job>,
    tx: mpsc::Sender<Job>,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> Option<Job> {
        tokio::join!(self.rx.recv(), self.tx.reserve()).0
    }
}

fn main() {}
