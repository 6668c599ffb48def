//! Transactions and savepoints as functions that are called with them.

use futures_util::future::BoxFuture;
use ours::Client;
use theirs::Result;
use tokio::sync::Mutex;

use crate::{failed, query::Command, raw};

/// A transaction or a savepoint of ours, which a savepoint needs for itself.
trait Level: Send {
    fn client(&self) -> &Client;
    fn savepoint<'s>(&'s mut self) -> BoxFuture<'s, ours::Result<ours::Savepoint<'s>>>;
}

impl Level for ours::Transaction {
    fn client(&self) -> &Client {
        self
    }

    fn savepoint<'s>(&'s mut self) -> BoxFuture<'s, ours::Result<ours::Savepoint<'s>>> {
        Box::pin(ours::Transaction::savepoint(self, "level"))
    }
}

impl Level for ours::Savepoint<'_> {
    fn client(&self) -> &Client {
        self
    }

    fn savepoint<'s>(&'s mut self) -> BoxFuture<'s, ours::Result<ours::Savepoint<'s>>> {
        Box::pin(ours::Savepoint::savepoint(self, "level"))
    }
}

type Slot<'a> = Mutex<&'a mut (dyn Level + 'a)>;

pub struct Transaction<'a>(&'a Slot<'a>);

pub struct Savepoint<'a>(&'a Slot<'a>);

/// Commits if the function succeeds. Otherwise, or if it panics or is dropped, the transaction is rolled back.
pub(crate) async fn run<T>(
    mut transaction: ours::Transaction,
    body: impl AsyncFnOnce(Transaction<'_>) -> Result<T>,
) -> Result<T> {
    let value = {
        let slot = Mutex::new(&mut transaction as &mut dyn Level);
        body(Transaction(&slot)).await?
    };
    transaction.commit().await.map_err(failed)?;
    Ok(value)
}

async fn nested<T>(
    level: &Slot<'_>,
    body: impl AsyncFnOnce(Savepoint<'_>) -> Result<T>,
) -> Result<T> {
    let mut level = level.lock().await;
    let mut savepoint = level.savepoint().await.map_err(failed)?;
    let value = {
        let slot = Mutex::new(&mut savepoint as &mut dyn Level);
        body(Savepoint(&slot)).await?
    };
    savepoint.commit().await.map_err(failed)?;
    Ok(value)
}

macro_rules! shared {
    ($type:ty) => {
        impl $type {
            pub async fn execute<A>(&self, command: &Command<A>, values: A) -> Result<u64> {
                raw::execute(self.0.lock().await.client(), command, &values).await
            }

            pub async fn savepoint<T>(
                &self,
                body: impl AsyncFnOnce(Savepoint<'_>) -> Result<T>,
            ) -> Result<T> {
                nested(self.0, body).await
            }
        }
    };
}

shared!(Transaction<'_>);
shared!(Savepoint<'_>);
