//! `HELLO` and `AUTH`: protocol version and authentication.
//!
//! The only user is `default`, which has no password.

use bytes::Bytes;

use crate::{
    frame::{Frame, Protocol},
    number::parse_integer,
    store::access::{Fault, SYNTAX},
};

use super::Connection;

/// The version of Redis that the server reports.
pub(crate) const VERSION: &str = "7.0.15";

impl Connection {
    pub(super) fn auth(&self, words: &[Bytes]) -> Result<Frame, Fault> {
        match words {
            [_] => {
                let text = "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?";
                Err(Fault(text.into()))
            }
            [user, _] => authenticate(user),
            _ => Err(SYNTAX),
        }
    }

    pub(super) async fn hello(&mut self, words: &[Bytes]) -> Result<Frame, Fault> {
        let (protocol, options) = match words {
            [] => (self.protocol, words),
            [version, options @ ..] => {
                let text = "ERR Protocol version is not an integer or out of range";
                let protocol = match parse_integer(version).ok_or(Fault(text.into()))? {
                    2 => Protocol::Resp2,
                    3 => Protocol::Resp3,
                    _ => return Err(Fault("NOPROTO unsupported protocol version".into())),
                };
                (protocol, options)
            }
        };
        let mut name = None;
        let mut rest = options;
        while let [option, after @ ..] = rest {
            match (option.to_ascii_uppercase().as_slice(), after) {
                (b"AUTH", [user, _password, after @ ..]) => {
                    authenticate(user)?;
                    rest = after;
                }
                (b"SETNAME", [given, after @ ..]) => {
                    super::client::check_name(given)?;
                    name = Some(given.clone());
                    rest = after;
                }
                _ => {
                    let option = String::from_utf8_lossy(option);
                    return Err(format!("ERR Syntax error in HELLO option '{option}'").into());
                }
            }
        }
        if let Some(name) = name {
            self.rename(name).await?;
        }
        self.speak(protocol).await?;
        Ok(self.introduction())
    }

    async fn speak(&mut self, protocol: Protocol) -> Result<(), Fault> {
        if self.registration.is_subscriber && protocol != self.protocol {
            self.services.hub.speak(self.status.id, protocol).await?;
        }
        self.protocol = protocol;
        self.status.set_protocol(protocol);
        Ok(())
    }

    fn introduction(&self) -> Frame {
        let id = i64::try_from(self.status.id).unwrap_or(i64::MAX);
        let pairs = [
            ("server", Frame::word("redis")),
            ("version", Frame::word(VERSION)),
            ("proto", Frame::Integer(self.protocol.number())),
            ("id", Frame::Integer(id)),
            ("mode", Frame::word("standalone")),
            ("role", Frame::word("master")),
            ("modules", Frame::Array(Vec::new())),
        ];
        Frame::Map(pairs.into_iter().map(|(key, value)| (Frame::word(key), value)).collect())
    }
}

/// Accepts any password for the default user, which has none.
fn authenticate(user: &[u8]) -> Result<Frame, Fault> {
    if user == b"default" {
        return Ok(Frame::OK);
    }
    let text = "WRONGPASS invalid username-password pair or user is disabled.";
    Err(Fault(text.into()))
}
