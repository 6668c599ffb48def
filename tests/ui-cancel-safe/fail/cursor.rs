//! The caret is under `bytes`.

use actor_runtime::cancel_safe;
use tokio::{io::AsyncWriteExt, net::TcpStream};

pub struct Worker {
    stream: TcpStream,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self, mut bytes: &[u8]) -> std::io::Result<()> {
        while !bytes.is_empty() {
            let written = self.stream.write(bytes).await?;
            bytes = &bytes[written..];
        }
        Ok(())
    }
}

fn main() {}
