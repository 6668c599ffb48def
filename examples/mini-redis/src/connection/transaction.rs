//! Transactions: `MULTI`, `EXEC`, `DISCARD`, `WATCH` and `UNWATCH`.
//!
//! All queued commands for the store are sent to it as one message, which makes them atomic.

use bytes::Bytes;

use crate::{
    command::{Command, Local, Run},
    frame::{Frame, array_head},
    hub::Post,
    store::{Request, access::Fault},
};

use super::Connection;

/// A transaction between `MULTI` and `EXEC`.
#[derive(Debug, Default)]
pub(crate) struct Transaction {
    pub(crate) queued: Vec<(&'static Command, Vec<Bytes>)>,
    /// Whether a command was rejected, which makes `EXEC` fail.
    pub(crate) is_broken: bool,
}

impl Connection {
    pub(super) fn multi(&mut self) -> Result<Frame, Fault> {
        if self.transaction.is_some() {
            return Err(Fault("ERR MULTI calls can not be nested".into()));
        }
        self.transaction = Some(Transaction::default());
        self.status.set_queued(Some(0));
        Ok(Frame::OK)
    }

    pub(super) async fn discard(&mut self) -> Result<Frame, Fault> {
        if self.transaction.is_none() {
            return Err(Fault("ERR DISCARD without MULTI".into()));
        }
        self.forget_transaction();
        self.unwatch().await?;
        Ok(Frame::OK)
    }

    pub(super) async fn watch(&mut self, keys: &[Bytes]) -> Result<Frame, Fault> {
        if self.transaction.is_some() {
            return Err(Fault("ERR WATCH inside MULTI is not allowed".into()));
        }
        let is_first = !std::mem::replace(&mut self.registration.is_watching, true);
        let watch = self.services.store.watch(self.status.id, self.database, keys.to_vec());
        let life = watch.await?;
        if is_first {
            self.registration.watched_life = life;
        }
        Ok(Frame::OK)
    }

    pub(super) async fn unwatch(&mut self) -> Result<Frame, Fault> {
        if std::mem::take(&mut self.registration.is_watching) {
            self.services.store.unwatch(self.status.id).await?;
        }
        Ok(Frame::OK)
    }

    /// Handles a command that was rejected, and returns the error to reply with.
    ///
    /// An open transaction is marked as broken, or discarded if the command is `EXEC` itself.
    pub(super) async fn break_transaction(&mut self, name: &[u8], fault: Fault) -> Fault {
        if !name.eq_ignore_ascii_case(b"EXEC") {
            if let Some(transaction) = &mut self.transaction {
                transaction.is_broken = true;
            }
            return fault;
        }
        self.forget_transaction();
        if let Err(going) = self.unwatch().await {
            return going;
        }
        let Fault(text) = fault;
        let text = text.strip_prefix("ERR ").unwrap_or(&text);
        format!("EXECABORT Transaction discarded because of: {text}").into()
    }

    pub(super) fn forget_transaction(&mut self) {
        self.transaction = None;
        self.status.set_queued(None);
    }

    /// Runs the queued commands, and returns the reply unless it was already buffered.
    ///
    /// The commands for the store run first, as one message. The others run afterwards; they change no
    /// keys, so `EXEC` need not make them atomic. Replies are in the order of the commands.
    pub(super) async fn exec(&mut self) -> Result<Option<Frame>, Fault> {
        let Some(Transaction { queued, is_broken }) = self.transaction.take() else {
            return Err(Fault("ERR EXEC without MULTI".into()));
        };
        self.forget_transaction();
        if is_broken {
            self.unwatch().await?;
            let text = "EXECABORT Transaction discarded because of previous errors.";
            return Err(Fault(text.into()));
        }
        let Some(results) = self.exec_in_store(&queued).await? else {
            return Ok(Some(Frame::NullArray));
        };
        queued.iter().for_each(|(command, words)| self.show(command, words));
        let mut results = results.into_iter();
        if self.sends_replies() {
            array_head(&mut self.replies, queued.len());
        }
        for (command, words) in queued {
            let frame = match command.run {
                Run::Store(_) | Run::Blocking(_) => results.next(),
                Run::Publish { is_sharded } => Some(self.publish_one(is_sharded, &words).await),
                Run::Local(local) => {
                    let done = Box::pin(self.run_simple(local, &words[1..])).await;
                    done.unwrap_or_else(|fault| Some(fault.into()))
                }
            };
            self.write_all(frame).await;
        }
        Ok(None)
    }

    /// Runs the commands for the store. Returns `None` if a watched key was changed.
    async fn exec_in_store(
        &mut self,
        queued: &[(&'static Command, Vec<Bytes>)],
    ) -> Result<Option<Vec<Frame>>, Fault> {
        let mut database = self.database;
        let mut requests = Vec::new();
        for (command, words) in queued {
            match command.run {
                Run::Store(command) | Run::Blocking(command) => {
                    requests.push(Request { command, database, words: words.clone() });
                }
                Run::Local(Local::Select) => {
                    database = self.database_at(&words[1]).unwrap_or(database);
                }
                _ => {}
            }
        }
        let store = &self.services.store;
        if std::mem::take(&mut self.registration.is_watching) {
            let life = self.registration.watched_life;
            return Ok(store.run_if_unchanged(self.status.id, life, requests).await?);
        }
        Ok(Some(store.run_together(requests).await?))
    }

    async fn publish_one(&mut self, is_sharded: bool, words: &[Bytes]) -> Frame {
        let post = Post { is_sharded, channel: words[1].clone(), payload: words[2].clone() };
        match self.services.hub.publish(vec![post]).await {
            Ok(receivers) => Frame::count(receivers.into_iter().sum()),
            Err(error) => Fault::from(error).into(),
        }
    }
}
