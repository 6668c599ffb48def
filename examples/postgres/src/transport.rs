//! The byte stream to the server: TCP or a Unix domain socket, plain or TLS, in two halves.

pub(crate) mod tls;

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use socket2::{SockRef, TcpKeepalive};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpStream, UnixStream, tcp, unix},
};

use crate::config::{Config, Host, Keepalive};

/// A connected socket, not yet encrypted.
pub(crate) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// The half that is read.
pub(crate) enum ReadHalf {
    Tcp(tcp::OwnedReadHalf),
    Unix(unix::OwnedReadHalf),
    #[cfg(feature = "tls")]
    Tls(tokio::io::ReadHalf<tls::TlsStream>),
}

/// The half that is written.
pub(crate) enum WriteHalf {
    Tcp(tcp::OwnedWriteHalf),
    Unix(unix::OwnedWriteHalf),
    #[cfg(feature = "tls")]
    Tls(tokio::io::WriteHalf<tls::TlsStream>),
}

impl Socket {
    pub(crate) async fn connect(config: &Config) -> io::Result<Self> {
        match &config.host {
            Host::Tcp(host, port) => {
                let stream = TcpStream::connect((&**host, *port)).await?;
                stream.set_nodelay(true)?;
                if let Some(keepalive) = &config.keepalive {
                    keep_alive(&stream, keepalive)?;
                }
                Ok(Self::Tcp(stream))
            }
            Host::Unix(path) => Ok(Self::Unix(UnixStream::connect(path).await?)),
        }
    }

    pub(crate) fn into_split(self) -> (ReadHalf, WriteHalf) {
        match self {
            Self::Tcp(stream) => {
                let (read, write) = stream.into_split();
                (ReadHalf::Tcp(read), WriteHalf::Tcp(write))
            }
            Self::Unix(stream) => {
                let (read, write) = stream.into_split();
                (ReadHalf::Unix(read), WriteHalf::Unix(write))
            }
        }
    }
}

fn keep_alive(stream: &TcpStream, keepalive: &Keepalive) -> io::Result<()> {
    let Keepalive { idle, interval, retries } = *keepalive;
    let socket = SockRef::from(stream);
    let settings =
        TcpKeepalive::new().with_time(idle).with_interval(interval).with_retries(retries);
    socket.set_tcp_keepalive(&settings)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(idle + interval * retries))?;
    Ok(())
}

impl WriteHalf {
    /// Whether bytes may be held back until a flush.
    pub(crate) fn needs_flush(&self) -> bool {
        match self {
            Self::Tcp(_) | Self::Unix(_) => false,
            #[cfg(feature = "tls")]
            Self::Tls(_) => true,
        }
    }

    /// Writes what can be written at once. Fails with `WouldBlock` if that is nothing, or if this is TLS.
    pub(crate) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.try_write(bytes),
            Self::Unix(stream) => stream.try_write(bytes),
            #[cfg(feature = "tls")]
            Self::Tls(_) => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}

macro_rules! each {
    ($half:ident, $self:expr, $stream:ident => $result:expr) => {
        match $self.get_mut() {
            $half::Tcp($stream) => $result,
            $half::Unix($stream) => $result,
            #[cfg(feature = "tls")]
            $half::Tls($stream) => $result,
        }
    };
}

impl AsyncRead for ReadHalf {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        each!(ReadHalf, self, stream => Pin::new(stream).poll_read(cx, buffer))
    }
}

impl AsyncWrite for WriteHalf {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        each!(WriteHalf, self, stream => Pin::new(stream).poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(WriteHalf, self, stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(WriteHalf, self, stream => Pin::new(stream).poll_shutdown(cx))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_peer_that_has_gone_is_noticed_by_default() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let config = Config::new("127.0.0.1", listener.local_addr().unwrap().port(), "postgres");
        for (config, is_on) in [(config.clone(), true), (config.no_keepalive(), false)] {
            let Socket::Tcp(stream) = Socket::connect(&config).await.unwrap() else {
                panic!("it is TCP")
            };
            let socket = SockRef::from(&stream);
            assert_eq!(socket.keepalive().unwrap(), is_on);
            if is_on {
                assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(60));
                assert_eq!(socket.tcp_user_timeout().unwrap(), Some(Duration::from_secs(90)));
            }
        }
    }
}
