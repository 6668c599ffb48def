//! The end of a connection: how others bring it about, and what it does for them.

use actor_runtime::{ActorHandle, WeakHandle};

use crate::{
    hub::HubHandle,
    server::ServerHandle,
    store::{ClientId, StoreHandle},
};

use super::{ConnectionHandle, Services};

/// Ends a connection, from wherever.
#[derive(Clone, Debug)]
pub(crate) struct AbortHandle(WeakHandle<ConnectionHandle>);

impl AbortHandle {
    pub(super) fn new(connection: WeakHandle<ConnectionHandle>) -> Self {
        Self(connection)
    }

    /// The connection ends where it stands, also while it waits for its client.
    pub(crate) fn abort(&self) {
        if let Some(connection) = self.0.upgrade() {
            connection.abort();
        }
    }
}

/// What others have of a connection. It is given back when the connection ends, however it ends.
#[derive(Debug)]
pub(crate) struct Registration {
    client: ClientId,
    store: StoreHandle,
    hub: HubHandle,
    server: WeakHandle<ServerHandle>,
    /// Whether the store watches keys for it.
    pub(crate) is_watching: bool,
    /// Whether the hub knows it.
    pub(crate) is_subscriber: bool,
}

impl Registration {
    pub(crate) fn new(client: ClientId, services: &Services) -> Self {
        let Services { store, hub, server, .. } = services.clone();
        Self { client, store, hub, server, is_watching: false, is_subscriber: false }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        // An actor that is gone has nothing to be given back.
        if self.is_watching {
            let _ = self.store.unwatch(self.client).cast_now();
        }
        if self.is_subscriber {
            let _ = self.hub.leave(self.client).cast_now();
        }
        if let Some(server) = self.server.upgrade() {
            let _ = server.disconnected(self.client).cast_now();
        }
    }
}
