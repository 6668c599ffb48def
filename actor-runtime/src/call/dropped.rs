//! Reports calls that were dropped after they were sent and before their result was read.
//!
//! [`select!`](crate::select) refuses such a drop at compile time. One in tokio's `select!`, in a
//! foreign timeout, in an aborted task or in a dropped future can only be detected when it happens, and
//! is, in debug builds. In release builds the types of this module are empty.

pub(crate) use imp::{DropCheck, Site};

/// What to do when a call is dropped after it was sent and before its result was read.
///
/// See [`on_dropped_call`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnDroppedCall {
    /// Print a warning. The default.
    ///
    /// The warning is a `tracing` event if the feature `tracing` is enabled, and goes to stderr
    /// otherwise. With the feature but without a subscriber, nothing is shown.
    ///
    /// Of the calls made in one place, the first that is dropped is reported, then the tenth, the
    /// hundredth, and so on, each time with the number of those dropped so far.
    #[default]
    Warn,
    /// Panic on the thread that dropped the call. Meant for tests.
    Panic,
    /// Do nothing.
    Ignore,
}

/// Sets what debug builds do when a call is dropped before it completes, for the whole process.
///
/// Reported are calls whose message was accepted and whose result was not read: their handler may or
/// may not run, and its answer is lost. Not reported are calls
///
/// - of handlers marked `#[cancel_safe]`,
/// - that were never polled, or were still waiting for room,
/// - that ended by their own [`timeout`](crate::Call::timeout),
/// - that were [withdrawn](crate::Answer::withdraw),
/// - whose actor has stopped,
/// - that were held by a handler of an actor that is being ended,
/// - that are dropped by a panic.
///
/// In release builds nothing is reported, and the check is compiled out.
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
        collections::BTreeMap,
        panic::Location,
        sync::{
            Mutex, PoisonError,
            atomic::{AtomicU8, Ordering},
        },
    };

    use super::OnDroppedCall;
    use crate::{error::Method, observe, thread::current};

    static REACTION: AtomicU8 = AtomicU8::new(OnDroppedCall::Warn as u8);

    /// How many calls of each place were dropped. Holds one entry for each place in the source at most.
    static DROPPED: Mutex<BTreeMap<&Location<'_>, u64>> = Mutex::new(BTreeMap::new());

    pub(super) fn set(reaction: OnDroppedCall) {
        REACTION.store(reaction as u8, Ordering::Relaxed);
    }

    /// Where a call was made; `None` if it may be dropped at any time.
    #[derive(Clone, Copy)]
    pub(crate) struct Site(Option<&'static Location<'static>>);

    impl Site {
        /// The caller's location, for a call that must be awaited to its end.
        #[track_caller]
        pub(crate) fn here() -> Self {
            Self(Some(Location::caller()))
        }

        /// For a call of a handler marked `#[cancel_safe]`, which may be dropped.
        pub(crate) fn exempt() -> Self {
            Self(None)
        }

        pub(crate) fn drop_check(self, method: Method) -> DropCheck {
            DropCheck(self, method)
        }
    }

    /// Part of a call that was sent. The call's `drop` decides whether to [`report`](Self::report).
    pub(crate) struct DropCheck(Site, Method);

    impl DropCheck {
        /// Suppresses the report: the call is dropped on purpose, or was not accepted.
        pub(crate) fn disarm(&mut self) {
            self.0 = Site(None);
        }

        /// Reports that the call was dropped, unless a panic or the end of an actor drops it.
        pub(crate) fn report(&self) {
            let Some(location) = self.0.0 else { return };
            if std::thread::panicking() || current::is_ending() {
                return;
            }
            let reaction = REACTION.load(Ordering::Relaxed);
            if reaction == OnDroppedCall::Warn as u8 {
                let times = count(location);
                // Powers of ten, so that a place in a loop costs few lines, and still shows up again.
                if 10_u64.pow(times.ilog10()) == times {
                    observe::dropped(self.1, location, times);
                }
            } else if reaction == OnDroppedCall::Panic as u8 {
                panic!("{}", observe::dropped_text(self.1, location, 1));
            }
        }
    }

    /// Counts a call made at `location` as dropped, and returns how many were so far.
    fn count(location: &'static Location<'static>) -> u64 {
        let mut dropped = DROPPED.lock().unwrap_or_else(PoisonError::into_inner);
        let times = dropped.entry(location).or_default();
        *times += 1;
        *times
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

        pub(crate) fn exempt() -> Self {
            Self
        }

        #[expect(clippy::unused_self, reason = "the debug version uses it")]
        pub(crate) fn drop_check(self, _: Method) -> DropCheck {
            DropCheck
        }
    }

    pub(crate) struct DropCheck;

    impl DropCheck {
        #[expect(clippy::unused_self, reason = "the debug version uses it")]
        pub(crate) fn disarm(&mut self) {}
    }
}
