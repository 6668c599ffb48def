//! The caret is under `self.stream.read_u8()`.

use actor_runtime::cancel_safe;
use tokio::{io::{AsyncReadExt, AsyncWriteExt}, net::TcpStream};

pub struct Worker {
    stream: TcpStream,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) {
        let job = self.stream.read_u8().await;
        self.stream.flush().await.ok();
        println!("{job:?}");
    }
}

fn main() {}
