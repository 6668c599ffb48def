//! tokio.

use super::{methods, named};
use crate::cancel_safe::absent::of_tokio;

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

of_tokio! {
    named! {
        /// <https://docs.rs/tokio/1.54.1/tokio/sync/oneshot/struct.Receiver.html#cancel-safety>,
        /// which promises it for `&mut` only.
        ['a, T] &'a mut sync::oneshot::Receiver<T>;
    }

    methods! {
        "tokio/1.54.1/tokio/sync/mpsc/struct.Receiver.html"
            [T] sync::mpsc::Receiver<T>: recv recv_many;
        "tokio/1.54.1/tokio/sync/mpsc/struct.UnboundedReceiver.html"
            [T] sync::mpsc::UnboundedReceiver<T>: recv recv_many;
        "tokio/1.54.1/tokio/sync/mpsc/struct.Sender.html" [T] sync::mpsc::Sender<T>: closed;
        "tokio/1.54.1/tokio/sync/mpsc/struct.UnboundedSender.html"
            [T] sync::mpsc::UnboundedSender<T>: closed;
        "tokio/1.54.1/tokio/sync/broadcast/struct.Receiver.html"
            [T: Clone] sync::broadcast::Receiver<T>: recv;
        "tokio/1.54.1/tokio/sync/watch/struct.Receiver.html"
            [T] sync::watch::Receiver<T>: changed wait_for;
        "tokio/1.54.1/tokio/sync/watch/struct.Sender.html" [T] sync::watch::Sender<T>: closed;
        "tokio/1.54.1/tokio/sync/struct.SetOnce.html" [T] sync::SetOnce<T>: wait;
        // "This function is useful when paired with `select!`".
        "tokio/1.54.1/tokio/sync/oneshot/struct.Sender.html" [T] sync::oneshot::Sender<T>: closed;
        "tokio/1.54.1/tokio/process/struct.Child.html" [] process::Child: wait;
        "tokio/1.54.1/tokio/signal/unix/struct.Signal.html" [] signal::unix::Signal: recv;
        "tokio/1.54.1/tokio/fs/struct.ReadDir.html" [] fs::ReadDir: next_entry;
    }
}

of_tokio! { in net:
    methods! {
        "tokio/1.54.1/tokio/net/struct.TcpListener.html" [] TcpListener: accept;
        "tokio/1.54.1/tokio/net/struct.TcpStream.html"
            [] TcpStream: ready readable writable peek;
        "tokio/1.54.1/tokio/net/tcp/struct.ReadHalf.html" ['a] tcp::ReadHalf<'a>: ready readable;
        "tokio/1.54.1/tokio/net/tcp/struct.WriteHalf.html" ['a] tcp::WriteHalf<'a>: ready writable;
        "tokio/1.54.1/tokio/net/tcp/struct.OwnedReadHalf.html"
            [] tcp::OwnedReadHalf: ready readable;
        "tokio/1.54.1/tokio/net/tcp/struct.OwnedWriteHalf.html"
            [] tcp::OwnedWriteHalf: ready writable;
        "tokio/1.54.1/tokio/net/struct.UdpSocket.html"
            [] UdpSocket: ready readable writable send send_to recv recv_from;
        "tokio/1.54.1/tokio/net/struct.UnixListener.html" [] UnixListener: accept;
        "tokio/1.54.1/tokio/net/struct.UnixStream.html" [] UnixStream: ready readable writable;
        "tokio/1.54.1/tokio/net/unix/struct.ReadHalf.html" ['a] unix::ReadHalf<'a>: ready readable;
        "tokio/1.54.1/tokio/net/unix/struct.WriteHalf.html"
            ['a] unix::WriteHalf<'a>: ready writable;
        "tokio/1.54.1/tokio/net/unix/struct.OwnedReadHalf.html"
            [] unix::OwnedReadHalf: ready readable;
        "tokio/1.54.1/tokio/net/unix/struct.OwnedWriteHalf.html"
            [] unix::OwnedWriteHalf: ready writable;
        "tokio/1.54.1/tokio/net/struct.UnixDatagram.html"
            [] UnixDatagram: ready readable writable send send_to recv recv_from;
        "tokio/1.54.1/tokio/net/unix/pipe/struct.Sender.html" [] unix::pipe::Sender: ready;
        "tokio/1.54.1/tokio/net/unix/pipe/struct.Receiver.html" [] unix::pipe::Receiver: ready;
        "tokio/1.54.1/tokio/net/windows/named_pipe/struct.NamedPipeServer.html"
            [] windows::named_pipe::NamedPipeServer: connect;
    }
}

of_tokio! { in io:
    methods! {
        "tokio/1.54.1/tokio/io/struct.Lines.html"
            [R: tokio::io::AsyncBufRead] Lines<R>: next_line;
    }
}

#[cfg(unix)]
of_tokio! { in io:
    methods! {
        "tokio/1.54.1/tokio/io/unix/struct.AsyncFd.html" [T: std::os::fd::AsRawFd]
            unix::AsyncFd<T>: readable writable readable_mut writable_mut;
    }
}
