//! The form of maps in [CBOR](https://www.rfc-editor.org/rfc/rfc8949): their names and where their values are. What the
//! values are is serde's to write and read, but for texts and numbers of a message's own.

use std::str;

/// How deep values may be nested, as in serde_json, so that reading them cannot exhaust the stack.
const DEPTH: usize = 128;

/// What ends an array, a map or a text whose length was not sent.
const BREAK: u8 = 0xff;

/// Why bytes are not what they should be.
type Malformed = &'static str;

const TRUNCATED: Malformed = "it ends in the middle of a value";
const NO_TEXT: Malformed = "it is no text, or one in parts";

/// Begins a map that ends with [`end_map`].
pub(crate) fn begin_map(out: &mut Vec<u8>) {
    out.push(MAP << 5 | INDEFINITE);
}

pub(crate) fn end_map(out: &mut Vec<u8>) {
    out.push(BREAK);
}

pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_head(out, TEXT, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

pub(crate) fn put_number(out: &mut Vec<u8>, number: u64) {
    put_head(out, UNSIGNED, number);
}

#[inline]
fn put_head(out: &mut Vec<u8>, major: u8, argument: u64) {
    let bytes = argument.to_be_bytes();
    let (size, argument) = match argument {
        0..24 => return out.push(major << 5 | bytes[7]),
        24..0x100 => (24, &bytes[7..]),
        0x100..0x1_0000 => (25, &bytes[6..]),
        0x1_0000..0x1_0000_0000 => (26, &bytes[4..]),
        _ => (27, &bytes[..]),
    };
    out.push(major << 5 | size);
    out.extend_from_slice(argument);
}

/// Reads a number that is not negative.
///
/// # Errors
///
/// The reason, if it is none.
pub(crate) fn number(value: &[u8]) -> Result<u64, Malformed> {
    match Head::split(value)? {
        (Head { major: UNSIGNED, argument: Some(number) }, []) => Ok(number),
        _ => Err("it is not a number, or a negative one"),
    }
}

/// Reads a text.
///
/// # Errors
///
/// The reason, if it is none.
pub(crate) fn text(value: &[u8]) -> Result<&str, Malformed> {
    match split_text(value)? {
        (text, []) => str::from_utf8(text).map_err(|_| "it is not in UTF-8"),
        _ => Err(NO_TEXT),
    }
}

/// Calls `field` with each name of a map and its value, and returns the rest after the map. Names are bytes here: one that
/// is no text is the name of nothing.
///
/// # Errors
///
/// The reason, if it is not a map with names, or a value in it is nested too deep.
pub(crate) fn fields<'a>(
    map: &'a [u8],
    mut field: impl FnMut(&'a [u8], &'a [u8]),
) -> Result<&'a [u8], Malformed> {
    let (head, mut rest) = Head::split(map)?;
    if head.major != MAP {
        return Err("it is not a map");
    }
    let mut left = head.argument;
    while head.has_more(&mut left, &mut rest)? {
        let (name, after) = split_text(rest)?;
        let next = skip(after, DEPTH - 1)?;
        let (value, _) = after.split_at(after.len() - next.len());
        field(name, value);
        rest = next;
    }
    Ok(rest)
}

fn split_text(bytes: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    match Head::split(bytes)? {
        (Head { major: TEXT, argument: Some(length) }, rest) => split(rest, length),
        _ => Err(NO_TEXT),
    }
}

/// Returns what comes after the first value, which may have so many levels.
fn skip(bytes: &[u8], levels: usize) -> Result<&[u8], Malformed> {
    let (head, mut rest) = Head::split(bytes)?;
    let values = match head.major {
        BYTES | TEXT => match head.argument {
            Some(length) => return Ok(split(rest, length)?.1),
            None => None,
        },
        ARRAY => head.argument,
        MAP => head.argument.map(|pairs| pairs.saturating_mul(2)),
        TAG => Some(1),
        // Numbers, `true`, `null` and the like.
        _ => return Ok(rest),
    };
    let Some(levels) = levels.checked_sub(1) else {
        return Err("it is nested more than 128 deep");
    };
    let mut left = values;
    while head.has_more(&mut left, &mut rest)? {
        rest = skip(rest, levels)?;
    }
    Ok(rest)
}

fn split(bytes: &[u8], length: u64) -> Result<(&[u8], &[u8]), Malformed> {
    let split = usize::try_from(length).ok().and_then(|length| bytes.split_at_checked(length));
    split.ok_or(TRUNCATED)
}

/// The first bytes of a value.
#[derive(Clone, Copy)]
struct Head {
    /// One of the eight kinds of values.
    major: u8,
    /// A length, or the number itself; `None` if what follows ends with a break.
    argument: Option<u64>,
}

const UNSIGNED: u8 = 0;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;

/// The argument of a value that ends with a break.
const INDEFINITE: u8 = 31;

impl Head {
    #[inline]
    fn split(bytes: &[u8]) -> Result<(Self, &[u8]), Malformed> {
        let (&first, rest) = bytes.split_first().ok_or(TRUNCATED)?;
        let major = first >> 5;
        let (argument, rest) = match first & 0x1f {
            small @ 0..24 => (Some(u64::from(small)), rest),
            size @ 24..28 => {
                let (bytes, rest) = split(rest, 1 << (size - 24))?;
                let argument = bytes.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
                (Some(argument), rest)
            }
            INDEFINITE if matches!(major, BYTES | TEXT | ARRAY | MAP) => (None, rest),
            _ => return Err("no value begins with such a byte"),
        };
        Ok((Self { major, argument }, rest))
    }

    /// Whether a value follows in the array, the map or the text that begins with this; if so, counts it in `left`.
    fn has_more(self, left: &mut Option<u64>, rest: &mut &[u8]) -> Result<bool, Malformed> {
        if let Some(left) = left {
            let has_more = *left > 0;
            *left -= u64::from(has_more);
            return Ok(has_more);
        }
        match rest.split_first() {
            Some((&BREAK, after)) => {
                *rest = after;
                Ok(false)
            }
            // The parts of a text are texts whose length was sent, and so it is with bytes.
            Some((&first, _)) if matches!(self.major, BYTES | TEXT) => {
                match first >> 5 == self.major && first & 0x1f != INDEFINITE {
                    true => Ok(true),
                    false => Err("a text has a part of another kind"),
                }
            }
            Some(_) => Ok(true),
            None => Err(TRUNCATED),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, iter};

    use minicbor::Decoder;

    use super::{DEPTH, fields, put_number, put_text};

    /// `{"a": [[..[0]..]]}`, with so many arrays.
    fn nested(arrays: usize) -> Vec<u8> {
        [&b"\xa1\x61a"[..], &b"\x81".repeat(arrays), b"\x00"].concat()
    }

    #[test]
    fn values_are_nested_as_deep_as_is_allowed_and_no_deeper() {
        // The map around is a level.
        assert!(fields(&nested(DEPTH - 1), |_, _| {}).is_ok());
        for arrays in [DEPTH, 1_000_000] {
            assert!(fields(&nested(arrays), |_, _| {}).is_err(), "{arrays}");
        }
        // Tags, and arrays and texts that come in parts, are levels, too.
        for level in [b"\xc1", b"\x9f", b"\x7f"] {
            let message = [&b"\xa1\x61a"[..], &level.repeat(1_000_000)].concat();
            assert!(fields(&message, |_, _| {}).is_err());
        }
    }

    #[test]
    fn what_is_declared_and_not_sent_is_an_error() {
        for message in [
            // A text, bytes, an array and a map of 2^64 - 1, after a name.
            &b"\xa1\x61a\x7b\xff\xff\xff\xff\xff\xff\xff\xff"[..],
            b"\xa1\x61a\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\xa1\x61a\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x00",
            b"\xa1\x61a\xbb\xff\xff\xff\xff\xff\xff\xff\xff\x00",
            b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff\x61a\x00",
            b"\xbf\x61a\x00",
            b"\xa1\x61",
            b"\xa1\x61a\x1a\x00\x00",
            b"",
        ] {
            assert!(fields(message, |_, _| {}).is_err(), "{message:x?}");
        }
    }

    /// A value of any kind, with what the length of its parts is said to be.
    fn put_value(out: &mut Vec<u8>, random: &mut fastrand::Rng, levels: usize) {
        let (kind, in_parts) = (random.u8(0..if levels == 0 { 5 } else { 8 }), random.bool());
        let length = random.u8(0..5);
        let part =
            |major: u8| iter::once(major << 5 | length).chain(iter::repeat_n(b'x', length.into()));
        match kind {
            0 | 1 => out.extend([kind << 5 | 25, random.u8(..), random.u8(..)]),
            2 | 3 if in_parts => {
                out.push(kind << 5 | 31);
                out.extend(part(kind).chain(part(kind)));
                out.push(0xff);
            }
            2 | 3 => out.extend(part(kind)),
            4 => out.extend([0xfb, 0x40, 9, 33, 251, 84, 68, 45, 24]),
            5 => {
                out.push(if in_parts { 0x9f } else { 0x80 | length });
                (0..length).for_each(|_| put_value(out, random, levels - 1));
                out.extend(in_parts.then_some(0xff));
            }
            6 => {
                out.push(if in_parts { 0xbf } else { 0xa0 | length });
                (0..2 * length).for_each(|_| put_value(out, random, levels - 1));
                out.extend(in_parts.then_some(0xff));
            }
            _ => {
                out.push(0xd8);
                out.push(random.u8(24..));
                put_value(out, random, levels - 1);
            }
        }
    }

    #[test]
    fn numbers_and_texts_are_read_as_they_were_written() {
        let numbers = (0..64).flat_map(|bits| [(1 << bits) - 1, 1 << bits, (1 << bits) + 1]);
        for number in numbers.chain([23, 24, 255, u64::MAX]) {
            let mut written = Vec::new();
            put_number(&mut written, number);
            assert_eq!(super::number(&written), Ok(number));
            assert_eq!(minicbor::to_vec(number).expect("a number"), written);
        }
        for text in ["", "a", "ä€", &"x".repeat(23), &"x".repeat(24), &"x".repeat(70_000)] {
            let mut written = Vec::new();
            put_text(&mut written, text);
            assert_eq!(minicbor::to_vec(text).expect("a text"), written);
        }
        for other in [&b"\x20"[..], b"\xf6", b"\x61a", b"\x01\x01", b"\x18", b""] {
            assert!(super::number(other).is_err(), "{other:x?}");
        }
    }

    #[test]
    fn values_end_where_another_reader_says() {
        let seed = std::env::var("SEED").map_or(1, |seed| seed.parse().expect("a number"));
        let mut random = fastrand::Rng::with_seed(seed);
        for round in 0..20_000 {
            let mut message = vec![0xa2, 0x61, b'a'];
            put_value(&mut message, &mut random, 4);
            message.extend([0x61, b'b', 0x07]);
            if round % 2 == 1 {
                let at = random.usize(0..message.len());
                message[at] = random.u8(..);
            }
            let mut found = BTreeMap::new();
            let rest = fields(&message, |name, value| {
                found.insert(name, value);
            });
            let mut other = Decoder::new(&message);
            let skipped = other.skip().map(|()| &message[other.position()..]);
            match (rest, skipped) {
                (Ok(rest), Ok(skipped)) => assert_eq!(rest, skipped, "{seed}: {message:x?}"),
                // Texts are checked when they are read.
                (Ok(_), Err(error)) => {
                    assert!(error.to_string().contains("utf-8"), "{seed}: {error}: {message:x?}");
                }
                (Err(error), _) => assert!(round % 2 == 1, "{seed}: {error}: {message:x?}"),
            }
            if round % 2 == 0 {
                let value = &message[3..message.len() - 3];
                assert_eq!(found, [(&b"a"[..], value), (b"b", &[0x07])].into());
            }
        }
    }
}
