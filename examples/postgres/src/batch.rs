//! Statements that are sent together.

use std::sync::Arc;

use postgres_types::ToSql;

use crate::{
    client::Client,
    driver::Prepared,
    error::Result,
    request::Request,
    row::{Column, Row, rows_of},
    statement::ToStatement,
    types,
};

/// Statements that are sent together, in one write and one transaction. Returned by
/// [`Client::batch`](crate::Client::batch).
///
/// If one fails, none of them has an effect. In a transaction, they are part of it.
#[derive(Debug)]
pub struct Batch<'a> {
    client: &'a Client,
    request: Request,
    columns: Vec<Arc<[Column]>>,
    statements: Vec<Arc<Prepared>>,
}

/// What one statement of a batch returned.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The rows.
    pub rows: Vec<Row>,
    /// The number of rows that it affected or returned.
    pub affected: u64,
}

impl<'a> Batch<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        let request = Request::extended();
        Self { client, request, columns: Vec::new(), statements: Vec::new() }
    }

    /// Adds a statement. A text is prepared first, unless it is in the cache.
    ///
    /// # Errors
    ///
    /// If it cannot be prepared, or a value cannot be sent as its parameter. The batch is as before.
    pub async fn add<S>(&mut self, statement: &S, values: &[&(dyn ToSql + Sync)]) -> Result<()>
    where
        S: ToStatement + ?Sized,
    {
        let (prepared, shape) = self.client.described(statement.source()).await?;
        let length = self.request.frames.len();
        let put = self.client.put(&mut self.request, &prepared, &shape, values);
        match &put {
            Ok(()) => {
                self.columns.push(shape.columns);
                self.statements.push(prepared);
            }
            Err(_) => self.request.frames.truncate(length),
        }
        put
    }

    /// Returns the number of statements.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Returns `true` if there is no statement.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Sends the statements, and returns what each of them returned.
    ///
    /// # Errors
    ///
    /// The first error of the server, or that of the connection.
    pub async fn run(self) -> Result<Vec<Outcome>> {
        let Self { client, request, columns, statements } = self;
        client
            .limited(async || {
                let answered = client.send(request.sync()).await.inspect_err(|error| {
                    for statement in &statements {
                        statement.forget_if_stale(error);
                    }
                });
                let response = answered?;
                let mut outcomes = Vec::with_capacity(columns.len());
                for (set, columns) in response.into_sets().zip(columns) {
                    let affected = set.affected();
                    let columns = match &set.columns {
                        None => columns,
                        described => types::columns(client, described.as_ref()).await?,
                    };
                    outcomes.push(Outcome { rows: rows_of(&columns, set.rows)?, affected });
                }
                Ok(outcomes)
            })
            .await
    }
}
