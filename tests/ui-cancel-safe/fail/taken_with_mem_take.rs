//! The caret is under `std::mem::take(&mut self.buffer)`.

use actor_runtime::cancel_safe;
use tokio::{io::AsyncWriteExt, net::TcpStream};

pub struct Worker {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> std::io::Result<usize> {
        let buffer = std::mem::take(&mut self.buffer);
        self.stream.write(&buffer).await
    }
}

fn main() {}
