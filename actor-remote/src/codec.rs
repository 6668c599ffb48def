//! How values are written: [CBOR](https://www.rfc-editor.org/rfc/rfc8949) or JSON.

use std::{any::type_name, fmt};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// How messages are written.
///
/// A request is answered in the codec that it is written in, which its first byte tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Codec {
    /// [CBOR](https://www.rfc-editor.org/rfc/rfc8949), the default.
    #[default]
    Cbor,
    /// JSON, which people can read.
    Json,
}

impl Codec {
    /// The codec of a message, all of which are maps.
    pub(crate) fn of(message: &[u8]) -> Option<Self> {
        match message.first()? {
            b'{' => Some(Self::Json),
            // Major type 5: a map.
            0xa0..=0xbf => Some(Self::Cbor),
            _ => None,
        }
    }

    pub(crate) fn write<T: Serialize>(self, value: &T, out: &mut Vec<u8>) -> Result<(), String> {
        match self {
            Self::Json => serde_json::to_writer(out, value).map_err(|error| error.to_string()),
            Self::Cbor => {
                let mut serializer = minicbor_serde::Serializer::new(out);
                value.serialize(&mut serializer).map_err(|error| error.to_string())
            }
        }
    }

    pub(crate) fn read<'a, T: Deserialize<'a>>(self, bytes: &'a [u8]) -> Result<T, String> {
        match self {
            Self::Json => serde_json::from_slice(bytes).map_err(|error| error.to_string()),
            Self::Cbor => minicbor_serde::from_slice(bytes).map_err(|error| error.to_string()),
        }
    }

    /// What stands for a value that was not sent.
    pub(crate) fn null(self) -> &'static [u8] {
        match self {
            Self::Json => b"null",
            Self::Cbor => &[0xf6],
        }
    }

    pub(crate) fn empty_map(self) -> &'static [u8] {
        match self {
            Self::Json => b"{}",
            Self::Cbor => &[0xa0],
        }
    }
}

/// A type whose values can be sent to another process.
///
/// It is implemented for all types that serde can write and read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent to another process",
    label = "serde can not both write and read it",
    note = "derive serde's `Serialize` and `Deserialize` for it, or mark the handler `#[handler(local)]` to \
            leave it out of the remote handle"
)]
pub trait Travels: Serialize + DeserializeOwned + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + Send + 'static> Travels for T {}

/// How values of one type are written and read.
pub struct Value<T> {
    pub(crate) write: fn(&T, Codec, &mut Vec<u8>) -> Result<(), String>,
    pub(crate) read: fn(&[u8], Codec) -> Result<T, String>,
    pub(crate) ty: fn() -> &'static str,
}

impl<T> Value<T> {
    pub(crate) const fn new() -> Self
    where
        T: Travels,
    {
        Self {
            write: |value, codec, out| codec.write(value, out),
            read: |bytes, codec| codec.read(bytes),
            ty: type_name::<T>,
        }
    }
}

impl<T> Clone for Value<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Value<T> {}

impl<T> fmt::Debug for Value<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value<{}>", (self.ty)())
    }
}
