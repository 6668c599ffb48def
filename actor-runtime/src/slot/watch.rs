//! Whether an answer is still awaited, asked by code that cannot await.

use std::fmt;

use crate::sync::{Arc, AtomicBool, Ordering};

/// Tells whether work is still wanted. A callback asks it, in the middle of work that blocks.
///
/// Returned by [`Reply::watch`](crate::Reply::watch) and [`Replies::watch`](crate::Replies::watch), for a
/// caller that may be gone, and by [`Context::watch`](crate::Context::watch), for an actor that may be
/// aborted. Asking costs one atomic load for a reply, and never waits for a handler.
///
/// # Examples
///
/// A handler that stops in the middle of its work if its caller is gone:
///
/// ```
/// use std::time::Duration;
///
/// use actor_runtime::{Reply, actor, spawn_thread};
///
/// struct Library;
///
/// impl Library {
///     /// Stands for a function that blocks, and calls back from time to time.
///     fn search(&self, is_cancelled: impl Fn() -> bool + Send + 'static) -> Option<u32> {
///         while !is_cancelled() { std::thread::yield_now() }
///         None
///     }
/// }
///
/// #[actor]
/// impl Library {
///     /// Searches without end.
///     pub fn find(&self, reply: Reply<Option<u32>>) {
///         let watch = reply.watch();
///         reply.send(self.search(move || watch.is_closed()));
///     }
///
///     /// Returns 1.
///     pub fn one(&self) -> u32 { 1 }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let library = spawn_thread(|| Library)?;
/// assert!(library.find().timeout(Duration::from_millis(1)).blocking().is_err());
/// assert_eq!(library.one().blocking()?, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a watch does nothing unless it is asked"]
pub struct Watch(Kind);

#[derive(Clone)]
enum Kind {
    Flag(Arc<AtomicBool>),
    Ask(Arc<dyn Fn() -> bool + Send + Sync>),
}

impl Watch {
    pub(crate) fn of(flag: &Arc<AtomicBool>) -> Self {
        Self(Kind::Flag(flag.clone()))
    }

    pub(crate) fn closed() -> Self {
        Self(Kind::Flag(Arc::new(AtomicBool::new(true))))
    }

    pub(crate) fn asking(is_closed: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Kind::Ask(Arc::new(is_closed)))
    }

    /// Returns `true` if the work is not wanted any more.
    ///
    /// Of a reply: its caller was dropped or its timeout elapsed, the message was cast, or the call has
    /// completed. Of a stream: its reader was dropped, or the stream has ended. Of an actor: it was
    /// aborted. Once `true`, it stays `true`.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        match &self.0 {
            Kind::Flag(flag) => flag.load(Ordering::Acquire),
            Kind::Ask(is_closed) => is_closed(),
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("is_closed", &self.is_closed()).finish()
    }
}
