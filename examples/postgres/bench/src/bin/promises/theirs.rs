//! babar 0.2.0.

use std::future::pending;

use babar::{
    Config, CopyIn, PreparedQuery, RowStream, Session, Transaction,
    codec::{Decoder, int8, text},
    query::{Command, Query},
    types::{INT4, Oid},
};
use bytes::Bytes;
use futures_util::TryStreamExt;
use tokio::sync::Notify;

use crate::client::{Client, Place, Result, Target};

/// Decodes an `int4` to the task that does it.
struct OfPlace;

impl Decoder<Place> for OfPlace {
    fn decode(&self, _: &[Option<Bytes>]) -> babar::Result<Place> {
        Ok(Place::here())
    }

    fn n_columns(&self) -> usize {
        1
    }

    fn oids(&self) -> &'static [Oid] {
        &[INT4]
    }
}

fn places(sql: &str) -> Query<(), Place> {
    Query::raw(sql, OfPlace)
}

impl Client for Session {
    type Statement = PreparedQuery<(), Place>;
    type Rows = RowStream<Place>;

    async fn to(target: &Target) -> Result<Self> {
        let Target { port, user, database } = target;
        Ok(Self::connect(Config::new("127.0.0.1", *port, user, database)).await?)
    }

    async fn run(&self, sql: &str) -> Result<()> {
        self.simple_query_raw(sql).await?;
        Ok(())
    }

    async fn extended(&self, sql: &str) -> Result<()> {
        self.execute(&Command::raw(sql), ()).await?;
        Ok(())
    }

    async fn number(&self, sql: &str) -> Result<i64> {
        let numbers: Query<(), (i64,)> = Query::raw(sql, (int8,));
        let rows = self.query(&numbers, ()).await?;
        Ok(rows.first().ok_or("no row")?.0)
    }

    async fn place(&self, sql: &str) -> Result<Place> {
        let rows = self.query(&places(sql), ()).await?;
        Ok(*rows.first().ok_or("no row")?)
    }

    async fn statement(&self, sql: &str) -> Result<Self::Statement> {
        Ok(self.prepare_query(&places(sql)).await?)
    }

    async fn rows(&self, sql: &str) -> Result<Self::Rows> {
        Ok(self.stream(&places(sql), ()).await?)
    }

    async fn next(rows: &mut Self::Rows) -> Result<Option<Place>> {
        Ok(rows.try_next().await?)
    }

    async fn unfinished(&self, sql: &str, has_run: &Notify) -> Result<()> {
        self.transaction(async |transaction: Transaction<'_>| -> babar::Result<()> {
            transaction.execute(&Command::raw(sql), ()).await?;
            has_run.notify_one();
            pending().await
        })
        .await?;
        Ok(())
    }

    async fn copy(&self, table: &str, values: impl Iterator<Item = String>) -> Result<u64> {
        let copy: CopyIn<(String,)> =
            CopyIn::binary(format!("COPY {table} FROM STDIN BINARY"), (text,));
        Ok(self.copy_in(&copy, values.map(|value| (value,))).await?)
    }

    fn setting(&self, name: &str) -> Option<String> {
        self.params().get(name).map(str::to_owned)
    }

    async fn end(self) -> bool {
        self.close().await.is_ok()
    }
}
