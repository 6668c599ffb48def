// Caret: all of `input.read_line(..)`. Says: it loses bytes, and what to write.
use actor_runtime::select;
use tokio::io::AsyncBufReadExt;

async fn run(mut input: tokio::io::BufReader<tokio::net::TcpStream>, mut line: String) {
    select! {
        read = input.read_line(&mut line) => drop(read),
    }
}

fn main() {}
