//! A DNS server for ordinary clients, over UDP and TCP, whose answers come from a [`Resolver`].

mod access;
mod clients;
mod connection;
mod listener;
mod query;
mod udp;

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use actor_runtime::Scope;
use tokio::net::{TcpListener, UdpSocket};

pub use self::access::{Access, InvalidNetwork};
use self::{listener::Listener, udp::Udp};
use crate::{config::YEAR, handle::Resolver, network::enlarge};

/// The settings of a front.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FrontConfig {
    /// The clients that are answered. Default: those with loopback, private and link-local addresses.
    pub access: Access,
    /// The questions of one client that may be under way, over UDP and in each connection. More are answered
    /// with REFUSED over UDP, and wait over TCP. Default: 100.
    pub per_client: usize,
    /// The questions of all clients over UDP that may be under way. More are answered with SERVFAIL, except those
    /// whose answer is in the cache. Default: 4,096.
    pub under_way: usize,
    /// The bytes that one client (a /24 of IPv4 or a /56 of IPv6) may receive over UDP in a second. Beyond it,
    /// responses are truncated, so that they are not longer than the query, and clients with a true address
    /// ask again over TCP. Loopback addresses have no limit, unless `limits_loopback`. Default: 1 MiB.
    pub bytes_per_second: u32,
    /// Whether loopback addresses are limited, too. Default: no.
    pub limits_loopback: bool,
    /// The connections of all clients. One client has a quarter of them at most. Default: 256.
    pub connections: usize,
    /// How long a connection may do nothing. Default: 10 s.
    pub idle: Duration,
}

impl Default for FrontConfig {
    fn default() -> Self {
        Self {
            access: Access::default(),
            per_client: 100,
            under_way: 4_096,
            bytes_per_second: 1 << 20,
            limits_loopback: false,
            connections: 256,
            idle: Duration::from_secs(10),
        }
    }
}

/// What a front has done so far.
#[derive(Debug, Default)]
pub struct FrontStats {
    /// Queries over UDP.
    pub udp: AtomicU64,
    /// Queries over TCP.
    pub tcp: AtomicU64,
    /// Responses.
    pub responses: AtomicU64,
    /// Responses that were truncated, because of their size or the client's limit.
    pub truncated: AtomicU64,
    /// Queries that were refused, because of what they ask or of a limit.
    pub refused: AtomicU64,
    /// Questions that were answered with SERVFAIL.
    pub failed: AtomicU64,
    /// Messages without a response: they are no queries, or from clients without access.
    pub ignored: AtomicU64,
    /// Connections that were accepted.
    pub connections: AtomicU64,
    /// Connections that were closed at once, because of a limit.
    pub rejected: AtomicU64,
}

/// A front that listens.
#[derive(Debug)]
pub struct Front {
    addresses: Vec<SocketAddr>,
    stats: Arc<FrontStats>,
}

/// What all actors of a front share.
#[derive(Clone, Debug)]
struct Service {
    resolver: Resolver,
    config: Arc<FrontConfig>,
    stats: Arc<FrontStats>,
}

impl Front {
    /// Listens on these addresses, on UDP and TCP. With port 0, both get the same free port. The actors are
    /// members of `scope`, and end with it.
    ///
    /// # Errors
    ///
    /// Those of the system, such as a port in use.
    pub async fn start(
        addresses: &[SocketAddr],
        config: FrontConfig,
        resolver: &Resolver,
        scope: &Scope,
    ) -> io::Result<Self> {
        let stats = Arc::new(FrontStats::default());
        let config = Arc::new(FrontConfig { idle: config.idle.min(YEAR), ..config });
        let service = Service { resolver: resolver.clone(), config, stats: stats.clone() };
        let mut bound = Vec::new();
        for address in addresses {
            let named = |error: io::Error| {
                io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))
            };
            bound.push(bind(*address).await.map_err(named)?);
        }
        let mut addresses = Vec::new();
        for (udp, tcp) in bound {
            addresses.push(udp.local_addr()?);
            scope.spawn(Udp::new(udp, service.clone()));
            scope.spawn(Listener::new(tcp, service.clone()));
        }
        Ok(Self { addresses, stats })
    }

    /// Returns the addresses, with their ports.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Returns the statistics.
    #[must_use]
    pub fn stats(&self) -> &Arc<FrontStats> {
        &self.stats
    }
}

/// Binds both sockets. A free port of UDP may be in use on TCP, so several are tried.
async fn bind(address: SocketAddr) -> io::Result<(UdpSocket, TcpListener)> {
    let mut tries = 0;
    loop {
        let udp = UdpSocket::bind(address).await?;
        enlarge(&udp);
        tries += 1;
        match TcpListener::bind(udp.local_addr()?).await {
            Err(error)
                if error.kind() == io::ErrorKind::AddrInUse
                    && address.port() == 0
                    && tries < 16 => {}
            tcp => return Ok((udp, tcp?)),
        }
    }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}
