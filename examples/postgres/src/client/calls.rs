//! How calls are made of messages.

use std::{future::Future, sync::Arc};

use actor_runtime::{ActorHandle, Answer, CallError, SendError};
use postgres_types::{ToSql, Type};

use super::Client;
use crate::{
    answer::Awaited,
    card::Status,
    driver::{DriverMessage, Prepared},
    error::{Closed, Error, Result},
    request::{Control, Request, Response, ResultSet, has_fixed_columns},
    row::Column,
    statement::{Shape, Source},
    types,
};

impl Client {
    /// Makes a call, within its limit of time.
    ///
    /// The future of a call is large. It is made where it is polled, as moving it would cost more than making it.
    pub(crate) async fn limited<T>(&self, call: impl AsyncFnOnce() -> Result<T>) -> Result<T> {
        match self.options.timeout {
            None => call().await,
            Some(after) => match tokio::time::timeout(after, call()).await {
                Ok(done) => done,
                Err(_) => Err(Error::TimedOut { after }),
            },
        }
    }

    pub(crate) fn failed(&self, error: CallError) -> Error {
        Error::of_call(error, self.card.end.get())
    }

    /// The error of a message that was not accepted.
    pub(crate) fn unsent(&self, error: SendError<DriverMessage>) -> Error {
        match error {
            SendError::LeaseEnded(_) => Error::Ended,
            _ => Error::Closed { may_have_run: false, why: self.why_closed() },
        }
    }

    pub(crate) fn why_closed(&self) -> Closed {
        self.card.end.get().cloned().unwrap_or(Closed::ByClient)
    }

    /// Sends a message to the driver, and waits for its answer.
    pub(crate) async fn answer<T: 'static>(
        &self,
        sent: impl Future<Output = Result<Answer<Result<T>>, SendError<DriverMessage>>>,
    ) -> Result<T> {
        self.answered(sent.await.map_err(|error| self.unsent(error))?).await
    }

    pub(crate) async fn answered<T: 'static>(&self, answer: Answer<Result<T>>) -> Result<T> {
        let call = self.card.call();
        let answer = Awaited::new(answer).await;
        call.end();
        answer.map_err(|error| self.failed(error))?
    }

    /// Sends a request. It is accepted when this returns.
    pub(crate) async fn sent(&self, request: Request) -> Result<Answer<Result<Response>>> {
        let call = self.card.call();
        let sent = self.driver.run(self.marked(request)).sent().await;
        call.end();
        sent.map_err(|error| self.unsent(error))
    }

    pub(crate) fn marked(&self, request: Request) -> Request {
        // The end of a transaction goes on: it is what its caller has decided.
        let cancel_on_drop = self.options.cancel_on_drop && request.control != Control::End;
        Request { cancel_on_drop, ..request }
    }

    pub(crate) async fn send(&self, request: Request) -> Result<Response> {
        self.answered(self.sent(request).await?).await
    }

    /// The statement with this text, from the cache or, once it is prepared, from the driver.
    pub(crate) async fn prepared(&self, sql: &str) -> Result<Arc<Prepared>> {
        match self.cache.get(sql) {
            Some(prepared) if !self.is_closed() => Ok(prepared),
            _ => self.answer(self.driver.prepare(sql.into()).sent()).await,
        }
    }

    pub(crate) async fn described(&self, source: Source<'_>) -> Result<(Arc<Prepared>, Shape)> {
        let prepared = match source {
            Source::Text(sql) => self.prepared(sql).await?,
            Source::Statement(statement) => {
                if statement.0.driver.id() != self.driver.id() {
                    return Err(Error::ForeignStatement);
                }
                statement.0.clone()
            }
        };
        let shape = types::shape(self, &prepared).await?;
        Ok((prepared, shape))
    }

    /// Bind, describe if nothing is known for certain, execute.
    pub(crate) fn put(
        &self,
        request: &mut Request,
        prepared: &Prepared,
        shape: &Shape,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<()> {
        if prepared.name.is_empty() {
            request.parse("", &prepared.sql, &shape.parameters)?;
        }
        request.bind("", &prepared.name, &shape.parameters, values)?;
        if !prepared.has_fixed_columns {
            request.describe_portal("")?;
        }
        request.is_alone |= prepared.may_copy;
        request.execute("", 0)
    }

    pub(super) fn encode(
        &self,
        prepared: &Prepared,
        shape: &Shape,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Request> {
        let mut request = Request::extended();
        self.put(&mut request, prepared, shape, values)?;
        Ok(request.sync())
    }

    /// Runs one statement. One that the server has forgotten, or knows in an older form, is prepared again.
    pub(super) async fn run(
        &self,
        source: Source<'_>,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<(Arc<[Column]>, ResultSet)> {
        if let Source::Text(sql) = source
            && values.is_empty()
            && !has_fixed_columns(sql)
        {
            // A `SET`, `CREATE` or `FETCH`: to prepare it would be a round trip for nothing.
            let set = self.run_typed(sql, &[]).await?;
            return Ok((types::columns(self, set.columns.as_ref()).await?, set));
        }
        let mut again: Option<Arc<str>> = None;
        loop {
            let source = again.as_deref().map_or(source, Source::Text);
            let (prepared, shape) = self.described(source).await?;
            let outcome = self.send(self.encode(&prepared, &shape, values)?).await;
            match outcome {
                Ok(response) => {
                    let set = response.into_last();
                    if set.columns.is_none() {
                        return Ok((shape.columns, set));
                    }
                    return Ok((types::columns(self, set.columns.as_ref()).await?, set));
                }
                // In a transaction, the error has ended it.
                Err(error)
                    if prepared.forget_if_stale(&error)
                        && again.is_none()
                        && self.card.status() == Status::Idle =>
                {
                    again = Some(prepared.sql.clone());
                }
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) async fn run_typed(
        &self,
        sql: &str,
        values: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<ResultSet> {
        let types: Vec<Type> = values.iter().map(|(_, ty)| ty.clone()).collect();
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|(value, _)| *value).collect();
        let mut request = Request::extended();
        request.parse("", sql, &types)?;
        request.bind("", "", &types, &values)?;
        request.describe_portal("")?;
        request.execute("", 0)?;
        Ok(self.send(request.sync()).await?.into_last())
    }
}
