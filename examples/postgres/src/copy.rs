//! `COPY`, in both directions.

use std::{fmt, sync::Arc};

use actor_runtime::{ActorHandle, Lease, ReplyStream};
use bytes::{Bytes, BytesMut};

use crate::{
    card::Card,
    client::Client,
    driver::DriverHandle,
    error::{Error, Result},
    request::{Piece, Request},
    row::{malformed, next_body},
    stream::Pieces,
};

/// Data is sent in pieces of about this size.
const PIECE: usize = 64 * 1024;

/// A `COPY .. FROM STDIN`. Returned by [`Client::copy_in`](crate::Client::copy_in).
///
/// Dropping it before [`finish`](Self::finish) abandons it: no row is stored.
pub struct CopyIn {
    client: Client,
    /// What keeps others away, outside of a transaction.
    _lease: Option<Lease<DriverHandle>>,
    buffer: BytesMut,
    is_over: bool,
}

impl CopyIn {
    pub(crate) async fn begin(client: &Client, sql: &str) -> Result<Self> {
        let request = Request::simple(sql)?;
        let mut copy = if client.is_leased {
            Self { client: client.same(), _lease: None, buffer: BytesMut::new(), is_over: false }
        } else {
            let lease = client.driver.lease().await.map_err(|error| client.failed(error))?;
            let client = client.leased(&lease);
            Self { client, _lease: Some(lease), buffer: BytesMut::new(), is_over: false }
        };
        // From here on, dropping it abandons the `COPY`.
        let begun = copy.client.answer(copy.client.driver.copy_in(request).sent()).await;
        copy.is_over = begun.is_err();
        begun.map(|()| copy)
    }

    /// Sends data, in the format of the statement. Waits if the server is slower.
    ///
    /// # Errors
    ///
    /// The server's error, or that of the connection. The `COPY` is then over.
    ///
    /// # Cancel safety
    ///
    /// Not cancel safe: if the future is dropped, part of the data may have been sent. Drop the `CopyIn` then.
    pub async fn send(&mut self, data: &[u8]) -> Result<()> {
        for data in data.chunks(PIECE) {
            self.buffer.extend_from_slice(data);
            if self.buffer.len() >= PIECE {
                self.flush().await?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<()> {
        let data = self.buffer.split().freeze();
        let sent = self.client.answer(self.client.driver.copy_data(data).sent()).await;
        self.is_over = sent.is_err();
        sent
    }

    /// Ends the data, and returns the number of rows that were stored.
    ///
    /// # Errors
    ///
    /// The server's error, or that of the connection. No row was stored then, unless the connection ended while
    /// this method waited.
    pub async fn finish(mut self) -> Result<u64> {
        if !self.buffer.is_empty() {
            self.flush().await?;
        }
        self.is_over = true;
        self.client.answer(self.client.driver.copy_done().sent()).await
    }
}

impl Drop for CopyIn {
    fn drop(&mut self) {
        if !self.is_over {
            // Refused only if the connection or the transaction has ended, and the `COPY` with it.
            let _ = self.client.driver.copy_fail().cast_now();
        }
    }
}

impl fmt::Debug for CopyIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CopyIn").field("is_over", &self.is_over).finish_non_exhaustive()
    }
}

/// The data of a `COPY .. TO STDOUT`. Returned by [`Client::copy_out`](crate::Client::copy_out).
///
/// Dropping it discards the data that is left.
pub struct CopyOut {
    pieces: Pieces,
    chunk: Bytes,
}

impl CopyOut {
    pub(crate) fn new(card: Arc<Card>, stream: ReplyStream<Result<Piece>>) -> Self {
        Self { pieces: Pieces::new(card, stream), chunk: Bytes::new() }
    }

    /// Returns the next line, or in the binary format the next row, or `None` at the end.
    ///
    /// # Errors
    ///
    /// The server's error, or that of the connection, or [`Error::NotCopy`] if the statement returned rows.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: no data is lost.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            if !self.chunk.is_empty() {
                return next_body(&mut self.chunk).map(Some).ok_or_else(malformed);
            }
            match self.pieces.next().await? {
                Some(Piece::Copy(rows)) => self.chunk = rows.freeze(),
                Some(Piece::Columns(_) | Piece::Rows(_)) => {
                    let expected = "a statement of the form COPY .. TO STDOUT";
                    return Err(Error::NotCopy { expected });
                }
                Some(Piece::Done(_)) | None => return Ok(None),
            }
        }
    }
}

impl fmt::Debug for CopyOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CopyOut").finish_non_exhaustive()
    }
}
