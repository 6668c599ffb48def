//! Sources: what makes a cancel safe future again and again.

use super::{CancelSafe, IntoCancelSafe, assume_cancel_safe};

/// Implements [`IntoCancelSafe`] through a method that is documented as cancel safe.
macro_rules! sources {
    ($( $page:literal [$($generics:tt)*] $ty:ty => $output:ty, $method:ident; )*) => { $(
        #[doc = concat!("Waits with [`", stringify!($method), "`](https://docs.rs/", $page, "),")]
        /// which is documented as cancel safe.
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> IntoCancelSafe for $ty {
            type Output = $output;

            fn into_cancel_safe(self) -> impl CancelSafe<Output = $output> {
                assume_cancel_safe("documented", self.$method())
            }
        }
    )* };
}

sources! {
    "tokio/1.54.1/tokio/time/struct.Interval.html#method.tick"
    ['a] &'a mut tokio::time::Interval => tokio::time::Instant, tick;
    "tokio/1.54.1/tokio/task/struct.JoinSet.html#method.join_next"
    ['a, T: 'static] &'a mut tokio::task::JoinSet<T> => Option<Result<T, tokio::task::JoinError>>, join_next;
}

#[cfg(feature = "sync")]
mod sync {
    use tokio::sync::{broadcast, mpsc, watch};

    use super::*;

    sources! {
        "tokio/1.54.1/tokio/sync/mpsc/struct.Receiver.html#method.recv"
        ['a, T] &'a mut mpsc::Receiver<T> => Option<T>, recv;
        "tokio/1.54.1/tokio/sync/mpsc/struct.UnboundedReceiver.html#method.recv"
        ['a, T] &'a mut mpsc::UnboundedReceiver<T> => Option<T>, recv;
        "tokio/1.54.1/tokio/sync/broadcast/struct.Receiver.html#method.recv"
        ['a, T: Clone] &'a mut broadcast::Receiver<T> => Result<T, broadcast::error::RecvError>, recv;
        "tokio/1.54.1/tokio/sync/watch/struct.Receiver.html#method.changed"
        ['a, T] &'a mut watch::Receiver<T> => Result<(), watch::error::RecvError>, changed;
    }
}

#[cfg(feature = "net")]
mod net {
    use std::{io, net::SocketAddr};

    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    sources! {
        "tokio/1.54.1/tokio/net/struct.TcpListener.html#method.accept"
        ['a] &'a TcpListener => io::Result<(TcpStream, SocketAddr)>, accept;
    }

    #[cfg(unix)]
    sources! {
        "tokio/1.54.1/tokio/net/struct.UnixListener.html#method.accept"
        ['a] &'a tokio::net::UnixListener
            => io::Result<(tokio::net::UnixStream, tokio::net::unix::SocketAddr)>, accept;
    }
}

#[cfg(feature = "process")]
sources! {
    "tokio/1.54.1/tokio/process/struct.Child.html#method.wait"
    ['a] &'a mut tokio::process::Child => std::io::Result<std::process::ExitStatus>, wait;
}

#[cfg(all(feature = "signal", unix))]
sources! {
    "tokio/1.54.1/tokio/signal/unix/struct.Signal.html#method.recv"
    ['a] &'a mut tokio::signal::unix::Signal => Option<()>, recv;
}

#[cfg(feature = "tokio-util")]
sources! {
    "tokio-util/0.7.20/tokio_util/sync/struct.CancellationToken.html#method.cancelled"
    ['a] &'a tokio_util::sync::CancellationToken => (), cancelled;
    "tokio-util/0.7.20/tokio_util/task/struct.TaskTracker.html#method.wait"
    ['a] &'a tokio_util::task::TaskTracker => (), wait;
}
