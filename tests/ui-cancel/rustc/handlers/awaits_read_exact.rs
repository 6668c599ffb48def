// Caret: all of `self.0.read_exact(&mut byte)`. Says: it loses bytes.
use actor_runtime::actor;
use tokio::{io::AsyncReadExt, net::TcpStream};

pub struct Stack(TcpStream);

#[actor]
impl Stack {
    #[cancel_safe(idempotent)]
    pub async fn skip(&mut self) {
        let mut byte = [0; 8];
        let _ = self.0.read_exact(&mut byte).await;
    }
}

fn main() {}
