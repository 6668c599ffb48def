//! Calls that are dropped half way, reported in debug builds.
//!
//! [`select!`](crate::select) refuses them where it sees them. A plain `select!`, a timeout of
//! somebody else's, an aborted task and a future that is dropped by its caller are only seen when they
//! drop one. In release builds all of this is empty.

pub(crate) use imp::{Site, Watch};

/// What happens when a call is dropped half way: see [`on_dropped_call`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnDroppedCall {
    /// It is told: as a warning of `tracing` with the feature of that name, on stderr without it. The
    /// default.
    #[default]
    Warn,
    /// It is a panic, on the thread that dropped it: for tests.
    Panic,
    /// It is nobody's business.
    Ignore,
}

/// Chooses what happens in debug builds when a call is dropped half way, in the whole process.
///
/// That is a call whose message was accepted, and whose outcome nobody has taken: its handler may run
/// or not, and its answer is lost. A call of a handler that is marked `#[cancel_safe]` may be dropped,
/// and nothing is said about it; nor about one that was never polled or still waited for room, one
/// that gave up by its own [`timeout`](crate::Call::timeout), one whose actor has stopped, one that a
/// handler held whose actor is being ended, and one that is dropped by a panic.
///
/// In release builds nothing is ever said, and nothing is spent on it.
///
/// # Examples
///
/// In a test:
///
/// ```
/// use actor_runtime::{OnDroppedCall, on_dropped_call};
///
/// on_dropped_call(OnDroppedCall::Panic);
/// # on_dropped_call(OnDroppedCall::Warn);
/// ```
pub fn on_dropped_call(reaction: OnDroppedCall) {
    imp::set(reaction);
}

#[cfg(all(debug_assertions, not(shuttle)))]
mod imp {
    use std::{
        panic::Location,
        sync::atomic::{AtomicU8, Ordering},
    };

    use super::OnDroppedCall;
    use crate::{error::Method, observe, thread::current};

    static REACTION: AtomicU8 = AtomicU8::new(OnDroppedCall::Warn as u8);

    pub(super) fn set(reaction: OnDroppedCall) {
        REACTION.store(reaction as u8, Ordering::Relaxed);
    }

    /// Where a call was made, if it must not be dropped half way.
    #[derive(Clone, Copy)]
    pub(crate) struct Site(Option<&'static Location<'static>>);

    impl Site {
        /// A call that is made here and must not be dropped.
        #[track_caller]
        pub(crate) fn here() -> Self {
            Self(Some(Location::caller()))
        }

        /// A call that may be dropped.
        pub(crate) fn of_marked() -> Self {
            Self(None)
        }

        /// Watches over the call, which is one of `method`.
        pub(crate) fn watch(self, method: Method) -> Watch {
            Watch(self, method)
        }
    }

    /// Belongs to a call that was sent.
    pub(crate) struct Watch(Site, Method);

    impl Watch {
        /// The call is given up on purpose.
        pub(crate) fn end(&mut self) {
            self.0 = Site(None);
        }

        /// Reports that the call was dropped, unless there is a reason not to.
        pub(crate) fn report(&self) {
            let Some(place) = self.0.0 else { return };
            if std::thread::panicking() || current::is_ending() {
                return;
            }
            let reaction = REACTION.load(Ordering::Relaxed);
            if reaction == OnDroppedCall::Warn as u8 {
                observe::dropped(self.1, place);
            } else if reaction == OnDroppedCall::Panic as u8 {
                panic!("{}", observe::dropped_text(self.1, place));
            }
        }
    }
}

#[cfg(not(all(debug_assertions, not(shuttle))))]
mod imp {
    use super::OnDroppedCall;
    use crate::error::Method;

    pub(super) fn set(_: OnDroppedCall) {}

    #[derive(Clone, Copy)]
    pub(crate) struct Site;

    impl Site {
        pub(crate) fn here() -> Self {
            Self
        }

        pub(crate) fn of_marked() -> Self {
            Self
        }

        #[expect(clippy::unused_self, reason = "the debug twin needs it")]
        pub(crate) fn watch(self, _: Method) -> Watch {
            Watch
        }
    }

    pub(crate) struct Watch;

    impl Watch {
        #[expect(clippy::unused_self, reason = "the debug twin needs it")]
        pub(crate) fn end(&mut self) {}
    }
}
