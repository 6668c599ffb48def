//! The server: accepts clients, knows all connections, and ends them.
//!
//! It ends in two steps: every connection is told to reply to what it has read and to go, all at once; and
//! what is left after a grace is cut, so that a client that does not read its replies holds nobody up.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use actor_runtime::{ActorHandle, Context, Scope, actor};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    time::{Instant, sleep_until, timeout},
};

use crate::{
    connection::{Connection, ConnectionHandle, Services},
    hub::{Hub, HubHandle},
    status::ClientStatus,
    store::{ClientId, Store, StoreHandle},
    writer::WeakOutbox,
};

/// How long the listener rests when the system gives it no socket.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(50);

/// How a server is set up.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The address to listen on.
    pub host: IpAddr,
    /// The port; zero lets the system choose one.
    pub port: u16,
    /// How many databases there are.
    pub databases: usize,
    /// How many clients there may be at once.
    pub max_clients: usize,
    /// How long the connections have to end.
    pub grace: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            databases: 16,
            max_clients: 10_000,
            grace: Duration::from_secs(2),
        }
    }
}

/// Starts a server in a scope, and gives its handle. It takes clients from then on.
///
/// # Errors
///
/// If it cannot listen.
pub async fn start(settings: Settings, scope: &Scope) -> io::Result<ServerHandle> {
    let listener = TcpListener::bind((settings.host, settings.port)).await?;
    let store = scope.spawn(Store::new(settings.databases));
    let hub = scope.spawn(Hub::default());
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
        clients: BTreeMap::new(),
    };
    Ok(scope.spawn(server))
}

/// Accepts clients, and knows all connections.
#[derive(Debug)]
pub struct Server {
    settings: Settings,
    facts: Facts,
    listener: TcpListener,
    /// Nobody is accepted until then.
    paused_until: Option<Instant>,
    store: StoreHandle,
    hub: HubHandle,
    clients: BTreeMap<ClientId, Client>,
}

/// What is to be known of the server.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Where clients connect to.
    pub address: SocketAddr,
    /// How many clients there may be.
    pub max_clients: usize,
    /// When it started.
    pub started: Instant,
    /// How many clients have come.
    pub accepted: u64,
    /// How many of them were sent away.
    pub refused: u64,
    /// How many clients there are.
    pub clients: usize,
    /// How many of them are subscribed to something.
    pub subscribers: usize,
}

/// A connection, as the server knows it.
#[derive(Debug)]
struct Client {
    status: Arc<ClientStatus>,
    outbox: WeakOutbox,
    connection: ConnectionHandle,
    /// What the client says of itself, by [`Attribute`].
    attributes: [String; 3],
}

/// What a client may say of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// The name of the connection.
    Name,
    /// The name of its library.
    Library,
    /// The version of its library.
    LibraryVersion,
}

/// Which clients are meant. Of several, all have to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// One of these.
    Id(Vec<ClientId>),
    /// The one that connects from there.
    Address(String),
    /// Those that connected to there.
    LocalAddress(String),
    /// Those that are subscribed to something, or those that are not.
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
    /// What is to be known of the server.
    pub fn facts(&self) -> Facts {
        let subscribers = self.clients.values().filter(|client| client.status.is_subscriber());
        Facts { clients: self.clients.len(), subscribers: subscribers.count(), ..self.facts }
    }

    /// Begins the connection of a client, or sends it away if there are too many.
    #[on(self.listener.accept(), if self.paused_until.is_none())]
    fn accept(&mut self, accepted: io::Result<(TcpStream, SocketAddr)>, context: &Context<Self>) {
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                eprintln!("no client was accepted: {error}");
                self.paused_until = Some(Instant::now() + ACCEPT_BACKOFF);
                return;
            }
        };
        self.facts.accepted += 1;
        if self.clients.len() >= self.settings.max_clients {
            self.facts.refused += 1;
            tokio::spawn(timeout(self.settings.grace, reject(stream)));
        } else if let Err(error) = self.spawn_connection(stream, context) {
            eprintln!("a client was lost before it was served: {error}");
        }
    }

    #[on(sleep_until(self.paused_until.unwrap_or(self.facts.started)), if self.paused_until.is_some())]
    fn resume(&mut self, (): ()) {
        self.paused_until = None;
    }

    /// Keeps what a client says of itself.
    pub fn describe(&mut self, client: ClientId, attribute: Attribute, value: String) {
        if let Some(client) = self.clients.get_mut(&client) {
            client.attributes[attribute as usize] = value;
        }
    }

    /// The clients that are meant, a line for each.
    pub fn list(&self, filters: Vec<Filter>) -> String {
        let line = |client: &Client| client.status.line(&client.attributes, client.outbox.unread());
        self.matching(&filters).map(line).collect()
    }

    /// Ends the connections that are meant, and says which. The caller's own ends by itself, after the
    /// reply; it may be spared.
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

    /// A connection has ended.
    pub fn disconnected(&mut self, client: ClientId) {
        self.clients.remove(&client);
    }

    #[on_stop]
    async fn end_connections(&mut self) {
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
        let services = Services {
            store: self.store.clone(),
            hub: self.hub.clone(),
            server: context.handle().clone(),
            databases: self.settings.databases,
        };
        let connection = Connection::new(stream, status.clone(), services);
        let outbox = connection.outbox();
        let connection = context.children().spawn(connection);
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
    // It is gone either way.
    let _ = stream.write_all(b"-ERR max number of clients reached\r\n").await;
}
