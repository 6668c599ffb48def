//! [`Link`]: a TCP connection with messages that have their length in front. Servers and clients use the same.

use std::{
    fmt,
    future::poll_fn,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use actor_runtime::{cancel_safe, cancel_safe::assume_cancel_safe};
use tokio::io::ReadBuf;

use crate::network::{Connecting, Stream};

/// The messages are read in pieces of this size.
const PIECE: usize = 4096;

/// A connection, open or not.
#[derive(Default)]
pub(crate) struct Link {
    state: State,
    /// What is to be written, from `written` on.
    outgoing: Vec<u8>,
    written: usize,
    incoming: Vec<u8>,
}

#[derive(Default)]
enum State {
    #[default]
    Closed,
    Connecting(Connecting),
    Open(Box<dyn Stream>),
}

/// What happened on a connection. Not an `Option`, since a source that gives `None` counts as one that has ended.
#[derive(Debug)]
pub(crate) enum Event {
    /// A message has arrived.
    Message(Vec<u8>),
    /// All that was to be sent is written.
    Written,
}

impl Link {
    pub(crate) fn is_open(&self) -> bool {
        !matches!(self.state, State::Closed)
    }

    /// Forgets the connection, and what was not sent or not read.
    pub(crate) fn open(&mut self, connecting: Connecting) {
        *self = Self { state: State::Connecting(connecting), ..Self::default() };
    }

    pub(crate) fn close(&mut self) {
        *self = Self::default();
    }

    /// A connection that a client has opened.
    pub(crate) fn accepted(stream: impl Stream) -> Self {
        Self { state: State::Open(Box::new(stream)), ..Self::default() }
    }

    /// Returns the number of bytes that are not written yet.
    pub(crate) fn unwritten(&self) -> usize {
        self.outgoing.len() - self.written
    }

    /// Sends a message when it can be sent. One of more than 65,535 bytes is not sent.
    pub(crate) fn send(&mut self, message: &[u8]) {
        if let Ok(length) = u16::try_from(message.len()) {
            self.outgoing.extend_from_slice(&length.to_be_bytes());
            self.outgoing.extend_from_slice(message);
        }
    }

    /// Waits for a message, and writes meanwhile. Reads nothing unless `reads`. An error is the end of
    /// the connection.
    #[cancel_safe]
    pub(crate) async fn received(&mut self, reads: bool) -> io::Result<Event> {
        let received = poll_fn(|cx| self.poll_received(reads, cx));
        assume_cancel_safe("what was read and written is kept in `self`", received).await
    }

    fn poll_received(&mut self, reads: bool, cx: &mut Context<'_>) -> Poll<io::Result<Event>> {
        if let State::Connecting(connecting) = &mut self.state {
            self.state = State::Open(ready!(connecting.as_mut().poll(cx))?);
        }
        let State::Open(stream) = &mut self.state else { return Poll::Pending };
        while self.written < self.outgoing.len() {
            let rest = &self.outgoing[self.written..];
            let Poll::Ready(written) = Pin::new(&mut **stream).poll_write(cx, rest)? else { break };
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += written;
        }
        if !self.outgoing.is_empty() && self.written == self.outgoing.len() {
            self.outgoing.clear();
            self.written = 0;
            return Poll::Ready(Ok(Event::Written));
        }
        if !reads {
            return Poll::Pending;
        }
        loop {
            if let Some(message) = take_message(&mut self.incoming) {
                return Poll::Ready(Ok(Event::Message(message)));
            }
            let mut piece = [0; PIECE];
            let mut read = ReadBuf::new(&mut piece);
            ready!(Pin::new(&mut **stream).poll_read(cx, &mut read))?;
            if read.filled().is_empty() {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            self.incoming.extend_from_slice(read.filled());
        }
    }
}

/// Removes the first message, if it is complete.
fn take_message(incoming: &mut Vec<u8>) -> Option<Vec<u8>> {
    let length = 2 + usize::from(u16::from_be_bytes(*incoming.first_chunk()?));
    let message = incoming.get(2..length)?.to_vec();
    incoming.drain(..length);
    Some(message)
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { outgoing, incoming, .. } = self;
        let mut link = f.debug_struct("Link");
        link.field("is_open", &self.is_open()).field("outgoing", &outgoing.len());
        link.field("incoming", &incoming.len()).finish_non_exhaustive()
    }
}
