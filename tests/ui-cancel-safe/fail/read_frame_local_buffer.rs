//! The caret is under `&mut buffer`.

use actor_runtime::cancel_safe;
use tokio::{io::AsyncReadExt, net::TcpStream};

pub struct Worker {
    stream: TcpStream,
}

impl Worker {
    #[cancel_safe]
    async fn read_more(&mut self, buffer: &mut Vec<u8>) -> std::io::Result<usize> {
        self.stream.read_buf(buffer).await
    }

    #[cancel_safe]
    pub async fn work(&mut self) -> std::io::Result<Vec<u8>> {
        let mut buffer = Vec::new();
        loop {
            if buffer.len() > 4 {
                return Ok(buffer);
            }
            self.read_more(&mut buffer).await?;
        }
    }
}

fn main() {}
