//! A session that goes back to its pool.

use std::{fmt, ops::Deref, sync::Arc};

use super::{ManagerHandle, busy::Ledger};
use crate::{
    client::Client,
    error::Result,
    session::Session,
    transaction::{Begin, Transaction},
};

/// A session of a pool, for one task. It goes back when it is dropped, and is
/// [reset](crate::PoolConfig::reset) before anybody else gets it.
///
/// What was begun and is still alive then, such as a transaction or a stream, ends first.
pub struct PooledSession {
    /// `None` once it has gone back.
    pub(super) session: Option<Session>,
    pub(super) id: u64,
    pub(super) manager: ManagerHandle,
    pub(super) ledger: Arc<Ledger>,
}

impl PooledSession {
    fn session(&self) -> &Session {
        self.session.as_ref().expect("it goes back when this is dropped")
    }

    /// Begins a transaction.
    ///
    /// # Errors
    ///
    /// The server's error, or that of the connection.
    pub async fn transaction(&self) -> Result<Transaction> {
        self.session().transaction().await
    }

    /// Begins a transaction with other settings than the default.
    ///
    /// # Errors
    ///
    /// The server's error, or that of the connection.
    pub async fn transaction_with(&self, begin: Begin) -> Result<Transaction> {
        self.session().transaction_with(begin).await
    }
}

impl Deref for PooledSession {
    type Target = Client;

    fn deref(&self) -> &Client {
        self.session()
    }
}

impl Drop for PooledSession {
    fn drop(&mut self) {
        self.ledger.put_back(self.id);
        if let Some(session) = self.session.take() {
            // If the pool is closed, the session ends here.
            let _ = self.manager.put_back(session).cast_now();
        }
    }
}

impl fmt::Debug for PooledSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PooledSession").field(&self.session).finish()
    }
}
