//! What a request says, without its arguments.

use std::{borrow::Cow, time::Duration};

use crate::{codec::Codec, under_way::Key, wire::Raw};

/// A request that was read up to its arguments.
pub(crate) struct RequestHead<'a> {
    pub(crate) codec: Codec,
    /// The name of the handler.
    pub(crate) method: Cow<'a, str>,
    /// Which call of which process it is, if the caller says so.
    pub(crate) key: Option<Key>,
    /// How long the caller waits.
    pub(crate) within: Option<Duration>,
    /// Whether the caller wants to be told that its call is accepted.
    pub(crate) wants_accepted: bool,
    /// A map.
    pub(crate) arguments: Option<Raw<'a>>,
}

impl<'a> RequestHead<'a> {
    /// # Errors
    ///
    /// The reason, if it is no request.
    pub(crate) fn read(message: &'a [u8]) -> Result<Self, String> {
        let message = Raw::message(message)?;
        let (mut method, mut caller, mut number, mut within) = (None, None, None, None);
        let (mut wants_accepted, mut arguments) = (false, None);
        message.each(|name, value| {
            match name {
                b"method" => method = Some(value.text("method")?),
                b"caller" => caller = Some(value.number("caller")?),
                b"number" => number = Some(value.number("number")?),
                b"within_ms" => within = Some(value.number("within_ms")?),
                b"accepted" => wants_accepted = value.flag("accepted")?,
                b"arguments" => arguments = Some(value),
                // Of a later version.
                _ => {}
            }
            Ok(())
        })?;
        Ok(Self {
            codec: message.codec,
            method: method.ok_or("it names no method")?,
            key: caller.zip(number).map(|(caller, number)| Key { caller, number }),
            within: within.map(Duration::from_millis),
            wants_accepted,
            arguments,
        })
    }
}
