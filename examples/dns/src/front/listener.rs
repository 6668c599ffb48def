//! [`Listener`]: accepts connections, and counts those of each client.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use actor_runtime::{ActorHandle, Context, ExitReason, actor};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{Instant, sleep_until},
};

use super::{
    Service,
    access::masked,
    connection::{Connection, ConnectionHandle},
    count,
};

/// After an error, such as too many open files, nothing is accepted for this time.
const PAUSE: Duration = Duration::from_millis(100);

/// Accepts connections.
#[derive(Debug)]
pub(crate) struct Listener {
    listener: TcpListener,
    service: Service,
    paused_until: Option<Instant>,
    connections: Vec<(IpAddr, ConnectionHandle)>,
}

impl Listener {
    pub(super) fn new(listener: TcpListener, service: Service) -> Self {
        Self { listener, service, paused_until: None, connections: Vec::new() }
    }
}

#[actor(keep_alive)]
impl Listener {
    #[on(self.listener.accept(), if self.paused_until.is_none())]
    fn accept(&mut self, accepted: io::Result<(TcpStream, SocketAddr)>, context: &Context<Self>) {
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!("failed to accept a connection: {error}");
                self.paused_until = Some(Instant::now() + PAUSE);
                return;
            }
        };
        let address = peer.ip().to_canonical();
        // A client with IPv6 has a whole network of addresses.
        let client = masked(address, if address.is_ipv4() { 32 } else { 64 });
        let stats = &self.service.stats;
        count(&stats.connections);
        self.connections.retain(|(_, connection)| !connection.is_closed());
        let of_client = self.connections.iter().filter(|(other, _)| *other == client).count();
        let most = self.service.config.connections;
        let is_full = self.connections.len() >= most || of_client >= most.div_ceil(4);
        if is_full || !self.service.config.access.allows(peer.ip()) {
            return count(&stats.rejected);
        }
        // The answer to a query is one write, which need not wait for others.
        let _ = stream.set_nodelay(true);
        let connection = Connection::new(stream, self.service.clone());
        self.connections.push((client, context.children().spawn(connection)));
    }

    #[on(sleep_until(self.paused_until.unwrap_or_else(Instant::now)), if self.paused_until.is_some())]
    fn resume(&mut self, (): ()) {
        self.paused_until = None;
    }

    /// Without a resolver, there is nothing to answer with.
    #[on(self.service.resolver.core().exited())]
    fn resolver_ended(&mut self, _: ExitReason, context: &Context<Self>) {
        context.stop();
    }
}
