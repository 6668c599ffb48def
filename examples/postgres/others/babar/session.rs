//! A session, and what it prepares and streams.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use ours::Client;
use theirs::{
    Error, Result,
    codec::{Decoder, Encoder},
};

use crate::{
    Config, CopyIn, Transaction, failed,
    query::{Command, Query},
    raw, transaction,
};

pub struct Session(pub(crate) ours::Session);

pub type RowStream<B> = BoxStream<'static, Result<B>>;

type RawRows = Vec<Vec<Option<Bytes>>>;

pub struct PreparedQuery<'a, A, B> {
    client: &'a Client,
    statement: ours::Statement,
    encoder: Arc<dyn Encoder<A> + Send + Sync>,
    decoder: Arc<dyn Decoder<B> + Send + Sync>,
}

pub struct PreparedCommand<'a, A> {
    client: &'a Client,
    statement: ours::Statement,
    encoder: Arc<dyn Encoder<A> + Send + Sync>,
}

/// The methods that a session and a connection of a pool share.
macro_rules! shared {
    ($type:ty) => {
        impl $type {
            pub async fn query<A, B>(
                &self,
                query: &$crate::query::Query<A, B>,
                values: A,
            ) -> theirs::Result<Vec<B>> {
                let $crate::query::Query { command, decoder } = query;
                let statement = self.0.prepare(&command.sql).await.map_err($crate::failed)?;
                $crate::raw::rows(&self.0, &statement, &*command.encoder, &**decoder, &values).await
            }

            pub async fn execute<A>(
                &self,
                command: &$crate::query::Command<A>,
                values: A,
            ) -> theirs::Result<u64> {
                $crate::raw::execute(&self.0, command, &values).await
            }
        }
    };
}
pub(crate) use shared;

shared!(Session);

impl Session {
    pub async fn connect(config: Config) -> Result<Self> {
        config.0.connect().await.map(Self).map_err(failed)
    }

    pub async fn simple_query_raw(&self, sql: &str) -> Result<Vec<RawRows>> {
        let results = self.0.simple_query(sql).await.map_err(failed)?;
        let rows = |result: &ours::SimpleResult| -> RawRows {
            let row = |row: &ours::SimpleRow| {
                let cell =
                    |index| row.get(index).map(|text| Bytes::copy_from_slice(text.as_bytes()));
                (0..row.len()).map(cell).collect()
            };
            result.rows().iter().map(row).collect()
        };
        Ok(results.iter().map(rows).collect())
    }

    pub async fn prepare_query<'a, A, B>(
        &'a self,
        query: &Query<A, B>,
    ) -> Result<PreparedQuery<'a, A, B>> {
        prepare(&self.0, query).await
    }

    pub async fn prepare_command<'a, A>(
        &'a self,
        command: &Command<A>,
    ) -> Result<PreparedCommand<'a, A>> {
        let statement = self.0.prepare(&command.sql).await.map_err(failed)?;
        Ok(PreparedCommand { client: &self.0, statement, encoder: command.encoder.clone() })
    }

    pub async fn stream_with_batch_size<A, B: 'static>(
        &self,
        query: &Query<A, B>,
        values: A,
        _: usize,
    ) -> Result<RowStream<B>> {
        let statement = self.0.prepare(query.sql()).await.map_err(failed)?;
        raw::align(&*query.decoder, &statement)?;
        let rows = raw::stream(&self.0, &statement, &*query.command.encoder, &values).await?;
        let rows = stream::unfold((rows, query.decoder.clone()), |(mut rows, decoder)| async {
            let row = rows.next().await?.map_err(failed);
            Some((row.and_then(|row| raw::decode(&*decoder, &row)), (rows, decoder)))
        });
        Ok(rows.boxed())
    }

    pub async fn transaction<T>(
        &self,
        body: impl AsyncFnOnce(Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        transaction::run(self.0.transaction().await.map_err(failed)?, body).await
    }

    pub async fn copy_in<T>(&self, copy: &CopyIn<T>, rows: Vec<T>) -> Result<u64> {
        let data = raw::copied(&copy.encoder, rows)?;
        let mut copy = self.0.copy_in(&copy.sql).await.map_err(failed)?;
        copy.send(&data).await.map_err(failed)?;
        copy.finish().await.map_err(failed)
    }

    pub async fn close(self) -> Result<()> {
        self.0.close().await;
        Ok(())
    }
}

/// Prepares a query, and compares the types of its columns with those of its decoder.
pub(crate) async fn prepare<'a, A, B>(
    client: &'a Client,
    query: &Query<A, B>,
) -> Result<PreparedQuery<'a, A, B>> {
    let statement = client.prepare(query.sql()).await.map_err(failed)?;
    raw::align(&*query.decoder, &statement)?;
    let oids = query.decoder.oids().iter().zip(statement.columns()).enumerate();
    for (position, (expected, column)) in oids {
        if *expected != column.ty().oid() {
            return Err(Error::SchemaMismatch {
                position,
                expected_oid: *expected,
                actual_oid: column.ty().oid(),
                column_name: column.name().to_owned(),
                sql: None,
                origin: None,
            });
        }
    }
    let (encoder, decoder) = (query.command.encoder.clone(), query.decoder.clone());
    Ok(PreparedQuery { client, statement, encoder, decoder })
}

impl<A, B> PreparedQuery<'_, A, B> {
    pub fn name(&self) -> &str {
        self.statement.name()
    }

    pub async fn query(&self, values: A) -> Result<Vec<B>> {
        raw::rows(self.client, &self.statement, &*self.encoder, &*self.decoder, &values).await
    }

    pub async fn close(self) -> Result<()> {
        Ok(())
    }
}

impl<A, B> fmt::Debug for PreparedQuery<'_, A, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.statement.fmt(f)
    }
}

impl<A> PreparedCommand<'_, A> {
    pub async fn execute(&self, values: A) -> Result<u64> {
        raw::affected(self.client, &self.statement, &*self.encoder, &values).await
    }

    pub async fn close(self) -> Result<()> {
        Ok(())
    }
}
