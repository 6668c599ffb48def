//! Faults from outside of the runtime, which must not affect anything else in it: drops, wakers and
//! handlers that panic, loops that are dropped early, handles in unusual places.
//!
//! Nothing here waits for time to pass. A caller that would wait forever is one that is still
//! pending when nothing is left to run.

#![expect(unreachable_pub, reason = "nothing is reachable in a test, and `pub` makes a handler")]

mod abort;
mod by_hand;
mod curious;
mod drops;
mod identity;
mod loops;
mod mock;
mod panics;
mod scopes;
mod threads;
mod wakers;
