//! tokio.

use super::{methods, named};

named! {
    /// Not documented. Its deadline is fixed when it is made, and it holds nothing else: a sleep that
    /// is made again in a loop starts again, which is what a loop with a fresh `sleep` says.
    [] tokio::time::Sleep;
    /// If its future is: nothing of its own can be lost.
    [F: super::super::CancelSafe] tokio::time::Timeout<F>;
    /// If its future is.
    [F: super::super::CancelSafe] tokio::task::coop::Unconstrained<F>;
    /// <https://docs.rs/tokio/1.54.1/tokio/task/struct.JoinHandle.html#cancel-safety>, which
    /// promises it for `&mut` only.
    ['a, T] &'a mut tokio::task::JoinHandle<T>;
}

methods! {
    "tokio/1.54.1/tokio/time/struct.Interval.html" [] tokio::time::Interval: tick;
    "tokio/1.54.1/tokio/task/struct.JoinSet.html"
        [T: 'static] tokio::task::JoinSet<T>: join_next join_next_with_id;
    "tokio/1.54.1/tokio/io/trait.AsyncReadExt.html"
        [R: tokio::io::AsyncRead + ?Sized] R: read read_buf read_u8 read_i8;
    "tokio/1.54.1/tokio/io/trait.AsyncBufReadExt.html"
        [R: tokio::io::AsyncBufRead + ?Sized] R: fill_buf;
    "tokio/1.54.1/tokio/io/trait.AsyncWriteExt.html"
        [W: tokio::io::AsyncWrite + ?Sized] W: write write_vectored write_buf flush;
}

#[cfg(feature = "sync")]
mod sync {
    use tokio::sync::{SetOnce, broadcast, mpsc, oneshot, watch};

    use super::*;

    named! {
        /// <https://docs.rs/tokio/1.54.1/tokio/sync/oneshot/struct.Receiver.html#cancel-safety>,
        /// which promises it for `&mut` only.
        ['a, T] &'a mut oneshot::Receiver<T>;
    }

    methods! {
        "tokio/1.54.1/tokio/sync/mpsc/struct.Receiver.html" [T] mpsc::Receiver<T>: recv recv_many;
        "tokio/1.54.1/tokio/sync/mpsc/struct.UnboundedReceiver.html"
            [T] mpsc::UnboundedReceiver<T>: recv recv_many;
        "tokio/1.54.1/tokio/sync/mpsc/struct.Sender.html" [T] mpsc::Sender<T>: closed;
        "tokio/1.54.1/tokio/sync/mpsc/struct.UnboundedSender.html"
            [T] mpsc::UnboundedSender<T>: closed;
        "tokio/1.54.1/tokio/sync/broadcast/struct.Receiver.html"
            [T: Clone] broadcast::Receiver<T>: recv;
        "tokio/1.54.1/tokio/sync/watch/struct.Receiver.html"
            [T] watch::Receiver<T>: changed wait_for;
        "tokio/1.54.1/tokio/sync/watch/struct.Sender.html" [T] watch::Sender<T>: closed;
        "tokio/1.54.1/tokio/sync/struct.SetOnce.html" [T] SetOnce<T>: wait;
        // "This function is useful when paired with `select!`".
        "tokio/1.54.1/tokio/sync/oneshot/struct.Sender.html" [T] oneshot::Sender<T>: closed;
    }
}

#[cfg(feature = "net")]
mod net {
    use tokio::net::{TcpListener, TcpStream, UdpSocket, tcp};

    use super::*;

    methods! {
        "tokio/1.54.1/tokio/net/struct.TcpListener.html" [] TcpListener: accept;
        "tokio/1.54.1/tokio/net/struct.TcpStream.html"
            [] TcpStream: ready readable writable peek;
        "tokio/1.54.1/tokio/net/tcp/struct.ReadHalf.html"
            ['a] tcp::ReadHalf<'a>: ready readable;
        "tokio/1.54.1/tokio/net/tcp/struct.WriteHalf.html"
            ['a] tcp::WriteHalf<'a>: ready writable;
        "tokio/1.54.1/tokio/net/tcp/struct.OwnedReadHalf.html"
            [] tcp::OwnedReadHalf: ready readable;
        "tokio/1.54.1/tokio/net/tcp/struct.OwnedWriteHalf.html"
            [] tcp::OwnedWriteHalf: ready writable;
        "tokio/1.54.1/tokio/net/struct.UdpSocket.html"
            [] UdpSocket: ready readable writable send send_to recv recv_from;
    }

    #[cfg(unix)]
    mod unix {
        use tokio::{
            io::unix::AsyncFd,
            net::{UnixDatagram, UnixListener, UnixStream, unix},
        };

        use super::*;

        methods! {
            "tokio/1.54.1/tokio/net/struct.UnixListener.html" [] UnixListener: accept;
            "tokio/1.54.1/tokio/net/struct.UnixStream.html"
                [] UnixStream: ready readable writable;
            "tokio/1.54.1/tokio/net/unix/struct.ReadHalf.html"
                ['a] unix::ReadHalf<'a>: ready readable;
            "tokio/1.54.1/tokio/net/unix/struct.WriteHalf.html"
                ['a] unix::WriteHalf<'a>: ready writable;
            "tokio/1.54.1/tokio/net/unix/struct.OwnedReadHalf.html"
                [] unix::OwnedReadHalf: ready readable;
            "tokio/1.54.1/tokio/net/unix/struct.OwnedWriteHalf.html"
                [] unix::OwnedWriteHalf: ready writable;
            "tokio/1.54.1/tokio/net/struct.UnixDatagram.html"
                [] UnixDatagram: ready readable writable send send_to recv recv_from;
            "tokio/1.54.1/tokio/net/unix/pipe/struct.Sender.html" [] unix::pipe::Sender: ready;
            "tokio/1.54.1/tokio/net/unix/pipe/struct.Receiver.html"
                [] unix::pipe::Receiver: ready;
            "tokio/1.54.1/tokio/io/unix/struct.AsyncFd.html"
                [T: std::os::fd::AsRawFd] AsyncFd<T>: readable writable readable_mut writable_mut;
        }
    }

    #[cfg(windows)]
    methods! {
        "tokio/1.54.1/tokio/net/windows/named_pipe/struct.NamedPipeServer.html"
            [] tokio::net::windows::named_pipe::NamedPipeServer: connect;
    }
}

#[cfg(feature = "io-util")]
methods! {
    "tokio/1.54.1/tokio/io/struct.Lines.html"
        [R: tokio::io::AsyncBufRead] tokio::io::Lines<R>: next_line;
}

#[cfg(feature = "process")]
methods! {
    "tokio/1.54.1/tokio/process/struct.Child.html" [] tokio::process::Child: wait;
}

#[cfg(all(feature = "signal", unix))]
methods! {
    "tokio/1.54.1/tokio/signal/unix/struct.Signal.html" [] tokio::signal::unix::Signal: recv;
}

#[cfg(feature = "fs")]
methods! {
    "tokio/1.54.1/tokio/fs/struct.ReadDir.html" [] tokio::fs::ReadDir: next_entry;
}
