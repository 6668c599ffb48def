//! Frames sent to clients, and their encoding in RESP2 and RESP3.
//!
//! A crate such as `redis-protocol`, with which the tests decode them, cannot express three of them: the null array of
//! RESP2, a map that keeps its insertion order, and the header of an array whose elements are written separately.

use std::borrow::Cow;

use bytes::{BufMut, Bytes, BytesMut};

/// A version of RESP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// The version of a new connection.
    #[default]
    Resp2,
    /// The version selected by `HELLO 3`.
    Resp3,
}

impl Protocol {
    /// Returns the version number that `HELLO` uses.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Resp2 => 2,
            Self::Resp3 => 3,
        }
    }
}

/// A reply, or a published message.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// A short status such as `OK`.
    Simple(&'static str),
    /// An error message, which begins with an error code.
    Error(Cow<'static, str>),
    /// An integer.
    Integer(i64),
    /// A floating-point number. A bulk string in RESP2.
    Double(f64),
    /// A bulk string.
    Bulk(Bytes),
    /// A missing value.
    Null,
    /// A missing array. The same as [`Null`](Self::Null) in RESP3.
    NullArray,
    /// An array.
    Array(Vec<Frame>),
    /// A map. A flat array of keys and values in RESP2.
    Map(Vec<(Frame, Frame)>),
    /// An array of pairs. A flat array in RESP2.
    Pairs(Vec<(Frame, Frame)>),
    /// A set. An array in RESP2.
    Set(Vec<Frame>),
    /// Out-of-band data, such as a published message. An array in RESP2.
    Push(Vec<Frame>),
    /// Human-readable text. A bulk string in RESP2.
    Text(String),
    /// A boolean. An integer in RESP2.
    Boolean(bool),
    /// An integer that may be too large for [`Integer`](Self::Integer). A bulk string in RESP2.
    BigNumber(&'static str),
    /// A frame with data about it, which RESP2 leaves out.
    WithAttributes(Vec<(Frame, Frame)>, Box<Frame>),
}

impl Frame {
    /// The status of a successful command.
    pub const OK: Self = Self::Simple("OK");

    /// Creates a bulk string from owned text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Bulk(Bytes::from(text.into()))
    }

    /// Creates a bulk string from static text, without copying it.
    #[must_use]
    pub fn word(word: &'static str) -> Self {
        Self::Bulk(Bytes::from_static(word.as_bytes()))
    }

    /// Creates an integer from a count.
    #[must_use]
    pub fn count(count: usize) -> Self {
        Self::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// Creates the integer 1 or 0.
    #[must_use]
    pub fn flag(is_so: bool) -> Self {
        Self::Integer(i64::from(is_so))
    }

    /// Creates a bulk string, or [`Null`](Self::Null) if `bytes` is `None`.
    #[must_use]
    pub fn maybe(bytes: Option<Bytes>) -> Self {
        bytes.map_or(Self::Null, Self::Bulk)
    }

    /// Appends the encoded frame to `out`.
    pub fn encode(&self, protocol: Protocol, out: &mut BytesMut) {
        let is_resp3 = protocol == Protocol::Resp3;
        match self {
            Self::Simple(text) => line(out, b'+', text.as_bytes()),
            // Errors quote the client's input, which may contain line breaks.
            Self::Error(text) if text.contains(['\r', '\n']) => {
                line(out, b'-', text.replace(['\r', '\n'], " ").as_bytes());
            }
            Self::Error(text) => line(out, b'-', text.as_bytes()),
            Self::Integer(number) => head(out, b':', *number),
            Self::Double(number) if is_resp3 => line(out, b',', double(*number).as_bytes()),
            Self::Double(number) => bulk(out, double(*number).as_bytes()),
            Self::Bulk(bytes) => bulk(out, bytes),
            Self::Null | Self::NullArray if is_resp3 => out.put_slice(b"_\r\n"),
            Self::Null => out.put_slice(b"$-1\r\n"),
            Self::NullArray => out.put_slice(b"*-1\r\n"),
            Self::Array(frames) => all(frames, b'*', protocol, out),
            Self::Set(frames) => all(frames, if is_resp3 { b'~' } else { b'*' }, protocol, out),
            Self::Push(frames) => all(frames, if is_resp3 { b'>' } else { b'*' }, protocol, out),
            Self::Map(pairs) | Self::Pairs(pairs) if !is_resp3 => {
                length(out, b'*', 2 * pairs.len());
                both(pairs, b"", protocol, out);
            }
            Self::Map(pairs) => {
                length(out, b'%', pairs.len());
                both(pairs, b"", protocol, out);
            }
            Self::Pairs(pairs) => {
                length(out, b'*', pairs.len());
                both(pairs, b"*2\r\n", protocol, out);
            }
            Self::Text(text) if is_resp3 => {
                length(out, b'=', text.len() + 4);
                out.put_slice(b"txt:");
                out.put_slice(text.as_bytes());
                out.put_slice(b"\r\n");
            }
            Self::Text(text) => bulk(out, text.as_bytes()),
            Self::Boolean(is_so) if is_resp3 => line(out, b'#', if *is_so { b"t" } else { b"f" }),
            Self::Boolean(is_so) => head(out, b':', i64::from(*is_so)),
            Self::BigNumber(digits) if is_resp3 => line(out, b'(', digits.as_bytes()),
            Self::BigNumber(digits) => bulk(out, digits.as_bytes()),
            Self::WithAttributes(attributes, frame) => {
                if is_resp3 {
                    length(out, b'|', attributes.len());
                    both(attributes, b"", protocol, out);
                }
                frame.encode(protocol, out);
            }
        }
    }
}

/// Appends the header of an array. The caller appends its `count` elements.
pub(crate) fn array_head(out: &mut BytesMut, count: usize) {
    length(out, b'*', count);
}

/// Appends a push frame of bulk strings.
///
/// Unlike encoding a [`Frame::Push`], this allocates no frame. It is used for published messages, where
/// it runs once per subscriber.
pub(crate) fn push(out: &mut BytesMut, protocol: Protocol, parts: &[&[u8]]) {
    length(out, if protocol == Protocol::Resp3 { b'>' } else { b'*' }, parts.len());
    for part in parts {
        bulk(out, part);
    }
}

/// Formats a number in its shortest form, as Redis 7.2 does.
///
/// The result has an exponent only if the magnitude is less than 1e-5 or at least 1e17.
#[must_use]
pub fn double(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    if number.is_nan() {
        return "nan".to_owned();
    }
    let size = number.abs();
    if size != 0.0 && !(1e-5..1e17).contains(&size) {
        let text = format!("{number:e}");
        return match text.split_once("e-") {
            Some((digits, exponent)) => format!("{digits}e-{exponent:0>2}"),
            None => text.replace('e', "e+"),
        };
    }
    format!("{number}")
}

fn all(frames: &[Frame], kind: u8, protocol: Protocol, out: &mut BytesMut) {
    length(out, kind, frames.len());
    for frame in frames {
        frame.encode(protocol, out);
    }
}

/// Appends the two sides of each pair, preceded by `head`.
fn both(pairs: &[(Frame, Frame)], head: &[u8], protocol: Protocol, out: &mut BytesMut) {
    for (left, right) in pairs {
        out.put_slice(head);
        left.encode(protocol, out);
        right.encode(protocol, out);
    }
}

fn bulk(out: &mut BytesMut, bytes: &[u8]) {
    out.reserve(bytes.len() + 32);
    length(out, b'$', bytes.len());
    out.put_slice(bytes);
    out.put_slice(b"\r\n");
}

fn length(out: &mut BytesMut, kind: u8, length: usize) {
    head(out, kind, i64::try_from(length).unwrap_or(i64::MAX));
}

fn head(out: &mut BytesMut, kind: u8, number: i64) {
    line(out, kind, itoa::Buffer::new().format(number).as_bytes());
}

/// Appends a line. `text` must not contain line breaks.
fn line(out: &mut BytesMut, kind: u8, text: &[u8]) {
    out.reserve(text.len() + 3);
    out.put_u8(kind);
    out.put_slice(text);
    out.put_slice(b"\r\n");
}
