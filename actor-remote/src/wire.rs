//! The form of messages: a map with names, in the [codec](Codec) of its sender.

use std::{borrow::Cow, cell::Cell};

use bytes::Bytes;
use serde::{
    Deserialize, Deserializer as _,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use smallvec::SmallVec;

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

/// A name, as bytes, and a value.
type Field<'a> = (Cow<'a, [u8]>, &'a [u8]);

/// As many as a request has need no allocation.
type List<'a> = SmallVec<[Field<'a>; 6]>;

/// A map that was received, whose values are not read yet.
pub(crate) struct Fields<'a> {
    pub(crate) codec: Codec,
    fields: List<'a>,
}

impl<'a> Fields<'a> {
    /// # Errors
    ///
    /// The reason, if the message is not a map with names.
    pub(crate) fn of_message(message: &'a [u8]) -> Result<Self, String> {
        let codec =
            Codec::of(message).ok_or("it is neither a map in CBOR nor an object in JSON")?;
        Self::of_map(message, codec)
    }

    /// Reads a map inside of a message.
    pub(crate) fn of_map(map: &'a [u8], codec: Codec) -> Result<Self, String> {
        let fields = match codec {
            Codec::Json => json_fields(map).map_err(|error| error.to_string())?,
            Codec::Cbor => cbor_fields(map)?,
        };
        Ok(Self { codec, fields })
    }

    /// The value of this name, as it was sent; `None` if there is none, or if it is null.
    pub(crate) fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.raw(name).filter(|value| *value != self.codec.null())
    }

    /// The value of this name, which may be null.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a [u8]> {
        self.fields.iter().find(|(key, _)| **key == *name.as_bytes()).map(|(_, value)| *value)
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<Cow<'a, str>>, String> {
        Ok(self.get(name).map(|value| self.read(name, value)).transpose()?.map(|Text(text)| text))
    }

    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, String> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match self.codec {
            Codec::Json => self.read(name, value).map(Some),
            Codec::Cbor => match cbor::number(value) {
                Ok(number) => Ok(Some(number)),
                Err(reason) => Err(format!("`{name}`: {reason}")),
            },
        }
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, String> {
        Ok(self.get(name).map(|value| self.read(name, value)).transpose()?.unwrap_or(false))
    }

    fn read<T: Deserialize<'a>>(&self, name: &str, value: &'a [u8]) -> Result<T, String> {
        self.codec.read(value).map_err(|error| format!("`{name}`: {error}"))
    }
}

fn cbor_fields(map: &[u8]) -> Result<List<'_>, String> {
    let mut fields = List::new();
    match cbor::fields(map, |name, value| fields.push((name.into(), value)))? {
        [] => Ok(fields),
        _ => Err("there are bytes after the map".to_owned()),
    }
}

fn json_fields(map: &[u8]) -> Result<List<'_>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(map);
    let fields = deserializer.deserialize_map(JsonFields)?;
    deserializer.end()?;
    Ok(fields)
}

struct JsonFields;

impl<'de> Visitor<'de> for JsonFields {
    type Value = List<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = List::new();
        while let Some((Text(key), value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
            let key = match key {
                Cow::Borrowed(key) => key.as_bytes().into(),
                Cow::Owned(key) => key.into_bytes().into(),
            };
            fields.push((key, value.get().as_bytes()));
        }
        Ok(fields)
    }
}

/// A text, borrowed if it was sent as it is.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::{Codec, Fields};

    #[test]
    fn json_that_is_nested_too_deep_is_not_read() {
        let message = ["{\"a\":", &"[".repeat(1_000_000), &"]".repeat(1_000_000), "}"].concat();
        let fields =
            Fields::of_message(message.as_bytes()).expect("a value is skipped at any depth");
        let value = fields.raw("a").expect("it is there");
        assert!(Codec::Json.read::<serde_json::Value>(value).is_err());
    }
}
