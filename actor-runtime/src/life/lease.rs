//! How the loop takes on a lease, and how it leaves it.

use std::mem;

use crate::{
    catch::caught,
    error::Failure,
    exit::ExitReason,
    life::{
        abort::interruptible,
        drive::Drive,
        run::{Loop, panicked, unless_aborted},
    },
    mailbox::Shared,
    sync::{Arc, bug},
    thread::current,
};

impl<A: Drive> Loop<'_, A> {
    /// Whether the messages of a lease are handled, and no others.
    pub(super) fn is_leased(&self) -> bool {
        !Arc::ptr_eq(&self.source, self.shared)
    }

    /// Takes messages from `lease` alone, if it is still wanted.
    ///
    /// What others left to be flushed or to be taken back comes first: it is not the holder's.
    pub(super) async fn begin_lease(
        &mut self,
        lease: Arc<Shared<A::Message>>,
    ) -> Result<(), ExitReason> {
        if !self.shared.serve(&lease) {
            return Ok(());
        }
        self.take_back()?;
        self.idle().await?;
        lease.grant();
        self.source = lease;
        Ok(())
    }

    /// Goes back to the actor's own messages, now that there are no more of the lease.
    pub(super) async fn end_lease(&mut self) -> Result<(), ExitReason> {
        // What its holder gave up on is the actor's again before the hook looks.
        self.take_back()?;
        self.idle().await?;
        let lease = mem::replace(&mut self.source, self.shared.clone());
        if lease.was_taken() {
            self.release().await?;
        }
        self.shared.end_lease();
        Ok(())
    }

    /// Runs `#[on_release]`.
    async fn release(&mut self) -> Result<(), ExitReason> {
        if bug("a lease ends without its hook") {
            return Ok(());
        }
        unless_aborted(self.shared).await;
        let Some(actor) = &mut self.actor else {
            return Ok(());
        };
        // What the hook writes may have to be flushed.
        self.was_idle = false;
        match interruptible(self.shared, caught(actor.on_release(self.context))).await {
            Ok(()) => Ok(()),
            Err(message) => {
                current::answer_lost_in_panic(&message, None, &Failure::Stopped);
                Err(panicked::<A>("on_release", message))
            }
        }
    }
}
