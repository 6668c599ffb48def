//! The caret is under `self.buffer.clear()`.

use actor_runtime::cancel_safe;
use tokio::{io::AsyncReadExt, net::TcpStream};

pub struct Worker {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> std::io::Result<()> {
        self.buffer.clear();
        while self.buffer.len() < 4 {
            self.stream.read_buf(&mut self.buffer).await?;
        }
        Ok(())
    }
}

fn main() {}
