//! The calls of a connection, for one caller or for many.

mod calls;

use std::{
    marker::PhantomData,
    ops::Deref,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use actor_runtime::{ActorHandle, Lease};
use postgres_types::{ToSql, Type};

use crate::{
    batch::Batch,
    card::{Card, Counts, Status},
    copy::{CopyIn, CopyOut},
    driver::{Cache, DriverHandle},
    error::{Error, Result},
    request::Request,
    row::{Row, rows_of},
    simple::SimpleResult,
    statement::{Statement, ToStatement},
    stream::RowStream,
    types,
};

/// The calls of a connection. A [`Session`](crate::Session), a [`Transaction`](crate::Transaction), a
/// [`Savepoint`](crate::Savepoint) and a [`PooledSession`](crate::PooledSession) deref to it.
///
/// # Cancel safety
///
/// All its methods may be dropped at any time: the connection goes on with the next request. A request that was
/// not accepted by then is not sent. One that was is run by the server, unless
/// [`cancel_on_drop`](Self::cancel_on_drop) is set, and its answer is discarded.
#[derive(Debug)]
pub struct Client {
    pub(crate) driver: DriverHandle,
    pub(crate) card: Arc<Card>,
    cache: Arc<Cache>,
    pub(crate) options: Options,
    /// Whether the driver serves nobody else meanwhile.
    pub(crate) is_leased: bool,
}

/// How a call is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) timeout: Option<Duration>,
    pub(crate) cancel_on_drop: bool,
    pub(crate) buffer: usize,
}

/// A [`Client`] with other options. Returned by [`Client::timeout`], [`Client::cancel_on_drop`] and
/// [`Client::buffer`].
#[derive(Debug)]
pub struct With<'a>(Client, PhantomData<&'a Client>);

impl Deref for With<'_> {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.0
    }
}

impl Client {
    pub(crate) fn new(driver: DriverHandle, card: Arc<Card>, cache: Arc<Cache>) -> Self {
        let limits = &card.config.limits;
        let options =
            Options { timeout: limits.call, cancel_on_drop: limits.cancel_on_drop, buffer: 16 };
        Self { driver, card, cache, options, is_leased: false }
    }

    /// The same connection, through the mailbox of a lease.
    pub(crate) fn leased(&self, lease: &Lease<DriverHandle>) -> Self {
        Self {
            driver: (**lease).clone(),
            card: self.card.clone(),
            cache: self.cache.clone(),
            options: self.options,
            is_leased: true,
        }
    }

    pub(crate) fn same(&self) -> Self {
        let Self { driver, card, cache, options, is_leased } = self;
        Self {
            driver: driver.clone(),
            card: card.clone(),
            cache: cache.clone(),
            options: *options,
            is_leased: *is_leased,
        }
    }

    fn with(&self, change: impl FnOnce(&mut Options)) -> With<'_> {
        let mut client = self.same();
        change(&mut client.options);
        With(client, PhantomData)
    }

    /// Limits the calls that are made through the result. A call that takes longer fails with
    /// [`Error::TimedOut`]; the server goes on with the statement, unless it is
    /// [cancelled](Self::cancel_on_drop).
    #[must_use]
    pub fn timeout(&self, limit: Duration) -> With<'_> {
        self.with(|options| options.timeout = Some(limit))
    }

    /// Cancels the statements of calls that are made through the result, if the call is dropped or times out
    /// while the server runs them.
    ///
    /// No other statement can be hit. So a statement is not cancelled if others were sent behind it before its
    /// call was dropped; [`Counts::uncancelled`] counts these. A session that is used by one task, from a pool
    /// or in a transaction, has no others.
    #[must_use]
    pub fn cancel_on_drop(&self) -> With<'_> {
        self.with(|options| options.cancel_on_drop = true)
    }

    /// Sets how many chunks a stream reads ahead. A chunk is what one read of the socket gave, at most about
    /// 32 KiB unless a row is larger. Default: 16.
    #[must_use]
    pub fn buffer(&self, chunks: usize) -> With<'_> {
        self.with(|options| options.buffer = chunks)
    }

    /// Prepares a statement.
    ///
    /// A text that was prepared before is answered from the cache, and callers that prepare the same text at the
    /// same time wait for one answer of the server.
    ///
    /// # Errors
    ///
    /// The server's error, or that of the connection.
    pub async fn prepare(&self, sql: &str) -> Result<Statement> {
        self.limited(async || {
            let prepared = self.prepared(sql).await?;
            types::shape(self, &prepared).await?;
            Ok(Statement(prepared))
        })
        .await
    }

    /// Runs a query, and returns all rows.
    ///
    /// # Errors
    ///
    /// The server's error, or that of the connection, or if a value cannot be sent as its parameter.
    pub async fn query<S>(&self, statement: &S, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>>
    where
        S: ToStatement + ?Sized,
    {
        self.limited(async || {
            let (columns, set) = self.run(statement.source(), values).await?;
            rows_of(&columns, set.rows)
        })
        .await
    }

    /// Runs a query that returns one row.
    ///
    /// # Errors
    ///
    /// As [`query`](Self::query), and [`Error::RowCount`].
    pub async fn query_one<S>(&self, statement: &S, values: &[&(dyn ToSql + Sync)]) -> Result<Row>
    where
        S: ToStatement + ?Sized,
    {
        let mut rows = self.query(statement, values).await?;
        match (rows.pop(), rows.len()) {
            (Some(row), 0) => Ok(row),
            (row, rest) => {
                let found = rest + usize::from(row.is_some());
                Err(Error::RowCount { expected: "one row", found })
            }
        }
    }

    /// Runs a query that returns one row or none.
    ///
    /// # Errors
    ///
    /// As [`query`](Self::query), and [`Error::RowCount`].
    pub async fn query_opt<S>(
        &self,
        statement: &S,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<Row>>
    where
        S: ToStatement + ?Sized,
    {
        let mut rows = self.query(statement, values).await?;
        match rows.len() {
            0 | 1 => Ok(rows.pop()),
            found => Err(Error::RowCount { expected: "at most one row", found }),
        }
    }

    /// Runs a statement, and returns the number of rows that it affected.
    ///
    /// # Errors
    ///
    /// As [`query`](Self::query).
    pub async fn execute<S>(&self, statement: &S, values: &[&(dyn ToSql + Sync)]) -> Result<u64>
    where
        S: ToStatement + ?Sized,
    {
        self.limited(async || {
            let (_, set) = self.run(statement.source(), values).await?;
            Ok(set.affected())
        })
        .await
    }

    /// Runs a query whose parameters have the given types, in one round trip and without preparing it.
    ///
    /// # Errors
    ///
    /// As [`query`](Self::query).
    pub async fn query_typed(
        &self,
        sql: &str,
        values: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>> {
        self.limited(async || {
            let set = self.run_typed(sql, values).await?;
            let columns = types::columns(self, set.columns.as_ref()).await?;
            rows_of(&columns, set.rows)
        })
        .await
    }

    /// Runs a statement whose parameters have the given types, in one round trip and without preparing it, and returns
    /// the number of rows that it affected.
    ///
    /// # Errors
    ///
    /// As [`query`](Self::query).
    pub async fn execute_typed(
        &self,
        sql: &str,
        values: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<u64> {
        self.limited(async || Ok(self.run_typed(sql, values).await?.affected())).await
    }

    /// Runs any number of statements without parameters. Values come as text. Unless the text begins and ends
    /// transactions itself, all of it is one.
    ///
    /// # Errors
    ///
    /// The server's error, or that of the connection.
    pub async fn simple_query(&self, sql: &str) -> Result<Vec<SimpleResult>> {
        self.limited(async || {
            let response = self.send(Request::simple(sql)?).await?;
            response.into_sets().map(SimpleResult::new).collect()
        })
        .await
    }

    /// Runs a query, and returns its rows as they come.
    ///
    /// The reader holds the server back. Until the stream was read to its end or dropped, *all other calls of
    /// the connection wait*: stream on a session of your own, such as one of a pool. Dropping the stream
    /// discards the rest; with [`cancel_on_drop`](Self::cancel_on_drop) it also cancels the query.
    ///
    /// # Errors
    ///
    /// As [`query`](Self::query). Errors of the running query come from the stream.
    pub async fn stream<S>(
        &self,
        statement: &S,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<RowStream>
    where
        S: ToStatement + ?Sized,
    {
        self.limited(async || {
            let (prepared, shape) = self.described(statement.source()).await?;
            let request = self.encode(&prepared, &shape, values)?;
            let call = self.driver.stream(self.marked(request)).buffer(self.options.buffer);
            let pieces = call.sent().await.map_err(|error| self.unsent(error))?;
            Ok(RowStream::new(self.card.clone(), pieces, shape.columns, prepared))
        })
        .await
    }

    /// Begins a batch: statements that are sent together, and run as one transaction.
    #[must_use]
    pub fn batch(&self) -> Batch<'_> {
        Batch::new(self)
    }

    /// Begins a `COPY .. FROM STDIN`. Until it is over, the connection does nothing else.
    ///
    /// # Errors
    ///
    /// The server's error, or that of the connection, or [`Error::NotCopy`].
    pub async fn copy_in(&self, sql: &str) -> Result<CopyIn> {
        self.limited(async || CopyIn::begin(self, sql).await).await
    }

    /// Runs a `COPY .. TO STDOUT`, and returns its data as it comes. All else is as for
    /// [`stream`](Self::stream).
    ///
    /// # Errors
    ///
    /// That of the connection. Errors of the server come from the result.
    pub async fn copy_out(&self, sql: &str) -> Result<CopyOut> {
        self.limited(async || {
            let call =
                self.driver.stream(self.marked(Request::simple(sql)?)).buffer(self.options.buffer);
            let pieces = call.sent().await.map_err(|error| self.unsent(error))?;
            Ok(CopyOut::new(self.card.clone(), pieces))
        })
        .await
    }

    /// Cancels the statement that runs, if no other was sent behind it. Returns whether there was one, once it is
    /// over. Its caller gets the SQLSTATE `57014`, if it was not over before.
    ///
    /// # Errors
    ///
    /// That of the connection.
    pub async fn cancel(&self) -> Result<bool> {
        self.answer(self.driver.cancel().sent()).await
    }

    /// Returns a setting of the server that it announces, such as `TimeZone` or `server_version`, as it is now.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.card.parameter(name)
    }

    /// Returns whether a transaction is open, as the server said last.
    #[must_use]
    pub fn status(&self) -> Status {
        self.card.status()
    }

    /// Returns the number of requests that were sent and are not answered.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.card.pending.load(Relaxed)
    }

    /// Returns the id of the server's process.
    #[must_use]
    pub fn process_id(&self) -> i32 {
        self.card.process_id
    }

    /// Returns `true` if the password was bound to the TLS channel (SCRAM-SHA-256-PLUS), so that somebody between the
    /// two sides could not have used it.
    #[must_use]
    pub fn is_channel_bound(&self) -> bool {
        self.card.is_bound
    }

    /// Returns counts since the start of the connection.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.card.counts()
    }

    /// Returns `true` if the connection has ended or is about to end.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.driver.is_closed() || self.card.end.get().is_some()
    }
}
