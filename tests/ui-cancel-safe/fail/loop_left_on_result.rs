//! The caret is under `self.stream.read_buf(&mut self.buffer)`.

use actor_runtime::cancel_safe;
use tokio::{io::{AsyncReadExt, AsyncWriteExt}, net::TcpStream};

pub struct Worker {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> std::io::Result<()> {
        while self.stream.read_buf(&mut self.buffer).await? > 0 {}
        self.stream.flush().await
    }
}

fn main() {}
