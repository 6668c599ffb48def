//! The caret is under `for`.

use actor_runtime::cancel_safe;
use tokio::{io::AsyncWriteExt, net::TcpStream};

pub struct Worker {
    stream: TcpStream,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) {
        for byte in [1, 2, 3] {
            let _ = self.stream.write(&[byte]).await;
        }
    }
}

fn main() {}
