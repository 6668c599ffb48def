//! The reading half of a connection, which decodes bytes into requests.
//!
//! A connection uses [`FrameReader::read_frame`] as an event source. Its future is dropped whenever
//! something else comes first, so it must not own any data: bytes go into the buffer of the reader, and
//! leave it as complete requests.

use std::{collections::VecDeque, fmt, future::pending, io, ops::Range};

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

/// A string of at least this length is received into a buffer of its own, which the store keeps.
pub(crate) const LARGE: usize = 32 * 1024;

/// A string is announced before it arrives. A buffer is allocated for at most this many bytes of it, or for this
/// many times what has arrived, so a client cannot claim much memory with a few bytes.
const EXPECTED: usize = 2 * 1024 * 1024;
const EXPECTED_RATIO: usize = 16;

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
    /// How many bytes the request at the front of the buffer lacks at least.
    missing: usize,
    /// The capacity of the buffer if it was allocated for the request at its front.
    allocated: Option<usize>,
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
        Self { stream, buffer, scanner, missing: 0, allocated: None, ahead: ReadAhead::default() }
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
            repeatable(self.make_room());
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
                Scanned::Incomplete(_) if self.ahead.move_to(&mut self.buffer) => continue,
                Scanned::Incomplete(missing) => {
                    self.missing = missing;
                    return Ok(None);
                }
                Scanned::Request(length) => self.take_request(length),
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

    /// Takes the request of this length that was scanned.
    ///
    /// A [`LARGE`] word has memory of its own, at most twice as much as it needs. Other words are slices of a
    /// buffer, which they keep in memory.
    fn take_request(&mut self, length: usize) -> Words {
        let capacity = self.buffer.capacity();
        let is_own = self.allocated.take() == Some(capacity);
        let request = self.buffer.split_to(length).freeze();
        let take = |place: Range<usize>| {
            let word = request.slice(place);
            let is_kept = word.len() < LARGE || is_own && capacity <= 2 * word.len();
            if is_kept { word } else { Bytes::copy_from_slice(&word) }
        };
        self.scanner.take_words().into_iter().map(take).collect()
    }

    /// Makes room for a read, and gives up what a large request has left behind.
    fn make_room(&mut self) {
        let (length, missing, buffer) = (self.buffer.len(), self.missing, &mut self.buffer);
        if self.allocated == Some(buffer.capacity()) && length < buffer.capacity() {
            return;
        }
        if missing >= LARGE && buffer.capacity() < length + missing {
            // Twice the length, so that a request of many large strings is not copied for each.
            let expected = (length + missing).max(2 * length);
            let credible = EXPECTED.max(EXPECTED_RATIO * length);
            replace(buffer, expected.min(credible));
            self.allocated = Some(buffer.capacity());
            return;
        }
        buffer.reserve(READ_SIZE);
        if length <= READ_SIZE && buffer.capacity() > MAX_IDLE_CAPACITY {
            replace(buffer, 2 * READ_SIZE);
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

/// Moves the content of a buffer to one of this capacity.
fn replace(buffer: &mut BytesMut, capacity: usize) {
    let mut other = BytesMut::with_capacity(capacity);
    other.extend_from_slice(buffer);
    *buffer = other;
}

#[cfg(test)]
mod tests;
