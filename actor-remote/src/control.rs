//! What callers tell about their calls after they have sent them.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;

use crate::{
    codec::Codec,
    engine::BoxStream,
    under_way::{Key, UnderWay},
    wire::{Raw, Writer},
};

/// Where those who serve a name are told of calls that nobody is known to have accepted.
pub(crate) fn topic_of_name(name: &str) -> String {
    format!("control.{name}")
}

/// Where a process is told of the calls that it has accepted.
pub(crate) fn topic_of_process(process: u64) -> String {
    format!("process.{process}")
}

/// Listens to what callers tell.
pub(crate) async fn listen(mut topic: BoxStream<Bytes>, under_way: Arc<UnderWay>) {
    while let Some(message) = topic.next().await {
        // One that cannot be read comes from somebody else.
        if let Ok((key, what)) = Control::parse(&message) {
            under_way.tell(key, what);
        }
    }
}

/// What a caller tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    /// It waits no more.
    Cancel,
    /// It has read the answer.
    Read,
    /// It has read so many items of its stream, from the beginning. It says so now and then, and once a second as long as
    /// it reads the stream, so that nothing rests on one message.
    Taken {
        items: u64,
        /// It waits for the next item, and would like to know how many were sent.
        asks: bool,
    },
}

impl Control {
    /// Writes it for the call of this number.
    pub(crate) fn message(self, caller: u64, number: u64) -> Bytes {
        let mut writer = Writer::new(Codec::Cbor);
        writer.number("caller", caller);
        writer.number("number", number);
        match self {
            Self::Cancel => writer.flag("cancel"),
            Self::Read => writer.flag("read"),
            Self::Taken { items, asks } => {
                writer.number("taken", items);
                if asks {
                    writer.flag("asks");
                }
            }
        }
        writer.finish()
    }

    /// Reads it, with the call that it is about.
    pub(crate) fn parse(message: &[u8]) -> Result<(Key, Self), String> {
        let (mut caller, mut number, mut taken) = (None, None, None);
        let (mut asks, mut cancel, mut read) = (false, false, false);
        Raw::message(message)?.each(|name, value| {
            match name {
                b"caller" => caller = Some(value.number("caller")?),
                b"number" => number = Some(value.number("number")?),
                b"taken" => taken = Some(value.number("taken")?),
                b"asks" => asks = value.flag("asks")?,
                b"cancel" => cancel = value.flag("cancel")?,
                b"read" => read = value.flag("read")?,
                // Of a later version.
                _ => {}
            }
            Ok(())
        })?;
        let (Some(caller), Some(number)) = (caller, number) else {
            return Err("it does not say which call it is about".to_owned());
        };
        let what = match taken {
            Some(items) => Self::Taken { items, asks },
            None if cancel => Self::Cancel,
            None if read => Self::Read,
            None => return Err("it says nothing about the call".to_owned()),
        };
        Ok((Key { caller, number }, what))
    }
}
