//! Leases, from the loop's side: how it begins to serve one, and how it leaves it.

use std::mem;

use crate::{
    exit::ExitReason,
    life::{drive::Drive, message_loop::Loop},
    mailbox::Shared,
    sync::{Arc, bug},
};

impl<A: Drive> Loop<'_, A> {
    /// Whether messages are taken from the mailbox of a lease.
    pub(super) fn is_leased(&self) -> bool {
        !Arc::ptr_eq(&self.source, self.shared)
    }

    /// Takes messages from `mailbox` from now on. Returns the one before.
    fn take_from(&mut self, mailbox: Arc<Shared<A::Message>>) -> Arc<Shared<A::Message>> {
        self.drained.forget_names();
        mem::replace(&mut self.source, mailbox)
    }

    /// Grants `lease` and takes messages from it alone, unless its caller has gone.
    ///
    /// Answers that came back and `#[on_idle]` are handled first: they belong to callers without
    /// the lease.
    pub(super) async fn begin_lease(
        &mut self,
        lease: Arc<Shared<A::Message>>,
    ) -> Result<(), ExitReason> {
        if !self.shared.serve(&lease) {
            return Ok(());
        }
        self.reclaim()?;
        self.idle().await?;
        lease.grant();
        self.take_from(lease);
        Ok(())
    }

    /// Ends the lease that is served, because the life of the actor has ended for `reason`. `#[on_release]`
    /// does not run: the state that it would clean up is gone.
    pub(super) fn leave_lease(&mut self, reason: &ExitReason) {
        if bug("a lease outlives its life") {
            return;
        }
        // It is served also while `#[on_release]` runs, when messages are taken from it no longer.
        self.take_from(self.shared.clone());
        self.shared.end_lease_with(reason.clone());
    }

    /// Returns to the actor's own mailbox, once that of the lease is closed and empty.
    pub(super) async fn end_lease(&mut self) -> Result<(), ExitReason> {
        // Answers that the holder did not read are with the actor before `#[on_release]` runs.
        self.reclaim()?;
        self.idle().await?;
        let lease = self.take_from(self.shared.clone());
        if lease.was_taken() {
            self.release().await?;
        }
        self.shared.end_lease();
        Ok(())
    }
}
