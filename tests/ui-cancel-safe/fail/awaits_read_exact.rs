//! The caret is under `self.stream.read_exact(&mut self.head)`.

use actor_runtime::cancel_safe;
use tokio::{io::AsyncReadExt, net::TcpStream};

pub struct Worker {
    stream: TcpStream,
    head: [u8; 4],
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> std::io::Result<usize> {
        self.stream.read_exact(&mut self.head).await
    }
}

fn main() {}
