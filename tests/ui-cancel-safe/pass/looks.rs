//! What the check is in doubt of and the borrow checker is not.

use actor_runtime::cancel_safe;
use std::io;
use tokio::io::{AsyncWrite, AsyncWriteExt};

pub struct Writer<S> {
    stream: S,
    packet: Vec<u8>,
    encoder: Encoder,
}

struct Encoder(u8);

impl Encoder {
    fn head(&self, high: u8) -> [u8; 2] {
        [high, self.0]
    }
}

impl<S: AsyncWrite + Unpin> Writer<S> {
    fn packet(&self) -> Vec<u8> {
        self.packet.clone()
    }

    fn log(&self) {}

    #[cancel_safe]
    async fn by_value(&mut self) -> io::Result<usize> {
        let packet = self.packet();
        self.stream.write(&packet).await
    }

    #[cancel_safe]
    async fn inside(&mut self) -> io::Result<usize> {
        self.stream.write(&self.encoder.head(7)).await
    }

    #[cancel_safe]
    async fn for_its_effect(&mut self) -> io::Result<usize> {
        self.log();
        self.stream.write(&self.packet).await
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut writer = Writer { stream: Vec::new(), packet: vec![1], encoder: Encoder(2) };
    writer.by_value().await.unwrap();
    writer.inside().await.unwrap();
    writer.for_its_effect().await.unwrap();
    assert_eq!(writer.stream, [1, 7, 2, 1]);
}
