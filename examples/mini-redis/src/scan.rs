//! Finds the end of a request and its words, and enforces the limits of the protocol.
//!
//! Requests are flat arrays of strings that are no longer than [`MAX_BULK`]. The scanner remembers the strings that
//! it has seen, so an array that arrives in many pieces is not scanned from the start each time. Errors have the
//! wording of Redis.

use std::{fmt, ops::Range};

use crate::number::parse_integer;

/// The maximum length of a string, in bytes.
pub const MAX_BULK: usize = 512 * 1024 * 1024;

/// The number of digits of a number that cannot overflow.
const MAX_DIGITS: usize = 9;

/// The maximum length of an inline command or a header line, in bytes.
const MAX_LINE: usize = 64 * 1024;

/// Invalid RESP. The connection replies with the error and closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProtocolError {
    /// The line with the number of arguments is too long.
    LongCount,
    /// The line with the length of a string is too long.
    LongLength,
    /// An inline command is too long.
    LongInline,
    /// The number of arguments is invalid.
    Count,
    /// The length of a string is invalid.
    Length,
    /// A string does not begin with `$` but with this byte.
    Expected(u8),
    /// The quotes in an inline command are unbalanced.
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

/// The result of scanning a buffer. Lengths are in bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Scanned {
    /// The request is incomplete. At least this many bytes are missing.
    Incomplete(usize),
    /// A request of this length.
    Request(usize),
    /// A request of this length without any words. It gets no reply.
    Empty(usize),
    /// An inline command of this length, including the line break.
    Inline(usize),
}

/// The state of scanning one request.
#[derive(Debug, Default)]
pub(crate) struct Scanner {
    /// The end of the part that was scanned.
    at: usize,
    /// The number of strings that remain, once the header was scanned.
    strings: Option<usize>,
    /// Where the strings are that were scanned.
    words: Vec<Range<usize>>,
}

/// The maximum number of strings for which room is made before they arrive.
const EXPECTED_WORDS: usize = 16;

impl Scanner {
    /// Continues the scan. `bytes` begins at the start of the request.
    pub(crate) fn scan(&mut self, bytes: &[u8]) -> Result<Scanned, ProtocolError> {
        match bytes.first() {
            None => Ok(Scanned::Incomplete(1)),
            Some(b'*') => self.scan_strings(bytes),
            Some(_) => scan_inline(bytes),
        }
    }

    /// Returns where the words of the request are that was scanned, and starts over.
    pub(crate) fn take_words(&mut self) -> Vec<Range<usize>> {
        std::mem::take(self).words
    }

    fn scan_strings(&mut self, bytes: &[u8]) -> Result<Scanned, ProtocolError> {
        let mut strings = match self.strings {
            Some(strings) => strings,
            None => {
                let Some((count, end)) = parse_header(bytes, 0, ProtocolError::LongCount)? else {
                    return Ok(Scanned::Incomplete(1));
                };
                let count = count.filter(|count| *count <= i64::from(i32::MAX));
                let count = count.ok_or(ProtocolError::Count)?;
                self.at = end;
                match usize::try_from(count) {
                    Ok(0) | Err(_) => return Ok(Scanned::Empty(end)),
                    Ok(count) => {
                        self.words.reserve_exact(count.min(EXPECTED_WORDS));
                        count
                    }
                }
            }
        };
        while strings > 0 {
            self.strings = Some(strings);
            let Some((length, start)) = parse_header(bytes, self.at, ProtocolError::LongLength)?
            else {
                return Ok(Scanned::Incomplete(1));
            };
            if bytes[self.at] != b'$' {
                return Err(ProtocolError::Expected(bytes[self.at]));
            }
            let length = length.and_then(|length| usize::try_from(length).ok());
            let length = length.filter(|length| *length <= MAX_BULK);
            let end = start + length.ok_or(ProtocolError::Length)? + 2;
            if bytes.len() < end {
                return Ok(Scanned::Incomplete(end - bytes.len()));
            }
            self.words.push(start..end - 2);
            self.at = end;
            strings -= 1;
        }
        Ok(Scanned::Request(self.at))
    }
}

/// Parses the header line at `at`: a type byte and a number. Returns the number, which is `None` if it is
/// invalid, and the start of the next line.
fn parse_header(
    bytes: &[u8],
    at: usize,
    too_long: ProtocolError,
) -> Result<Option<(Option<i64>, usize)>, ProtocolError> {
    let line = &bytes[at..];
    // The usual header is a short number, which this parses without looking at the line twice.
    let mut number = 0;
    for (length, byte) in line.iter().enumerate().skip(1).take(MAX_DIGITS + 1) {
        match byte {
            b'0'..=b'9' if number > 0 || length == 1 => {
                number = 10 * number + i64::from(byte - b'0');
            }
            b'\r' if number > 0 && line.get(length + 1) == Some(&b'\n') => {
                return Ok(Some((Some(number), at + length + 2)));
            }
            _ => break,
        }
    }
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
        None => Ok(Scanned::Incomplete(1)),
    }
}
