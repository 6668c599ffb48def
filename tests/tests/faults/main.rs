//! What goes wrong outside of the runtime and must not harm anybody in it: drops, wakers and
//! handlers that panic, loops that are thrown away, handles in odd places.
//!
//! Nothing here waits for time to pass. A caller who would wait for ever is one who is still
//! pending when nothing is left to run.

#![expect(unreachable_pub, reason = "nothing is reachable in a test, and `pub` makes a handler")]

mod abort;
mod by_hand;
mod drops;
mod identity;
mod loops;
mod mock;
mod panics;
mod scopes;
mod threads;
mod wakers;
