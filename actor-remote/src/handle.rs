//! What all remote handles share.

use std::future::Future;

use crate::by_hand::Client;

/// A handle to an actor of another process.
///
/// `#[actor(remote)]` implements it for the remote handle, which [`Link::find`](crate::Link::find) returns. Its methods
/// are here, so that they do not collide with the names of handlers.
pub trait RemoteHandle: Sized {
    /// Wraps the way to the actor.
    fn over(client: Client) -> Self;

    /// Returns the way to the actor.
    fn client(&self) -> &Client;

    /// Returns the name that the actor is served under.
    fn name(&self) -> &str {
        self.client().name()
    }

    /// Completes when nobody serves the name any more.
    ///
    /// It asks once a second. Somebody who does not answer for 2.5 seconds does not serve.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a later call asks again.
    fn exited(&self) -> impl Future<Output = ()> + Send {
        let client = self.client().clone();
        async move { crate::exited::exited(&client).await }
    }
}
