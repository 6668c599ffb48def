//! The reading half of a connection: bytes become requests.
//!
//! `read_frame` is dropped and made again each time something else comes first, so nothing that was
//! read may be in it: bytes go into `self.buffer`, and leave it as a whole request.

use std::{fmt, io, ops::Range};

use actor_runtime::cancel_safe;
use bytes::{Buf, Bytes, BytesMut};
use redis_protocol::resp2::{decode::decode_range, types::RangeFrame};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::{
    inline,
    scan::{ProtocolError, Scanned, Scanner},
};

/// How much is read at once, if there is so much.
const READ_SIZE: usize = 16 * 1024;

/// A buffer that grew beyond this is given back when it is empty.
const MAX_IDLE_CAPACITY: usize = 256 * 1024;

/// A command and its arguments, as they came. There is at least the command.
pub type Words = Vec<Bytes>;

/// Reads requests from a client.
#[derive(Debug)]
pub struct FrameReader<R> {
    stream: R,
    /// What was read and is no whole request yet.
    buffer: BytesMut,
    /// How far the request at the begin of the buffer was looked at.
    scanner: Scanner,
}

/// Why there are no more requests.
#[derive(Debug)]
pub enum ReadError {
    /// The connection broke, or ended in the middle of a request.
    Io(io::Error),
    /// The client does not speak RESP.
    Protocol(ProtocolError),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "reading from the client: {error}"),
            Self::Protocol(error) => write!(f, "Protocol error: {error}"),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Protocol(error) => Some(error),
        }
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<ProtocolError> for ReadError {
    fn from(error: ProtocolError) -> Self {
        Self::Protocol(error)
    }
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    /// A reader that has read nothing.
    pub fn new(stream: R) -> Self {
        Self { stream, buffer: BytesMut::new(), scanner: Scanner::default() }
    }

    /// The next request, or `None` at the end of the stream.
    ///
    /// # Errors
    ///
    /// See [`ReadError`]. After one there is nothing more to read.
    ///
    /// # Cancel safety
    ///
    /// What was read stays in the reader, so a request is given to the first call that ends.
    #[cancel_safe]
    pub async fn read_frame(&mut self) -> Result<Option<Words>, ReadError> {
        loop {
            if let Some(words) = all_or_nothing(self.parse_frame())? {
                return Ok(Some(words));
            }
            repeatable(make_room(&mut self.buffer));
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return self.ended();
            }
        }
    }

    /// The next request, if all of it was read already.
    ///
    /// # Errors
    ///
    /// If the client does not speak RESP.
    pub fn parse_frame(&mut self) -> Result<Option<Words>, ProtocolError> {
        loop {
            let words = match self.scanner.scan(&self.buffer)? {
                Scanned::Incomplete => return Ok(None),
                Scanned::Request(length) => words(&self.buffer.split_to(length).freeze())?,
                Scanned::Inline(length) => inline::split(&self.buffer.split_to(length))?,
                Scanned::Empty(length) => {
                    self.buffer.advance(length);
                    Words::new()
                }
            };
            self.scanner = Scanner::default();
            if !words.is_empty() {
                return Ok(Some(words));
            }
        }
    }

    /// How many bytes were read and are no whole request yet.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.buffer.len()
    }

    fn ended(&self) -> Result<Option<Words>, ReadError> {
        if self.buffer.is_empty() {
            return Ok(None);
        }
        Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())
    }
}

fn make_room(buffer: &mut BytesMut) {
    if buffer.is_empty() && buffer.capacity() > MAX_IDLE_CAPACITY {
        *buffer = BytesMut::new();
    }
    buffer.reserve(READ_SIZE);
}

/// The strings of a request that the scanner has let through: an array of strings, and whole.
fn words(request: &Bytes) -> Result<Words, ProtocolError> {
    match decode_range(request) {
        Ok(Some((RangeFrame::Array(strings), _))) => {
            strings.iter().map(|string| word(request, string)).collect()
        }
        _ => Err(ProtocolError::Count),
    }
}

fn word(request: &Bytes, string: &RangeFrame) -> Result<Bytes, ProtocolError> {
    match string {
        RangeFrame::BulkString((start, end)) => {
            Ok(request.slice(Range { start: *start, end: *end }))
        }
        _ => Err(ProtocolError::Length),
    }
}
