//! The caret is under `self.stream.read_u8()`.

use actor_runtime::cancel_safe;
use tokio::{io::AsyncReadExt, net::TcpStream};

pub struct Worker {
    stream: TcpStream,
    header: Option<u8>,
    body: Option<u8>,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> std::io::Result<()> {
        self.header = Some(self.stream.read_u8().await?);
        self.body = Some(self.stream.read_u8().await?);
        Ok(())
    }
}

fn main() {}
