// The caret is under `buffer`: bytes that were read are lost if the future is dropped at the next read.

use actor_runtime::cancel_safe;
use bytes::BytesMut;
use mini_redis_actors::{reader::{ReadError, Words}, scan::ProtocolError};
use tokio::{io::AsyncReadExt, net::tcp::OwnedReadHalf};

struct FrameReader {
    stream: OwnedReadHalf,
}

impl FrameReader {
    #[cancel_safe]
    async fn read_frame(&mut self) -> Result<Option<Words>, ReadError> {
        let mut buffer = BytesMut::new();
        loop {
            if let Some(words) = parse_frame(&mut buffer)? {
                return Ok(Some(words));
            }
            if self.stream.read_buf(&mut buffer).await? == 0 {
                return Ok(None);
            }
        }
    }
}

fn parse_frame(buffer: &mut BytesMut) -> Result<Option<Words>, ProtocolError> {
    let _ = buffer;
    Ok(None)
}

fn main() {}
