//! The caret is under `self.stream.read_u8()`.

use actor_runtime::cancel_safe;
use tokio::{io::{AsyncReadExt, AsyncWriteExt}, net::TcpStream};

pub struct Worker {
    stream: TcpStream,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> bool {
        self.stream.read_u8().await.is_ok() && self.stream.flush().await.is_ok()
    }
}

fn main() {}
