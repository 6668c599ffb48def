//! Sends what a dropped future cannot send itself.

use std::sync::Arc;

use actor_runtime::actor;
use bytes::Bytes;

use crate::engine::Engine;

/// Publishes messages one after the other.
pub(crate) struct Teller {
    engine: Arc<dyn Engine>,
}

impl Teller {
    pub(crate) fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }
}

#[actor(mailbox = unbounded)]
impl Teller {
    /// Publishes a message. One that cannot be sent is lost: what it tells is only a hint.
    pub(crate) async fn tell(&mut self, topic: String, message: Bytes) {
        let _ = self.engine.publish(&topic, message).await;
    }
}
