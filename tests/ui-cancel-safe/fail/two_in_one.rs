//! The caret is under `self.stream.read_u8()`.

use actor_runtime::cancel_safe;
use tokio::{io::AsyncReadExt, net::TcpStream};

pub struct Worker {
    stream: TcpStream,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> (std::io::Result<u8>, std::io::Result<u8>) {
        (self.stream.read_u8().await, self.stream.read_u8().await)
    }
}

fn main() {}
