//! The caret is under `self.stream.read_u8()`.

use actor_runtime::cancel_safe;
use tokio::{io::AsyncReadExt, net::TcpStream};

pub struct Worker {
    stream: TcpStream,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> std::io::Result<u8> {
        let n = self.stream.read_u8().await?;
        if n > 3 { self.stream.read_u8().await } else { Ok(n) }
    }
}

fn main() {}
