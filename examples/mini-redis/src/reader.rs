//! The reading half of a connection, which decodes bytes into requests.
//!
//! A connection uses [`FrameReader::read_frame`] as an event source. Its future is dropped whenever
//! something else comes first, so it must not own any data: bytes go into the buffer of the reader, and
//! leave it as complete requests.

use std::{fmt, io, ops::Range};

use actor_runtime::cancel_safe;
use bytes::{Buf, Bytes, BytesMut};
use redis_protocol::resp2::{decode::decode_range, types::RangeFrame};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::{
    inline,
    scan::{ProtocolError, Scanned, Scanner},
};

/// The minimum buffer space for a read, in bytes.
const READ_SIZE: usize = 16 * 1024;

/// An empty buffer with more capacity than this is freed before the next read.
const MAX_IDLE_CAPACITY: usize = 256 * 1024;

/// The name of a command and its arguments. It is never empty.
pub type Words = Vec<Bytes>;

/// Reads requests from a client.
#[derive(Debug)]
pub struct FrameReader<R> {
    stream: R,
    /// Bytes that were read and not yet returned as requests.
    buffer: BytesMut,
    /// How much of the request at the front of the buffer was scanned.
    scanner: Scanner,
}

/// An error from which a [`FrameReader`] cannot recover.
#[derive(Debug)]
pub enum ReadError {
    /// Reading failed, or the stream ended inside a request.
    Io(io::Error),
    /// The client sent invalid RESP.
    Protocol(ProtocolError),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "failed to read from the client: {error}"),
            Self::Protocol(error) => write!(f, "protocol error: {error}"),
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
    /// Creates a reader with an empty buffer.
    pub fn new(stream: R) -> Self {
        Self { stream, buffer: BytesMut::new(), scanner: Scanner::default() }
    }

    /// Reads the next request. Returns `None` at the end of the stream.
    ///
    /// # Errors
    ///
    /// Returns an error if reading fails, if the stream ends inside a request, or if the client sends
    /// invalid RESP. There are no more requests after an error.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe. Bytes that were read stay in the reader, and the next call continues
    /// with them.
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

    /// Returns the next request if all of it is in the buffer.
    ///
    /// # Errors
    ///
    /// Returns an error if the client sent invalid RESP.
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

    /// Returns the number of bytes that were read and not yet returned as requests.
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

/// Splits a request, which the scanner has checked to be a complete array of strings.
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
