//! Where a request ends, and whether it may be: what a client announces is judged before it is believed.
//!
//! The parser of `redis-protocol` starts over with each attempt, recurses into nested arrays, and has no
//! limits. The scanner remembers how far it got, so a request that comes byte by byte costs no more than
//! one that comes at once; and what it lets through is whole, flat and bounded. It speaks the errors of Redis.

use std::fmt;

use crate::number::parse_integer;

/// The longest string that a client may send.
pub const MAX_BULK: usize = 512 * 1024 * 1024;

/// The longest line: an inline command, or the announcement of a length.
const MAX_LINE: usize = 64 * 1024;

/// The client does not speak RESP. It is told so, and the connection is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProtocolError {
    /// A line without an end, where a number of arguments should be.
    LongCount,
    /// A line without an end, where a length should be.
    LongLength,
    /// An inline command without an end.
    LongInline,
    /// No number of arguments.
    Count,
    /// No length of a string.
    Length,
    /// Another byte than `$` before a length.
    Expected(u8),
    /// Quotes in an inline command that do not match.
    Quotes,
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LongCount => f.write_str("too big mbulk count string"),
            Self::LongLength => f.write_str("too big bulk count string"),
            Self::LongInline => f.write_str("too big inline request"),
            Self::Count => f.write_str("invalid multibulk length"),
            Self::Length => f.write_str("invalid bulk length"),
            Self::Expected(b'\r' | b'\n') => f.write_str("expected '$', got ' '"),
            Self::Expected(byte) => write!(f, "expected '$', got '{}'", char::from(*byte)),
            Self::Quotes => f.write_str("unbalanced quotes in request"),
        }
    }
}

impl std::error::Error for ProtocolError {}

/// What the first bytes of a buffer are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Scanned {
    /// The begin of a request.
    Incomplete,
    /// A request of so many bytes.
    Request(usize),
    /// A request without arguments, of so many bytes. It gets no reply.
    Empty(usize),
    /// A line of so many bytes, its end included.
    Inline(usize),
}

/// How far a request was looked at. It starts over with [`Scanner::default`].
#[derive(Debug, Default)]
pub(crate) struct Scanner {
    /// Up to here the request is good.
    at: usize,
    /// How many strings are still to come, once that is known.
    strings: Option<usize>,
}

impl Scanner {
    /// Looks at more of a request. `bytes` begins where the request does.
    pub(crate) fn scan(&mut self, bytes: &[u8]) -> Result<Scanned, ProtocolError> {
        match bytes.first() {
            None => Ok(Scanned::Incomplete),
            Some(b'*') => self.scan_strings(bytes),
            Some(_) => scan_inline(bytes),
        }
    }

    fn scan_strings(&mut self, bytes: &[u8]) -> Result<Scanned, ProtocolError> {
        let mut strings = match self.strings {
            Some(strings) => strings,
            None => {
                let Some((count, end)) = parse_header(bytes, 0, ProtocolError::LongCount)? else {
                    return Ok(Scanned::Incomplete);
                };
                let count = count.filter(|count| *count <= i64::from(i32::MAX));
                let count = count.ok_or(ProtocolError::Count)?;
                self.at = end;
                match usize::try_from(count) {
                    Ok(0) | Err(_) => return Ok(Scanned::Empty(end)),
                    Ok(count) => count,
                }
            }
        };
        while strings > 0 {
            self.strings = Some(strings);
            let Some((length, start)) = parse_header(bytes, self.at, ProtocolError::LongLength)?
            else {
                return Ok(Scanned::Incomplete);
            };
            if bytes[self.at] != b'$' {
                return Err(ProtocolError::Expected(bytes[self.at]));
            }
            let length = length.and_then(|length| usize::try_from(length).ok());
            let length = length.filter(|length| *length <= MAX_BULK);
            let end = start + length.ok_or(ProtocolError::Length)? + 2;
            if bytes.len() < end {
                return Ok(Scanned::Incomplete);
            }
            self.at = end;
            strings -= 1;
        }
        Ok(Scanned::Request(self.at))
    }
}

/// The number of the line at `at`, after the byte that says what it is, and where the next line begins.
/// The number is `None` if it is none.
fn parse_header(
    bytes: &[u8],
    at: usize,
    too_long: ProtocolError,
) -> Result<Option<(Option<i64>, usize)>, ProtocolError> {
    let line = &bytes[at..];
    let Some(end) = line.iter().take(MAX_LINE).position(|byte| *byte == b'\r') else {
        return if line.len() > MAX_LINE { Err(too_long) } else { Ok(None) };
    };
    match line.get(end + 1) {
        None => Ok(None),
        Some(b'\n') if end > 0 => Ok(Some((parse_integer(&line[1..end]), at + end + 2))),
        Some(_) => Ok(Some((None, at + end + 2))),
    }
}

fn scan_inline(bytes: &[u8]) -> Result<Scanned, ProtocolError> {
    match bytes.iter().take(MAX_LINE).position(|byte| *byte == b'\n') {
        Some(end) => Ok(Scanned::Inline(end + 1)),
        None if bytes.len() > MAX_LINE => Err(ProtocolError::LongInline),
        None => Ok(Scanned::Incomplete),
    }
}
