//! Cancelling the statement that runs, and never another one.
//!
//! A cancel request names a connection, not a statement, and travels beside it, so it may arrive late. Invariants:
//!
//! 1. It is sent only while one statement is under way: it was written completely, and nothing behind it was.
//! 2. From then on nothing is written until the server has closed the connection of the request, which it does
//!    after it has sent the signal, and the statement is over.
//!
//! A signal that comes before the statement runs has no effect, so the request is repeated while it runs.

use std::{sync::Arc, time::Duration};

use actor_runtime::Reply;
use tokio::{sync::oneshot, task::JoinSet, time::sleep};

use crate::{card::Card, error::Result, handshake};

/// How long the first request is given to have an effect. Doubled each time, up to a second.
const PATIENCE: Duration = Duration::from_millis(20);

/// The state of a cancellation.
#[derive(Default)]
pub(super) struct Cancelling {
    /// At most one task: a request, perhaps after a pause.
    pub(super) requests: JoinSet<()>,
    /// Where the bytes of the statement begin.
    target: Option<u64>,
    /// Ends the pause before the next request.
    stop: Option<oneshot::Sender<()>>,
    attempts: u32,
    replies: Vec<Reply<Result<bool>>>,
}

impl Cancelling {
    pub(super) fn is_idle(&self) -> bool {
        self.target.is_none() && self.requests.is_empty()
    }

    pub(super) fn begin(&mut self, target: u64, card: &Arc<Card>) {
        self.target = Some(target);
        self.attempts = 0;
        self.request(Duration::ZERO, card);
    }

    /// The reply is sent when the statement is over.
    pub(super) fn reply_later(&mut self, reply: Reply<Result<bool>>) {
        self.replies.push(reply);
    }

    fn request(&mut self, pause: Duration, card: &Arc<Card>) {
        let (stop, mut stopped) = oneshot::channel();
        let card = card.clone();
        self.stop = Some(stop);
        self.attempts += 1;
        self.requests.spawn(async move {
            if !pause.is_zero() {
                tokio::select! {
                    () = sleep(pause) => {}
                    _ = &mut stopped => return,
                }
            }
            crate::card::count(&card.counters.cancels);
            // If it fails, the statement goes on, and the next request may succeed.
            let _ = handshake::cancel(&card.config, card.process_id, card.secret).await;
        });
    }

    /// A request is over. If the statement still runs, there will be another one.
    pub(super) fn requested(&mut self, card: &Arc<Card>) {
        if self.target.is_some() {
            let pause = PATIENCE * 2_u32.pow(self.attempts.min(6) - 1);
            self.request(pause.min(Duration::from_secs(1)), card);
        } else {
            self.done();
        }
    }

    /// The exchange whose bytes begin there is over.
    pub(super) fn over(&mut self, start: u64) {
        if self.target == Some(start) {
            self.target = None;
            self.stop = None;
            if self.requests.is_empty() {
                self.done();
            }
        }
    }

    fn done(&mut self) {
        for reply in self.replies.drain(..) {
            reply.send(Ok(true));
        }
    }

    /// The connection has ended.
    pub(super) fn end(&mut self) {
        self.target = None;
        self.requests.abort_all();
        self.done();
    }
}
