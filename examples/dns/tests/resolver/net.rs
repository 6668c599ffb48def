//! A network without sockets, in which time is tokio's: servers are closures.

use std::{
    collections::HashMap,
    fmt, io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use dns_actor::network::{Connecting, Datagrams, Network, Stream};
use hickory_proto::op::Message;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, ReadBuf, duplex},
    sync::mpsc,
    time::{Instant, sleep},
};

/// What a server does with a query.
pub(crate) enum Act {
    /// Sends these bytes after this time.
    Send(Duration, Vec<u8>),
    /// The system reports this error for the socket.
    Error(io::ErrorKind),
    /// Closes the connection, over TCP.
    Close,
}

type Serve = dyn Fn(&Message, &[u8]) -> Vec<Act> + Send + Sync;

#[derive(Clone)]
struct Server {
    udp: Arc<Serve>,
    tcp: Option<Arc<Serve>>,
}

/// A query that a server has received.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) server: SocketAddr,
    pub(crate) at: Instant,
    pub(crate) message: Message,
    /// The number of the socket or connection.
    pub(crate) socket: usize,
    pub(crate) is_tcp: bool,
}

#[derive(Default)]
struct Inner {
    servers: HashMap<SocketAddr, Server>,
    asked: Vec<Asked>,
    sockets: usize,
    open: usize,
}

/// A network of servers.
#[derive(Clone, Default)]
pub(crate) struct Net(Arc<Mutex<Inner>>);

impl Net {
    /// Adds a server, or replaces what it does.
    pub(crate) fn serve<F>(&self, server: SocketAddr, serve: F)
    where
        F: Fn(&Message, &[u8]) -> Vec<Act> + Send + Sync + 'static,
    {
        let server_entry = Server { udp: Arc::new(serve), tcp: None };
        self.0.lock().unwrap().servers.insert(server, server_entry);
    }

    /// Lets a server listen on TCP, too.
    pub(crate) fn serve_tcp<F>(&self, server: SocketAddr, serve: F)
    where
        F: Fn(&Message, &[u8]) -> Vec<Act> + Send + Sync + 'static,
    {
        self.0.lock().unwrap().servers.get_mut(&server).unwrap().tcp = Some(Arc::new(serve));
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.0.lock().unwrap().asked.clone()
    }

    /// How often this server was asked.
    pub(crate) fn count(&self, server: SocketAddr) -> usize {
        self.asked().iter().filter(|asked| asked.server == server).count()
    }

    /// The number of sockets that are open.
    pub(crate) fn open(&self) -> usize {
        self.0.lock().unwrap().open
    }

    fn act(&self, server: SocketAddr, bytes: &[u8], socket: usize, is_tcp: bool) -> Vec<Act> {
        let message = Message::from_vec(bytes).expect("the resolver sends messages");
        let mut inner = self.0.lock().unwrap();
        let at = Instant::now();
        inner.asked.push(Asked { server, at, message: message.clone(), socket, is_tcp });
        let found = inner.servers.get(&server).cloned();
        drop(inner);
        match found {
            None => Vec::new(),
            Some(found) if is_tcp => found.tcp.map_or_else(Vec::new, |tcp| tcp(&message, bytes)),
            Some(found) => (found.udp)(&message, bytes),
        }
    }

    fn open_socket(&self) -> usize {
        let mut inner = self.0.lock().unwrap();
        inner.sockets += 1;
        inner.open += 1;
        inner.sockets
    }
}

impl fmt::Debug for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Net")
    }
}

impl Network for Net {
    fn datagrams(&self, server: SocketAddr) -> io::Result<Box<dyn Datagrams>> {
        let (sender, inbox) = mpsc::unbounded_channel();
        let number = self.open_socket();
        Ok(Box::new(Socket { net: self.clone(), server, number, sender, inbox: Mutex::new(inbox) }))
    }

    fn stream(&self, server: SocketAddr) -> Connecting {
        let net = self.clone();
        Box::pin(async move {
            if net.0.lock().unwrap().servers.get(&server).is_none_or(|server| server.tcp.is_none())
            {
                return Err(io::ErrorKind::ConnectionRefused.into());
            }
            let (near, mut far) = duplex(65_536);
            tokio::spawn(async move {
                let number = net.open_socket();
                while let Ok(length) = far.read_u16().await {
                    let mut bytes = vec![0; usize::from(length)];
                    if far.read_exact(&mut bytes).await.is_err() {
                        break;
                    }
                    for act in net.act(server, &bytes, number, true) {
                        let Act::Send(after, bytes) = act else {
                            net.0.lock().unwrap().open -= 1;
                            return;
                        };
                        sleep(after).await;
                        far.write_all(&framed(&bytes)).await.ok();
                    }
                }
                net.0.lock().unwrap().open -= 1;
            });
            Ok(Box::new(near) as Box<dyn Stream>)
        })
    }
}

fn framed(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    [&length[..], bytes].concat()
}

struct Socket {
    net: Net,
    server: SocketAddr,
    number: usize,
    sender: mpsc::UnboundedSender<io::Result<Vec<u8>>>,
    inbox: Mutex<mpsc::UnboundedReceiver<io::Result<Vec<u8>>>>,
}

impl Datagrams for Socket {
    fn try_send(&self, datagram: &[u8]) -> io::Result<usize> {
        for act in self.net.act(self.server, datagram, self.number, false) {
            let sender = self.sender.clone();
            match act {
                Act::Send(after, bytes) if after.is_zero() => _ = sender.send(Ok(bytes)),
                Act::Send(after, bytes) => {
                    tokio::spawn(async move {
                        sleep(after).await;
                        let _ = sender.send(Ok(bytes));
                    });
                }
                Act::Error(kind) => _ = sender.send(Err(kind.into())),
                Act::Close => {}
            }
        }
        Ok(datagram.len())
    }

    fn poll_send_ready(&self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_recv(&self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.inbox.lock().unwrap().poll_recv(cx).map(|received| {
            let bytes = received.expect("the socket has a sender")?;
            buffer.put_slice(&bytes[..bytes.len().min(buffer.remaining())]);
            Ok(())
        })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.net.0.lock().unwrap().open -= 1;
    }
}
