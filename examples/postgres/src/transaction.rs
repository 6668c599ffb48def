//! Transactions: leases of the connection, which are rolled back unless they are committed.

use std::ops::Deref;

use actor_runtime::{ActorHandle, Lease};
use postgres_types::ToSql;

use crate::{
    client::Client,
    driver::{DriverHandle, quoted},
    error::{Error, Result},
    portal::Portal,
    request::{Control, Request},
    statement::ToStatement,
};

/// The settings of a transaction. The default is that of the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Begin {
    /// The isolation level.
    pub isolation: Option<Isolation>,
    /// Whether it may only read.
    pub is_read_only: bool,
    /// Whether it may wait until it can run without the risk of a failure. For serializable, read-only ones.
    pub is_deferrable: bool,
}

/// The isolation level of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// Each statement sees what was committed before it.
    ReadCommitted,
    /// All statements see what was committed before the first.
    RepeatableRead,
    /// As if transactions ran one after the other.
    Serializable,
}

impl Begin {
    fn to_sql(self) -> String {
        let mut sql = "BEGIN".to_owned();
        match self.isolation {
            None => {}
            Some(Isolation::ReadCommitted) => sql += " ISOLATION LEVEL READ COMMITTED",
            Some(Isolation::RepeatableRead) => sql += " ISOLATION LEVEL REPEATABLE READ",
            Some(Isolation::Serializable) => sql += " ISOLATION LEVEL SERIALIZABLE",
        }
        if self.is_read_only {
            sql += " READ ONLY";
        }
        if self.is_deferrable {
            sql += " DEFERRABLE";
        }
        sql
    }
}

/// Exclusive use of a connection. Returned by [`Session::exclusive`](crate::Session::exclusive).
#[derive(Debug)]
pub struct Exclusive {
    client: Client,
    _lease: Lease<DriverHandle>,
}

impl Exclusive {
    pub(crate) async fn begin(client: &Client) -> Result<Self> {
        let lease = client.driver.lease().await.map_err(|error| client.failed(error))?;
        Ok(Self { client: client.leased(&lease), _lease: lease })
    }
}

impl Deref for Exclusive {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// A transaction. Returned by [`Session::transaction`](crate::Session::transaction).
///
/// If it is dropped without [`commit`](Self::commit), it is rolled back before any other call of the session is
/// sent.
#[derive(Debug)]
pub struct Transaction(Exclusive);

impl Transaction {
    pub(crate) async fn begin(client: &Client, begin: Begin) -> Result<Self> {
        let transaction = Self(Exclusive::begin(client).await?);
        let request = Request::simple(&begin.to_sql())?;
        transaction.send(Request { control: Control::Begin, ..request }).await?;
        Ok(transaction)
    }

    /// Commits. A transaction in which a statement has failed cannot be committed.
    ///
    /// # Errors
    ///
    /// The server's error, that of the connection, or [`Error::RolledBack`]. In all cases the transaction has
    /// ended; after [`Error::Closed`] with `may_have_run`, it is unknown how.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before the `COMMIT` was sent, the transaction is rolled back; afterwards, it is
    /// committed.
    pub async fn commit(self) -> Result<()> {
        let request = Request { control: Control::End, ..Request::simple("COMMIT")? };
        let set = self.limited(async || Ok(self.send(request).await?.into_last())).await?;
        // What the server says to a `COMMIT` that it could not do.
        if set.tag.as_deref() == Some(b"ROLLBACK") { Err(Error::RolledBack) } else { Ok(()) }
    }

    /// Rolls back, and waits for it.
    ///
    /// # Errors
    ///
    /// That of the connection.
    pub async fn rollback(self) -> Result<()> {
        let request = Request { control: Control::End, ..Request::simple("ROLLBACK")? };
        self.limited(async || self.send(request).await.map(drop)).await
    }

    /// Begins a query whose rows are fetched in parts, so that a slow reader does not delay other requests.
    ///
    /// # Errors
    ///
    /// The server's error, or that of the connection, or if a value cannot be sent as its parameter.
    pub async fn portal<S>(&self, statement: &S, values: &[&(dyn ToSql + Sync)]) -> Result<Portal>
    where
        S: ToStatement + ?Sized,
    {
        self.limited(async || Portal::begin(self, statement, values).await).await
    }

    /// Sets a savepoint.
    ///
    /// # Errors
    ///
    /// The server's error, or that of the connection.
    pub async fn savepoint(&mut self, name: &str) -> Result<Savepoint<'_>> {
        Savepoint::begin(self, name).await
    }
}

impl Deref for Transaction {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.0
    }
}

/// A part of a transaction. Returned by [`Transaction::savepoint`].
///
/// If it is dropped without [`commit`](Self::commit), what was done since is rolled back, and the transaction
/// goes on.
#[derive(Debug)]
pub struct Savepoint<'a> {
    client: &'a Client,
    name: String,
    is_over: bool,
}

impl<'a> Savepoint<'a> {
    async fn begin(client: &'a Client, name: &str) -> Result<Self> {
        let name = quoted(name);
        let request = Request::simple(&format!("SAVEPOINT {name}"))?;
        // If this future is dropped, the savepoint may be set, and does no harm.
        client.limited(async || client.send(request).await).await?;
        Ok(Self { client, name, is_over: false })
    }

    /// Keeps what was done since, as part of the transaction.
    ///
    /// # Errors
    ///
    /// The server's error, or that of the connection. What was done since is rolled back then.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before the request was sent, what was done since is rolled back; afterwards, it
    /// is kept.
    pub async fn commit(mut self) -> Result<()> {
        let request = Request::simple(&format!("RELEASE SAVEPOINT {}", self.name))?;
        let released = self.end(request).await;
        // In a transaction that has failed, it is still there.
        self.is_over = released.is_ok();
        released
    }

    /// Rolls back what was done since, and waits for it.
    ///
    /// # Errors
    ///
    /// That of the connection.
    pub async fn rollback(mut self) -> Result<()> {
        let undo = self.undo()?;
        self.end(undo).await
    }

    /// Begins a query whose rows are fetched in parts, so that a slow reader does not delay other requests.
    ///
    /// # Errors
    ///
    /// The server's error, or that of the connection, or if a value cannot be sent as its parameter.
    pub async fn portal<S>(&self, statement: &S, values: &[&(dyn ToSql + Sync)]) -> Result<Portal>
    where
        S: ToStatement + ?Sized,
    {
        self.limited(async || Portal::begin(self, statement, values).await).await
    }

    /// Sets a savepoint within this one.
    ///
    /// # Errors
    ///
    /// The server's error, or that of the connection.
    pub async fn savepoint(&mut self, name: &str) -> Result<Savepoint<'_>> {
        Savepoint::begin(self.client, name).await
    }

    /// Sends the last request. Once it is accepted, the savepoint is over, whether or not somebody waits.
    async fn end(&mut self, request: Request) -> Result<()> {
        let client = self.client;
        let sent = async {
            let answer = client.sent(request).await?;
            self.is_over = true;
            client.answered(answer).await.map(drop)
        };
        client.limited(async || sent.await).await
    }

    fn undo(&self) -> Result<Request> {
        let name = &self.name;
        Request::simple(&format!("ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}"))
    }
}

impl Deref for Savepoint<'_> {
    type Target = Client;

    fn deref(&self) -> &Client {
        self.client
    }
}

impl Drop for Savepoint<'_> {
    fn drop(&mut self) {
        if !self.is_over
            && let Ok(request) = self.undo()
        {
            // Refused only if the transaction has ended.
            let _ = self.client.driver.run_quietly(request).cast_now();
        }
    }
}
