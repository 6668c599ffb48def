//! The caret is under `self.stream.read_u8()`.

use actor_runtime::cancel_safe;
use tokio::{io::{AsyncReadExt, AsyncWriteExt}, net::TcpStream};

pub struct Worker {
    stream: TcpStream,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) {
        while let Ok(1) = self.stream.read_u8().await {
            let _ = self.stream.flush().await;
        }
    }
}

fn main() {}
