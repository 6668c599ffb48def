//! What `select!` and `#[cancel_safe]` may do with handles and leases.
//!
//! A lease that is lent loses nothing. Dropping one that was not taken leaves nothing behind, and
//! gives up its place in the queue.

use crate::{
    call::timeout::Timeout,
    cancel_safe::{
        MakesCalls, lent_only,
        look::{IsOther, Outlives},
    },
    handle::{ActorHandle, lease::LeaseCall},
};

/// The methods of a handle are handlers, so an error may speak of them by name.
impl<H: ActorHandle> MakesCalls for H {}

/// The actor lives on without this handle.
#[diagnostic::do_not_recommend]
impl<H: ActorHandle> Outlives<IsOther> for H {}

lent_only! {
    ['h, H: ActorHandle] LeaseCall<'h, H>: LosesLease;
    ['h, H: ActorHandle] Timeout<LeaseCall<'h, H>>: LosesLease;
}
