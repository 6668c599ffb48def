//! The `DEBUG` command, which only a server with `--debug` runs: the parts that the tests of Redis and of this server use.

use std::time::Duration;

use bytes::Bytes;

use crate::{
    frame::Frame,
    number::parse_float,
    store::access::{Fault, NO_FLOAT, SYNTAX},
};

use super::Connection;

impl Connection {
    pub(super) async fn debug(&mut self, words: &[Bytes]) -> Result<Frame, Fault> {
        if !self.services.allows_debug {
            return Err(Fault(
                "ERR DEBUG command not allowed. Start the server with --debug".into(),
            ));
        }
        let store = &self.services.store;
        match (words[0].to_ascii_uppercase().as_slice(), &words[1..]) {
            (b"DIGEST-VALUE", keys) => {
                let digests = store.digests(self.database, keys.to_vec()).await?;
                let digest = |digest: u64| Frame::text(format!("{digest:040x}"));
                return Ok(Frame::Array(digests.into_iter().map(digest).collect()));
            }
            (b"PANIC", []) => store.panic().await?,
            (b"PROTOCOL", [kind]) => return example(kind),
            (b"SET-ACTIVE-EXPIRE", [flag]) => store.expire_actively(flag != "0").await?,
            (b"SLEEP", [seconds]) => {
                let seconds = parse_float(seconds).ok_or(NO_FLOAT)?;
                store.sleep(Duration::try_from_secs_f64(seconds).map_err(|_| NO_FLOAT)?).await?;
            }
            _ => {
                return Err(Fault(
                    "ERR only DEBUG DIGEST-VALUE, PANIC, PROTOCOL, SET-ACTIVE-EXPIRE and SLEEP are supported".into(),
                ));
            }
        }
        Ok(Frame::OK)
    }
}

/// Returns a frame of a kind, with the content that Redis gives it.
#[expect(clippy::approx_constant, reason = "it is the number that Redis sends")]
fn example(kind: &[u8]) -> Result<Frame, Fault> {
    let numbers = || (0..3).map(Frame::Integer);
    Ok(match kind.to_ascii_lowercase().as_slice() {
        b"string" => Frame::word("Hello World"),
        b"integer" => Frame::Integer(12345),
        b"double" => Frame::Double(3.141),
        b"null" => Frame::Null,
        b"array" => Frame::Array(numbers().collect()),
        b"set" => Frame::Set(numbers().collect()),
        b"map" => {
            Frame::Map(numbers().map(|number| (number.clone(), number_is_odd(&number))).collect())
        }
        b"attrib" => {
            let popularity = Frame::Array(vec![Frame::word("key:123"), Frame::Integer(90)]);
            let attributes = vec![(Frame::word("key-popularity"), popularity)];
            let reply = Frame::word("Some real reply following the attribute");
            Frame::WithAttributes(attributes, Box::new(reply))
        }
        b"push" => Frame::Push(vec![Frame::word("server-cpu-usage"), Frame::Integer(42)]),
        b"verbatim" => Frame::Text("This is a verbatim\nstring".to_owned()),
        b"true" => Frame::Boolean(true),
        b"false" => Frame::Boolean(false),
        b"bignum" => Frame::BigNumber("1234567999999999999999999999999999999"),
        _ => return Err(SYNTAX),
    })
}

fn number_is_odd(number: &Frame) -> Frame {
    Frame::Boolean(matches!(number, Frame::Integer(number) if number % 2 == 1))
}
