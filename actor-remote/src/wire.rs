//! The form of messages: a map with names, in the [codec](Codec) of its sender.

use std::borrow::Cow;

use bytes::Bytes;
use minicbor::{
    Decoder, Encoder,
    data::{Token, Type},
    decode::Tokenizer,
};
use serde::{
    Deserialize, Deserializer as _,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::codec::{Codec, Value};

/// How deep values may be nested, as in serde_json, so that reading them cannot exhaust the stack.
const DEPTH: usize = 128;

/// Writes a message.
#[derive(Debug)]
pub struct Writer {
    codec: Codec,
    out: Vec<u8>,
}

impl Writer {
    pub(crate) fn new(codec: Codec) -> Self {
        let mut writer = Self { codec, out: Vec::with_capacity(128) };
        writer.begin();
        writer
    }

    fn begin(&mut self) {
        match self.codec {
            Codec::Json => self.out.push(b'{'),
            Codec::Cbor => self.cbor(|encoder| encoder.begin_map().map(drop)),
        }
    }

    fn end(&mut self) {
        match self.codec {
            Codec::Json => self.out.push(b'}'),
            Codec::Cbor => self.cbor(|encoder| encoder.end().map(drop)),
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
        // A `str` can be written in both, and a `Vec` takes all.
        let _ = self.codec.write(&text, &mut self.out);
    }

    fn cbor(
        &mut self,
        write: impl FnOnce(
            &mut Encoder<&mut Vec<u8>>,
        ) -> Result<(), minicbor::encode::Error<std::convert::Infallible>>,
    ) {
        // A `Vec` takes all.
        let _ = write(&mut Encoder::new(&mut self.out));
    }

    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.key(name);
        self.text_value(text);
    }

    pub(crate) fn number(&mut self, name: &str, number: u64) {
        self.key(name);
        let _ = self.codec.write(&number, &mut self.out);
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
        self.out.into()
    }
}

/// A name and a value.
type Field<'a> = (Cow<'a, str>, &'a [u8]);

/// A map that was received, whose values are not read yet.
pub(crate) struct Fields<'a> {
    pub(crate) codec: Codec,
    fields: Vec<Field<'a>>,
}

impl<'a> Fields<'a> {
    /// # Errors
    ///
    /// The reason, if the message is not a map with names.
    pub(crate) fn of_message(message: &'a [u8]) -> Result<Self, String> {
        let codec =
            Codec::of(message).ok_or("it is neither a map in CBOR nor an object in JSON")?;
        if codec == Codec::Cbor {
            check_depth(message)?;
        }
        Self::of_map(message, codec)
    }

    /// Reads a map inside of a message.
    pub(crate) fn of_map(map: &'a [u8], codec: Codec) -> Result<Self, String> {
        let fields = match codec {
            Codec::Json => json_fields(map).map_err(|error| error.to_string())?,
            Codec::Cbor => cbor_fields(map).map_err(|error| error.to_string())?,
        };
        Ok(Self { codec, fields })
    }

    /// The value of this name, as it was sent; `None` if there is none, or if it is null.
    pub(crate) fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.raw(name).filter(|value| *value != self.codec.null())
    }

    /// The value of this name, which may be null.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a [u8]> {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, String> {
        self.get(name).map(|value| self.read(name, value)).transpose()
    }

    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, String> {
        self.get(name).map(|value| self.read(name, value)).transpose()
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, String> {
        Ok(self.get(name).map(|value| self.read(name, value)).transpose()?.unwrap_or(false))
    }

    fn read<T: serde::de::DeserializeOwned>(&self, name: &str, value: &[u8]) -> Result<T, String> {
        self.codec.read(value).map_err(|error| format!("`{name}`: {error}"))
    }
}

fn cbor_fields(map: &[u8]) -> Result<Vec<Field<'_>>, minicbor::decode::Error> {
    let mut decoder = Decoder::new(map);
    let mut left = decoder.map()?;
    let mut fields = Vec::with_capacity(8);
    loop {
        match &mut left {
            Some(0) => break,
            Some(left) => *left -= 1,
            None if decoder.datatype()? == Type::Break => {
                decoder.skip()?;
                break;
            }
            None => {}
        }
        let key = decoder.str()?;
        let begin = decoder.position();
        decoder.skip()?;
        let value = map.get(begin..decoder.position());
        fields.push((key.into(), value.ok_or_else(minicbor::decode::Error::end_of_input)?));
    }
    match decoder.position() == map.len() {
        true => Ok(fields),
        false => Err(minicbor::decode::Error::message("there are bytes after the map")),
    }
}

fn json_fields(map: &[u8]) -> Result<Vec<Field<'_>>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(map);
    let fields = deserializer.deserialize_map(JsonFields)?;
    deserializer.end()?;
    Ok(fields)
}

struct JsonFields;

impl<'de> Visitor<'de> for JsonFields {
    type Value = Vec<Field<'de>>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::with_capacity(8);
        while let Some((Key(key), value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
            fields.push((key, value.get().as_bytes()));
        }
        Ok(fields)
    }
}

#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Fails if a value is nested deeper than [`DEPTH`].
fn check_depth(message: &[u8]) -> Result<(), String> {
    // What is still to come of the arrays and maps around: `None` for those that end with a break.
    let mut open: Vec<Option<u64>> = Vec::new();
    for token in Tokenizer::new(message) {
        let begins = match token.map_err(|error| error.to_string())? {
            Token::Array(length) => Some(Some(length)),
            Token::Map(length) => Some(Some(length.saturating_mul(2))),
            Token::BeginArray | Token::BeginMap | Token::BeginBytes | Token::BeginString => {
                Some(None)
            }
            // What follows belongs to it. Many of them are as deep as many arrays.
            Token::Tag(_) => Some(Some(1)),
            Token::Break => {
                open.pop();
                None
            }
            _ => None,
        };
        match begins {
            Some(Some(0)) | None => {}
            Some(begun) => {
                if open.len() == DEPTH {
                    return Err(format!("it is nested more than {DEPTH} deep"));
                }
                open.push(begun);
                continue;
            }
        }
        // A value has ended, and with it those that it was the last part of.
        while let Some(Some(left)) = open.last_mut() {
            *left -= 1;
            if *left > 0 {
                break;
            }
            open.pop();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Codec, DEPTH, Fields};

    /// `{"a": [[..[0]..]]}` in CBOR, with so many arrays.
    fn nested(arrays: usize) -> Vec<u8> {
        [&b"\xa1\x61a"[..], &b"\x81".repeat(arrays), b"\x00"].concat()
    }

    #[test]
    fn cbor_is_nested_as_deep_as_is_allowed_and_no_deeper() {
        // The map around is a level.
        assert!(Fields::of_message(&nested(DEPTH - 1)).is_ok());
        for arrays in [DEPTH, 1_000_000] {
            assert!(Fields::of_message(&nested(arrays)).is_err(), "{arrays}");
        }
        // Tags, and arrays and texts that come in parts, are levels, too.
        for level in [b"\xc1", b"\x9f", b"\x7f"] {
            let message = [&b"\xa1\x61a"[..], &level.repeat(1_000_000)].concat();
            assert!(Fields::of_message(&message).is_err());
        }
    }

    #[test]
    fn json_that_is_nested_too_deep_is_not_read() {
        let message = ["{\"a\":", &"[".repeat(1_000_000), &"]".repeat(1_000_000), "}"].concat();
        let fields =
            Fields::of_message(message.as_bytes()).expect("a value is skipped at any depth");
        let value = fields.raw("a").expect("it is there");
        assert!(Codec::Json.read::<serde_json::Value>(value).is_err());
    }
}
