//! The form of messages: a map with names, in the [codec](Codec) of its sender.

use std::{borrow::Cow, cell::Cell};

use bytes::Bytes;
use serde::{
    Deserialize, Deserializer as _,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    cbor,
    codec::{Codec, Value},
};

/// How many bytes a thread keeps to write messages in.
const KEPT: usize = 16 * 1024;

thread_local! {
    /// What messages are written in, so that one allocation has the size of the message. It is empty while it is used:
    /// writing a value can run code that writes another message.
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Writes a message.
#[derive(Debug)]
pub struct Writer {
    codec: Codec,
    out: Vec<u8>,
}

impl Writer {
    pub(crate) fn new(codec: Codec) -> Self {
        let mut writer = Self { codec, out: SCRATCH.take() };
        writer.out.clear();
        writer.begin();
        writer
    }

    fn begin(&mut self) {
        match self.codec {
            Codec::Json => self.out.push(b'{'),
            Codec::Cbor => cbor::begin_map(&mut self.out),
        }
    }

    fn end(&mut self) {
        match self.codec {
            Codec::Json => self.out.push(b'}'),
            Codec::Cbor => cbor::end_map(&mut self.out),
        }
    }

    fn key(&mut self, name: &str) {
        match self.codec {
            Codec::Json => {
                if self.out.last() != Some(&b'{') {
                    self.out.push(b',');
                }
                self.text_value(name);
                self.out.push(b':');
            }
            Codec::Cbor => self.text_value(name),
        }
    }

    fn text_value(&mut self, text: &str) {
        match self.codec {
            // Any `str` can be written, and a `Vec` takes all.
            Codec::Json => drop(self.codec.write(&text, &mut self.out)),
            Codec::Cbor => cbor::put_text(&mut self.out, text),
        }
    }

    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.key(name);
        self.text_value(text);
    }

    pub(crate) fn number(&mut self, name: &str, number: u64) {
        self.key(name);
        match self.codec {
            Codec::Json => drop(self.codec.write(&number, &mut self.out)),
            Codec::Cbor => cbor::put_number(&mut self.out, number),
        }
    }

    pub(crate) fn flag(&mut self, name: &str) {
        self.key(name);
        let _ = self.codec.write(&true, &mut self.out);
    }

    /// # Errors
    ///
    /// The reason, if the value cannot be written in the codec.
    pub(crate) fn value<T>(&mut self, name: &str, value: &T, how: Value<T>) -> Result<(), String> {
        self.key(name);
        (how.write)(value, self.codec, &mut self.out)
    }

    /// A value that was written before, in the same codec.
    pub(crate) fn raw(&mut self, name: &str, value: &[u8]) {
        self.key(name);
        self.out.extend_from_slice(value);
    }

    /// Writes a map, whose entries `write` writes.
    pub(crate) fn map(&mut self, name: &str, write: impl FnOnce(&mut Self)) {
        self.key(name);
        self.begin();
        write(self);
        self.end();
    }

    pub(crate) fn finish(mut self) -> Bytes {
        self.end();
        if self.out.capacity() > KEPT {
            return self.out.into();
        }
        let message = Bytes::copy_from_slice(&self.out);
        SCRATCH.set(self.out);
        message
    }
}

/// A value that was received, and is not read yet.
#[derive(Clone, Copy)]
pub(crate) struct Raw<'a> {
    pub(crate) codec: Codec,
    pub(crate) bytes: &'a [u8],
}

impl<'a> Raw<'a> {
    /// A message that was received.
    ///
    /// # Errors
    ///
    /// The reason, if it is no map.
    pub(crate) fn message(bytes: &'a [u8]) -> Result<Self, String> {
        let codec = Codec::of(bytes).ok_or("it is neither a map in CBOR nor an object in JSON")?;
        Ok(Self { codec, bytes })
    }

    /// Calls `field` with the name, as bytes, and the value of everything in the map that is not null.
    ///
    /// # Errors
    ///
    /// The reason, if it is not a map with names, or if `field` fails.
    pub(crate) fn each(
        self,
        mut field: impl FnMut(&[u8], Self) -> Result<(), String>,
    ) -> Result<(), String> {
        self.each_or_null(|name, value| if value.is_null() { Ok(()) } else { field(name, value) })
    }

    /// Like [`each`](Self::each), with the values that are null.
    pub(crate) fn each_or_null(
        self,
        mut field: impl FnMut(&[u8], Self) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut outcome = Ok(());
        let mut found = |name: &[u8], bytes| {
            if outcome.is_ok() {
                outcome = field(name, Self { bytes, ..self });
            }
        };
        match self.codec {
            Codec::Json => json_fields(self.bytes, found).map_err(|error| error.to_string())?,
            Codec::Cbor => match cbor::fields(self.bytes, &mut found)? {
                [] => {}
                _ => return Err("there are bytes after the map".to_owned()),
            },
        }
        outcome
    }

    pub(crate) fn is_null(self) -> bool {
        self.bytes == self.codec.null()
    }

    /// Reads it as the text of that name.
    pub(crate) fn text(self, name: &str) -> Result<Cow<'a, str>, String> {
        match self.codec {
            Codec::Json => self.read(name).map(|Text(text)| text),
            Codec::Cbor => match cbor::text(self.bytes) {
                Ok(text) => Ok(text.into()),
                Err(reason) => Err(format!("`{name}`: {reason}")),
            },
        }
    }

    pub(crate) fn number(self, name: &str) -> Result<u64, String> {
        match self.codec {
            Codec::Json => self.read(name),
            Codec::Cbor => cbor::number(self.bytes).map_err(|reason| format!("`{name}`: {reason}")),
        }
    }

    pub(crate) fn flag(self, name: &str) -> Result<bool, String> {
        self.read(name)
    }

    fn read<T: Deserialize<'a>>(self, name: &str) -> Result<T, String> {
        self.codec.read(self.bytes).map_err(|error| format!("`{name}`: {error}"))
    }
}

fn json_fields<'a>(
    map: &'a [u8],
    field: impl FnMut(&[u8], &'a [u8]),
) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(map);
    deserializer.deserialize_map(JsonFields(field))?;
    deserializer.end()
}

struct JsonFields<F>(F);

impl<'de, F: FnMut(&[u8], &'de [u8])> Visitor<'de> for JsonFields<F> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((Text(key), value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
            (self.0)(key.as_bytes(), value.get().as_bytes());
        }
        Ok(())
    }
}

/// A text, borrowed if it was sent as it is.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::{Codec, Raw};

    #[test]
    fn json_that_is_nested_too_deep_is_not_read() {
        let message = ["{\"a\":", &"[".repeat(1_000_000), &"]".repeat(1_000_000), "}"].concat();
        let mut found = None;
        let message = Raw::message(message.as_bytes()).expect("an object");
        let skipped = message.each(|_, value| {
            found = Some(value);
            Ok(())
        });
        assert_eq!(skipped, Ok(()), "a value is skipped at any depth");
        let value = found.expect("it is there");
        assert!(Codec::Json.read::<serde_json::Value>(value.bytes).is_err());
    }
}
