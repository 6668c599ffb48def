//! The caret is under `tokio::select`.

use actor_runtime::cancel_safe;
use tokio::{io::AsyncReadExt, net::TcpStream, sync::mpsc};

pub struct Job;

pub struct Worker {
    stream: TcpStream,
    rx: mpsc::Receiver<Job>,
    tx: mpsc::Sender<Job>,
    buffer: Vec<u8>,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) {
        tokio::select! {
            Some(job) = self.rx.recv() => {
                let _ = self.tx.send(job).await;
            }
            Ok(_) = self.stream.read_buf(&mut self.buffer) => {}
        }
    }
}

fn main() {}
