//! The reading half of a connection, which decodes bytes into requests.
//!
//! A connection uses [`FrameReader::read_frame`] as an event source. Its future is dropped whenever
//! something else comes first, so it must not own any data: bytes go into the buffer of the reader, and
//! leave it as complete requests.

use std::{collections::VecDeque, fmt, future::pending, io};

use actor_runtime::cancel_safe;
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::{
    inline,
    scan::{ProtocolError, Scanned, Scanner},
};

/// The minimum buffer space for a read, in bytes.
const READ_SIZE: usize = 16 * 1024;

/// A buffer that is nearly empty is replaced by a smaller one if it has more capacity than this.
const MAX_IDLE_CAPACITY: usize = 256 * 1024;

/// The capacity of a chunk that is read ahead, in bytes.
const CHUNK_SIZE: usize = 64 * 1024;

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
    /// Bytes that were read ahead. They follow those in `buffer`.
    ahead: ReadAhead,
}

/// Bytes read while the connection was not ready for more requests.
///
/// They are kept in chunks, so reading more never copies what is already there.
#[derive(Debug, Default)]
struct ReadAhead {
    chunks: VecDeque<BytesMut>,
    /// The number of bytes in all chunks.
    length: usize,
    /// Whether the stream has ended or failed.
    has_ended: bool,
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
        let (buffer, scanner) = (BytesMut::new(), Scanner::default());
        Self { stream, buffer, scanner, ahead: ReadAhead::default() }
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

    /// Reads bytes without returning requests, until the stream ends or `limit` bytes are buffered. Never
    /// completes after that.
    ///
    /// A connection reads ahead while it waits for something else, so a client that writes all its
    /// requests before it reads a reply is not kept from writing.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe. Bytes that were read stay in the reader.
    #[cancel_safe]
    pub async fn read_ahead(&mut self, limit: usize) {
        if self.ahead.has_ended || self.buffered() >= limit {
            return pending().await;
        }
        self.ahead.has_ended = match self.stream.read_buf(repeatable(self.ahead.room())).await {
            Ok(read) => {
                self.ahead.length += read;
                read == 0
            }
            Err(_) => true,
        };
    }

    /// Whether the stream is known to have ended. The buffer may still hold requests.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.ahead.has_ended
    }

    /// Returns the next request if all of it was read.
    ///
    /// # Errors
    ///
    /// Returns an error if the client sent invalid RESP.
    pub fn parse_frame(&mut self) -> Result<Option<Words>, ProtocolError> {
        loop {
            let words = match self.scanner.scan(&self.buffer)? {
                Scanned::Incomplete if self.ahead.move_to(&mut self.buffer) => continue,
                Scanned::Incomplete => return Ok(None),
                Scanned::Request(length) => {
                    let request = self.buffer.split_to(length).freeze();
                    let words = self.scanner.take_words().into_iter();
                    words.map(|word| request.slice(word)).collect()
                }
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
        self.buffer.len() + self.ahead.length
    }

    fn ended(&self) -> Result<Option<Words>, ReadError> {
        if self.buffer.is_empty() {
            return Ok(None);
        }
        Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())
    }
}

impl ReadAhead {
    /// Returns the last chunk, which has room for more bytes.
    fn room(&mut self) -> &mut BytesMut {
        let is_full = |chunk: &BytesMut| chunk.len() == chunk.capacity();
        if self.chunks.back().is_none_or(is_full) {
            self.chunks.push_back(BytesMut::with_capacity(CHUNK_SIZE));
        }
        let last = self.chunks.len() - 1;
        &mut self.chunks[last]
    }

    /// Moves the first chunk to the end of the buffer. Returns `false` if there is none.
    fn move_to(&mut self, buffer: &mut BytesMut) -> bool {
        let Some(chunk) = self.chunks.pop_front() else {
            return false;
        };
        self.length -= chunk.len();
        if buffer.is_empty() {
            *buffer = chunk;
        } else {
            buffer.extend_from_slice(&chunk);
        }
        true
    }
}

/// Makes room for a read, and gives up what a large request has left behind.
fn make_room(buffer: &mut BytesMut) {
    buffer.reserve(READ_SIZE);
    if buffer.len() <= READ_SIZE && buffer.capacity() > MAX_IDLE_CAPACITY {
        let mut smaller = BytesMut::with_capacity(2 * READ_SIZE);
        smaller.extend_from_slice(buffer);
        *buffer = smaller;
    }
}
