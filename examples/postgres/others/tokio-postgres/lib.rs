//! The interface of tokio-postgres, as far as its tests use it, on top of `postgres-actor`. `others.sh` puts it in the
//! place of tokio-postgres, whose parser of connection strings, SQLSTATEs and binary `COPY` format it keeps.

pub mod binary_copy;
mod config;
mod copy;
pub mod error;
mod simple;
mod transaction;

use std::{
    future::Future,
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_util::{
    Stream,
    future::BoxFuture,
    stream::{self, BoxStream, StreamExt},
};
use ours::{Notification as OurNotification, RowIndex, Session};
use types::{FromSql, FromSqlOwned, ToSql, Type};

pub use self::{
    config::{Config, connect},
    copy::{CopyInSink, CopyOutStream},
    error::Error,
    simple::{SimpleColumn, SimpleQueryMessage, SimpleQueryRow},
    transaction::{Portal, Transaction, TransactionBuilder},
};
pub use ours::postgres_types as types;
pub use theirs::{IsolationLevel, NoTls};

pub mod tls {
    pub use theirs::tls::{NoTls, NoTlsStream};
}

type Values<'a> = &'a [&'a (dyn ToSql + Sync)];
type Result<T, E = Error> = std::result::Result<T, E>;

pub struct Client(Session);

pub struct Connection<S, T> {
    messages: BoxStream<'static, Result<AsyncMessage>>,
    _streams: PhantomData<fn() -> (S, T)>,
}

#[non_exhaustive]
#[derive(Debug)]
pub enum AsyncMessage {
    Notice(ours::Notice),
    Notification(Notification),
}

#[derive(Debug)]
pub struct Notification {
    channel: Arc<str>,
    payload: String,
}

impl Notification {
    pub fn channel(&self) -> &str {
        &self.channel
    }

    pub fn payload(&self) -> &str {
        &self.payload
    }
}

impl<S, T> Connection<S, T> {
    async fn new(session: &Session) -> Result<Self> {
        let notices = stream::unfold(session.notices().await?, |mut notices| async {
            Some((Ok(AsyncMessage::Notice(notices.next().await?)), notices))
        });
        let notifications = stream::unfold(session.notifications().await?, |mut all| async {
            loop {
                return match all.next().await {
                    Ok(OurNotification::Message { channel, payload, .. }) => {
                        let notification = Notification { channel, payload };
                        Some((Ok(AsyncMessage::Notification(notification)), all))
                    }
                    Ok(_) => continue,
                    Err(ours::Error::Closed { why: ours::Closed::ByClient, .. }) => None,
                    Err(error) => Some((Err(error.into()), all)),
                };
            }
        });
        let messages = stream::select(notices, notifications).boxed();
        Ok(Self { messages, _streams: PhantomData })
    }

    pub fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<AsyncMessage>>> {
        self.messages.as_mut().poll_next(cx)
    }
}

impl<S, T> Future for Connection<S, T> {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        while ready!(self.poll_message(cx)).transpose()?.is_some() {}
        Poll::Ready(Ok(()))
    }
}

#[derive(Clone)]
pub struct Statement {
    statement: ours::Statement,
    columns: Vec<Column>,
}

#[derive(Clone, Debug)]
pub struct Column(ours::Column);

impl Statement {
    fn new(statement: ours::Statement) -> Self {
        let columns = statement.columns().iter().cloned().map(Column).collect();
        Self { statement, columns }
    }

    pub fn params(&self) -> &[Type] {
        self.statement.parameters()
    }

    pub fn columns(&self) -> &[Column] {
        &self.columns
    }
}

impl Column {
    pub fn name(&self) -> &str {
        self.0.name()
    }

    pub fn type_(&self) -> &Type {
        self.0.ty()
    }

    pub fn type_modifier(&self) -> i32 {
        self.0.type_modifier()
    }
}

#[derive(Debug)]
pub struct Row(ours::Row);

impl Row {
    pub fn get<'a, I, T>(&'a self, column: I) -> T
    where
        I: RowIndex,
        T: FromSql<'a>,
    {
        self.0.get(column)
    }

    pub fn try_get<'a, I, T>(&'a self, column: I) -> Result<T>
    where
        I: RowIndex,
        T: FromSql<'a>,
    {
        Ok(self.0.try_get(column)?)
    }

    pub fn columns(&self) -> Vec<Column> {
        self.0.columns().iter().cloned().map(Column).collect()
    }

    fn scalar<T: FromSqlOwned>(&self) -> Result<T> {
        match self.0.len() {
            1 => self.try_get(0),
            _ => Err(Error::text("query returned an unexpected number of columns")),
        }
    }
}

/// A text or a prepared statement.
pub trait ToStatement: Sync {
    fn source(&self) -> Source<'_>;
}

pub enum Source<'a> {
    Text(&'a str),
    Statement(&'a ours::Statement),
}

impl ToStatement for str {
    fn source(&self) -> Source<'_> {
        Source::Text(self)
    }
}

impl ToStatement for String {
    fn source(&self) -> Source<'_> {
        Source::Text(self)
    }
}

impl ToStatement for Statement {
    fn source(&self) -> Source<'_> {
        Source::Statement(&self.statement)
    }
}

impl Source<'_> {
    fn sql(&self) -> &str {
        match self {
            Self::Text(sql) => sql,
            Self::Statement(statement) => statement.sql(),
        }
    }
}

/// Calls a method of ours with either kind of statement.
macro_rules! with {
    ($client:expr, $method:ident, $statement:expr, $values:expr) => {
        match $statement.source() {
            $crate::Source::Text(sql) => $client.$method(sql, $values).await?,
            $crate::Source::Statement(statement) => $client.$method(statement, $values).await?,
        }
    };
}
pub(crate) use with;

/// The methods that a client and a transaction share. Both deref to a client of ours.
macro_rules! shared {
    ($type:ty) => {
        impl $type {
            pub async fn check_connection(&self) -> Result<()> {
                self.batch_execute("").await
            }

            pub async fn batch_execute(&self, sql: &str) -> Result<()> {
                self.0.simple_query(sql).await?;
                Ok(())
            }

            pub async fn simple_query(&self, sql: &str) -> Result<Vec<SimpleQueryMessage>> {
                Ok(simple::messages(self.0.simple_query(sql).await?))
            }

            pub async fn prepare(&self, sql: &str) -> Result<Statement> {
                Ok(Statement::new(self.0.prepare(sql).await?))
            }

            pub async fn query<T>(&self, statement: &T, values: Values<'_>) -> Result<Vec<Row>>
            where
                T: ?Sized + ToStatement,
            {
                Ok(rows(with!(self.0, query, statement, values)))
            }

            pub async fn query_one<T>(&self, statement: &T, values: Values<'_>) -> Result<Row>
            where
                T: ?Sized + ToStatement,
            {
                Ok(Row(with!(self.0, query_one, statement, values)))
            }

            pub async fn query_opt<T>(
                &self,
                statement: &T,
                values: Values<'_>,
            ) -> Result<Option<Row>>
            where
                T: ?Sized + ToStatement,
            {
                Ok(with!(self.0, query_opt, statement, values).map(Row))
            }

            pub async fn execute<T>(&self, statement: &T, values: Values<'_>) -> Result<u64>
            where
                T: ?Sized + ToStatement,
            {
                Ok(with!(self.0, execute, statement, values))
            }

            pub async fn query_scalar<R, T>(
                &self,
                statement: &T,
                values: Values<'_>,
            ) -> Result<Vec<R>>
            where
                T: ?Sized + ToStatement,
                R: FromSqlOwned,
            {
                self.query(statement, values).await?.iter().map(Row::scalar).collect()
            }

            pub async fn query_one_scalar<R, T>(
                &self,
                statement: &T,
                values: Values<'_>,
            ) -> Result<R>
            where
                T: ?Sized + ToStatement,
                R: FromSqlOwned,
            {
                self.query_one(statement, values).await?.scalar()
            }

            pub async fn query_opt_scalar<R, T>(
                &self,
                statement: &T,
                values: Values<'_>,
            ) -> Result<Option<R>>
            where
                T: ?Sized + ToStatement,
                R: FromSqlOwned,
            {
                self.query_opt(statement, values).await?.map(|row| row.scalar()).transpose()
            }

            pub async fn query_typed(
                &self,
                sql: &str,
                values: &[(&(dyn ToSql + Sync), Type)],
            ) -> Result<Vec<Row>> {
                Ok(rows(self.0.query_typed(sql, values).await?))
            }

            pub async fn query_typed_one(
                &self,
                sql: &str,
                values: &[(&(dyn ToSql + Sync), Type)],
            ) -> Result<Row> {
                let row = self.query_typed_opt(sql, values).await?;
                row.ok_or_else(|| Error::text("query returned an unexpected number of rows"))
            }

            pub async fn query_typed_opt(
                &self,
                sql: &str,
                values: &[(&(dyn ToSql + Sync), Type)],
            ) -> Result<Option<Row>> {
                let mut rows = self.query_typed(sql, values).await?;
                match rows.len() {
                    0 | 1 => Ok(rows.pop()),
                    _ => Err(Error::text("query returned an unexpected number of rows")),
                }
            }

            pub async fn execute_typed(
                &self,
                sql: &str,
                values: &[(&(dyn ToSql + Sync), Type)],
            ) -> Result<u64> {
                Ok(self.0.execute_typed(sql, values).await?)
            }

            pub async fn copy_in<T, U>(&self, statement: &T) -> Result<CopyInSink<U>>
            where
                T: ?Sized + ToStatement,
            {
                Ok(CopyInSink::new(self.0.copy_in(statement.source().sql()).await?))
            }

            pub async fn copy_out<T>(&self, statement: &T) -> Result<CopyOutStream>
            where
                T: ?Sized + ToStatement,
            {
                Ok(CopyOutStream::new(self.0.copy_out(statement.source().sql()).await?))
            }
        }
    };
}

shared!(Client);
shared!(Transaction<'_>);

fn rows(rows: Vec<ours::Row>) -> Vec<Row> {
    rows.into_iter().map(Row).collect()
}

impl Client {
    pub async fn transaction(&mut self) -> Result<Transaction<'_>> {
        self.build_transaction().start().await
    }

    pub fn build_transaction(&mut self) -> TransactionBuilder<'_> {
        TransactionBuilder::new(&self.0)
    }

    /// Only without values.
    pub async fn query_raw<T, I>(&self, statement: &T, values: I) -> Result<RowStream>
    where
        T: ?Sized + ToStatement,
        I: IntoIterator,
    {
        assert_eq!(values.into_iter().count(), 0);
        Ok(RowStream {
            stream: Some(with!(self.0, stream, statement, &[])),
            next: None,
            affected: None,
        })
    }

    pub fn cancel_token(&self) -> CancelToken {
        CancelToken(self.0.clone())
    }
}

/// The stream, or the wait for its next row.
pub struct RowStream {
    stream: Option<ours::RowStream>,
    next: Option<BoxFuture<'static, (ours::RowStream, Option<ours::Result<ours::Row>>)>>,
    affected: Option<u64>,
}

impl RowStream {
    pub fn rows_affected(&self) -> Option<u64> {
        self.affected
    }
}

impl Stream for RowStream {
    type Item = Result<Row>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(mut stream) = self.stream.take() {
            self.next = Some(Box::pin(async move {
                let row = stream.next().await;
                (stream, row)
            }));
        }
        let Some(next) = &mut self.next else { return Poll::Ready(None) };
        let (stream, row) = ready!(next.as_mut().poll(cx));
        self.next = None;
        self.affected = stream.affected();
        self.stream = Some(stream);
        Poll::Ready(row.map(|row| Ok(Row(row?))))
    }
}

/// A session of ours sends its cancel requests itself.
pub struct CancelToken(Session);

impl CancelToken {
    pub async fn cancel_query<T>(&self, _: T) -> Result<()> {
        self.0.cancel().await?;
        Ok(())
    }

    pub async fn cancel_query_raw<S, T>(&self, _: S, tls: T) -> Result<()> {
        self.cancel_query(tls).await
    }
}

fn slice_iter<'a>(
    values: &'a [&'a (dyn ToSql + Sync)],
) -> impl ExactSizeIterator<Item = &'a (dyn ToSql + Sync)> + 'a {
    values.iter().copied()
}
