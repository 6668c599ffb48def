//! A session: the handle of one connection, for any number of tasks.

use std::{fmt, ops::Deref, sync::Arc, time::Duration};

use actor_runtime::{ActorHandle, Builder};
use tokio::time::timeout;

use crate::{
    card::Card,
    client::Client,
    config::Config,
    driver::{Cache, Driver, DriverHandle},
    error::Result,
    handshake,
    listen::{AllNotifications, Notices, Notifications},
    transaction::{Begin, Exclusive, Transaction},
};

/// A connection. Clones share it.
///
/// Calls of several tasks are sent without waiting for each other's answers. The connection ends with the last
/// clone, once all that was sent is answered. It does not reconnect: settings, transactions and listeners would
/// be lost silently. [`Pool`](crate::Pool) does.
pub struct Session(Client);

impl Session {
    /// Connects. See [`Config::connect`].
    ///
    /// # Errors
    ///
    /// [`Error::Connect`](crate::Error::Connect).
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: if the future is dropped, the connection is closed.
    pub async fn connect(config: &Config) -> Result<Self> {
        let mut ready = handshake::connect(config).await?;
        let card = Arc::new(Card::new(config.clone(), &mut ready));
        let cache = Arc::new(Cache::new(config.statements));
        let shared = (card.clone(), cache.clone());
        let driver: DriverHandle = Builder::new()
            .name("postgres")
            .spawn_with(|me| Driver::new(ready, shared.0, shared.1, me));
        Ok(Self(Client::new(driver, card, cache)))
    }

    /// Begins a transaction. Until it ends, nobody else's calls are served.
    ///
    /// # Errors
    ///
    /// The server's error, or that of the connection.
    pub async fn transaction(&self) -> Result<Transaction> {
        self.transaction_with(Begin::default()).await
    }

    /// Begins a transaction with other settings than the default.
    ///
    /// # Errors
    ///
    /// The server's error, or that of the connection.
    pub async fn transaction_with(&self, begin: Begin) -> Result<Transaction> {
        self.limited(async || Transaction::begin(self, begin).await).await
    }

    /// Acquires exclusive use of the connection, without a transaction. What it leaves open is rolled back.
    ///
    /// # Errors
    ///
    /// That of the connection.
    pub async fn exclusive(&self) -> Result<Exclusive> {
        self.limited(async || Exclusive::begin(self).await).await
    }

    /// Listens to a channel. Returns when the server does.
    ///
    /// # Errors
    ///
    /// The server's error, or that of the connection.
    pub async fn listen(&self, channel: &str) -> Result<Notifications> {
        self.limited(async || Notifications::begin(self, channel).await).await
    }

    /// Returns the notifications of all channels from here on. This does not listen to any: a statement does. It does
    /// not keep the session open.
    ///
    /// # Errors
    ///
    /// That of the connection.
    pub async fn notifications(&self) -> Result<AllNotifications> {
        AllNotifications::begin(self).await
    }

    /// Returns the notices from here on, and first those that came while connecting. A reader that is slow misses some.
    ///
    /// # Errors
    ///
    /// That of the connection.
    pub async fn notices(&self) -> Result<Notices> {
        let call = self.driver.notices().buffer(64);
        call.sent().await.map(Notices).map_err(|error| self.unsent(error))
    }

    /// Closes the connection: what was sent is answered, then the server is told, then the task ends. Returns
    /// after that, at the latest after [`close_timeout`](Config::close_timeout): what is not answered by then
    /// fails.
    pub async fn close(&self) {
        if timeout(self.card.config.limits.close, self.driver.shutdown()).await.is_err() {
            self.driver.abort();
            self.driver.exited().await;
        }
    }

    /// Returns how long ago it was connected.
    pub(crate) fn age(&self) -> Duration {
        self.card.since.elapsed()
    }

    /// Waits until the connection has ended.
    pub async fn closed(&self) {
        self.driver.exited().await;
    }
}

impl Clone for Session {
    fn clone(&self) -> Self {
        Self(self.0.same())
    }
}

impl Deref for Session {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.0
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("target", &self.card.config.target())
            .field("process_id", &self.card.process_id)
            .field("pending", &self.pending())
            .finish_non_exhaustive()
    }
}
