//! The caret is under `self.rx.recv()`.

use actor_runtime::cancel_safe;
use tokio::{io::AsyncWriteExt, net::TcpStream, sync::mpsc};

pub struct Job;

pub struct Worker {
    stream: TcpStream,
    rx: mpsc::Receiver<Job>,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> Option<Job> {
        let job = self.rx.recv().await;
        self.stream.flush().await.ok();
        job
    }
}

fn main() {}
