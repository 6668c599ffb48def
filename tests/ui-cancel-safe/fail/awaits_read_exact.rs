//! The caret is under the awaited call.

use actor_runtime::cancel_safe;
use tokio::{io::AsyncReadExt, net::TcpStream};

pub struct Worker {
    stream: TcpStream,
}

impl Worker {
    #[cancel_safe]
    pub async fn work(&mut self) -> std::io::Result<usize> {
        let mut head = [0; 4];
        self.stream.read_exact(&mut head).await
    }
}

fn main() {}
