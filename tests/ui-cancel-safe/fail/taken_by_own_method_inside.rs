//! The caret is under `self`.

use actor_runtime::cancel_safe;
use tokio::{io::AsyncWriteExt, net::TcpStream};

pub struct Worker {
    stream: TcpStream,
    encoder: Encoder,
}

pub struct Encoder(u8);

impl Encoder {
    fn frame(&mut self) -> &[u8] {
        self.0 += 1;
        &[]
    }
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> std::io::Result<usize> {
        self.stream.write(self.encoder.frame()).await
    }
}

fn main() {}
