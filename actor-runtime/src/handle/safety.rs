//! What `select!` and `#[cancel_safe]` accept of handles and leases.
//!
//! A [`LeaseCall`] that is polled by `&mut` loses nothing. Dropping it loses its place in the queue.

use crate::{
    call::timeout::Timeout,
    cancel_safe::{
        MakesCalls, lent_only,
        look::{IsOther, Outlives},
    },
    handle::{ActorHandle, lease::LeaseCall},
};

/// The methods of a handle call handlers, so a compile error may name the handler.
impl<H: ActorHandle> MakesCalls for H {}

/// The actor lives on without this handle.
#[diagnostic::do_not_recommend]
impl<H: ActorHandle> Outlives<IsOther> for H {}

lent_only! {
    ['h, H: ActorHandle] LeaseCall<'h, H>: LosesLease;
    ['h, H: ActorHandle] Timeout<LeaseCall<'h, H>>: LosesLease;
}
