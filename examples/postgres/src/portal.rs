//! Queries whose rows are fetched in parts, while the connection goes on.

use std::{collections::VecDeque, fmt, sync::Arc};

use postgres_protocol::message::frontend;
use postgres_types::ToSql;

use crate::{
    answer::Awaited,
    client::Client,
    error::Result,
    request::{Request, Response},
    row::{Column, Row, rows_of},
    statement::ToStatement,
    types,
};

/// A query whose rows are fetched in parts. Returned by [`Transaction::portal`](crate::Transaction::portal).
///
/// Between two parts, the connection serves other calls of the transaction, however slow the reader is. The query ends
/// when the portal is dropped, or with the transaction.
pub struct Portal {
    client: Client,
    name: String,
    may_copy: bool,
    columns: Arc<[Column]>,
}

impl Portal {
    pub(crate) async fn begin<S>(
        client: &Client,
        statement: &S,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Self>
    where
        S: ToStatement + ?Sized,
    {
        let (prepared, shape) = client.described(statement.source()).await?;
        let name = format!("driver {}", client.card.new_id());
        let mut request = Request::extended();
        if prepared.name.is_empty() {
            request.parse("", &prepared.sql, &shape.parameters)?;
        }
        request.bind(&name, &prepared.name, &shape.parameters, values)?;
        request.describe_portal(&name)?;
        // Binding a `COPY` is not yet one.
        let request = Request { is_alone: false, ..request.sync() };
        let answer = client.sent(request).await?;
        // From here on, dropping it closes the portal.
        let may_copy = prepared.may_copy;
        let mut portal = Self { client: client.same(), name, may_copy, columns: Arc::default() };
        let answered = client.answered(answer).await.inspect_err(|error| {
            prepared.forget_if_stale(error);
        });
        let set = answered?.into_last();
        portal.columns = types::columns(client, set.columns.as_ref()).await?;
        Ok(portal)
    }

    /// Returns the columns of the rows.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Returns the next rows, at most as many as `limit` says: fewer at the end, and none after it. `0` stands for all
    /// that are left.
    ///
    /// # Errors
    ///
    /// The server's error, or that of the connection.
    ///
    /// # Cancel safety
    ///
    /// Not cancel safe: if the future is dropped, the rows of one part may be lost. [`stream`](Self::stream) loses none.
    pub async fn fetch(&self, limit: u32) -> Result<Vec<Row>> {
        self.client
            .limited(async || {
                let response = self.client.send(self.request(limit)?).await?;
                rows_of(&self.columns, response.into_last().rows)
            })
            .await
    }

    /// Returns the rows one by one. They are fetched in parts of `part` rows, and one part ahead of the reader.
    ///
    /// # Panics
    ///
    /// If `part` is zero.
    #[must_use]
    pub fn stream(self, part: u32) -> PortalStream {
        assert!(part > 0, "a part has at least one row");
        PortalStream { portal: self, part, rows: VecDeque::new(), next: None, is_over: false }
    }

    fn request(&self, limit: u32) -> Result<Request> {
        let mut request = Request::extended();
        request.execute(&self.name, i32::try_from(limit).unwrap_or(i32::MAX))?;
        Ok(Request { is_alone: self.may_copy, ..request.sync() })
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        let mut request = Request::extended();
        if frontend::close(b'P', &self.name, &mut request.frames).is_ok() {
            // Refused only if the transaction has ended, and the portal with it.
            let _ = self.client.driver.run_quietly(request.sync()).cast_now();
        }
    }
}

impl fmt::Debug for Portal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Portal").field("columns", &self.columns).finish_non_exhaustive()
    }
}

/// The rows of a [`Portal`], as they come. Returned by [`Portal::stream`].
pub struct PortalStream {
    portal: Portal,
    part: u32,
    rows: VecDeque<Row>,
    /// The part that was asked for.
    next: Option<Awaited<Result<Response>>>,
    is_over: bool,
}

impl PortalStream {
    /// Returns the next row, or `None` at the end.
    ///
    /// # Errors
    ///
    /// The server's error, or that of the connection. There are no rows after an error.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: no row is lost.
    pub async fn next(&mut self) -> Option<Result<Row>> {
        self.try_next().await.transpose()
    }

    /// Returns the next row, or `None` at the end, as the other way round.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: no row is lost.
    pub async fn try_next(&mut self) -> Result<Option<Row>> {
        loop {
            if let Some(row) = self.rows.pop_front() {
                return Ok(Some(row));
            }
            if self.is_over {
                return Ok(None);
            }
            if let Err(error) = self.part().await {
                self.is_over = true;
                return Err(error);
            }
        }
    }

    /// Waits for the next part, and asks for the one behind it.
    async fn part(&mut self) -> Result<()> {
        self.ask().await?;
        let Some(next) = &mut self.next else { return Ok(()) };
        let answered = next.await;
        self.next = None;
        let response = answered.map_err(|error| self.portal.client.failed(error))??;
        let rows = rows_of(&self.portal.columns, response.into_last().rows)?;
        self.is_over = rows.len() < self.part as usize;
        self.rows = rows.into();
        if !self.is_over {
            // If it fails, it fails again when these rows have been read.
            let _ = self.ask().await;
        }
        Ok(())
    }

    async fn ask(&mut self) -> Result<()> {
        if self.next.is_none() {
            let request = self.portal.request(self.part)?;
            self.next = Some(Awaited::new(self.portal.client.sent(request).await?));
        }
        Ok(())
    }
}

impl fmt::Debug for PortalStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PortalStream").field("portal", &self.portal).finish_non_exhaustive()
    }
}
