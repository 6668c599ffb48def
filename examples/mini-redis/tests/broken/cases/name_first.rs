// The caret is under the first read: the name is lost if the future is dropped at the second read.

use actor_runtime::cancel_safe;
use bytes::Bytes;
use mini_redis_actors::reader::{ReadError, Words};
use tokio::net::tcp::OwnedReadHalf;

struct FrameReader {
    stream: OwnedReadHalf,
    words: Words,
}

impl FrameReader {
    #[cancel_safe]
    async fn read_frame(&mut self) -> Result<Words, ReadError> {
        let name = self.read_word().await?;
        match name.as_ref() {
            b"GET" => self.read_words(1).await,
            b"SET" => self.read_words(2).await,
            _ => Ok(Words::new()),
        }
    }

    #[cancel_safe]
    async fn read_word(&mut self) -> Result<Bytes, ReadError> {
        self.stream.readable().await?;
        Ok(Bytes::new())
    }

    #[cancel_safe]
    async fn read_words(&mut self, count: usize) -> Result<Words, ReadError> {
        while self.words.len() < count {
            let word = self.read_word().await?;
            self.words.push(word);
        }
        Ok(std::mem::take(&mut self.words))
    }
}

fn main() {}
