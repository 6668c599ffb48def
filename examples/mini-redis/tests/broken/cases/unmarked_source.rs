// The caret is under the source: its future is not known to be cancel safe.

use actor_runtime::actor;
use mini_redis_actors::reader::{FrameReader, ReadError, Words};
use tokio::net::tcp::OwnedReadHalf;

struct Connection {
    reader: FrameReader<OwnedReadHalf>,
}

#[actor]
impl Connection {
    #[on(self.read_two())]
    fn serve(&mut self, read: Result<Option<Words>, ReadError>) {
        let _ = read;
    }
}

impl Connection {
    async fn read_two(&mut self) -> Result<Option<Words>, ReadError> {
        let first = self.reader.read_frame().await?;
        self.reader.read_frame().await?;
        Ok(first)
    }
}

fn main() {}
