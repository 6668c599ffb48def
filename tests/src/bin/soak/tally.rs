//! Counts how often each outcome occurred.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::options::Mode;

macro_rules! seen {
    ($($name:ident $text:literal,)*) => {
        /// The outcomes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Seen { $($name),* }

        impl Seen {
            const ALL: &[(Self, &'static str)] = &[$((Self::$name, $text)),*];
        }
    };
}

seen! {
    Answered "calls answered",
    StoppedAccepted "calls accepted whose actor stopped",
    NotAccepted "calls not accepted",
    Panicked "calls that got a panic",
    Unanswered "calls whose reply was dropped",
    TimedOutAccepted "calls timed out in the mailbox or the handler",
    TimedOutWithdrawn "calls timed out while waiting for room",
    OwnCallRefused "calls of an actor to itself refused",
    CallUnsent "calls dropped before their first poll",
    CallDropped "calls dropped at a later poll",
    Skipped "calls skipped, since their caller was gone",
    CastAccepted "casts accepted",
    CastRefused "casts refused",
    CastDropped "casts dropped while they waited",
    TryAccepted "tries accepted",
    TryFull "tries that found it full",
    TryClosed "tries that found it closed",
    NowAccepted "casts at once accepted",
    NowRefused "casts at once refused",
    LeaseReturned "messages sent from a drop accepted",
    DeferredAnswered "deferred replies sent",
    StreamRead "streams read to their end",
    StreamLeft "streams left by their reader",
    StreamCut "streams cut by the end of their actor",
    WeakUpgraded "weak handles upgraded",
    WeakGone "weak handles that found no actor",
    Relayed "calls of handlers answered",
    RingRefused "  refused, since the other actor waited for the caller's",
    RingFound "  ended for that reason after they were accepted",
    RingOfStream "streams read by handlers that ended for that reason",
    ThreadAnswered "calls answered to plain threads",
    ThreadRefused "calls of plain threads that failed",
    ThreadCast "casts of plain threads",
    ChildEnded "children ended with their actor",
    PanicSurvived "panics after which the actor continued",
    Restarted "restarts",
    RestartFailed "  of these, failed to start",
    Started "actors started",
    StartFailed "actors that did not start",
    StartPanicked "  of these, panicked",
    StartAborted "  of these, aborted",
    ScopesShutDown "scopes shut down",
    ScopesJoinedLate "  of these, joined during the shutdown",
    ScopesQuit "  of these, shut down by a member",
    ScopesAborted "  of these, not all in order",
    EndHandlesDropped "actors ended: last handle dropped",
    EndShutdown "actors ended: shut down",
    EndAborted "actors ended: aborted",
    EndPanicked "actors ended: panicked",
    EndFinished "actors ended: final handler",
}

#[derive(Debug)]
pub(crate) struct Tally(Vec<AtomicU64>);

impl Tally {
    pub(crate) fn new() -> Self {
        Self(Seen::ALL.iter().map(|_| AtomicU64::new(0)).collect())
    }

    pub(crate) fn add(&self, seen: Seen, times: u64) {
        self.0[seen as usize].fetch_add(times, Ordering::Relaxed);
    }

    fn count(&self, seen: Seen) -> u64 {
        self.0[seen as usize].load(Ordering::Relaxed)
    }

    pub(crate) fn print(&self) {
        for &(seen, text) in Seen::ALL {
            println!("{:>10}  {text}", self.count(seen));
        }
    }

    /// Asserts that every outcome occurred: one that did not was not tested.
    pub(crate) fn assert_complete(&self, mode: Mode, ops: u64) {
        if ops < 50_000 {
            return;
        }
        for &(seen, text) in Seen::ALL {
            let is_of_threads =
                matches!(seen, Seen::ThreadAnswered | Seen::ThreadRefused | Seen::ThreadCast);
            let is_possible = mode == Mode::Multi || !is_of_threads;
            assert!(self.count(seen) > 0 || !is_possible, "not once in {ops}: {text}");
        }
    }
}
