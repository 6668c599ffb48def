//! The caret is under `alias`.

use actor_runtime::cancel_safe;
use tokio::{io::AsyncReadExt, net::TcpStream};

pub struct Worker {
    stream: TcpStream,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> std::io::Result<Vec<u8>> {
        let mut buffer = Vec::new();
        let alias = &mut buffer;
        while alias.len() < 4 {
            self.stream.read_buf(alias).await?;
        }
        Ok(buffer)
    }
}

fn main() {}
