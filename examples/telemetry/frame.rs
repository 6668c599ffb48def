//! The wire format of frames, used by uplinks and capture files alike.
//!
//! All numbers are big-endian.
//!
//! ```text
//! stream  = header frame*
//! header  = "TLMY" version            version: u8, 1
//! frame   = length body               length: u32, of the body, 17 to 4113
//! body    = satellite sequence priority payload checksum
//!           satellite: u32            the sender
//!           sequence:  u64            rises with each frame of a satellite
//!           priority:  u8             0 routine, 1 emergency
//!           payload:   0 to 4096 bytes
//!           checksum:  u32            CRC-32 (IEEE) of the body before it
//! ```
//!
//! An uplink waits for the station's header before it sends, and ends when the station closes its half of
//! the connection. A stream must end at a frame boundary. Violations of the format are reported as a
//! [`FrameError`] with their position.

use std::{error::Error, fmt, io};

use bytes::{Buf, BufMut, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

/// The first bytes of a stream.
pub const MAGIC: [u8; 4] = *b"TLMY";
/// The supported version of the format.
pub const VERSION: u8 = 1;
/// The maximum length of a payload, in bytes.
pub const MAX_PAYLOAD: usize = 4096;

/// The header of a stream.
pub const HEADER: [u8; 5] = [MAGIC[0], MAGIC[1], MAGIC[2], MAGIC[3], VERSION];

const LENGTH: usize = 4;
const FIELDS: usize = 4 + 8 + 1;
const CHECKSUM: usize = 4;
const MIN_BODY: usize = FIELDS + CHECKSUM;
const MAX_BODY: usize = MIN_BODY + MAX_PAYLOAD;
/// The space reserved for one read, in bytes.
const CHUNK: usize = 16 * 1024;

/// Identifies a satellite.
pub type SatelliteId = u32;

/// One frame of telemetry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The sender.
    pub satellite: SatelliteId,
    /// The sequence number, which rises with each frame of a satellite.
    pub sequence: u64,
    /// Whether the frame may be dropped.
    pub priority: Priority,
    /// The payload. It is copied, because a slice of the read buffer would keep the whole buffer alive
    /// while the frame is stored.
    pub payload: Box<[u8]>,
}

/// Whether a frame may be dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// May be dropped under load.
    Routine,
    /// Is not dropped, and overtakes routine frames.
    Emergency,
}

impl Frame {
    /// Appends the encoded frame to `bytes`.
    ///
    /// # Panics
    ///
    /// Panics if the payload is longer than [`MAX_PAYLOAD`].
    pub fn encode(&self, bytes: &mut Vec<u8>) {
        assert!(self.payload.len() <= MAX_PAYLOAD, "a payload has at most {MAX_PAYLOAD} bytes");
        let length = u32::try_from(MIN_BODY + self.payload.len()).unwrap_or(u32::MAX);
        bytes.put_u32(length);
        let body = bytes.len();
        bytes.put_u32(self.satellite);
        bytes.put_u64(self.sequence);
        bytes.put_u8(match self.priority {
            Priority::Routine => 0,
            Priority::Emergency => 1,
        });
        bytes.put_slice(&self.payload);
        let checksum = crc32fast::hash(&bytes[body..]);
        bytes.put_u32(checksum);
    }

    fn decode(mut body: &[u8]) -> Result<Self, Fault> {
        let (checked, mut checksum) = body.split_at(body.len() - CHECKSUM);
        let (stated, found) = (checksum.get_u32(), crc32fast::hash(checked));
        if stated != found {
            return Err(Fault::Checksum { stated, found });
        }
        let satellite = body.get_u32();
        let sequence = body.get_u64();
        let priority = match body.get_u8() {
            0 => Priority::Routine,
            1 => Priority::Emergency,
            other => return Err(Fault::Priority(other)),
        };
        let payload = body[..body.len() - CHECKSUM].into();
        Ok(Self { satellite, sequence, priority, payload })
    }
}

/// A violation of the format, with its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameError {
    /// The number of frames before it.
    pub frame: u64,
    /// The byte offset at which the faulty header or frame begins.
    pub offset: u64,
    /// The kind of violation.
    pub fault: Fault,
}

/// The kind of violation of the format.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The stream does not begin with [`MAGIC`].
    NotTelemetry([u8; 4]),
    /// The version is not supported.
    Version(u8),
    /// The length of a frame is out of range.
    Length(u32),
    /// The checksum of a frame does not match its contents.
    Checksum {
        /// The checksum in the frame.
        stated: u32,
        /// The checksum of its contents.
        found: u32,
    },
    /// The priority of a frame is unknown.
    Priority(u8),
    /// The stream ends in the middle of the header or of a frame.
    CutOff {
        /// The number of bytes received.
        had: usize,
        /// The number of bytes expected, at least.
        of: usize,
    },
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "after {} frames, at byte {}: {}", self.frame, self.offset, self.fault)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotTelemetry(found) => {
                write!(f, "the stream begins with \"{}\", not \"TLMY\"", found.escape_ascii())
            }
            Self::Version(version) => write!(f, "version {version} is not known, only {VERSION}"),
            Self::Length(length) => {
                write!(f, "a frame has {MIN_BODY} to {MAX_BODY} bytes, not {length}")
            }
            Self::Checksum { stated, found } => {
                write!(f, "the checksum is {found:08x}, but the frame says {stated:08x}")
            }
            Self::Priority(priority) => write!(f, "priority {priority} is neither 0 nor 1"),
            Self::CutOff { had, of } => {
                write!(f, "the stream ends in the middle of a frame, after {had} of {of} bytes")
            }
        }
    }
}

impl Error for FrameError {}

/// An error from [`FrameReader::next`].
#[derive(Debug)]
pub enum ReadError {
    /// Reading from the source failed.
    Io(io::Error),
    /// The stream violates the format.
    Malformed(FrameError),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "cannot read the stream: {error}"),
            Self::Malformed(error) => write!(f, "malformed: {error}"),
        }
    }
}

impl Error for ReadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Malformed(error) => Some(error),
        }
    }
}

/// Reads frames from a socket or a file. Its buffer holds about one frame and one chunk of 16 KiB.
#[derive(Debug)]
pub struct FrameReader<R> {
    source: R,
    buffer: BytesMut,
    /// Whether the header was read.
    is_open: bool,
    frames: u64,
    offset: u64,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    /// Creates a reader for `source`, which begins with a header.
    pub fn new(source: R) -> Self {
        Self { source, buffer: BytesMut::new(), is_open: false, frames: 0, offset: 0 }
    }

    /// Reads the next frame, or returns `None` at the end of the stream.
    ///
    /// # Errors
    ///
    /// See [`ReadError`]. Do not read on after an error.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe. Bytes that were read remain in the reader.
    pub async fn next(&mut self) -> Result<Option<Frame>, ReadError> {
        loop {
            let missing = match self.take().map_err(|fault| self.malformed(fault))? {
                Taken::Frame(frame) => return Ok(Some(frame)),
                Taken::Missing(missing) => missing,
            };
            self.buffer.reserve(CHUNK);
            let read = self.source.read_buf(&mut self.buffer).await.map_err(ReadError::Io)?;
            if read > 0 {
                continue;
            }
            if self.buffer.is_empty() && self.is_open {
                return Ok(None);
            }
            let had = self.buffer.len();
            return Err(self.malformed(Fault::CutOff { had, of: had + missing }));
        }
    }

    fn malformed(&self, fault: Fault) -> ReadError {
        ReadError::Malformed(FrameError { frame: self.frames, offset: self.offset, fault })
    }

    /// Takes a frame out of the buffer, or returns the minimum number of missing bytes.
    fn take(&mut self) -> Result<Taken, Fault> {
        if !self.is_open {
            let Some((header, _)) = self.buffer.split_first_chunk::<{ HEADER.len() }>() else {
                return Ok(Taken::Missing(HEADER.len() - self.buffer.len()));
            };
            check_header(*header)?;
            self.is_open = true;
            self.skip(HEADER.len());
        }
        let Some((length, rest)) = self.buffer.split_first_chunk::<LENGTH>() else {
            return Ok(Taken::Missing(LENGTH + MIN_BODY - self.buffer.len()));
        };
        let stated = u32::from_be_bytes(*length);
        let length = usize::try_from(stated)
            .ok()
            .filter(|length| (MIN_BODY..=MAX_BODY).contains(length))
            .ok_or(Fault::Length(stated))?;
        let Some(body) = rest.get(..length) else {
            return Ok(Taken::Missing(length - rest.len()));
        };
        let frame = Frame::decode(body)?;
        self.skip(LENGTH + length);
        self.frames += 1;
        Ok(Taken::Frame(frame))
    }

    fn skip(&mut self, bytes: usize) {
        self.buffer.advance(bytes);
        self.offset += bytes as u64;
    }
}

enum Taken {
    Frame(Frame),
    Missing(usize),
}

fn check_header(header: [u8; HEADER.len()]) -> Result<(), Fault> {
    let [magic @ .., version] = header;
    if magic != MAGIC {
        return Err(Fault::NotTelemetry(magic));
    }
    if version != VERSION {
        return Err(Fault::Version(version));
    }
    Ok(())
}
