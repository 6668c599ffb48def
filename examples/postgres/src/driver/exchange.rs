//! One request under way: whom its answer goes to, and what came of it so far.

use actor_runtime::{Replies, Reply, TrySendError, cancel_safe};
use bytes::{Bytes, BytesMut};
use postgres_protocol::message::backend::RowDescriptionBody;
use postgres_types::Oid;
use std::{future::pending, sync::Arc};

use crate::{
    error::{Error, Result},
    request::{Piece, Response},
};

/// A request that was sent, or is about to be. It is over at its `ReadyForQuery`.
pub(super) struct Exchange {
    /// Where its bytes begin and end, counted from the first byte that was ever queued.
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) to: To,
    /// The first error that the server reported.
    pub(super) error: Option<Error>,
    /// What the server said when the statement of a stream, or a `COPY`, was complete.
    pub(super) tag: Bytes,
    pub(super) is_extended: bool,
    pub(super) is_alone: bool,
    pub(super) cancel_on_drop: bool,
    /// Whether its notices are for nobody.
    pub(super) is_quiet: bool,
}

/// Whom an answer goes to.
pub(super) enum To {
    Rows(Response, Reply<Result<Response>>),
    Stream(Replies<Result<Piece>>),
    /// The statement that is being prepared.
    Statement(Described),
    CopyIn(CopyIn),
    /// The listener with this number.
    Listener(u64),
    Nobody,
}

/// What the server said about a statement.
pub(super) struct Described {
    pub(super) sql: Arc<str>,
    pub(super) name: String,
    pub(super) parameters: Vec<Oid>,
    pub(super) columns: Option<RowDescriptionBody>,
}

/// A `COPY .. FROM STDIN`.
#[derive(Default)]
pub(super) struct CopyIn {
    /// Answered when the server wants data.
    pub(super) started: Option<Reply<Result<()>>>,
    /// Answered when the server has taken it all.
    pub(super) finished: Option<Reply<Result<u64>>>,
}

impl Exchange {
    /// Whether the caller does not wait any more.
    pub(super) fn is_abandoned(&self) -> bool {
        match &self.to {
            To::Rows(_, reply) => reply.is_closed(),
            To::Stream(pieces) => pieces.is_closed(),
            To::Nobody => true,
            To::Statement(_) | To::CopyIn(_) | To::Listener(_) => false,
        }
    }

    /// Whether it is a `COPY` whose data has not ended.
    pub(super) fn is_unfinished_copy(&self) -> bool {
        matches!(&self.to, To::CopyIn(copy) if copy.started.is_none() && copy.finished.is_none())
    }

    pub(super) fn rows(&mut self, rows: BytesMut) -> Option<Piece> {
        match &mut self.to {
            To::Rows(response, _) => response.current().rows.push(rows),
            To::Stream(_) => return self.piece(Piece::Rows(rows)),
            _ => {}
        }
        None
    }

    /// Data of a `COPY`. Only streams want it.
    pub(super) fn copy_data(&mut self, rows: BytesMut) -> Option<Piece> {
        self.piece(Piece::Copy(rows))
    }

    /// The server sends the data of a `COPY`.
    pub(super) fn is_copy_out(&mut self) {
        if !matches!(self.to, To::Stream(_) | To::Nobody) {
            let expected = "`copy_out` for COPY .. TO STDOUT";
            self.error.get_or_insert(Error::NotCopy { expected });
        }
    }

    pub(super) fn columns(&mut self, columns: RowDescriptionBody) -> Option<Piece> {
        match &mut self.to {
            To::Rows(response, _) => response.current().columns = Some(columns),
            To::Stream(_) => return self.piece(Piece::Columns(columns)),
            To::Statement(described) => described.columns = Some(columns),
            _ => {}
        }
        None
    }

    pub(super) fn complete(&mut self, tag: Bytes) {
        match &mut self.to {
            To::Rows(response, _) => response.complete(tag),
            To::CopyIn(_) | To::Stream(_) => self.tag = tag,
            _ => {}
        }
    }

    /// Sends a part of a stream, and returns it if there is no room. Without a reader, the rest is skipped.
    pub(super) fn piece(&mut self, piece: Piece) -> Option<Piece> {
        let To::Stream(pieces) = &mut self.to else { return None };
        match pieces.try_send(Ok(piece)) {
            Ok(()) => None,
            Err(TrySendError::Full(refused)) => refused.into_inner().ok(),
            Err(_) => {
                self.to = To::Nobody;
                None
            }
        }
    }

    /// Answers the caller. Statements and listeners are the driver's business.
    pub(super) fn answer(self) {
        let (error, affected) = (self.error, crate::request::affected(&self.tag));
        match (self.to, error) {
            (To::Rows(response, reply), None) => reply.send(Ok(response)),
            (To::Rows(_, reply), Some(error)) => reply.send(Err(error)),
            (To::Stream(pieces), error) => {
                drop(pieces.finish(error.map_or(Ok(Piece::Done(affected)), Err)));
            }
            (To::CopyIn(copy), error) => copy.answer(error.map_or(Ok(affected), Err)),
            (To::Statement(_) | To::Listener(_) | To::Nobody, _) => {}
        }
    }
}

impl CopyIn {
    fn answer(self, outcome: Result<u64>) {
        let expected = "a statement of the form COPY .. FROM STDIN";
        if let Some(started) = self.started {
            started.send(outcome.and(Err(Error::NotCopy { expected })));
        } else if let Some(finished) = self.finished {
            finished.send(outcome);
        }
    }
}

/// Waits until the first caller has room for more, or has gone.
#[cancel_safe]
pub(super) async fn first_caller(first: Option<&mut Exchange>, is_stalled: bool) {
    match first {
        Some(Exchange { to: To::Stream(pieces), .. }) if is_stalled => pieces.room().await,
        Some(Exchange { to: To::Stream(pieces), .. }) => pieces.gone().await,
        Some(Exchange { to: To::Rows(_, reply), .. }) => reply.gone().await,
        Some(Exchange { to: To::Nobody, .. }) => {}
        _ => pending().await,
    }
}
