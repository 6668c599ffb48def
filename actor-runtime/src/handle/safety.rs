//! What `select!` and `#[cancel_safe]` accept of handles and leases.
//!
//! Waiting for the end or for a restart takes nothing, so it may be dropped.
//! A [`LeaseCall`] that is polled by `&mut` loses nothing. Dropping it loses its place in the queue.

use crate::{
    call::timeout::Timeout,
    cancel_safe::{
        CancelSafe, MakesCalls, lent_only,
        look::{IsOther, Outlives},
    },
    handle::{ActorHandle, exited::Exited, lease::LeaseCall, restarted::Restarted},
    slot::message::Message,
};

/// The methods of a handle call handlers, so a compile error may name the handler.
impl<H: ActorHandle> MakesCalls for H {}

/// The actor lives on without this handle.
#[diagnostic::do_not_recommend]
impl<H: ActorHandle> Outlives<IsOther> for H {}

#[diagnostic::do_not_recommend]
impl<M: Message> CancelSafe for Exited<M> {}

#[diagnostic::do_not_recommend]
impl<M: Message> CancelSafe for Restarted<M> {}

lent_only! {
    ['h, H: ActorHandle] LeaseCall<'h, H>: LosesLease;
    ['h, H: ActorHandle] Timeout<LeaseCall<'h, H>>: LosesLease;
}
