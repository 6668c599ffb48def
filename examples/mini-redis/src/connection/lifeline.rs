//! The end of a connection: how others bring it about, and what it does for them.

use actor_runtime::WeakHandle;
use tokio::sync::watch;

use crate::{
    hub::HubHandle,
    server::ServerHandle,
    store::{ClientId, StoreHandle},
};

use super::Surroundings;

/// How a connection is to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It serves its client.
    Open,
    /// It replies to what it has read, and ends.
    Closing,
    /// It ends where it stands.
    Cut,
}

pub(crate) type Watch = watch::Receiver<Phase>;

/// Ends a connection, from wherever.
#[derive(Clone, Debug)]
pub(crate) struct Lifeline(watch::Sender<Phase>);

impl Lifeline {
    pub(crate) fn new() -> (Self, Watch) {
        let (sender, watch) = watch::channel(Phase::Open);
        (Self(sender), watch)
    }

    /// It replies to what it has read, and ends.
    pub(crate) fn close(&self) {
        self.0.send_replace(Phase::Closing);
    }

    /// It ends where it stands, also while it waits for its client.
    pub(crate) fn cut(&self) {
        self.0.send_replace(Phase::Cut);
    }
}

/// What others have of a connection. It is given back when the connection ends, however it ends.
#[derive(Debug)]
pub(crate) struct Membership {
    client: ClientId,
    store: StoreHandle,
    hub: HubHandle,
    server: WeakHandle<ServerHandle>,
    /// Whether the store watches keys for it.
    pub(crate) is_watching: bool,
    /// Whether the hub knows it.
    pub(crate) is_subscriber: bool,
}

impl Membership {
    pub(crate) fn new(client: ClientId, surroundings: &Surroundings) -> Self {
        let Surroundings { store, hub, server, .. } = surroundings.clone();
        Self { client, store, hub, server, is_watching: false, is_subscriber: false }
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        // An actor that is gone has nothing to be given back.
        if self.is_watching {
            let _ = self.store.unwatch(self.client).cast_now();
        }
        if self.is_subscriber {
            let _ = self.hub.leave(self.client).cast_now();
        }
        if let Some(server) = self.server.upgrade() {
            let _ = server.left(self.client).cast_now();
        }
    }
}
