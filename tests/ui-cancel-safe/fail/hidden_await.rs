//! The caret is under `println`.

use actor_runtime::cancel_safe;
use tokio::sync::mpsc;

pub struct Job;

pub struct Worker {
    rx: mpsc::Receiver<Job>,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) {
        println!("{}", self.rx.recv().await.is_some());
    }
}

fn main() {}
