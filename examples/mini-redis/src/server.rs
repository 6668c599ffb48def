//! The server, an actor that accepts clients, keeps the list of connections, and shuts them down.
//!
//! Shutdown has two steps. First, all connections are closed: each replies to the requests it has read,
//! and exits. Connections that are left after a grace period are aborted, so a client that does not read
//! its replies cannot block the shutdown.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, atomic::AtomicUsize},
    time::Duration,
};

use actor_runtime::{ActorHandle, Context, ExitReason, Restarts, Scope, actor};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    time::{Instant, sleep_until, timeout},
};

use crate::{
    connection::{AbortHandle, Connection, ConnectionHandle, SHUTTING_DOWN, Services},
    hub::{Hub, HubHandle},
    status::ClientStatus,
    store::{ClientId, Store, StoreHandle, clock::Clock, events::Notifications},
    writer::{Limits, Outbox, WeakOutbox},
};

/// The pause after a failed `accept`, for example when no file descriptors are left.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(50);

/// The settings of a server.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The address to listen on.
    pub host: IpAddr,
    /// The port to listen on. Zero picks a free port.
    pub port: u16,
    /// The number of databases.
    pub databases: usize,
    /// The maximum number of connected clients. More are rejected with an error.
    pub max_clients: usize,
    /// Whether `DEBUG PANIC` is allowed.
    pub allows_debug: bool,
    /// How much is buffered for each client that does not read.
    pub limits: Limits,
    /// How long connections may take to exit during a shutdown before they are aborted.
    pub grace: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            databases: 16,
            max_clients: 10_000,
            allows_debug: false,
            limits: Limits::default(),
            grace: Duration::from_secs(2),
        }
    }
}

/// How often the store may panic before the server ends.
const RESTARTS: Restarts = Restarts::at_once(100, Duration::from_secs(60));

/// Starts a server in `scope`, and returns its handle. The server is listening when this returns.
///
/// # Errors
///
/// Returns an error if the address cannot be bound.
pub async fn start(settings: Settings, scope: &Scope) -> io::Result<ServerHandle> {
    let listener = TcpListener::bind((settings.host, settings.port)).await?;
    let databases = settings.databases;
    let monitoring = Arc::new(AtomicUsize::new(0));
    let hub = scope.spawn(Hub::new(monitoring.clone()));
    let notifications = Notifications::default();
    let (subscribers, enabled) = (hub.clone(), notifications.clone());
    let store = scope.spawn_restarting(RESTARTS, move |life| {
        if life.number() > 0 {
            tracing::error!("the store has panicked and was restarted; all keys are lost");
        }
        let store = Store::begin(databases, life.number(), Clock::system());
        store.with_events(subscribers.clone(), enabled.clone())
    });
    let server = Server {
        facts: Facts {
            address: listener.local_addr()?,
            max_clients: settings.max_clients,
            started: Instant::now(),
            accepted: 0,
            refused: 0,
            clients: 0,
            subscribers: 0,
        },
        settings,
        listener,
        paused_until: None,
        store,
        hub,
        notifications,
        monitoring,
        clients: BTreeMap::new(),
    };
    Ok(scope.spawn(server))
}

/// Accepts clients and keeps the list of connections.
#[derive(Debug)]
pub struct Server {
    settings: Settings,
    facts: Facts,
    listener: TcpListener,
    /// When accepting resumes after an error.
    paused_until: Option<Instant>,
    store: StoreHandle,
    hub: HubHandle,
    /// Set by `CONFIG SET`.
    notifications: Notifications,
    /// The number of clients that monitor, which the hub keeps.
    monitoring: Arc<AtomicUsize>,
    clients: BTreeMap<ClientId, Client>,
}

/// The address, limits and counters of a server.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// The address that the server listens on.
    pub address: SocketAddr,
    /// The maximum number of connected clients.
    pub max_clients: usize,
    /// When the server started.
    pub started: Instant,
    /// The number of connections accepted so far, including rejected ones.
    pub accepted: u64,
    /// The number of connections rejected so far.
    pub refused: u64,
    /// The number of connected clients.
    pub clients: usize,
    /// The number of connected clients with subscriptions.
    pub subscribers: usize,
}

/// An entry in the list of connections.
#[derive(Debug)]
struct Client {
    status: Arc<ClientStatus>,
    outbox: WeakOutbox,
    connection: ConnectionHandle,
    /// Indexed by [`Attribute`].
    attributes: [String; 3],
}

/// An attribute that a client may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// The name of the connection.
    Name,
    /// The name of the client library.
    Library,
    /// The version of the client library.
    LibraryVersion,
}

/// A condition on clients. Several conditions must all be met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// The client has one of these ids.
    Id(Vec<ClientId>),
    /// The client connects from this address.
    Address(String),
    /// The client is connected to this address of the server.
    LocalAddress(String),
    /// The client has subscriptions, or has none.
    Subscribed(bool),
}

impl Filter {
    fn fits(&self, status: &ClientStatus) -> bool {
        match self {
            Self::Id(ids) => ids.contains(&status.id),
            Self::Address(address) => status.peer.to_string() == *address,
            Self::LocalAddress(address) => status.local.to_string() == *address,
            Self::Subscribed(is_subscriber) => status.is_subscriber() == *is_subscriber,
        }
    }
}

#[actor(mailbox = 64)]
impl Server {
    /// Returns the address, limits and counters of the server.
    pub fn facts(&self) -> Facts {
        let subscribers = self.clients.values().filter(|client| client.status.is_subscriber());
        Facts { clients: self.clients.len(), subscribers: subscribers.count(), ..self.facts }
    }

    /// Spawns a connection, or rejects the client if there are too many.
    #[on(self.listener.accept(), if self.paused_until.is_none())]
    fn accept(&mut self, accepted: io::Result<(TcpStream, SocketAddr)>, context: &Context<Self>) {
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!("failed to accept a connection: {error}");
                self.paused_until = Some(Instant::now() + ACCEPT_BACKOFF);
                return;
            }
        };
        self.facts.accepted += 1;
        if self.clients.len() >= self.settings.max_clients {
            self.facts.refused += 1;
            tracing::warn!("a client was rejected: {} are connected", self.clients.len());
            tokio::spawn(timeout(self.settings.grace, reject(stream)));
        } else if let Err(error) = self.spawn_connection(stream, context) {
            tracing::warn!("failed to set up a connection: {error}");
        }
    }

    /// Ends the server, and the program with it: without a store there is nothing to serve.
    #[on(self.store.exited())]
    fn store_ended(&mut self, reason: ExitReason) {
        panic!("the store has ended: {reason}");
    }

    #[on(sleep_until(self.paused_until.unwrap_or(self.facts.started)), if self.paused_until.is_some())]
    fn resume(&mut self, (): ()) {
        self.paused_until = None;
    }

    /// Sets an attribute of a client.
    pub fn describe(&mut self, client: ClientId, attribute: Attribute, value: String) {
        if let Some(client) = self.clients.get_mut(&client) {
            client.attributes[attribute as usize] = value;
        }
    }

    /// Returns a line for each client that meets all filters.
    pub fn list(&self, filters: Vec<Filter>) -> String {
        let line = |client: &Client| client.status.line(&client.attributes, client.outbox.unread());
        self.matching(&filters).map(line).collect()
    }

    /// Aborts the connections that meet all filters, and returns their ids.
    ///
    /// The connection of `caller` is not aborted, because it has to send the reply; it closes itself if its
    /// id is returned. With `skips_caller` it is left out.
    pub fn kill(
        &mut self,
        filters: Vec<Filter>,
        caller: ClientId,
        skips_caller: bool,
    ) -> Vec<ClientId> {
        let matching =
            self.matching(&filters).filter(|client| !skips_caller || client.status.id != caller);
        let kill = |client: &Client| {
            if client.status.id != caller {
                client.connection.abort();
            }
            client.status.id
        };
        matching.map(kill).collect()
    }

    /// Removes a connection that has ended from the list.
    pub fn disconnected(&mut self, client: ClientId) {
        self.clients.remove(&client);
        tracing::debug!("client {client} has disconnected");
    }

    #[on_stop]
    async fn end_connections(&mut self) {
        tracing::info!("shutting down with {} clients", self.clients.len());
        // A store that has ended has ended all waits, too.
        let _ = self.store.end_waits(SHUTTING_DOWN).await;
        for client in self.clients.values() {
            ActorHandle::close(&client.connection);
        }
        if timeout(self.settings.grace, self.all_exited()).await.is_err() {
            for client in self.clients.values() {
                client.connection.abort();
            }
            self.all_exited().await;
        }
    }

    async fn all_exited(&self) {
        for client in self.clients.values() {
            client.connection.exited().await;
        }
    }

    fn spawn_connection(&mut self, stream: TcpStream, context: &Context<Self>) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let id = self.facts.accepted;
        let status = Arc::new(ClientStatus::new(id, stream.peer_addr()?, stream.local_addr()?));
        tracing::debug!("client {id} has connected from {}", status.peer);
        let services = Services {
            store: self.store.clone(),
            hub: self.hub.clone(),
            notifications: self.notifications.clone(),
            monitoring: self.monitoring.clone(),
            server: context.handle().clone(),
            databases: self.settings.databases,
            allows_debug: self.settings.allows_debug,
            limits: self.settings.limits,
        };
        let (reader, writer) = stream.into_split();
        let writer = Outbox::new(writer, services.limits);
        let (outbox, shown) = (writer.downgrade(), status.clone());
        let connection = context.children().spawn_with(|me| {
            Connection::new(reader, writer, shown, services, AbortHandle::new(me))
        });
        self.clients
            .insert(id, Client { status, outbox, connection, attributes: Default::default() });
        Ok(())
    }

    fn matching(&self, filters: &[Filter]) -> impl Iterator<Item = &Client> {
        let fits = |client: &&Client| filters.iter().all(|filter| filter.fits(&client.status));
        self.clients.values().filter(fits)
    }
}

async fn reject(mut stream: TcpStream) {
    // The connection is closed whether or not the client gets the error.
    let _ = stream.write_all(b"-ERR max number of clients reached\r\n").await;
}
