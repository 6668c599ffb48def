//! The carets are under `self.rx.recv()` and `self.tx.send(job)`.

use actor_runtime::cancel_safe;
use tokio::{io::AsyncWriteExt, net::TcpStream, sync::mpsc};

pub struct Job;

pub struct Worker {
    stream: TcpStream,
    rx: mpsc::Receiver<Job>,
    tx: mpsc::Sender<Job>,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) {
        let job = self.rx.recv().await;
        if let Some(job) = job {
            let _ = self.tx.send(job).await;
        }
        self.stream.flush().await.ok();
    }
}

fn main() {}
