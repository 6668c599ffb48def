//! Rows as they come.

use std::{fmt, sync::Arc};

use actor_runtime::ReplyStream;
use bytes::Bytes;

use crate::{
    card::Card,
    driver::Prepared,
    error::{Error, Result},
    request::Piece,
    row::{Column, Row, next_cells},
    types,
};

/// The rows of a query, as they come. Returned by [`Client::stream`](crate::Client::stream).
///
/// Dropping it discards the rows that are left.
pub struct RowStream {
    pieces: Pieces,
    columns: Arc<[Column]>,
    /// Rows that were received and not yet returned.
    chunk: Bytes,
    statement: Arc<Prepared>,
}

/// The parts of an answer.
pub(crate) struct Pieces {
    card: Arc<Card>,
    /// `None` after the end.
    stream: Option<ReplyStream<Result<Piece>>>,
    affected: Option<u64>,
}

impl Pieces {
    pub(crate) fn new(card: Arc<Card>, stream: ReplyStream<Result<Piece>>) -> Self {
        // Its reader may outlive the use of the session.
        card.set_unsettled(true);
        Self { card, stream: Some(stream), affected: None }
    }

    /// The next part, `None` at the end. After an error there is nothing more.
    pub(crate) async fn next(&mut self) -> Result<Option<Piece>> {
        let Some(stream) = &mut self.stream else { return Ok(None) };
        let piece = match stream.next().await {
            Some(Ok(Ok(Piece::Done(affected)))) => {
                self.affected = Some(affected);
                Ok(None)
            }
            None => Ok(None),
            Some(Ok(Ok(piece))) => Ok(Some(piece)),
            Some(Ok(Err(error))) => Err(error),
            Some(Err(error)) => Err(Error::of_call(error, self.card.end.get())),
        };
        if !matches!(piece, Ok(Some(_))) {
            self.stream = None;
        }
        piece
    }
}

impl RowStream {
    pub(crate) fn new(
        card: Arc<Card>,
        stream: ReplyStream<Result<Piece>>,
        columns: Arc<[Column]>,
        statement: Arc<Prepared>,
    ) -> Self {
        Self { pieces: Pieces::new(card, stream), columns, chunk: Bytes::new(), statement }
    }

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
            if let Some(cells) = next_cells(&mut self.chunk)? {
                return Ok(Some(Row::new(self.columns.clone(), cells)));
            }
            let piece = self.pieces.next().await.inspect_err(|error| {
                self.statement.forget_if_stale(error);
            });
            match piece? {
                Some(Piece::Rows(rows)) => self.chunk = rows.freeze(),
                Some(Piece::Columns(body)) => {
                    self.columns = types::known_columns(&self.pieces.card, &body)?;
                }
                Some(Piece::Copy(_)) => {
                    return Err(Error::NotCopy { expected: "`copy_out` for COPY .. TO STDOUT" });
                }
                Some(Piece::Done(_)) | None => return Ok(None),
            }
        }
    }

    /// Returns the number of rows that the statement affected or returned, once the stream was read to its end.
    #[must_use]
    pub fn affected(&self) -> Option<u64> {
        self.pieces.affected
    }

    /// Reads all rows that are left.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    pub async fn collect(mut self) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        while let Some(row) = self.try_next().await? {
            rows.push(row);
        }
        Ok(rows)
    }
}

impl fmt::Debug for RowStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowStream").field("columns", &self.columns).finish_non_exhaustive()
    }
}
