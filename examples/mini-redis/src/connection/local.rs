//! Commands that the connection runs itself.

use bytes::Bytes;

use crate::{
    command::{self, Local},
    frame::{Frame, Protocol},
    store::access::{Fault, database_at},
};

use super::{Connection, ReplyMode};

impl Connection {
    /// Runs a command. `words` are its arguments.
    ///
    /// Returns `None` if there is no reply, or if the hub sends it.
    pub(super) async fn run_simple(
        &mut self,
        local: Local,
        words: &[Bytes],
    ) -> Result<Option<Frame>, Fault> {
        Ok(Some(match local {
            Local::Auth => self.auth(words)?,
            Local::Client => match self.client(words).await? {
                Some(frame) => frame,
                None => return Ok(None),
            },
            Local::Command => command::answer(words)?,
            Local::Config => self.config(words).await?,
            Local::Debug => self.debug(words).await?,
            Local::Discard => self.discard().await?,
            Local::Echo => Frame::Bulk(words[0].clone()),
            Local::Exec => return Err(Fault("ERR EXEC without MULTI".into())),
            Local::Function => function(words)?,
            Local::Hello => self.hello(words).await?,
            Local::Info => self.info(words).await?,
            Local::Monitor => {
                self.monitor().await?;
                return Ok(None);
            }
            Local::Multi => self.multi()?,
            Local::Ping => self.ping(words)?,
            Local::Pubsub => self.pubsub(words).await?,
            Local::Quit => {
                self.is_closing = true;
                Frame::OK
            }
            Local::Reset => self.reset().await?,
            Local::Select => self.select(&words[0])?,
            Local::Subscribe(kind) => {
                self.subscribe(kind, words).await?;
                return Ok(None);
            }
            Local::Unsubscribe(kind) => {
                self.unsubscribe(kind, words).await?;
                return Ok(None);
            }
            Local::Unwatch => self.unwatch().await?,
            Local::Watch => self.watch(words).await?,
        }))
    }

    /// In RESP2, the reply to a subscriber has the form of a message.
    fn ping(&self, words: &[Bytes]) -> Result<Frame, Fault> {
        let is_subscriber = self.protocol == Protocol::Resp2 && self.subscriptions.total() > 0;
        match words {
            [] if is_subscriber => Ok(Frame::Array(vec![Frame::word("pong"), Frame::word("")])),
            [text] if is_subscriber => {
                Ok(Frame::Array(vec![Frame::word("pong"), Frame::Bulk(text.clone())]))
            }
            [] => Ok(Frame::Simple("PONG")),
            [text] => Ok(Frame::Bulk(text.clone())),
            _ => Err(command::wrong_arity("ping")),
        }
    }

    fn select(&mut self, word: &[u8]) -> Result<Frame, Fault> {
        self.database = self.database_at(word)?;
        self.status.set_database(self.database);
        Ok(Frame::OK)
    }

    pub(super) fn database_at(&self, word: &[u8]) -> Result<usize, Fault> {
        database_at(word, self.services.databases)
    }

    /// Restores the state of a new connection.
    async fn reset(&mut self) -> Result<Frame, Fault> {
        self.forget_transaction();
        self.unwatch().await?;
        self.leave_hub().await?;
        self.reply_mode = ReplyMode::On;
        self.database = 0;
        self.status.set_database(0);
        self.protocol = Protocol::Resp2;
        self.status.set_protocol(self.protocol);
        self.rename(Bytes::new()).await?;
        Ok(Frame::Simple("RESET"))
    }

    pub(super) fn sends_replies(&self) -> bool {
        matches!(self.reply_mode, ReplyMode::On | ReplyMode::SkipNext)
    }
}

/// Runs `FUNCTION`. There are no functions, so they can only be listed and removed.
fn function(words: &[Bytes]) -> Result<Frame, Fault> {
    match words {
        [flush] if flush.eq_ignore_ascii_case(b"FLUSH") => Ok(Frame::OK),
        [flush, how] if flush.eq_ignore_ascii_case(b"FLUSH") => {
            let is_known = how.eq_ignore_ascii_case(b"ASYNC") || how.eq_ignore_ascii_case(b"SYNC");
            let text = "ERR FUNCTION FLUSH only supports SYNC|ASYNC option";
            if is_known { Ok(Frame::OK) } else { Err(Fault(text.into())) }
        }
        _ => Ok(Frame::Array(Vec::new())),
    }
}
