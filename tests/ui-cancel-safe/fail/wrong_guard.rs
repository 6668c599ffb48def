//! The caret is under `self.stream.read_u8()`.

use actor_runtime::cancel_safe;
use tokio::{io::AsyncReadExt, net::TcpStream, sync::mpsc};

pub struct Job;

pub struct Worker {
    stream: TcpStream,
    rx: mpsc::Receiver<Job>,
    header: Option<u8>,
    body: Option<u8>,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> Option<Job> {
        if self.header.is_none() {
            self.body = self.stream.read_u8().await.ok();
        }
        self.rx.recv().await
    }
}

fn main() {}
