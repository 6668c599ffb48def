//! What a client is sent: replies and messages, and how they are written in RESP2 and RESP3.
//!
//! Requests are read with `redis-protocol`. Replies are written here, because three things that Redis
//! sends cannot be said with that crate: the null array of RESP2, a map in the order in which it was
//! made, and the head of an array whose elements come from elsewhere.

use std::borrow::Cow;

use bytes::{BufMut, Bytes, BytesMut};

/// Which version of RESP a client speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// What every client speaks that does not ask for more.
    #[default]
    Resp2,
    /// What `HELLO 3` asks for.
    Resp3,
}

impl Protocol {
    /// The number that `HELLO` knows it by.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Resp2 => 2,
            Self::Resp3 => 3,
        }
    }
}

/// A reply, or a message that was published.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// A short text of the server's own, like `OK`.
    Simple(&'static str),
    /// What went wrong; the first word is its code.
    Error(Cow<'static, str>),
    /// A number.
    Integer(i64),
    /// A number with a fraction; in RESP2 a string.
    Double(f64),
    /// Bytes.
    Bulk(Bytes),
    /// Nothing, where a value was asked for.
    Null,
    /// Nothing, where an array was asked for.
    NullArray,
    /// Some frames in order.
    Array(Vec<Frame>),
    /// Keys and values; in RESP2 an array of both in turn.
    Map(Vec<(Frame, Frame)>),
    /// Some pairs; in RESP2 an array of both in turn.
    Pairs(Vec<(Frame, Frame)>),
    /// Some frames of which no two are alike; in RESP2 an array.
    Set(Vec<Frame>),
    /// What a client did not ask for just now; in RESP2 an array.
    Push(Vec<Frame>),
    /// Text for people; in RESP2 a string.
    Text(String),
}

impl Frame {
    /// The reply of a command that has nothing to say.
    pub const OK: Self = Self::Simple("OK");

    /// A string that the server makes.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Bulk(Bytes::from(text.into()))
    }

    /// A string that is part of the program.
    #[must_use]
    pub fn word(word: &'static str) -> Self {
        Self::Bulk(Bytes::from_static(word.as_bytes()))
    }

    /// A number of things.
    #[must_use]
    pub fn count(count: usize) -> Self {
        Self::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// One or zero.
    #[must_use]
    pub fn flag(is_so: bool) -> Self {
        Self::Integer(i64::from(is_so))
    }

    /// The bytes, or nothing.
    #[must_use]
    pub fn maybe(bytes: Option<Bytes>) -> Self {
        bytes.map_or(Self::Null, Self::Bulk)
    }

    /// Appends the frame as `protocol` writes it.
    pub fn encode(&self, protocol: Protocol, out: &mut BytesMut) {
        let is_resp3 = protocol == Protocol::Resp3;
        match self {
            Self::Simple(text) => line(out, b'+', text.as_bytes()),
            // Errors quote what the client has sent.
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
        }
    }
}

/// The head of an array whose `count` elements follow.
pub(crate) fn array_head(out: &mut BytesMut, count: usize) {
    length(out, b'*', count);
}

/// Appends a message of the kind `kind`, like `message` or `subscribe`. The parts are the words that
/// follow; all of it is one allocation less than a [`Frame::Push`].
pub(crate) fn push(out: &mut BytesMut, protocol: Protocol, parts: &[&[u8]]) {
    length(out, if protocol == Protocol::Resp3 { b'>' } else { b'*' }, parts.len());
    for part in parts {
        bulk(out, part);
    }
}

/// A number as Redis writes it: no exponent as long as it is short, and no fraction if it has none.
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

/// What is on both sides of some pairs, each of which has a head.
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

/// There is no line break in the text.
fn line(out: &mut BytesMut, kind: u8, text: &[u8]) {
    out.reserve(text.len() + 3);
    out.put_u8(kind);
    out.put_slice(text);
    out.put_slice(b"\r\n");
}
