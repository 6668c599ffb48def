//! Ctrl-C and SIGTERM.

use std::{
    future::{Future, poll_fn},
    io,
    pin::pin,
    task::{Context, Poll},
};

use crate::life::scope::{MemberExit, Scope};

/// Shuts down `scope` at the first signal, and aborts it at the second.
pub(super) async fn until_signal(scope: &Scope) -> io::Result<Vec<MemberExit>> {
    let mut signals = Signals::listen()?;
    poll_fn(|cx| signals.poll(cx)).await?;
    let mut shutdown = pin!(scope.shutdown());
    let mut is_aborted = false;
    let exits = poll_fn(|cx| {
        if !is_aborted {
            if let Poll::Ready(Ok(())) = signals.poll(cx) {
                is_aborted = true;
                scope.abort();
            }
        }
        shutdown.as_mut().poll(cx)
    });
    Ok(exits.await)
}

#[cfg(unix)]
struct Signals([tokio::signal::unix::Signal; 2]);

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self([signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?]))
    }

    /// Completes once for each signal.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.0.iter_mut().any(|signal| signal.poll_recv(cx).is_ready()) {
            return Poll::Ready(Ok(()));
        }
        Poll::Pending
    }
}

#[cfg(not(unix))]
struct Signals(std::pin::Pin<Box<dyn Future<Output = io::Result<()>> + Send + Sync>>);

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self(Box::pin(tokio::signal::ctrl_c())))
    }

    /// Completes once for each signal.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let signal = std::task::ready!(self.0.as_mut().poll(cx));
        self.0 = Box::pin(tokio::signal::ctrl_c());
        Poll::Ready(signal)
    }
}
