//! Steps that `self`, or the caller, remembers.

use actor_runtime::{cancel_safe, cancel_safe::repeatable};
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt};

pub struct Message<S> {
    stream: S,
    header: Option<u8>,
    body: Option<u8>,
    state: State,
}

enum State {
    Length,
    Body,
    Done,
}

impl<S: AsyncRead + Unpin> Message<S> {
    #[cancel_safe]
    pub async fn both(&mut self) -> io::Result<(u8, u8)> {
        if self.header.is_none() {
            self.header = Some(self.stream.read_u8().await?);
        }
        if self.body.is_none() {
            self.body = Some(self.stream.read_u8().await?);
        }
        let both = self.header.take().zip(self.body.take());
        both.ok_or_else(|| io::ErrorKind::Other.into())
    }

    #[cancel_safe]
    pub async fn states(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.state {
                State::Length => {
                    self.header = Some(self.stream.read_u8().await?);
                    self.state = State::Body;
                }
                State::Body => {
                    self.body = Some(self.stream.read_u8().await?);
                    self.state = State::Done;
                }
                State::Done => {
                    self.state = State::Length;
                    return Ok(self.body.take());
                }
            }
        }
    }

    #[cancel_safe]
    pub async fn in_the_callers_hands(&mut self, first: &mut Option<u8>) -> io::Result<(u8, u8)> {
        if first.is_none() {
            *first = Some(self.stream.read_u8().await?);
        }
        let second = self.stream.read_u8().await?;
        Ok((first.take().unwrap(), second))
    }

    #[cancel_safe]
    pub async fn twice_is_harmless(&mut self) -> io::Result<u8> {
        repeatable(tokio::time::sleep(std::time::Duration::ZERO)).await;
        self.stream.read_u8().await
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let stream: &[u8] = &[1, 2, 3, 4, 5, 6, 7];
    let mut message = Message { stream, header: None, body: None, state: State::Length };
    assert_eq!(message.both().await.unwrap(), (1, 2));
    assert_eq!(message.states().await.unwrap(), Some(4));
    assert_eq!(message.in_the_callers_hands(&mut None).await.unwrap(), (5, 6));
    assert_eq!(message.twice_is_harmless().await.unwrap(), 7);
}
