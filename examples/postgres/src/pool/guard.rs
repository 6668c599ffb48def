//! A session that goes back to its pool.

use std::{fmt, ops::Deref, sync::Arc};

use super::{ManagerHandle, reset::is_clean, shelf::Shelf};
use crate::{
    client::Client,
    error::Result,
    session::Session,
    transaction::{Begin, Transaction},
};

const IS_LENT: &str = "it goes back when this is dropped";

/// A session of a pool, for one task. It goes back when it is dropped, and is
/// [reset](crate::PoolConfig::reset) before anybody else gets it.
///
/// What was begun and is still alive then, such as a transaction or a stream, ends first.
pub struct PooledSession {
    /// `None` once it has gone back.
    lent: Option<Lent>,
    shelf: Arc<Shelf>,
}

struct Lent {
    session: Session,
    /// The holder's, at the shelf.
    id: u64,
    manager: ManagerHandle,
}

impl PooledSession {
    pub(super) fn new(
        session: Session,
        id: u64,
        manager: ManagerHandle,
        shelf: Arc<Shelf>,
    ) -> Self {
        Self { lent: Some(Lent { session, id, manager }), shelf }
    }

    /// Takes it apart without putting the session back. Its holder stays noted.
    pub(super) fn into_parts(mut self) -> (Session, ManagerHandle) {
        let Lent { session, manager, .. } = self.lent.take().expect(IS_LENT);
        (session, manager)
    }

    fn session(&self) -> &Session {
        &self.lent.as_ref().expect(IS_LENT).session
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
        let Some(Lent { session, id, manager }) = self.lent.take() else { return };
        let settings = &self.shelf.settings;
        if is_clean(&session, settings.reset) && !settings.check_after.is_zero() {
            self.shelf.put(session, manager, Some(id));
        } else if manager.put_back(id, session).cast_now().is_err() {
            // The pool is closed, and the session ends here.
            self.shelf.release(id);
        }
    }
}

impl fmt::Debug for PooledSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PooledSession").field(self.session()).finish()
    }
}
