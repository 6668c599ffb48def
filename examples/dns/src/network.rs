//! [`Network`]: how the resolver reaches servers. Tests replace it.

use std::{
    fmt,
    future::Future,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
};

use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpStream, UdpSocket},
};

/// The size of the buffers that the system is asked for.
const BUFFER: usize = 4 << 20;

/// Opens sockets to servers.
pub trait Network: fmt::Debug + Send + Sync + 'static {
    /// Opens a socket that sends to `server` and receives only from it, with a local port that others
    /// cannot guess.
    ///
    /// # Errors
    ///
    /// Those of the system.
    fn datagrams(&self, server: SocketAddr) -> io::Result<Box<dyn Datagrams>>;

    /// Connects to `server`.
    fn stream(&self, server: SocketAddr) -> Connecting;
}

/// A connection that is not open yet.
pub type Connecting = Pin<Box<dyn Future<Output = io::Result<Box<dyn Stream>>> + Send>>;

/// A socket for datagrams, connected to one server.
pub trait Datagrams: Send + 'static {
    /// Sends a datagram, or reports `WouldBlock`.
    ///
    /// # Errors
    ///
    /// Those of the system.
    fn try_send(&self, datagram: &[u8]) -> io::Result<usize>;

    /// Waits until a datagram can be sent.
    fn poll_send_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Receives a datagram. What does not fit into `buffer` is cut off.
    fn poll_recv(&self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>>;
}

/// A connection.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for S {}

/// The sockets of the system. They need a tokio runtime with I/O.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Network for System {
    fn datagrams(&self, server: SocketAddr) -> io::Result<Box<dyn Datagrams>> {
        let any = match server {
            SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
        };
        // The system picks a random port, and drops what does not come from the server.
        let socket = std::net::UdpSocket::bind(any)?;
        enlarge(&socket);
        socket.connect(server)?;
        socket.set_nonblocking(true)?;
        Ok(Box::new(UdpSocket::from_std(socket)?))
    }

    fn stream(&self, server: SocketAddr) -> Connecting {
        Box::pin(async move {
            let stream = TcpStream::connect(server).await?;
            stream.set_nodelay(true)?;
            Ok(Box::new(stream) as Box<dyn Stream>)
        })
    }
}

/// Asks for a larger buffer, so that fewer datagrams are lost if the process has to wait for a processor. The
/// system may give less.
pub(crate) fn enlarge<'a>(socket: impl Into<SockRef<'a>>) {
    let _ = socket.into().set_recv_buffer_size(BUFFER);
}

impl Datagrams for UdpSocket {
    fn try_send(&self, datagram: &[u8]) -> io::Result<usize> {
        UdpSocket::try_send(self, datagram)
    }

    fn poll_send_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        UdpSocket::poll_send_ready(self, cx)
    }

    fn poll_recv(&self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        UdpSocket::poll_recv(self, cx, buffer)
    }
}
