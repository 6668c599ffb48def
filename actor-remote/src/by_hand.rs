//! What `#[actor(remote)]` writes its code with.

use actor_runtime::{ActorHandle, by_hand::Message};

pub use crate::{
    client::Client,
    incoming::{Incoming, Passed},
    method::{Arguments, Method, Signature},
};

/// A handle whose actor can be served to other processes.
pub trait Serve: ActorHandle<Message: Message<AtRest: Send> + Send> + Send + Sync {
    /// Passes a request on to the handler that it names.
    fn pass(&self, incoming: Incoming<'_>) -> Passed;
}
