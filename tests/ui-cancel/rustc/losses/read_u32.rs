// Caret: all of `reader.read_u32()`. Says: it loses bytes, and what to write.
use actor_runtime::select;
use tokio::io::AsyncReadExt;

async fn run(mut reader: impl tokio::io::AsyncRead + Unpin) {
    select! {
        number = reader.read_u32() => drop(number),
    }
}

fn main() {}
