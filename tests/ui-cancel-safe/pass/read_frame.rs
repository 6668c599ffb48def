//! The correct `read_frame` of "Async cancellation: a case study of pub-sub in mini-redis", dropped again and again.

use actor_runtime::{cancel_safe, select};
use std::{io, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    time::interval,
};

pub struct Connection<S> {
    stream: S,
    buffer: Vec<u8>,
}

impl<S: AsyncRead + Unpin> Connection<S> {
    fn parse_frame(&mut self) -> io::Result<Option<String>> {
        let end = self.buffer.iter().position(|byte| *byte == b'\n');
        Ok(end.map(|end| {
            let line: Vec<u8> = self.buffer.drain(..=end).collect();
            String::from_utf8_lossy(&line[..end]).into_owned()
        }))
    }

    #[cancel_safe]
    pub async fn read_frame(&mut self) -> io::Result<Option<String>> {
        loop {
            if let Some(frame) = all_or_nothing(self.parse_frame())? {
                return Ok(Some(frame));
            }
            if 0 == self.stream.read_buf(&mut self.buffer).await? {
                if self.buffer.is_empty() {
                    return Ok(None);
                } else {
                    return Err(io::ErrorKind::ConnectionReset.into());
                }
            }
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (mut writer, stream) = tokio::io::duplex(8);
    let mut connection = Connection { stream, buffer: Vec::new() };
    tokio::spawn(async move {
        for number in 0..50 {
            for byte in format!("frame {number}\n").bytes() {
                writer.write_all(&[byte]).await.unwrap();
                tokio::task::yield_now().await;
            }
        }
    });
    let mut ticks = interval(Duration::from_micros(20));
    let mut frames = Vec::new();
    loop {
        select! {
            frame = connection.read_frame() => match frame.unwrap() {
                Some(frame) => frames.push(frame),
                None => break,
            },
            _ = ticks.tick() => {}
        }
    }
    let expected: Vec<_> = (0..50).map(|number| format!("frame {number}")).collect();
    assert_eq!(frames, expected);
}
