// Caret: all of `socket.read_exact(..)`. Says: it loses bytes, and what to write.
use actor_runtime::select;
use tokio::io::AsyncReadExt;

async fn run(mut socket: tokio::net::TcpStream, mut head: [u8; 4]) {
    select! {
        read = socket.read_exact(&mut head) => drop(read),
    }
}

fn main() {}
