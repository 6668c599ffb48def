// Caret: all of `self.socket.write_all(..)`. Says: it loses bytes, and what to write.
use actor_runtime::select;
use tokio::io::AsyncWriteExt;

struct Peer {
    socket: tokio::net::TcpStream,
}

impl Peer {
    async fn run(&mut self) {
        select! {
            written = self.socket.write_all(b"hello") => drop(written),
        }
    }
}

fn main() {}
