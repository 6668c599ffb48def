//! This driver.

use std::{error::Error, future::pending};

use postgres_actor::{Config, FromSql, RowStream, Session, Statement, Type};
use tokio::sync::Notify;

use crate::client::{Client, Place, Result, Target};

impl<'a> FromSql<'a> for Place {
    fn from_sql(_: &Type, _: &'a [u8]) -> std::result::Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self::here())
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::INT4
    }
}

impl Client for Session {
    type Statement = Statement;
    type Rows = RowStream;

    async fn to(target: &Target) -> Result<Self> {
        let config = Config::new("127.0.0.1", target.port, &target.user);
        Ok(config.database(&target.database).connect().await?)
    }

    async fn run(&self, sql: &str) -> Result<()> {
        self.simple_query(sql).await?;
        Ok(())
    }

    async fn extended(&self, sql: &str) -> Result<()> {
        self.execute_typed(sql, &[]).await?;
        Ok(())
    }

    async fn number(&self, sql: &str) -> Result<i64> {
        Ok(self.query_one(sql, &[]).await?.try_get(0)?)
    }

    async fn place(&self, sql: &str) -> Result<Place> {
        Ok(self.query_one(sql, &[]).await?.try_get(0)?)
    }

    async fn statement(&self, sql: &str) -> Result<Statement> {
        Ok(self.prepare(sql).await?)
    }

    async fn rows(&self, sql: &str) -> Result<RowStream> {
        Ok(self.stream(sql, &[]).await?)
    }

    async fn next(rows: &mut RowStream) -> Result<Option<Place>> {
        Ok(rows.try_next().await?.map(|row| row.get(0)))
    }

    async fn unfinished(&self, sql: &str, has_run: &Notify) -> Result<()> {
        let transaction = self.transaction().await?;
        transaction.execute(sql, &[]).await?;
        has_run.notify_one();
        pending().await
    }

    async fn copy(&self, table: &str, values: impl Iterator<Item = String>) -> Result<u64> {
        let mut copy = self.copy_in(&format!("COPY {table} FROM STDIN")).await?;
        for value in values {
            copy.send(value.as_bytes()).await?;
            copy.send(b"\n").await?;
        }
        Ok(copy.finish().await?)
    }

    fn setting(&self, name: &str) -> Option<String> {
        self.parameter(name)
    }

    async fn end(self) -> bool {
        self.close().await;
        true
    }
}
