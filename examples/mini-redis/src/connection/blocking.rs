//! Commands that wait for an element: `BLPOP` and its relatives.

use std::{future::ready, pin::pin, time::Duration};

use actor_runtime::{CallErrorKind, select};
use tokio::time::{Instant, sleep_until};

use crate::{
    frame::Frame,
    store::{Request, access::Fault, blocking::Pop},
};

use super::Connection;

impl Connection {
    /// Waits until the store has an element, the time has elapsed or the client is gone.
    ///
    /// Returns `None` if the client is gone. The element may arrive at the same moment as the end of the
    /// time or of the client: it is the reply then, or it returns to the store with the answer that is dropped.
    pub(super) async fn pop(&mut self, request: Request) -> Result<Option<Frame>, Fault> {
        let timeout = Pop::parse(&request.words)?.timeout;
        // The client has to get the replies to its earlier requests before.
        self.send().await;
        self.status.set_waiting(true);
        let frame = self.pop_within(timeout, request).await;
        self.status.set_waiting(false);
        frame
    }

    async fn pop_within(
        &mut self,
        timeout: Option<Duration>,
        request: Request,
    ) -> Result<Option<Frame>, Fault> {
        let begun = Instant::now();
        // Without a limit, the timer below is disabled.
        let deadline = timeout.and_then(|timeout| begun.checked_add(timeout));
        let mut timer = pin!(sleep_until(deadline.unwrap_or(begun)));
        let limit = self.services.limits.requests;
        let mut answer = self.services.store.pop(request.clone()).sent().await?;
        loop {
            select! {
                biased;
                popped = &mut answer => match popped {
                    Ok(popped) => return Ok(Some(popped.into())),
                    // The store has panicked and was restarted, and has forgotten who waits.
                    Err(error) if matches!(error.kind(), CallErrorKind::Stopped) => {
                        answer = self.services.store.pop(request.clone()).sent().await?;
                    }
                    Err(error) => return Err(error.into()),
                },
                () = self.reader.read_ahead(limit), if !self.reader.has_ended() => {}
                () = ready(()), if self.reader.has_ended() => {
                    self.is_closing = true;
                    return Ok(None);
                }
                () = &mut timer, if deadline.is_some() => return Ok(Some(Frame::NullArray)),
            }
        }
    }
}
